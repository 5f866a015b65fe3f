//! How far the sound stands above the recording's own noise floor, segment by segment.
//!
//! The floor of each band is found by minimum statistics (Martin 2001, "Noise power spectral density estimation based
//! on optimal smoothing and minimum statistics"): the power, smoothed over about a quarter of a second, comes down to the floor whenever
//! nothing else sounds, so its minimum over a time longer than any sound, here the 30 s around a segment, follows the
//! floor; and as a minimum it lies below the mean, by a factor that is known for stationary noise and taken out.
//!
//! What this can't tell: a sound that never pauses within those 30 s is itself the floor. Beside it stands, therefore, how
//! high the lines of the best steady comb stand above the gaps between them, which needs no pause.

use serde::{Deserialize, Serialize};

use super::bands::{Levels, BANDS, EDGES, HOP_S};
use crate::spectrum::{CombScorer, LineSpectrum, Stft, LINE_BINS, LONG};

/// Share of the last smoothed power that the next one keeps: a time constant of 0.25 s.
const SMOOTHING: f32 = 0.938;
/// What the mean of stationary noise is over the minimum of its smoothed power within 31 s: this over the square root of
/// the number of bins in the band, dB. Measured on 5 minutes of white noise: 2.2 dB for 2 bins to 0.6 dB for 30, within 0.3 dB of this.
const BIAS_DB: f64 = 3.35;
/// Seconds before and after a second in which its floor is looked for.
const AROUND: usize = 15;
/// Samples between long frames: 0.25 s.
const COMB_HOP: usize = 4000;
/// Long frames in a segment.
const COMBS: usize = 8;
/// From nepers of power to dB.
const DB: f64 = 4.342_944_819;

/// How well a segment (2 s, one every 1 s: the grid of the classifier) can be heard.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SegmentSnr {
    /// Start, seconds.
    pub start_s: f64,
    /// End, seconds.
    pub end_s: f64,
    /// Level of the sound from 94 Hz to 7.7 kHz, dB relative to a full-scale square wave.
    pub level_dbfs: f64,
    /// Power beyond the floor over the power of the floor, all bands together, dB, -20 to 80: the signal-to-noise ratio if
    /// the floor is the noise; -20 stands for no more than the floor.
    pub above_floor_db: f64,
    /// How high the lines of the best steady comb (40 Hz and up) stand above the gaps between them, dB; 1 to 2 in noise.
    pub comb_db: f64,
    /// The fundamental of that comb, Hz.
    pub comb_hz: f64,
}

/// One second.
#[derive(Debug, Clone, Copy, Default)]
struct Second {
    frames: u32,
    /// Mean power of each band.
    power: [f32; BANDS],
    /// Lowest smoothed power of each band.
    lowest: [f32; BANDS],
}

/// Collects seconds: 0.6 MB for an hour.
pub(super) struct SnrMeter {
    frames: u64,
    smoothed: Option<[f32; BANDS]>,
    seconds: Vec<Second>,
    combs: CombMeter,
}

impl SnrMeter {
    pub(super) fn new() -> Self {
        Self {
            frames: 0,
            smoothed: None,
            seconds: Vec::new(),
            combs: CombMeter::new(),
        }
    }

    pub(super) fn push(&mut self, levels: &Levels) {
        let power = levels.bands.map(|db| 10f32.powf(0.1 * db));
        let smoothed = self.smoothed.get_or_insert(power);
        for (s, p) in smoothed.iter_mut().zip(power) {
            *s = SMOOTHING * *s + (1.0 - SMOOTHING) * p;
        }
        let place = (self.frames as f64 * HOP_S) as usize;
        self.frames += 1;
        if self.seconds.len() <= place {
            self.seconds.push(Second {
                lowest: [f32::MAX; BANDS],
                ..Second::default()
            });
        }
        let Some(second) = self.seconds.last_mut() else {
            return;
        };
        second.frames += 1;
        for band in 0..BANDS {
            second.power[band] += power[band];
            // Until it has settled, the smoothed power is that of single frames.
            if self.frames > 16 {
                second.lowest[band] = second.lowest[band].min(smoothed[band]);
            }
        }
    }

    /// The samples of the same frames, for the combs.
    pub(super) fn push_samples(&mut self, samples: &[f32]) {
        self.combs.push(samples);
    }

    /// The segments of a recording of `duration_s`.
    pub(super) fn finish(self, duration_s: f64) -> Vec<SegmentSnr> {
        let floors: Vec<[f64; BANDS]> = (0..self.seconds.len()).map(|s| self.floor(s)).collect();
        let last = (duration_s.floor() as usize).saturating_sub(1).max(1);
        (0..last)
            .filter_map(|start| self.segment(start, duration_s, &floors))
            .collect()
    }

    fn floor(&self, second: usize) -> [f64; BANDS] {
        let around = second.saturating_sub(AROUND)..(second + AROUND + 1).min(self.seconds.len());
        let mut floor = [f64::INFINITY; BANDS];
        for s in &self.seconds[around] {
            for (low, &power) in floor.iter_mut().zip(&s.lowest) {
                *low = low.min(f64::from(power));
            }
        }
        for (low, edges) in floor.iter_mut().zip(EDGES.windows(2)) {
            let bins = (edges[1] - edges[0]) as f64;
            *low *= 10f64.powf(0.1 * BIAS_DB / bins.sqrt());
        }
        floor
    }

    fn segment(
        &self,
        start: usize,
        duration_s: f64,
        floors: &[[f64; BANDS]],
    ) -> Option<SegmentSnr> {
        let seconds = self
            .seconds
            .get(start..(start + 2).min(self.seconds.len()))?;
        let frames: u32 = seconds.iter().map(|s| s.frames).sum();
        let (mut power, mut floor) = (0.0, 0.0);
        for band in 0..BANDS {
            let sum: f32 = seconds.iter().map(|s| s.power[band]).sum();
            power += f64::from(sum) / f64::from(frames.max(1));
            let low = floors.get(start)?[band];
            floor += if low < f64::from(f32::MAX) { low } else { 0.0 };
        }
        let ratio = (power - floor) / floor.max(1e-10);
        let (comb_hz, comb_db) = self.combs.best(start);
        Some(SegmentSnr {
            start_s: start as f64,
            end_s: (start as f64 + 2.0).min(duration_s),
            level_dbfs: 10.0 * power.max(1e-10).log10(),
            above_floor_db: (10.0 * ratio.max(1e-9).log10()).clamp(-20.0, 80.0),
            comb_db,
            comb_hz,
        })
    }
}

/// Scores of combs every quarter of a second.
struct CombMeter {
    stft: Stft,
    lines: LineSpectrum,
    scorer: CombScorer,
    power: Vec<f32>,
    whitened: Vec<f32>,
    scores: Vec<f32>,
    queue: Vec<f32>,
    /// Scores of the last frames.
    recent: Vec<Vec<f32>>,
    /// Best comb of the segment that starts at each second: fundamental in Hz, contrast in nepers.
    best: Vec<(f32, f32)>,
}

impl CombMeter {
    fn new() -> Self {
        let scorer = CombScorer::new();
        Self {
            stft: Stft::new(LONG),
            lines: LineSpectrum::new(),
            power: vec![0.0; LONG.bins()],
            whitened: vec![0.0; LINE_BINS],
            scores: vec![0.0; scorer.candidates()],
            scorer,
            queue: Vec::new(),
            recent: Vec::new(),
            best: Vec::new(),
        }
    }

    fn push(&mut self, samples: &[f32]) {
        self.queue.extend_from_slice(samples);
        let mut start = 0;
        // Frames are longer than the hop.
        while let Some(frame) = self.queue.get(start..start + LONG.length) {
            self.stft.power_into(frame, &mut self.power);
            self.lines.whiten(&self.power, &mut self.whitened);
            self.scorer.score(&self.whitened, &mut self.scores);
            self.recent.push(self.scores.clone());
            self.complete();
            start += COMB_HOP;
        }
        self.queue.drain(..start);
    }

    /// A segment is complete after eight frames; the next begins a second, four frames, later.
    fn complete(&mut self) {
        if self.recent.len() < COMBS {
            return;
        }
        self.best.push(self.sum());
        self.recent.drain(..COMBS / 2);
    }

    fn sum(&self) -> (f32, f32) {
        let n = self.recent.len().max(1) as f32;
        let mean = |c: usize| self.recent.iter().map(|row| row[c]).sum::<f32>() / n;
        let best = (0..self.scorer.candidates())
            .map(|c| (c, mean(c)))
            .max_by(|a, b| a.1.total_cmp(&b.1));
        best.map_or((0.0, 0.0), |(c, contrast)| {
            (self.scorer.candidate_hz(c), contrast)
        })
    }

    /// Fundamental and contrast in dB; of the last segment, over the frames that it has.
    fn best(&self, segment: usize) -> (f64, f64) {
        let found = self.best.get(segment).copied();
        let (hz, contrast) = found.unwrap_or_else(|| self.sum());
        (f64::from(hz), f64::from(contrast) * DB)
    }
}

#[cfg(test)]
mod tests {
    use super::super::bands::BandMeter;
    use super::*;
    use crate::verify::condition::testing::noise;

    fn segments(samples: &[f32]) -> Vec<SegmentSnr> {
        let (mut bands, mut meter) = (BandMeter::new(), SnrMeter::new());
        for block in samples.chunks(8192) {
            bands.push(block, |levels| meter.push(&levels));
            meter.push_samples(block);
        }
        meter.finish(samples.len() as f64 / 16_000.0)
    }

    #[test]
    fn steady_noise_is_its_own_floor() {
        let found = segments(&noise(30.0, 0.01, 1));
        assert_eq!(found.len(), 29);
        for segment in found {
            assert!(segment.above_floor_db < -8.0, "{segment:?}");
            assert!(segment.comb_db < 3.0, "{segment:?}");
        }
    }

    #[test]
    fn a_sound_that_comes_and_goes_has_its_ratio_to_the_floor() {
        // A comb of ten lines, 6 dB above the noise between 94 Hz and 7.7 kHz, from 10 s to 14 s.
        let mut sound = noise(20.0, 0.01, 2);
        let amplitude = 0.01 * (2.0f32 * 3.98 * 0.945 / 10.0).sqrt();
        for (i, x) in sound.iter_mut().enumerate().skip(160_000).take(64_000) {
            let phase = std::f64::consts::TAU * 120.0 * i as f64 / 16_000.0;
            let lines = (1..=10).map(|h| (phase * f64::from(h)).sin() as f32);
            *x += amplitude * lines.sum::<f32>();
        }
        let found = segments(&sound);
        let heard = &found[11];
        assert!((heard.above_floor_db - 6.0).abs() < 0.7, "{heard:?}");
        assert!(heard.comb_db > 6.0, "{heard:?}");
        assert!((heard.comb_hz / 120.0 - 1.0).abs() < 0.01, "{heard:?}");
        assert!(found[2].above_floor_db < -6.0, "{:?}", found[2]);
    }

    #[test]
    fn a_short_recording_is_one_segment() {
        let found = segments(&noise(1.2, 0.01, 3));
        assert_eq!((found.len(), found[0].end_s), (1, 1.2));
    }

    #[test]
    fn the_schema_says_where_the_search_for_combs_begins() {
        let said = format!("({} Hz and up)", crate::spectrum::COMB_MIN_HZ);
        assert!(include_str!("../../../docs/report.schema.json").contains(&said));
    }
}
