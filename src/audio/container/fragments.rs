//! The packets of one track of a fragmented MP4 file, fragment by fragment (ISO/IEC 14496-12, 8.8).
//!
//! symphonia keeps the tables of every fragment that it comes by, about 1 kB for each: 36 MB for
//! ten hours in fragments of one second. Here they are read piece by piece and forgotten. Where
//! the data of a fragment lie is worked out as symphonia does it: from the start of the fragment
//! unless it says otherwise, and never before what was read last.

use std::collections::VecDeque;
use std::io;

use symphonia::core::errors::Error;
use symphonia::core::packet::Packet;
use symphonia::core::units::{Duration, Timestamp};

use super::super::source::Stream;
use super::boxes::{be32, be64, BoxHead};
use super::placed::Placed;

/// Samples (packets, as a container counts them) whose table entries are read at once.
const AT_ONCE: u32 = 1_024;

/// No packet of sound is larger; a hostile file may say so.
const MAX_PACKET: u32 = 1 << 24;

/// What the file's index (`moov`) says of a track that goes on in fragments.
#[derive(Debug, Clone, Copy)]
pub(super) struct FragmentedTrack {
    pub(super) id: u32,
    /// Where the first fragment starts.
    pub(super) first: u64,
    /// Samples before the fragments, with tables in the index itself.
    pub(super) in_index: u32,
    /// What holds for samples unless a fragment says otherwise.
    pub(super) defaults: Sample,
}

/// One sample of the track: its length in the track's ticks and its size in bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sample {
    pub(super) duration: u32,
    pub(super) size: u32,
}

/// Hands out the packets of one track that lie in fragments, in constant memory.
pub(super) struct Fragments {
    file: Placed,
    track: FragmentedTrack,
    /// What is left of the file ...
    boxes: Boxes,
    /// ... of the fragment under way (`moof`) ...
    fragment: Boxes,
    /// ... of its part for this track (`traf`) ...
    part: Boxes,
    /// ... of a stretch of samples in that (`trun`) ...
    run: Run,
    /// ... and of those of its samples whose entries were read.
    samples: VecDeque<Sample>,
    /// What holds for the samples of the part.
    defaults: Sample,
    /// Where the fragment starts.
    start: u64,
    /// What the part's places are counted from.
    base: u64,
    /// Whether a run came in this part.
    has_run: bool,
    /// Where the next sample lies.
    data: u64,
    /// What is broken; there is no way on from there.
    fault: Option<&'static str>,
}

impl Fragments {
    pub(super) fn new(stream: Stream, track: FragmentedTrack) -> Self {
        let file = Placed::new(stream);
        Self {
            boxes: Boxes {
                at: track.first,
                end: file.len(),
            },
            file,
            track,
            fragment: Boxes::default(),
            part: Boxes::default(),
            run: Run::default(),
            samples: VecDeque::new(),
            defaults: Sample::default(),
            start: 0,
            base: 0,
            has_run: false,
            data: 0,
            fault: None,
        }
    }

    /// The next packet, without a time stamp, for which no decoder asks; `None` at the end.
    ///
    /// # Errors
    /// [`Error::IoError`] where the file ends within a packet or can't be read,
    /// [`Error::DecodeError`], again and again, where a fragment is broken.
    pub(super) fn next_packet(&mut self) -> Result<Option<Packet>, Error> {
        if let Some(fault) = self.fault {
            return Err(Error::DecodeError(fault));
        }
        let next = self.advance();
        if let Err(Error::DecodeError(fault)) = next {
            self.fault = Some(fault);
        }
        next
    }

    fn advance(&mut self) -> Result<Option<Packet>, Error> {
        loop {
            if let Some(sample) = self.samples.pop_front() {
                return self.packet(sample).map(Some);
            }
            if self.run.left > 0 {
                self.run
                    .read(&mut self.file, self.defaults, &mut self.samples)?;
            } else if let Some(run) = self.part.next(&mut self.file, b"trun")? {
                self.start_run(&run)?;
            } else if let Some(part) = self.fragment.next(&mut self.file, b"traf")? {
                self.start_part(&part)?;
            } else if let Some(fragment) = self.boxes.next(&mut self.file, b"moof")? {
                self.start = fragment.start;
                self.fragment = Boxes::within(&fragment);
            } else {
                return Ok(None);
            }
        }
    }

    /// Passes over the parts of other tracks.
    fn start_part(&mut self, part: &BoxHead) -> Result<(), Error> {
        let Some(head) = Boxes::within(part).next(&mut self.file, b"tfhd")? else {
            return Err(Error::DecodeError("a track fragment lacks its header"));
        };
        let body: [u8; 32] = self.file.peek(head.body)?;
        let flags = be32(&body);
        if be32(&body[4..]) != self.track.id {
            return Ok(());
        }
        let mut at = 8;
        let mut field = |flag: u32, size: usize| {
            let bytes = (flags & flag != 0).then(|| &body[at..at + size])?;
            at += size;
            Some(bytes)
        };
        let base = field(0x1, 8).map(be64);
        field(0x2, 4); // Which of the track's descriptions holds: symphonia knows but one.
        let duration = field(0x8, 4).map(be32);
        let size = field(0x10, 4).map(be32);
        if head.body.saturating_add(at as u64) > head.end {
            return Err(Error::DecodeError("a track fragment header is too short"));
        }
        self.base = base.unwrap_or(self.start);
        self.defaults = Sample {
            duration: duration.unwrap_or(self.track.defaults.duration),
            size: size.unwrap_or(self.track.defaults.size),
        };
        self.has_run = false;
        self.part = Boxes::within(part);
        Ok(())
    }

    fn start_run(&mut self, found: &BoxHead) -> Result<(), Error> {
        let (run, offset) = Run::parse(&self.file.peek(found.body)?, found)?;
        let start = match offset {
            Some(offset) => self.base.saturating_add_signed(offset.into()),
            None if self.has_run => self.data,
            None => self.base,
        };
        self.data = self.data.max(start);
        self.has_run = true;
        self.run = run;
        Ok(())
    }

    fn packet(&mut self, sample: Sample) -> Result<Packet, Error> {
        let start = self.data;
        self.data = start.saturating_add(sample.size.into());
        if self.data > self.file.len() {
            return Err(Error::IoError(io::ErrorKind::UnexpectedEof.into()));
        }
        if sample.size > MAX_PACKET {
            return Err(Error::DecodeError("a packet is too large"));
        }
        let mut bytes = vec![0; sample.size as usize];
        self.file.read_exact(start, &mut bytes)?;
        let duration = Duration::from(sample.duration);
        Ok(Packet::new(self.track.id, Timestamp::ZERO, duration, bytes))
    }
}

/// The boxes between two places.
#[derive(Debug, Default)]
struct Boxes {
    at: u64,
    end: u64,
}

impl Boxes {
    fn within(parent: &BoxHead) -> Self {
        Self {
            at: parent.body,
            end: parent.end,
        }
    }

    /// The next box of a kind; `None` if there is none before the end or before a box that
    /// reaches beyond it, as the last one does in a file that was cut.
    fn next(&mut self, file: &mut Placed, kind: &[u8; 4]) -> Result<Option<BoxHead>, Error> {
        while self.end.saturating_sub(self.at) >= 8 {
            let Some(found) = BoxHead::parse(&file.peek(self.at)?, self.at, self.end) else {
                return Err(Error::DecodeError("a box has an impossible size"));
            };
            if found.end > self.end {
                self.at = self.end;
            } else {
                self.at = found.end;
                if found.kind == *kind {
                    return Ok(Some(found));
                }
            }
        }
        Ok(None)
    }
}

/// What is left of a stretch of samples that lie one behind the other (`trun`).
#[derive(Debug, Default)]
struct Run {
    /// Samples whose entries were not yet read.
    left: u32,
    /// Where their entries stand.
    table: u64,
    /// Which fields of four bytes an entry has: duration, size, flags, time offset.
    fields: u32,
}

impl Run {
    const DURATION: u32 = 1;
    const SIZE: u32 = 2;

    /// Reads the head of a run: the run, and where its samples start if it says so.
    fn parse(head: &[u8; 16], found: &BoxHead) -> Result<(Self, Option<i32>), Error> {
        let flags = be32(head);
        let offset = (flags & 0x1 != 0).then(|| be32(&head[8..]) as i32);
        let before = 8 + 4 * u64::from((flags & 0x5).count_ones());
        let run = Self {
            left: be32(&head[4..]),
            table: found.body.saturating_add(before),
            fields: flags >> 8 & 0xF,
        };
        let size = u64::from(run.left) * run.entry() as u64;
        if run.table.saturating_add(size) > found.end {
            return Err(Error::DecodeError("a track run is longer than its box"));
        }
        Ok((run, offset))
    }

    /// Bytes of an entry.
    fn entry(&self) -> usize {
        4 * self.fields.count_ones() as usize
    }

    /// Reads some entries.
    fn read(
        &mut self,
        file: &mut Placed,
        defaults: Sample,
        samples: &mut VecDeque<Sample>,
    ) -> Result<(), Error> {
        let count = self.left.min(AT_ONCE);
        let entry = self.entry();
        let mut bytes = vec![0; count as usize * entry];
        file.read_exact(self.table, &mut bytes)?;
        for at in (0..count as usize).map(|sample| sample * entry) {
            let mut sample = defaults;
            let mut size_at = at;
            if self.fields & Self::DURATION != 0 {
                sample.duration = be32(&bytes[at..]);
                size_at += 4;
            }
            if self.fields & Self::SIZE != 0 {
                sample.size = be32(&bytes[size_at..]);
            }
            samples.push_back(sample);
        }
        self.table += bytes.len() as u64;
        self.left -= count;
        Ok(())
    }
}

#[cfg(test)]
#[path = "fragments_tests.rs"]
mod tests;
