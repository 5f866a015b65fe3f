//! The words of a sheet that have a meaning to the program.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How an engine works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cycle {
    /// Wankel: each rotor fires once per revolution of the eccentric shaft.
    Rotary,
    /// Each cylinder fires once per revolution of the crankshaft.
    TwoStroke,
    /// Each cylinder fires once in two revolutions of the crankshaft.
    FourStroke,
    /// An electric motor: nothing fires.
    Electric,
    /// Nothing that turns: a rocket or a glider.
    None,
}

impl Cycle {
    /// Whether it burns fuel in chambers, and so has firing lines.
    pub fn fires(self) -> bool {
        matches!(self, Self::Rotary | Self::TwoStroke | Self::FourStroke)
    }

    /// Most firings per shaft revolution of an engine with this many rotors or cylinders; `None`
    /// for one that never fires. Cylinders that fire together count once, so there may be fewer.
    pub fn most_firings(self, chambers: f64) -> Option<f64> {
        match self {
            Self::Rotary | Self::TwoStroke => Some(chambers),
            Self::FourStroke => Some(0.5 * chambers),
            Self::Electric | Self::None => None,
        }
    }
}

impl fmt::Display for Cycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rotary => "rotary",
            Self::TwoStroke => "two-stroke",
            Self::FourStroke => "four-stroke",
            Self::Electric => "electric",
            Self::None => "none",
        })
    }
}

/// On which side of the airframe the propeller stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mounting {
    /// In front: the blades meet clean air.
    Tractor,
    /// Behind: the blades cut the wake of wing and body, which makes them louder and rougher.
    Pusher,
}

impl fmt::Display for Mounting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tractor => "tractor",
            Self::Pusher => "pusher",
        })
    }
}

/// What an airframe is doing.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Level flight: transit, loiter, pass.
    Cruise,
    /// The attack.
    Dive,
}

impl Phase {
    /// Both, in the order in which they are listed.
    pub const ALL: [Self; 2] = [Self::Cruise, Self::Dive];

    /// Its name in files and output: `cruise` or `dive`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cruise => "cruise",
            Self::Dive => "dive",
        }
    }

    /// The phase of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.name() == name)
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cylinder_fires_once_a_revolution_or_once_in_two() {
        assert_eq!(Cycle::TwoStroke.most_firings(4.0), Some(4.0));
        assert_eq!(Cycle::FourStroke.most_firings(4.0), Some(2.0));
        assert_eq!(Cycle::Rotary.most_firings(1.0), Some(1.0));
        assert_eq!(Cycle::Electric.most_firings(1.0), None);
    }

    #[test]
    fn names_of_phases_go_there_and_back() {
        for phase in Phase::ALL {
            assert_eq!(Phase::from_name(phase.name()), Some(phase));
        }
        assert_eq!(Phase::from_name("climb"), None);
    }
}
