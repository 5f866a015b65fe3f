//! How combs heard at the same time stand to each other.

use crate::signature::RATIO_TOLERANCE;
use crate::spectrum::Track;
use serde::{Deserialize, Serialize};

/// Seconds that two combs must be heard together.
const TOGETHER_S: f64 = 0.75;
/// Most terms of a whole ratio: orders of one shaft.
const MOST_TERM: u32 = 6;
/// How much a ratio may wander (standard deviation, share) and still count as fixed.
const FIXED: f64 = 0.01;

/// What the ratio of two combs says.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RatioKind {
    /// Whole and fixed: orders of one shaft, or blades and firings without a gearbox.
    Whole,
    /// Fixed, but not whole: a gearbox, or two machines that keep the same distance and rate.
    Geared,
    /// It changes: two machines.
    Changing,
}

/// Two combs of a recording.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CombRatio {
    /// Numbers of the two tracks, the strongest being 0.
    pub tracks: [usize; 2],
    /// Fundamental of the second over that of the first, median.
    pub ratio: f64,
    /// Standard deviation of the ratio, share of it.
    pub spread: f64,
    /// The whole ratio that it is, second to first.
    pub whole: Option<[u32; 2]>,
    /// What that says.
    pub kind: RatioKind,
    /// Seconds in which both are heard.
    pub together_s: f64,
}

/// The ratio of each pair of tracks that are heard together.
pub(super) fn all(tracks: &[&Track]) -> Vec<CombRatio> {
    let mut found = Vec::new();
    for first in 0..tracks.len() {
        for second in first + 1..tracks.len() {
            found.extend(ratio(tracks, first, second));
        }
    }
    found
}

fn ratio(tracks: &[&Track], first: usize, second: usize) -> Option<CombRatio> {
    let mut ratios = tracks[second].over(tracks[first]);
    let together_s = ratios.len() as f64 * crate::spectrum::track_hop_s();
    if together_s < TOGETHER_S {
        return None;
    }
    ratios.sort_by(f64::total_cmp);
    let at = |share: f64| super::estimate::quantile(&ratios, share).unwrap_or(1.0);
    let median = at(0.5);
    // From the quartiles: single frames go astray.
    let spread = (at(0.75) - at(0.25)) / 1.349 / median;
    let whole = whole(median, FIXED);
    let kind = match (spread <= FIXED, whole) {
        (false, _) => RatioKind::Changing,
        (true, Some(_)) => RatioKind::Whole,
        (true, None) => RatioKind::Geared,
    };
    Some(CombRatio {
        tracks: [first, second],
        ratio: median,
        spread,
        whole,
        kind,
        together_s,
    })
}

/// The ratio of the smallest whole numbers that is as near as `tolerance`.
fn whole(ratio: f64, tolerance: f64) -> Option<[u32; 2]> {
    let pairs = (1..=MOST_TERM).flat_map(|b| (1..=MOST_TERM).map(move |a| [a, b]));
    let near = |[a, b]: &[u32; 2]| {
        (f64::from(*a) / f64::from(*b) / ratio - 1.0).abs() <= tolerance.min(RATIO_TOLERANCE)
    };
    let size = |[a, b]: &[u32; 2]| a + b;
    pairs.filter(near).min_by_key(size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spectrum::{OrderLevel, TrackPoint};

    fn track(hz: impl Fn(f64) -> f64) -> Track {
        let points = (0..60).map(|n| {
            let time_s = f64::from(n) * crate::spectrum::track_hop_s();
            TrackPoint {
                time_s,
                f0_hz: hz(time_s),
                low_hz: hz(time_s) - 0.2,
                high_hz: hz(time_s) + 0.2,
                contrast: 2.0,
            }
        });
        Track {
            points: points.collect(),
            divisor: 1,
            orders: vec![OrderLevel {
                order: 1.0,
                height_db: 20.0,
            }],
        }
    }

    #[test]
    fn gears_orders_and_second_machines_are_told_apart() {
        let shaft = track(|t| 90.0 + t);
        let kinds = [
            track(|t| 1.5 * (90.0 + t)),
            track(|t| 4.857 * (90.0 + t)),
            track(|t| 200.0 - 5.0 * t),
        ]
        .map(|other| all(&[&shaft, &other])[0].clone());
        assert_eq!(kinds[0].kind, RatioKind::Whole);
        assert_eq!(kinds[0].whole, Some([3, 2]));
        assert_eq!(kinds[1].kind, RatioKind::Geared);
        assert!((kinds[1].ratio - 4.857).abs() < 1e-9);
        assert_eq!(kinds[2].kind, RatioKind::Changing);
    }
}
