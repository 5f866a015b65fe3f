//! The exhaust: pipes and boxes that ring, and a gas flow that hisses.

use serde::{Deserialize, Serialize};

use super::super::error::{check_value, RenderError};
use super::filter::Section;

/// A resonance of the exhaust: for a pipe of length L open at the end, the quarter waves
/// (2n - 1) c/(4L) with c about 500 m/s in hot gas (M. L. Munjal, "Acoustics of Ducts and Mufflers").
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resonance {
    /// Frequency, 20-8000 Hz.
    pub hz: f64,
    /// Quality, 0.3-30.
    pub q: f64,
    /// Gain at the peak over what passes directly, 0-30.
    pub gain: f64,
}

impl Resonance {
    pub(super) fn check(&self) -> Result<(), RenderError> {
        check_value(self.hz, "resonance", "hz", 20.0, 8000.0)?;
        check_value(self.q, "resonance", "q", 0.3, 30.0)?;
        check_value(self.gain, "resonance", "gain", 0.0, 30.0)
    }
}

/// Passes `sound` through the resonances in parallel, beside the direct way.
pub(super) fn ring(sound: &mut [f32], resonances: &[Resonance]) {
    let mut sections: Vec<(f64, Section)> = resonances
        .iter()
        .map(|r| (r.gain, Section::band_pass(r.hz, r.q)))
        .collect();
    for sample in sound {
        let x = f64::from(*sample);
        let rung: f64 = sections
            .iter_mut()
            .map(|(gain, section)| *gain * section.step(x))
            .sum();
        *sample = (x + rung) as f32;
    }
}
