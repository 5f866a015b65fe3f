//! The combs of a recording by frames of one length.

use super::super::{CombScorer, LineSpectrum, Stft, LINE_BINS, LONG};
use super::stretch::Stretch;
use super::{Track, TrackParams, HOP, SHORTEST, STRETCH};

/// Follows combs, a stretch after the other.
pub(super) struct Pace {
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

impl Pace {
    /// Plans the analysis.
    pub(super) fn new(params: TrackParams) -> Self {
        let scorer = CombScorer::new();
        Self {
            params,
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
    pub(super) fn push(&mut self, samples: &[f32]) {
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
    pub(super) fn finish(mut self) -> Vec<Track> {
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
