//! What eyewitnesses post: every container and codec gives the sound that went in, in its place.

mod audio_fixtures;

use audio_fixtures::*;
use earwitness::audio::{ReadSummary, WarningKind};

/// Encodes two seconds of a tone with ffmpeg and reads them; `None` where ffmpeg is missing.
fn encode(rate: u32, arguments: &str, name: &str) -> Option<(Vec<f32>, ReadSummary)> {
    let folder = folder_with_tone(rate);
    let command = format!("-i tone.wav {arguments} {name}");
    ffmpeg(folder.path(), &command).then(|| read(&file(&folder, name)).unwrap())
}

/// Asserts that the tone came through in its place (a shift by one sample at 16 kHz makes a
/// difference of 0.086).
fn assert_is_the_tone(samples: &[f32], tolerance: f32, what: &str) {
    let expected = tone(16_000, 2.0);
    assert!(
        samples.len().abs_diff(expected.len()) < 1_200,
        "{what}: {} samples",
        samples.len()
    );
    let len = samples.len().min(expected.len());
    let difference = largest_difference(&samples[..len], &expected[..len], 1_500);
    assert!(difference < tolerance, "{what}: off by {difference}");
}

#[test]
fn lossless_codecs_come_through_exactly() {
    for (arguments, name, codec) in [
        ("-c:a flac", "a.flac", "FLAC"),
        ("-c:a flac", "a.ogg", "FLAC"),
        ("-c:a flac", "a.mkv", "FLAC"),
        ("-c:a alac", "a.m4a", "ALAC"),
        ("-c:a alac", "a.caf", "ALAC"),
        ("-c:a pcm_s16be", "a.aiff", "PCM"),
        ("-c:a pcm_s16le", "a.caf", "PCM"),
        ("-c:a pcm_s16le", "a.mov", "PCM"),
        ("-c:a pcm_s16le", "a.mkv", "PCM"),
    ] {
        let Some((samples, summary)) = encode(16_000, arguments, name) else {
            return;
        };
        assert_eq!(samples.len(), 32_000, "{name}");
        assert!(
            largest_difference(&samples, &tone(16_000, 2.0), 0) < 1e-4,
            "{name}"
        );
        assert_eq!(summary.info.codec, codec, "{name}");
        assert_eq!(kinds(&summary), [], "{name}");
    }
}

#[test]
fn lossy_codecs_come_through_in_their_place() {
    for (rate, arguments, name, codec) in [
        (44_100, "-c:a aac -b:a 128k", "a.m4a", "AAC-LC"),
        (48_000, "-c:a aac -b:a 128k", "a.mov", "AAC-LC"),
        (
            48_000,
            "-c:a aac -b:a 128k -movflags frag_keyframe+empty_moov",
            "a.mp4",
            "AAC-LC",
        ),
        (44_100, "-c:a aac -b:a 128k -f ismv", "a.mp4", "AAC-LC"),
        (44_100, "-c:a libmp3lame -b:a 128k", "a.mp3", "MP3"),
        (44_100, "-c:a libvorbis -q:a 5", "a.ogg", "Vorbis"),
        (48_000, "-c:a libopus -b:a 96k", "a.opus", "Opus"),
        (48_000, "-c:a libopus -b:a 96k", "a.webm", "Opus"),
        (48_000, "-c:a libopus -b:a 96k", "a.mkv", "Opus"),
        (48_000, "-c:a libopus -b:a 96k", "a.mp4", "Opus"),
        (44_100, "-c:a libvorbis -q:a 5", "a.webm", "Vorbis"),
    ] {
        let Some((samples, summary)) = encode(rate, arguments, name) else {
            return;
        };
        assert_is_the_tone(&samples, 0.05, &format!("{name} {arguments}"));
        assert_eq!(summary.info.codec, codec, "{name}");
        assert_eq!(summary.info.sample_rate, rate, "{name}");
        assert_eq!(summary.info.channels, 2, "{name}");
        assert_eq!(kinds(&summary), [], "{name}");
    }
}

#[test]
fn raw_aac_is_read() {
    let Some((samples, summary)) = encode(44_100, "-c:a aac -b:a 128k", "a.aac") else {
        return;
    };
    // Nothing in the file says how much the encoder put before the sound.
    assert!(
        (32_000..33_200).contains(&samples.len()),
        "{}",
        samples.len()
    );
    assert_eq!(summary.info.container, "adts");
}

#[test]
fn video_is_ignored() {
    for (codecs, name) in [
        ("-c:v mpeg4 -c:a aac -b:a 128k", "a.mp4"),
        ("-c:v mpeg4 -c:a aac -b:a 128k", "a.mov"),
        (
            "-c:v libvpx -deadline realtime -c:a libvorbis -q:a 5",
            "a.webm",
        ),
    ] {
        let picture = "-f lavfi -i testsrc=size=64x64:rate=10:duration=2";
        let Some((samples, summary)) = encode(44_100, &format!("{picture} {codecs}"), name) else {
            return;
        };
        assert_is_the_tone(&samples, 0.05, name);
        assert_eq!(summary.info.audio_tracks, 1);
    }
}

#[test]
fn surround_in_opus_keeps_every_channel() {
    let arguments = "-af pan=5.1|c0=c0|c1=0*c0|c2=c0|c3=0*c0|c4=c0|c5=0*c0 -c:a libopus -b:a 256k";
    let Some((samples, summary)) = encode(48_000, arguments, "a.opus") else {
        return;
    };
    assert_eq!(summary.info.channels, 6);
    let half: Vec<f32> = samples.iter().map(|s| s * 2.0).collect();
    assert_is_the_tone(&half, 0.1, "three channels of six");
}

#[test]
fn a_file_without_sound_has_no_audio_track() {
    for (arguments, name) in [("-c:v mpeg4 -an", "a.mp4"), ("-c:v libvpx -an", "a.webm")] {
        let folder = tempfile::tempdir().unwrap();
        let picture = "-f lavfi -i testsrc=size=64x64:rate=10:duration=1";
        if !ffmpeg(folder.path(), &format!("{picture} {arguments} {name}")) {
            return;
        }
        let error = read(&file(&folder, name)).unwrap_err();
        assert_eq!(error.kind(), "no-audio-track", "{error}");
    }
}

#[test]
fn many_fragments_hold_the_same_sound_as_one_piece() {
    let folder = tempfile::tempdir().unwrap();
    let encode = "-f lavfi -i anoisesrc=r=48000:d=60:c=pink:a=0.4:seed=7 -c:a aac -b:a 64k a.m4a";
    let flags = "-movflags empty_moov+default_base_moof -frag_duration 1000";
    let copy = format!("-i a.m4a -c copy {flags} fragments.mp4");
    if !ffmpeg(folder.path(), encode) || !ffmpeg(folder.path(), &copy) {
        return;
    }
    let bytes = std::fs::read(folder.path().join("fragments.mp4")).unwrap();
    let fragments = bytes.windows(4).filter(|w| w == b"moof").count();
    assert!(fragments > 2_500, "{fragments}");
    let (whole, _) = read(&file(&folder, "a.m4a")).unwrap();
    let (samples, summary) = read(&file(&folder, "fragments.mp4")).unwrap();
    assert_eq!(summary.info.container, "mp4");
    assert_eq!(kinds(&summary), []);
    assert!(samples == whole, "{} and {}", samples.len(), whole.len());
}

#[test]
fn of_several_tracks_the_default_is_taken_and_said() {
    for (name, codec, number) in [("a.mp4", "aac", 1), ("a.mkv", "libopus", 2)] {
        let folder = folder_with_tone(48_000);
        let second = "-f lavfi -i sine=3000:r=48000:d=2";
        let maps = "-map 1 -map 0 -disposition:a:0 0 -disposition:a:1 default -b:a 128k -c:a";
        if !ffmpeg(
            folder.path(),
            &format!("-i tone.wav {second} {maps} {codec} {name}"),
        ) {
            return;
        }
        let (samples, summary) = read(&file(&folder, name)).unwrap();
        assert_eq!(summary.info.audio_tracks, 2);
        assert_eq!(kinds(&summary), [WarningKind::SeveralAudioTracks]);
        let message = &summary.warnings[0].message;
        assert!(
            message.contains(&format!("number {number}")),
            "{name}: {message}"
        );
        // The remedy takes out the other one.
        let map = format!("-map 0:a:{} ", 2 - number);
        assert!(message.contains(&map), "{name}: {message}");
        if number == 2 {
            assert_is_the_tone(&samples, 0.05, name);
        }
    }
}

#[test]
fn an_edit_list_says_where_the_sound_starts() {
    let folder = folder_with_tone(48_000);
    if !ffmpeg(folder.path(), "-i tone.wav -c:a aac -b:a 128k a.m4a") {
        return;
    }
    let mut bytes = std::fs::read(folder.path().join("a.m4a")).unwrap();
    // Version, flags, number of edits, duration, and then the start in ticks of 1/48000 s.
    let at = bytes.windows(4).position(|w| w == b"elst").unwrap() + 16;
    assert_eq!(bytes[at..at + 4], 1024u32.to_be_bytes());
    bytes[at..at + 4].copy_from_slice(&(1024 + 48_000u32).to_be_bytes());
    let (samples, _) = read_bytes(bytes).unwrap();
    let difference = largest_difference(&samples[..16_000], &tone(16_000, 1.0), 1_500);
    assert!(difference < 0.05, "off by {difference}");
}

#[test]
fn corrupt_packets_are_left_out_and_counted() {
    let folder = folder_with_tone(44_100);
    if !ffmpeg(folder.path(), "-i tone.wav -c:a libmp3lame -b:a 128k a.mp3") {
        return;
    }
    let mut bytes = std::fs::read(folder.path().join("a.mp3")).unwrap();
    let len = bytes.len();
    // The side information of each frame follows its header; wreck that of some frames.
    let headers: Vec<usize> = (len / 3..len / 2)
        .filter(|&i| bytes[i] == 0xFF && bytes[i + 1] == 0xFB && bytes[i + 2] & 0xF0 == 0x90)
        .collect();
    for &at in &headers {
        bytes[at + 4..at + 36].fill(0xFF);
    }
    let (samples, summary) = read_bytes(bytes).unwrap();
    assert!(samples.len() > 20_000);
    assert!(summary.quality.skipped_packets > 0);
    assert!(kinds(&summary).contains(&WarningKind::SkippedPackets));
}

#[test]
fn containers_cut_short_are_used_as_far_as_they_go() {
    for (arguments, name) in [
        ("-c:a aac -movflags +faststart", "a.m4a"),
        ("-c:a libopus -page_duration 100000", "a.opus"),
        ("-c:a libopus", "a.webm"),
        ("-c:a flac", "a.flac"),
        ("-c:a libmp3lame", "a.mp3"),
    ] {
        let folder = folder_with_tone(48_000);
        if !ffmpeg(folder.path(), &format!("-i tone.wav {arguments} {name}")) {
            return;
        }
        let mut bytes = std::fs::read(folder.path().join(name)).unwrap();
        bytes.truncate(bytes.len() * 6 / 10);
        let (samples, summary) = read_bytes(bytes).unwrap();
        assert!(
            (6_000..30_000).contains(&samples.len()),
            "{name}: {}",
            samples.len()
        );
        if name.ends_with("m4a") || name.ends_with("flac") || name.ends_with("webm") {
            assert!(
                kinds(&summary).contains(&WarningKind::TruncatedData),
                "{name}"
            );
            assert!(summary.quality.missing_s > 0.3, "{name}");
        }
    }
}

#[test]
fn a_video_without_its_index_was_cut_off() {
    let folder = folder_with_tone(44_100);
    if !ffmpeg(folder.path(), "-i tone.wav -c:a aac a.mp4") {
        return;
    }
    let mut bytes = std::fs::read(folder.path().join("a.mp4")).unwrap();
    bytes.truncate(bytes.len() / 2); // The index is at the end.
    let error = error_of(bytes);
    assert_eq!(error.kind(), "truncated-header");
    assert!(error.to_string().contains("moov"), "{error}");
}

#[test]
fn every_container_cut_anywhere_gives_an_answer() {
    for (arguments, name) in [
        ("-c:a aac", "a.m4a"),
        ("-c:a libopus", "a.opus"),
        ("-c:a libvorbis", "a.ogg"),
        ("-c:a libopus", "a.webm"),
        ("-c:a flac", "a.flac"),
        ("-c:a libmp3lame", "a.mp3"),
        ("-c:a pcm_s16be", "a.aiff"),
        ("-c:a alac", "a.caf"),
    ] {
        let folder = folder_with_tone(16_000);
        if !ffmpeg(
            folder.path(),
            &format!("-t 0.3 -i tone.wav {arguments} {name}"),
        ) {
            return;
        }
        let bytes = std::fs::read(folder.path().join(name)).unwrap();
        for len in (0..bytes.len()).step_by(bytes.len() / 60 + 1) {
            // Whatever it is, it is an answer and no panic.
            if let Err(error) = read_bytes(bytes[..len].to_vec()) {
                assert!(
                    error.to_string().starts_with("test: "),
                    "{name}, {len} bytes: {error}"
                );
            }
        }
    }
}
