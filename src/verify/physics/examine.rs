//! All of it, for one recording.

use super::candidates::{self, Candidate, Measured};
use super::climb::{self, Climb};
use super::pass::{self, AirError, AirParams, PassFit, ValidAir};
use super::ratio::{self, CombRatio};
use super::Range;
use crate::signature::Catalogue;
use crate::spectrum::{Track, TrackError, TrackParams, Tracker, ValidTrackParams};
use crate::SAMPLE_RATE;
use serde::{Deserialize, Serialize};

/// The strongest combs to which a pass is fitted.
const FITTED: usize = 2;
/// Mains frequencies, Hz, how near a comb must be to a multiple of them, and how steady, shares.
const MAINS_HZ: [f64; 2] = [50.0, 60.0];
const MAINS: (f64, f64) = (0.004, 0.002);

/// How a recording is examined. Unchecked; [`check`](Self::check) makes it usable.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PhysicsParams {
    /// How combs are followed.
    pub tracks: TrackParams,
    /// The air that is allowed for.
    pub air: AirParams,
}

/// Checked [`PhysicsParams`].
#[derive(Debug, Clone, PartialEq)]
pub struct ValidPhysicsParams {
    tracks: ValidTrackParams,
    air: ValidAir,
}

/// A setting is out of range.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PhysicsError {
    /// A setting of the tracks.
    #[error(transparent)]
    Tracks(#[from] TrackError),
    /// A setting of the air.
    #[error(transparent)]
    Air(#[from] AirError),
}

impl PhysicsParams {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`PhysicsError`] names the setting that is out of range.
    pub fn check(self) -> Result<ValidPhysicsParams, PhysicsError> {
        Ok(ValidPhysicsParams {
            tracks: self.tracks.check()?,
            air: self.air.check()?,
        })
    }
}

/// What the lines of a recording say, independent of any classifier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Physics {
    /// Length of the recording, s.
    pub duration_s: f64,
    /// The combs heard, the strongest first; none where no comb stands out.
    pub combs: Vec<Comb>,
    /// How they stand to each other.
    pub ratios: Vec<CombRatio>,
    /// Each airframe of the catalogue in each of its phases against the strongest comb; empty where none stands out.
    pub candidates: Vec<Candidate>,
}

/// One comb.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comb {
    /// Its fundamental over time, and the orders heard.
    pub track: Track,
    /// Seconds in which it is heard.
    pub heard_s: f64,
    /// Median fundamental, Hz.
    pub median_hz: f64,
    /// Between a twentieth of the frames below and a twentieth above, Hz.
    pub range_hz: Range,
    /// Its lines.
    pub lines: Vec<HeardLine>,
    /// Whether it stands as still on a multiple of 50 or 60 Hz as mains hum does.
    pub may_be_mains: bool,
    /// The pass that it may be; for the two strongest combs.
    pub pass: Option<PassFit>,
    /// Its largest climb.
    pub climb: Option<Climb>,
}

/// One line of a comb.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct HeardLine {
    /// Multiple of the fundamental.
    pub order: f64,
    /// Frequency at the median fundamental, Hz.
    pub hz: f64,
    /// Mean height above the gaps beside it, dB.
    pub height_db: f64,
}

/// Examines a recording that comes in blocks, in memory that grows with its length by the tracks alone: for each
/// comb some 60 bytes per 64 ms in which it is heard, some 10 MB per hour of three.
pub struct Examiner {
    tracker: Tracker,
    air: ValidAir,
    samples: u64,
}

impl Examiner {
    /// Plans the analysis.
    pub fn new(params: ValidPhysicsParams) -> Self {
        Self {
            tracker: Tracker::new(params.tracks),
            air: params.air,
            samples: 0,
        }
    }

    /// Takes in the next samples, 16 kHz mono.
    pub fn push(&mut self, samples: &[f32]) {
        self.samples += samples.len() as u64;
        self.tracker.push(samples);
    }

    /// What was found, held against the sheets of `catalogue`.
    pub fn finish(self, catalogue: &Catalogue) -> Physics {
        let duration_s = self.samples as f64 / f64::from(SAMPLE_RATE);
        let air = self.air;
        let tracks = self.tracker.finish().into_iter().enumerate();
        let combs: Vec<Comb> = tracks
            .map(|(place, track)| comb(track, place < FITTED, duration_s, &air))
            .collect();
        let tracks: Vec<&Track> = combs.iter().map(|c| &c.track).take(4).collect();
        let ratios = ratio::all(&tracks);
        let candidates = combs.first().map_or_else(Vec::new, |first| {
            let measured = Measured {
                heard_hz: first.range_hz,
                median_hz: first.median_hz,
                pass: first.pass.as_ref(),
                ratios: &ratios,
                wind_mps: air.params().wind_mps,
            };
            candidates::all(catalogue, &measured)
        });
        Physics {
            duration_s,
            combs,
            ratios,
            candidates,
        }
    }
}

/// Examines samples (16 kHz mono) that are all there.
pub fn examine(samples: &[f32], params: ValidPhysicsParams, catalogue: &Catalogue) -> Physics {
    let mut examiner = Examiner::new(params);
    for block in samples.chunks(SAMPLE_RATE as usize) {
        examiner.push(block);
    }
    examiner.finish(catalogue)
}

fn comb(track: Track, is_fitted: bool, duration_s: f64, air: &ValidAir) -> Comb {
    let mut all: Vec<f64> = track.points.iter().map(|p| p.f0_hz).collect();
    all.sort_by(f64::total_cmp);
    let at = |share: f64| super::estimate::quantile(&all, share).unwrap_or(f64::NAN);
    let median_hz = at(0.5);
    let range_hz = Range {
        low: at(0.05),
        high: at(0.95),
    };
    let multiple = |mains: f64| {
        let nearest = (median_hz / mains).round().max(1.0) * mains;
        (median_hz / nearest - 1.0).abs() <= MAINS.0
    };
    let is_still = (at(0.75) - at(0.25)) / median_hz <= MAINS.1;
    let lines = track.orders.iter().map(|level| HeardLine {
        order: level.order,
        hz: level.order * median_hz,
        height_db: level.height_db,
    });
    Comb {
        heard_s: track.heard_s(),
        median_hz,
        range_hz,
        lines: lines.collect(),
        may_be_mains: is_still && MAINS_HZ.into_iter().any(multiple),
        pass: is_fitted.then(|| pass::fit(&track, air)).flatten(),
        climb: climb::find(&track, duration_s),
        track,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_survives_json() {
        let samples: Vec<f32> = (0..80_000)
            .map(|n| {
                let t = n as f64 / 16_000.0;
                let line = |h: f64| (std::f64::consts::TAU * 100.0 * h * t + h).sin() / h;
                (1..=6).map(|h| line(f64::from(h))).sum::<f64>() as f32 * 0.1
            })
            .collect();
        let params = PhysicsParams::default().check().unwrap();
        let found = examine(&samples, params, &Catalogue::built_in().unwrap());
        assert!(
            found.combs[0].may_be_mains,
            "{:?}",
            found.combs[0].median_hz
        );
        assert!(!found.candidates.is_empty());
        let text = serde_json::to_string(&found).unwrap();
        let again: Physics = serde_json::from_str(&text).unwrap();
        assert_eq!(again.candidates, found.candidates);
    }
}
