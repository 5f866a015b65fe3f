//! Codecs without a decoder are named, with the line that converts them; ffmpeg decodes them if
//! it may.

mod audio_fixtures;

use audio_fixtures::*;
use earwitness::audio::{ReadOptions, Source, WarningKind};

/// Makes a recording that only ffmpeg can decode; `false` where ffmpeg can't make it.
fn make(folder: &tempfile::TempDir, arguments: &str, name: &str) -> bool {
    ffmpeg(folder.path(), &format!("-i tone.wav {arguments} {name}"))
}

const FOREIGN: &[(&str, &str, &str)] = &[
    ("-c:a ac3", "a.mkv", "AC-3"),
    ("-c:a ac3", "a.mp4", "AC-3"),
    ("-c:a ac3", "a.ac3", "AC-3"),
    ("-c:a eac3", "a.mp4", "E-AC-3"),
    ("-c:a wmav2", "a.wma", "WMA"),
    ("-c:a dca -strict -2", "a.mkv", "DTS"),
    ("-c:a aac -ac 6", "a.m4a", "AAC with 6 channels"),
    ("-c:a libmp3lame", "a.avi", "AVI"),
    ("-c:a aac", "a.ts", "transport stream"),
];

#[test]
fn codecs_without_a_decoder_are_named_with_their_remedy() {
    let folder = folder_with_tone(48_000);
    for (arguments, name, codec) in FOREIGN {
        if !make(&folder, arguments, name) {
            continue;
        }
        let error = read(&file(&folder, name)).unwrap_err();
        assert_eq!(error.kind(), "unsupported-codec", "{name}: {error}");
        let message = error.to_string();
        assert!(message.contains(codec), "{name}: {message}");
        let path = folder.path().join(name);
        assert!(
            message.contains(&format!("ffmpeg -i {} -vn", path.display())),
            "{message}"
        );
    }
}

#[test]
fn amr_is_named_in_its_own_file_and_in_3gp() {
    assert!(error_of(b"#!AMR\n\x3C\x91\x17".to_vec())
        .to_string()
        .contains("AMR-NB"));
    assert!(error_of(b"#!AMR-WB\n\x3C\x91".to_vec())
        .to_string()
        .contains("AMR-WB"));
    // No free encoder is at hand; a 3GP file in which another codec's code is replaced will do.
    let folder = folder_with_tone(8_000);
    if !make(&folder, "-c:a aac -ac 1", "a.3gp") {
        return;
    }
    let mut bytes = std::fs::read(folder.path().join("a.3gp")).unwrap();
    let at = bytes.windows(4).position(|w| w == b"mp4a").unwrap();
    bytes[at..at + 4].copy_from_slice(b"samr");
    let error = error_of(bytes);
    assert_eq!(error.kind(), "unsupported-codec");
    assert!(error.to_string().contains("AMR-NB"), "{error}");
}

/// Makes HE-AAC of AAC-LC in ADTS frames: puts a fill element of the type that carries the upper
/// band before the end mark of each frame. What is in it is noise, which no test decodes.
fn with_upper_band(adts: &[u8]) -> Vec<u8> {
    let mut result = Vec::new();
    let mut rest = adts;
    while rest.len() > 7 {
        let field = |i: usize| usize::from(rest[i]);
        let len = (field(3) & 3) << 11 | field(4) << 3 | field(5) >> 5;
        let (frame, next) = rest.split_at(len);
        let mut bits: Vec<u8> = frame[7..]
            .iter()
            .flat_map(|byte| (0..8).rev().map(move |i| byte >> i & 1))
            .collect();
        while bits.last() == Some(&0) {
            bits.pop(); // Padding.
        }
        assert_eq!(bits.split_off(bits.len() - 3), [1, 1, 1], "the end mark");
        bits.extend([1, 1, 0, 1, 0, 0, 1, 1, 1, 0, 1]); // A fill element of 9 bytes, type 13.
        bits.extend((0..68).map(|i| (i * i / 7 % 2) as u8));
        bits.extend([1, 1, 1]);
        let payload = bits.chunks(8).map(|byte| {
            byte.iter()
                .enumerate()
                .fold(0, |value, (i, bit)| value | bit << (7 - i))
        });
        let mut frame = [&frame[..7], &payload.collect::<Vec<u8>>()].concat();
        let len = frame.len();
        frame[3] = frame[3] & !3 | (len >> 11) as u8;
        frame[4] = (len >> 3) as u8;
        frame[5] = frame[5] & 0x1F | (len << 5) as u8;
        result.extend(frame);
        rest = next;
    }
    result
}

#[test]
fn he_aac_is_told_from_aac_lc_even_where_nothing_announces_it() {
    let folder = folder_with_tone(24_000);
    if !make(&folder, "-c:a aac -b:a 48k", "lc.aac") {
        return;
    }
    let adts = std::fs::read(folder.path().join("lc.aac")).unwrap();
    assert!(read_bytes(adts.clone()).is_ok());
    std::fs::write(folder.path().join("he.aac"), with_upper_band(&adts)).unwrap();
    assert!(ffmpeg(folder.path(), "-i he.aac -c copy he.mp4"));
    assert!(ffmpeg(folder.path(), "-i he.aac -c copy he.mkv"));
    for name in ["he.aac", "he.mp4", "he.mkv"] {
        let error = read(&file(&folder, name)).unwrap_err();
        assert_eq!(error.kind(), "unsupported-codec", "{name}: {error}");
        assert!(error.to_string().contains("HE-AAC"), "{name}: {error}");
    }
}

#[test]
fn ffmpeg_decodes_them_if_it_may() {
    if !has_ffmpeg() {
        return;
    }
    let folder = folder_with_tone(48_000);
    let options = ReadOptions::default().with_ffmpeg(true);
    for (arguments, name, _) in FOREIGN {
        if !make(&folder, arguments, name) {
            continue;
        }
        let (samples, summary) = read_with(&file(&folder, name), &options).unwrap();
        assert!(
            (30_000..36_000).contains(&samples.len()),
            "{name}: {}",
            samples.len()
        );
        assert!(
            kinds(&summary).contains(&WarningKind::DecodedByFfmpeg),
            "{name}"
        );
        assert!(
            summary.info.decoder.starts_with("ffmpeg "),
            "{}",
            summary.info.decoder
        );
    }
}

#[test]
fn ffmpeg_is_tried_on_what_has_no_name_here() {
    let folder = folder_with_tone(48_000);
    let options = ReadOptions::default().with_ffmpeg(true);
    for (arguments, name) in [
        ("-c:a mp2", "a.nut"),
        ("-c:a g722 -ar 16000 -ac 1", "a.g722"),
    ] {
        if !make(&folder, arguments, name) {
            continue;
        }
        assert_eq!(read(&file(&folder, name)).unwrap_err().kind(), "not-audio");
        let (samples, summary) = read_with(&file(&folder, name), &options).unwrap();
        assert!((30_000..36_000).contains(&samples.len()), "{name}");
        assert_eq!(kinds(&summary), [WarningKind::DecodedByFfmpeg], "{name}");
    }
    // What it does not know either keeps the first account; what is known to be something else is not tried.
    for bytes in [
        &[0x9D; 5_000][..],
        b"only text",
        b"\x89PNG\r\n\x1A\n and more",
    ] {
        let source = Source::memory("test", bytes);
        assert_eq!(
            read_with(&source, &options).unwrap_err().kind(),
            "not-audio"
        );
    }
}

#[test]
fn ffmpeg_takes_the_track_and_the_channel_that_are_asked_for() {
    let folder = folder_with_tone(48_000);
    let silence = "-f lavfi -i anullsrc=r=48000:d=2 -map 1 -map 0 -c:a ac3";
    if !make(&folder, silence, "a.mkv") {
        return;
    }
    let options = ReadOptions::default().with_ffmpeg(true);
    for (track, is_heard) in [(1, false), (2, true)] {
        let options = options
            .clone()
            .with_track(Some(track))
            .with_channel(Some(2));
        let (samples, summary) = read_with(&file(&folder, "a.mkv"), &options).unwrap();
        assert_eq!(samples.iter().any(|s| s.abs() > 0.1), is_heard, "{track}");
        assert!(kinds(&summary).contains(&WarningKind::OneChannel));
    }
    let third = ReadOptions::default().with_track(Some(3));
    let error = read_with(&file(&folder, "a.mkv"), &third).unwrap_err();
    assert_eq!(error.kind(), "no-such-track", "{error}");
    let second = ReadOptions::default().with_track(Some(2));
    let message = read_with(&file(&folder, "a.mkv"), &second)
        .unwrap_err()
        .to_string();
    assert!(message.contains("-map 0:a:1 "), "{message}");
}

#[test]
fn speex_is_named() {
    let folder = folder_with_tone(16_000);
    if !make(&folder, "-c:a libspeex -ac 1", "a.spx") {
        return;
    }
    let error = read(&file(&folder, "a.spx")).unwrap_err();
    assert_eq!(error.kind(), "unsupported-codec");
    assert!(
        error.to_string().contains("Speex has no decoder"),
        "{error}"
    );
    let options = ReadOptions::default().with_ffmpeg(true);
    assert!(read_with(&file(&folder, "a.spx"), &options).is_ok());
}

#[test]
fn ffmpeg_reads_names_that_look_like_options_and_protocols() {
    if !has_ffmpeg() {
        return;
    }
    let folder = folder_with_tone(48_000);
    if !make(&folder, "-c:a ac3", "a.mkv") {
        return;
    }
    let options = ReadOptions::default().with_ffmpeg(true);
    for name in ["-i.mkv", "http:x.mkv", "two\nlines.mkv", "%03d.mkv"] {
        std::fs::copy(folder.path().join("a.mkv"), folder.path().join(name)).unwrap();
        assert!(
            read_with(&file(&folder, name), &options).is_ok(),
            "{name:?}"
        );
    }
}

#[test]
fn ffmpeg_decodes_what_came_from_standard_input() {
    let folder = folder_with_tone(48_000);
    if !make(&folder, "-c:a ac3", "a.mp4") {
        return;
    }
    let bytes = std::fs::read(folder.path().join("a.mp4")).unwrap();
    let options = ReadOptions::default().with_ffmpeg(true);
    let (samples, _) = read_with(&Source::memory("standard input", bytes), &options).unwrap();
    assert!(
        (31_000..34_000).contains(&samples.len()),
        "{}",
        samples.len()
    );
}

#[test]
fn what_ffmpeg_can_not_decode_either_is_an_error_with_its_reason() {
    if !has_ffmpeg() {
        return;
    }
    let broken = Source::memory("test", *b"#!AMR\n");
    let options = ReadOptions::default().with_ffmpeg(true);
    let error = read_with(&broken, &options).unwrap_err();
    assert!(
        ["ffmpeg-failed", "no-samples"].contains(&error.kind()),
        "{error}"
    );
}

#[test]
fn a_reader_dropped_early_leaves_no_process_behind() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    if !ffmpeg(
        folder.path(),
        "-f lavfi -i sine=440:r=48000:d=600 -c:a ac3 long.ac3",
    ) {
        return;
    }
    let options = ReadOptions::default().with_ffmpeg(true);
    let mut reader = earwitness::audio::open(&file(&folder, "long.ac3"), &options).unwrap();
    assert!(reader.next_block().unwrap().is_some());
    drop(reader);
    // A child that was not waited for would stay in the list as a zombie of this process.
    #[cfg(target_os = "linux")]
    assert_eq!(
        std::fs::read_to_string("/proc/thread-self/children")
            .unwrap()
            .trim(),
        ""
    );
}
