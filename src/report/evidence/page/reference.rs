//! On what the knowledge rests.

use super::cell::{figure, shown_as, text, Cell, Table};
use super::Section;
use crate::report::words;
use crate::verify::evidence::{Counted, Evidence, Reference};

pub(super) fn reference(at: &str, evidence: &Evidence) -> Section {
    let mut section = Section::new("reference", "On what this rests");
    let mut table = Table::new(
        "",
        &[
            "label",
            "grade",
            "recordings",
            "source groups",
            "rendered clips",
            "held out: right",
            "detected at 1 % false alarms",
            "AUC",
            "learnt from",
        ],
    );
    for (n, own) in evidence.references.iter().enumerate() {
        let at = format!("{at}/references/{n}/held_out");
        let held = own.held_out.as_ref();
        table.row([
            text(own.label.clone()),
            text(words::grade_letter(own.grade)),
            text(own.recordings.to_string()),
            text(own.groups.to_string()),
            text(own.rendered.to_string()),
            counted(held.map(|held| held.right)),
            counted(held.and_then(|held| held.recall)),
            held.and_then(|h| h.auc)
                .map_or(text("none"), |auc| figure(format!("{at}/auc"), auc, 3)),
            text(own.sources.join(", ")),
        ]);
    }
    section.tables.push(table);
    section.tables.extend(of_this_fitness(evidence));
    let outside = evidence.outside;
    let mut distance = Table::new("", &["", ""]);
    distance.row([
        text("distance from what was learnt"),
        Cell::Mixed(vec![
            shown_as(format!("{at}/outside"), outside, format!("{:.1} %", 100.0 * outside)),
            text(" of the features lie outside the range of the training recordings (0.2 % do so on average for recordings like them)"),
        ]),
    ]);
    section.tables.push(distance);
    let protocol = evidence.references.iter().find_map(|r| r.held_out.as_ref());
    if let Some(held) = protocol {
        section.notes.push(format!(
            "Held-out figures of the first table are counted over recordings of every length and fitness, those of the second over recordings as fit as this one, at the threshold of all; intervals are those of its card, 95 %. Protocol: {}.",
            held.protocol
        ));
    }
    section.notes.push("Grade A: learnt from real recordings of 10 source groups or more, B: of fewer, C: from rendered sound only. A group is all that was cut from one original.".into());
    section
}

/// The same counts over held-out recordings that are as fit as this one.
fn of_this_fitness(evidence: &Evidence) -> Option<Table> {
    let known = |own: &Reference| own.held_out.as_ref()?.of_this_fitness.clone();
    let fitness = evidence.fitness.overall.name();
    let mut table = Table::new(
        format!("Held-out recordings that are as fit for an answer as this one: {fitness}"),
        &[
            "label",
            "right",
            "detected at 1 % false alarms",
            "others alarmed",
        ],
    );
    for (own, of) in evidence
        .references
        .iter()
        .filter_map(|own| Some((own, known(own)?)))
    {
        table.row([
            text(own.label.clone()),
            counted(Some(of.right).filter(|right| right.n > 0)),
            counted(Some(of.recall).filter(|recall| recall.n > 0)),
            counted(Some(of.false_alarms)),
        ]);
    }
    let any = evidence.references.iter().any(|own| known(own).is_some());
    any.then_some(table)
}

/// A share as it was counted, with its interval, or the word that there is none. No-break spaces let a narrow column put the
/// interval into a second line, and no more.
fn counted(share: Option<Counted>) -> Cell {
    share.map_or(text("none"), |Counted { hits, n, low, high }| {
        text(format!(
            "{hits}\u{a0}of\u{a0}{n} ({:.0}\u{a0}to\u{a0}{:.0}\u{a0}%)",
            100.0 * low,
            100.0 * high
        ))
    })
}
