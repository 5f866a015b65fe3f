//! A low-pass filter and a change of rate in one pair of transforms.
//!
//! The filter is that of rubato's `Fft`, a sinc under a squared Blackman-Harris window, and so are
//! the results, to the last bits of an `f32`; a test holds it to that. What differs is how often
//! transforms are taken. rubato's are real and half of each is padding. Here two blocks go through
//! one complex transform, as its real and its imaginary part, which stay apart because the filter
//! is real; and only a quarter is padding. That takes 0.4 to 0.6 of the time, and resampling is
//! a fifth of what a video's sound costs.

use rubato::{calculate_cutoff, WindowFunction};
use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};
use std::f64::consts::{PI, TAU};
use std::sync::Arc;

/// Length of a transform in filters.
const SPAN: usize = 4;
/// The same for filters of many seconds, which only rates with no common ratio need: memory counts.
const LONG_SPAN: usize = 2;
/// Length from which a filter counts as long.
const LONG: usize = 1 << 16;

/// Filters and resamples one channel, two blocks at a time.
pub(super) struct OverlapAdd {
    forward: Arc<dyn Fft<f32>>,
    inverse: Arc<dyn Fft<f32>>,
    /// The filter's spectrum: the frequencies that both rates hold, from 0 up, then from the
    /// most negative one up.
    filter: Vec<Complex<f32>>,
    input: Vec<Complex<f32>>,
    output: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    /// What the last block adds to the next.
    tail: Vec<f32>,
    block_in: usize,
    block_out: usize,
}

impl OverlapAdd {
    /// A filter of `filter_in` samples, which last as long as `filter_out` at the new rate.
    /// Both must be even.
    pub(super) fn new(filter_in: usize, filter_out: usize) -> Self {
        let span = if filter_in < LONG { SPAN } else { LONG_SPAN };
        let (size_in, size_out) = (span * filter_in, span * filter_out);
        let mut planner = FftPlanner::new();
        let forward = planner.plan_fft_forward(size_in);
        let inverse = planner.plan_fft_inverse(size_out);
        let longest = forward
            .get_inplace_scratch_len()
            .max(inverse.get_inplace_scratch_len());
        let mut scratch = vec![Complex::default(); longest];
        let mut input = vec![Complex::default(); size_in];
        for (z, tap) in input.iter_mut().zip(taps(filter_in, filter_out)) {
            // The transforms scale by their size.
            z.re = (tap / size_in as f64) as f32;
        }
        forward.process_with_scratch(&mut input, &mut scratch);
        let shared = size_in.min(size_out) / 2;
        let filter = [&input[..shared], &input[size_in - shared..]].concat();
        Self {
            forward,
            inverse,
            filter,
            input,
            output: vec![Complex::default(); size_out],
            scratch,
            tail: vec![0.0; filter_out],
            block_in: size_in - filter_in,
            block_out: size_out - filter_out,
        }
    }

    /// Samples that go in at once.
    pub(super) fn step_in(&self) -> usize {
        2 * self.block_in
    }

    /// By how many samples, at the new rate, what comes out is late.
    pub(super) fn delay(&self) -> usize {
        self.tail.len() / 2
    }

    /// Takes [`step_in`](Self::step_in) samples; appends what they become.
    pub(super) fn process(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        let (first, second) = samples.split_at(self.block_in);
        for ((z, &re), &im) in self.input.iter_mut().zip(first).zip(second) {
            *z = Complex::new(re, im);
        }
        self.input[self.block_in..].fill(Complex::default());
        self.forward
            .process_with_scratch(&mut self.input, &mut self.scratch);
        self.change_rate();
        self.inverse
            .process_with_scratch(&mut self.output, &mut self.scratch);
        let (block, rest) = self.output.split_at(self.block_out);
        let start = out.len();
        out.extend(block.iter().map(|z| z.re));
        for (sample, tail) in out[start..].iter_mut().zip(&self.tail) {
            *sample += tail;
        }
        let middle = out.len();
        out.extend(block.iter().map(|z| z.im));
        for (sample, z) in out[middle..].iter_mut().zip(rest) {
            *sample += z.re;
        }
        for (tail, z) in self.tail.iter_mut().zip(rest) {
            *tail = z.im;
        }
    }

    /// Filters the spectrum and takes over the frequencies that both rates hold.
    fn change_rate(&mut self) {
        let shared = self.filter.len() / 2;
        let (positive, negative) = self.filter.split_at(shared);
        let (from, to) = (self.input.len() - shared, self.output.len() - shared);
        let multiply = |out: &mut [Complex<f32>], input: &[Complex<f32>], by: &[Complex<f32>]| {
            for ((out, z), h) in out.iter_mut().zip(input).zip(by) {
                *out = z * h;
            }
        };
        multiply(&mut self.output[..shared], &self.input, positive);
        self.output[shared..to].fill(Complex::default());
        multiply(&mut self.output[to..], &self.input[from..], negative);
    }
}

/// The filter in time: passes what both rates hold, and sums to 1.
fn taps(filter_in: usize, filter_out: usize) -> Vec<f64> {
    let shorter = filter_in.min(filter_out);
    let cutoff: f64 = calculate_cutoff(shorter, WindowFunction::BlackmanHarris2);
    let cutoff = cutoff * shorter as f64 / filter_in as f64;
    let tap = |n: usize| {
        let phase = TAU * n as f64 / filter_in as f64;
        let window = 0.35875 - 0.48829 * phase.cos() + 0.14128 * (2.0 * phase).cos()
            - 0.01168 * (3.0 * phase).cos();
        let x = PI * cutoff * (n as f64 - (filter_in / 2) as f64);
        let sinc = if x == 0.0 { 1.0 } else { x.sin() / x };
        window * window * sinc
    };
    let taps: Vec<f64> = (0..filter_in).map(tap).collect();
    let sum: f64 = taps.iter().sum();
    taps.iter().map(|t| t / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rubato::audioadapter_buffers::direct::SequentialSlice;
    use rubato::{FixedSync, Resampler};

    fn by_rubato(rate: usize, filter: (usize, usize), samples: &[f32]) -> Vec<f32> {
        let window = WindowFunction::BlackmanHarris2;
        let mut fft =
            rubato::Fft::<f32>::new_custom(rate, 16_000, filter.0, 1, 1, window, FixedSync::Both)
                .unwrap();
        let (mut out, mut block) = (Vec::new(), vec![0.0; filter.1]);
        for chunk in samples.chunks_exact(filter.0) {
            let input = SequentialSlice::new(chunk, 1, filter.0).unwrap();
            let mut output = SequentialSlice::new_mut(&mut block[..], 1, filter.1).unwrap();
            fft.process_into_buffer(&input, &mut output, None).unwrap();
            out.extend_from_slice(&block);
        }
        out
    }

    #[test]
    fn the_result_is_that_of_rubato() {
        for (rate, filter) in [
            (44_100, (1764, 640)),
            (48_000, (1536, 512)),
            (8_000, (512, 1024)),
        ] {
            let mut own = OverlapAdd::new(filter.0, filter.1);
            let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
            let samples: Vec<f32> = (0..4 * own.step_in())
                .map(|_| rng.gen_range(-1.0..1.0))
                .collect();
            let mut found = Vec::new();
            for chunk in samples.chunks_exact(own.step_in()) {
                own.process(chunk, &mut found);
            }
            let wanted = by_rubato(rate, filter, &samples);
            assert_eq!(found.len(), wanted.len(), "{rate} Hz");
            let worst = found.iter().zip(&wanted).map(|(a, b)| (a - b).abs());
            assert!(worst.fold(0.0, f32::max) < 3e-6, "{rate} Hz");
        }
    }
}
