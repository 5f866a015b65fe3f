//! The impact: a blast wave, then earth, debris and rumble.

use std::f64::consts::TAU;

use serde::{Deserialize, Serialize};

use super::error::{check_value, RenderError};
use super::motion::Motion;
use super::noise::White;
use super::SOURCE_RATE;

/// What is heard of the impact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Impact {
    /// Peak of the blast over the aircraft's mean level, -20 to 60 dB; none where there is no bang.
    pub blast_db: Option<f64>,
    /// Positive phase of the blast, 2-100 ms.
    pub blast_ms: f64,
    /// How long the rumble lasts (to 1/e), 0.05-5 s.
    pub rumble_s: f64,
}

impl Impact {
    pub(super) fn check(&self) -> Result<(), RenderError> {
        if let Some(blast_db) = self.blast_db {
            check_value(blast_db, "impact", "blast_db", -20.0, 60.0)?;
        }
        check_value(self.blast_ms, "impact", "blast_ms", 2.0, 100.0)?;
        check_value(self.rumble_s, "impact", "rumble_s", 0.05, 5.0)
    }

    /// Adds the impact at emission time `impact_s` to the source's sound.
    ///
    /// The blast is Friedlander's wave (1 - t/T) exp(-t/T) (G. F. Kinney, K. J. Graham, "Explosive
    /// Shocks in Air"); the rumble is noise that decays, the high sooner than the low.
    pub(super) fn add(&self, sound: &mut [f32], motion: &Motion, impact_s: f64, seed: u64) {
        let Some(blast_db) = self.blast_db else {
            return;
        };
        let start = (impact_s - motion.start_s) * SOURCE_RATE;
        if !(0.0..sound.len() as f64).contains(&start) {
            return;
        }
        let peak = 10f64.powf(blast_db / 20.0);
        let mut white = White::new(seed, 50);
        let length = self.blast_ms * 1e-3 * SOURCE_RATE;
        let (mut low, mut lower) = (0.0, 0.0);
        for (n, sample) in sound[start as usize..].iter_mut().enumerate() {
            let n = n as f64;
            let seconds = n / SOURCE_RATE;
            let decay = (-seconds / self.rumble_s).exp();
            if decay < 1e-4 {
                break;
            }
            // A shock's front takes a moment: without it the samples would jump.
            let front = 1.0 - (-n / 6.0).exp();
            let blast = front * (1.0 - n / length) * (-n / length).exp();
            // The low-pass sinks from 4 kHz to 150 Hz as the rumble goes on.
            let cutoff_hz = 150.0 + 3850.0 * (-4.0 * seconds / self.rumble_s).exp();
            let pole = (TAU * cutoff_hz / SOURCE_RATE).min(0.9);
            low += pole * (f64::from(white.next()) - low);
            lower += pole * (low - lower);
            let rumble = front * decay * lower / pole.sqrt();
            *sample += (peak * (blast + 0.5 * rumble)) as f32;
        }
    }
}
