//! What the recording is fit for.

use super::cell::{figure, shown_as, text, Cell, Table};
use super::Section;
use crate::audio::Fitness;
use crate::report::words;
use crate::verify::evidence::Evidence;

pub(super) fn fitness(at: &str, evidence: &Evidence) -> Section {
    let mut section = Section::new("fitness", "What the recording is fit for");
    let at = format!("{at}/fitness/quality");
    let fitness = &evidence.fitness;
    let q = &fitness.quality;
    let mut table = Table::new("", &["", ""]);
    table.row([text("as a whole"), verdict(fitness.overall)]);
    let mut measured = |name: &str, key: &str, value: f64, digits: usize, unit: &str| {
        let own = figure(format!("{at}/{key}"), value, digits);
        table.row([text(name), Cell::Mixed(vec![own, text(unit)])]);
    };
    measured(
        "sound up to",
        "bandwidth_hz",
        q.bandwidth_hz,
        0,
        " Hz (8,000 at most is looked at)",
    );
    measured("average level", "rms_dbfs", q.rms_dbfs, 1, " dBFS");
    measured("highest amplitude", "peak_dbfs", q.peak_dbfs, 1, " dBFS");
    let percent = |share: f64| format!("{:.2} %", 100.0 * share);
    for (name, key, share) in [
        ("clipped", "clipped_fraction", q.clipped_fraction),
        ("silent", "silent_fraction", q.silent_fraction),
    ] {
        table.row([
            text(name),
            shown_as(format!("{at}/{key}"), share, percent(share)),
        ]);
    }
    table.row([text("dropouts"), text(q.dropouts.to_string())]);
    section.tables.push(table);
    section
        .said
        .extend(fitness.warnings.iter().map(|w| words::printable(w)));
    section
}

pub(super) fn verdict(fitness: Fitness) -> Cell {
    let kind = match fitness {
        Fitness::Fit => "yes",
        Fitness::Limited => "maybe",
        Fitness::Unfit => "no",
    };
    Cell::Verdict(kind, words::fitness(fitness).to_owned())
}
