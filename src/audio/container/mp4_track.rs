//! One track of an MP4 or MOV file: what it holds and which part of its sound is played (ISO/IEC 14496-12).

use super::edits::{Clocks, Edit, Played, Timeline};
use super::names;

/// Frames that an AAC encoder puts before the sound where no edit list says how many.
const AAC_PRIMING: u64 = 1_024;

/// What the boxes of a track say.
#[derive(Debug, Default, Clone)]
pub(super) struct Mp4Track {
    pub(super) id: u32,
    /// `soun`, `vide` ...
    pub(super) handler: [u8; 4],
    /// Ticks per second.
    pub(super) timescale: u32,
    /// `mp4a`, `samr` ...
    pub(super) codec: [u8; 4],
    /// Samples (packets) whose tables stand in the index.
    pub(super) samples: u32,
    /// How long the sound is in its ticks, played or not; 0 or all ones if it was not known when the index was written.
    pub(super) duration: u64,
    /// Which parts of it are played, and when.
    pub(super) edits: Vec<Edit>,
    /// When its first fragment starts, in its ticks, where a fragment says so.
    pub(super) first_fragment: Option<u64>,
}

impl Mp4Track {
    /// What is played of the sound, which is decoded at `rate` Hz by a decoder that drops `dropped` frames at its start;
    /// `movie` ticks per second in the whole file. Ends are followed only where the index knows all of the sound (`is_whole`).
    pub(super) fn timeline(
        &self,
        movie: u32,
        rate: u32,
        is_aac: bool,
        dropped: u64,
        is_whole: bool,
    ) -> Timeline {
        let is_known = is_whole && ![0, u32::MAX.into(), u64::MAX].contains(&self.duration);
        let frames = is_known.then(|| {
            let frames =
                u128::from(self.duration) * u128::from(rate) / u128::from(self.timescale.max(1));
            frames.try_into().unwrap_or(u64::MAX)
        });
        let clocks = Clocks {
            movie,
            track: self.timescale,
            rate,
            frames,
            dropped,
        };
        let mut line = Timeline::new(&self.edits, &clocks);
        if is_aac && self.edits.iter().all(|e| e.media_time.is_none()) {
            line.played = Played::after(AAC_PRIMING);
        }
        line
    }

    /// When its fragments start, in seconds; `None` if the index holds sound before them.
    pub(super) fn fragments_s(&self) -> Option<f64> {
        let ticks = self.first_fragment.filter(|_| self.samples == 0)?;
        Some(ticks as f64 / f64::from(self.timescale.max(1)))
    }

    /// The codec, as people call it.
    pub(super) fn codec_name(&self) -> String {
        names::of_code(self.codec)
    }
}
