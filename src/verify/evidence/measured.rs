//! What the lines say, without the frames of the tracks: those stand in `track.csv`.

use crate::verify::physics::{
    Candidate, Climb, Comb, CombRatio, HeardLine, PassFit, Physics, Range,
};
use serde::{Deserialize, Serialize};

/// What the lines say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The combs heard, the strongest first.
    pub combs: Vec<CombEvidence>,
    /// How they stand to each other.
    pub ratios: Vec<CombRatio>,
    /// Each airframe of the catalogue in each of its phases against the strongest comb.
    pub candidates: Vec<Candidate>,
}

/// One comb.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CombEvidence {
    /// From where it is first heard to where last, s.
    pub span_s: Range,
    /// Seconds in which it is heard.
    pub heard_s: f64,
    /// Median fundamental, Hz.
    pub median_hz: f64,
    /// Between a twentieth of the frames below and a twentieth above, Hz.
    pub range_hz: Range,
    /// Median half width of the 90 % intervals of its frames, Hz.
    pub uncertainty_hz: f64,
    /// Its lines.
    pub lines: Vec<HeardLine>,
    /// Whether it stands as still on a multiple of 50 or 60 Hz as mains hum does.
    pub may_be_mains: bool,
    /// The pass that it may be.
    pub pass: Option<PassFit>,
    /// Its largest climb.
    pub climb: Option<Climb>,
}

impl Measured {
    pub(super) fn of(physics: &Physics) -> Self {
        Self {
            combs: physics.combs.iter().map(CombEvidence::of).collect(),
            ratios: physics.ratios.clone(),
            candidates: physics.candidates.clone(),
        }
    }
}

impl CombEvidence {
    fn of(comb: &Comb) -> Self {
        let points = &comb.track.points;
        let time = |p: Option<&crate::spectrum::TrackPoint>| p.map_or(0.0, |p| p.time_s);
        let mut widths: Vec<f64> = points
            .iter()
            .map(|p| 0.5 * (p.high_hz - p.low_hz))
            .collect();
        widths.sort_by(f64::total_cmp);
        Self {
            span_s: Range {
                low: time(points.first()),
                high: time(points.last()),
            },
            heard_s: comb.heard_s,
            median_hz: comb.median_hz,
            range_hz: comb.range_hz,
            uncertainty_hz: widths.get(widths.len() / 2).copied().unwrap_or(0.0),
            lines: comb.lines.clone(),
            may_be_mains: comb.may_be_mains,
            pass: comb.pass.clone(),
            climb: comb.climb.clone(),
        }
    }
}
