//! No engine turns quite steadily: governor, mixture, gusts.

use serde::{Deserialize, Serialize};

use super::error::{check_value, RenderError};
use super::noise::{Wander, White};

/// How far the propeller's speed wanders about what airspeed and throttle ask for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShaftWander {
    /// Standard deviation of the slow part (seconds), share of the speed, 0-0.1.
    pub slow: f64,
    /// Time constant of the slow part, 0.5-60 s.
    pub slow_s: f64,
    /// Standard deviation of the fast part (tenths of a second), 0-0.05.
    pub fast: f64,
    /// Time constant of the fast part, 0.02-2 s.
    pub fast_s: f64,
}

impl ShaftWander {
    /// A perfect shaft, for tests and comparisons.
    pub const NONE: Self = Self {
        slow: 0.0,
        slow_s: 1.0,
        fast: 0.0,
        fast_s: 0.1,
    };

    pub(super) fn check(&self) -> Result<(), RenderError> {
        check_value(self.slow, "wander", "slow", 0.0, 0.1)?;
        check_value(self.slow_s, "wander", "slow_s", 0.5, 60.0)?;
        check_value(self.fast, "wander", "fast", 0.0, 0.05)?;
        check_value(self.fast_s, "wander", "fast_s", 0.02, 2.0)
    }

    pub(super) fn start(&self, step_s: f64, white: &mut White) -> [Wander; 2] {
        [
            Wander::new(self.slow, self.slow_s, step_s, white),
            Wander::new(self.fast, self.fast_s, step_s, white),
        ]
    }
}
