//! The few boxes of an MP4 or MOV file that symphonia leaves unread: where the sound begins (edit
//! lists), and the names of codecs that it doesn't know (ISO/IEC 14496-12; QuickTime File Format).

use std::io::{self, Seek, SeekFrom};

use super::super::source::Stream;
use super::boxes::{be32, BoxHead};
use super::fragments::{FragmentedTrack, Sample};
use super::mp4_track::{first_edit, Mp4Track};

/// Real files have some dozen; a hostile one may have millions.
const MAX_BOXES: usize = 20_000;

/// Tracks are six deep; a hostile file may nest without end.
const MAX_DEPTH: usize = 8;

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

    pub(super) fn sound_tracks(&self) -> usize {
        self.tracks.iter().filter(|t| &t.handler == b"soun").count()
    }

    /// Which of the tracks with sound track `id` is, counted from 0.
    pub(super) fn sound_place(&self, id: u32) -> Option<usize> {
        let mut own = self.tracks.iter().filter(|t| &t.handler == b"soun");
        own.position(|t| t.id == id)
    }

    /// The codec of the first track with sound, as people call it.
    pub(super) fn sound_codec(&self) -> Option<String> {
        let track = self.tracks.iter().find(|t| &t.handler == b"soun");
        track.map(Mp4Track::codec_name)
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
            (b"mdhd", Some(track)) => {
                let body = read_at::<24>(self.stream, start)?;
                track.timescale = be32(if body[0] == 1 {
                    &body[20..]
                } else {
                    &body[12..]
                });
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
            (b"elst", Some(track)) => track.media_time = first_edit(self.stream, start, stop)?,
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
mod tests {
    use super::*;
    use crate::audio::Source;

    fn make(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let mut bytes = (body.len() as u32 + 8).to_be_bytes().to_vec();
        bytes.extend(kind);
        bytes.extend(body);
        bytes
    }

    fn movie(edits: &[(u32, i32)]) -> Movie {
        let mut elst = vec![0; 4];
        elst.extend((edits.len() as u32).to_be_bytes());
        for (duration, time) in edits {
            elst.extend(duration.to_be_bytes());
            elst.extend(time.to_be_bytes());
            elst.extend([0, 1, 0, 0]);
        }
        let mut tkhd = vec![0; 24];
        tkhd[15] = 7;
        let mut mdhd = vec![0; 24];
        mdhd[12..16].copy_from_slice(&44_100u32.to_be_bytes());
        let hdlr = [&[0; 8][..], b"soun", &[0; 12]].concat();
        let stsd = [&[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 16][..], b"samr", &[0; 8]].concat();
        let stbl = make(b"stbl", &make(b"stsd", &stsd));
        let minf = make(b"minf", &stbl);
        let mdia = make(
            b"mdia",
            &[make(b"mdhd", &mdhd), make(b"hdlr", &hdlr), minf].concat(),
        );
        let edts = make(b"edts", &make(b"elst", &elst));
        let trak = make(b"trak", &[make(b"tkhd", &tkhd), edts, mdia].concat());
        let file = [make(b"ftyp", b"3gp4"), make(b"moov", &trak)].concat();
        let len = file.len() as u64;
        let movie = read(&mut Source::memory("test", file).open().unwrap()).unwrap();
        assert_eq!(movie.end, len);
        movie
    }

    #[test]
    fn the_first_edit_says_where_the_sound_starts() {
        let movie = movie(&[(100, -1), (5000, 2112)]);
        assert_eq!(
            movie.track(7).unwrap().frames_before_start(44_100, true),
            2112
        );
        assert_eq!(
            movie.track(7).unwrap().frames_before_start(22_050, true),
            1056
        );
    }

    #[test]
    fn without_an_edit_aac_has_its_usual_priming_and_others_none() {
        let track = movie(&[]).tracks[0].clone();
        assert_eq!(track.frames_before_start(44_100, true), 1024);
        assert_eq!(track.frames_before_start(44_100, false), 0);
    }

    #[test]
    fn codecs_have_names() {
        let movie = movie(&[]);
        assert_eq!(movie.sound_codec().unwrap(), "AMR-NB");
        assert_eq!(movie.sound_tracks(), 1);
    }

    #[test]
    fn nesting_without_end_is_given_up() {
        let file = b"\0\x01\0\0moov".repeat(15_000);
        let mut stream = Source::memory("test", file).open().unwrap();
        assert!(read(&mut stream).unwrap().has_index);
    }

    #[test]
    fn damaged_boxes_are_left_out() {
        for bytes in [
            &b"\0\0\0\x01moov"[..],
            b"\0\0\0\x04moov\0\0\0\0",
            b"\xFF\xFF\xFF\xFFmoov\0\0\0\0",
        ] {
            let mut stream = Source::memory("test", bytes).open().unwrap();
            assert!(read(&mut stream).unwrap().tracks.is_empty());
        }
    }

    #[test]
    fn a_track_goes_on_in_the_fragments_after_the_index() {
        let numbers =
            |numbers: &[u32]| -> Vec<u8> { numbers.iter().flat_map(|n| n.to_be_bytes()).collect() };
        let trak = [
            make(b"tkhd", &numbers(&[0, 0, 0, 2, 0, 0])),
            make(b"stbl", &make(b"stsz", &numbers(&[0, 0, 5]))),
        ];
        let trex = make(b"trex", &numbers(&[0, 2, 1, 1024, 3, 0]));
        let moov = [make(b"trak", &trak.concat()), make(b"mvex", &trex)].concat();
        let moof = make(b"moof", &[0; 92]);
        let file = [moof.clone(), make(b"moov", &moov), moof.clone(), moof].concat();
        let len = file.len() as u64;
        let movie = read(&mut Source::memory("test", file).open().unwrap()).unwrap();
        let track = movie.fragmented(2, 199).unwrap();
        assert_eq!((track.first, track.in_index), (len - 200, 5));
        assert_eq!((track.defaults.duration, track.defaults.size), (1024, 3));
        assert!(movie.fragmented(2, 200).is_none());
        assert!(movie.fragmented(1, 0).is_none());
    }
}
