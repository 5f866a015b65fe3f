//! The few boxes of an MP4 or MOV file that symphonia leaves unread: where the sound begins (edit
//! lists), and the names of codecs that it doesn't know (ISO/IEC 14496-12; QuickTime File Format).

use std::io::{self, Seek, SeekFrom};

use super::super::source::Stream;
use super::boxes::{be32, be64, BoxHead};
use super::edits::{self, Timeline};
use super::fragments::{FragmentedTrack, Sample};
use super::mp4_track::Mp4Track;

/// Real files have some dozen; a hostile one may have millions.
const MAX_BOXES: usize = 20_000;

/// Tracks are six deep; a hostile file may nest without end.
const MAX_DEPTH: usize = 8;

/// Fragments that are looked into for when their tracks start: each may hold but one of them.
const FIRST_FRAGMENTS: usize = 32;

/// Whether the file starts with a box that MP4 and MOV files start with.
pub(in crate::audio) fn is_mp4(head: &[u8]) -> bool {
    matches!(
        head.get(4..8),
        Some(b"ftyp" | b"moov" | b"mdat" | b"wide" | b"free" | b"skip" | b"pnot")
    )
}

/// What the boxes say.
#[derive(Debug, Default)]
pub(super) struct Movie {
    /// There is a `moov` box.
    pub(super) has_index: bool,
    /// Where the file ends according to its boxes.
    pub(super) end: u64,
    /// The file ends within a box of sound.
    pub(super) is_cut: bool,
    /// Zeros stand where a box should, and other bytes behind them: what comes after can't be found.
    pub(super) is_broken: bool,
    /// Ticks per second of what holds for all tracks, such as edits.
    timescale: u32,
    tracks: Vec<Mp4Track>,
    /// What holds for the samples of a track's fragments (`trex`), by track.
    defaults: Vec<(u32, Sample)>,
    /// Where the first fragment after the index starts.
    first_fragment: u64,
    /// Bytes of the tables of all fragments (`moof`).
    fragment_tables: u64,
}

impl Movie {
    pub(super) fn track(&self, id: u32) -> Option<&Mp4Track> {
        self.tracks.iter().find(|t| t.id == id)
    }

    /// Track `id`, if it goes on in fragments whose tables take more than `few` bytes.
    pub(super) fn fragmented(&self, id: u32, few: u64) -> Option<FragmentedTrack> {
        let &(_, defaults) = self.defaults.iter().find(|(track, _)| *track == id)?;
        let in_index = self.track(id)?.samples;
        (self.fragment_tables > few).then_some(FragmentedTrack {
            id,
            first: self.first_fragment,
            in_index,
            defaults,
        })
    }

    /// Whether tracks go on in fragments.
    pub(super) fn is_fragmented(&self) -> bool {
        self.fragment_tables > 0
    }

    /// What is played of track `id`, and when; see [`Mp4Track::timeline`].
    pub(super) fn timeline(
        &self,
        id: u32,
        rate: u32,
        is_aac: bool,
        dropped: u64,
    ) -> Option<Timeline> {
        let (track, is_whole) = (self.track(id)?, !self.is_fragmented());
        let mut line = track.timeline(self.timescale, rate, is_aac, dropped, is_whole);
        let first_s = |tracks: &mut dyn Iterator<Item = &Mp4Track>| {
            tracks.filter_map(Mp4Track::fragments_s).reduce(f64::min)
        };
        let mut played = (self.tracks.iter()).filter(|t| matches!(&t.handler, b"soun" | b"vide"));
        if let (Some(own), Some(first)) = (track.fragments_s(), first_s(&mut played)) {
            line.delay_s += own - first;
        }
        Some(line)
    }

    pub(super) fn sound_tracks(&self) -> usize {
        self.tracks.iter().filter(|t| &t.handler == b"soun").count()
    }

    /// Which of the tracks with sound track `id` is, counted from 0.
    pub(super) fn sound_place(&self, id: u32) -> Option<usize> {
        let mut own = self.tracks.iter().filter(|t| &t.handler == b"soun");
        own.position(|t| t.id == id)
    }

    /// The track with sound that is number `place`, counted from 0.
    fn sound(&self, place: usize) -> Option<&Mp4Track> {
        let mut own = self.tracks.iter().filter(|t| &t.handler == b"soun");
        own.nth(place)
    }

    pub(super) fn sound_id(&self, place: usize) -> Option<u32> {
        self.sound(place).map(|t| t.id)
    }

    /// The codec of the track with sound that is number `place`, as people call it.
    pub(super) fn sound_codec(&self, place: usize) -> Option<String> {
        self.sound(place).map(Mp4Track::codec_name)
    }
}

/// Reads the boxes of `stream`; what is damaged is left out.
pub(super) fn read(stream: &mut Stream) -> io::Result<Movie> {
    let mut walk = Walk {
        end: stream.len(),
        stream,
        boxes: 0,
        depth: 0,
        movie: Movie::default(),
        fragments: 0,
        part: 0,
    };
    let end = walk.end;
    walk.children(0, end)?;
    Ok(walk.movie)
}

struct Walk<'a> {
    stream: &'a mut Stream,
    end: u64,
    boxes: usize,
    depth: usize,
    movie: Movie,
    /// Fragments that were looked into, and the track of which the part at hand is one.
    fragments: usize,
    part: u32,
}

impl Walk<'_> {
    /// Visits the boxes between `position` and `end`; the nesting is that of the names below.
    fn children(&mut self, mut position: u64, end: u64) -> io::Result<()> {
        if self.depth == MAX_DEPTH {
            return Ok(());
        }
        self.depth += 1;
        while position.saturating_add(8) <= end && self.boxes < MAX_BOXES {
            self.boxes += 1;
            let Some(found) = BoxHead::parse(&self.bytes(position)?, position, end) else {
                break;
            };
            if self.depth == 1 {
                self.movie.end = found.end;
                self.movie.is_cut =
                    found.end > self.end && matches!(&found.kind, b"mdat" | b"moof");
                self.movie.is_broken =
                    found.kind == [0; 4] && self.bytes::<8>(self.end - 8)? != [0; 8];
            }
            let stop = found.end.min(end);
            self.visit(&found, stop)?;
            position = stop;
        }
        self.depth -= 1;
        Ok(())
    }

    /// `stop`: where the box ends, or what is around it.
    fn visit(&mut self, found: &BoxHead, stop: u64) -> io::Result<()> {
        let start = found.body;
        let track = self.movie.tracks.last_mut();
        match (&found.kind, track) {
            (b"moov", _) => {
                self.movie.has_index = true;
                self.children(start, stop)?;
            }
            (b"trak", _) if self.movie.has_index => {
                self.movie.tracks.push(Mp4Track::default());
                self.children(start, stop)?;
            }
            (b"moof", _) if self.movie.has_index && self.depth == 1 => {
                if self.movie.fragment_tables == 0 {
                    self.movie.first_fragment = found.start;
                }
                self.movie.fragment_tables += stop - found.start;
                if self.movie.tracks.iter().any(|t| t.first_fragment.is_none())
                    && self.fragments < FIRST_FRAGMENTS
                {
                    self.fragments += 1;
                    self.children(start, stop)?;
                }
            }
            (b"traf", _) if self.fragments > 0 => {
                self.part = 0;
                self.children(start, stop)?;
            }
            (b"tfhd", _) => self.part = be32(&read_at::<8>(self.stream, start)?[4..]),
            (b"tfdt", _) => {
                let body = read_at::<16>(self.stream, start)?;
                let time = match body[0] {
                    1 => be64(&body[4..]),
                    _ => be32(&body[4..]).into(),
                };
                let id = self.part;
                if let Some(track) = self.movie.tracks.iter_mut().find(|t| t.id == id) {
                    track.first_fragment.get_or_insert(time);
                }
            }
            (b"mvex", _) if self.movie.has_index => self.children(start, stop)?,
            (b"trex", _) if self.movie.has_index => {
                let body = read_at::<20>(self.stream, start)?;
                let sample = Sample {
                    duration: be32(&body[12..]),
                    size: be32(&body[16..]),
                };
                self.movie.defaults.push((be32(&body[4..]), sample));
            }
            (b"stsz", Some(track)) => {
                let body = read_at::<12>(self.stream, start)?;
                track.samples = be32(&body[8..]);
            }
            (b"mdia" | b"minf" | b"stbl" | b"edts", Some(_)) => self.children(start, stop)?,
            (b"tkhd", Some(track)) => {
                let body = read_at::<24>(self.stream, start)?;
                track.id = be32(if body[0] == 1 {
                    &body[20..]
                } else {
                    &body[12..]
                });
            }
            (b"mvhd", _) => {
                let body = read_at::<24>(self.stream, start)?;
                let at = if body[0] == 1 { 20 } else { 12 };
                self.movie.timescale = be32(&body[at..]);
            }
            (b"mdhd", Some(track)) => {
                let body = read_at::<32>(self.stream, start)?;
                (track.timescale, track.duration) = match body[0] {
                    1 => (be32(&body[20..]), be64(&body[24..])),
                    _ => (be32(&body[12..]), be32(&body[16..]).into()),
                };
            }
            // Under `minf`, QuickTime has a second handler, for the data; the first counts.
            (b"hdlr", Some(track)) if track.handler == [0; 4] => {
                let body = read_at::<12>(self.stream, start)?;
                track.handler = [body[8], body[9], body[10], body[11]];
            }
            (b"stsd", Some(track)) => {
                let body = read_at::<16>(self.stream, start)?;
                track.codec = [body[12], body[13], body[14], body[15]];
            }
            (b"elst", Some(track)) => track.edits = edits::read(self.stream, start, stop)?,
            _ => {}
        }
        Ok(())
    }

    fn bytes<const N: usize>(&mut self, position: u64) -> io::Result<[u8; N]> {
        read_at(self.stream, position)
    }
}

/// Bytes at `position`, zeros beyond the end of the file.
pub(in crate::audio) fn read_at<const N: usize>(
    stream: &mut Stream,
    position: u64,
) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    stream.seek(SeekFrom::Start(position))?;
    stream.read_up_to(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
#[path = "mp4_tests.rs"]
mod tests;
