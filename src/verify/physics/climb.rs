//! Dives: how fast the pitch climbs, and how it ends. One microphone gives no speed of a dive: a comb that climbs may
//! be an aircraft that speeds up, turns towards the listener, or opens its throttle.

use super::{Estimate, Range};
use crate::spectrum::{Track, TrackPoint};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// Least rise that is reported, share.
const LEAST: f64 = 0.03;
/// Share of the rise within which the pitch still stands at the foot.
const AT_FOOT: f64 = 0.05;
/// Fastest change from point to point, share: no dive climbs by more than half an octave in half a second.
const MOST_STEP: f64 = 0.05;
/// Shortest climb, s.
const SHORTEST_S: f64 = 1.0;
/// Points that are averaged before the climb is looked for.
const SMOOTH: usize = 7;
/// Blocks of the bootstrap, s, and how often it is drawn.
const BLOCK_S: f64 = 1.0;
const DRAWS: usize = 400;
/// An end is abrupt if the comb stands at least this share of its usual height until it is gone.
const UNTIL_THE_END: f64 = 0.6;
/// ... and the recording goes on for this long, s.
const GOES_ON_S: f64 = 0.7;

/// The largest climb of a track, and its end.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Climb {
    /// From its foot to its top, s.
    pub span_s: Range,
    /// Fundamental at foot and top, Hz.
    pub from_hz: f64,
    /// See [`from_hz`](Self::from_hz).
    pub to_hz: f64,
    /// Climb rate, Hz per s: block bootstrap of the residuals about a straight line.
    pub rate_hz_per_s: Estimate,
    /// Climb rate, % per s.
    pub rate_percent_per_s: f64,
    /// When the comb is last heard, s.
    pub end_s: f64,
    /// Whether it stands out until it is gone at once, while the recording goes on: what an impact does, and what a cut does.
    pub ends_abruptly: bool,
}

impl Climb {
    /// Whether the comb is gone at once where the climb is at its top, as in a dive. What stands level for as long as the
    /// shortest climb in between is a flight of its own: throttle was opened, and the comb ended for another reason.
    pub fn ends_at_its_top(&self) -> bool {
        self.ends_abruptly && self.end_s - self.span_s.high <= SHORTEST_S
    }
}

/// The largest climb of a track; `None` if it rises by less than 3 %.
pub(super) fn find(track: &Track, duration_s: f64) -> Option<Climb> {
    let points = &track.points;
    if points.len() < 2 * SMOOTH {
        return None;
    }
    let smooth: Vec<f64> = (0..points.len())
        .map(|n| {
            let from = n.saturating_sub(SMOOTH / 2);
            let mut own: Vec<f64> = points[from..(n + SMOOTH / 2 + 1).min(points.len())]
                .iter()
                .map(|p| p.f0_hz)
                .collect();
            own.sort_by(f64::total_cmp);
            own[own.len() / 2]
        })
        .collect();
    let (mut foot, mut best) = (0, (0, 0, 0.0));
    for n in 1..smooth.len() {
        // What is apart in time is no climb, and what jumps has taken another multiple or another comb.
        let apart = points[n].time_s - points[n - 1].time_s > 1.0
            || (smooth[n] / smooth[n - 1] - 1.0).abs() > MOST_STEP;
        if apart || smooth[n] < smooth[foot] {
            foot = n;
        }
        let rise = smooth[n] / smooth[foot] - 1.0;
        if rise > best.2 {
            best = (foot, n, rise);
        }
    }
    let (lowest, top, rise) = best;
    // The climb begins where the pitch last stood near the foot.
    let near = smooth[lowest] * (1.0 + AT_FOOT * rise);
    let foot = (lowest..top)
        .rfind(|n| smooth[*n] <= near)
        .unwrap_or(lowest);
    let top = before_level(points, &smooth, foot, top, rise);
    let span_s = Range {
        low: points[foot].time_s,
        high: points[top].time_s,
    };
    if rise < LEAST || span_s.high - span_s.low < SHORTEST_S {
        return None;
    }
    let own: Vec<(f64, f64)> = points[foot..=top]
        .iter()
        .map(|p| (p.time_s, p.f0_hz))
        .collect();
    let rate_hz_per_s = rate(&own)?;
    let end_s = points.last()?.time_s;
    let last: Vec<f64> = points.iter().rev().take(8).map(|p| p.contrast).collect();
    let height = last.iter().sum::<f64>() / last.len() as f64;
    Some(Climb {
        span_s,
        from_hz: smooth[foot],
        to_hz: smooth[top],
        rate_percent_per_s: 100.0 * rate_hz_per_s.value / (0.5 * (smooth[foot] + smooth[top])),
        rate_hz_per_s,
        end_s,
        ends_abruptly: duration_s - end_s >= GOES_ON_S
            && height >= UNTIL_THE_END * track.contrast(),
    })
}

/// Where the climb ends if the comb then stands level until its highest point: where it first came as near to that as the
/// climb's start is to its foot. What takes longer from there than a climb of its own would, and than the last of
/// a steady climb does, is level flight.
fn before_level(
    points: &[TrackPoint],
    smooth: &[f64],
    foot: usize,
    top: usize,
    rise: f64,
) -> usize {
    let near = smooth[top] * (1.0 - AT_FOOT * rise / (1.0 + rise));
    let reached = (foot..top).find(|n| smooth[*n] >= near).unwrap_or(top);
    let [climbed_s, level_s] =
        [(foot, reached), (reached, top)].map(|(from, to)| points[to].time_s - points[from].time_s);
    match level_s > SHORTEST_S + 2.0 * AT_FOOT * climbed_s {
        true => reached,
        false => top,
    }
}

/// Slope of a straight line with its 90 % interval by the moving-block bootstrap (Kuensch, Ann. Stat. 17 (1989)): residuals that
/// stand together stay together.
fn rate(points: &[(f64, f64)]) -> Option<Estimate> {
    let (slope, level) = line(points);
    let residuals: Vec<f64> = points.iter().map(|(t, f)| f - level - slope * t).collect();
    let n = points.len();
    let block = ((BLOCK_S / crate::spectrum::track_hop_s()) as usize).clamp(1, n.div_ceil(2));
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let mut slopes = Vec::with_capacity(DRAWS);
    let mut drawn = points.to_vec();
    for _ in 0..DRAWS {
        let mut filled = 0;
        while filled < n {
            let start = rng.gen_range(0..=n - block);
            for residual in &residuals[start..start + block] {
                if filled < n {
                    let (t, _) = points[filled];
                    drawn[filled].1 = level + slope * t + residual;
                    filled += 1;
                }
            }
        }
        slopes.push(line(&drawn).0);
    }
    Estimate::of(slopes).map(|e| Estimate { value: slope, ..e })
}

/// Slope and level of a straight line by least squares.
fn line(points: &[(f64, f64)]) -> (f64, f64) {
    let n = points.len() as f64;
    let (t, f) = points
        .iter()
        .fold((0.0, 0.0), |s, p| (s.0 + p.0 / n, s.1 + p.1 / n));
    let (top, bottom) = points.iter().fold((0.0, 1e-12), |s, p| {
        (s.0 + (p.0 - t) * (p.1 - f), s.1 + (p.0 - t).powi(2))
    });
    let slope = top / bottom;
    (slope, f - slope * t)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(seconds: f64, hz: impl Fn(f64) -> f64) -> Track {
        let frames = (seconds / crate::spectrum::track_hop_s()) as usize;
        let point = |n: usize| {
            let time_s = n as f64 * crate::spectrum::track_hop_s();
            TrackPoint {
                time_s,
                f0_hz: hz(time_s),
                low_hz: hz(time_s),
                high_hz: hz(time_s),
                contrast: 2.0,
            }
        };
        Track {
            points: (0..frames).map(point).collect(),
            divisor: 1,
            orders: Vec::new(),
        }
    }

    #[test]
    fn a_climb_after_level_flight_is_found_with_its_rate_and_its_end() {
        let dive = track(8.0, |t| {
            200.0 + 20.0 * (t - 4.0).max(0.0) + 0.3 * (9.0 * t).sin()
        });
        let climb = find(&dive, 12.0).unwrap();
        assert!((climb.span_s.low - 4.0).abs() < 0.5, "{climb:?}");
        assert!(climb.rate_hz_per_s.holds(20.0), "{climb:?}");
        assert!(climb.ends_abruptly && (climb.end_s - 8.0).abs() < 0.1);
        assert!(!find(&dive, 8.0).unwrap().ends_abruptly);
    }

    #[test]
    fn a_climb_that_goes_over_into_level_flight_does_not_end_the_track() {
        let throttle = track(50.0, |t| {
            200.0 + 24.0 * (t - 10.0).clamp(0.0, 1.2) + 0.1 * (9.0 * t).sin()
        });
        let climb = find(&throttle, 60.0).unwrap();
        assert!(climb.to_hz > 1.1 * climb.from_hz, "{climb:?}");
        assert!((climb.span_s.high - 11.2).abs() < 0.3, "{climb:?}");
        assert!((climb.rate_hz_per_s.value - 24.0).abs() < 4.0, "{climb:?}");
        assert!(climb.ends_abruptly && !climb.ends_at_its_top(), "{climb:?}");
        // However slowly it comes about, a dive ends where it is highest.
        for seconds in [8.0, 44.0] {
            let dive = track(seconds, |t| 200.0 + 6.0 * (t - 4.0).max(0.0));
            let climb = find(&dive, seconds + 4.0).unwrap();
            assert!(climb.ends_at_its_top(), "{climb:?}");
        }
    }

    #[test]
    fn what_falls_wavers_or_jumps_does_not_climb() {
        let jumps = track(8.0, |t| if t < 4.0 { 95.0 } else { 190.0 });
        assert_eq!(find(&jumps, 8.0), None);
        assert_eq!(find(&track(8.0, |t| 220.0 - 5.0 * t), 8.0), None);
        assert_eq!(find(&track(8.0, |t| 200.0 + 2.0 * t.sin()), 8.0), None);
    }
}
