//! What is heard, when, how strongly, and what else it could be.

use super::cell::{figure, shown_as, text, Cell, Table};
use super::Section;
use crate::model::answer::{Decision, Grade};
use crate::report::words;
use crate::verify::evidence::{Evidence, Heard, SCALE};

/// Most stretches that are listed.
const LISTED: usize = 40;

/// A row of the answer's table: what, and its value.
type Fact = (String, Cell);

pub(super) fn heard(at: &str, evidence: &Evidence) -> Section {
    let mut section = Section::new("heard", "What is heard");
    let own = format!("{at}/heard");
    let heard = &evidence.heard;
    let mut facts = vec![("answer".to_owned(), text(heard.statement.clone()))];
    facts.extend(likeliest(&own, heard));
    facts.extend(phase(&own, heard));
    facts.extend(ratio(&own, heard));
    if heard.own_lr().is_some() {
        section.notes.push(scale());
    }
    if heard.decision != Decision::Unusable {
        facts.extend(not_excluded(heard));
    }
    facts.extend(asked(at, evidence));
    let mut answer = Table::new("", &["", ""]);
    for (name, cell) in facts {
        answer.row([text(name), cell]);
    }
    section.tables.push(answer);
    if !heard.timeline.is_empty() {
        section.tables.push(timeline(&own, evidence));
    }
    section
}

fn likeliest(at: &str, heard: &Heard) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let Some(family) = &heard.family {
        facts.push(("family".to_owned(), text(family.clone())));
    }
    if let Some(p) = heard.probabilities.get(&heard.label) {
        let own = shown_as(
            format!("{at}/probabilities/{}", heard.label),
            *p,
            words::probability(*p),
        );
        let mut cells = vec![own, text(format!(" by the prior: {}", heard.prior))];
        cells.extend(shares(at, heard));
        // The answer may name a family or a class; the figure is of its likeliest label.
        let name = format!("probability of {}", heard.label);
        facts.push((name, Cell::Mixed(cells)));
    }
    facts
}

/// The shares that the weights of the prior give.
fn shares(at: &str, heard: &Heard) -> Vec<Cell> {
    let mut cells = Vec::new();
    for (_, label) in words::weights(&heard.prior) {
        if let Some(share) = heard.prior_shares.get(label) {
            let place = format!("{at}/prior_shares/{label}");
            cells.push(text(format!("; share of {label}: ")));
            cells.push(shown_as(place, *share, words::probability(*share)));
            cells.push(text(" of all"));
        }
    }
    cells
}

fn phase(at: &str, heard: &Heard) -> Option<Fact> {
    let named = heard.phase.as_deref().unwrap_or("cannot tell");
    let mut cells = vec![text(format!("{named}: "))];
    for (n, (phase, p)) in heard.phase_probabilities.as_ref()?.iter().enumerate() {
        cells.push(text(format!("{}{phase} ", if n > 0 { ", " } else { "" })));
        cells.push(shown_as(
            format!("{at}/phase_probabilities/{phase}"),
            *p,
            words::probability(*p),
        ));
    }
    if let Some(dive) = &heard.dive {
        cells.push(text("; dive from "));
        cells.push(figure(format!("{at}/dive/start_s"), dive.start_s, 1));
        cells.push(text(" to "));
        cells.push(figure(format!("{at}/dive/end_s"), dive.end_s, 1));
        cells.push(text(" s"));
    }
    Some(("phase".to_owned(), Cell::Mixed(cells)))
}

fn ratio(at: &str, heard: &Heard) -> Vec<Fact> {
    let Some(lr) = heard.own_lr() else {
        let why = "none: rendered sound alone supports no likelihood ratio";
        let of_rendered = heard.grade == Some(Grade::C);
        return of_rendered
            .then(|| ("log10 LR".to_owned(), text(why)))
            .into_iter()
            .collect();
    };
    let log10_lr = |place: String, lr| shown_as(format!("{at}/{place}"), lr, words::log10_lr(lr));
    let strength = heard.strength.as_deref().unwrap_or_default();
    let mut cells = vec![
        log10_lr(format!("log10_lr/{}", heard.label), lr),
        text(format!(": {strength}")),
    ];
    if let Some([low, high]) = heard.label_log10_lr_bounds {
        cells.push(text(" (the recordings learnt from support "));
        cells.push(log10_lr("label_log10_lr_bounds/0".into(), low));
        cells.push(text(" to "));
        cells.push(log10_lr("label_log10_lr_bounds/1".into(), high));
        cells.push(text(")"));
    }
    let mut facts = vec![("log10 LR".to_owned(), Cell::Mixed(cells))];
    if let Some([h1, h2]) = &heard.hypotheses {
        facts.push(("H1".to_owned(), text(h1.clone())));
        facts.push(("H2".to_owned(), text(h2.clone())));
    }
    facts
}

/// What the words for a likelihood ratio mean.
fn scale() -> String {
    let scale = SCALE
        .iter()
        .rev()
        .map(|(from, words)| format!("from {from:.1}: {words}"));
    format!(
        "A log10 LR of 1 says that what is heard is ten times as likely if H1 is true as if H2 is. The words are those of ENFSI's guideline of 2015: {}.",
        scale.collect::<Vec<_>>().join("; ")
    )
}

fn not_excluded(heard: &Heard) -> Vec<Fact> {
    let set = match heard.prediction_set.is_empty() {
        true => "none of the labels".to_owned(),
        false => heard.prediction_set.join(", "),
    };
    let percent = 100.0 * heard.coverage;
    let set = format!("{set} (in {percent:.0} % of recordings the true label is among these)");
    let mut facts = vec![("cannot be excluded".to_owned(), text(set))];
    let undecided = words::undecided(&heard.prediction_set_insufficient, &heard.prediction_set);
    facts.extend(undecided.map(|labels| ("undecided".to_owned(), text(labels))));
    facts
}

fn asked(at: &str, evidence: &Evidence) -> Option<Fact> {
    let asked = evidence.asked.as_ref()?;
    let [h1, h2] = &asked.words;
    let mut cells = vec![text(format!("H1: {h1}. H2: {h2}. "))];
    match asked.log10_lr {
        Some(lr) => {
            cells.push(text("log10 LR "));
            cells.push(shown_as(
                format!("{at}/asked/log10_lr"),
                lr,
                words::log10_lr(lr),
            ));
            cells.push(text(format!(": {}", crate::verify::evidence::verbal(lr))));
        }
        None => cells.push(text(format!(
            "No likelihood ratio: {}.",
            asked.why_none.as_deref().unwrap_or_default()
        ))),
    }
    Some(("the question asked".to_owned(), Cell::Mixed(cells)))
}

fn timeline(at: &str, evidence: &Evidence) -> Table {
    let heard = &evidence.heard;
    let mut table = Table::new(
        "When: which label each stretch sounds most like, by its segments of 2 s alone",
        &["from, s", "to, s", "label", "highest probability", "mean"],
    );
    for (n, stretch) in heard.timeline.iter().enumerate().take(LISTED) {
        let at = format!("{at}/timeline/{n}");
        table.row([
            figure(format!("{at}/start_s"), stretch.start_s, 1),
            figure(format!("{at}/end_s"), stretch.end_s, 1),
            text(stretch.label.clone()),
            shown_as(
                format!("{at}/peak"),
                stretch.peak,
                words::probability(stretch.peak),
            ),
            shown_as(
                format!("{at}/mean"),
                stretch.mean,
                words::probability(stretch.mean),
            ),
        ]);
    }
    if heard.timeline.len() > LISTED {
        table.caption += &match heard.timeline.len() - LISTED {
            1 => " (one more stretch stands in report.json)".to_owned(),
            more => format!(" ({more} more stretches stand in report.json)"),
        };
    }
    table
}

pub(super) fn alternatives(at: &str, evidence: &Evidence) -> Section {
    let mut section = Section::new("alternatives", "What else it could be");
    let others = &evidence.heard.alternatives;
    if others.is_empty() {
        section.said.push(
            "No other label has a probability of half a percent, or cannot be excluded.".into(),
        );
        return section;
    }
    let mut table = Table::new(
        "",
        &[
            "label",
            "grade",
            "probability",
            "log10 LR",
            "why less likely",
        ],
    );
    for (n, other) in others.iter().enumerate() {
        let at = format!("{at}/heard/alternatives/{n}");
        table.row([
            text(other.label.clone()),
            text(words::grade_letter(other.grade)),
            shown_as(
                format!("{at}/probability"),
                other.probability,
                words::probability(other.probability),
            ),
            other.log10_lr.map_or(text("none"), |lr| {
                shown_as(format!("{at}/log10_lr"), lr, words::log10_lr(lr))
            }),
            text(other.reasons.join("; ")),
        ]);
    }
    section.tables.push(table);
    section
}
