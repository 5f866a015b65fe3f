//! The band a phone's microphone and its voice processing let through.

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::biquad::Butterworth;
use super::chain::EffectParams;
use super::interval::check_value;
use super::{ChannelError, Interval};

/// How the phone's band is drawn. Both cut-offs are drawn evenly in log frequency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BandParams {
    /// How often the effect is used, 0-1.
    pub probability: f64,
    /// High-pass cut-off (second order), 20-400 Hz.
    pub high_pass_hz: Interval,
    /// Low-pass cut-off (fourth order), 2000-8000 Hz; from 7900 Hz on it is left out.
    pub low_pass_hz: Interval,
}

impl Default for BandParams {
    fn default() -> Self {
        Self {
            probability: 0.7,
            high_pass_hz: Interval::new(50.0, 300.0),
            low_pass_hz: Interval::new(3400.0, 8000.0),
        }
    }
}

impl EffectParams for BandParams {
    type Effect = Band;

    fn probability(&self) -> f64 {
        self.probability
    }

    fn check(&self) -> Result<(), ChannelError> {
        check_value(self.probability, "band", "probability", 0.0, 1.0)?;
        self.high_pass_hz
            .check("band", "high_pass_hz", 20.0, 400.0)?;
        self.low_pass_hz
            .check("band", "low_pass_hz", 2000.0, 8000.0)
    }

    fn draw(&self, rng: &mut impl Rng) -> Band {
        Band {
            high_pass_hz: self.high_pass_hz.draw_log(rng),
            low_pass_hz: self.low_pass_hz.draw_log(rng),
        }
    }
}

/// A second-order Butterworth high-pass and a fourth-order low-pass.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Band {
    /// High-pass cut-off, Hz.
    pub high_pass_hz: f64,
    /// Low-pass cut-off, Hz.
    pub low_pass_hz: f64,
}

impl Band {
    /// From here on a low-pass would only bend the last bins below the Nyquist rate.
    const OPEN_HZ: f64 = 7900.0;

    pub(super) fn apply(&self, samples: &mut [f32]) {
        Butterworth::high_pass(self.high_pass_hz, 1).run(samples);
        if self.low_pass_hz < Self::OPEN_HZ {
            Butterworth::low_pass(self.low_pass_hz, 2).run(samples);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{gain_db, tone};
    use super::*;

    #[test]
    fn passes_the_middle_and_cuts_both_sides() {
        let band = Band {
            high_pass_hz: 200.0,
            low_pass_hz: 4000.0,
        };
        let gain = |hz: f64| {
            let input = tone(hz, 0.5, 16_000);
            let mut output = input.clone();
            band.apply(&mut output);
            gain_db(&input[4000..], &output[4000..])
        };
        assert!(gain(1000.0).abs() < 0.1);
        assert!((gain(200.0) + 3.0).abs() < 0.1 && (gain(4000.0) + 3.0).abs() < 0.1);
        assert!(gain(50.0) < -23.0 && gain(7000.0) < -30.0);
    }
}
