//! Stretches of sound as other programs mark them: Raven's selection tables, Audacity's label tracks.

mod audacity;
mod raven;

pub use audacity::write_label;
pub use raven::{write_header, write_selection, Place};

/// A stretch of a recording with its label.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Selection<'a> {
    /// Start, s from the beginning of the recording.
    pub start_s: f64,
    /// End, s.
    pub end_s: f64,
    /// Lower edge of the band that is meant, Hz.
    pub low_hz: f64,
    /// Upper edge, Hz.
    pub high_hz: f64,
    /// What it is.
    pub label: &'a str,
    /// How sure, 0 to 1, where that is known.
    pub score: Option<f64>,
}

/// Neither tab nor line break may stand within a field of either format.
fn field(text: &str) -> String {
    text.replace(|c: char| c.is_control(), " ")
}
