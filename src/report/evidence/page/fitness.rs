//! What the recording is fit for.

use super::cell::{figure, shown_as, text, Cell, Table};
use super::Section;
use crate::audio::Fitness;
use crate::report::words;
use crate::verify::condition::{Condition, JoinKind, Treatment};
use crate::verify::evidence::Evidence;

/// Cuts that are listed.
const MOST_JOINS: usize = 20;
/// Segments that are listed.
const MOST_SEGMENTS: usize = 120;

pub(super) fn fitness(at: &str, evidence: &Evidence) -> Section {
    let mut section = Section::new("fitness", "What the recording is fit for");
    let fit = format!("{at}/fitness");
    let at = format!("{fit}/quality");
    let fitness = &evidence.fitness;
    let q = &fitness.quality;
    let mut table = Table::new("", &["", ""]);
    table.row([text("for an answer"), verdict(fitness.overall)]);
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
    section.tables.push(verdicts(&fitness.condition));
    section
        .tables
        .extend(signs(&format!("{fit}/condition"), &fitness.condition));
    section
        .tables
        .push(snr(&format!("{fit}/condition"), &fitness.condition).folded());
    section
        .said
        .extend(fitness.warnings.iter().map(|w| words::printable(w)));
    section
}

fn verdicts(condition: &Condition) -> Table {
    let mut table = Table::new("Question by question", &["fit", "verdict", "why not more"]);
    for own in &condition.verdicts {
        table.row([
            text(words::question(own.question)),
            verdict(own.fitness),
            text(own.reasons.join("; ")),
        ]);
    }
    table
}

/// What may have been done to the sound, and where it may be cut: signs, not proof.
fn signs(at: &str, condition: &Condition) -> Option<Table> {
    if condition.signs.is_empty() && condition.joins.is_empty() {
        return None;
    }
    let mut table = Table::new(
        "Signs of what may have been done to the sound. A sign is not a proof: a door that opens changes the background too",
        &["sign", "at, s", "strength", "what was measured"],
    );
    for (n, sign) in condition.signs.iter().enumerate() {
        let at = format!("{at}/signs/{n}");
        table.row([
            text(match sign.treatment {
                Treatment::AutomaticGain => "automatic gain control",
                Treatment::SpectralHoles => "noise suppression, or very lossy coding",
                Treatment::Gate => "a noise gate",
                Treatment::VoiceBand => "a codec or filter for the voice",
            }),
            sign.at_s
                .map_or(text("all over"), |s| figure(format!("{at}/at_s"), s, 1)),
            figure(format!("{at}/strength"), sign.strength, 2),
            text(sign.measured.clone()),
        ]);
    }
    for (n, join) in condition.joins.iter().enumerate().take(MOST_JOINS) {
        let at = format!("{at}/joins/{n}");
        let what = match join.kind {
            JoinKind::Spectrum => "the background changes at once",
            JoinKind::Level => "the level of the background steps",
            JoinKind::Dc => "the mean of the samples steps",
        };
        let click = if join.click { ", with a click" } else { "" };
        table.row([
            text("a cut in the sound"),
            figure(format!("{at}/time_s"), join.time_s, 2),
            figure(format!("{at}/strength"), join.strength, 2),
            text(format!("{what}{click}")),
        ]);
    }
    Some(table)
}

/// Segment by segment.
fn snr(at: &str, condition: &Condition) -> Table {
    let mut table = Table::new(
        "How far the sound stands above its own floor, segment by segment",
        &[
            "from, s",
            "to, s",
            "level, dBFS",
            "above the floor, dB",
            "best comb above its gaps, dB",
        ],
    );
    for (n, own) in condition.segments.iter().enumerate().take(MOST_SEGMENTS) {
        let at = format!("{at}/segments/{n}");
        table.row([
            figure(format!("{at}/start_s"), own.start_s, 1),
            figure(format!("{at}/end_s"), own.end_s, 1),
            figure(format!("{at}/level_dbfs"), own.level_dbfs, 1),
            figure(format!("{at}/above_floor_db"), own.above_floor_db, 1),
            figure(format!("{at}/comb_db"), own.comb_db, 1),
        ]);
    }
    let more = condition.segments.len().saturating_sub(MOST_SEGMENTS);
    if more > 0 {
        table.caption += &format!(" ({more} more segments stand in report.json)");
    }
    table
}

pub(super) fn verdict(fitness: Fitness) -> Cell {
    let kind = match fitness {
        Fitness::Fit => "yes",
        Fitness::Limited => "maybe",
        Fitness::Unfit => "no",
    };
    Cell::Verdict(kind, fitness.name().to_owned())
}
