//! A yard, a street, a balcony: a short reverberation.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::chain::EffectParams;
use super::convolve::convolve;
use super::gauss::Gauss;
use super::interval::check_value;
use super::{db_to_amplitude, ChannelError, Interval, SAMPLE_RATE};

/// How the reverberation is drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReverbParams {
    /// How often the effect is used, 0-1.
    pub probability: f64,
    /// Time in which the sound falls by 60 dB, 0.05-1 s.
    pub rt60_s: Interval,
    /// Energy of the direct sound over that of everything after it, -10 to 40 dB.
    pub direct_db: Interval,
}

impl Default for ReverbParams {
    fn default() -> Self {
        Self {
            probability: 0.35,
            rt60_s: Interval::new(0.1, 0.8),
            direct_db: Interval::new(0.0, 15.0),
        }
    }
}

impl EffectParams for ReverbParams {
    type Effect = Reverb;

    fn probability(&self) -> f64 {
        self.probability
    }

    fn check(&self) -> Result<(), ChannelError> {
        check_value(self.probability, "reverb", "probability", 0.0, 1.0)?;
        self.rt60_s.check("reverb", "rt60_s", 0.05, 1.0)?;
        self.direct_db.check("reverb", "direct_db", -10.0, 40.0)
    }

    fn draw(&self, rng: &mut impl Rng) -> Reverb {
        Reverb {
            rt60_s: self.rt60_s.draw_log(rng),
            direct_db: self.direct_db.draw(rng),
            seed: rng.gen(),
        }
    }
}

/// Convolution with the direct sound, a few early reflections and exponentially decaying noise
/// (J. A. Moorer, "About this reverberation business", Computer Music Journal 3(2), 1979).
///
/// The level stays about the same; what rings on after the end is cut off.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reverb {
    /// Time in which the sound falls by 60 dB, s.
    pub rt60_s: f64,
    /// Direct over reverberant energy, dB.
    pub direct_db: f64,
    /// Seed of the reflections and the tail.
    pub seed: u64,
}

impl Reverb {
    /// The diffuse tail begins after the nearest walls have answered.
    const TAIL_START_S: f64 = 0.012;
    const EARLY_WITHIN_S: f64 = 0.04;

    pub(super) fn apply(&self, samples: &mut [f32]) {
        convolve(samples, &self.impulse_response());
    }

    /// The impulse response: unit energy, `rt60_s` long, direct sound first.
    fn impulse_response(&self) -> Vec<f32> {
        let len = ((self.rt60_s * SAMPLE_RATE) as usize).max(1);
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        let mut noise = Gauss::new(rng.gen());
        // 60 dB is a factor of 1000 in amplitude.
        let decay = 1000f64.ln() / (self.rt60_s * SAMPLE_RATE);
        let envelope = |n: usize| (-(n as f64) * decay).exp() as f32;
        let tail_start = (Self::TAIL_START_S * SAMPLE_RATE) as usize;
        let mut response: Vec<f32> = (0..len)
            .map(|n| {
                if n < tail_start {
                    0.0
                } else {
                    envelope(n) * noise.next()
                }
            })
            .collect();
        let early = (Self::EARLY_WITHIN_S * SAMPLE_RATE) as usize;
        for _ in 0..rng.gen_range(3..9) {
            let at = rng.gen_range(16..early);
            // Over a short response the late ones would outlast it.
            if let Some(slot) = response.get_mut(at) {
                let height = envelope(at) * rng.gen_range(2.0..6.0);
                *slot += if rng.gen() { height } else { -height };
            }
        }
        response[0] = 0.0;
        let reverberant: f32 = response.iter().map(|x| x * x).sum();
        response[0] = if reverberant > 0.0 {
            reverberant.sqrt() * db_to_amplitude(self.direct_db) as f32
        } else {
            1.0
        };
        let energy: f32 = response.iter().map(|x| x * x).sum();
        response.iter_mut().for_each(|x| *x /= energy.sqrt());
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Slope of the backward-integrated energy (M. R. Schroeder, JASA 37, 1965) between -5 and
    /// -25 dB, as the time for 60 dB.
    fn measured_rt60(response: &[f32]) -> f64 {
        let mut energy = 0.0;
        let mut curve: Vec<f64> = response
            .iter()
            .rev()
            .map(|x| {
                energy += f64::from(*x).powi(2);
                10.0 * energy.log10()
            })
            .collect();
        curve.reverse();
        let top = curve[0];
        let at = |db: f64| curve.iter().position(|level| *level < top - db).unwrap() as f64;
        3.0 * (at(25.0) - at(5.0)) / SAMPLE_RATE
    }

    #[test]
    fn the_tail_decays_as_the_rt60_says() {
        for rt60_s in [0.15, 0.4, 0.8] {
            let reverb = Reverb {
                rt60_s,
                direct_db: 0.0,
                seed: 5,
            };
            let mut tail = reverb.impulse_response();
            tail.drain(..(Reverb::EARLY_WITHIN_S * SAMPLE_RATE) as usize);
            let measured = measured_rt60(&tail);
            assert!(
                (measured / rt60_s - 1.0).abs() < 0.15,
                "{rt60_s}: {measured}"
            );
        }
    }

    #[test]
    fn direct_to_reverberant_ratio_and_energy_are_exact() {
        for rt60_s in [0.05, 0.5] {
            let response = Reverb {
                rt60_s,
                direct_db: 6.0,
                seed: 9,
            }
            .impulse_response();
            let direct = response[0].powi(2);
            let rest: f32 = response[1..].iter().map(|x| x * x).sum();
            assert!((10.0 * (direct / rest).log10() - 6.0).abs() < 0.01);
            assert!((direct + rest - 1.0).abs() < 1e-3);
        }
    }
}
