//! Figures as pictures: SVG, drawn by hand so that a card needs nothing else.

mod confusion;
mod plot;

pub use confusion::confusion_svg;
pub use plot::{Plot, Scale, Series};

/// Ink, paper and the colours of series: dark enough on white for colour-blind readers (Okabe and Ito 2008).
pub(crate) const COLOURS: [&str; 7] = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000",
];

/// Text as XML.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
