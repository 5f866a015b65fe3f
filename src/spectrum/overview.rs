//! Spectrograms of whole recordings, made while the sound comes, for pictures.
//!
//! However long the recording, at most [`MOST_COLUMNS`] columns are kept: whenever there are as many, neighbours are
//! merged in pairs (mean power), and each column stands for twice the time. The low band resolves the lines of a comb, the full
//! band shows what a codec left and when something was heard.

use super::{hann, power_db, RealPower};
use crate::SAMPLE_RATE;

/// Most columns that are kept, an even number.
pub const MOST_COLUMNS: usize = 1600;

/// Samples that a column stands for before any merging: 64 ms.
const HOP: usize = 1024;
/// Samples of a frame of the low band: 256 ms, bins 3.9 Hz apart.
const LOW: usize = 4096;
/// Bins of the low band, 0 to 2000 Hz.
const LOW_BINS: usize = 513;
/// Samples of a frame of the full band: 32 ms, bins 31 Hz apart.
const FULL: usize = 512;
/// Samples between frames of the full band.
const FULL_HOP: usize = 256;
/// Where the first frame of a column's full band begins in the column's frame of the low band: frames of both bands
/// are centred on the column's own samples.
const FULL_START: usize = LOW / 2 - HOP / 2 + FULL_HOP / 2 - FULL / 2;

/// One band of an [`Overview`].
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    bin_hz: f64,
    bins: usize,
    db: Vec<f32>,
}

impl Band {
    /// Distance of the bins, Hz; bin `k` stands for `k * bin_hz`.
    pub fn bin_hz(&self) -> f64 {
        self.bin_hz
    }

    /// Number of bins of a column, the first at 0 Hz.
    pub fn bins(&self) -> usize {
        self.bins
    }

    /// Levels of one column in dB, -120 or more, where 0 dB is a tone of full scale; empty beyond the last column.
    pub fn column(&self, n: usize) -> &[f32] {
        self.db.chunks_exact(self.bins).nth(n).unwrap_or_default()
    }
}

/// Two spectrograms of a recording: 0 to 2 kHz in fine bins, and 0 to 8 kHz.
///
/// ```
/// use earwitness::spectrum::Overview;
/// let overview = Overview::of(&vec![0.0; 16_000]);
/// assert_eq!((overview.columns(), overview.low.column(0).len()), (16, 513));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    /// 0 to 2 kHz in bins of 3.9 Hz.
    pub low: Band,
    /// 0 to 8 kHz in bins of 31 Hz.
    pub full: Band,
    column_s: f64,
    duration_s: f64,
}

impl Overview {
    /// The overview of samples (16 kHz, mono) that are all there.
    pub fn of(samples: &[f32]) -> Self {
        let mut builder = OverviewBuilder::new();
        builder.push(samples);
        builder.finish()
    }

    /// Number of columns of either band, at most [`MOST_COLUMNS`]; 0 for no sound.
    pub fn columns(&self) -> usize {
        self.low.db.len() / LOW_BINS
    }

    /// Seconds that a column stands for: column `n` begins at `n * column_s`.
    pub fn column_s(&self) -> f64 {
        self.column_s
    }

    /// Length of the recording, s.
    pub fn duration_s(&self) -> f64 {
        self.duration_s
    }
}

/// Makes an [`Overview`] of a recording that comes in blocks, in some 7 MB.
pub struct OverviewBuilder {
    low: Gatherer,
    full: Gatherer,
    /// Samples not done with; the first is that of the next column's frame of the low band.
    held: Vec<f32>,
    /// Columns whose frames were taken, before any merging.
    taken: usize,
    /// Samples that came in.
    samples: usize,
    /// Columns of 64 ms that a kept column stands for, and how many of them are in the one that is being filled.
    span: usize,
    filled: usize,
}

impl Default for OverviewBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl OverviewBuilder {
    /// Plans the transforms.
    pub fn new() -> Self {
        Self {
            low: Gatherer::new(LOW, LOW_BINS),
            full: Gatherer::new(FULL, FULL / 2 + 1),
            held: vec![0.0; LOW / 2 - HOP / 2],
            taken: 0,
            samples: 0,
            span: 1,
            filled: 0,
        }
    }

    /// Takes in the next samples, 16 kHz mono; what is not a number counts as silence.
    pub fn push(&mut self, samples: &[f32]) {
        for block in samples.chunks(16 * HOP) {
            self.samples += block.len();
            let finite = block.iter().map(|x| if x.is_finite() { *x } else { 0.0 });
            self.held.extend(finite);
            self.take_frames();
        }
    }

    /// The spectrograms of all that came in.
    pub fn finish(mut self) -> Overview {
        while self.taken < self.samples.div_ceil(HOP) {
            self.held.resize(LOW, 0.0);
            self.take_frames();
        }
        if self.filled > 0 {
            self.low.close();
            self.full.close();
        }
        Overview {
            low: self.low.into_band(),
            full: self.full.into_band(),
            column_s: (self.span * HOP) as f64 / f64::from(SAMPLE_RATE),
            duration_s: self.samples as f64 / f64::from(SAMPLE_RATE),
        }
    }

    fn take_frames(&mut self) {
        let mut done = 0;
        while let Some(frame) = self.held.get(done..done + LOW) {
            // What of the frame lies within the recording.
            let from = (LOW / 2 - HOP / 2).saturating_sub(self.taken * HOP);
            let begins = self.taken * HOP + HOP / 2;
            let to = (self.samples + LOW / 2).saturating_sub(begins).min(LOW);
            self.low.add(frame, from, to);
            for start in (0..HOP / FULL_HOP).map(|k| FULL_START + k * FULL_HOP) {
                let inside = |at: usize| at.clamp(start, start + FULL) - start;
                self.full
                    .add(&frame[start..start + FULL], inside(from), inside(to));
            }
            self.taken += 1;
            self.filled += 1;
            done += HOP;
            if self.filled == self.span {
                self.close();
            }
        }
        self.held.drain(..done);
    }

    /// Ends a column; halves their number if there is no room for another.
    fn close(&mut self) {
        self.filled = 0;
        self.low.close();
        self.full.close();
        if self.low.power.len() == MOST_COLUMNS * LOW_BINS {
            self.low.merge();
            self.full.merge();
            self.span *= 2;
        }
    }
}

/// The columns of one band.
struct Gatherer {
    transform: RealPower,
    window: Vec<f32>,
    /// Sum of the squares of the window's first values.
    energy_to: Vec<f64>,
    bins: usize,
    /// Sums of power and of the window's energy that went into them, of the column that is being filled.
    sum: Vec<f32>,
    energy: f64,
    /// Mean power of the columns done, one after the other; a tone of full scale has 1.
    power: Vec<f32>,
}

impl Gatherer {
    fn new(length: usize, bins: usize) -> Self {
        let window = hann(length);
        let squares = window.iter().map(|w| f64::from(*w).powi(2));
        let mut energy_to = vec![0.0];
        energy_to.extend(squares.scan(0.0, |sum, square| {
            *sum += square;
            Some(*sum)
        }));
        Self {
            transform: RealPower::new(length),
            window,
            energy_to,
            bins,
            sum: vec![0.0; bins],
            energy: 0.0,
            power: Vec::new(),
        }
    }

    /// Adds a frame of which `from..to` lies within the recording, and the rest is zero.
    fn add(&mut self, frame: &[f32], from: usize, to: usize) {
        if from >= to {
            return;
        }
        self.energy += self.energy_to[to] - self.energy_to[from];
        let powers = self.transform.of(frame, 0.0, &self.window);
        for (sum, power) in self.sum.iter_mut().zip(powers) {
            *sum += power;
        }
    }

    fn close(&mut self) {
        let all: f64 = self.energy_to.last().copied().unwrap_or_default();
        let gain: f64 = 0.5 * self.window.iter().map(|w| f64::from(*w)).sum::<f64>();
        // Where little of a frame lies within the recording, there is little to go by: it counts as no more than it is.
        let frames = (self.energy / all).max(0.01);
        let scale = (1.0 / (frames * gain * gain)) as f32;
        self.power.extend(self.sum.iter().map(|s| s * scale));
        self.sum.fill(0.0);
        self.energy = 0.0;
    }

    /// Makes one column of each two.
    fn merge(&mut self) {
        let bins = self.bins;
        let columns = self.power.len() / bins;
        for n in 0..columns / 2 {
            for k in 0..bins {
                let mean =
                    0.5 * (self.power[2 * n * bins + k] + self.power[(2 * n + 1) * bins + k]);
                self.power[n * bins + k] = mean;
            }
        }
        self.power.truncate(columns / 2 * bins);
    }

    fn into_band(mut self) -> Band {
        self.power.iter_mut().for_each(|p| *p = power_db(*p));
        Band {
            bin_hz: f64::from(SAMPLE_RATE) / self.window.len() as f64,
            bins: self.bins,
            db: self.power,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(hz: f64, from_s: f64, to_s: f64, duration_s: f64) -> Vec<f32> {
        let rate = f64::from(SAMPLE_RATE);
        (0..(duration_s * rate) as usize)
            .map(|n| n as f64 / rate)
            .map(|t| match (from_s..to_s).contains(&t) {
                true => (std::f64::consts::TAU * hz * t).sin() as f32,
                false => 0.0,
            })
            .collect()
    }

    fn loudest(column: &[f32]) -> (usize, f32) {
        let all = column.iter().copied().enumerate();
        all.fold((0, f32::MIN), |a, b| if b.1 > a.1 { b } else { a })
    }

    /// Mean power of a bin over a band's columns.
    fn mean(band: &Band, columns: usize, bin: usize) -> f64 {
        let of = |n: usize| 10f64.powf(0.1 * f64::from(band.column(n)[bin]));
        (0..columns).map(of).sum::<f64>() / columns as f64
    }

    #[test]
    fn a_tone_lies_in_its_bin_at_its_time_with_its_level() {
        let overview = Overview::of(&tone(1000.0, 2.0, 4.0, 6.0));
        assert_eq!(overview.columns(), 94);
        for n in 0..overview.columns() {
            let middle_s = (n as f64 + 0.5) * overview.column_s();
            let (low, full) = (overview.low.column(n), overview.full.column(n));
            if (2.2..3.8).contains(&middle_s) {
                assert_eq!(loudest(low).0, 256);
                assert_eq!(loudest(full).0, 32);
                assert!(loudest(low).1.abs() < 0.01 && loudest(full).1.abs() < 0.01);
            } else if !(1.8..4.2).contains(&middle_s) {
                assert!(loudest(low).1 < -80.0, "{n}: {:?}", loudest(low));
            }
        }
    }

    #[test]
    fn merging_keeps_power_and_time_in_bounded_memory() {
        // 130 s of columns are more than are kept once, and fewer than are kept twice.
        let samples = tone(500.0, 30.0, 60.0, 130.0);
        let overview = Overview::of(&samples);
        assert!(overview.columns() <= MOST_COLUMNS);
        assert_eq!(overview.column_s(), 0.128);
        let share = mean(&overview.low, overview.columns(), 128);
        assert!((share / (30.0 / 130.0) - 1.0).abs() < 0.01, "{share}");
        let heard = (0..overview.columns()).filter(|n| overview.low.column(*n)[128] > -3.0);
        let (first, last) = (heard.clone().min().unwrap(), heard.max().unwrap());
        assert!((first as f64 * 0.128 - 30.0).abs() < 0.2);
        assert!(((last + 1) as f64 * 0.128 - 60.0).abs() < 0.2);
    }

    #[test]
    fn an_hour_is_kept_in_as_many_columns_as_two_minutes() {
        let mut builder = OverviewBuilder::new();
        let minute = tone(440.0, 0.0, 60.0, 60.0);
        for _ in 0..60 {
            builder.push(&minute);
            assert!(builder.low.power.len() < MOST_COLUMNS * LOW_BINS);
            assert!(builder.held.len() < 20 * HOP);
        }
        let overview = builder.finish();
        assert!((800..=1600).contains(&overview.columns()));
        let end_s = overview.columns() as f64 * overview.column_s();
        assert!((0.0..=overview.column_s()).contains(&(end_s - 3600.0)));
    }

    #[test]
    fn blocks_do_not_matter() {
        let samples = tone(700.0, 0.5, 1.5, 2.3);
        let mut builder = OverviewBuilder::new();
        samples.chunks(333).for_each(|block| builder.push(block));
        assert_eq!(builder.finish(), Overview::of(&samples));
    }

    #[test]
    fn the_edges_of_a_recording_are_as_loud_as_its_middle() {
        let mut state = 1u32;
        let hiss: Vec<f32> = (0..48_000)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                state as f32 / u32::MAX as f32 - 0.5
            })
            .collect();
        let overview = Overview::of(&hiss);
        let level = |n: usize| {
            let all = overview.low.column(n).iter();
            let sum: f64 = all.map(|db| 10f64.powf(0.1 * f64::from(*db))).sum();
            10.0 * sum.log10()
        };
        for n in [0, 1, overview.columns() - 1] {
            assert!(
                (level(n) - level(20)).abs() < 1.5,
                "{n}: {} {}",
                level(n),
                level(20)
            );
        }
    }

    #[test]
    fn nothing_next_to_nothing_and_broken_numbers_are_taken() {
        assert_eq!(Overview::of(&[]).columns(), 0);
        assert!(Overview::of(&[]).low.column(0).is_empty());
        let short = Overview::of(&[0.5, f32::NAN, f32::INFINITY]);
        assert_eq!(short.columns(), 1);
        let all = short.low.column(0).iter().chain(short.full.column(0));
        assert!(all.clone().count() > 0 && all.clone().all(|db| db.is_finite()));
    }
}
