//! What a recording's sound says about its own condition: how far it stands above its floor, what may have been done to
//! it, where it may have been cut, and what all of that leaves it fit for.
//!
//! ```
//! use earwitness::audio::{self, ReadOptions, Source};
//! use earwitness::verify::condition::ConditionMeter;
//! # fn main() -> Result<(), audio::AudioError> {
//! # let source = Source::Path("samples/harop-cruise.wav".into());
//! let mut reader = audio::open(&source, &ReadOptions::default())?;
//! let mut meter = ConditionMeter::new();
//! while let Some(block) = reader.next_block()? {
//!     meter.push(block);
//! }
//! let condition = meter.finish(&reader.finish().quality, 0.0);
//! assert_eq!(condition.verdicts.len(), 3);
//! # Ok(())
//! # }
//! ```
//!
//! Nothing is heard above 8 kHz, half the rate at which recordings are read: what a codec does beyond that is not seen.

mod bands;
mod joins;
mod signs;
mod snr;
#[cfg(test)]
mod testing;
mod verdict;

use serde::{Deserialize, Serialize};

use crate::audio::Quality;
use bands::BandMeter;
use joins::JoinFinder;
use signs::SignMeter;
use snr::SnrMeter;
use verdict::Grounds;

pub use joins::{Join, JoinKind};
pub use signs::{Sign, Treatment};
pub use snr::SegmentSnr;
pub use verdict::{Question, Verdict};

/// The condition of a recording.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// Upper limit of the sound in Hz, at most 8,000: [`Quality::bandwidth_hz`]. What a codec's low-pass filter leaves.
    pub bandwidth_hz: f64,
    /// The segments that the classifier hears, with how well each can be heard.
    pub segments: Vec<SegmentSnr>,
    /// What may have been done to the sound.
    pub signs: Vec<Sign>,
    /// Where it may have been cut.
    pub joins: Vec<Join>,
    /// What it is fit for, a verdict per [`Question`].
    pub verdicts: Vec<Verdict>,
}

/// Listens to a recording block by block; about 3 MB for an hour.
pub struct ConditionMeter {
    bands: BandMeter,
    snr: SnrMeter,
    signs: SignMeter,
    joins: JoinFinder,
}

impl Default for ConditionMeter {
    fn default() -> Self {
        Self::new()
    }
}

impl ConditionMeter {
    /// At the start of a recording.
    pub fn new() -> Self {
        Self {
            bands: BandMeter::new(),
            snr: SnrMeter::new(),
            signs: SignMeter::new(),
            joins: JoinFinder::new(),
        }
    }

    /// Takes samples: 16 kHz, mono, full scale 1.0.
    pub fn push(&mut self, samples: &[f32]) {
        let (snr, signs, joins) = (&mut self.snr, &mut self.signs, &mut self.joins);
        self.bands.push(samples, |levels| {
            snr.push(&levels);
            signs.push(&levels);
            joins.push(&levels);
        });
        self.snr.push_samples(samples);
    }

    /// What was heard, beside what the reader measured of the same samples; the first of them lies `starts_s` seconds into the
    /// recording, from whose start all times count.
    pub fn finish(self, quality: &Quality, starts_s: f64) -> Condition {
        let mut segments = self.snr.finish(quality.duration_s);
        for segment in &mut segments {
            segment.start_s += starts_s;
            segment.end_s += starts_s;
        }
        let mut signs = self.signs.finish(quality.bandwidth_hz);
        for at in signs.iter_mut().filter_map(|s| s.at_s.as_mut()) {
            *at += starts_s;
        }
        let mut joins = self.joins.finish();
        joins.iter_mut().for_each(|j| j.time_s += starts_s);
        let verdicts = Grounds {
            quality,
            starts_s,
            segments: &segments,
            signs: &signs,
            joins: &joins,
        }
        .judge();
        Condition {
            bandwidth_hz: quality.bandwidth_hz,
            segments,
            signs,
            joins,
            verdicts,
        }
    }
}
