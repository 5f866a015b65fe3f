//! The modified discrete cosine transform that AAC and its kin code in.
//!
//! J. Princen, A. Johnson, A. Bradley, "Subband/transform coding using filter bank designs based
//! on time domain aliasing cancellation", ICASSP 1987. With the sine window and the orthonormal
//! scale used here, `inverse(forward(x))` summed over frames that overlap by half gives `x` back.

use std::f64::consts::PI;
use std::sync::Arc;

use rustfft::num_complex::Complex32;
use rustfft::{Fft, FftPlanner};

/// A transform of `n` coefficients over frames of `2 * n` samples.
pub(super) struct Mdct {
    n: usize,
    window: Vec<f32>,
    twiddles: Vec<Complex32>,
    fft: Arc<dyn Fft<f32>>,
    buffer: Vec<Complex32>,
    scratch: Vec<Complex32>,
}

impl Mdct {
    /// `n`: coefficients per frame, even.
    pub(super) fn new(n: usize) -> Self {
        let fft = FftPlanner::new().plan_fft_forward(n / 2);
        let window = (0..2 * n)
            .map(|k| (PI * (k as f64 + 0.5) / (2 * n) as f64).sin() as f32)
            .collect();
        let twiddles = (0..n / 2)
            .map(|k| {
                let (sin, cos) = (-PI * (8 * k + 1) as f64 / (8 * n) as f64).sin_cos();
                Complex32::new(cos as f32, sin as f32)
            })
            .collect();
        Self {
            n,
            window,
            twiddles,
            buffer: vec![Complex32::default(); n / 2],
            scratch: vec![Complex32::default(); fft.get_inplace_scratch_len()],
            fft,
        }
    }

    /// `frame`: 2n samples; `spectrum`: n coefficients.
    pub(super) fn forward(&mut self, frame: &[f32], spectrum: &mut [f32]) {
        let (n, half) = (self.n, self.n / 2);
        let x = |k: usize| frame[k] * self.window[k];
        // Frame (a, b, c, d) folds to (-c_r - d, a - b_r), r for reversed.
        for k in 0..half {
            spectrum[k] = -x(3 * half - 1 - k) - x(3 * half + k);
            spectrum[half + k] = x(k) - x(n - 1 - k);
        }
        self.dct4(spectrum);
    }

    /// `spectrum`: n coefficients, overwritten; adds the windowed 2n samples to `frame`.
    pub(super) fn inverse_add(&mut self, spectrum: &mut [f32], frame: &mut [f32]) {
        let (n, half) = (self.n, self.n / 2);
        self.dct4(spectrum);
        for k in 0..half {
            let (first, second) = (spectrum[k], spectrum[half + k]);
            frame[k] += self.window[k] * second;
            frame[n - 1 - k] -= self.window[n - 1 - k] * second;
            frame[3 * half - 1 - k] -= self.window[3 * half - 1 - k] * first;
            frame[3 * half + k] -= self.window[3 * half + k] * first;
        }
    }

    /// The orthonormal DCT-IV, its own inverse, through a complex transform of a quarter the frame.
    fn dct4(&mut self, x: &mut [f32]) {
        let n = self.n;
        for (k, slot) in self.buffer.iter_mut().enumerate() {
            *slot = Complex32::new(x[2 * k], x[n - 1 - 2 * k]) * self.twiddles[k];
        }
        self.fft
            .process_with_scratch(&mut self.buffer, &mut self.scratch);
        let scale = (2.0 / n as f32).sqrt();
        for (k, value) in self.buffer.iter().enumerate() {
            let turned = value * self.twiddles[k] * scale;
            x[2 * k] = turned.re;
            x[n - 1 - 2 * k] = -turned.im;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::gauss::Gauss;
    use super::*;

    #[test]
    fn agrees_with_the_defining_sum() {
        let n = 24;
        let frame = Gauss::new(1).fill(2 * n);
        let mut spectrum = vec![0.0; n];
        Mdct::new(n).forward(&frame, &mut spectrum);
        for (k, value) in spectrum.iter().enumerate() {
            let sum: f64 = (0..2 * n)
                .map(|m| {
                    let window = (PI * (m as f64 + 0.5) / (2 * n) as f64).sin();
                    let phase =
                        PI / n as f64 * (m as f64 + 0.5 + n as f64 / 2.0) * (k as f64 + 0.5);
                    f64::from(frame[m]) * window * phase.cos()
                })
                .sum();
            let expected = sum * (2.0 / n as f64).sqrt();
            assert!((f64::from(*value) - expected).abs() < 1e-4, "{k}");
        }
    }

    #[test]
    fn overlapping_frames_give_the_sound_back() {
        let n = 384;
        let input = Gauss::new(2).fill(6 * n);
        let mut output = vec![0.0; 6 * n];
        let mut mdct = Mdct::new(n);
        let mut spectrum = vec![0.0; n];
        for frame in 0..5 {
            let range = frame * n..(frame + 2) * n;
            mdct.forward(&input[range.clone()], &mut spectrum);
            mdct.inverse_add(&mut spectrum, &mut output[range]);
        }
        let inner = n..5 * n;
        let close = |(a, b): (&f32, &f32)| (a - b).abs() < 1e-4;
        assert!(input[inner.clone()].iter().zip(&output[inner]).all(close));
    }
}
