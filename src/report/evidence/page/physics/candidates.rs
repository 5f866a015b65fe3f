//! Each airframe against what was measured.

use super::super::cell::{figure, shown_as, span, text, Cell, Table};
use super::lines::taken_for;
use crate::verify::physics::{Candidate, Check, Parameter, Verdict};

pub(super) fn consistency(at: &str, candidates: &[Candidate]) -> Table {
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

pub(super) fn implied(at: &str, candidates: &[Candidate]) -> Table {
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
                text(taken_for(own.reading)),
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
