//! Straight passes and orbits.

use serde::{Deserialize, Serialize};

use super::super::error::{check_value, RenderError};
use super::dive::DiveParams;

/// The way through the air.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Path {
    /// A straight line at constant speed, level or climbing.
    Pass(PassParams),
    /// A level circle.
    Orbit(OrbitParams),
    /// Level flight, then a dive to the ground.
    Dive(DiveParams),
}

impl Path {
    pub(super) fn check(&self) -> Result<(), RenderError> {
        match self {
            Self::Pass(pass) => pass.check(),
            Self::Orbit(orbit) => orbit.check(),
            Self::Dive(dive) => dive.check(),
        }
    }
}

/// A straight line at constant speed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PassParams {
    /// Distance over ground at which the listener is passed, 0-20,000 m; to the left if positive.
    pub offset_m: f64,
    /// Height over ground there, 5-12,000 m.
    pub altitude_m: f64,
    /// Climb, -20 to 45 degrees.
    pub climb_deg: f64,
    /// Emission time at which the listener is passed, -3,600 to 3,600 s.
    pub passed_s: f64,
    /// Engine torque over that of the cruise, 0.1-2.
    pub throttle: f64,
}

impl PassParams {
    fn check(&self) -> Result<(), RenderError> {
        check_value(self.offset_m, "pass", "offset_m", -2e4, 2e4)?;
        check_value(self.altitude_m, "pass", "altitude_m", 5.0, 12_000.0)?;
        check_value(self.climb_deg, "pass", "climb_deg", -20.0, 45.0)?;
        check_value(self.passed_s, "pass", "passed_s", -3600.0, 3600.0)?;
        check_value(self.throttle, "pass", "throttle", 0.1, 2.0)
    }

    pub(super) fn at(&self, speed: f64, time_s: f64) -> ([f64; 3], [f64; 3]) {
        let (sin, cos) = self.climb_deg.to_radians().sin_cos();
        let velocity = [speed * cos, 0.0, speed * sin];
        let dt = time_s - self.passed_s;
        let height = self.altitude_m + velocity[2] * dt;
        // A climb starts, and a descent ends, in level flight just over the ground.
        let floor = self.altitude_m.min(20.0);
        let (height, climb) = if height < floor {
            (floor, 0.0)
        } else {
            (height, velocity[2])
        };
        (
            [velocity[0] * dt, self.offset_m, height],
            [velocity[0], 0.0, climb],
        )
    }
}

/// A level circle, as flown while loitering.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrbitParams {
    /// From the listener to the middle of the circle over ground, 0-20,000 m.
    pub centre_m: f64,
    /// Radius, 50-10,000 m.
    pub radius_m: f64,
    /// Height over ground, 5-12,000 m.
    pub altitude_m: f64,
    /// Bearing from the middle at emission time 0, degrees from the direction away from the listener.
    pub bearing_deg: f64,
}

impl OrbitParams {
    fn check(&self) -> Result<(), RenderError> {
        check_value(self.centre_m, "orbit", "centre_m", 0.0, 2e4)?;
        check_value(self.radius_m, "orbit", "radius_m", 50.0, 1e4)?;
        check_value(self.altitude_m, "orbit", "altitude_m", 5.0, 12_000.0)?;
        check_value(self.bearing_deg, "orbit", "bearing_deg", -360.0, 360.0)
    }

    pub(super) fn at(&self, speed: f64, time_s: f64) -> ([f64; 3], [f64; 3]) {
        let angle = self.bearing_deg.to_radians() + speed / self.radius_m * time_s;
        let (sin, cos) = angle.sin_cos();
        (
            [
                self.centre_m + self.radius_m * cos,
                self.radius_m * sin,
                self.altitude_m,
            ],
            [-speed * sin, speed * cos, 0.0],
        )
    }
}
