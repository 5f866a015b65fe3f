//! Another recording under the sound.

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::chain::EffectParams;
use super::interval::check_value;
use super::{add_at_snr, ChannelError, Interval};

/// How the mix with a background is drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MixParams {
    /// How often a background is mixed in, 0-1; never where the caller gives none.
    pub probability: f64,
    /// Sound over background in mean square, -30 to 60 dB.
    pub snr_db: Interval,
}

impl MixParams {
    /// Sound over background that can be mixed, in mean square, dB.
    pub const SNR_DB: Interval = Interval::new(-30.0, 60.0);
}

impl Default for MixParams {
    fn default() -> Self {
        Self {
            probability: 0.6,
            snr_db: Interval::new(-5.0, 20.0),
        }
    }
}

impl EffectParams for MixParams {
    type Effect = Mix;

    fn probability(&self) -> f64 {
        self.probability
    }

    fn check(&self) -> Result<(), ChannelError> {
        check_value(self.probability, "mix", "probability", 0.0, 1.0)?;
        self.snr_db
            .check("mix", "snr_db", Self::SNR_DB.low(), Self::SNR_DB.high())
    }

    fn draw(&self, rng: &mut impl Rng) -> Mix {
        Mix {
            snr_db: self.snr_db.draw(rng),
            start: rng.gen(),
        }
    }
}

/// A background at a given distance in level. Left out where the sound or the background is
/// silent or missing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mix {
    /// Sound over background in mean square, dB.
    pub snr_db: f64,
    /// Where in the background to start, as a share (0-1) of what it is longer than the sound.
    pub start: f64,
}

impl Mix {
    pub(super) fn apply(&self, samples: &mut [f32], background: &[f32]) {
        let under = self.passage(samples.len(), background);
        add_at_snr(samples, &under, self.snr_db);
    }

    /// What is mixed under `length` samples: that much of the background, repeated where it is shorter; empty if there is none.
    pub fn passage(&self, length: usize, background: &[f32]) -> Vec<f32> {
        if background.is_empty() {
            return Vec::new();
        }
        // A background shorter than the sound is repeated, and started anywhere.
        let choices = match background.len().checked_sub(length) {
            Some(spare) => spare + 1,
            None => background.len(),
        };
        let start = ((self.start * choices as f64) as usize).min(choices - 1);
        background
            .iter()
            .cycle()
            .skip(start)
            .take(length)
            .map(|x| if x.is_finite() { *x } else { 0.0 })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{amplitude_at, tone};
    use super::*;

    #[test]
    fn a_background_of_any_length_comes_in_at_the_snr() {
        for len in [304, 16_000, 50_000] {
            let mut samples = tone(500.0, 0.1, 16_000);
            let background = tone(2000.0, 0.9, len);
            Mix {
                snr_db: 6.0,
                start: 0.999,
            }
            .apply(&mut samples, &background);
            assert_eq!(samples.len(), 16_000);
            let snr =
                20.0 * (amplitude_at(&samples, 500.0) / amplitude_at(&samples, 2000.0)).log10();
            assert!((snr - 6.0).abs() < 0.3, "{len}: {snr}");
        }
    }

    #[test]
    fn an_empty_or_silent_background_changes_nothing() {
        let input = tone(500.0, 0.1, 1000);
        for background in [vec![], vec![0.0; 77]] {
            let mut samples = input.clone();
            Mix {
                snr_db: 0.0,
                start: 0.3,
            }
            .apply(&mut samples, &background);
            assert_eq!(samples, input);
        }
    }
}
