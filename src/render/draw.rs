//! A scene drawn at random: the figures of a signature and everything around it.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::air::Air;
use super::error::RenderError;
use super::flight::{FlightParams, ShaftParams};
use super::ground::Ground;
use super::impact::Impact;
use super::ranges::{even, log_even, SceneRanges, ValidSceneRanges};
use super::scene::{Scene, SceneParams};
use super::shaft_wander::ShaftWander;
use super::source::Source;
use super::turbulence::Turbulence;
use super::Phase;
use crate::signature::{FlightPhase, Signature, Values};

mod geometry;
mod machine;

/// Airspeeds and shaft speeds, of which the flight is made.
struct Speeds {
    cruise_mps: f64,
    /// In the dive, where there is one.
    dive_mps: f64,
    shaft: ShaftParams,
    /// Engine torque in the dive over that of the cruise.
    dive_throttle: f64,
}

impl Scene {
    /// Draws a scene of a signature in a phase. Cheap: nothing is rendered.
    ///
    /// Every figure of the signature that is a range or a choice is drawn from it; where a phase is
    /// a dive, the level flight before it is drawn from the cruise. The same signature, phase, ranges
    /// and seed give the same scene.
    ///
    /// # Errors
    /// [`RenderError::Silent`] for a signature without a propeller, [`RenderError::NoPhase`] for a
    /// phase it does not fly, and [`RenderError::OutOfRange`] or [`RenderError::NeverLands`] where figures of a user's
    /// signature, or what is fixed in the ranges, are beyond what can be rendered.
    pub fn draw(
        signature: &Signature,
        phase: Phase,
        ranges: &ValidSceneRanges,
        seed: u64,
    ) -> Result<Self, RenderError> {
        let ranges = ranges.ranges();
        let wider = signature.widened(ranges.widen);
        let mut rng = stream(seed, 0);
        let machine = machine::draw(&wider, phase, ranges, &mut rng)?;
        assemble(signature.id(), phase, machine, ranges, seed)
    }

    /// Draws a scene of a jet, level flight only. There is no sheet for jets: from small
    /// turbojets to airliners, the ranges stand in the code (`draw/machine.rs`).
    ///
    /// # Errors
    /// [`RenderError::OutOfRange`] where what is fixed in the ranges is beyond what can be rendered.
    pub fn draw_jet(ranges: &ValidSceneRanges, seed: u64) -> Result<Self, RenderError> {
        let ranges = ranges.ranges();
        let machine = machine::draw_jet(ranges, &mut stream(seed, 0));
        assemble("jet", Phase::Cruise, machine, ranges, seed)
    }
}

/// What flies.
struct Machine {
    source: Source,
    source_db_spl: f64,
    speeds: Speeds,
    wander: ShaftWander,
}

/// Each part of a scene draws from a stream of its own, so that setting one leaves the others.
fn stream(seed: u64, part: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream((1 << 32) + part);
    rng
}

fn assemble(
    name: &str,
    phase: Phase,
    machine: Machine,
    ranges: &SceneRanges,
    seed: u64,
) -> Result<Scene, RenderError> {
    let mut rng = stream(seed, 1);
    let air = Air {
        temperature_c: even(ranges.temperature_c, &mut rng),
        humidity_percent: even(ranges.humidity_percent, &mut rng),
        pressure_kpa: even(ranges.pressure_kpa, &mut rng),
    };
    let ground = Ground {
        flow_resistivity: log_even(ranges.flow_resistivity, &mut rng),
        evenness: even(ranges.evenness, &mut rng),
    };
    let turbulence = Turbulence {
        structure: log_even(ranges.structure, &mut rng),
        fade_s: log_even(ranges.fade_s, &mut rng),
    };
    let listener_m = log_even(ranges.listener_m, &mut rng);
    let ambient_db = even(ranges.ambient_db, &mut rng);
    let impact = draw_impact(ranges, &mut stream(seed, 2));
    let path = geometry::draw(
        phase,
        &machine.speeds,
        ranges,
        air.sound_mps(),
        &mut stream(seed, 3),
    );
    SceneParams {
        signature: name.to_owned(),
        phase,
        seed,
        source: machine.source,
        source_db_spl: machine.source_db_spl,
        flight: FlightParams {
            path,
            speed_mps: machine.speeds.cruise_mps,
            shaft: machine.speeds.shaft,
        },
        wander: machine.wander,
        air,
        ground,
        turbulence,
        listener_m,
        impact,
        ambient_db,
    }
    .check()
}

fn draw_impact(ranges: &SceneRanges, rng: &mut ChaCha8Rng) -> Impact {
    let bang = rng.gen_bool(ranges.blast_share);
    let blast_db = rng.gen_range(8.0..32.0);
    Impact {
        blast_db: bang.then_some(blast_db),
        blast_ms: log_even([4.0, 40.0].into(), rng),
        rumble_s: log_even([0.1, 2.0].into(), rng),
    }
}

/// A value of a figure that the catalogue has made sure of; `fallback` for one that says nothing.
fn draw_values(values: Option<&Values>, fallback: f64, rng: &mut ChaCha8Rng) -> f64 {
    let u = rng.gen::<f64>();
    values.map_or(fallback, |values| values.at(u))
}

/// Airspeed (m/s) and shaft speed (1/s) of a phase.
fn draw_phase(flight: &FlightPhase, rng: &mut ChaCha8Rng) -> (f64, f64) {
    let speed = draw_values(flight.speed.si().as_ref(), 40.0, rng);
    let rpm = draw_values(flight.shaft_rpm.si().as_ref(), 6000.0, rng);
    (speed, rpm / 60.0)
}
