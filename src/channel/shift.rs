//! A later start, so that events and codec frames fall elsewhere in the segments.

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::chain::EffectParams;
use super::interval::check_value;
use super::{ChannelError, Interval, SAMPLE_RATE};

/// How the time offset is drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShiftParams {
    /// How often the effect is used, 0-1.
    pub probability: f64,
    /// How much is cut off the beginning, 0-1 s.
    pub offset_s: Interval,
}

impl Default for ShiftParams {
    fn default() -> Self {
        Self {
            probability: 0.7,
            offset_s: Interval::new(0.0, 0.3),
        }
    }
}

impl EffectParams for ShiftParams {
    type Effect = Shift;

    fn probability(&self) -> f64 {
        self.probability
    }

    fn check(&self) -> Result<(), ChannelError> {
        check_value(self.probability, "shift", "probability", 0.0, 1.0)?;
        self.offset_s.check("shift", "offset_s", 0.0, 1.0)
    }

    fn draw(&self, rng: &mut impl Rng) -> Shift {
        Shift {
            offset_s: self.offset_s.draw(rng),
        }
    }
}

/// Cuts the beginning off and mirrors as much of the end onto it, so that the length stays and
/// neither silence nor a click is added. Cuts at most half of the sound.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shift {
    /// What is cut off the beginning, s.
    pub offset_s: f64,
}

impl Shift {
    pub(super) fn apply(&self, samples: &mut [f32]) {
        let len = samples.len();
        let offset = ((self.offset_s * SAMPLE_RATE) as usize).min(len / 2);
        samples.copy_within(offset.., 0);
        let kept = len - offset;
        for n in 0..offset {
            samples[kept + n] = samples[kept - 1 - n];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_goes_and_the_end_is_mirrored() {
        let mut samples: Vec<f32> = (0..16_000).map(|n| n as f32).collect();
        Shift { offset_s: 0.25 }.apply(&mut samples);
        assert_eq!(samples.len(), 16_000);
        assert_eq!(samples[0], 4000.0);
        assert_eq!(&samples[11_999..12_002], &[15_999.0, 15_999.0, 15_998.0]);
    }

    #[test]
    fn short_sounds_lose_at_most_half() {
        let mut samples = vec![1.0, 2.0, 3.0];
        Shift { offset_s: 1.0 }.apply(&mut samples);
        assert_eq!(samples, vec![2.0, 3.0, 3.0]);
        Shift { offset_s: 1.0 }.apply(&mut []);
    }
}
