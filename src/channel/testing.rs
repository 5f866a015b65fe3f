//! Sounds and measures that the effects' tests share.

use std::f64::consts::TAU;

use super::SAMPLE_RATE;

/// A sine of `hz` and `amplitude`, `len` samples long.
pub(super) fn tone(hz: f64, amplitude: f64, len: usize) -> Vec<f32> {
    (0..len)
        .map(|n| (amplitude * (TAU * hz * n as f64 / SAMPLE_RATE).sin()) as f32)
        .collect()
}

/// The mean square.
pub(super) fn power(samples: &[f32]) -> f64 {
    super::mean_square(samples)
}

/// The level of `output` over that of `input`, in dB.
pub(super) fn gain_db(input: &[f32], output: &[f32]) -> f64 {
    10.0 * (power(output) / power(input)).log10()
}

/// The amplitude of the component at `hz` (a one-bin Fourier transform).
pub(super) fn amplitude_at(samples: &[f32], hz: f64) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (n, x) in samples.iter().enumerate() {
        let (sin, cos) = (TAU * hz * n as f64 / SAMPLE_RATE).sin_cos();
        re += f64::from(*x) * cos;
        im += f64::from(*x) * sin;
    }
    2.0 * re.hypot(im) / samples.len() as f64
}
