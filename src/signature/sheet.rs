//! A checked sheet: one airframe.

use super::words::{Cycle, Mounting, Phase};
use super::{Fact, Figure, Span, Values};
use std::collections::BTreeMap;

/// What is published about one airframe. Made by [`Catalogue`](super::Catalogue) only, so that
/// what stands here has been checked: figures are positive and physical, and those that rendering
/// needs are known or presumed.
#[derive(Debug, Clone, PartialEq)]
pub struct Signature {
    /// SHA-256 of the file that it was read from.
    pub(super) sha256: [u8; 32],
    pub(super) id: String,
    pub(super) names: Vec<String>,
    pub(super) maker: String,
    pub(super) kind: String,
    pub(super) family: String,
    pub(super) label: String,
    pub(super) note: Option<String>,
    pub(super) mass: Figure,
    pub(super) engine: Engine,
    pub(super) propeller: Option<Propeller>,
    pub(super) phases: BTreeMap<Phase, FlightPhase>,
}

/// The engine or motor.
#[derive(Debug, Clone, PartialEq)]
pub struct Engine {
    /// How it works.
    pub cycle: Fact<Cycle>,
    /// What it is called.
    pub designation: Option<Fact<String>>,
    /// Rotors of a rotary engine; `None` for the others.
    pub rotors: Option<Figure>,
    /// Cylinders of a piston engine; `None` for the others.
    pub cylinders: Option<Figure>,
    /// Firings per shaft revolution, chambers that fire together counted once; there if and only
    /// if the engine [fires](Cycle::fires), and then never unknown.
    pub firings_per_revolution: Option<Figure>,
    /// Pole pairs of an electric motor, never unknown; `None` for the others.
    pub pole_pairs: Option<Figure>,
    /// Shaft rate at rated power, in rpm.
    pub rated_rpm: Figure,
}

/// The propeller. None of its figures is unknown.
#[derive(Debug, Clone, PartialEq)]
pub struct Propeller {
    /// In front or behind.
    pub mounting: Fact<Mounting>,
    /// Blades.
    pub blades: Figure,
    /// Revolutions of the engine's shaft per revolution of the propeller; 1 is direct drive.
    pub gear_ratio: Figure,
    /// Diameter in m.
    pub diameter: Figure,
    /// Why the tips reach the speed of sound at the ends of the ranges, if they do.
    pub supersonic_tips: Option<String>,
}

/// One phase of flight. Neither figure is unknown.
#[derive(Debug, Clone, PartialEq)]
pub struct FlightPhase {
    /// Rate of the engine's shaft, in rpm.
    pub shaft_rpm: Figure,
    /// Airspeed, in the unit as written; [`Signature::speed`] gives m/s.
    pub speed: Figure,
}

impl Signature {
    /// Name for programs and file name: `harop`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Names for people; the first is the usual one.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Who makes it.
    pub fn maker(&self) -> &str {
        &self.maker
    }

    /// What it is for: `loitering-munition`, `reconnaissance-uav` ...
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// What sounds alike because it is built alike: `rotary-uav` ...
    pub fn family(&self) -> &str {
        &self.family
    }

    /// The classifier's label for it.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// What else a reader must know; always there for what has no propeller.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// Mass at take-off, in kg.
    pub fn mass(&self) -> &Figure {
        &self.mass
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The propeller; `None` for what has none, which can't be rendered and predicts no lines.
    pub fn propeller(&self) -> Option<&Propeller> {
        self.propeller.as_ref()
    }

    /// The phases that it flies, cruise first; none without a propeller.
    pub fn phases(&self) -> impl Iterator<Item = (Phase, &FlightPhase)> {
        self.phases.iter().map(|(phase, flight)| (*phase, flight))
    }

    /// One phase, if it flies it.
    pub fn phase(&self, phase: Phase) -> Option<&FlightPhase> {
        self.phases.get(&phase)
    }

    /// `harop/dive`, whether or not it dives.
    pub fn key(&self, phase: Phase) -> String {
        format!("{}/{phase}", self.id)
    }

    /// Airspeed in a phase, in m/s.
    pub fn speed(&self, phase: Phase) -> Option<Values> {
        self.phase(phase).and_then(|flight| flight.speed.si())
    }

    /// Rate of the engine's shaft in a phase, in revolutions per second.
    pub fn shaft_rate(&self, phase: Phase) -> Option<Span> {
        let rpm = self.phase(phase)?.shaft_rpm.values.as_ref()?;
        Some(rpm.span().scaled(1.0 / 60.0))
    }

    /// The sheet with every presumed range wider by `share` of its width, for trials that ask what
    /// it would mean to have presumed too narrowly. Nothing is checked again: tips may come close
    /// to the speed of sound.
    pub fn widened(&self, share: f64) -> Self {
        let mut wider = self.clone();
        if let Some(propeller) = &mut wider.propeller {
            propeller.gear_ratio = propeller.gear_ratio.widened(share);
            propeller.diameter = propeller.diameter.widened(share);
        }
        for flight in wider.phases.values_mut() {
            flight.shaft_rpm = flight.shaft_rpm.widened(share);
            flight.speed = flight.speed.widened(share);
        }
        wider.mass = wider.mass.widened(share);
        wider
    }
}
