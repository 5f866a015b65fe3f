//! Fragments that are read here give the same sound as those that symphonia reads.

use std::path::Path;

use super::super::{index, open_with};
use crate::audio::decoder::Frames;
use crate::audio::testing::made_by_ffmpeg;
use crate::audio::Source;

/// All fragments are read here ...
const HERE: u64 = 0;

/// ... or by symphonia.
const BY_SYMPHONIA: u64 = u64::MAX;

const SOUND: &str = "-f lavfi -i anoisesrc=r=16000:d=21:c=pink:a=0.4:seed=7";
const PICTURE: &str = "-f lavfi -i testsrc=size=64x64:rate=10:duration=21 -c:v mpeg4";

/// A file made with ffmpeg; `None`, with a message, where there is none.
fn make(folder: &Path, arguments: &str, flags: &str, fragment_ms: u32) -> Option<Vec<u8>> {
    let fragment_us = (fragment_ms * 1000).to_string();
    let own = [
        "-b:a",
        "32k",
        "-movflags",
        flags,
        "-frag_duration",
        &fragment_us,
    ];
    let arguments = arguments.split_whitespace().chain(own);
    made_by_ffmpeg(&folder.join("made.mp4"), arguments)
}

/// Decodes a file to its end: the samples, channel after channel within each stretch, and what
/// was found.
fn decode(bytes: &[u8], few: u64) -> (Vec<f32>, String) {
    let source = Source::memory("test", bytes);
    let head = &bytes[..bytes.len().min(4096)];
    let mut opened = match open_with(&source, source.open().unwrap(), head, None, few) {
        Ok(opened) => opened,
        Err(error) => return (Vec::new(), error.to_string()),
    };
    let (mut frames, mut samples) = (Frames::default(), Vec::new());
    while opened.decoder.decode(&mut frames).unwrap() {
        samples.extend(frames.planes().iter().flatten());
    }
    (samples, format!("{:?}", opened.decoder.report()))
}

fn fragmented(bytes: &[u8]) -> bool {
    let source = Source::memory("test", bytes);
    let movie = index(&source, &bytes[..4096]).unwrap().movie;
    (1..4).any(|id| movie.fragmented(id, HERE).is_some())
}

#[test]
fn every_kind_of_fragment_sounds_as_it_does_through_symphonia() {
    let folder = tempfile::tempdir().unwrap();
    let with_picture = format!("{SOUND} {PICTURE}");
    let picture_first = format!("{SOUND} {PICTURE} -map 1 -map 0");
    for (arguments, flags) in [
        (SOUND, "empty_moov"),
        (SOUND, "empty_moov+default_base_moof"),
        (SOUND, "frag_keyframe"), // The first fragment's tables are in the index.
        (SOUND, "empty_moov+dash+global_sidx"),
        (&with_picture, "empty_moov"),
        (&with_picture, "empty_moov+separate_moof"),
        (&picture_first, "empty_moov+default_base_moof"),
        (&picture_first, "frag_keyframe+separate_moof"),
    ] {
        for fragment_ms in [100, 1_000, 10_000] {
            let arguments = format!("{arguments} -c:a aac");
            let Some(bytes) = make(folder.path(), &arguments, flags, fragment_ms) else {
                return;
            };
            assert!(fragmented(&bytes));
            let (here, report) = decode(&bytes, HERE);
            let what = format!("{arguments} {flags} {fragment_ms}");
            assert!(here.len() >= 21 * 16_000, "{what}: {}", here.len());
            assert!(
                (here, report) == decode(&bytes, BY_SYMPHONIA),
                "{what} differs"
            );
        }
    }
}

#[test]
fn other_codecs_sound_the_same_too() {
    let folder = tempfile::tempdir().unwrap();
    for codec in ["flac -strict -2", "libopus", "alac"] {
        let arguments = format!("{SOUND} -c:a {codec}");
        let Some(bytes) = make(folder.path(), &arguments, "empty_moov", 1_000) else {
            return;
        };
        let (here, report) = decode(&bytes, HERE);
        assert!(here.len() >= 21 * 16_000, "{codec}: {}", here.len());
        assert!((here, report) == decode(&bytes, BY_SYMPHONIA), "{codec}");
    }
}

#[test]
fn a_file_cut_short_sounds_as_far_as_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let picture_first = format!("{SOUND} {PICTURE} -map 1 -map 0");
    let sound_first = format!("{SOUND} {PICTURE} -map 0 -map 1");
    // symphonia stops at the first picture that is missing; here the sound that stands before the
    // pictures of its fragment still counts.
    for (arguments, more) in [(SOUND, 0), (&picture_first, 0), (&sound_first, 32_000)] {
        let arguments = format!("{arguments} -c:a aac");
        let Some(bytes) = make(folder.path(), &arguments, "empty_moov", 1_000) else {
            return;
        };
        for part in 10..40 {
            let cut = &bytes[..bytes.len() * part / 40];
            let (here, _) = decode(cut, HERE);
            let (there, _) = decode(cut, BY_SYMPHONIA);
            assert!(here.starts_with(&there), "{arguments} {part}");
            assert!(here.len() <= there.len() + more, "{arguments} {part}");
        }
    }
}

#[test]
fn broken_fragments_give_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = format!("{SOUND} {PICTURE} -t 1 -c:a aac");
    let Some(bytes) = make(folder.path(), &arguments, "frag_keyframe", 200) else {
        return;
    };
    let tables = bytes.windows(4).enumerate().filter(|(_, w)| *w == b"moof");
    for at in tables.flat_map(|(at, _)| (at - 4..at + 200).step_by(3)) {
        for value in [0, 0x7F, 0xFF] {
            let mut broken = bytes.clone();
            broken[at.min(bytes.len() - 1)] = value;
            decode(&broken, HERE);
        }
    }
}
