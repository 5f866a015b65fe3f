//! A signature becomes sound in the air at the listener: engine, propeller, flight, propagation.
//!
//! A [`Scene`] is one flight past one listener with every parameter fixed. It is drawn at random from a
//! [`Signature`](crate::signature::Signature), whose presumed figures are ranges, and from
//! [`SceneRanges`], which say what else varies; or it is written by hand as [`SceneParams`] and
//! checked. [`Scene::render`] gives 16 kHz samples and the [`Truth`] about them: the pitch
//! heard, speed, distance and phase at each instant.
//!
//! The sources are computed as functions of emission time at 32 kHz and heard through retarded time,
//! so that the Doppler effect is exact. What a phone and its surroundings do to the sound afterwards is
//! none of this room's business. `docs/rendering.md` has the formulas and their sources.
//!
//! The same scene gives the same samples, bit for bit, on the same machine.

mod air;
mod ambient;
mod audible_range;
mod bessel;
#[cfg(test)]
mod closed_forms;
mod draw;
mod error;
mod flight;
mod ground;
mod impact;
mod interpolate;
mod motion;
mod noise;
mod propagate;
mod ranges;
mod retarded;
mod scene;
mod shaft_wander;
mod source;
mod truth;
mod turbulence;

pub use crate::signature::Phase;
pub use air::Air;
pub use audible_range::{audible_range_m, AMBIENT_DB};
pub use error::RenderError;
pub use flight::{
    DiveParams, Flight, FlightParams, OrbitParams, PassParams, Path, ShaftParams, State,
};
pub use ground::Ground;
pub use impact::Impact;
pub use ranges::{Fixed, SceneRanges, SourceRanges, ValidSceneRanges};
pub use scene::{Rendered, Scene, SceneParams};
pub use shaft_wander::ShaftWander;
pub use source::{
    EngineKind, EngineParams, JetParams, Loading, PropellerParams, Resonance, Source,
};
pub use truth::{Closest, HeardInstant, Instant, PhaseSpan, Truth, TRUTH_SCHEMA};
pub use turbulence::Turbulence;

/// Samples per second of what is rendered.
const RATE: f64 = 16_000.0;

/// Samples per second of the sources: twice as many, so that a sound that Doppler raises by half
/// and more stays clear of aliases.
const SOURCE_RATE: f64 = 32_000.0;

/// Source samples per step of the motion: 4 ms.
const STEP: usize = 128;
