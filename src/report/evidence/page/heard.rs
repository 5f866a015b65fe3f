//! What is heard, when, how strongly, and what else it could be.

use super::cell::{figure, shown_as, text, Cell, Table};
use super::Section;
use crate::model::answer::Grade;
use crate::report::words;
use crate::verify::evidence::{Evidence, SCALE};

/// Most stretches that are listed.
const LISTED: usize = 40;

pub(super) fn heard(at: &str, evidence: &Evidence) -> Section {
    let mut section = Section::new("heard", "What is heard");
    let at = format!("{at}/heard");
    let heard = &evidence.heard;
    let mut answer = Table::new("", &["", ""]);
    let mut fact = |name: &str, cell: Cell| answer.row([text(name), cell]);
    fact("answer", text(heard.statement.clone()));
    if let Some(family) = &heard.family {
        fact("family", text(family.clone()));
    }
    if let Some(p) = heard.probabilities.get(&heard.label) {
        let own = shown_as(
            format!("{at}/probabilities/{}", heard.label),
            *p,
            words::probability(*p),
        );
        let prior = text(format!(" by the prior: {}", heard.prior));
        // The answer may name a family or a class; the figure is of its likeliest label.
        let name = format!("probability of {}", heard.label);
        fact(&name, Cell::Mixed(vec![own, prior]));
    }
    if let Some(phases) = &heard.phase_probabilities {
        let mut cells = vec![text(format!(
            "{}: ",
            heard.phase.as_deref().unwrap_or("cannot tell")
        ))];
        for (n, (phase, p)) in phases.iter().enumerate() {
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
        fact("phase", Cell::Mixed(cells));
    }
    match heard.own_lr() {
        Some(lr) => {
            let mut cells = vec![
                shown_as(
                    format!("{at}/log10_lr/{}", heard.label),
                    lr,
                    words::log10_lr(lr),
                ),
                text(format!(
                    ": {}",
                    heard.strength.as_deref().unwrap_or_default()
                )),
            ];
            if let Some([low, high]) = heard.log10_lr_bounds {
                cells.push(text(" (the recordings learnt from support "));
                cells.push(shown_as(
                    format!("{at}/log10_lr_bounds/0"),
                    low,
                    words::log10_lr(low),
                ));
                cells.push(text(" to "));
                cells.push(shown_as(
                    format!("{at}/log10_lr_bounds/1"),
                    high,
                    words::log10_lr(high),
                ));
                cells.push(text(")"));
            }
            fact("log10 LR", Cell::Mixed(cells));
            if let Some([h1, h2]) = &heard.hypotheses {
                fact("H1", text(h1.clone()));
                fact("H2", text(h2.clone()));
            }
            let scale = SCALE
                .iter()
                .rev()
                .map(|(from, words)| format!("from {from:.1}: {words}"));
            section.notes.push(format!(
                "A log10 LR of 1 says that what is heard is ten times as likely if H1 is true as if H2 is. The words are those of ENFSI's guideline of 2015: {}.",
                scale.collect::<Vec<_>>().join("; ")
            ));
        }
        None if heard.grade == Some(Grade::C) => fact(
            "log10 LR",
            text("none: rendered sound alone supports no likelihood ratio"),
        ),
        None => {}
    }
    let set = match heard.prediction_set.is_empty() {
        true => "none of the labels".to_owned(),
        false => heard.prediction_set.join(", "),
    };
    let percent = 100.0 * heard.coverage;
    fact(
        "cannot be excluded",
        text(format!(
            "{set} (in {percent:.0} % of recordings the true label is among these)"
        )),
    );
    if !heard.prediction_set_insufficient.is_empty() {
        let labels = heard.prediction_set_insufficient.join(", ");
        fact(
            "undecided",
            text(format!("{labels} (too few source groups to exclude them)")),
        );
    }
    if let Some(asked) = &evidence.asked {
        let [h1, h2] = &asked.words;
        let mut cells = vec![text(format!("H1: {h1}. H2: {h2}. "))];
        match asked.log10_lr {
            Some(lr) => {
                let at = at.replace("/heard", "/asked");
                cells.push(text("log10 LR "));
                cells.push(shown_as(format!("{at}/log10_lr"), lr, words::log10_lr(lr)));
                cells.push(text(format!(": {}", crate::verify::evidence::verbal(lr))));
            }
            None => cells.push(text(format!(
                "No likelihood ratio: {}.",
                asked.why_none.as_deref().unwrap_or_default()
            ))),
        }
        fact("the question asked", Cell::Mixed(cells));
    }
    section.tables.push(answer);
    section.tables.push(timeline(&at, evidence));
    section
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
