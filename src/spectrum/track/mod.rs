//! Tracks: the fundamentals of combs over time.
//!
//! Long frames (256 ms, one every 64 ms) are whitened and scored for combs ([`CombScorer`]); the best way through the scores is a
//! track. Its octave is settled once, from the lines that are heard over all of it, then its fundamental is
//! refined frame by frame between the candidates. What belongs to it is taken out of the frames, and the next comb is
//! looked for in the rest.
//!
//! A recording is worked off in stretches of a minute or so: memory grows with its length by the points of the tracks
//! alone, 40 bytes each, some 10 MB per hour in which three combs are heard.

mod comb_track;
mod gear;
mod halve;
mod orders;
mod pace;
mod path;
mod peak;
mod refine;
mod resolve;
mod stretch;

use crate::SAMPLE_RATE;
pub use comb_track::{OrderLevel, Track, TrackPoint};
use halve::Halver;
use pace::Pace;
use resolve::resolves_more;
use serde::{Deserialize, Serialize};

/// Samples from frame to frame: 64 ms.
const HOP: usize = 1024;
/// Frames of a stretch: 60 s.
const STRETCH: usize = 60 * SAMPLE_RATE as usize / HOP;
/// Shortest track, in frames: three quarters of a second.
const SHORTEST: usize = 12;

/// How combs are followed. Unchecked; [`check`](Self::check) makes it usable.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrackParams {
    /// Combs followed at a time, 1 to 6.
    pub most_combs: usize,
}

impl Default for TrackParams {
    fn default() -> Self {
        Self { most_combs: 3 }
    }
}

/// Checked [`TrackParams`].
#[derive(Debug, Clone, PartialEq)]
pub struct ValidTrackParams(TrackParams);

/// A setting of [`TrackParams`] is out of range.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("tracks: `{setting}` must be {range}")]
pub struct TrackError {
    /// The setting.
    pub setting: &'static str,
    /// What it may be.
    pub range: &'static str,
}

impl TrackParams {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`TrackError`] names the setting that is out of range.
    pub fn check(self) -> Result<ValidTrackParams, TrackError> {
        if !(1..=6).contains(&self.most_combs) {
            return Err(TrackError {
                setting: "most_combs",
                range: "1 to 6",
            });
        }
        Ok(ValidTrackParams(self))
    }
}

/// Seconds from frame to frame.
pub fn hop_s() -> f64 {
    HOP as f64 / f64::from(SAMPLE_RATE)
}

/// Follows the combs of a recording that comes in blocks.
///
/// Two analyses run side by side, one with frames of 256 ms and one with frames of 512 ms (of the sound at half the
/// rate). The longer ones blur what moves fast and are used only where they resolve a comb whose lines stand too
/// close for the others, as those of a slowly turning propeller.
pub struct Tracker {
    plain: Pace,
    slow: Pace,
    halver: Halver,
    halved: Vec<f32>,
}

impl Tracker {
    /// Plans the analysis.
    pub fn new(params: ValidTrackParams) -> Self {
        Self {
            plain: Pace::new(params.0.clone()),
            slow: Pace::new(params.0),
            halver: Halver::new(),
            halved: Vec::new(),
        }
    }

    /// Takes in the next samples, 16 kHz mono.
    pub fn push(&mut self, samples: &[f32]) {
        self.plain.push(samples);
        self.halved.clear();
        self.halver.push(samples, &mut self.halved);
        self.slow.push(&self.halved);
    }

    /// The combs that were heard, the strongest first; those of the same time are different combs.
    pub fn finish(self) -> Vec<Track> {
        let plain = self.plain.finish();
        let slow: Vec<Track> = self.slow.finish().into_iter().map(at_full_rate).collect();
        let resolves = match (plain.first(), slow.first()) {
            (Some(plain), Some(slow)) => resolves_more(slow, plain),
            _ => false,
        };
        if resolves {
            slow
        } else {
            plain
        }
    }
}

/// A track of the sound at half the rate, as one of the sound itself: one point in two lies between two frames.
fn at_full_rate(track: Track) -> Track {
    let mut points: Vec<TrackPoint> = Vec::with_capacity(2 * track.points.len());
    for point in &track.points {
        let own = TrackPoint {
            time_s: 2.0 * point.time_s,
            f0_hz: 0.5 * point.f0_hz,
            low_hz: 0.5 * point.low_hz,
            high_hz: 0.5 * point.high_hz,
            contrast: point.contrast,
        };
        if let Some(last) = points.last().copied() {
            if own.time_s - last.time_s < 2.5 * hop_s() {
                let mean = |a: f64, b: f64| 0.5 * (a + b);
                points.push(TrackPoint {
                    time_s: mean(last.time_s, own.time_s),
                    f0_hz: mean(last.f0_hz, own.f0_hz),
                    low_hz: mean(last.low_hz, own.low_hz),
                    high_hz: mean(last.high_hz, own.high_hz),
                    contrast: mean(last.contrast, own.contrast),
                });
            }
        }
        points.push(own);
    }
    Track { points, ..track }
}

/// The combs of samples that are all there, the strongest first.
pub fn track(samples: &[f32], params: ValidTrackParams) -> Vec<Track> {
    let mut tracker = Tracker::new(params);
    for block in samples.chunks(SAMPLE_RATE as usize) {
        tracker.push(block);
    }
    tracker.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(n: usize) -> f64 {
        let hash = (n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mixed = (hash ^ (hash >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        ((mixed ^ (mixed >> 32)) >> 11) as f64 / (1u64 << 53) as f64 - 0.5
    }

    /// Eight harmonics over noise.
    fn comb(seconds: f64, level: f64, fundamental: impl Fn(f64) -> f64) -> Vec<f32> {
        let mut phase = 0.0;
        (0..(seconds * f64::from(SAMPLE_RATE)) as usize)
            .map(|n| {
                phase += std::f64::consts::TAU * fundamental(n as f64 / f64::from(SAMPLE_RATE))
                    / f64::from(SAMPLE_RATE);
                let line = |h: u32| (f64::from(h) * phase + f64::from(h * h)).sin() / f64::from(h);
                (level * (1..=8).map(line).sum::<f64>() + noise(n)) as f32
            })
            .collect()
    }

    fn follow(samples: &[f32]) -> Vec<Track> {
        track(samples, TrackParams::default().check().unwrap())
    }

    #[test]
    fn a_falling_comb_is_followed_to_a_fraction_of_a_percent() {
        let truth = |t: f64| 210.0 - 4.0 * t;
        let found = follow(&comb(8.0, 0.25, truth));
        let own = &found[0];
        assert!(own.heard_s() > 7.0, "{}", own.heard_s());
        let off = |p: &TrackPoint| (p.f0_hz / truth(p.time_s) - 1.0).abs();
        assert!(own.points.iter().all(|p| off(p) < 0.005));
        let holds = |p: &&TrackPoint| (p.low_hz..=p.high_hz).contains(&truth(p.time_s));
        let held = own.points.iter().filter(holds).count();
        assert!(held as f64 > 0.8 * own.points.len() as f64, "{held}");
    }

    #[test]
    fn faint_high_lines_between_those_of_a_comb_are_no_other_comb() {
        // Four times the turns of a shaft; of the lines between, those of high orders alone stand out.
        let strong = comb(6.0, 0.4, |_| 176.0);
        let fine = |n: usize| {
            let turns = 44.0 * n as f64 / f64::from(SAMPLE_RATE);
            let line =
                |k: u32| (std::f64::consts::TAU * turns * f64::from(k) + f64::from(k * k)).sin();
            (18..40).filter(|k| k % 4 != 0).map(line).sum::<f64>()
        };
        let samples: Vec<f32> = strong
            .iter()
            .enumerate()
            .map(|(n, x)| x + 0.1 * fine(n) as f32)
            .collect();
        let found = follow(&samples);
        let hz: Vec<f64> = found.iter().map(Track::median_hz).collect();
        assert!((hz[0] / 176.0 - 1.0).abs() < 0.005, "{hz:?}");
        assert!(
            hz[1..].iter().all(|hz| (hz / 176.0 - 1.0).abs() > 0.02),
            "{hz:?}"
        );
    }

    #[test]
    fn two_combs_are_two_tracks() {
        let mut both = comb(6.0, 0.4, |_| 117.3);
        for (x, y) in both.iter_mut().zip(comb(6.0, 0.4, |_| 251.7)) {
            *x += y;
        }
        let found: Vec<f64> = follow(&both).iter().map(Track::median_hz).collect();
        let has = |hz: f64| found.iter().any(|f| (f / hz - 1.0).abs() < 0.02);
        assert!(has(117.3) && has(251.7), "{found:?}");
    }

    #[test]
    fn noise_and_silence_hold_no_comb_and_level_does_not_matter() {
        let hiss: Vec<f32> = (0..160_000).map(|n| noise(n) as f32).collect();
        assert!(follow(&hiss).is_empty());
        assert!(follow(&vec![0.0; 80_000]).is_empty());
        let loud = comb(4.0, 0.3, |_| 160.0);
        let quiet: Vec<f32> = loud.iter().map(|x| x / 1024.0).collect();
        let (a, b) = (follow(&loud), follow(&quiet));
        assert!((a[0].median_hz() / b[0].median_hz() - 1.0).abs() < 1e-4);
    }

    #[test]
    fn blocks_do_not_matter_and_stretches_are_joined() {
        let samples = comb(130.0, 0.3, |t| 150.0 + 0.1 * t);
        let whole = follow(&samples);
        assert!(whole[0].heard_s() > 120.0, "{}", whole[0].heard_s());
        let mut tracker = Tracker::new(TrackParams::default().check().unwrap());
        samples.chunks(777).for_each(|block| tracker.push(block));
        assert_eq!(tracker.finish(), whole);
    }

    #[test]
    fn settings_out_of_range_are_named() {
        let wrong = TrackParams { most_combs: 0 };
        assert!(wrong
            .check()
            .unwrap_err()
            .to_string()
            .contains("most_combs"));
    }
}
