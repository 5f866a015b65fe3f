//! Level and polarity.

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::chain::EffectParams;
use super::interval::check_value;
use super::{db_to_amplitude, ChannelError, Interval};

/// How the gain is drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GainParams {
    /// How often the effect is used, 0-1.
    pub probability: f64,
    /// Gain, -60 to +40 dB. What then exceeds full scale is turned down to it, not clipped.
    pub gain_db: Interval,
}

impl Default for GainParams {
    fn default() -> Self {
        Self {
            probability: 0.8,
            gain_db: Interval::new(-20.0, 12.0),
        }
    }
}

impl EffectParams for GainParams {
    type Effect = Gain;

    fn probability(&self) -> f64 {
        self.probability
    }

    fn check(&self) -> Result<(), ChannelError> {
        check_value(self.probability, "gain", "probability", 0.0, 1.0)?;
        self.gain_db.check("gain", "gain_db", -60.0, 40.0)
    }

    fn draw(&self, rng: &mut impl Rng) -> Gain {
        Gain {
            gain_db: self.gain_db.draw(rng),
        }
    }
}

/// A constant gain.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gain {
    /// Gain, dB.
    pub gain_db: f64,
}

impl Gain {
    pub(super) fn apply(&self, samples: &mut [f32]) {
        scale(samples, db_to_amplitude(self.gain_db) as f32);
    }
}

/// How often the polarity is turned round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolarityParams {
    /// How often the effect is used, 0-1.
    pub probability: f64,
}

impl Default for PolarityParams {
    fn default() -> Self {
        Self { probability: 0.5 }
    }
}

impl EffectParams for PolarityParams {
    type Effect = Polarity;

    fn probability(&self) -> f64 {
        self.probability
    }

    fn check(&self) -> Result<(), ChannelError> {
        check_value(self.probability, "polarity", "probability", 0.0, 1.0)
    }

    fn draw(&self, _rng: &mut impl Rng) -> Polarity {
        Polarity
    }
}

/// The sign of every sample is turned round.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Polarity;

impl Polarity {
    pub(super) fn apply(&self, samples: &mut [f32]) {
        scale(samples, -1.0);
    }
}

/// Turns the whole sound down until its peak is at full scale; leaves what fits alone.
pub(super) fn fit_full_scale(samples: &mut [f32]) {
    let peak = super::peak(samples);
    if peak > 1.0 {
        scale(samples, 1.0 / peak);
    }
}

fn scale(samples: &mut [f32], factor: f32) {
    for sample in samples {
        *sample *= factor;
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{gain_db, tone};
    use super::*;

    #[test]
    fn gain_is_exact_and_polarity_its_own_inverse() {
        let input = tone(440.0, 0.1, 4000);
        let mut louder = input.clone();
        Gain { gain_db: 12.0 }.apply(&mut louder);
        assert!((gain_db(&input, &louder) - 12.0).abs() < 1e-4);
        let mut turned = input.clone();
        Polarity.apply(&mut turned);
        assert_eq!(turned[5], -input[5]);
        Polarity.apply(&mut turned);
        assert_eq!(turned, input);
    }

    #[test]
    fn too_loud_a_sound_is_turned_down_without_distortion() {
        let mut loud = tone(440.0, 4.0, 4000);
        fit_full_scale(&mut loud);
        let expected = tone(440.0, 1.0, 4000);
        assert!(loud
            .iter()
            .zip(&expected)
            .all(|(a, b)| (a - b).abs() < 1e-2));
    }
}
