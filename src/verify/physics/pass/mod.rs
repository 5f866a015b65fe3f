//! A straight pass at constant speed: rest frequency, speed, time and distance of the closest approach.
//!
//! The pitch heard of a source in straight flight falls all the way, fastest near the closest approach. From a whole pass
//! all four can be told; from a part of one, rest frequency and speed go together, and then the region that
//! holds both is what is known.

mod noise;
mod posterior;

use super::{Estimate, Range};
use crate::spectrum::Track;
use posterior::{Data, Posterior, Sample};
use serde::{Deserialize, Serialize};

/// Samples of the posterior.
const SAMPLES: usize = 3000;
/// Points of a track that become one, in s: about the length of a frame.
const BLOCK_S: f64 = 0.256;
/// Shortest stretch from which anything is fitted, s.
const SHORTEST_S: f64 = 3.0;
/// Longest stretch that is fitted, s: over more no aircraft keeps its course and rpm.
const LONGEST_S: f64 = 60.0;
/// What speaks for a pass: log10 of its evidence over that of a steady distance.
const LEAST_EVIDENCE: f64 = 1.0;
/// Most wander of the rpm, share: what strays farther from the likeliest pass is none.
const MOST_WANDER: f64 = 0.02;
/// Widest 90 % interval of the speed, upper over lower end, at which the speed counts as measured.
const MEASURED: f64 = 1.5;
/// How sure it must be that the closest approach is heard within the track.
const WITHIN: f64 = 0.9;

/// The air between aircraft and listener. Unchecked; [`check`](Self::check) makes it usable.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AirParams {
    /// Air temperature, -60 to 60 degrees Celsius.
    pub temperature_c: Range,
    /// Most wind along the line of sight, 0 to 40 m/s: carried by it, sound is faster or slower by as much.
    pub wind_mps: f64,
}

impl Default for AirParams {
    /// Any day that is flown on: -10 to 35 degrees, up to 5 m/s of wind along the line of sight.
    fn default() -> Self {
        Self {
            temperature_c: Range {
                low: -10.0,
                high: 35.0,
            },
            wind_mps: 5.0,
        }
    }
}

/// Checked [`AirParams`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ValidAir(AirParams);

/// A setting of [`AirParams`] is out of range.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("air: `{setting}` must be {range}")]
pub struct AirError {
    /// The setting.
    pub setting: &'static str,
    /// What it may be.
    pub range: &'static str,
}

impl AirParams {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`AirError`] names the setting that is out of range.
    pub fn check(self) -> Result<ValidAir, AirError> {
        let Range { low, high } = self.temperature_c;
        if !(-60.0 <= low && low <= high && high <= 60.0) {
            return Err(AirError {
                setting: "temperature_c",
                range: "an interval within -60 to 60",
            });
        }
        if !(0.0..=40.0).contains(&self.wind_mps) {
            return Err(AirError {
                setting: "wind_mps",
                range: "0 to 40",
            });
        }
        Ok(ValidAir(self))
    }
}

impl ValidAir {
    /// The settings.
    pub fn params(&self) -> &AirParams {
        &self.0
    }

    /// Speed of sound, m/s: 343.2 sqrt(T / 293.15 K) (ISO 9613-1:1993), more or less the wind.
    pub fn sound_mps(&self) -> Range {
        let at = |celsius: f64| 343.2 * ((celsius + 273.15) / 293.15).sqrt();
        Range {
            low: at(self.0.temperature_c.low) - self.0.wind_mps,
            high: at(self.0.temperature_c.high) + self.0.wind_mps,
        }
    }
}

/// How much of a pass is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PassKind {
    /// The closest approach is heard and the speed is measured.
    Through,
    /// The pitch moves as in a pass, but speed and rest frequency are known only together.
    Part,
}

/// What a track says of a pass, if it is one: straight, level or not, at constant speed, rpm wandering about a constant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PassFit {
    /// Whether all of it is heard.
    pub kind: PassKind,
    /// The stretch that was fitted, s.
    pub span_s: Range,
    /// Frequency at rest, Hz.
    pub rest_hz: Estimate,
    /// Speed against the air, m/s.
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

/// One row of the joint region.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct JointRow {
    /// Speeds, m/s.
    pub speed_mps: Range,
    /// Rest frequencies that go with them, Hz.
    pub rest_hz: Range,
    /// Share of what the track allows.
    pub share: f64,
}

/// A point of the fit.
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

/// Medians over blocks: independent, and safe from single frames that went astray.
fn blocks(track: &Track) -> (Vec<f64>, Vec<f64>) {
    let (mut times, mut hz) = (Vec::new(), Vec::new());
    let mut own: Vec<(f64, f64)> = Vec::new();
    let mut close = |own: &mut Vec<(f64, f64)>| {
        if own.len() >= 2 {
            let time = own.iter().map(|p| p.0).sum::<f64>() / own.len() as f64;
            let mut all: Vec<f64> = own.iter().map(|p| p.1).collect();
            all.sort_by(f64::total_cmp);
            times.push(time);
            hz.push(0.5 * (all[(all.len() - 1) / 2] + all[all.len() / 2]));
        }
        own.clear();
    };
    for point in &track.points {
        if own
            .first()
            .is_some_and(|p| point.time_s - p.0 >= BLOCK_S - 1e-6)
        {
            close(&mut own);
        }
        own.push((point.time_s, point.f0_hz));
    }
    close(&mut own);
    (times, hz)
}

/// The stretch of at most [`LONGEST_S`] in which the pitch falls the most.
fn steepest(times: Vec<f64>, hz: Vec<f64>) -> (Vec<f64>, Vec<f64>) {
    let whole = times.last().zip(times.first()).map_or(0.0, |(l, f)| l - f);
    if whole <= LONGEST_S {
        return (times, hz);
    }
    let mut best = (0, 0, f64::NEG_INFINITY);
    let mut end = 0;
    for start in 0..times.len() {
        while end + 1 < times.len() && times[end + 1] - times[start] <= LONGEST_S {
            end += 1;
        }
        let quarter = ((end - start) / 4).max(1);
        let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len().max(1) as f64;
        let fall = (mean(&hz[start..start + quarter]) / mean(&hz[end + 1 - quarter..=end])).ln();
        if fall > best.2 {
            best = (start, end + 1, fall);
        }
        if end + 1 == times.len() {
            break;
        }
    }
    (times[best.0..best.1].to_vec(), hz[best.0..best.1].to_vec())
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

/// The fullest cells of speed and rest frequency until they hold 90 %, a row per speed.
fn joint(samples: &[Sample], mean: f64, sound_of: &dyn Fn(usize) -> f64) -> Vec<JointRow> {
    const ROWS: usize = 16;
    const COLUMNS: usize = 24;
    let all: Vec<(f64, f64)> = samples
        .iter()
        .enumerate()
        .map(|(n, s)| (s.mach * sound_of(n), mean * s.rest))
        .collect();
    let span = |of: &dyn Fn(&(f64, f64)) -> f64| {
        let mut values: Vec<f64> = all.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        let at = |share| super::estimate::quantile(&values, share).unwrap_or(0.0);
        (at(0.005), at(0.995))
    };
    let (speeds, rests) = (span(&|p| p.0), span(&|p| p.1));
    let step = |(low, high): (f64, f64), n: usize| ((high - low) / n as f64).max(1e-9);
    let (dv, df) = (step(speeds, ROWS), step(rests, COLUMNS));
    let mut counts = vec![0usize; ROWS * COLUMNS];
    for (v, f) in &all {
        let (row, column) = ((v - speeds.0) / dv, (f - rests.0) / df);
        if (0.0..ROWS as f64).contains(&row) && (0.0..COLUMNS as f64).contains(&column) {
            counts[row as usize * COLUMNS + column as usize] += 1;
        }
    }
    let mut order: Vec<usize> = (0..counts.len()).collect();
    order.sort_by_key(|i| (std::cmp::Reverse(counts[*i]), *i));
    let (mut held, mut taken) = (0, vec![false; counts.len()]);
    for i in order {
        if held as f64 >= 0.9 * all.len() as f64 || counts[i] == 0 {
            break;
        }
        held += counts[i];
        taken[i] = true;
    }
    let row = |r: usize| {
        let own = (0..COLUMNS).filter(|c| taken[r * COLUMNS + c]);
        let (low, high) = (own.clone().min()?, own.max()?);
        let share: usize = (0..COLUMNS)
            .filter(|c| taken[r * COLUMNS + c])
            .map(|c| counts[r * COLUMNS + c])
            .sum();
        Some(JointRow {
            speed_mps: Range {
                low: speeds.0 + r as f64 * dv,
                high: speeds.0 + (r + 1) as f64 * dv,
            },
            rest_hz: Range {
                low: rests.0 + low as f64 * df,
                high: rests.0 + (high + 1) as f64 * df,
            },
            share: share as f64 / all.len() as f64,
        })
    };
    (0..ROWS).filter_map(row).collect()
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

    #[test]
    fn the_air_is_checked_and_named() {
        let wrong = AirParams {
            wind_mps: 99.0,
            ..AirParams::default()
        };
        assert!(wrong.check().unwrap_err().to_string().contains("wind_mps"));
        let sound = air().sound_mps();
        assert!(
            sound.holds(320.2) && sound.holds(356.8) && !sound.holds(358.0),
            "{sound:?}"
        );
    }
}
