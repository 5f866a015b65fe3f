//! What every decoder gives to the reader.

use std::ops::Range;

use super::error::AudioError;
use super::info::StreamInfo;
use super::losses::Losses;
use super::warning::Warning;

/// A few thousand frames at the native rate, one plane per channel, full scale 1.0.
#[derive(Debug, Default)]
pub(super) struct Frames {
    rate: u32,
    planes: Vec<Vec<f32>>,
}

impl Frames {
    /// Empties it for `channels` planes at `rate` Hz; keeps the memory.
    pub(super) fn reset(&mut self, rate: u32, channels: usize) {
        self.rate = rate;
        self.planes.resize_with(channels, Vec::new);
        self.clear();
    }

    /// Empties it; keeps the memory, the rate and the number of channels.
    pub(super) fn clear(&mut self) {
        self.planes.iter_mut().for_each(Vec::clear);
    }

    pub(super) fn rate(&self) -> u32 {
        self.rate
    }

    pub(super) fn channels(&self) -> usize {
        self.planes.len()
    }

    /// Frames held, all planes being of one length.
    pub(super) fn len(&self) -> usize {
        self.planes.first().map_or(0, Vec::len)
    }

    /// How long they last, in seconds.
    pub(super) fn seconds(&self) -> f64 {
        self.len() as f64 / f64::from(self.rate.max(1))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn planes(&self) -> &[Vec<f32>] {
        &self.planes
    }

    pub(super) fn planes_mut(&mut self) -> &mut [Vec<f32>] {
        &mut self.planes
    }

    /// The planes themselves, for a decoder that sets their number too.
    pub(super) fn planes_vec(&mut self) -> &mut Vec<Vec<f32>> {
        &mut self.planes
    }

    /// Drops up to `count` frames from the start; returns how many.
    pub(super) fn skip(&mut self, count: usize) -> usize {
        let count = count.min(self.len());
        for plane in &mut self.planes {
            plane.drain(..count);
        }
        count
    }

    /// Drops frames from the end until at most `count` are left.
    pub(super) fn truncate(&mut self, count: usize) {
        for plane in &mut self.planes {
            plane.truncate(count);
        }
    }

    /// Drops all but the frames in `ranges`, which are in ascending order.
    pub(super) fn keep(&mut self, ranges: &[Range<usize>]) {
        for plane in &mut self.planes {
            let mut kept = 0;
            for range in ranges {
                plane.copy_within(range.clone(), kept);
                kept += range.len();
            }
            plane.truncate(kept);
        }
    }

    /// Whether `other` can be appended: the same rate and channels.
    pub(super) fn is_like(&self, other: &Frames) -> bool {
        self.rate == other.rate && self.channels() == other.channels()
    }

    pub(super) fn append(&mut self, other: &Frames) {
        for (plane, more) in self.planes.iter_mut().zip(&other.planes) {
            plane.extend_from_slice(more);
        }
    }
}

/// Turns an opened file into frames, in constant memory.
pub(super) trait Decoder: Send {
    /// Replaces the content of `frames` by the next frames; `false` when there are no more.
    /// May leave `frames` empty and return `true`.
    fn decode(&mut self, frames: &mut Frames) -> Result<bool, AudioError>;

    /// What was lost so far of the sound that was decoded.
    fn losses(&self) -> Losses {
        Losses::default()
    }

    /// What was found while decoding; asked once, at the end.
    fn report(&mut self) -> DecodeReport;
}

/// What was found while decoding.
#[derive(Debug, Default)]
pub(super) struct DecodeReport {
    pub(super) warnings: Vec<Warning>,
    /// What was lost on the way.
    pub(super) losses: Losses,
    /// Seconds that the header promises, or that packets held that are lost, and the file does not give.
    pub(super) missing_s: f64,
    /// Sound follows that was not read, and nothing tells how much.
    pub(super) rest_unread: bool,
    /// Why decoding ended before the end, if it did.
    pub(super) fault: Option<String>,
}

/// A file whose header was understood.
pub(super) struct Opened {
    pub(super) info: StreamInfo,
    pub(super) warnings: Vec<Warning>,
    pub(super) decoder: Box<dyn Decoder>,
}
