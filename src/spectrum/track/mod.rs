//! Tracks: the fundamentals of combs over time.
//!
//! Long frames (256 ms, one every 64 ms) are whitened and scored for combs ([`CombScorer`]); the best way through the scores is a
//! track. Its octave is settled once, from the lines that are heard over all of it, then its fundamental is
//! refined frame by frame between the candidates. What belongs to it is taken out of the frames, and the next comb is
//! looked for in the rest.
//!
//! A recording is worked off in stretches of a minute or so: memory does not grow with its length.

mod orders;
mod path;
mod refine;
mod stretch;

use super::{CombScorer, LineSpectrum, Stft, LINE_BINS, LONG};
use crate::SAMPLE_RATE;
use serde::{Deserialize, Serialize};
use stretch::Stretch;

/// Samples from frame to frame: 64 ms.
const HOP: usize = 1024;
/// Frames of a stretch: 60 s.
const STRETCH: usize = 60 * SAMPLE_RATE as usize / HOP;
/// Pieces of a track that end and begin as near as this belong together: seconds, and share of the fundamental.
const JOIN: (f64, f64) = (1.0, 0.03);
/// Shortest track, in frames: three quarters of a second.
const SHORTEST: usize = 12;

/// How combs are followed. Unchecked; [`check`](Self::check) makes it usable.
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

/// The fundamental of a comb in one frame.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TrackPoint {
    /// Middle of the frame, s from the start.
    pub time_s: f64,
    /// Fundamental, Hz.
    pub f0_hz: f64,
    /// Lower end of its 90 % interval, Hz.
    pub low_hz: f64,
    /// Upper end, Hz.
    pub high_hz: f64,
    /// Mean height of the comb's lines above their gaps, nepers of power.
    pub contrast: f64,
}

/// How far a line stands out over the whole track.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OrderLevel {
    /// Multiple of the fundamental: 0.5, 1, 1.5 ...
    pub order: f64,
    /// Mean height above the gaps beside it, dB.
    pub height_db: f64,
}

/// A comb followed through time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Track {
    /// The frames in which it is heard, in order of time; gaps are where it is not.
    pub points: Vec<TrackPoint>,
    /// Lines stand at multiples of the fundamental over this number: 2 where lines between those of the fundamental
    /// are heard as well.
    pub divisor: usize,
    /// The lines at multiples of the fundamental over [`divisor`](Self::divisor).
    pub orders: Vec<OrderLevel>,
}

impl Track {
    /// Seconds in which it is heard.
    pub fn heard_s(&self) -> f64 {
        self.points.len() as f64 * hop_s()
    }

    /// Median fundamental, Hz; `NaN` for an empty track, which none of this module's is.
    pub fn median_hz(&self) -> f64 {
        let mut all: Vec<f64> = self.points.iter().map(|p| p.f0_hz).collect();
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
    }

    /// Mean contrast, nepers of power.
    pub fn contrast(&self) -> f64 {
        let sum: f64 = self.points.iter().map(|p| p.contrast).sum();
        sum / self.points.len().max(1) as f64
    }

    /// The point nearest to a time, if there is one within 0.1 s.
    pub fn at(&self, time_s: f64) -> Option<&TrackPoint> {
        let nearest = self.points.iter().min_by(|a, b| {
            (a.time_s - time_s)
                .abs()
                .total_cmp(&(b.time_s - time_s).abs())
        })?;
        ((nearest.time_s - time_s).abs() <= 0.1).then_some(nearest)
    }

    /// Strength by which tracks are ranked: contrast times the seconds in which it is heard.
    fn strength(&self) -> f64 {
        self.points.iter().map(|p| p.contrast).sum::<f64>() * hop_s()
    }

    /// Whether `later` goes on where this one ends.
    fn goes_on_in(&self, later: &Self) -> bool {
        let (Some(end), Some(start)) = (self.points.last(), later.points.first()) else {
            return false;
        };
        let apart = start.time_s - end.time_s;
        let ratio = start.f0_hz / end.f0_hz;
        (0.0..=JOIN.0).contains(&apart) && (ratio - 1.0).abs() <= JOIN.1
    }

    /// Takes in what follows; the orders are weighed by time.
    fn append(&mut self, later: Self) {
        let (a, b) = (self.points.len() as f64, later.points.len() as f64);
        if self.divisor == later.divisor {
            for (own, new) in self.orders.iter_mut().zip(&later.orders) {
                own.height_db = (a * own.height_db + b * new.height_db) / (a + b);
            }
        } else if b > a {
            self.divisor = later.divisor;
            self.orders = later.orders;
        }
        self.points.extend(later.points);
    }
}

/// Seconds from frame to frame.
pub fn hop_s() -> f64 {
    HOP as f64 / f64::from(SAMPLE_RATE)
}

/// Follows the combs of a recording that comes in blocks.
pub struct Tracker {
    params: TrackParams,
    stft: Stft,
    lines: LineSpectrum,
    scorer: CombScorer,
    power: Vec<f32>,
    whitened: Vec<f32>,
    pending: Vec<f32>,
    stretch: Stretch,
    tracks: Vec<Track>,
}

impl Tracker {
    /// Plans the analysis.
    pub fn new(params: ValidTrackParams) -> Self {
        let scorer = CombScorer::new();
        Self {
            params: params.0,
            stft: Stft::new(LONG),
            lines: LineSpectrum::new(),
            stretch: Stretch::new(0, scorer.candidates()),
            scorer,
            power: vec![0.0; LINE_BINS],
            whitened: vec![0.0; LINE_BINS],
            pending: Vec::new(),
            tracks: Vec::new(),
        }
    }

    /// Takes in the next samples, 16 kHz mono.
    pub fn push(&mut self, samples: &[f32]) {
        self.pending.extend_from_slice(samples);
        let mut start = 0;
        while self.pending.len() - start >= LONG.length {
            let frame = &self.pending[start..start + LONG.length];
            self.stft.power_into(frame, &mut self.power);
            self.lines.whiten(&self.power, &mut self.whitened);
            sharpen(&self.whitened, self.stretch.next_frame());
            self.stretch.score(&mut self.scorer);
            start += HOP;
            // Never a short rest at the end: a stretch is worked off when half of the next is there.
            if self.stretch.frames() >= STRETCH + STRETCH / 2 {
                self.work_off(STRETCH);
            }
        }
        self.pending.drain(..start);
    }

    /// The combs that were heard, the strongest first; those of the same time are different combs.
    pub fn finish(mut self) -> Vec<Track> {
        self.work_off(self.stretch.frames());
        self.tracks.retain(|track| track.points.len() >= SHORTEST);
        self.tracks
            .sort_by(|a, b| b.strength().total_cmp(&a.strength()));
        self.tracks
    }

    fn work_off(&mut self, frames: usize) {
        for found in self
            .stretch
            .tracks(&mut self.scorer, frames, self.params.most_combs)
        {
            let before = self.tracks.iter_mut().find(|t| t.goes_on_in(&found));
            match before {
                Some(track) => track.append(found),
                None => self.tracks.push(found),
            }
        }
        self.stretch.forget(frames);
    }
}

/// Takes from each bin the mean of those 3 to 6 bins (12 to 23 Hz) to either side of it. What is broader than a line
/// goes: above all the fringes of the ground's reflection, which are as evenly spaced as a comb and
/// wander through a pass (Lloyd's mirror).
fn sharpen(whitened: &[f32], out: &mut [f32]) {
    const NEAR: usize = 3;
    const FAR: usize = 6;
    let n = whitened.len();
    for (k, o) in out.iter_mut().enumerate() {
        let inside = k >= FAR && k + FAR < n;
        *o = if inside {
            let below: f32 = whitened[k - FAR..=k - NEAR].iter().sum();
            let above: f32 = whitened[k + NEAR..=k + FAR].iter().sum();
            whitened[k] - (below + above) / (2 * (FAR - NEAR + 1)) as f32
        } else {
            whitened[k]
        };
    }
}

/// The combs of samples that are all there, the strongest first.
pub fn track(samples: &[f32], params: ValidTrackParams) -> Vec<Track> {
    let mut tracker = Tracker::new(params);
    for block in samples.chunks(SAMPLE_RATE as usize) {
        tracker.push(block);
    }
    tracker.finish()
}
