//! Whether one clip goes on where another ends.
//!
//! Two measures, because either alone is blind to something. Engines and wind are predictable for
//! a few milliseconds below 1 kHz: where a clip is cut out of the same recording, its first
//! samples are what linear prediction from the clip before expects. And a recording's mean
//! spectrum seldom jumps from one clip to the next, a change of scene makes it.

use std::f64::consts::PI;

use crate::spectrum::{power_db, Stft, SHORT};

/// How well a clip continues another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Continuity {
    /// Error of the prediction across the join over that inside the clips, in energy, geometric
    /// mean of both directions: about 1 in one recording, typically 2-20 between two.
    pub surprise: f64,
    /// Mean difference of the clips' mean spectra up to 6 kHz, dB: about 2 in one recording.
    pub step_db: f64,
}

/// Prediction works at 2 kHz: clips were cut after resampling or coding, which spoils a few
/// samples at their ends, and at the low rate those are one or two.
const DECIMATION: usize = 8;
/// Taps of the low-pass before decimation.
const TAPS: usize = 65;
/// Predictor length at the low rate: 20 ms.
const ORDER: usize = 40;
/// Low-rate samples before the join that are left to the prediction, as the filter smears it.
const GUARD: usize = 4;
/// Low-rate samples predicted in a row; the first two are not judged, they are always right.
const AHEAD: usize = 8;
const JUDGED_FROM: usize = 2;
/// Low-rate samples that the predictor is fitted to.
const FITTED: usize = 1500;

impl Continuity {
    /// Measures how `after` continues `before` (16 kHz mono). `None` where a side is shorter than
    /// a second or silent at the join: nothing can be predicted there.
    pub fn between(before: &[f32], after: &[f32]) -> Option<Self> {
        /// -90 dB re full scale.
        const SILENT: f64 = 1e-9;
        let reach = crate::SAMPLE_RATE as usize;
        let end = &before[before.len().checked_sub(reach)?..];
        let start = after.get(..reach)?;
        let power =
            |x: &[f32]| x.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>() / x.len() as f64;
        if power(&end[reach / 2..]) < SILENT || power(&start[..reach / 2]) < SILENT {
            return None;
        }
        let mut low: Vec<f64> = decimate(&[end, start].concat());
        let join = reach / DECIMATION;
        let forward = surprise(&low, join - GUARD);
        low.reverse();
        let backward = surprise(&low, low.len() - join - GUARD);
        Some(Self {
            surprise: (forward * backward).sqrt(),
            step_db: spectral_step_db(before, after),
        })
    }

    /// Whether the clips are from different recordings, as far as can be told: a surprise with
    /// another spectrum, or quite another spectrum. Set on clips known to adjoin and on clips
    /// paired at random: few of the former and two thirds of the latter are breaks.
    pub fn is_break(&self) -> bool {
        (self.surprise > 6.0 && self.step_db > 4.0) || self.step_db > 12.0
    }
}

/// Low-pass (windowed sinc, 800 Hz) and every eighth sample.
fn decimate(samples: &[f32]) -> Vec<f64> {
    let middle = (TAPS / 2) as isize;
    let cutoff = 0.8 / DECIMATION as f64;
    let kernel: Vec<f64> = (-middle..=middle)
        .map(|n| {
            let x = PI * n as f64;
            let sinc = if n == 0 {
                cutoff
            } else {
                (cutoff * x).sin() / x
            };
            sinc * (0.54 + 0.46 * (x / middle as f64).cos())
        })
        .collect();
    (0..samples.len())
        .step_by(DECIMATION)
        .map(|at| {
            let sample = |k: usize| {
                let place = at as isize + k as isize - middle;
                usize::try_from(place)
                    .ok()
                    .and_then(|p| samples.get(p))
                    .copied()
                    .unwrap_or(0.0)
            };
            kernel
                .iter()
                .enumerate()
                .map(|(k, h)| h * f64::from(sample(k)))
                .sum()
        })
        .collect()
}

/// Error of predicting `samples[at..]` from what comes before, over the median of the same error
/// at places before.
fn surprise(samples: &[f64], at: usize) -> f64 {
    let coefficients = linear_prediction(&samples[at.saturating_sub(FITTED)..at]);
    let error = |at: usize| {
        let mut run = samples[at - ORDER..at].to_vec();
        let mut sum = 0.0;
        for ahead in 0..AHEAD {
            let recent = run.iter().rev().zip(&coefficients);
            let expected: f64 = recent.map(|(x, c)| x * c).sum();
            run.push(expected);
            if ahead >= JUDGED_FROM {
                sum += (expected - samples[at + ahead]).powi(2);
            }
        }
        sum
    };
    let mut inside: Vec<f64> = (ORDER..at - AHEAD).step_by(12).map(error).collect();
    inside.sort_by(f64::total_cmp);
    // A pure tone is predicted without any error; keep the ratio finite.
    error(at) / inside[inside.len() / 2].max(1e-20)
}

/// Coefficients of the linear predictor, nearest sample first (autocorrelation method with the
/// Levinson-Durbin recursion: J. Makhoul, "Linear prediction: a tutorial review", Proc. IEEE 63, 1975).
fn linear_prediction(samples: &[f64]) -> Vec<f64> {
    let len = samples.len();
    let windowed: Vec<f64> = samples
        .iter()
        .enumerate()
        .map(|(n, x)| x * (0.5 - 0.5 * (2.0 * PI * n as f64 / (len - 1) as f64).cos()))
        .collect();
    let correlation = |lag: usize| -> f64 {
        windowed[lag..]
            .iter()
            .zip(&windowed)
            .map(|(a, b)| a * b)
            .sum()
    };
    let mut r: Vec<f64> = (0..=ORDER).map(correlation).collect();
    // A white floor 50 dB down keeps the recursion stable on pure tones.
    r[0] = r[0] * (1.0 + 1e-5) + f64::MIN_POSITIVE;
    let mut a: Vec<f64> = Vec::with_capacity(ORDER);
    let mut error = r[0];
    for order in 0..ORDER {
        let known: f64 = a.iter().enumerate().map(|(k, c)| c * r[order - k]).sum();
        let reflection = (r[order + 1] - known) / error;
        let turned: Vec<f64> = a.iter().rev().copied().collect();
        for (c, t) in a.iter_mut().zip(&turned) {
            *c -= reflection * t;
        }
        a.push(reflection);
        error *= 1.0 - reflection * reflection;
    }
    a
}

/// Mean difference in dB of the two clips' mean log spectra, in 33 bands up to 6 kHz.
fn spectral_step_db(before: &[f32], after: &[f32]) -> f64 {
    let (a, b) = (mean_spectrum_db(before), mean_spectrum_db(after));
    a.iter().zip(&b).map(|(a, b)| (a - b).abs()).sum::<f64>() / a.len().max(1) as f64
}

fn mean_spectrum_db(samples: &[f32]) -> Vec<f64> {
    const BINS: std::ops::Range<usize> = 2..398;
    const BAND: usize = 12;
    let mut stft = Stft::new(SHORT);
    let mut power = vec![0.0; BINS.end];
    let mut sums = vec![0.0; BINS.len() / BAND];
    let frames = samples.windows(SHORT.length).step_by(2 * SHORT.hop);
    let count = frames.len().max(1) as f64;
    for frame in frames {
        stft.power_into(frame, &mut power);
        for (sum, bins) in sums.iter_mut().zip(power[BINS].chunks_exact(BAND)) {
            *sum += bins.iter().map(|p| f64::from(power_db(*p))).sum::<f64>() / BAND as f64;
        }
    }
    sums.iter().map(|sum| sum / count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// A hum of five lines in noise, `lines` Hz apart, in low-passed noise of `level`.
    fn hum(lines: f32, level: f32, seed: u64) -> Vec<f32> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut wind = 0.0;
        (0..96_000)
            .map(|n| {
                let t = n as f32 / 16_000.0;
                wind = 0.98 * wind + rng.gen_range(-level..level);
                let tone = |k: f32| (std::f32::consts::TAU * lines * k * t + k).sin();
                wind + (1..=5).map(|k| 0.05 * tone(k as f32)).sum::<f32>()
            })
            .collect()
    }

    #[test]
    fn a_recording_cut_in_two_goes_on() {
        for cut in [40_000, 40_007, 50_123] {
            let whole = hum(87.3, 0.003, 1);
            let join = Continuity::between(&whole[..cut], &whole[cut..]).unwrap();
            assert!(join.surprise < 4.0 && join.step_db < 2.0, "{cut}: {join:?}");
            assert!(!join.is_break());
        }
    }

    #[test]
    fn a_missing_piece_surprises_and_another_recording_is_a_break() {
        let whole = hum(87.3, 0.003, 1);
        let jump = Continuity::between(&whole[..40_000], &whole[40_100..]).unwrap();
        assert!(jump.surprise > 6.0, "{jump:?}");
        assert!(!jump.is_break(), "the spectrum is the same: {jump:?}");
        let other = Continuity::between(&whole[..40_000], &hum(130.0, 0.03, 2)).unwrap();
        assert!(other.is_break(), "{other:?}");
    }

    #[test]
    fn silence_and_scraps_tell_nothing() {
        let sound = hum(87.3, 0.003, 1);
        assert_eq!(Continuity::between(&sound, &[0.0; 32_000]), None);
        assert_eq!(Continuity::between(&sound[..9000], &sound[9000..]), None);
    }

    #[test]
    fn linear_prediction_finds_the_resonance_it_is_given() {
        // x[n] = 1.6 x[n-1] - 0.9 x[n-2] + noise.
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let mut x = vec![0.0, 0.0];
        for n in 2..20_000 {
            let next = 1.6 * x[n - 1] - 0.9 * x[n - 2] + rng.gen_range(-1.0..1.0);
            x.push(next);
        }
        let a = linear_prediction(&x);
        assert!(
            (a[0] - 1.6).abs() < 0.05 && (a[1] + 0.9).abs() < 0.05,
            "{:?}",
            &a[..3]
        );
        assert!(a[2..].iter().all(|c| c.abs() < 0.06));
    }
}
