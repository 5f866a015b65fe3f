//! A telephone or radio in the way: 8 kHz sampling, the speech band, companded samples.

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::biquad::Butterworth;
use super::chain::EffectParams;
use super::interval::check_value;
use super::{ChannelError, Interval};

/// How the narrow-band codec is drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NarrowbandParams {
    /// How often the effect is used, 0-1.
    pub probability: f64,
    /// Upper edge of the band, 2500-3800 Hz.
    pub low_pass_hz: Interval,
    /// Bits per companded sample, 4-12; telephony has 8.
    pub bits: Interval,
}

impl Default for NarrowbandParams {
    fn default() -> Self {
        Self {
            probability: 0.06,
            low_pass_hz: Interval::new(3000.0, 3700.0),
            bits: Interval::new(6.0, 9.0),
        }
    }
}

impl EffectParams for NarrowbandParams {
    type Effect = Narrowband;

    fn probability(&self) -> f64 {
        self.probability
    }

    fn check(&self) -> Result<(), ChannelError> {
        check_value(self.probability, "narrowband", "probability", 0.0, 1.0)?;
        self.low_pass_hz
            .check("narrowband", "low_pass_hz", 2500.0, 3800.0)?;
        self.bits.check("narrowband", "bits", 4.0, 12.0)
    }

    fn draw(&self, rng: &mut impl Rng) -> Narrowband {
        Narrowband {
            low_pass_hz: self.low_pass_hz.draw(rng),
            bits: self.bits.draw(rng),
        }
    }
}

/// Samples taken at 8 kHz, quantised by mu-law companding (ITU-T G.711, mu = 255, in its
/// continuous form), and brought back to 16 kHz.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Narrowband {
    /// Upper edge of the band, Hz.
    pub low_pass_hz: f64,
    /// Bits per companded sample; need not be whole.
    pub bits: f64,
}

impl Narrowband {
    const MU: f32 = 255.0;
    const SECTIONS: usize = 4;

    pub(super) fn apply(&self, samples: &mut [f32]) {
        Butterworth::low_pass(self.low_pass_hz, Self::SECTIONS).run(samples);
        let steps = (2f64.powf(self.bits - 1.0)) as f32;
        let scale = Self::MU.ln_1p();
        for (n, sample) in samples.iter_mut().enumerate() {
            // Every other sample is dropped, then put back by the second filter.
            *sample = if n % 2 == 0 {
                let companded = (Self::MU * sample.abs()).ln_1p() / scale;
                let level = ((companded * steps).round() / steps).min(1.0);
                2.0 * ((level * scale).exp_m1() / Self::MU).copysign(*sample)
            } else {
                0.0
            };
        }
        Butterworth::low_pass(self.low_pass_hz, Self::SECTIONS).run(samples);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{amplitude_at, tone};
    use super::*;

    fn through(hz: f64, bits: f64) -> Vec<f32> {
        let mut samples = tone(hz, 0.5, 32_000);
        Narrowband {
            low_pass_hz: 3400.0,
            bits,
        }
        .apply(&mut samples);
        samples.split_off(16_000)
    }

    #[test]
    fn the_speech_band_passes_and_the_rest_does_not() {
        assert!((amplitude_at(&through(1000.0, 8.0), 1000.0) - 0.5).abs() < 0.01);
        assert!(amplitude_at(&through(5000.0, 8.0), 5000.0) < 0.005);
        let image = amplitude_at(&through(1000.0, 8.0), 7000.0);
        assert!(
            image < 0.002,
            "the image at 8000 - 1000 Hz is filtered out: {image}"
        );
    }

    #[test]
    fn companding_costs_six_decibels_per_bit() {
        let snr = |bits: f64| {
            let output = through(1037.0, bits);
            let tone_power = amplitude_at(&output, 1037.0).powi(2) / 2.0;
            let noise = super::super::mean_square(&output) - tone_power;
            10.0 * (tone_power / noise).log10()
        };
        // Mu-law at mu = 255: SNR = 6.02 b - 20 log10(ln 256) + 4.77 = 6.02 b - 10.1 dB over the
        // whole band, of which the filter passes 3400 of 4000 Hz.
        assert!((snr(8.0) - (6.02 * 8.0 - 10.1)).abs() < 3.0, "{}", snr(8.0));
        assert!((snr(8.0) - snr(6.0) - 12.04).abs() < 2.0);
    }
}
