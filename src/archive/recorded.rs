//! When a recording was made, as far as its name or its container says.
//!
//! Recognised in names, in this order, anywhere between other letters: `20201003_183045` (phones, cameras,
//! AudioMoth, Song Meter; also with `-` or `T` between), `2020-10-03 18-30-45` and its like (WhatsApp's
//! `... at 18.30.45`, Telegram's `2020-10-03_18-30-45`, messengers and screen recorders). Years from 1990 to 2099
//! count. What a name says is taken for local time. MP4, MOV and M4A give the time of their making in UTC
//! (`mvhd`), which phones write and editors and sites overwrite or set to 0; Broadcast Wave gives it in local time
//! (`bext`). The time at which a file was last changed is never used: a copy has another.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use super::time::Moment;

/// Seconds from the epoch of MP4, 1904, to that of Unix.
const MP4_EPOCH: i64 = 2_082_844_800;
/// Boxes or chunks looked at before giving up.
const MOST_BOXES: usize = 64;

/// When, and by what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordedAt {
    /// Start of the recording; of MP4 files the time of their making.
    pub moment: Moment,
    /// What says so.
    pub by: RecordedBy,
}

/// What says when a recording was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordedBy {
    /// A pattern in the file's name; local time.
    Name,
    /// The `mvhd` box of MP4 and its like; UTC.
    Mp4,
    /// The `bext` chunk of Broadcast Wave; local time.
    BroadcastWave,
}

impl RecordedBy {
    /// For the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Mp4 => "mp4",
            Self::BroadcastWave => "broadcast-wave",
        }
    }
}

impl RecordedAt {
    /// As numbers, for messages: seconds since 1970, and by what.
    pub(super) fn to_parts(self) -> (i64, u8) {
        (self.moment.to_unix(), self.by as u8)
    }

    /// From what [`RecordedAt::to_parts`] gave.
    pub(super) fn from_parts((unix, by): (i64, u8)) -> Self {
        let by = match by {
            0 => RecordedBy::Name,
            1 => RecordedBy::Mp4,
            _ => RecordedBy::BroadcastWave,
        };
        let moment = Moment::from_unix(unix);
        Self { moment, by }
    }
}

/// What the name says, else what the container says.
pub fn recorded_at(path: &Path) -> Option<RecordedAt> {
    let name = path.file_stem().map(|name| name.to_string_lossy());
    if let Some(moment) = name.and_then(|name| in_name(&name)) {
        let by = RecordedBy::Name;
        return Some(RecordedAt { moment, by });
    }
    let extension = path.extension()?.to_string_lossy().to_ascii_lowercase();
    match extension.as_str() {
        "mp4" | "m4a" | "m4v" | "mov" | "3gp" | "3g2" => in_mp4(File::open(path).ok()?),
        "wav" | "wave" | "bw64" | "rf64" => in_wav(File::open(path).ok()?),
        _ => None,
    }
}

/// A date and time in a file's name.
fn in_name(name: &str) -> Option<Moment> {
    let bytes = name.as_bytes();
    let starts = (0..bytes.len())
        .filter(|&at| bytes[at].is_ascii_digit() && (at == 0 || !bytes[at - 1].is_ascii_digit()));
    starts.filter_map(|at| moment_at(&bytes[at..])).next()
}

fn moment_at(bytes: &[u8]) -> Option<Moment> {
    let mut text = Scanner(bytes);
    let year = text.digits(4)?;
    let dashed = text.any_of(b"-._");
    let month = text.digits(2)?;
    if dashed {
        text.any_of(b"-._").then_some(())?;
    }
    let day = text.digits(2)?;
    for word in [&b" at "[..], b" ", b"_", b"-", b"T"] {
        if text.word(word) {
            break;
        }
    }
    let hour = text.digits(2)?;
    let split = text.any_of(b"-._:");
    let minute = text.digits(2)?;
    if split {
        text.any_of(b"-._:").then_some(())?;
    }
    let second = text.digits(2)?;
    let ends = !text.0.first().is_some_and(u8::is_ascii_digit) || text.milliseconds();
    let known = (1990..=2099).contains(&year) && ends;
    known.then(|| Moment::new((i64::from(year), month, day), (hour, minute, second)))?
}

/// What is left of a name.
struct Scanner<'a>(&'a [u8]);

impl Scanner<'_> {
    fn digits(&mut self, n: usize) -> Option<u32> {
        let (digits, rest) = self.0.split_at_checked(n)?;
        let all = digits.iter().all(u8::is_ascii_digit);
        self.0 = if all { rest } else { self.0 };
        all.then(|| {
            digits
                .iter()
                .fold(0, |sum, d| 10 * sum + u32::from(d - b'0'))
        })
    }

    fn any_of(&mut self, bytes: &[u8]) -> bool {
        let found = self.0.first().is_some_and(|b| bytes.contains(b));
        self.0 = if found { &self.0[1..] } else { self.0 };
        found
    }

    fn word(&mut self, word: &[u8]) -> bool {
        let rest = self.0.strip_prefix(word);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    /// Some phones write them without a gap: `20201003_183045123`.
    fn milliseconds(&self) -> bool {
        self.0.iter().take_while(|b| b.is_ascii_digit()).count() == 3
    }
}

fn in_mp4(mut file: File) -> Option<RecordedAt> {
    let moov = find_box(&mut file, b"moov")?;
    file.seek(SeekFrom::Start(moov)).ok()?;
    let mvhd = find_box(&mut file, b"mvhd")?;
    file.seek(SeekFrom::Start(mvhd)).ok()?;
    let mut head = [0; 12];
    file.read_exact(&mut head).ok()?;
    let made = match head[0] {
        0 => i64::from(u32::from_be_bytes([head[4], head[5], head[6], head[7]])),
        _ => i64::from_be_bytes(head[4..12].try_into().ok()?),
    };
    let moment = Moment::from_unix(made.checked_sub(MP4_EPOCH)?);
    let by = RecordedBy::Mp4;
    (1990..=2099)
        .contains(&moment.year)
        .then_some(RecordedAt { moment, by })
}

/// Where the content of the first box of this kind begins, from where the file stands on.
fn find_box(file: &mut File, kind: &[u8; 4]) -> Option<u64> {
    for _ in 0..MOST_BOXES {
        let start = file.stream_position().ok()?;
        let mut head = [0; 8];
        file.read_exact(&mut head).ok()?;
        let (size, found) = head.split_at(4);
        let size = u64::from(u32::from_be_bytes(size.try_into().ok()?));
        let (size, header) = match size {
            1 => {
                let mut long = [0; 8];
                file.read_exact(&mut long).ok()?;
                (u64::from_be_bytes(long), 16)
            }
            0 => (u64::MAX, 8),
            size => (size, 8),
        };
        if found == kind {
            return Some(start + header);
        }
        let next = start.checked_add(size).filter(|_| size >= header)?;
        file.seek(SeekFrom::Start(next)).ok()?;
    }
    None
}

fn in_wav(mut file: File) -> Option<RecordedAt> {
    let mut riff = [0; 12];
    file.read_exact(&mut riff).ok()?;
    if &riff[8..12] != b"WAVE" {
        return None;
    }
    for _ in 0..MOST_BOXES {
        let mut head = [0; 8];
        file.read_exact(&mut head).ok()?;
        let size = i64::from(u32::from_le_bytes(head[4..8].try_into().ok()?));
        if &head[..4] == b"bext" {
            // Description 256, originator 32, its reference 32, then date and time (EBU Tech 3285).
            let mut text = [0; 338];
            file.read_exact(&mut text).ok()?;
            return in_bext(&text[320..338]);
        }
        file.seek(SeekFrom::Current(size + (size & 1))).ok()?;
    }
    None
}

/// `2020-10-03` and `18:30:45`, with any signs between the numbers.
fn in_bext(text: &[u8]) -> Option<RecordedAt> {
    let number = |from: usize, n: usize| Scanner(text.get(from..)?).digits(n);
    let date = (i64::from(number(0, 4)?), number(5, 2)?, number(8, 2)?);
    let time = (number(10, 2)?, number(13, 2)?, number(16, 2)?);
    let moment = Moment::new(date, time).filter(|m| m.year >= 1990)?;
    let by = RecordedBy::BroadcastWave;
    Some(RecordedAt { moment, by })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_that_devices_and_messengers_give_are_understood() {
        for name in [
            "20201003_183045",
            "VID_20201003_183045",
            "PXL_20201003_183045123",
            "PXL_20201003_183045123.MP",
            "2020-10-03 18.30.45",
            "video_2020-10-03_18-30-45",
            "WhatsApp Video 2020-10-03 at 18.30.45",
            "SMA00351_20201003_183045",
            "20201003T183045",
            "Screenrecorder-2020-10-03-18-30-45-12",
            "signal-2020-10-03-183045",
        ] {
            let moment = in_name(name).map(|m| m.to_string());
            assert_eq!(moment.as_deref(), Some("2020-10-03T18:30:45"), "{name}");
        }
    }

    #[test]
    fn other_numbers_are_no_time() {
        for name in [
            "1-100032-A-0",
            "clip 20201003",
            "VID-20201003-WA0001",
            "20201303_183045",
            "20201003_253045",
            "2020100318304512345",
            "00000001_000000",
            "p9876543210",
        ] {
            assert_eq!(in_name(name), None, "{name}");
        }
    }

    #[test]
    fn mp4_says_when_it_was_made() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("clip.mp4");
        let made = |seconds: u32| {
            let mut bytes = b"\0\0\0\x0cftypisom\0\0\0\x24moov\0\0\0\x1cmvhd\0\0\0\0".to_vec();
            bytes.extend(seconds.to_be_bytes());
            bytes.extend([0; 12]);
            std::fs::write(&path, bytes).unwrap();
            recorded_at(&path).map(|r| (r.moment.to_string(), r.by))
        };
        let wanted = ("2020-10-03T18:30:45".to_owned(), RecordedBy::Mp4);
        assert_eq!(made((1_601_749_845 + MP4_EPOCH) as u32), Some(wanted));
        assert_eq!(made(0), None);
    }

    #[test]
    fn broadcast_wave_says_when_it_was_recorded() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("clip.wav");
        let mut bytes = b"RIFF\0\0\0\0WAVEjunk\x03\0\0\0abc\0bext\x5a\x02\0\0".to_vec();
        bytes.extend([0; 320]);
        bytes.extend(b"2020-10-0318:30:45");
        std::fs::write(&path, bytes).unwrap();
        let found = recorded_at(&path).unwrap();
        assert_eq!(found.moment.to_string(), "2020-10-03T18:30:45");
        assert_eq!(found.by, RecordedBy::BroadcastWave);
    }
}
