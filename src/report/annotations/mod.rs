//! Stretches of a recording for the programs in which people look at sound: Audacity and Raven.

mod audacity;
mod raven;

pub use audacity::audacity;
pub use raven::raven;

/// A stretch of a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotation {
    /// Start, s.
    pub start_s: f64,
    /// End, s.
    pub end_s: f64,
    /// Lower edge, Hz.
    pub low_hz: f64,
    /// Upper edge, Hz.
    pub high_hz: f64,
    /// What is there.
    pub label: String,
    /// Its probability, 0 to 1, where it has one.
    pub probability: Option<f64>,
}

/// Tabs and line breaks would end a cell.
fn cell(text: &str) -> String {
    text.replace(|c: char| c.is_control(), " ")
}
