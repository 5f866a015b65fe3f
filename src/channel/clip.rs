//! Overdriven microphones and converters.

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::chain::EffectParams;
use super::interval::check_value;
use super::{db_to_amplitude, peak, ChannelError, Interval};

/// How clipping is drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClipParams {
    /// How often the effect is used, 0-1.
    pub probability: f64,
    /// How far below the sound's own peak it is cut off, 0-24 dB.
    pub depth_db: Interval,
    /// Share of soft clipping (rounded tops) among the draws, 0-1.
    pub soft: f64,
}

impl Default for ClipParams {
    fn default() -> Self {
        Self {
            probability: 0.15,
            depth_db: Interval::new(1.0, 10.0),
            soft: 0.5,
        }
    }
}

impl EffectParams for ClipParams {
    type Effect = Clip;

    fn probability(&self) -> f64 {
        self.probability
    }

    fn check(&self) -> Result<(), ChannelError> {
        check_value(self.probability, "clip", "probability", 0.0, 1.0)?;
        check_value(self.soft, "clip", "soft", 0.0, 1.0)?;
        self.depth_db.check("clip", "depth_db", 0.0, 24.0)
    }

    fn draw(&self, rng: &mut impl Rng) -> Clip {
        Clip {
            depth_db: self.depth_db.draw(rng),
            soft: rng.gen_bool(self.soft),
        }
    }
}

/// Cuts the waveform off at a threshold below its own peak.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Clip {
    /// Distance from the peak down to the threshold, dB.
    pub depth_db: f64,
    /// Rounded (hyperbolic tangent) instead of straight tops.
    pub soft: bool,
}

impl Clip {
    pub(super) fn apply(&self, samples: &mut [f32]) {
        let threshold = peak(samples) * db_to_amplitude(-self.depth_db) as f32;
        if threshold <= 0.0 {
            return;
        }
        for sample in samples {
            *sample = if self.soft {
                threshold * (*sample / threshold).tanh()
            } else {
                sample.clamp(-threshold, threshold)
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{amplitude_at, tone};
    use super::*;

    #[test]
    fn hard_clipping_makes_the_third_harmonic_of_a_clipped_sine() {
        let mut samples = tone(250.0, 1.0, 16_000);
        Clip {
            depth_db: 20.0 * 2f64.log10(),
            soft: false,
        }
        .apply(&mut samples);
        // The third Fourier coefficient of a unit sine clipped at c = sin(a).
        let (sin, cos) = 0.5f64.asin().sin_cos();
        let third = 4.0 / (3.0 * std::f64::consts::PI) * sin * cos.powi(3);
        assert!((amplitude_at(&samples, 750.0) - third).abs() < 2e-3);
        assert!(samples.iter().all(|x| x.abs() <= 0.5 + 1e-6));
    }

    #[test]
    fn soft_clipping_stays_below_the_threshold_and_keeps_quiet_parts() {
        let clip = Clip {
            depth_db: 6.0,
            soft: true,
        };
        let mut samples = tone(250.0, 1.0, 16_000);
        samples[0] = 0.01;
        clip.apply(&mut samples);
        assert!(samples.iter().all(|x| x.abs() < 0.502));
        assert!((samples[0] - 0.01).abs() < 1e-5);
        let mut silence = vec![0.0; 10];
        clip.apply(&mut silence);
        assert_eq!(silence, vec![0.0; 10]);
    }
}
