//! What files say about themselves is found where programs write it.

mod audio_fixtures;

use audio_fixtures::*;
use earwitness::audio::{metadata, Metadata};

/// Encodes a tone with ffmpeg and reads what the file says about itself; `None` where ffmpeg is missing.
fn encode(arguments: &str, name: &str) -> Option<Metadata> {
    let folder = folder_with_tone(44_100);
    let tags =
        "-metadata title=Above -metadata creation_time=2020-10-04T12:34:56Z -metadata make=Acme";
    let command = format!("-i tone.wav {tags} {arguments} {name}");
    ffmpeg(folder.path(), &command).then(|| metadata(&file(&folder, name)).unwrap())
}

fn assert_has(found: &Metadata, name: &str, key: &str, value: &str) {
    let has = found.values(key).any(|v| v.starts_with(value));
    assert!(has, "{name}: no {key}={value} in {found:#?}");
}

#[test]
fn every_container_gives_its_tags() {
    for (arguments, name, wanted) in [
        (
            "-c:a aac",
            "a.m4a",
            &[
                ("created", "2020-10-04T12:34:56Z"),
                ("title", "Above"),
                ("encoder", "Lavf"),
                ("brand", "M4A"),
                ("handler", "SoundHandler"),
            ][..],
        ),
        (
            "-c:a aac",
            "a.mov",
            &[
                ("created", "2020-10-04T12:34:56Z"),
                ("make", "Acme"),
                ("brand", "qt"),
            ],
        ),
        (
            "-c:a aac -movflags use_metadata_tags",
            "a.mp4",
            &[("created", "2020-10-04T12:34:56Z"), ("make", "Acme")],
        ),
        (
            "-c:a libopus",
            "a.webm",
            &[
                ("created", "2020-10-04T12:34:56Z"),
                ("title", "Above"),
                ("muxing-app", "Lavf"),
                ("writing-app", "Lavf"),
            ],
        ),
        (
            "-c:a libvorbis",
            "a.mkv",
            &[("created", "2020-10-04T12:34:56Z"), ("title", "Above")],
        ),
        (
            "-c:a libopus",
            "a.ogg",
            &[("title", "Above"), ("encoder", "Lav")],
        ),
        (
            "-c:a flac",
            "a.flac",
            &[("title", "Above"), ("encoder", "Lav")],
        ),
        (
            "-c:a libmp3lame",
            "a.mp3",
            &[("title", "Above"), ("encoder", "Lavf")],
        ),
        ("", "a.wav", &[("title", "Above"), ("software", "Lavf")]),
        ("", "a.aiff", &[("title", "Above")]),
    ] {
        let Some(found) = encode(arguments, name) else {
            return;
        };
        for (key, value) in wanted {
            assert_has(&found, name, key, value);
        }
    }
}

#[test]
fn files_without_tags_have_none() {
    let folder = folder_with_tone(44_100);
    assert_eq!(metadata(&file(&folder, "tone.wav")).unwrap().tags, []);
}

#[test]
fn a_file_that_is_cut_anywhere_gives_what_is_left() {
    let folder = folder_with_tone(44_100);
    for name in ["a.m4a", "a.webm", "a.mp3", "a.flac", "a.ogg", "b.wav"] {
        if !ffmpeg(
            folder.path(),
            &format!("-i tone.wav -metadata title=Above {name}"),
        ) {
            return;
        }
        let bytes = std::fs::read(folder.path().join(name)).unwrap();
        for cut in (0..bytes.len()).step_by(bytes.len() / 200 + 1) {
            metadata(&earwitness::audio::Source::memory(name, &bytes[..cut])).unwrap();
        }
    }
}
