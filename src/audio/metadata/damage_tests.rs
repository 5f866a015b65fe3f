//! Whatever is done to a file, what it says about itself is read or left out.

use std::path::Path;

use super::metadata;
use crate::audio::testing::made_by_ffmpeg;
use crate::audio::Source;

/// Bytes at either end of a file that are broken one by one: what a file says of itself stands there.
const ENDS: usize = 1_500;

/// A short recording with tags, made with ffmpeg; `None`, with a message, where there is none.
fn make(folder: &Path, arguments: &str, name: &str) -> Option<Vec<u8>> {
    let own = [
        "-f",
        "lavfi",
        "-i",
        "sine=440:r=16000:d=0.1",
        "-metadata",
        "title=a title",
        "-metadata",
        "make=a maker",
        "-metadata",
        "creation_time=2020-10-04T12:00:00Z",
    ];
    let arguments = own.into_iter().chain(arguments.split_whitespace());
    made_by_ffmpeg(&folder.join(name), arguments)
}

fn tags(bytes: Vec<u8>) -> usize {
    metadata(&Source::memory("test", bytes)).unwrap().tags.len()
}

#[test]
fn files_of_every_container_cut_or_broken_anywhere_are_read_without_a_fault() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, name) in [
        ("-c:a pcm_s16le -write_bext 1", "a.wav"),
        ("-c:a pcm_s16le -rf64 always", "b.wav"),
        ("-c:a aac", "a.m4a"),
        ("-c:a aac -movflags use_metadata_tags", "a.mov"),
        ("-c:a aac -movflags frag_keyframe+empty_moov", "a.mp4"),
        ("-c:a libopus", "a.mkv"),
        ("-c:a libopus", "a.webm"),
        ("-c:a libopus", "a.opus"),
        ("-c:a libvorbis", "a.ogg"),
        ("-c:a flac", "a.flac"),
        ("-c:a libmp3lame -write_id3v1 1", "a.mp3"),
        ("-c:a pcm_s16be -write_id3v2 1", "a.aiff"),
        ("-c:a pcm_s16be", "a.caf"),
        ("-c:a aac", "a.aac"),
    ] {
        let Some(bytes) = make(folder.path(), arguments, name) else {
            return;
        };
        // In these two ffmpeg puts no tags that are read here.
        let has_none = matches!(name, "a.aac" | "a.caf");
        assert!(tags(bytes.clone()) > 0 || has_none, "{name}");
        for len in (0..bytes.len()).step_by(bytes.len() / 150 + 1) {
            tags(bytes[..len].to_vec());
        }
        let ends = (0..bytes.len()).filter(|at| *at < ENDS || at + ENDS > bytes.len());
        for at in ends.step_by(5) {
            for value in [0, 0x01, 0x7F, 0xFF, bytes[at] ^ 0x10] {
                let mut broken = bytes.clone();
                broken[at] = value;
                tags(broken);
            }
        }
    }
}

#[test]
fn an_element_whose_head_reaches_beyond_its_parent_is_left_out() {
    // The information holds one byte, the first of the identifier of a date.
    let info = [&b"\x15\x49\xA9\x66\x81"[..], b"\x44\x61\x88", &[0; 8]].concat();
    let segment = [&b"\x18\x53\x80\x67\x01"[..], &[0xFF; 7], &info].concat();
    let file = [&b"\x1A\x45\xDF\xA3\x80"[..], &segment].concat();
    assert_eq!(tags(file), 0);
}
