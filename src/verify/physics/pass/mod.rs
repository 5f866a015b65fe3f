//! A straight pass at constant speed: rest frequency, speed, time and distance of the closest approach.
//!
//! The pitch heard of a source in straight flight falls all the way, fastest near the closest approach. From a whole pass
//! all four can be told; from a part of one, rest frequency and speed go together, and then the region that
//! holds both is what is known.

mod air;
mod joint;
mod noise;
mod points;
mod posterior;

pub use air::{AirError, AirParams, ValidAir};
pub use joint::JointRow;

use super::{Estimate, Range};
use crate::spectrum::Track;
use joint::joint;
use points::{blocks, steepest};
use posterior::{Data, Posterior, Sample};
use serde::{Deserialize, Serialize};

/// Samples of the posterior.
const SAMPLES: usize = 3000;
/// Shortest stretch from which anything is fitted, s.
const SHORTEST_S: f64 = 3.0;
/// What speaks for a pass: log10 of its evidence over that of a steady distance.
const LEAST_EVIDENCE: f64 = 1.0;
/// Most wander of the rpm, share: what strays farther from the likeliest pass is none.
const MOST_WANDER: f64 = 0.02;
/// Widest 90 % interval of the speed, upper over lower end, at which the speed counts as measured.
const MEASURED: f64 = 1.5;
/// How sure it must be that the closest approach is heard within the track.
const WITHIN: f64 = 0.9;

/// How much of a pass is heard.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PassKind {
    /// The closest approach is heard and the speed is measured.
    Through,
    /// The pitch moves as in a pass, but speed and rest frequency are known only together.
    Part,
}

/// What a track says of a pass, if it is one: straight, level or not, at constant speed, rpm wandering about a constant.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PassFit {
    /// Whether all of it is heard.
    pub kind: PassKind,
    /// The stretch that was fitted, s.
    pub span_s: Range,
    /// Frequency at rest, Hz.
    pub rest_hz: Estimate,
    /// Speed over the ground, m/s.
    pub speed_mps: Estimate,
    /// When the aircraft is heard at its closest, s.
    pub closest_heard_s: Estimate,
    /// When it was there: earlier by the time that the sound takes, s.
    pub closest_emitted_s: Estimate,
    /// Distance there, m.
    pub closest_m: Estimate,
    /// Log10 of the evidence of a pass over that of an aircraft that keeps its distance, its rpm wandering.
    pub log10_over_steady: f64,
    /// Where speed and rest frequency lie together: the smallest region that holds 90 % of what the track allows.
    pub joint: Vec<JointRow>,
    /// Wander of the rpm and errors about the fit, % of the frequency, and how long the wander lasts, s.
    pub wander_percent: f64,
    /// See [`wander_percent`](Self::wander_percent).
    pub wander_s: f64,
    /// Speed of sound that was allowed for, m/s.
    pub sound_mps: Range,
    /// Measured and fitted.
    pub points: Vec<PassPoint>,
}

/// A point of the fit.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PassPoint {
    /// Heard at, s.
    pub time_s: f64,
    /// Fundamental as measured, Hz.
    pub measured_hz: f64,
    /// Fundamental of the likeliest pass, Hz.
    pub fitted_hz: f64,
}

/// Fits a pass to a track; `None` if it is too short, or if an aircraft that keeps its distance explains it as well.
pub fn fit(track: &Track, air: &ValidAir) -> Option<PassFit> {
    let (times, hz) = blocks(track);
    let (times, hz) = steepest(times, hz);
    let (first, last) = (*times.first()?, *times.last()?);
    if last - first < SHORTEST_S {
        return None;
    }
    let mean = hz.iter().sum::<f64>() / hz.len() as f64;
    let ratios: Vec<f64> = hz.iter().map(|f| f / mean).collect();
    let (times, ratios, posterior) = without_strays(times, ratios)?;
    if posterior.log10_over_steady < LEAST_EVIDENCE || posterior.best.spread > MOST_WANDER {
        return None;
    }
    describe(&times, &ratios, mean, &posterior, air)
}

/// Fits, leaves out what lies far off the likeliest pass, and fits again.
fn without_strays(
    mut times: Vec<f64>,
    mut ratios: Vec<f64>,
) -> Option<(Vec<f64>, Vec<f64>, Posterior)> {
    let data = Data {
        times_s: &times,
        ratios: &ratios,
    };
    let first = posterior::draw(&data, SAMPLES, 0)?;
    let off: Vec<f64> = times
        .iter()
        .zip(&ratios)
        .map(|(t, r)| (r / predicted(&first, *t) - 1.0).abs())
        .collect();
    let mut sorted = off.clone();
    sorted.sort_by(f64::total_cmp);
    let limit = (6.0 * 1.48 * sorted[sorted.len() / 2]).max(0.004);
    if off.iter().all(|o| *o <= limit) {
        return Some((times, ratios, first));
    }
    let mut keep = off.iter().map(|o| *o <= limit);
    times.retain(|_| keep.next().unwrap_or(true));
    let mut keep = off.iter().map(|o| *o <= limit);
    ratios.retain(|_| keep.next().unwrap_or(true));
    let data = Data {
        times_s: &times,
        ratios: &ratios,
    };
    let again = posterior::draw(&data, SAMPLES, 0)?;
    Some((times, ratios, again))
}

fn predicted(posterior: &Posterior, time_s: f64) -> f64 {
    let best = &posterior.best;
    best.alpha * (1.0 - best.mach * posterior::shape(time_s - best.tau_s, best.scale_s))
}

fn describe(
    times: &[f64],
    ratios: &[f64],
    mean: f64,
    posterior: &Posterior,
    air: &ValidAir,
) -> Option<PassFit> {
    let sound = air.sound_mps();
    let samples = &posterior.samples;
    // The speed of sound is spread evenly over what is possible, one value per sample.
    let sound_of = |n: usize| {
        let share = (n as f64 * 0.618_033_988_749_895).fract();
        sound.low + share * (sound.high - sound.low)
    };
    let each = |of: &dyn Fn(&Sample, f64) -> f64| {
        let all = samples.iter().enumerate();
        Estimate::of(all.map(|(n, s)| of(s, sound_of(n))).collect())
    };
    let distance = |s: &Sample, c: f64| s.scale_s * c * s.mach / (1.0 - s.mach * s.mach).sqrt();
    let heard = |s: &Sample, c: f64| s.tau_s + distance(s, c) / c;
    let speed_mps = each(&|s, c| s.mach * c)?;
    let (first, last) = (*times.first()?, *times.last()?);
    let inside = samples
        .iter()
        .filter(|s| (first + 0.5..=last - 0.5).contains(&heard(s, sound.middle())))
        .count();
    let through = inside as f64 >= WITHIN * samples.len() as f64
        && speed_mps.high <= MEASURED * speed_mps.low;
    let kind = if through {
        PassKind::Through
    } else {
        PassKind::Part
    };
    let fitted = |t: f64| mean * predicted(posterior, t);
    Some(PassFit {
        kind,
        span_s: Range {
            low: first,
            high: last,
        },
        rest_hz: each(&|s, _| mean * s.rest)?,
        speed_mps,
        closest_heard_s: each(&heard)?,
        closest_emitted_s: each(&|s, _| s.tau_s)?,
        closest_m: each(&distance)?,
        log10_over_steady: posterior.log10_over_steady,
        joint: joint(samples, mean, &sound_of),
        wander_percent: 100.0 * posterior.best.spread,
        wander_s: posterior.best.noise.time_s,
        sound_mps: sound,
        points: times
            .iter()
            .zip(ratios)
            .map(|(&time_s, ratio)| PassPoint {
                time_s,
                measured_hz: mean * ratio,
                fitted_hz: fitted(time_s),
            })
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spectrum::TrackPoint;

    /// Heard pitch of a straight pass, by solving for the retarded time itself.
    fn pitch(time_s: f64, rest: f64, speed: f64, tau: f64, distance: f64) -> f64 {
        const SOUND: f64 = 340.0;
        let mut emitted = time_s;
        for _ in 0..200 {
            emitted = time_s - distance.hypot(speed * (emitted - tau)) / SOUND;
        }
        let along = speed * (emitted - tau);
        rest / (1.0 + speed * along / distance.hypot(along) / SOUND)
    }

    fn track(seconds: f64, hz: impl Fn(f64) -> f64) -> Track {
        let frames = (seconds / crate::spectrum::track_hop_s()) as usize;
        let mut wander = 0.0;
        let point = |n: usize| {
            let time_s = n as f64 * crate::spectrum::track_hop_s();
            // 0.1 %, forgotten after a second or so; the same in every run.
            let hash = (n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let noise = ((hash ^ (hash >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 11) as f64
                / (1u64 << 53) as f64
                - 0.5;
            wander = 0.94 * wander + 0.0012 * noise;
            let f0_hz = hz(time_s) * (1.0 + wander);
            TrackPoint {
                time_s,
                f0_hz,
                low_hz: f0_hz - 0.3,
                high_hz: f0_hz + 0.3,
                contrast: 2.0,
            }
        };
        Track {
            points: (0..frames).map(point).collect(),
            divisor: 1,
            orders: Vec::new(),
        }
    }

    fn air() -> ValidAir {
        AirParams::default().check().unwrap()
    }

    #[test]
    fn a_whole_pass_gives_its_speed_time_and_distance() {
        let pass = track(20.0, |t| pitch(t, 200.0, 52.0, 8.5, 180.0));
        let found = fit(&pass, &air()).unwrap();
        assert_eq!(found.kind, PassKind::Through, "{:?}", found.speed_mps);
        assert!(
            (found.speed_mps.value / 52.0 - 1.0).abs() < 0.06,
            "{:?}",
            found.speed_mps
        );
        assert!(found.speed_mps.holds(52.0) && found.rest_hz.holds(200.0));
        let heard = 8.5 + 180.0 / 340.0;
        assert!((found.closest_heard_s.value - heard).abs() < 0.2);
        assert!(found.closest_m.holds(180.0), "{:?}", found.closest_m);
        assert!(found
            .joint
            .iter()
            .any(|r| r.speed_mps.holds(52.0) && r.rest_hz.holds(200.0)));
    }

    #[test]
    fn half_a_pass_gives_no_narrow_speed() {
        let before = track(12.0, |t| pitch(t, 200.0, 52.0, 15.0, 180.0));
        if let Some(found) = fit(&before, &air()) {
            assert_eq!(found.kind, PassKind::Part);
            assert!(
                found.speed_mps.high > 2.0 * found.speed_mps.low,
                "{:?}",
                found.speed_mps
            );
            assert!(found.speed_mps.holds(52.0));
        }
    }

    #[test]
    fn a_steady_or_climbing_pitch_is_no_pass() {
        assert_eq!(fit(&track(15.0, |_| 200.0), &air()), None);
        let climbs = fit(&track(15.0, |t| 200.0 + 4.0 * t), &air());
        assert!(climbs.is_none_or(|f| f.kind == PassKind::Part));
        assert_eq!(fit(&track(1.0, |t| 220.0 - 20.0 * t), &air()), None);
    }
}
