//! Measures the 16 kHz samples as they go by: one pass over all of them for the levels, and one
//! short spectrum per block for the bandwidth.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

use super::quality::SILENCE_DBFS;
use super::SAMPLE_RATE;

/// Samples in a window of the level: 16 ms. Blocks are a whole number of them.
pub(super) const WINDOW: usize = 256;

/// Amplitude below which a window is silent: -70 dBFS, ten steps of a 16-bit sample, less than
/// what any microphone gives outdoors.
pub const SILENCE: f32 = 3.2e-4;

/// Amplitude below which a window holds nothing at all: half a step of a 16-bit sample.
const NOTHING: f32 = 0.5 / 32_768.0;

/// Windows of nothing in a row that make a dropout: 32 ms.
const DROPOUT_WINDOWS: u32 = 2;

/// Samples in a transform for the average spectrum.
const FRAME: usize = 1024;

/// Bins of 15.625 Hz that are put together for the bandwidth: 125 Hz.
const BAND: usize = 8;

/// A band holds sound if its power is above this: -105 dBFS, ten times what the rounding to 16
/// bits leaves in 125 Hz of 8 kHz.
const BAND_FLOOR: f64 = 3.2e-11;

/// ... and above this share of the strongest band: -75 dB, where the filters of codecs and
/// resamplers have done their work, and what they leave begins.
const BAND_RANGE: f64 = 3.2e-8;

/// What the meter has seen.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Levels {
    pub(super) samples: u64,
    pub(super) rms_dbfs: f64,
    pub(super) peak_dbfs: f64,
    pub(super) dc_offset: f64,
    pub(super) silent_fraction: f64,
    pub(super) dropouts: u64,
    pub(super) bandwidth_hz: f64,
}

/// Takes the blocks of a recording in their order.
pub(super) struct Meter {
    samples: u64,
    sum: f64,
    energy: f64,
    peak: f32,
    windows: u64,
    silent: u64,
    /// Windows of nothing in a row just now; `None` before the first sound.
    nothing: Option<u32>,
    dropouts: u64,
    spectrum: AverageSpectrum,
}

impl Meter {
    pub(super) fn new() -> Self {
        Self {
            samples: 0,
            sum: 0.0,
            energy: 0.0,
            peak: 0.0,
            windows: 0,
            silent: 0,
            nothing: None,
            dropouts: 0,
            spectrum: AverageSpectrum::new(),
        }
    }

    /// Adds a block, a whole number of windows long unless it is the last.
    pub(super) fn add(&mut self, block: &[f32]) {
        self.samples += block.len() as u64;
        let mut sums = Sums::default();
        for window in block.chunks(WINDOW) {
            let peak = sums.add(window);
            self.peak = self.peak.max(peak);
            self.windows += 1;
            self.silent += u64::from(peak < SILENCE);
            self.count_dropout(peak < NOTHING);
        }
        self.sum += sums.samples.iter().map(|&s| f64::from(s)).sum::<f64>();
        self.energy += sums.squares.iter().map(|&s| f64::from(s)).sum::<f64>();
        // A last, shorter block counts only if it is all there is.
        if block.len() >= FRAME || self.spectrum.frames == 0 {
            self.spectrum.add(&block[..block.len().min(FRAME)]);
        }
    }

    fn count_dropout(&mut self, is_nothing: bool) {
        self.nothing = match (self.nothing, is_nothing) {
            (None, true) => None,
            (Some(run), true) => Some(run.saturating_add(1)),
            (run, false) => {
                self.dropouts += u64::from(run.is_some_and(|run| run >= DROPOUT_WINDOWS));
                Some(0)
            }
        };
    }

    pub(super) fn levels(&self) -> Levels {
        let samples = self.samples.max(1) as f64;
        Levels {
            samples: self.samples,
            rms_dbfs: (10.0 * (self.energy / samples).log10()).max(SILENCE_DBFS),
            peak_dbfs: (20.0 * f64::from(self.peak).log10()).max(SILENCE_DBFS),
            dc_offset: self.sum / samples,
            silent_fraction: self.silent as f64 / self.windows.max(1) as f64,
            dropouts: self.dropouts,
            bandwidth_hz: self.spectrum.bandwidth_hz(),
        }
    }
}

/// Sixteen sums side by side, which the compiler turns into vector instructions.
#[derive(Debug, Default)]
struct Sums {
    samples: [f32; LANES],
    squares: [f32; LANES],
}

const LANES: usize = 16;

impl Sums {
    /// Adds the samples of a window; returns their highest amplitude.
    fn add(&mut self, window: &[f32]) -> f32 {
        let mut peak = [0f32; LANES];
        let mut add = |lane: usize, sample: f32| {
            self.samples[lane] += sample;
            self.squares[lane] += sample * sample;
            let amplitude = sample.abs();
            peak[lane] = if amplitude > peak[lane] {
                amplitude
            } else {
                peak[lane]
            };
        };
        let (chunks, rest) = window.as_chunks::<LANES>();
        for chunk in chunks {
            for (lane, &sample) in chunk.iter().enumerate() {
                add(lane, sample);
            }
        }
        for (lane, &sample) in rest.iter().enumerate() {
            add(lane, sample);
        }
        peak.iter().copied().fold(0.0, f32::max)
    }
}

/// The mean power spectrum of some frames, Hann-windowed.
struct AverageSpectrum {
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    input: Vec<f32>,
    output: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    power: Vec<f64>,
    frames: u64,
}

impl AverageSpectrum {
    fn new() -> Self {
        let fft = RealFftPlanner::new().plan_fft_forward(FRAME);
        let step = std::f32::consts::TAU / FRAME as f32;
        // Scaled so that the powers of all bins add up to the mean power of the samples: the
        // Hann window has a mean square of 3/8, and each bin stands for two.
        let scale = (2.0 / (0.375 * (FRAME * FRAME) as f32)).sqrt();
        Self {
            window: (0..FRAME)
                .map(|i| scale * 0.5 * (1.0 - (i as f32 * step).cos()))
                .collect(),
            input: fft.make_input_vec(),
            output: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            power: vec![0.0; FRAME / 2 + 1],
            frames: 0,
            fft,
        }
    }

    /// Adds a frame of at most [`FRAME`] samples.
    fn add(&mut self, frame: &[f32]) {
        self.input.fill(0.0);
        for ((out, &sample), &weight) in self.input.iter_mut().zip(frame).zip(&self.window) {
            *out = sample * weight;
        }
        let done =
            self.fft
                .process_with_scratch(&mut self.input, &mut self.output, &mut self.scratch);
        if done.is_ok() {
            self.frames += 1;
            for (sum, bin) in self.power.iter_mut().zip(&self.output) {
                *sum += f64::from(bin.norm_sqr());
            }
        }
    }

    fn bandwidth_hz(&self) -> f64 {
        let frames = self.frames.max(1) as f64;
        let bands: Vec<f64> = self.power[..FRAME / 2]
            .chunks(BAND)
            .map(|bins| bins.iter().sum::<f64>() / frames)
            .collect();
        // The lowest band holds DC, which is no sound.
        let strongest = bands[1..].iter().copied().fold(0.0, f64::max);
        let floor = BAND_FLOOR.max(BAND_RANGE * strongest);
        let top = bands.iter().skip(1).rposition(|&power| power > floor);
        let width = f64::from(SAMPLE_RATE) / FRAME as f64 * BAND as f64;
        top.map_or(0.0, |band| (band + 2) as f64 * width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measure(samples: &[f32]) -> Levels {
        let mut meter = Meter::new();
        samples.chunks(8192).for_each(|block| meter.add(block));
        meter.levels()
    }

    fn tone(hz: f32, amplitude: f32, len: usize) -> Vec<f32> {
        let step = std::f32::consts::TAU * hz / SAMPLE_RATE as f32;
        (0..len)
            .map(|i| amplitude * (step * i as f32).sin())
            .collect()
    }

    #[test]
    fn a_full_scale_sine_has_a_peak_of_0_and_a_level_of_minus_3() {
        let levels = measure(&tone(1000.0, 1.0, 32_000));
        assert!(levels.peak_dbfs.abs() < 0.01, "{levels:?}");
        assert!((levels.rms_dbfs + 3.01).abs() < 0.01, "{levels:?}");
        assert!(levels.dc_offset.abs() < 1e-4, "{levels:?}");
    }

    #[test]
    fn silence_has_the_lowest_level_and_no_band() {
        let levels = measure(&vec![0.0; 32_000]);
        assert_eq!(
            (levels.rms_dbfs, levels.peak_dbfs),
            (SILENCE_DBFS, SILENCE_DBFS)
        );
        assert_eq!(
            (levels.silent_fraction, levels.bandwidth_hz, levels.dropouts),
            (1.0, 0.0, 0)
        );
    }

    #[test]
    fn an_offset_is_measured_and_is_no_sound() {
        let levels = measure(&vec![0.25; 32_000]);
        assert!((levels.dc_offset - 0.25).abs() < 1e-6);
        assert!(levels.bandwidth_hz <= 250.0, "{levels:?}");
    }

    #[test]
    fn the_band_ends_where_the_sound_does() {
        let mut sound = tone(500.0, 0.3, 64_000);
        sound
            .iter_mut()
            .zip(tone(3_400.0, 0.001, 64_000))
            .for_each(|(a, b)| *a += b);
        let bandwidth = measure(&sound).bandwidth_hz;
        assert!((3_400.0..=3_625.0).contains(&bandwidth), "{bandwidth}");
    }

    #[test]
    fn rounding_to_16_bits_is_not_taken_for_sound() {
        let rounded: Vec<f32> = tone(700.3, 0.5, 64_000)
            .iter()
            .map(|s| (s * 32_768.0).round() / 32_768.0)
            .collect();
        assert!(measure(&rounded).bandwidth_hz < 1_200.0);
    }

    #[test]
    fn gaps_within_the_sound_are_dropouts_and_those_around_it_are_not() {
        let mut sound = vec![0.0; 8_000];
        sound.extend(tone(300.0, 0.3, 16_000));
        sound.extend(vec![0.0; 800]);
        sound.extend(tone(300.0, 0.3, 16_000));
        sound.extend(vec![0.0; 8_000]);
        let levels = measure(&sound);
        assert_eq!(levels.dropouts, 1);
        assert!((levels.silent_fraction - 16_800.0 / 48_800.0).abs() < 0.01);
    }
}
