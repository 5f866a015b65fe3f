//! The pictures of a report.

use anyhow::Context;
use earwitness::report::evidence::Picture;
use earwitness::report::picture::{CombMark, Spectrogram};
use earwitness::verify::evidence::{Drawn, Evidence};

/// The pictures of one recording.
pub struct Pictures {
    /// `spectrogram.png`.
    pub spectrogram: Vec<u8>,
    /// Those of the page.
    pub page: Vec<Picture>,
}

/// Draws them.
///
/// # Errors
/// If one cannot be encoded.
pub fn draw(evidence: &Evidence, drawn: &Drawn) -> anyhow::Result<Pictures> {
    let combs: Vec<CombMark> = drawn.combs.iter().map(CombMark::of).collect();
    let identity = &evidence.identity;
    let below = format!("SHA-256 {}", identity.sha256);
    let spectrogram = Spectrogram {
        heading: &identity.name,
        below: &below,
        overview: &drawn.overview,
        starts_s: drawn.starts_s,
        combs: &combs,
        segments: &drawn.segments,
    };
    let failed = "cannot draw the spectrogram";
    Ok(Pictures {
        spectrogram: spectrogram.png().context(failed)?,
        page: vec![Picture {
            section: "heard",
            svg: spectrogram.svg().context(failed)?,
            caption: "Spectrogram: the strongest combs are drawn over it in dashes, the strip above says what each segment sounds most like. Lighter is louder.".to_owned(),
        }],
    })
}
