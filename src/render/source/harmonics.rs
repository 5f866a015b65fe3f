//! A sum of harmonics of one phase, with amplitudes that change.

use std::f64::consts::TAU;

use realfft::num_complex::Complex;

/// Samples computed side by side.
const LANES: usize = 16;

/// Adds Re sum_k A_k exp(i k theta) to `out`, k = 1, 2, ...
///
/// theta runs evenly from `revs.0` to `revs.1` revolutions over the block, the A_k from `from` to `to`.
/// The sum is a polynomial in exp(i theta), by Horner's rule: one sine and cosine per sample,
/// whatever the number of harmonics.
pub(super) fn add_harmonics(
    out: &mut [f32],
    revs: (f64, f64),
    from: &[Complex<f32>],
    to: &[Complex<f32>],
) {
    let len = out.len().max(1) as f64;
    for (c, chunk) in out.chunks_mut(LANES).enumerate() {
        let mut cos = [0.0f32; LANES];
        let mut sin = [0.0f32; LANES];
        let mut part = [0.0f32; LANES];
        for lane in 0..LANES {
            let u = (c * LANES + lane) as f64 / len;
            let turn = (revs.0 + (revs.1 - revs.0) * u).fract();
            (sin[lane], cos[lane]) = ((TAU * turn) as f32).sin_cos();
            part[lane] = u as f32;
        }
        let mut re = [0.0f32; LANES];
        let mut im = [0.0f32; LANES];
        for (a, b) in from.iter().zip(to).rev() {
            let step = b - a;
            for lane in 0..LANES {
                let x = re[lane] + a.re + step.re * part[lane];
                let y = im[lane] + a.im + step.im * part[lane];
                re[lane] = x * cos[lane] - y * sin[lane];
                im[lane] = x * sin[lane] + y * cos[lane];
            }
        }
        for (sample, value) in chunk.iter_mut().zip(re) {
            *sample += value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_sum_of_cosines() {
        let amplitudes: Vec<Complex<f32>> = (1..=150)
            .map(|k| Complex::from_polar(1.0 / k as f32, 0.7 * k as f32))
            .collect();
        let mut out = vec![0.0f32; 100];
        add_harmonics(&mut out, (7.25, 7.9), &amplitudes, &amplitudes);
        for (n, found) in out.iter().enumerate() {
            let turn = 7.25 + 0.65 * n as f64 / 100.0;
            let expected: f64 = (1..=150)
                .map(|k| {
                    let k = f64::from(k);
                    (TAU * k * turn + 0.7 * k).cos() / k
                })
                .sum();
            assert!((f64::from(*found) - expected).abs() < 1e-3, "{n}");
        }
    }
}
