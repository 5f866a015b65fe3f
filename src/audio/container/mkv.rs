//! The few elements of a Matroska or WebM file that symphonia leaves unread: which track is the
//! default one, and the names of codecs that it doesn't know (RFC 9559).

use std::io;

use super::super::source::Stream;
use super::ebml::{self, UNKNOWN};

/// Real files have some hundred before the sound; a hostile one may have millions.
const MAX_ELEMENTS: usize = 20_000;

/// Tracks are three deep; a hostile file may nest without end.
const MAX_DEPTH: usize = 8;

/// The longest codec name that is read; the longest in use has 20 characters.
const MAX_NAME: u64 = 64;

mod id {
    pub(super) const EBML: u32 = 0x1A45_DFA3;
    pub(super) const SEGMENT: u32 = 0x1853_8067;
    pub(super) const CLUSTER: u32 = 0x1F43_B675;
    pub(super) const TRACKS: u32 = 0x1654_AE6B;
    pub(super) const TRACK_ENTRY: u32 = 0xAE;
    pub(super) const TRACK_NUMBER: u32 = 0xD7;
    pub(super) const TRACK_TYPE: u32 = 0x83;
    pub(super) const FLAG_DEFAULT: u32 = 0x88;
    pub(super) const CODEC_ID: u32 = 0x86;
    pub(super) const CODEC_DELAY: u32 = 0x56AA;
}

/// Whether the file starts as Matroska and WebM files do.
pub(in crate::audio) fn is_mkv(head: &[u8]) -> bool {
    head.starts_with(&id::EBML.to_be_bytes())
}

/// What the elements say.
#[derive(Debug, Default)]
pub(super) struct Matroska {
    /// The audio tracks, in their order.
    pub(super) tracks: Vec<MkvTrack>,
    /// Where the file ends according to its elements.
    pub(super) end: u64,
}

/// One audio track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MkvTrack {
    pub(super) number: u64,
    pub(super) is_default: bool,
    /// `A_AAC`, `A_MS/ACM` ...
    pub(super) codec: String,
    /// What the encoder put before the sound, in nanoseconds.
    pub(super) delay_ns: u64,
}

impl Default for MkvTrack {
    /// What holds where an element is absent: a track is a default one (RFC 9559, 5.1.4.1.5).
    fn default() -> Self {
        Self {
            number: 0,
            is_default: true,
            codec: String::new(),
            delay_ns: 0,
        }
    }
}

/// Reads the elements of `stream` up to the sound; what is damaged is left out.
pub(super) fn read(stream: &mut Stream) -> io::Result<Matroska> {
    let end = stream.len();
    let mut walk = Walk {
        stream,
        elements: 0,
        depth: 0,
        matroska: Matroska::default(),
        is_audio: false,
    };
    walk.children(0, end)?;
    Ok(walk.matroska)
}

struct Walk<'a> {
    stream: &'a mut Stream,
    elements: usize,
    depth: usize,
    matroska: Matroska,
    /// The track entry at hand holds sound.
    is_audio: bool,
}

impl Walk<'_> {
    /// Visits the elements between `position` and `end`; `false` once all tracks are known.
    fn children(&mut self, mut position: u64, end: u64) -> io::Result<bool> {
        if self.depth == MAX_DEPTH {
            return Ok(true);
        }
        self.depth += 1;
        let mut goes_on = true;
        while goes_on && position < end && self.elements < MAX_ELEMENTS {
            self.elements += 1;
            let Some(found) = ebml::element(self.stream, position)? else {
                break;
            };
            let stop = found.end().min(end);
            if found.size != UNKNOWN {
                self.matroska.end = self.matroska.end.max(found.end());
            }
            goes_on = self.visit(found.id, found.body, stop)?;
            position = stop;
        }
        self.depth -= 1;
        Ok(goes_on)
    }

    fn visit(&mut self, id: u32, start: u64, stop: u64) -> io::Result<bool> {
        match id {
            id::SEGMENT => return self.children(start, stop),
            id::TRACKS => {
                self.children(start, stop)?;
                return Ok(false);
            }
            id::CLUSTER => return Ok(false),
            id::TRACK_ENTRY => {
                self.is_audio = false;
                self.matroska.tracks.push(MkvTrack::default());
                self.children(start, stop)?;
                if !self.is_audio {
                    self.matroska.tracks.pop();
                }
            }
            id::TRACK_TYPE => self.is_audio = ebml::number_at(self.stream, start, stop)? == 2,
            id::TRACK_NUMBER | id::FLAG_DEFAULT | id::CODEC_ID | id::CODEC_DELAY => {
                self.field(id, start, stop)?
            }
            _ => {}
        }
        Ok(true)
    }

    fn field(&mut self, id: u32, start: u64, stop: u64) -> io::Result<()> {
        let number = ebml::number_at(self.stream, start, stop)?;
        let name = ebml::bytes_at(self.stream, start, stop, MAX_NAME)?;
        let Some(track) = self.matroska.tracks.last_mut() else {
            return Ok(());
        };
        match id {
            id::TRACK_NUMBER => track.number = number,
            id::FLAG_DEFAULT => track.is_default = number != 0,
            id::CODEC_DELAY => track.delay_ns = number,
            _ => track.codec = name.escape_ascii().to_string(),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::Source;

    fn element(id: &[u8], body: &[u8]) -> Vec<u8> {
        [id, &[0x80 | body.len() as u8], body].concat()
    }

    fn entry(number: u8, kind: u8, default: Option<u8>, codec: &[u8]) -> Vec<u8> {
        let flag = default.map_or(Vec::new(), |flag| element(&[0x88], &[flag]));
        let body = [
            element(&[0xD7], &[number]),
            flag,
            element(&[0x83], &[kind]),
            element(&[0x86], codec),
        ];
        element(&[0xAE], &body.concat())
    }

    fn read_bytes(bytes: Vec<u8>) -> Vec<MkvTrack> {
        let mut stream = Source::memory("test", bytes).open().unwrap();
        read(&mut stream).unwrap().tracks
    }

    #[test]
    fn audio_tracks_are_listed_with_their_flags_and_codecs() {
        let tracks = [
            entry(1, 1, None, b"V_VP8"),
            entry(2, 2, Some(0), b"A_OPUS"),
            entry(3, 2, None, b"A_MS/ACM"),
        ];
        let tracks = element(&[0x16, 0x54, 0xAE, 0x6B], &tracks.concat());
        // A segment of unknown size, as a live recording has it.
        let segment = [&[0x18, 0x53, 0x80, 0x67, 0x01][..], &[0xFF; 7], &tracks].concat();
        let file = [element(&[0x1A, 0x45, 0xDF, 0xA3], b""), segment].concat();
        assert!(is_mkv(&file));
        let track = |number, is_default, codec: &str| MkvTrack {
            number,
            is_default,
            codec: codec.into(),
            delay_ns: 0,
        };
        assert_eq!(
            read_bytes(file),
            [track(2, false, "A_OPUS"), track(3, true, "A_MS/ACM")]
        );
    }

    #[test]
    fn nesting_without_end_is_given_up() {
        let file = b"\x18\x53\x80\x67\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF".repeat(15_000);
        assert!(read_bytes(file).is_empty());
    }

    #[test]
    fn damaged_elements_are_left_out() {
        for bytes in [
            &b"\x1A\x45\xDF\xA3"[..],
            b"\x00\x00\x00",
            b"\x18\x53\x80\x67\x00",
            b"\xAE\x81\xD7\x88",
        ] {
            assert!(read_bytes(bytes.to_vec()).iter().all(|t| t.number == 0));
        }
    }
}
