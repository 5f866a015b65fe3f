//! A sampled sound read between its samples.

use std::f64::consts::PI;

/// Kaiser-windowed sinc interpolation (J. O. Smith, "Digital Audio Resampling Home Page").
///
/// With [`TAPS`](Self::TAPS) taps and the source sampled at twice the output's rate, what lies
/// below 11 kHz passes within 0.1 dB and images fall at least 80 dB below it.
pub(super) struct Interpolator {
    /// One row of weights per fraction of a sample, and one more to interpolate towards.
    rows: Vec<[f32; Interpolator::TAPS]>,
}

impl Interpolator {
    const TAPS: usize = 24;
    const FRACTIONS: usize = 512;
    /// Cut-off over the source's Nyquist rate, and the window's shape.
    const CUTOFF: f64 = 0.86;
    const BETA: f64 = 8.0;

    pub(super) fn new() -> Self {
        let half = Self::TAPS as f64 / 2.0;
        let weight = |distance: f64| {
            let inside = 1.0 - (distance / half).powi(2);
            if inside <= 0.0 {
                return 0.0;
            }
            let x = PI * distance * Self::CUTOFF;
            let sinc = if x.abs() < 1e-9 { 1.0 } else { x.sin() / x };
            Self::CUTOFF * sinc * bessel_i0(Self::BETA * inside.sqrt()) / bessel_i0(Self::BETA)
        };
        let row = |fraction: usize| {
            let fraction = fraction as f64 / Self::FRACTIONS as f64;
            // Tap j stands at sample j + 1 - TAPS/2 from the one at or before the point.
            let raw: [f64; Self::TAPS] =
                std::array::from_fn(|j| weight(j as f64 + 1.0 - half - fraction));
            // A constant stays a constant between the samples.
            let sum: f64 = raw.iter().sum();
            raw.map(|value| (value / sum) as f32)
        };
        Self {
            rows: (0..=Self::FRACTIONS).map(row).collect(),
        }
    }

    /// The value at sample position `at`; 0 where the sound does not reach.
    pub(super) fn at(&self, sound: &[f32], at: f64) -> f32 {
        let whole = at.floor();
        let fraction = (at - whole) * Self::FRACTIONS as f64;
        let row = (fraction as usize).min(Self::FRACTIONS - 1);
        let part = (fraction - row as f64) as f32;
        let first = whole as isize + 1 - Self::TAPS as isize / 2;
        let (low, high) = (&self.rows[row], &self.rows[row + 1]);
        let mut sums = [0.0f32; 8];
        let inside = usize::try_from(first)
            .ok()
            .and_then(|first| sound.get(first..first + Self::TAPS));
        if let Some(samples) = inside {
            for j in 0..Self::TAPS {
                sums[j % 8] += samples[j] * (low[j] + part * (high[j] - low[j]));
            }
        } else {
            for j in 0..Self::TAPS {
                let index = usize::try_from(first + j as isize).ok();
                let sample = index.and_then(|index| sound.get(index)).unwrap_or(&0.0);
                sums[j % 8] += sample * (low[j] + part * (high[j] - low[j]));
            }
        }
        sums.iter().sum()
    }
}

/// The modified Bessel function I_0 by its power series.
fn bessel_i0(x: f64) -> f64 {
    let quarter = 0.25 * x * x;
    let (mut term, mut sum) = (1.0, 1.0);
    for k in 1..60 {
        term *= quarter / f64::from(k * k);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    #[test]
    fn tones_are_read_between_the_samples() {
        let interpolator = Interpolator::new();
        for hz in [50.0, 1000.0, 5000.0, 9000.0, 11_000.0] {
            let tone = |at: f64| (TAU * hz * at / 32_000.0).sin();
            let sound: Vec<f32> = (0..2000).map(|n| tone(f64::from(n)) as f32).collect();
            for k in 0..300 {
                let at = 100.0 + f64::from(k) * 5.137;
                let error = f64::from(interpolator.at(&sound, at)) - tone(at);
                assert!(
                    error.abs() < if hz < 10_000.0 { 2e-3 } else { 1e-2 },
                    "{hz} Hz at {at}: {error}"
                );
            }
        }
    }

    #[test]
    fn outside_the_sound_is_silence() {
        let interpolator = Interpolator::new();
        let sound = vec![1.0f32; 100];
        assert_eq!(interpolator.at(&sound, -50.0), 0.0);
        assert_eq!(interpolator.at(&sound, 1e9), 0.0);
        assert!((interpolator.at(&sound, 50.3) - 1.0).abs() < 1e-5);
    }
}
