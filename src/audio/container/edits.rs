//! Which part of a track's sound players play, and when: edit lists (ISO/IEC 14496-12, 8.6.6; QuickTime File Format).

use std::collections::VecDeque;
use std::io;

use super::super::decoder::Frames;
use super::super::remedy;
use super::super::source::{Source, Stream};
use super::super::warning::{Warning, WarningKind};
use super::boxes::{be32, be64};
use super::mp4::read_at;

/// Real lists have a handful; a hostile one may have millions.
const MAX_EDITS: u64 = 1_000;

/// Parts that are this close, in seconds, are one; an end that is this close to the end of the sound is none: movies count
/// their time in coarser ticks than sound does, and encoders pad.
const TOLERANCE_S: f64 = 0.1;

/// One part of an edit list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edit {
    /// In the movie's ticks; 0 for all that follows.
    pub(super) duration: u64,
    /// Where it starts in the track's own time, in its ticks; `None` for a part in which nothing is played.
    pub(super) media_time: Option<u64>,
}

/// Reads the edit list (`elst`) whose body lies between `start` and `stop`.
pub(super) fn read(stream: &mut Stream, start: u64, stop: u64) -> io::Result<Vec<Edit>> {
    let head = read_at::<8>(stream, start)?;
    let wide = head[0] == 1;
    let size = if wide { 20 } else { 12 };
    let mut edits = Vec::new();
    for edit in 0..u64::from(be32(&head[4..])).min(MAX_EDITS) {
        let position = start + 8 + edit * size;
        if position + size > stop {
            break;
        }
        let body = read_at::<16>(stream, position)?;
        let (duration, time) = match wide {
            true => (be64(&body), be64(&body[8..]) as i64),
            false => (be32(&body).into(), i64::from(be32(&body[4..8]) as i32)),
        };
        edits.push(Edit {
            duration,
            media_time: time.try_into().ok(),
        });
    }
    Ok(edits)
}

/// The clocks by which an edit list is read, in ticks per second, and how long the sound is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clocks {
    pub(super) movie: u32,
    pub(super) track: u32,
    /// Sample rate of the decoded sound, Hz.
    pub(super) rate: u32,
    /// Frames of sound in the file, played or not; `None` where nothing tells, as in fragments.
    pub(super) frames: Option<u64>,
    /// Frames that the decoder drops at the start by itself.
    pub(super) dropped: u64,
}

/// What is played of a track, and when.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Timeline {
    /// How long a player waits before the sound, in seconds.
    pub(super) delay_s: f64,
    pub(super) played: Played,
    /// How long the played sound should be, in seconds, if anything tells.
    pub(super) promised_s: Option<f64>,
    /// Seconds of sound that stand in the file and are not played.
    pub(super) hidden_s: f64,
    /// Parts are played in another order than they are stored, or with pauses between them.
    pub(super) is_jumbled: bool,
}

impl Timeline {
    /// By the list `edits`. Times that overflow become the largest.
    pub(super) fn new(edits: &[Edit], clocks: &Clocks) -> Self {
        let scaled = |ticks: u64, scale: u32| -> u64 {
            let frames = u128::from(ticks) * u128::from(clocks.rate) / u128::from(scale.max(1));
            frames.try_into().unwrap_or(u64::MAX)
        };
        let tolerance = (TOLERANCE_S * f64::from(clocks.rate)) as u64;
        let mut line = Self::default();
        let mut parts: VecDeque<(u64, Option<u64>)> = VecDeque::new();
        let mut pause = 0;
        for edit in edits {
            let Some(time) = edit.media_time else {
                pause += u128::from(edit.duration);
                continue;
            };
            if parts.is_empty() {
                line.delay_s = pause as f64 / f64::from(clocks.movie.max(1));
            } else if pause > 0 {
                line.is_jumbled = true;
            }
            pause = 0;
            let start = scaled(time, clocks.track).saturating_sub(clocks.dropped);
            let length = (edit.duration > 0).then(|| scaled(edit.duration, clocks.movie));
            let end = length.map(|length| start.saturating_add(length));
            match parts.back_mut() {
                Some((_, last)) if last.is_some_and(|l| l.abs_diff(start) <= tolerance) => {
                    *last = end;
                }
                Some((_, last)) if last.is_none_or(|l| l > start) => {
                    // What is played twice or backwards is heard once, as it is stored.
                    line.is_jumbled = true;
                    parts.truncate(1);
                    parts[0].1 = None;
                    break;
                }
                _ => parts.push_back((start, end)),
            }
        }
        if parts.is_empty() {
            line.delay_s = pause as f64 / f64::from(clocks.movie.max(1));
        }
        let frames = clocks.frames.map(|f| f.saturating_sub(clocks.dropped));
        if let Some((_, end)) = parts.back_mut() {
            *end = end.filter(|end| frames.is_some_and(|f| end.saturating_add(tolerance) < f));
        }
        if let Some(frames) = frames.filter(|_| !parts.is_empty()) {
            let length = |&(start, end): &(u64, Option<u64>)| {
                end.unwrap_or(frames).min(frames).saturating_sub(start)
            };
            let played: u64 = parts.iter().map(length).sum();
            line.promised_s = Some(played as f64 / f64::from(clocks.rate.max(1)));
            line.hidden_s = frames.saturating_sub(played) as f64 / f64::from(clocks.rate.max(1));
        }
        line.played = Played { parts, position: 0 };
        line
    }
}

/// Sound that is not played and lasts this long, in seconds, is worth a word; encoders need less to start.
const HIDDEN_S: f64 = 0.5;

impl Timeline {
    /// What is to be said of it.
    pub(super) fn warnings(&self, source: &Source) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if self.hidden_s >= HIDDEN_S {
            let (hidden_s, line) = (self.hidden_s, remedy::all_line(source));
            let message = format!("{hidden_s:.1} s of sound stand in the file and are not played (its edit list leaves them out), nor were they heard here; take out all of it with: {line}");
            warnings.push(Warning::new(WarningKind::HiddenSound, message));
        }
        if self.is_jumbled {
            let line = remedy::ffmpeg_line(source);
            let message = format!("the file has its sound played in another order, or with pauses (edit list); it was heard as it is stored, so that times are not those of a player; write it as it is played with: {line}");
            warnings.push(Warning::new(WarningKind::EditsIgnored, message));
        }
        warnings
    }
}

/// The frames that are played, of those that are decoded one after the other.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Played {
    /// From where to where, in ascending order; `None`: to the end. None at all: everything is played.
    parts: VecDeque<(u64, Option<u64>)>,
    /// The next frame that is decoded.
    position: u64,
}

impl Played {
    /// All but the first `skip` frames.
    pub(super) fn after(skip: u64) -> Self {
        Self {
            parts: VecDeque::from([(skip, None)]),
            position: 0,
        }
    }

    /// Whether nothing that follows is played.
    pub(super) fn is_over(&self) -> bool {
        let last = self.parts.back().and_then(|part| part.1);
        last.is_some_and(|end| self.position >= end)
    }

    /// Drops from the frames that come next what is not played.
    pub(super) fn keep(&mut self, frames: &mut Frames) {
        let from = self.position;
        let to = from.saturating_add(frames.len() as u64);
        self.position = to;
        while self.parts.len() > 1 && self.parts[0].1.is_some_and(|end| end <= from) {
            self.parts.pop_front();
        }
        let place = |at: u64| (at.clamp(from, to) - from) as usize;
        match self.parts.len() {
            0 => {}
            1 => {
                let (start, end) = self.parts[0];
                frames.truncate(place(end.unwrap_or(u64::MAX)));
                frames.skip(place(start));
            }
            _ => {
                let parts = self.parts.iter().take_while(|(start, _)| *start < to);
                let ranges = parts.map(|&(s, e)| place(s)..place(e.unwrap_or(u64::MAX)));
                frames.keep(&ranges.collect::<Vec<_>>());
            }
        }
    }
}

#[cfg(test)]
#[path = "edits_tests.rs"]
mod tests;
