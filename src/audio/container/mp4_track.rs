//! One track of an MP4 or MOV file: what it holds and where its sound begins (ISO/IEC 14496-12).

use std::io;

use super::super::source::Stream;
use super::boxes::{be32, be64};
use super::mp4::read_at;
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
    /// Where the first edit starts in the track's own time, in ticks.
    pub(super) media_time: Option<u64>,
}

impl Mp4Track {
    /// Frames at `rate` Hz that stand before the sound: what the encoder needed to start, and
    /// what was cut off by an edit.
    pub(super) fn frames_before_start(&self, rate: u32, is_aac: bool) -> u64 {
        match self.media_time {
            Some(ticks) => {
                let frames =
                    u128::from(ticks) * u128::from(rate) / u128::from(self.timescale.max(1));
                frames.try_into().unwrap_or(u64::MAX)
            }
            None if is_aac => AAC_PRIMING,
            None => 0,
        }
    }

    /// The codec, as people call it.
    pub(super) fn codec_name(&self) -> String {
        names::of_code(self.codec)
    }
}

/// The start of the first edit that is not empty (an empty one only delays the sound), from the
/// edit list (`elst`) whose body lies between `start` and `stop`.
pub(super) fn first_edit(stream: &mut Stream, start: u64, stop: u64) -> io::Result<Option<u64>> {
    let head = read_at::<8>(stream, start)?;
    let wide = head[0] == 1;
    let size = if wide { 20 } else { 12 };
    for edit in 0..u64::from(be32(&head[4..])).min(16) {
        let position = start + 8 + edit * size;
        if position + size > stop {
            break;
        }
        let body = read_at::<16>(stream, position)?;
        let time = if wide {
            be64(&body[8..]) as i64
        } else {
            i64::from(be32(&body[4..8]) as i32)
        };
        if let Ok(time) = u64::try_from(time) {
            return Ok(Some(time));
        }
    }
    Ok(None)
}
