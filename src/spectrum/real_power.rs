//! The power spectrum of real samples.
//!
//! A real transform of n samples is a complex one of n/2 points and a last step that sorts even
//! samples from odd ones (Sorensen et al., "Real-valued fast Fourier transform algorithms", IEEE
//! Trans. ASSP 35, 1987). Here only powers are wanted, so the last step makes them at once, from
//! arrays of real and of imaginary parts, which the compiler turns into vector instructions:
//! a complex spectrum in between would take twice as long as the transform itself.

use super::sum::in_lanes;
use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};
use std::sync::Arc;

/// A planned power spectrum of a fixed, even number of samples.
pub struct RealPower {
    transform: Arc<dyn Fft<f32>>,
    buffer: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    /// Points 0 to n/4 of the complex transform, and the same counted back from its end.
    low: Parts,
    high: Parts,
    /// Cosine and sine of `2 pi k / n`.
    turn: Parts,
    power: Vec<f32>,
    mirrored: Vec<f32>,
}

/// Real and imaginary parts of complex numbers.
struct Parts {
    re: Vec<f32>,
    im: Vec<f32>,
}

impl Parts {
    fn new(n: usize) -> Self {
        Self {
            re: vec![0.0; n],
            im: vec![0.0; n],
        }
    }

    /// Takes in `points`, the first of them at place `from`.
    #[inline(always)]
    fn copy<'a>(&mut self, from: usize, points: impl Iterator<Item = &'a Complex<f32>>) {
        let places = self.re[from..].iter_mut().zip(&mut self.im[from..]);
        for ((re, im), z) in places.zip(points) {
            *re = z.re;
            *im = z.im;
        }
    }
}

impl RealPower {
    /// Plans the transform of `length` samples, which must be a multiple of 4.
    pub fn new(length: usize) -> Self {
        debug_assert!(length.is_multiple_of(4) && length > 0);
        let transform = FftPlanner::new().plan_fft_forward(length / 2);
        // Points 0 and n/4, their own mirror images, come out right with the others.
        let pairs = length / 4 + 1;
        let mut turn = Parts::new(pairs);
        for k in 0..pairs {
            let phase = 2.0 * std::f64::consts::PI * k as f64 / length as f64;
            turn.re[k] = phase.cos() as f32;
            turn.im[k] = phase.sin() as f32;
        }
        Self {
            buffer: vec![Complex::default(); length / 2],
            scratch: vec![Complex::default(); transform.get_inplace_scratch_len()],
            low: Parts::new(pairs),
            high: Parts::new(pairs),
            turn,
            power: vec![0.0; length / 2 + 1],
            mirrored: vec![0.0; pairs],
            transform,
        }
    }

    /// Number of samples.
    pub fn length(&self) -> usize {
        2 * self.buffer.len()
    }

    /// The power `|X|^2` of all `length / 2 + 1` bins of `samples`, less `offset` and under
    /// `window`; where there are fewer than [`RealPower::length`] of either, the rest counts as 0.
    pub fn of(&mut self, samples: &[f32], offset: f32, window: &[f32]) -> &[f32] {
        in_lanes!(self.load(samples, offset, window));
        self.transform
            .process_with_scratch(&mut self.buffer, &mut self.scratch);
        in_lanes!(self.sort());
        &self.power
    }

    /// Writes windowed samples, two and two as complex numbers, into the buffer.
    #[inline(always)]
    fn load(&mut self, samples: &[f32], offset: f32, window: &[f32]) {
        let used = samples.len().min(window.len()).min(self.length());
        let ((pairs, odd), (weights, odd_weight)) = (
            samples[..used].as_chunks::<2>(),
            window[..used].as_chunks::<2>(),
        );
        for ((z, x), w) in self.buffer.iter_mut().zip(pairs).zip(weights) {
            *z = Complex::new((x[0] - offset) * w[0], (x[1] - offset) * w[1]);
        }
        if let Some(rest) = self.buffer.get_mut(pairs.len()..) {
            rest.fill(Complex::default());
            if let (Some(z), [x], [w]) = (rest.first_mut(), odd, odd_weight) {
                z.re = (x - offset) * w;
            }
        }
    }

    /// Makes the powers of the real samples from the complex transform.
    #[inline(always)]
    fn sort(&mut self) {
        let half = self.buffer.len();
        self.low.copy(0, self.buffer.iter());
        // Point 0 stands for point n/2 too.
        self.high.copy(0, self.buffer.iter().take(1));
        self.high.copy(1, self.buffer.iter().rev());
        let pairs = self.mirrored.len();
        let powers = &mut self.power[..pairs];
        let mirrored = &mut self.mirrored[..pairs];
        let (a, b) = (&self.low.re[..pairs], &self.low.im[..pairs]);
        let (c, d) = (&self.high.re[..pairs], &self.high.im[..pairs]);
        let (cos, sin) = (&self.turn.re[..pairs], &self.turn.im[..pairs]);
        for k in 0..pairs {
            // Twice the transforms of the even and, turned into place, of the odd samples.
            let (even_re, even_im) = (a[k] + c[k], b[k] - d[k]);
            let (p, q) = (b[k] + d[k], a[k] - c[k]);
            let (odd_re, odd_im) = (p * cos[k] - q * sin[k], -(q * cos[k] + p * sin[k]));
            let (re, im) = (even_re + odd_re, even_im + odd_im);
            powers[k] = 0.25 * (re * re + im * im);
            let (re, im) = (even_re - odd_re, even_im - odd_im);
            mirrored[k] = 0.25 * (re * re + im * im);
        }
        let upper = &mut self.power[half + 1 - pairs..];
        for (power, &m) in upper.iter_mut().rev().zip(&self.mirrored) {
            *power = m;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_agree_with_the_plain_sum() {
        for n in [4, 8, 64, 100] {
            let x: Vec<f32> = (0..n)
                .map(|i| ((i * 37 + 11) % 101) as f32 / 101.0 - 0.4)
                .collect();
            let mut plan = RealPower::new(n);
            // One sample short: the last counts as 0.
            let found = plan.of(&x[..n - 1], 0.1, &vec![0.5; n]);
            assert_eq!(found.len(), n / 2 + 1);
            for (k, power) in found.iter().enumerate() {
                let (mut re, mut im) = (0.0, 0.0);
                for (i, x) in x[..n - 1].iter().enumerate() {
                    let phase = -2.0 * std::f64::consts::PI * (k * i) as f64 / n as f64;
                    let x = 0.5 * (f64::from(*x) - 0.1);
                    re += x * phase.cos();
                    im += x * phase.sin();
                }
                let plain = re * re + im * im;
                let error = (f64::from(*power) - plain).abs();
                assert!(
                    error < 1e-5 * (1.0 + plain),
                    "bin {k} of {n}: {power} for {plain}"
                );
            }
        }
    }
}
