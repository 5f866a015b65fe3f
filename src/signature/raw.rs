//! A signature file as it is written: unchecked. Keys that are not here are refused.

use super::{Confidence, Cycle, Fact, Mounting, Unit};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawSignature {
    pub schema: String,
    pub id: String,
    pub names: Vec<String>,
    pub maker: String,
    pub kind: String,
    pub family: String,
    pub label: String,
    pub note: Option<String>,
    pub mass: RawFigure,
    pub engine: RawEngine,
    pub propeller: Option<RawPropeller>,
    #[serde(default)]
    pub phases: BTreeMap<String, RawPhase>,
}

/// `[engine]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawEngine {
    pub cycle: Fact<Cycle>,
    pub designation: Option<Fact<String>>,
    pub rotors: Option<RawFigure>,
    pub cylinders: Option<RawFigure>,
    pub firings_per_revolution: Option<RawFigure>,
    pub pole_pairs: Option<RawFigure>,
    pub rated_rpm: Option<RawFigure>,
}

/// `[propeller]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawPropeller {
    pub mounting: Fact<Mounting>,
    pub blades: RawFigure,
    pub gear_ratio: RawFigure,
    pub diameter: RawFigure,
    pub supersonic_tips: Option<String>,
}

/// `[phases.NAME]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawPhase {
    pub shaft_rpm: RawFigure,
    pub speed: RawFigure,
}

/// One figure: exactly one of value, range and choices, unless it is unknown.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawFigure {
    pub value: Option<f64>,
    pub range: Option<[f64; 2]>,
    pub choices: Option<Vec<f64>>,
    pub unit: Unit,
    pub confidence: Confidence,
    pub source: Option<String>,
}
