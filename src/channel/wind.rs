//! Wind in the microphone and the handling of the phone: gusts of low noise, and thumps.

use std::f64::consts::TAU;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::biquad::Butterworth;
use super::chain::EffectParams;
use super::gauss::Gauss;
use super::interval::check_value;
use super::{add_at_snr, ChannelError, Interval, SAMPLE_RATE};

/// How wind and handling are drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindParams {
    /// How often the effect is used, 0-1.
    pub probability: f64,
    /// Sound over wind in mean square, -20 to 60 dB.
    pub snr_db: Interval,
    /// Above this the wind's noise falls steeply (12 dB per octave), 40-600 Hz.
    pub cutoff_hz: Interval,
    /// Thumps of handling per second, 0-5.
    pub thumps_per_s: Interval,
}

impl Default for WindParams {
    fn default() -> Self {
        Self {
            probability: 0.25,
            snr_db: Interval::new(-3.0, 25.0),
            cutoff_hz: Interval::new(60.0, 250.0),
            thumps_per_s: Interval::new(0.0, 0.8),
        }
    }
}

impl EffectParams for WindParams {
    type Effect = Wind;

    fn probability(&self) -> f64 {
        self.probability
    }

    fn check(&self) -> Result<(), ChannelError> {
        check_value(self.probability, "wind", "probability", 0.0, 1.0)?;
        self.snr_db.check("wind", "snr_db", -20.0, 60.0)?;
        self.cutoff_hz.check("wind", "cutoff_hz", 40.0, 600.0)?;
        self.thumps_per_s.check("wind", "thumps_per_s", 0.0, 5.0)
    }

    fn draw(&self, rng: &mut impl Rng) -> Wind {
        Wind {
            snr_db: self.snr_db.draw(rng),
            cutoff_hz: self.cutoff_hz.draw_log(rng),
            thumps_per_s: self.thumps_per_s.draw(rng),
            seed: rng.gen(),
        }
    }
}

/// Low-pass noise whose level comes and goes in gusts, with decaying low thumps among it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Wind {
    /// Sound over wind in mean square, dB.
    pub snr_db: f64,
    /// Cut-off of the wind's noise, Hz.
    pub cutoff_hz: f64,
    /// Thumps per second.
    pub thumps_per_s: f64,
    /// Seed of gusts, noise and thumps.
    pub seed: u64,
}

impl Wind {
    pub(super) fn apply(&self, samples: &mut [f32]) {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        let mut noise = Gauss::new(rng.gen()).fill(samples.len());
        Butterworth::low_pass(self.cutoff_hz, 1).run(&mut noise);
        gust(&mut noise, &mut rng);
        self.thump(&mut noise, &mut rng);
        add_at_snr(samples, &noise, self.snr_db);
    }

    /// Adds damped low sines at random times, up to a few times the wind's own level.
    fn thump(&self, noise: &mut [f32], rng: &mut ChaCha8Rng) {
        let level = super::mean_square(noise).sqrt();
        let expected = self.thumps_per_s * noise.len() as f64 / SAMPLE_RATE;
        let count = (expected + rng.gen::<f64>()) as usize;
        for _ in 0..count {
            let start = rng.gen_range(0..noise.len().max(1));
            let hz = rng.gen_range(30.0..150.0);
            let decay = 1.0 / (SAMPLE_RATE * rng.gen_range(0.02..0.08));
            let height = level * rng.gen_range(2.0..8.0);
            let reach = (7.0 / decay) as usize;
            for (n, sample) in noise.iter_mut().skip(start).take(reach).enumerate() {
                let n = n as f64;
                let swing = (TAU * hz * n / SAMPLE_RATE).sin();
                *sample += (height * (-n * decay).exp() * swing) as f32;
            }
        }
    }
}

/// Multiplies by three slow sines of random rate and phase: 0.2-3 Hz, never below a tenth.
fn gust(noise: &mut [f32], rng: &mut ChaCha8Rng) {
    /// Gusts are slow: their envelope is computed once per this many samples.
    const STEP: usize = 64;
    let waves: [(f64, f64); 3] =
        std::array::from_fn(|_| (rng.gen_range(0.2..3.0), rng.gen_range(0.0..TAU)));
    for (k, block) in noise.chunks_mut(STEP).enumerate() {
        let t = (k * STEP) as f64 / SAMPLE_RATE;
        let sum: f64 = waves
            .iter()
            .map(|(hz, phase)| (TAU * hz * t + phase).sin())
            .sum();
        let envelope = (0.55 + 0.15 * sum).max(0.1) as f32;
        for sample in block {
            *sample *= envelope;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{gain_db, power, tone};
    use super::*;

    fn wind_alone(thumps_per_s: f64) -> (Vec<f32>, Vec<f32>) {
        let clean = tone(1000.0, 0.2, 80_000);
        let mut windy = clean.clone();
        Wind {
            snr_db: 5.0,
            cutoff_hz: 120.0,
            thumps_per_s,
            seed: 11,
        }
        .apply(&mut windy);
        let wind = windy.iter().zip(&clean).map(|(a, b)| a - b).collect();
        (clean, wind)
    }

    #[test]
    fn wind_is_low_and_at_the_snr() {
        let (clean, wind) = wind_alone(1.0);
        assert!((-gain_db(&clean, &wind) - 5.0).abs() < 0.01);
        let mut high = wind.clone();
        Butterworth::high_pass(1000.0, 2).run(&mut high);
        assert!(gain_db(&wind, &high) < -20.0);
    }

    #[test]
    fn gusts_make_the_level_vary_and_thumps_stand_out() {
        let spread = |wind: &[f32]| {
            let levels: Vec<f64> = wind.chunks(4000).map(power).collect();
            let max = levels.iter().cloned().fold(0.0, f64::max);
            max / (levels.iter().sum::<f64>() / levels.len() as f64)
        };
        let (calm, bumpy) = (wind_alone(0.0).1, wind_alone(1.0).1);
        assert!(spread(&calm) > 1.5);
        assert!(spread(&bumpy) > spread(&calm));
    }
}
