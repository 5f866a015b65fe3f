//! What is published about each airframe, and what lines that predicts.
//!
//! A [`Signature`] is one airframe's sheet of figures: engine, propeller, and per [`Phase`] the
//! speeds and shaft rates of flight, each with where it comes from and how far that can be trusted.
//! The sheets stand in `models/signatures/*.toml`; a user adds an airframe by adding a file
//! ([`Catalogue::load_dir`]). [`Signature::lines`] says at which frequencies such an airframe can be
//! heard, and [`confusable()`] which others those frequencies can't be told from.
//!
//! ```
//! use earwitness::signature::{Catalogue, Phase};
//! let catalogue = Catalogue::built_in()?;
//! let shahed = catalogue.get("shahed-136")?;
//! let lines = shahed.lines(Phase::Cruise).expect("it has a propeller, and it cruises");
//! assert!(lines.blade_pass.at_rest.contains(200.0)); // Hz
//! assert!(shahed.phase(Phase::Dive).is_some());
//! # Ok::<(), earwitness::signature::SignatureError>(())
//! ```

mod catalogue;
mod check;
mod coincidence;
mod confusable;
mod demand;
mod entry;
mod error;
mod figure;
mod lines;
mod physics;
mod raw;
mod sheet;
mod span;
mod vocabulary;
mod words;

pub use catalogue::Catalogue;
pub use coincidence::RATIO_TOLERANCE;
pub use confusable::{confusable, confusion, Comb, Confusion, Meeting, Overlap, Separator};
pub use entry::{Entry, EntryValue};
pub use error::SignatureError;
pub use figure::{Confidence, Fact, Figure, Unit, Values};
pub use lines::{doppler_factors, Line, Lines};
pub use physics::{helical_tip_mach, SPEED_OF_SOUND};
pub use sheet::{Engine, FlightPhase, Propeller, Signature};
pub use span::Span;
pub use words::{Cycle, Mounting, Phase};
