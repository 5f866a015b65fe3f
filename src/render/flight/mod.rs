//! Where the aircraft is, how fast, and how fast its propeller turns, as functions of the time at
//! which the sound leaves it (emission time).
//!
//! Coordinates: the listener stands above the origin, x along the heading at the start, y to the
//! left, z up from the ground. Times are in seconds after the start of the clip *at the listener*;
//! the sound heard at 0 left the aircraft some time before.

mod dive;
mod path;
mod shaft;

pub use dive::DiveParams;
pub use path::{OrbitParams, PassParams, Path};
pub use shaft::ShaftParams;

use serde::{Deserialize, Serialize};

use super::error::{check_value, RenderError};
use super::Phase;
use dive::Profile;

/// The aircraft at one instant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct State {
    /// Position, m.
    pub position: [f64; 3],
    /// Velocity, m/s; the air is taken to be still. After an impact it stays what it was then.
    pub velocity: [f64; 3],
    /// Propeller (for jets: fan) revolutions per second; the same.
    pub rps: f64,
    /// Engine torque over that of the cruise.
    pub throttle: f64,
    /// What the aircraft does; `None` once it has hit the ground.
    pub phase: Option<Phase>,
}

impl State {
    /// Speed, m/s.
    pub fn speed(&self) -> f64 {
        norm(self.velocity)
    }
}

/// A flight: unchecked; [`check`](Self::check) makes it usable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FlightParams {
    /// The way through the air.
    pub path: Path,
    /// Airspeed in cruise, 5-300 m/s.
    pub speed_mps: f64,
    /// The propeller's speed and how it answers to airspeed and throttle.
    pub shaft: ShaftParams,
}

impl FlightParams {
    /// Checks every setting against its documented range, and works out the dive.
    ///
    /// # Errors
    /// [`RenderError::OutOfRange`] names the first setting that is out of range; [`RenderError::NeverLands`] refuses a
    /// dive that takes more than 1,200 s to the ground.
    pub fn check(self) -> Result<Flight, RenderError> {
        check_value(self.speed_mps, "flight", "speed_mps", 5.0, 300.0)?;
        self.path.check()?;
        self.shaft.check()?;
        let dive = match &self.path {
            Path::Dive(dive) => Some(Profile::new(dive, self.speed_mps)?),
            _ => None,
        };
        Ok(Flight { params: self, dive })
    }
}

/// A checked flight.
#[derive(Debug, Clone, PartialEq)]
pub struct Flight {
    params: FlightParams,
    dive: Option<Profile>,
}

impl Flight {
    /// The settings.
    pub fn params(&self) -> &FlightParams {
        &self.params
    }

    /// The aircraft at emission time `time_s`.
    pub fn state(&self, time_s: f64) -> State {
        let params = &self.params;
        let speed = params.speed_mps;
        let (position, velocity, throttle, phase) = match (&params.path, &self.dive) {
            (Path::Dive(dive), Some(profile)) => profile.at(dive, time_s),
            (Path::Orbit(orbit), _) => {
                let (position, velocity) = orbit.at(speed, time_s);
                (position, velocity, 1.0, Some(Phase::Cruise))
            }
            (Path::Pass(pass), _) => {
                let (position, velocity) = pass.at(speed, time_s);
                (position, velocity, pass.throttle, Some(Phase::Cruise))
            }
            // `check` gives every dive its profile.
            (Path::Dive(_), None) => ([0.0; 3], [0.0; 3], 0.0, None),
        };
        let rps = params.shaft.rps(norm(velocity) / speed, throttle);
        State {
            position,
            velocity,
            rps,
            throttle,
            phase,
        }
    }

    /// When the dive begins and when it ends on the ground (emission times, s); `None` where there
    /// is no dive. It begins where the path has tilted by half of its final angle.
    pub fn dive_s(&self) -> Option<(f64, f64)> {
        match (&self.params.path, &self.dive) {
            (Path::Dive(dive), Some(profile)) => Some((
                dive.start_s + profile.tilted_s(),
                dive.start_s + profile.duration_s(),
            )),
            _ => None,
        }
    }

    /// Where the ground is hit, m.
    pub fn impact(&self) -> Option<[f64; 3]> {
        self.dive_s().map(|(_, end)| self.state(end).position)
    }
}

pub(super) fn norm(v: [f64; 3]) -> f64 {
    v.iter().map(|x| x * x).sum::<f64>().sqrt()
}
