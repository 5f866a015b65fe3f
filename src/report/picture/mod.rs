//! Pictures of a report: spectrograms, probabilities over time, passes and climbs.
//!
//! Each picture is laid out once, as a scene of lines, areas and words, and then written as a PNG or as an SVG for a
//! page. An SVG's words stay words; its colours are those of the page (`--ink`, `--paper`,
//! `--accent`), so that it follows a dark one; [`STYLE`] must stand once in the page. Nothing is told by colour alone.
//! Like inputs give like bytes.
//!
//! Times of overviews, tracks, fits and segments all count from the first sample that was analysed; `starts_s` of each
//! picture is where in the recording that sample stands, and is added to what stands at the axis.

mod axis;
mod beside;
mod climb;
mod colour;
mod comb;
mod heat;
mod interval;
mod joint;
mod key;
mod layout;
mod letters;
mod marks;
mod pass;
mod png;
mod raster;
mod scene;
mod sound;
mod spans;
mod spectrogram;
mod svg;
#[cfg(test)]
mod testing;
mod thin;
mod timeline;

pub use beside::{Beside, Passage};
pub use climb::ClimbPicture;
pub use comb::CombMark;
pub use pass::PassPicture;
pub use spectrogram::Spectrogram;
pub use svg::STYLE;
pub use timeline::{Lane, LaneStep, Timeline};

/// A picture could not be written as PNG.
#[derive(Debug, thiserror::Error)]
#[error("the picture `{picture}` could not be encoded as PNG: {source}")]
pub struct PictureError {
    /// Which picture.
    pub picture: &'static str,
    /// What the encoder says.
    #[source]
    pub source: ::png::EncodingError,
}
