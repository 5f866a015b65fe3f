//! How good the sound of a recording is, in numbers.

use serde::{Deserialize, Serialize};

use super::fitness::{self, Fitness, Reason};

/// What stands for minus infinity, in dBFS, so that it can be written to JSON.
pub(super) const SILENCE_DBFS: f64 = -200.0;

/// Measured on what was read: levels and spectrum on the 16 kHz mono samples, clipping and
/// non-finite samples on the decoded ones, before mixing and resampling.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Quality {
    /// Length of what was read, in seconds.
    pub duration_s: f64,
    /// Root mean square level, in dB relative to a full-scale square wave; at least -200.
    pub rms_dbfs: f64,
    /// Highest amplitude, in dB relative to full scale; at least -200. Lossy decoders overshoot
    /// 0 a little.
    pub peak_dbfs: f64,
    /// Mean of the samples, relative to full scale, -1 to 1.
    pub dc_offset: f64,
    /// Share of the samples at full scale, 0 to 1.
    pub clipped_fraction: f64,
    /// Share of the time, in windows of 16 ms, in which nothing is louder than -70 dBFS, 0 to 1.
    pub silent_fraction: f64,
    /// Times that the sound vanishes completely for 32 ms or more and comes back.
    pub dropouts: u64,
    /// Upper limit of the sound, in Hz, at most 8,000: the top of the highest band of 125 Hz
    /// that holds more than digital noise. 0 for silence.
    pub bandwidth_hz: f64,
    /// Samples that were no numbers (NaN, infinite) and became 0.
    pub nan_samples: u64,
    /// Packets that are missing or could not be decoded, and were left out.
    pub skipped_packets: u64,
    /// Seconds that the header or lost packets promise and the file does not hold, as far as is known.
    pub missing_s: f64,
    /// Whether sound follows that was not read, and nothing tells how much: damage, a stream of another kind.
    #[serde(default)]
    pub rest_unread: bool,
    /// Seconds in which the channels cancel each other in their average, which was heard.
    #[serde(default)]
    pub cancelled_s: f64,
}

impl Quality {
    /// What the recording is fit for, and why not for more.
    pub fn fitness(&self) -> (Fitness, Vec<Reason>) {
        fitness::judge(self)
    }

    /// Whether channels that cancel took so much that what was not heard may be there all the same.
    pub fn is_cancelled(&self) -> bool {
        let (_, reasons) = self.fitness();
        let cancels =
            |reason: &Reason| matches!(reason, Reason::Cancelled | Reason::MostlyCancelled);
        reasons.iter().any(cancels)
    }
}
