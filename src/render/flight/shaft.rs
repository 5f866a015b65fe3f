//! How fast the propeller turns, given airspeed and throttle.

use serde::{Deserialize, Serialize};

use super::super::error::{check_value, RenderError};

/// The propeller's speed in cruise, and how it answers.
///
/// A fixed-pitch propeller's torque coefficient falls about linearly with the advance ratio V/(nD)
/// and is zero where it windmills (B. W. McCormick, "Aerodynamics, Aeronautics and Flight
/// Mechanics", ch. 6). With an engine torque Q that follows the throttle but not the speed,
/// Q ~ n^2 - w n V, which gives
///
/// n/n_c = (w x + sqrt(w^2 x^2 + 4 (1 - w) q)) / 2,
///
/// where n_c is the speed in cruise, x airspeed and q torque over those of the cruise, and w the
/// windmilling speed (no torque) over the powered one, both in cruise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShaftParams {
    /// Propeller revolutions per second in cruise, 2-400.
    pub cruise_rps: f64,
    /// Windmilling over powered speed, 0 (airspeed has no say: a governor or variable pitch) to 0.95.
    pub windmill: f64,
    /// The most the propeller is let turn, over the speed in cruise, 1-3.
    pub limit: f64,
}

impl ShaftParams {
    /// The slowest and the fastest [`cruise_rps`](Self::cruise_rps), 1/s.
    pub const CRUISE_RPS: [f64; 2] = [2.0, 400.0];

    pub(super) fn check(&self) -> Result<(), RenderError> {
        let [slowest, fastest] = Self::CRUISE_RPS;
        check_value(self.cruise_rps, "shaft", "cruise_rps", slowest, fastest)?;
        check_value(self.windmill, "shaft", "windmill", 0.0, 0.95)?;
        check_value(self.limit, "shaft", "limit", 1.0, 3.0)
    }

    /// Revolutions per second at `airspeed` and `torque`, both over those of the cruise.
    pub fn rps(&self, airspeed: f64, torque: f64) -> f64 {
        let ratio = if self.windmill > 0.0 {
            let carried = self.windmill * airspeed;
            0.5 * (carried + (carried * carried + 4.0 * (1.0 - self.windmill) * torque).sqrt())
        } else {
            1.0
        };
        self.cruise_rps * soft_limit(ratio, self.limit)
    }
}

/// Nears `limit` smoothly from below; well below it changes nothing.
fn soft_limit(ratio: f64, limit: f64) -> f64 {
    let knee = 1.0 + 0.6 * (limit - 1.0);
    if ratio <= knee || limit <= 1.0 {
        return ratio.min(limit);
    }
    let room = limit - knee;
    knee + room * ((ratio - knee) / room).tanh()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn airspeed_and_throttle_drive_the_propeller_up() {
        let shaft = ShaftParams {
            cruise_rps: 100.0,
            windmill: 0.7,
            limit: 3.0,
        };
        assert!((shaft.rps(1.0, 1.0) - 100.0).abs() < 1e-9);
        assert!(shaft.rps(1.0, 1.3) > 105.0);
        assert!(shaft.rps(2.0, 1.0) > 130.0);
        // Without torque it windmills in proportion to the airspeed.
        assert!((shaft.rps(1.5, 0.0) - 105.0).abs() < 1e-9);
    }

    #[test]
    fn a_governor_or_limit_holds_it() {
        let governed = ShaftParams {
            cruise_rps: 40.0,
            windmill: 0.0,
            limit: 1.1,
        };
        assert_eq!(governed.rps(2.5, 1.5), 40.0);
        let limited = ShaftParams {
            cruise_rps: 100.0,
            windmill: 0.8,
            limit: 1.3,
        };
        let fast = limited.rps(4.0, 1.5);
        assert!(fast <= 130.0 && fast > 128.0, "{fast}");
    }
}
