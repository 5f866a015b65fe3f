//! A published range against a measured one.

use super::Range;
use serde::{Deserialize, Serialize};

/// How a sheet and a measurement stand to each other.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The measurement lies in the sheet's range.
    Consistent,
    /// It does not.
    Inconsistent,
    /// Nothing was measured that could tell, or the sheet says nothing.
    CannotTell,
}

/// A parameter of a sheet.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Parameter {
    /// Shaft rate, rpm.
    ShaftRate,
    /// Speed, m/s.
    Speed,
    /// Ratio of two combs.
    CombRatio,
}

/// One row of the consistency table.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// What is compared.
    pub parameter: Parameter,
    /// What the sheet says, in the parameter's unit.
    pub published: Option<Range>,
    /// What was measured: for the shaft rate by the reading that fits best.
    pub measured: Option<Range>,
    /// How they stand to each other.
    pub verdict: Verdict,
    /// How far the nearest ends lie apart, in the parameter's unit; 0 where they meet.
    pub off_by: Option<f64>,
    /// The same in % of the nearest published value.
    pub off_percent: Option<f64>,
    /// For the shaft rate the same in Hz of the fundamental, as heard or, where a pass gave it, at rest.
    pub off_hz: Option<f64>,
}

/// A row of a parameter that was measured.
pub(super) fn compare(parameter: Parameter, published: Range, measured: Range) -> Check {
    let off = gap(&measured, &published);
    let end = if off > 0.0 {
        published.high
    } else {
        published.low
    };
    Check {
        parameter,
        published: Some(published),
        measured: Some(measured),
        verdict: match off == 0.0 {
            true => Verdict::Consistent,
            false => Verdict::Inconsistent,
        },
        off_by: Some(off),
        off_percent: Some(100.0 * off / end.max(1e-9)),
        off_hz: None,
    }
}

/// A row of a parameter that was not measured, or that the sheet does not give.
pub(super) fn untold(parameter: Parameter, published: Option<Range>) -> Check {
    Check {
        parameter,
        published,
        measured: None,
        verdict: Verdict::CannotTell,
        off_by: None,
        off_percent: None,
        off_hz: None,
    }
}

/// How far `measured` lies above (positive) or below `published`; 0 where they meet.
pub(super) fn gap(measured: &Range, published: &Range) -> f64 {
    if measured.meets(published) {
        0.0
    } else if measured.low > published.high {
        measured.low - published.high
    } else {
        measured.high - published.low
    }
}
