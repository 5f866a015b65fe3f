//! Fits of straight passes beside the truth.

use super::heard::Follow;
use super::EvaluateError;
use crate::evaluate::figures::share::Share;
use crate::render::Truth;
use crate::verify::physics::{PassFit, PassKind};
use serde::{Deserialize, Serialize};

/// What is true of a pass.
pub(super) struct PassTruth {
    speed_mps: f64,
    heard_s: f64,
    distance_m: f64,
    /// Of the comb that was followed; `None` for an octave error.
    rest_hz: Option<f64>,
}

/// A pass and what was made of it.
pub(super) struct Fitted {
    pub(super) truth: PassTruth,
    pub(super) found: Option<PassFit>,
}

impl PassTruth {
    /// `None` if the closest approach lies more than a minute outside the clip.
    pub(super) fn new(truth: &Truth, follow: &Follow) -> Option<Self> {
        let closest = truth.closest?;
        let mut turns: Vec<f64> = truth.track.iter().map(|i| i.propeller_rpm / 60.0).collect();
        turns.sort_by(f64::total_cmp);
        let turn = turns[turns.len() / 2];
        let right = follow.heard.as_ref().filter(|h| !h.is_octave_error);
        Some(Self {
            speed_mps: truth.scene.flight.speed_mps,
            heard_s: closest.heard_s,
            distance_m: closest.distance_m,
            rest_hz: right.map(|h| h.ratio * turn),
        })
    }
}

/// How fits fare.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Passes {
    /// Passes for which a fit is given; the others say that a steady distance explains the track as well.
    pub fitted: Share,
    /// Fits that call the speed measured.
    pub measured: Share,
    /// Errors of all fits: median and 90th percentile.
    pub speed_error: [f64; 2],
    /// Of the time when the closest approach is heard, s.
    pub closest_error_s: [f64; 2],
    /// Of its distance, share.
    pub distance_error: [f64; 2],
    /// Errors of the speed where it is called measured.
    pub measured_speed_error: [f64; 2],
    /// Errors of the time of the closest approach there, s.
    pub measured_closest_error_s: [f64; 2],
    /// Fits whose 90 % interval holds the true speed.
    pub speed_holds: Share,
    /// The time of the closest approach.
    pub closest_holds: Share,
    /// Its distance.
    pub distance_holds: Share,
    /// The frequency at rest.
    pub rest_holds: Share,
    /// The four together: parameters held of all parameters.
    pub any_holds: f64,
    /// Joint regions that hold speed and rest frequency.
    pub joint_holds: Share,
    /// Median of the upper over the lower end of the speed's interval.
    pub speed_width: f64,
}

impl Passes {
    pub(super) fn of(all: &[&Fitted]) -> Result<Self, EvaluateError> {
        let fits: Vec<(&PassTruth, &PassFit)> = all
            .iter()
            .filter_map(|f| Some((&f.truth, f.found.as_ref()?)))
            .collect();
        let measured: Vec<_> = fits
            .iter()
            .copied()
            .filter(|(_, f)| f.kind == PassKind::Through)
            .collect();
        let speed = |(t, f): &(&PassTruth, &PassFit)| (f.speed_mps.value / t.speed_mps - 1.0).abs();
        let time = |(t, f): &(&PassTruth, &PassFit)| (f.closest_heard_s.value - t.heard_s).abs();
        let distance =
            |(t, f): &(&PassTruth, &PassFit)| (f.closest_m.value / t.distance_m - 1.0).abs();
        let with_rest: Vec<_> = fits
            .iter()
            .filter_map(|(t, f)| Some((t.speed_mps, t.rest_hz?, f)))
            .collect();
        let holds = [
            Share::of(&fits, |(t, f)| f.speed_mps.holds(t.speed_mps))?,
            Share::of(&fits, |(t, f)| f.closest_heard_s.holds(t.heard_s))?,
            Share::of(&fits, |(t, f)| f.closest_m.holds(t.distance_m))?,
            Share::of(&with_rest, |(_, rest, f)| f.rest_hz.holds(*rest))?,
        ];
        let held: usize = holds.iter().map(|s| s.hits).sum();
        let asked: usize = holds.iter().map(|s| s.n).sum();
        let [speed_holds, closest_holds, distance_holds, rest_holds] = holds;
        Ok(Self {
            fitted: Share::new(fits.len(), all.len())?,
            measured: Share::new(measured.len(), fits.len())?,
            speed_error: quantiles(fits.iter().map(speed)),
            closest_error_s: quantiles(fits.iter().map(time)),
            distance_error: quantiles(fits.iter().map(distance)),
            measured_speed_error: quantiles(measured.iter().map(speed)),
            measured_closest_error_s: quantiles(measured.iter().map(time)),
            speed_holds,
            closest_holds,
            distance_holds,
            rest_holds,
            any_holds: held as f64 / asked.max(1) as f64,
            joint_holds: Share::of(&with_rest, |(speed, rest, f)| {
                let row = |r: &crate::verify::physics::JointRow| {
                    r.speed_mps.holds(*speed) && r.rest_hz.holds(*rest)
                };
                f.joint.iter().any(row)
            })?,
            speed_width: quantiles(fits.iter().map(|(_, f)| f.speed_mps.high / f.speed_mps.low))[0],
        })
    }
}

/// Median and 90th percentile; 0 for nothing.
fn quantiles(values: impl Iterator<Item = f64>) -> [f64; 2] {
    let mut all: Vec<f64> = values.collect();
    all.sort_by(f64::total_cmp);
    [0.5, 0.9].map(|share| {
        let at = (share * all.len().saturating_sub(1) as f64).round() as usize;
        all.get(at).copied().unwrap_or(0.0)
    })
}
