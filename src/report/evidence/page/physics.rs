//! What the lines say, independent of the classifier.

use super::cell::{figure, shown_as, span, text, Cell, Table};
use super::Section;
use crate::verify::evidence::{CombEvidence, Concord, Evidence};
use crate::verify::physics::{Candidate, Check, Parameter, PassKind, RatioKind, Reading, Verdict};

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
    for (n, comb) in physics.combs.iter().enumerate().take(SPELT_OUT) {
        section
            .tables
            .push(lines(&format!("{at}/combs/{n}"), n, comb));
        section
            .tables
            .extend(pass(&format!("{at}/combs/{n}/pass"), n, comb));
        section
            .tables
            .extend(climb(&format!("{at}/combs/{n}/climb"), n, comb));
    }
    if !physics.ratios.is_empty() {
        section.tables.push(ratios(&at, evidence));
    }
    section.tables.push(consistency(&at, &physics.candidates));
    section.tables.push(implied(&at, &physics.candidates));
    section.notes.push("One microphone gives no speed of a dive, and of half a pass only speed and rest frequency together. Intervals are 90 %.".into());
    section
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

fn lines(at: &str, number: usize, comb: &CombEvidence) -> Table {
    let mut table = Table::new(
        format!(
            "Lines of comb {}: orders are multiples of its fundamental",
            number + 1
        ),
        &["order", "Hz", "above the gaps beside it, dB"],
    );
    for (n, line) in comb.lines.iter().enumerate() {
        let at = format!("{at}/lines/{n}");
        table.row([
            figure(format!("{at}/order"), line.order, 1),
            figure(format!("{at}/hz"), line.hz, 1),
            figure(format!("{at}/height_db"), line.height_db, 1),
        ]);
    }
    table
}

fn pass(at: &str, number: usize, comb: &CombEvidence) -> Option<Table> {
    let pass = comb.pass.as_ref()?;
    let what = match pass.kind {
        PassKind::Through => "a pass, heard through its closest point",
        PassKind::Part => "part of a pass: speed and rest frequency are known together only (see the picture), and each interval by itself is wide",
    };
    let mut table = Table::new(
        format!("Comb {} may be {what}", number + 1),
        &["", "likeliest", "90 % interval"],
    );
    for (name, key, e, scale, digits) in [
        ("rest frequency, Hz", "rest_hz", pass.rest_hz, 1.0, 1),
        ("speed, km/h", "speed_mps", pass.speed_mps, 3.6, 0),
        (
            "closest, heard at, s",
            "closest_heard_s",
            pass.closest_heard_s,
            1.0,
            1,
        ),
        ("distance there, m", "closest_m", pass.closest_m, 1.0, 0),
    ] {
        let shown = |part: &str, value: f64| {
            shown_as(
                format!("{at}/{key}/{part}"),
                value,
                format!("{:.digits$}", scale * value),
            )
        };
        let likeliest = match pass.kind {
            PassKind::Through => shown("value", e.value),
            PassKind::Part => text("-"),
        };
        table.row([
            text(name),
            likeliest,
            Cell::Mixed(vec![
                shown("low", e.low),
                text(" to "),
                shown("high", e.high),
            ]),
        ]);
    }
    table.row([
        text("evidence of a pass over a steady distance, log10"),
        figure(format!("{at}/log10_over_steady"), pass.log10_over_steady, 1),
        text(""),
    ]);
    Some(table)
}

fn climb(at: &str, number: usize, comb: &CombEvidence) -> Option<Table> {
    let climb = comb.climb.as_ref()?;
    let mut table = Table::new(format!("Largest climb of comb {}", number + 1), &["", ""]);
    let mut fact = |name: &str, cell: Cell| table.row([text(name), cell]);
    fact(
        "from, s",
        figure(format!("{at}/span_s/low"), climb.span_s.low, 1),
    );
    fact(
        "to, s",
        figure(format!("{at}/span_s/high"), climb.span_s.high, 1),
    );
    fact(
        "at its foot, Hz",
        figure(format!("{at}/from_hz"), climb.from_hz, 1),
    );
    fact(
        "at its top, Hz",
        figure(format!("{at}/to_hz"), climb.to_hz, 1),
    );
    let rate = &climb.rate_hz_per_s;
    fact(
        "rate, Hz/s",
        Cell::Mixed(vec![
            figure(format!("{at}/rate_hz_per_s/value"), rate.value, 1),
            text(" ("),
            figure(format!("{at}/rate_hz_per_s/low"), rate.low, 1),
            text(" to "),
            figure(format!("{at}/rate_hz_per_s/high"), rate.high, 1),
            text(")"),
        ]),
    );
    fact(
        "comb last heard, s",
        figure(format!("{at}/end_s"), climb.end_s, 1),
    );
    let end = match climb.ends_abruptly {
        true => "at once, while the recording goes on: as an impact does, and as a cut does",
        false => "fades, or with the recording",
    };
    fact("ends", text(end));
    Some(table)
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

fn consistency(at: &str, candidates: &[Candidate]) -> Table {
    let mut table = Table::new(
        "Published figures of each airframe against what was measured of comb 1. A figure that is presumed has a wide range: consistent excludes little, inconsistent says more",
        &["airframe", "phase", "figure", "published", "measured", "off by", "verdict"],
    );
    for (n, candidate) in candidates.iter().enumerate() {
        for (row, check) in candidate.checks.iter().enumerate() {
            if check.published.is_none() && check.measured.is_none() {
                continue;
            }
            let at = format!("{at}/candidates/{n}/checks/{row}");
            table.row([
                text(candidate.airframe.clone()),
                text(candidate.phase.name()),
                text(match check.parameter {
                    Parameter::ShaftRate => "shaft rate, rpm",
                    Parameter::Speed => "speed, km/h",
                    Parameter::CombRatio => "ratio of two combs",
                }),
                published(&at, check),
                range(&at, "measured", check),
                off(&at, check),
                verdict(check.verdict),
            ]);
        }
    }
    table
}

fn published(at: &str, check: &Check) -> Cell {
    range(at, "published", check)
}

fn range(at: &str, which: &str, check: &Check) -> Cell {
    let own = if which == "published" {
        &check.published
    } else {
        &check.measured
    };
    let Some(own) = own else {
        return text("not measured");
    };
    let (scale, digits) = match check.parameter {
        Parameter::ShaftRate => (1.0, 0),
        Parameter::Speed => (3.6, 0),
        Parameter::CombRatio => (1.0, 3),
    };
    let end = |part: &str, value: f64| {
        shown_as(
            format!("{at}/{which}/{part}"),
            value,
            format!("{:.digits$}", scale * value),
        )
    };
    Cell::Mixed(vec![
        end("low", own.low),
        text(" to "),
        end("high", own.high),
    ])
}

fn off(at: &str, check: &Check) -> Cell {
    match (check.verdict, check.off_percent) {
        (Verdict::Inconsistent, Some(percent)) => shown_as(
            format!("{at}/off_percent"),
            percent,
            format!("{percent:+.0} %"),
        ),
        _ => text(""),
    }
}

fn verdict(verdict: Verdict) -> Cell {
    let (kind, words) = match verdict {
        Verdict::Consistent => ("yes", "consistent"),
        Verdict::Inconsistent => ("no", "inconsistent"),
        Verdict::CannotTell => ("maybe", "cannot tell"),
    };
    Cell::Verdict(kind, words.to_owned())
}

fn implied(at: &str, candidates: &[Candidate]) -> Table {
    let mut table = Table::new(
        "What comb 1 would mean for each airframe, by what its fundamental is taken for",
        &[
            "airframe",
            "phase",
            "taken for",
            "per shaft turn",
            "shaft rate, rpm",
            "verdict",
        ],
    );
    for (n, candidate) in candidates.iter().enumerate() {
        for (row, own) in candidate.implied.iter().enumerate() {
            let at = format!("{at}/candidates/{n}/implied/{row}");
            table.row([
                text(candidate.airframe.clone()),
                text(candidate.phase.name()),
                text(match own.reading {
                    Reading::Shaft => "shaft",
                    Reading::Propeller => "propeller",
                    Reading::BladePass => "blades",
                    Reading::Firing => "firings",
                    Reading::Cycle => "engine cycle",
                    Reading::Electrical => "motor, electrical",
                }),
                figure(format!("{at}/per_shaft"), own.per_shaft, 2),
                span(
                    &format!("{at}/shaft_rpm"),
                    own.shaft_rpm.low,
                    own.shaft_rpm.high,
                    0,
                ),
                verdict(own.verdict),
            ]);
        }
    }
    table
}
