//! What is published about each airframe, and what lines that predicts.
//!
//! A [`Signature`] is one airframe's sheet of figures: engine, propeller, and per [`Phase`] the
//! speeds and shaft rates of flight, each with where it comes from and how far that can be trusted.
//! The sheets stand in `models/signatures/*.toml`; a user adds an airframe by adding a file
//! ([`Catalogue::load_dir`]).
//!
//! ```
//! use earwitness::signature::{Catalogue, Phase};
//! let catalogue = Catalogue::built_in()?;
//! let shahed = catalogue.get("shahed-136")?;
//! assert!(shahed.phase(Phase::Dive).is_some());
//! # Ok::<(), earwitness::signature::SignatureError>(())
//! ```

mod catalogue;
mod check;
mod error;
mod figure;
mod physics;
mod sheet;
mod words;

pub use catalogue::Catalogue;
pub use error::SignatureError;
pub use figure::{Confidence, Fact, Figure, Unit, Values};
pub use physics::{helical_tip_mach, SPEED_OF_SOUND};
pub use sheet::{Engine, FlightPhase, Propeller, Signature};
pub use span::Span;
pub use words::{Cycle, Mounting, Phase};

mod span;
