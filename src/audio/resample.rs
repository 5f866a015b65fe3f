//! Any sample rate becomes 16 kHz.
//!
//! rubato's synchronous FFT resampler, with a Blackman-Harris filter. Its delay is cut off, so
//! that the first sample out stands for the first sample in, and what comes out of `n` samples
//! is `n * 16000 / rate` samples long, rounded. Sound at 16 kHz passes through bit for bit.

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{Fft, FixedSync, Resampler as _, WindowFunction};

use super::SAMPLE_RATE;

/// The filter spans at least this many samples at the lower of the two rates: about 95 % of
/// its band passes, and what is beyond it is 140 dB down.
const MIN_BLOCK: usize = 512;

/// Resamples one channel, in pieces of any size.
pub(super) struct Resampler {
    rate: u32,
    fft: Option<FftResampler>,
}

impl Resampler {
    /// For samples at `rate` Hz, which must not be 0.
    pub(super) fn new(rate: u32) -> Result<Self, String> {
        let fft = if rate == SAMPLE_RATE {
            None
        } else {
            Some(FftResampler::new(rate)?)
        };
        Ok(Self { rate, fft })
    }

    /// The rate of what goes in, in Hz.
    pub(super) fn rate(&self) -> u32 {
        self.rate
    }

    /// Whether samples pass through unchanged.
    pub(super) fn is_bypass(&self) -> bool {
        self.fft.is_none()
    }

    /// Takes `input`; appends to `output` what is ready.
    pub(super) fn push(&mut self, input: &[f32], output: &mut Vec<f32>) -> Result<(), String> {
        match &mut self.fft {
            None => output.extend_from_slice(input),
            Some(fft) => fft.push(input, output)?,
        }
        Ok(())
    }

    /// Appends what is still inside; the resampler is spent after that.
    pub(super) fn finish(&mut self, output: &mut Vec<f32>) -> Result<(), String> {
        match &mut self.fft {
            None => Ok(()),
            Some(fft) => fft.finish(self.rate, output),
        }
    }
}

struct FftResampler {
    fft: Fft<f32>,
    block_in: Vec<f32>,
    filled: usize,
    block_out: Vec<f32>,
    /// Samples of delay that are still to be dropped.
    delay: usize,
    taken: u64,
    given: u64,
}

impl FftResampler {
    fn new(rate: u32) -> Result<Self, String> {
        let (block_in, block_out) = blocks(rate);
        let fft = Fft::new_custom(
            rate as usize,
            SAMPLE_RATE as usize,
            block_in,
            1,
            1,
            WindowFunction::BlackmanHarris2,
            FixedSync::Both,
        )
        .map_err(|e| e.to_string())?;
        Ok(Self {
            delay: fft.output_delay(),
            fft,
            block_in: vec![0.0; block_in],
            filled: 0,
            block_out: vec![0.0; block_out],
            taken: 0,
            given: 0,
        })
    }

    fn push(&mut self, mut input: &[f32], output: &mut Vec<f32>) -> Result<(), String> {
        self.taken += input.len() as u64;
        while !input.is_empty() {
            let count = input.len().min(self.block_in.len() - self.filled);
            let (now, later) = input.split_at(count);
            self.block_in[self.filled..self.filled + count].copy_from_slice(now);
            self.filled += count;
            input = later;
            if self.filled == self.block_in.len() {
                self.process(output)?;
            }
        }
        Ok(())
    }

    fn process(&mut self, output: &mut Vec<f32>) -> Result<(), String> {
        let (frames_in, frames_out) = (self.block_in.len(), self.block_out.len());
        let input = SequentialSlice::new(&self.block_in[..], 1, frames_in);
        let result = SequentialSlice::new_mut(&mut self.block_out[..], 1, frames_out);
        let (input, mut result) = (
            input.map_err(|e| e.to_string())?,
            result.map_err(|e| e.to_string())?,
        );
        self.fft
            .process_into_buffer(&input, &mut result, None)
            .map_err(|e| e.to_string())?;
        self.filled = 0;
        let dropped = self.delay.min(self.block_out.len());
        self.delay -= dropped;
        let ready = &self.block_out[dropped..];
        self.given += ready.len() as u64;
        output.extend_from_slice(ready);
        Ok(())
    }

    /// Feeds silence until all that was taken is through.
    fn finish(&mut self, rate: u32, output: &mut Vec<f32>) -> Result<(), String> {
        let rate = u64::from(rate);
        let wanted = (self.taken * u64::from(SAMPLE_RATE) + rate / 2) / rate;
        while self.given < wanted {
            self.block_in[self.filled..].fill(0.0);
            self.process(output)?;
        }
        output.truncate(output.len() - (self.given - wanted) as usize);
        self.given = wanted;
        Ok(())
    }
}

/// Samples per transform, in and out: a power of two times the smallest whole ratio, so that
/// the transforms factor well (1024 at 48 kHz becomes 1026 = 2 * 27 * 19, three times slower).
fn blocks(rate: u32) -> (usize, usize) {
    let divisor = gcd(rate, SAMPLE_RATE);
    let (input, output) = (rate / divisor, SAMPLE_RATE / divisor);
    // Two at least: the delay of an odd block is no whole number of samples.
    let mut factor = 2;
    while (input.min(output) as usize * factor) < MIN_BLOCK {
        factor *= 2;
    }
    (input as usize * factor, output as usize * factor)
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 {
        a
    } else {
        gcd(b, a % b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    fn resample(rate: u32, input: &[f32]) -> Vec<f32> {
        let mut resampler = Resampler::new(rate).unwrap();
        let mut output = Vec::new();
        for piece in input.chunks(777) {
            resampler.push(piece, &mut output).unwrap();
        }
        resampler.finish(&mut output).unwrap();
        output
    }

    fn tone(rate: u32, hz: f64, seconds: f64) -> Vec<f32> {
        let n = (f64::from(rate) * seconds) as usize;
        (0..n)
            .map(|i| (TAU * hz * i as f64 / f64::from(rate)).sin() as f32)
            .collect()
    }

    fn rms(samples: &[f32]) -> f64 {
        (samples.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / samples.len() as f64).sqrt()
    }

    #[test]
    fn a_tone_comes_out_where_and_as_loud_as_it_went_in() {
        for rate in [
            8_000, 11_025, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000, 44_056,
        ] {
            let output = resample(rate, &tone(rate, 440.0, 1.0));
            let expected = tone(SAMPLE_RATE, 440.0, 1.0);
            assert_eq!(output.len(), expected.len(), "{rate} Hz");
            // The ends see the edge of the tone; the filter for odd ratios is long.
            let difference: Vec<f32> = output[2500..13_500]
                .iter()
                .zip(&expected[2500..])
                .map(|(a, b)| a - b)
                .collect();
            assert!(rms(&difference) < 1e-4, "{rate} Hz: {}", rms(&difference));
        }
    }

    #[test]
    fn what_16_khz_cannot_hold_is_gone() {
        for rate in [32_000, 44_100, 48_000, 192_000] {
            let output = resample(rate, &tone(rate, 8_400.0, 1.0));
            assert!(
                rms(&output[1000..15_000]) < 1e-6,
                "{rate} Hz: {}",
                rms(&output[1000..15_000])
            );
        }
    }

    #[test]
    fn the_length_is_the_rounded_ratio() {
        for (rate, len) in [
            (44_100, 1),
            (44_100, 10_000),
            (48_000, 4),
            (8_000, 3),
            (44_099, 99_999),
        ] {
            let expected = (f64::from(SAMPLE_RATE) * len as f64 / f64::from(rate)).round();
            assert_eq!(
                resample(rate, &vec![0.1; len]).len(),
                expected as usize,
                "{len} at {rate} Hz"
            );
        }
    }

    #[test]
    fn sixteen_khz_passes_bit_for_bit() {
        let input = tone(SAMPLE_RATE, 7_999.0, 0.1);
        assert_eq!(resample(SAMPLE_RATE, &input), input);
    }

    #[test]
    fn common_rates_get_transforms_that_factor_well() {
        assert_eq!(blocks(48_000), (1536, 512));
        assert_eq!(blocks(44_100), (1764, 640));
    }
}
