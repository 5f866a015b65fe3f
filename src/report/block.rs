//! One recording, spelt out for people.

use super::words::{self, printable, wrapped};
use super::{Entry, Writer};
use crate::model::answer::{Classification, Decision, Grade};
use std::io::{self, Write};

/// How many labels besides the best are listed.
const OTHERS: usize = 3;

/// Writes a paragraph per recording; meant for one.
#[derive(Debug, Default)]
pub struct BlockWriter;

impl Writer for BlockWriter {
    fn begin(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn entry(&mut self, entry: &Entry, out: &mut dyn Write) -> io::Result<()> {
        let text = match entry {
            Entry::Answer(c) => answer(c),
            Entry::Failure(f) => wrapped("", &format!("not read: {}", printable(&f.error.message))),
        };
        out.write_all(text.as_bytes())
    }

    fn end(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

/// One line of the block: what, and its value, wrapped beside it.
fn field(name: &str, value: &str) -> String {
    wrapped(&format!("  {name:<13} "), value)
}

fn answer(c: &Classification) -> String {
    let mut text = format!("{}\n", printable(&c.path));
    text += &wrapped("", &c.statement);
    text.push('\n');
    text += &field("answer", &words::answer(c));
    if c.decision != Decision::Unusable {
        text += &findings(c);
    }
    let share = format!("{:.1} s of {:.1} s", c.heard_s, c.duration_s);
    let rests_on = match c.decision {
        Decision::Unusable => share,
        // "cannot tell" has no sound of its own; the seconds are those of its likeliest label.
        Decision::Unknown => match likeliest(c) {
            Some(label) => format!("{share} sound most like {label}"),
            None => share,
        },
        _ => format!("{share} sound most like {}", c.label),
    };
    text += &field("rests on", &rests_on);
    text += &field("fitness", c.fitness.name());
    for warning in &c.warnings {
        text += &field("warning", &printable(warning));
    }
    let sha256: String = c.model.sha256.chars().take(12).collect();
    text += &field("model", &format!("{} ({sha256})", c.model.id));
    text
}

fn findings(c: &Classification) -> String {
    let mut text = String::new();
    if let Some(family) = &c.family {
        text += &field("family", family);
    }
    text += &phase(c);
    if let Some(grade) = c.grade {
        text += &field("grade", words::grade(grade));
    }
    if let Some(p) = c.probabilities.get(&c.label) {
        let best = format!(
            "{} that it is {}, by the prior: {}",
            words::probability(*p),
            c.label,
            words::prior(&c.prior, &c.prior_shares)
        );
        text += &field("probability", &best);
    }
    text += &likelihood_ratio(c);
    let set = match c.prediction_set.is_empty() {
        true => "none of the labels".to_owned(),
        false => c.prediction_set.join(", "),
    };
    let set = format!(
        "{set} (in {:.0} % of recordings the true label is among these)",
        100.0 * c.coverage
    );
    text += &field("not excluded", &set);
    if let Some(why) = words::undecided(&c.prediction_set_insufficient, &c.prediction_set) {
        text += &field("undecided", &why);
    }
    let others = others(c);
    if !others.is_empty() {
        text += &field("next best", &others.join(", "));
    }
    text
}

/// The phase with its probability, and where the dive is heard.
fn phase(c: &Classification) -> String {
    let Some(probabilities) = &c.phase_probabilities else {
        return String::new();
    };
    let named = c.phase.as_deref().unwrap_or("cannot tell");
    let each: Vec<String> = probabilities
        .iter()
        .map(|(phase, p)| format!("{phase} {}", words::probability(*p)))
        .collect();
    let mut text = field("phase", &format!("{named} ({})", each.join(", ")));
    if let Some(dive) = &c.dive {
        // The strongest comb of a segment may be that of the shaft or of the blades: its track is for programs, which
        // can tell.
        let span = format!("{:.0} to {:.0} s", dive.start_s, dive.end_s);
        text += &field("dive", &span);
    }
    text
}

/// The likelihood ratio with what it compares, or that there is none.
fn likelihood_ratio(c: &Classification) -> String {
    let Some(lr) = c.log10_lr.get(&c.label).copied().flatten() else {
        return match c.log10_lr.contains_key(&c.label) {
            true if c.grade == Some(Grade::C) => {
                field("log10 LR", "none: rendered sound alone supports none")
            }
            true => field("log10 LR", "none: too few source groups support one"),
            false => String::new(),
        };
    };
    let bounds = c
        .label_log10_lr_bounds
        .map_or(String::new(), |[low, high]| {
            let (low, high) = (words::log10_lr(low), words::log10_lr(high));
            format!(" (the recordings learnt from support {low} to {high})")
        });
    let mut text = field("log10 LR", &format!("{}{bounds}", words::log10_lr(lr)));
    if let Some([h1, h2]) = &c.hypotheses {
        text += &field("", &format!("H1: {h1}"));
        text += &field("", &format!("H2: {h2}"));
    }
    text
}

fn likeliest(c: &Classification) -> Option<&String> {
    let best = c.probabilities.iter().max_by(|a, b| a.1.total_cmp(b.1));
    best.map(|(label, _)| label)
}

/// The most probable labels besides the best, with their probabilities.
fn others(c: &Classification) -> Vec<String> {
    let mut others: Vec<_> = c.probabilities.iter().collect();
    others.retain(|(label, p)| **label != c.label && **p >= 0.005);
    others.sort_by(|a, b| b.1.total_cmp(a.1).then(a.0.cmp(b.0)));
    others.truncate(OTHERS);
    others.iter().map(|(l, p)| format!("{l} {p:.2}")).collect()
}
