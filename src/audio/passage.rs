//! A part of a recording, to be read by itself.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::SAMPLE_RATE;

/// The latest moment that can be asked for, in seconds: over thirty years.
const LATEST_S: f64 = 1e9;

/// From when to when a recording is read, on the clock of its 16 kHz samples: the first of them is at 0 s.
///
/// The default is all of it. What is read of a passage is bit for bit what stands there when the whole
/// recording is read.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "Unchecked", into = "Unchecked")]
pub struct Passage {
    start_s: Option<f64>,
    end_s: Option<f64>,
}

/// Why two moments are no passage.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum PassageError {
    /// A moment that no recording has.
    #[error("a passage can't {what} at {seconds} s: give seconds from the start of the recording, 0 to 1000000000")]
    NoMoment {
        /// `start` or `end`.
        what: &'static str,
        /// What was given.
        seconds: f64,
    },
    /// It ends before it starts, or holds no sample.
    #[error(
        "a passage from {start_s} s to {end_s} s holds no sound: let it end later than it starts"
    )]
    Reversed {
        /// Start, in seconds.
        start_s: f64,
        /// End, in seconds.
        end_s: f64,
    },
}

impl Passage {
    /// The passage from `start_s` (the start of the recording if `None`) to `end_s` (its end).
    ///
    /// # Errors
    /// [`PassageError`] if a moment is negative or no number, or the end is not later than the start.
    pub fn new(start_s: Option<f64>, end_s: Option<f64>) -> Result<Self, PassageError> {
        for (what, moment) in [("start", start_s), ("end", end_s)] {
            if let Some(seconds) = moment.filter(|s| !(0.0..=LATEST_S).contains(s)) {
                return Err(PassageError::NoMoment { what, seconds });
            }
        }
        let passage = Self { start_s, end_s };
        if let Some(end_s) = end_s.filter(|_| passage.end().is_some_and(|e| e <= passage.start())) {
            let start_s = passage.start_s();
            return Err(PassageError::Reversed { start_s, end_s });
        }
        Ok(passage)
    }

    /// Where it starts, in seconds.
    pub fn start_s(&self) -> f64 {
        self.start_s.unwrap_or(0.0)
    }

    /// Where it ends, in seconds; `None` for the end of the recording.
    pub fn end_s(&self) -> Option<f64> {
        self.end_s
    }

    /// Whether it is the whole recording, whatever its length.
    pub fn is_whole(&self) -> bool {
        self.start() == 0 && self.end_s.is_none()
    }

    /// Its first sample at 16 kHz.
    pub(super) fn start(&self) -> u64 {
        sample(self.start_s())
    }

    /// The sample at 16 kHz before which it ends.
    pub(super) fn end(&self) -> Option<u64> {
        self.end_s.map(sample)
    }

    /// Samples that are left of it at sample `position`, at most `most`.
    pub(super) fn left(&self, position: u64, most: usize) -> usize {
        self.end().map_or(most, |end| {
            end.saturating_sub(position).min(most as u64) as usize
        })
    }

    /// Which of `len` frames at `rate` Hz that begin at `from_s` lie in it.
    pub(super) fn of_frames(&self, from_s: f64, rate: u32, len: usize) -> Range<usize> {
        if self.is_whole() {
            return 0..len;
        }
        // A float that is out of range becomes the nearest number that is in it.
        let place = |s: f64| (((s - from_s) * f64::from(rate)).round() as usize).min(len);
        let start = place(self.start_s());
        start..self.end_s.map_or(len, place).max(start)
    }
}

fn sample(seconds: f64) -> u64 {
    (seconds * f64::from(SAMPLE_RATE)).round() as u64
}

/// What is written and read, before it is checked.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    start_s: Option<f64>,
    end_s: Option<f64>,
}

impl From<Passage> for Unchecked {
    fn from(Passage { start_s, end_s }: Passage) -> Self {
        Self { start_s, end_s }
    }
}

impl TryFrom<Unchecked> for Passage {
    type Error = PassageError;

    fn try_from(Unchecked { start_s, end_s }: Unchecked) -> Result<Self, PassageError> {
        Self::new(start_s, end_s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_that_no_recording_has_are_refused() {
        for bad in [-0.1, f64::NAN, f64::INFINITY, 1e10] {
            let error = Passage::new(Some(bad), None).unwrap_err();
            assert!(error.to_string().contains("can't start"), "{error}");
            assert!(Passage::new(None, Some(bad)).is_err());
        }
        assert!(Passage::new(None, None).unwrap().is_whole());
    }

    #[test]
    fn a_passage_ends_later_than_it_starts() {
        let error = Passage::new(Some(5.0), Some(3.0)).unwrap_err();
        assert!(error.to_string().contains("from 5 s to 3 s"), "{error}");
        assert!(Passage::new(Some(5.0), Some(5.0)).is_err());
        assert!(Passage::new(None, Some(0.0)).is_err());
        assert!(Passage::new(Some(5.0), Some(5.0001)).is_ok());
    }

    #[test]
    fn frames_are_within_it_in_part_or_not_at_all() {
        let passage = Passage::new(Some(1.0), Some(2.0)).unwrap();
        assert_eq!(passage.of_frames(0.0, 1000, 800), 800..800);
        assert_eq!(passage.of_frames(0.5, 1000, 800), 500..800);
        assert_eq!(passage.of_frames(1.5, 1000, 800), 0..500);
        assert_eq!(passage.of_frames(3.0, 1000, 800), 0..0);
        assert_eq!(Passage::default().of_frames(3.0, 1000, 800), 0..800);
    }

    #[test]
    fn it_is_checked_when_it_is_read_back() {
        let passage = Passage::new(Some(1.5), None).unwrap();
        let text = serde_json::to_string(&passage).unwrap();
        assert_eq!(text, r#"{"start_s":1.5,"end_s":null}"#);
        assert_eq!(serde_json::from_str::<Passage>(&text).unwrap(), passage);
        let reversed = r#"{"start_s":2.0,"end_s":1.0}"#;
        assert!(serde_json::from_str::<Passage>(reversed).is_err());
    }
}
