//! A small change of pitch and tempo together: another rotor speed, another approach.

use std::f64::consts::PI;

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::chain::EffectParams;
use super::interval::check_value;
use super::{ChannelError, Interval};

/// How the pitch change is drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PitchParams {
    /// How often the effect is used, 0-1.
    pub probability: f64,
    /// Factor on every frequency, 0.8-1.25. Beyond a few per cent one airframe begins to sound
    /// like another.
    pub ratio: Interval,
}

impl Default for PitchParams {
    fn default() -> Self {
        Self {
            probability: 0.5,
            ratio: Interval::new(0.94, 1.06),
        }
    }
}

impl EffectParams for PitchParams {
    type Effect = Pitch;

    fn probability(&self) -> f64 {
        self.probability
    }

    fn check(&self) -> Result<(), ChannelError> {
        check_value(self.probability, "pitch", "probability", 0.0, 1.0)?;
        self.ratio.check("pitch", "ratio", 0.8, 1.25)
    }

    fn draw(&self, rng: &mut impl Rng) -> Pitch {
        Pitch {
            ratio: self.ratio.draw_log(rng),
        }
    }
}

/// Resampling by a ratio: frequencies times `ratio`, length divided by it (rounded down).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pitch {
    /// Factor on every frequency.
    pub ratio: f64,
}

/// Samples on either side that one output sample rests on.
const HALF_TAPS: usize = 12;
/// Kernels per sample of distance; between two of them the output is interpolated.
const PHASES: usize = 128;

impl Pitch {
    pub(super) fn apply(&self, samples: &[f32]) -> Vec<f32> {
        let kernels = Kernels::new(self.ratio);
        let len = (samples.len() as f64 / self.ratio) as usize;
        // Room on both sides, so that the inner loop needs no bounds.
        let mut padded = vec![0.0; samples.len() + 2 * HALF_TAPS + 2];
        padded[HALF_TAPS..HALF_TAPS + samples.len()].copy_from_slice(samples);
        (0..len)
            .map(|n| {
                let position = n as f64 * self.ratio;
                let whole = (position as usize).min(samples.len());
                kernels.interpolate(&padded[whole..], position - whole as f64)
            })
            .collect()
    }
}

/// Blackman-windowed sinc kernels, one per fractional position.
struct Kernels {
    table: Vec<[f32; 2 * HALF_TAPS]>,
}

impl Kernels {
    fn new(ratio: f64) -> Self {
        // Raising the pitch would fold the top of the band over: cut it off before.
        let cutoff = 0.97 / ratio.max(1.0);
        let table = (0..=PHASES)
            .map(|phase| {
                let fraction = phase as f64 / PHASES as f64;
                let mut kernel: [f64; 2 * HALF_TAPS] = std::array::from_fn(|tap| {
                    let distance = tap as f64 - (HALF_TAPS as f64 - 1.0) - fraction;
                    cutoff * sinc(cutoff * distance) * blackman(distance / HALF_TAPS as f64)
                });
                // Unity gain at every position, else the sound would flutter.
                let sum: f64 = kernel.iter().sum();
                kernel.iter_mut().for_each(|k| *k /= sum);
                kernel.map(|k| k as f32)
            })
            .collect();
        Self { table }
    }

    /// The value `fraction` of a sample after `samples[HALF_TAPS]`.
    fn interpolate(&self, samples: &[f32], fraction: f64) -> f32 {
        let exact = fraction.clamp(0.0, 1.0) * PHASES as f64;
        let phase = (exact as usize).min(PHASES - 1);
        let share = (exact - phase as f64) as f32;
        let window = &samples[1..=2 * HALF_TAPS];
        let dot = |kernel: &[f32; 2 * HALF_TAPS]| -> f32 {
            kernel.iter().zip(window).map(|(k, x)| k * x).sum()
        };
        let (before, after) = (dot(&self.table[phase]), dot(&self.table[phase + 1]));
        before + share * (after - before)
    }
}

fn sinc(x: f64) -> f64 {
    if x.abs() < 1e-9 {
        1.0
    } else {
        (PI * x).sin() / (PI * x)
    }
}

/// The Blackman window over -1..1, zero outside.
fn blackman(x: f64) -> f64 {
    if x.abs() >= 1.0 {
        0.0
    } else {
        0.42 + 0.5 * (PI * x).cos() + 0.08 * (2.0 * PI * x).cos()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{amplitude_at, tone};
    use super::*;

    #[test]
    fn frequency_is_multiplied_and_length_divided_by_the_ratio() {
        for ratio in [0.8, 0.94, 1.0, 1.06, 1.25] {
            let output = Pitch { ratio }.apply(&tone(1000.0, 0.5, 16_001));
            assert_eq!(output.len(), (16_001.0 / ratio) as usize);
            let expected = tone(1000.0 * ratio, 0.5, output.len());
            let inner = 50..output.len() - 50;
            let error = output[inner.clone()]
                .iter()
                .zip(&expected[inner])
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f32::max);
            assert!(error < 2e-3, "{ratio}: {error}");
        }
    }

    #[test]
    fn what_would_fold_over_is_cut_off() {
        let output = Pitch { ratio: 1.25 }.apply(&tone(7600.0, 1.0, 16_000));
        // 7600 Hz times 1.25 is 9500 Hz, which would fold to 6500 Hz.
        assert!(amplitude_at(&output, 6500.0) < 0.01);
    }

    #[test]
    fn the_shortest_sounds_keep_their_promised_length() {
        for len in 0..5 {
            let output = Pitch { ratio: 1.06 }.apply(&vec![0.5; len]);
            assert_eq!(output.len(), (len as f64 / 1.06) as usize);
        }
    }
}
