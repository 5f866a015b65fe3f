//! What makes the sound: engine, propeller, jet. All of it as a function of emission time, as a
//! listener 1 m away who moves along would hear it.

mod electric;
mod engine;
mod exhaust;
mod filter;
mod harmonics;
mod jet;
mod loading;
mod propeller;

pub use engine::{EngineKind, EngineParams};
pub use exhaust::Resonance;
pub use jet::JetParams;
pub use loading::Loading;
pub use propeller::PropellerParams;

use serde::{Deserialize, Serialize};

use super::error::{check_value, RenderError};
use super::motion::Motion;

/// What sounds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Source {
    /// An engine that turns a propeller.
    Propeller {
        /// The engine.
        engine: EngineParams,
        /// The propeller.
        propeller: PropellerParams,
        /// Engine over propeller in cruise, mean square, -60 to 60 dB.
        engine_db: f64,
    },
    /// A turbojet or turbofan.
    Jet(JetParams),
}

impl Source {
    pub(super) fn check(&self) -> Result<(), RenderError> {
        match self {
            Self::Propeller {
                engine,
                propeller,
                engine_db,
            } => {
                check_value(*engine_db, "source", "engine_db", -60.0, 60.0)?;
                engine.check()?;
                propeller.check()
            }
            Self::Jet(jet) => jet.check(),
        }
    }

    /// The rates heard as combs, in multiples of the propeller's revolutions: blades (or fan
    /// blades) and firings.
    pub(super) fn orders(&self) -> (f64, Option<f64>) {
        match self {
            Self::Propeller {
                engine, propeller, ..
            } => (
                f64::from(propeller.blades),
                engine.firings_per_propeller_rev(),
            ),
            Self::Jet(jet) => (f64::from(jet.blades), None),
        }
    }

    /// The sound at the source, mean square about 1 in cruise. `ahead` is the cosine of the angle
    /// between the flight and the way to the listener, at each step of the motion.
    pub(super) fn synthesise(
        &self,
        motion: &Motion,
        cruise_rps: f64,
        ahead: &[f64],
        seed: u64,
    ) -> Vec<f32> {
        match self {
            Self::Propeller {
                engine,
                propeller,
                engine_db,
            } => {
                let mut sound = propeller::synthesise(propeller, motion, cruise_rps, ahead, seed);
                let gain = 10f64.powf(engine_db / 20.0) as f32;
                let engine = engine::synthesise(engine, motion, cruise_rps, seed);
                let scale = 1.0 / (1.0 + gain * gain).sqrt();
                for (sample, engine) in sound.iter_mut().zip(&engine) {
                    *sample = scale * (*sample + gain * engine);
                }
                sound
            }
            Self::Jet(jet) => jet::synthesise(jet, motion, cruise_rps, ahead, seed),
        }
    }
}
