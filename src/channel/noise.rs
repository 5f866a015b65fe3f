//! The noise floor of a microphone and its amplifier, from white to brown.

use std::f64::consts::TAU;

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::chain::EffectParams;
use super::gauss::Gauss;
use super::interval::check_value;
use super::{add_at_snr, ChannelError, Interval, SAMPLE_RATE};

/// How the noise floor is drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoiseParams {
    /// How often the effect is used, 0-1.
    pub probability: f64,
    /// Sound over noise in mean square, -10 to 80 dB.
    pub snr_db: Interval,
    /// The spectrum falls as 1 / f^slope, 0 (white) to 2 (brown).
    pub slope: Interval,
}

impl Default for NoiseParams {
    fn default() -> Self {
        Self {
            probability: 0.6,
            snr_db: Interval::new(15.0, 50.0),
            slope: Interval::new(0.0, 1.5),
        }
    }
}

impl EffectParams for NoiseParams {
    type Effect = Noise;

    fn probability(&self) -> f64 {
        self.probability
    }

    fn check(&self) -> Result<(), ChannelError> {
        check_value(self.probability, "noise", "probability", 0.0, 1.0)?;
        self.snr_db.check("noise", "snr_db", -10.0, 80.0)?;
        self.slope.check("noise", "slope", 0.0, 2.0)
    }

    fn draw(&self, rng: &mut impl Rng) -> Noise {
        Noise {
            snr_db: self.snr_db.draw(rng),
            slope: self.slope.draw(rng),
            seed: rng.gen(),
        }
    }
}

/// Steady noise with a 1 / f^slope power spectrum.
///
/// Silence gets none: there is no level to be relative to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Noise {
    /// Sound over noise in mean square, dB.
    pub snr_db: f64,
    /// Exponent of the falling power spectrum.
    pub slope: f64,
    /// Seed of the noise.
    pub seed: u64,
}

impl Noise {
    pub(super) fn apply(&self, samples: &mut [f32]) {
        let mut noise = Gauss::new(self.seed).fill(samples.len());
        colour(&mut noise, self.slope);
        add_at_snr(samples, &noise, self.snr_db);
    }
}

/// Gives white noise a 1 / f^slope power spectrum between about 20 and 8000 Hz.
///
/// A ladder of first-order sections: each pole bends the slope to 1 / f^2, and the zero that
/// follows bends it back; where the zero stands between two poles sets the mean slope.
pub(super) fn colour(samples: &mut [f32], slope: f64) {
    const LOWEST_HZ: f64 = 20.0;
    const SPACING: f64 = 3.0;
    const SECTIONS: i32 = 6;
    let coefficient = |hz: f64| (-TAU * hz / SAMPLE_RATE).exp() as f32;
    for k in 0..SECTIONS {
        let pole_hz = LOWEST_HZ * SPACING.powi(k);
        let pole = coefficient(pole_hz);
        let zero = coefficient(pole_hz * SPACING.powf(slope / 2.0));
        let (mut last_in, mut last_out) = (0.0, 0.0);
        for sample in samples.iter_mut() {
            let out = *sample - zero * last_in + pole * last_out;
            last_in = *sample;
            last_out = out;
            *sample = out;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::biquad::Butterworth;
    use super::super::testing::{gain_db, power, tone};
    use super::*;

    #[test]
    fn the_snr_is_the_one_asked_for() {
        let clean = tone(440.0, 0.3, 16_000);
        let mut noisy = clean.clone();
        Noise {
            snr_db: 12.0,
            slope: 1.0,
            seed: 3,
        }
        .apply(&mut noisy);
        let noise: Vec<f32> = noisy.iter().zip(&clean).map(|(a, b)| a - b).collect();
        assert!((-gain_db(&clean, &noise) - 12.0).abs() < 0.01);
    }

    #[test]
    fn octave_levels_fall_as_the_slope_says() {
        for slope in [0.0, 1.0, 2.0] {
            let mut noise = Gauss::new(1).fill(160_000);
            colour(&mut noise, slope);
            let octave = |low: f64| {
                let mut band = noise.clone();
                Butterworth::high_pass(low, 2).run(&mut band);
                Butterworth::low_pass(2.0 * low, 2).run(&mut band);
                10.0 * power(&band).log10()
            };
            // An octave doubles the bandwidth (+3 dB) and falls by 3 dB per unit of slope.
            let expected = 3.0 * (10.0 * 2f64.log10()) * (1.0 - slope);
            assert!(
                (octave(1600.0) - octave(200.0) - expected).abs() < 1.5,
                "{slope}"
            );
        }
    }

    #[test]
    fn silence_stays_silent() {
        let mut silence = vec![0.0; 1000];
        Noise {
            snr_db: 0.0,
            slope: 0.0,
            seed: 3,
        }
        .apply(&mut silence);
        assert!(silence.iter().all(|x| *x == 0.0));
    }
}
