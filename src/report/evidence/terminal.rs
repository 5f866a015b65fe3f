//! The account in the dozen lines that fit a terminal.

use super::super::words::{self, printable};
use crate::audio::{Fitness, SYNTHETIC};
use crate::model::answer::{Decision, Grade, TRAINED_ON_THIS};
use crate::signature::Catalogue;
use crate::verify::evidence::{Concord, Evidence, FitFor, Heard};
use crate::verify::physics::{PassKind, Verdict};
use crate::verify::Report;
use std::collections::BTreeMap;

/// Columns of text.
const WIDTH: usize = 100;
/// Most stretches and alternatives that are listed.
const LISTED: usize = 3;
/// What the last line calls the whole account.
pub const IN_FULL: &str = "report";

/// A few lines per recording, and where the report is.
pub fn terminal(report: &Report, place: &str) -> String {
    let mut text = String::new();
    for evidence in &report.recordings {
        if report.recordings.len() > 1 && !text.is_empty() {
            text.push('\n');
        }
        text += &recording(evidence);
    }
    for unreadable in &report.unreadable {
        text += &words::wrapped("not read: ", &printable(&unreadable.message));
    }
    for shared in &report.shared {
        text += &lines_of("", &shared.statement);
    }
    let is_single = report.recordings.len() == 1 && report.unreadable.is_empty();
    match is_single && text.lines().count() == 1 {
        // One line: what was said ends with the place.
        true => format!("{} Report: {}\n", text.trim_end(), printable(place)),
        false => text + &line(IN_FULL, &printable(place)),
    }
}

fn recording(evidence: &Evidence) -> String {
    let Evidence {
        identity,
        fitness,
        heard,
        agreement,
        ..
    } = evidence;
    let name = printable(&identity.name);
    if heard.is_nothing() {
        return nothing(evidence) + &own_sheets(evidence) + &found_beside(evidence);
    }
    let mut text = cut(&format!(
        "{name}: {:.1} s of {} in {}, {} Hz; {} for an answer",
        identity.duration_s,
        identity.codec,
        identity.container,
        identity.sample_rate,
        fitness.overall.name()
    ));
    if agreement.concord == Concord::Disagree {
        text += &lines_of("BUT", &agreement.because.join(" "));
    }
    text += &lines_of("answer", &heard.statement);
    text += &line("heard", &when(heard));
    text += &phase(heard);
    text += &strength(heard);
    let others = match heard.decision {
        Decision::Signature => "or else",
        _ => "may be",
    };
    text += &line(others, &alternatives(heard));
    text += &rests_on(evidence);
    text += &line("lines", &lines(evidence));
    if agreement.concord != Concord::Disagree {
        text += &lines_of(
            "physics",
            agreement.because.first().map_or("", String::as_str),
        );
    }
    text += &own_sheets(evidence);
    text += &unfit(fitness);
    text + &found_beside(evidence)
}

/// That nothing was heard, in one sentence.
fn nothing(evidence: &Evidence) -> String {
    let Evidence {
        identity, heard, ..
    } = evidence;
    let name = printable(&identity.name);
    let mut text = match heard.decision {
        Decision::Unusable => format!("{name}: {}\n", heard.statement),
        _ => format!(
            "{name}: no aircraft heard in {:.1} s (background, probability {}); that is not proof that there was none.\n",
            identity.duration_s,
            words::probability(heard.probabilities.get("background").copied().unwrap_or(0.0)),
        ),
    };
    if evidence.fitness.quality.is_cancelled() {
        let cancelled_s = evidence.fitness.quality.cancelled_s;
        let but = format!("the channels cancel in {cancelled_s:.1} s of it, so that what is not heard may be there; verify one alone, with --channel 1 and then --channel 2");
        text += &lines_of("BUT", &but);
    }
    if evidence.agreement.concord == Concord::Disagree {
        text += &lines_of("BUT", &evidence.agreement.because.join(" "));
    }
    text
}

/// What was asked, warned of and found in earlier recordings, whatever was heard.
fn found_beside(evidence: &Evidence) -> String {
    let mut text = String::new();
    if let Some(asked) = &evidence.asked {
        let answer = match (asked.log10_lr, asked.bounds) {
            (Some(lr), Some(bounds)) => {
                let [lr, low, high] = [lr, bounds[0], bounds[1]].map(words::log10_lr);
                format!("log10 LR {lr} (supported: {low} to {high})")
            }
            _ => format!(
                "no LR, score {:+.1}: {}",
                asked.score,
                asked.why_none.as_deref().unwrap_or("none is supported")
            ),
        };
        let [h1, h2] = &asked.words;
        text += &lines_of("asked", &format!("{answer}; H1: {h1}; H2: {h2}"));
    }
    // What makes the answer worthless is told whole; of the rest, the report has more.
    let (known, others): (Vec<_>, Vec<_>) = evidence
        .fitness
        .warnings
        .iter()
        .partition(|warning| *warning == SYNTHETIC || warning.starts_with(TRAINED_ON_THIS));
    for warning in known.into_iter().chain(others.into_iter().take(2)) {
        text += &lines_of("note", &printable(warning));
    }
    let Some(reuse) = &evidence.reuse else {
        return text;
    };
    let found = reuse.matches.len() + reuse.same_file.len();
    let of = reuse.compared + reuse.same_file.len();
    let mut what = match found {
        0 => format!("in none of {of} earlier recordings"),
        n => format!("in {n} of {of} earlier recordings; see the report"),
    };
    match reuse.by_fingerprint.len() {
        0 => {}
        n => what += &format!("; and perhaps in {n} that could not be compared closely"),
    }
    text + &line("same sound", &what)
}

/// `  name        value`, cut to the width.
fn line(name: &str, value: &str) -> String {
    match value.is_empty() {
        true => String::new(),
        false => cut(&format!("  {name:<11} {value}")),
    }
}

/// The same, broken at spaces: whole sentences, as an account that stops short misleads.
fn lines_of(name: &str, value: &str) -> String {
    match value.is_empty() {
        true => String::new(),
        false => words::wrapped_to(WIDTH, &format!("  {name:<11} "), value),
    }
}

fn cut(text: &str) -> String {
    if text.chars().count() <= WIDTH {
        return format!("{text}\n");
    }
    let mut out: String = text.chars().take(WIDTH - 4).collect();
    if let Some(space) = out.rfind(' ') {
        out.truncate(space);
    }
    out + " ...\n"
}

fn when(heard: &Heard) -> String {
    let shown: Vec<String> = heard
        .timeline
        .iter()
        .filter(|s| s.label != "background")
        .take(LISTED)
        .map(|s| format!("{} {:.1}-{:.1} s", s.label, s.start_s, s.end_s))
        .collect();
    let more = heard.timeline.iter().filter(|s| s.label != "background");
    match more.count() - shown.len() {
        0 => shown.join(", "),
        1 => format!("{}, and one more stretch", shown.join(", ")),
        n => format!("{}, and {n} more stretches", shown.join(", ")),
    }
}

fn phase(heard: &Heard) -> String {
    let Some(probabilities) = &heard.phase_probabilities else {
        return String::new();
    };
    let each: Vec<String> = probabilities
        .iter()
        .map(|(phase, p)| format!("{phase} {}", words::probability(*p)))
        .collect();
    let dive = heard.dive.as_ref().map_or(String::new(), |d| {
        format!(", {:.0} to {:.0} s", d.start_s, d.end_s)
    });
    let named = heard.phase.as_deref().unwrap_or("cannot tell");
    line("phase", &format!("{named} ({}){dive}", each.join(", ")))
}

fn strength(heard: &Heard) -> String {
    let (Some(lr), Some(words)) = (heard.own_lr(), &heard.strength) else {
        return match heard.grade {
            Some(Grade::C) => line("strength", "no LR: rendered sound alone supports none"),
            _ => String::new(),
        };
    };
    let bounds = heard
        .label_log10_lr_bounds
        .map_or(String::new(), |[low, high]| {
            let [low, high] = [low, high].map(words::log10_lr);
            format!(" (supported: {low} to {high})")
        });
    let lr = words::log10_lr(lr);
    let h1 = heard.hypotheses.as_ref();
    let h1 = h1.map_or(String::new(), |[h1, _]| format!("; H1: {h1}"));
    lines_of("strength", &format!("log10 LR {lr}{bounds}: {words}{h1}"))
}

/// The likeliest labels with their probabilities, without the one that is answered.
fn alternatives(heard: &Heard) -> String {
    // Where a family or a class is answered, the reader has not been told of its likeliest label.
    let best = (heard.decision != Decision::Signature)
        .then(|| heard.probabilities.get_key_value(&heard.label))
        .flatten()
        .map(|(label, probability)| format!("{label} {}", words::probability(*probability)));
    let each = heard.alternatives.iter().take(LISTED).map(|other| {
        let mark = if other.is_possible { "" } else { " (excluded)" };
        format!(
            "{} {}{mark}",
            other.label,
            words::probability(other.probability)
        )
    });
    best.into_iter().chain(each).collect::<Vec<_>>().join(", ")
}

fn rests_on(evidence: &Evidence) -> String {
    let Some(own) = evidence
        .references
        .iter()
        .find(|r| r.label == evidence.heard.label)
    else {
        return String::new();
    };
    let mut text = words::grade(own.grade).to_owned();
    let held_out = own.held_out.as_ref();
    if let Some(recall) = held_out.and_then(|h| h.recall) {
        text += &format!("; {} of {} held-out ones detected", recall.hits, recall.n);
    }
    if let Some(of) = held_out.and_then(|h| h.of_this_fitness.as_ref()) {
        let recall = of.recall;
        if recall.n > 0 {
            text += &format!("; as fit as this one: {} of {}", recall.hits, recall.n);
        }
    }
    lines_of("grade", &text)
}

/// What the recording is not, or not wholly, fit for.
fn unfit(fitness: &FitFor) -> String {
    let verdicts = fitness.condition.verdicts.iter();
    let each: Vec<String> = verdicts
        .filter(|v| v.fitness != Fitness::Fit)
        .map(|v| format!("{} {}", v.fitness.name(), words::question(v.question)))
        .collect();
    line("fitness", &each.join(", "))
}

fn lines(evidence: &Evidence) -> String {
    let Some(comb) = evidence.physics.combs.first() else {
        return "no comb stands out".to_owned();
    };
    let mut text = format!(
        "comb at {:.1} Hz ({:.0} to {:.0} Hz, heard {:.1} s)",
        comb.median_hz, comb.range_hz.low, comb.range_hz.high, comb.heard_s
    );
    if let Some(pass) = &comb.pass {
        let speed = 3.6 * pass.speed_mps.value;
        let [low, high] = [pass.speed_mps.low, pass.speed_mps.high].map(|v| 3.6 * v);
        text += &match pass.kind {
            PassKind::Through => format!("; a pass at {speed:.0} km/h ({low:.0} to {high:.0})"),
            PassKind::Part => format!("; part of a pass, {low:.0} to {high:.0} km/h"),
        };
    }
    if let Some(climb) = &comb.climb {
        text += &format!("; climbs {:.0} to {:.0} Hz", climb.from_hz, climb.to_hz);
    }
    text
}

/// Sheets of the user's own that the strongest comb is consistent with: no model speaks for them.
fn own_sheets(evidence: &Evidence) -> String {
    let combs = &evidence.physics.combs;
    if combs.first().is_none_or(|comb| comb.may_be_mains) {
        return String::new();
    }
    let mut fits: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for candidate in &evidence.physics.candidates {
        let own = !Catalogue::is_built_in(&candidate.airframe);
        if own && candidate.verdict == Verdict::Consistent {
            let phases = fits.entry(&candidate.airframe).or_default();
            phases.push(candidate.phase.name());
        }
    }
    let fits: Vec<String> = fits
        .into_iter()
        .map(|(sheet, phases)| format!("{sheet} ({})", phases.join(", ")))
        .collect();
    match fits.is_empty() {
        true => String::new(),
        false => lines_of(
            "own sheets",
            &format!(
                "the measured lines are consistent with {}, which excludes little",
                fits.join(", ")
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_broken_into_rows_and_never_cut() {
        let sentence =
            "The classifier, which hears more than the frequency, names none. ".repeat(5);
        let text = lines_of("physics", sentence.trim());
        assert!(
            text.lines().all(|row| row.chars().count() <= WIDTH),
            "{text}"
        );
        let said: Vec<&str> = text.split_whitespace().collect();
        let wanted: Vec<&str> = sentence.split_whitespace().collect();
        assert_eq!(said[0], "physics");
        assert_eq!(said[1..], wanted);
        assert_eq!(lines_of("physics", ""), "");
    }
}
