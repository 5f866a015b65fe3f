//! The account of one recording, or of several of one event, in every form: for a terminal, for programs, for other tools.

mod json;
#[cfg(feature = "pages")]
mod page;
mod stretches;
mod terminal;
mod track;

pub use json::{parse, text, DIGITS};
#[cfg(feature = "pages")]
pub use page::{page, Picture};
pub use stretches::{labels, selections};
pub use terminal::{terminal, IN_FULL};
pub use track::track_csv;
