//! The interval a random setting is drawn from.

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::ChannelError;

/// A closed interval `[low, high]`, written as a two-element array in a recipe.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Interval([f64; 2]);

impl Interval {
    /// The interval from `low` to `high`, not yet checked.
    pub const fn new(low: f64, high: f64) -> Self {
        Self([low, high])
    }

    /// The lower end.
    pub fn low(&self) -> f64 {
        self.0[0]
    }

    /// The upper end.
    pub fn high(&self) -> f64 {
        self.0[1]
    }

    /// Draws uniformly.
    pub(super) fn draw(&self, rng: &mut impl Rng) -> f64 {
        self.low() + (self.high() - self.low()) * rng.gen::<f64>()
    }

    /// Draws uniformly in the logarithm: right for frequencies and times. Both ends must be positive.
    pub(super) fn draw_log(&self, rng: &mut impl Rng) -> f64 {
        self.low() * (self.high() / self.low()).powf(rng.gen::<f64>())
    }

    /// Both ends within `min..=max`, and in order.
    pub(super) fn check(
        &self,
        effect: &'static str,
        field: &'static str,
        min: f64,
        max: f64,
    ) -> Result<(), ChannelError> {
        check_value(self.low(), effect, field, min, max)?;
        check_value(self.high(), effect, field, min, max)?;
        if self.low() > self.high() {
            return Err(ChannelError::Reversed {
                effect,
                field,
                low: self.low(),
                high: self.high(),
            });
        }
        Ok(())
    }
}

/// `value` is a number within `min..=max`.
pub(super) fn check_value(
    value: f64,
    effect: &'static str,
    field: &'static str,
    min: f64,
    max: f64,
) -> Result<(), ChannelError> {
    // A NaN is in no range.
    if (min..=max).contains(&value) {
        Ok(())
    } else {
        Err(ChannelError::OutOfRange {
            effect,
            field,
            value,
            min,
            max,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn draws_stay_inside_and_reach_both_halves() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let span = Interval::new(100.0, 1000.0);
        let linear: Vec<f64> = (0..500).map(|_| span.draw(&mut rng)).collect();
        let log: Vec<f64> = (0..500).map(|_| span.draw_log(&mut rng)).collect();
        assert!(linear
            .iter()
            .chain(&log)
            .all(|v| (100.0..=1000.0).contains(v)));
        let below = |draws: &[f64], at: f64| draws.iter().filter(|v| **v < at).count();
        assert!((200..300).contains(&below(&linear, 550.0)));
        assert!((200..300).contains(&below(&log, 100.0 * 10f64.sqrt())));
    }

    #[test]
    fn a_reversed_or_non_numeric_interval_is_refused() {
        let reversed = Interval::new(2.0, 1.0).check("pitch", "ratio", 0.5, 3.0);
        assert!(matches!(reversed, Err(ChannelError::Reversed { .. })));
        let nan = Interval::new(1.0, f64::NAN).check("pitch", "ratio", 0.5, 3.0);
        assert!(matches!(nan, Err(ChannelError::OutOfRange { .. })));
    }
}
