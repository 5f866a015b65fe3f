//! A recorder's slow automatic gain control.

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::chain::EffectParams;
use super::interval::check_value;
use super::{db_to_amplitude, mean_square, ChannelError, Interval, SAMPLE_RATE};

/// How the automatic gain is drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgcParams {
    /// How often the effect is used, 0-1.
    pub probability: f64,
    /// The level aimed at, -60 to 0 dB re full scale (mean square).
    pub target_db: Interval,
    /// How much of the distance to the target is made up, 0 (none) to 1 (all).
    pub strength: Interval,
    /// Time constant of the level meter, 0.05-10 s.
    pub time_s: Interval,
}

impl Default for AgcParams {
    fn default() -> Self {
        Self {
            probability: 0.3,
            target_db: Interval::new(-32.0, -16.0),
            strength: Interval::new(0.3, 0.9),
            time_s: Interval::new(0.3, 3.0),
        }
    }
}

impl EffectParams for AgcParams {
    type Effect = Agc;

    fn probability(&self) -> f64 {
        self.probability
    }

    fn check(&self) -> Result<(), ChannelError> {
        check_value(self.probability, "agc", "probability", 0.0, 1.0)?;
        self.target_db.check("agc", "target_db", -60.0, 0.0)?;
        self.strength.check("agc", "strength", 0.0, 1.0)?;
        self.time_s.check("agc", "time_s", 0.05, 10.0)
    }

    fn draw(&self, rng: &mut impl Rng) -> Agc {
        Agc {
            target_db: self.target_db.draw(rng),
            strength: self.strength.draw(rng),
            time_s: self.time_s.draw_log(rng),
        }
    }
}

/// A gain that follows the level: `strength * (target - level)` dB, at most 30 dB either way.
///
/// In the steady state it is a compressor of ratio `1 / (1 - strength)`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Agc {
    /// The level aimed at, dB re full scale (mean square).
    pub target_db: f64,
    /// Share of the distance that is made up, 0-1.
    pub strength: f64,
    /// Time constant of the level meter, s.
    pub time_s: f64,
}

impl Agc {
    /// Samples per gain update; in between the gain is interpolated, so that it makes no steps.
    const BLOCK: usize = 64;
    const MAX_GAIN_DB: f64 = 30.0;
    /// Quieter than the noise of any recorder: the meter stops here, so silence has a level.
    const FLOOR: f64 = 1e-9;

    pub(super) fn apply(&self, samples: &mut [f32]) {
        if samples.is_empty() {
            return;
        }
        let memory = (-(Self::BLOCK as f64) / (SAMPLE_RATE * self.time_s)).exp();
        // The recorder was running before the clip began: start at the clip's own level.
        let mut level = mean_square(samples).max(Self::FLOOR);
        let mut gain = self.gain(level);
        for block in samples.chunks_mut(Self::BLOCK) {
            level = memory * level + (1.0 - memory) * mean_square(block).max(Self::FLOOR);
            let next = self.gain(level);
            let step = (next - gain) / block.len() as f32;
            for sample in block {
                gain += step;
                *sample *= gain;
            }
            gain = next;
        }
    }

    fn gain(&self, level: f64) -> f32 {
        let wanted = self.strength * (self.target_db - 10.0 * level.log10());
        db_to_amplitude(wanted.clamp(-Self::MAX_GAIN_DB, Self::MAX_GAIN_DB)) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{power, tone};
    use super::*;

    #[test]
    fn a_steady_tone_is_brought_towards_the_target_by_the_strength() {
        let mut samples = tone(500.0, 0.02, 32_000);
        let before = 10.0 * power(&samples).log10();
        Agc {
            target_db: -20.0,
            strength: 0.5,
            time_s: 0.3,
        }
        .apply(&mut samples);
        let after = 10.0 * power(&samples).log10();
        assert!((after - (before + 0.5 * (-20.0 - before))).abs() < 0.05);
    }

    #[test]
    fn a_step_of_level_is_made_up_within_a_few_time_constants() {
        let mut samples = tone(500.0, 0.5, 80_000);
        for sample in &mut samples[..40_000] {
            *sample *= 0.1;
        }
        Agc {
            target_db: -20.0,
            strength: 1.0,
            time_s: 0.2,
        }
        .apply(&mut samples);
        let level = |range: std::ops::Range<usize>| 10.0 * power(&samples[range]).log10();
        assert!((level(36_000..40_000) + 20.0).abs() < 0.5);
        assert!(level(40_000..40_064) > -5.0, "the attack is slow");
        assert!((level(76_000..80_000) + 20.0).abs() < 0.5);
    }
}
