//! What the lines say, without the frames of the tracks: those stand in `track.csv`.

use crate::verify::physics::{
    Candidate, Climb, Comb, CombRatio, HeardLine, PassFit, Physics, Range,
};
use serde::{Deserialize, Serialize};

/// What the lines say.
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
    /// With all times later by `starts_s`.
    pub(super) fn of(physics: &Physics, starts_s: f64) -> Self {
        let combs = physics.combs.iter().map(CombEvidence::of);
        Self {
            combs: combs.map(|comb| comb.later(starts_s)).collect(),
            ratios: physics.ratios.clone(),
            candidates: physics.candidates.clone(),
        }
    }
}

impl CombEvidence {
    fn later(mut self, by_s: f64) -> Self {
        let range = |r: &mut Range| {
            r.low += by_s;
            r.high += by_s;
        };
        range(&mut self.span_s);
        if let Some(pass) = &mut self.pass {
            range(&mut pass.span_s);
            for at in [&mut pass.closest_heard_s, &mut pass.closest_emitted_s] {
                at.value += by_s;
                at.low += by_s;
                at.high += by_s;
            }
            pass.points.iter_mut().for_each(|p| p.time_s += by_s);
        }
        if let Some(climb) = &mut self.climb {
            range(&mut climb.span_s);
            climb.end_s += by_s;
        }
        self
    }

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
