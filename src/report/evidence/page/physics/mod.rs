//! What the lines say, independent of the classifier.

mod candidates;
mod lines;
mod movement;

use super::cell::{figure, span, text, Table};
use super::Section;
use crate::verify::evidence::{CombEvidence, Concord, Evidence};
use crate::verify::physics::{Candidate, RatioKind, Verdict};

/// Combs that are spelt out.
const SPELT_OUT: usize = 3;

pub(super) fn physics(at: &str, evidence: &Evidence) -> Section {
    let mut section = Section::new(
        "physics",
        "What its lines say, independent of the classifier",
    );
    let at = format!("{at}/physics");
    let physics = &evidence.physics;
    let concord = match evidence.agreement.concord {
        Concord::Agree => "They agree with the classifier.",
        Concord::Disagree => "They disagree with the classifier.",
        Concord::CannotTell => "They neither confirm nor contradict the classifier.",
    };
    section.said.push(format!(
        "{concord} {}",
        evidence.agreement.because.join(" ")
    ));
    if physics.combs.is_empty() {
        return section;
    }
    section.tables.push(combs(&at, &physics.combs));
    let named = named(evidence);
    for (n, comb) in physics.combs.iter().enumerate().take(SPELT_OUT) {
        let own = named.filter(|_| n == 0);
        section
            .tables
            .push(lines::lines(&format!("{at}/combs/{n}"), n, comb, own));
        section
            .tables
            .extend(movement::pass(&format!("{at}/combs/{n}/pass"), n, comb));
        section
            .tables
            .extend(movement::climb(&format!("{at}/combs/{n}/climb"), n, comb));
    }
    if !physics.ratios.is_empty() {
        section.tables.push(ratios(&at, evidence));
    }
    section
        .tables
        .push(candidates::consistency(&at, &physics.candidates));
    section
        .tables
        .push(candidates::implied(&at, &physics.candidates).folded());
    section.notes.push("One microphone gives no speed of a dive, and of half a pass only speed and rest frequency together. Intervals are 90 %.".into());
    section
}

/// The candidate of the label and phase that the classifier names, if the lines allow it.
fn named(evidence: &Evidence) -> Option<&Candidate> {
    let heard = &evidence.heard;
    let of_label = |c: &&Candidate| c.label == heard.label && c.verdict == Verdict::Consistent;
    let phase = heard.phase.as_deref();
    let mut own = evidence.physics.candidates.iter().filter(of_label);
    let first = own.clone().next();
    own.find(|c| Some(c.phase.name()) == phase).or(first)
}

fn combs(at: &str, combs: &[CombEvidence]) -> Table {
    let mut table = Table::new(
        "Combs: harmonic series, the strongest first; every frame stands in track.csv",
        &[
            "comb",
            "fundamental, Hz (median)",
            "+- Hz",
            "range, Hz",
            "from, s",
            "to, s",
            "heard, s",
            "may be mains hum",
        ],
    );
    for (n, comb) in combs.iter().enumerate() {
        let at = format!("{at}/combs/{n}");
        table.row([
            text((n + 1).to_string()),
            figure(format!("{at}/median_hz"), comb.median_hz, 1),
            figure(format!("{at}/uncertainty_hz"), comb.uncertainty_hz, 2),
            span(
                &format!("{at}/range_hz"),
                comb.range_hz.low,
                comb.range_hz.high,
                1,
            ),
            figure(format!("{at}/span_s/low"), comb.span_s.low, 1),
            figure(format!("{at}/span_s/high"), comb.span_s.high, 1),
            figure(format!("{at}/heard_s"), comb.heard_s, 1),
            text(if comb.may_be_mains { "yes" } else { "no" }),
        ]);
    }
    table
}

fn ratios(at: &str, evidence: &Evidence) -> Table {
    let mut table = Table::new(
        "How the combs stand to each other",
        &[
            "combs",
            "ratio",
            "whole ratio",
            "together, s",
            "what that says",
        ],
    );
    for (n, ratio) in evidence.physics.ratios.iter().enumerate() {
        let [a, b] = ratio.tracks;
        table.row([
            text(format!("{} over {}", b + 1, a + 1)),
            figure(format!("{at}/ratios/{n}/ratio"), ratio.ratio, 3),
            text(
                ratio
                    .whole
                    .map_or("none".to_owned(), |[a, b]| format!("{a}:{b}")),
            ),
            figure(format!("{at}/ratios/{n}/together_s"), ratio.together_s, 1),
            text(match ratio.kind {
                RatioKind::Whole => "orders of one shaft, or blades and firings without a gearbox",
                RatioKind::Geared => {
                    "fixed but not whole: a gearbox, or two machines at one distance and rate"
                }
                RatioKind::Changing => "it changes: two machines",
            }),
        ]);
    }
    table
}
