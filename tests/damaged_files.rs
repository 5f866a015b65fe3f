//! Files that were cut or overwritten: what is left is read, and what is missing is said with what it does to times.

mod audio_fixtures;

use audio_fixtures::*;
use earwitness::audio::{Fitness, ReadSummary, WarningKind};

/// Twelve seconds of noise over a tone, encoded with ffmpeg; `None` where ffmpeg is missing.
fn make(arguments: &str, name: &str) -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let sound = "-f lavfi -i anoisesrc=r=44100:d=12:c=pink:a=0.4:seed=7";
    let made = ffmpeg(folder.path(), &format!("{sound} {arguments} {name}"));
    made.then(|| std::fs::read(folder.path().join(name)).unwrap())
}

/// Puts noise of ours over `count` bytes in the middle.
fn overwrite(bytes: &mut [u8], count: usize) {
    let from = bytes.len() / 2;
    let mut state = 1u32;
    for byte in &mut bytes[from..from + count] {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = (state >> 24) as u8;
    }
}

/// Seconds by which the warning says that times may be off.
fn said_s(summary: &ReadSummary) -> f64 {
    let kind = WarningKind::SkippedPackets;
    let warning = summary.warnings.iter().find(|w| w.kind == kind);
    let message = &warning
        .unwrap_or_else(|| panic!("{:?}", summary.warnings))
        .message;
    let said = message.split("by up to ").nth(1).expect(message);
    said.strip_suffix(" s").unwrap().parse().unwrap()
}

#[test]
fn holes_are_said_with_what_they_do_to_times() {
    for (arguments, name) in [
        ("-c:a flac", "a.flac"),
        ("-c:a flac -frame_size 1152", "a.flac"),
        ("-c:a flac -f ogg", "a.oga"),
        ("-c:a libmp3lame -b:a 64k", "a.mp3"),
        ("-c:a libmp3lame -q:a 4", "a.mp3"),
        ("-c:a libmp3lame -b:a 64k -write_xing 0", "a.mp3"),
        ("-c:a libvorbis -q:a 1", "a.ogg"),
        ("-c:a libopus -b:a 48k", "a.opus"),
        ("-c:a aac -b:a 64k", "a.aac"),
        ("-c:a aac -b:a 64k", "a.m4a"),
    ] {
        let Some(mut bytes) = make(arguments, name) else {
            return;
        };
        overwrite(&mut bytes, 3_000);
        let (samples, summary) = read_bytes(bytes).unwrap();
        let what = format!("{name} {arguments}: {:?}", summary.warnings);
        let missing_s = 12.0 - samples.len() as f64 / 16_000.0;
        // What is decoded of the noise in the hole may be sound by chance.
        let said_s = said_s(&summary);
        assert!((missing_s - said_s).abs() < 0.3, "{missing_s:.3} {what}");
        assert!((said_s - summary.quality.missing_s).abs() < 0.006, "{what}");
        assert!(summary.quality.skipped_packets > 0, "{what}");
        assert_ne!(summary.quality.fitness().0, Fitness::Fit, "{what}");
    }
}

/// Live Matroska says nowhere how long it is, Telegram's voice messages lack the mark of their last page, and MP3 has none.
#[test]
fn files_that_say_nowhere_that_they_end_are_whole_all_the_same() {
    for (arguments, name) in [
        ("-c:a libopus -live 1", "a.webm"),
        ("-c:a aac -live 1", "a.mkv"),
        ("-c:a libopus", "a.opus"),
        ("-c:a libmp3lame -write_xing 0", "a.mp3"),
        ("-c:a aac", "a.aac"),
        (
            "-c:a aac -movflags empty_moov -frag_duration 1000000",
            "a.mp4",
        ),
        ("-c:a flac -f ogg", "a.oga"),
        ("-c:a pcm_s16be", "a.aiff"),
        ("-c:a pcm_s16be", "a.caf"),
    ] {
        let Some(mut bytes) = make(arguments, name) else {
            return;
        };
        if name == "a.opus" {
            let last = bytes.windows(4).rposition(|w| w == b"OggS").unwrap();
            assert_eq!(bytes[last + 5], 4);
            bytes[last + 5] = 0;
            let sum = ogg_sum(&bytes[last..]);
            bytes[last + 22..last + 26].copy_from_slice(&sum.to_le_bytes());
        }
        let (samples, summary) = read_bytes(bytes).unwrap();
        assert!(samples.len() >= 12 * 16_000, "{name} {arguments}");
        assert_eq!(kinds(&summary), [], "{name} {arguments}");
    }
}

/// The checksum of an Ogg page (RFC 3533, 6), its own field being zero.
fn ogg_sum(page: &[u8]) -> u32 {
    let mut sum = 0u32;
    for (at, &byte) in page.iter().enumerate() {
        let byte = if (22..26).contains(&at) { 0 } else { byte };
        sum ^= u32::from(byte) << 24;
        for _ in 0..8 {
            sum = sum << 1 ^ if sum >> 31 == 1 { 0x04C1_1DB7 } else { 0 };
        }
    }
    sum
}

#[test]
fn zeros_over_half_of_an_mp3_file_are_half_of_the_sound() {
    for xing in [0, 1] {
        let arguments = format!("-c:a libmp3lame -b:a 64k -write_xing {xing}");
        let Some(mut bytes) = make(&arguments, "a.mp3") else {
            return;
        };
        let quarter = bytes.len() / 4;
        bytes[quarter..3 * quarter].fill(0);
        let (samples, summary) = read_bytes(bytes).unwrap();
        assert!((samples.len() as f64 / 16_000.0 - 6.0).abs() < 0.2);
        assert!((said_s(&summary) - 6.0).abs() < 0.2);
        assert!((summary.quality.missing_s - 6.0).abs() < 0.2);
    }
}

#[test]
fn files_that_end_too_soon_are_told_whatever_their_container() {
    let fragments = "-c:a aac -movflags empty_moov+default_base_moof -frag_duration 1000000";
    for (arguments, name) in [
        ("-c:a libmp3lame -b:a 64k", "a.mp3"),
        ("-c:a libmp3lame -b:a 64k -write_xing 0", "a.mp3"),
        ("-c:a aac", "a.aac"),
        ("-c:a libvorbis", "a.ogg"),
        ("-c:a libopus", "a.opus"),
        ("-c:a flac -f ogg", "a.oga"),
        (fragments, "a.mp4"),
        (
            "-c:a aac -movflags frag_keyframe -frag_duration 1000000",
            "a.mp4",
        ),
    ] {
        let Some(mut bytes) = make(arguments, name) else {
            return;
        };
        bytes.truncate(bytes.len() / 2 + 17);
        let (samples, summary) = read_bytes(bytes).unwrap();
        let what = format!("{name} {arguments}: {:?}", summary.warnings);
        assert!((60_000..120_000).contains(&samples.len()), "{what}");
        assert_eq!(kinds(&summary), [WarningKind::TruncatedData], "{what}");
    }
}

#[test]
fn aiff_and_caf_files_that_were_cut_are_read_to_where_they_end() {
    for (arguments, name) in [
        ("-c:a pcm_s16be", "a.aiff"),
        ("-c:a pcm_s24be -ac 2", "a.aiff"),
        ("-c:a pcm_s16le", "a.caf"),
        ("-c:a pcm_s24le -ac 2", "a.caf"),
    ] {
        // At 16 kHz nothing is resampled, and sound is the same up to its very end.
        let Some(bytes) = make(&format!("-ar 16000 {arguments}"), name) else {
            return;
        };
        let (whole, _) = read_bytes(bytes.clone()).unwrap();
        for cut in [bytes.len() / 2, bytes.len() / 2 + 1, bytes.len() - 20_000] {
            let (samples, summary) = read_bytes(bytes[..cut].to_vec()).unwrap();
            let what = format!("{name} {arguments} {cut}: {:?}", summary.warnings);
            let expected = whole.len() * cut / bytes.len();
            assert!(samples.len().abs_diff(expected) < 200, "{what}");
            assert!(whole.starts_with(&samples), "{what}");
            let missing_s = (whole.len() - samples.len()) as f64 / 16_000.0;
            if missing_s > 0.25 {
                assert_eq!(kinds(&summary), [WarningKind::TruncatedData], "{what}");
                assert!(
                    (summary.quality.missing_s - missing_s).abs() < 0.02,
                    "{what}"
                );
            }
        }
    }
}

#[test]
fn a_cut_caf_file_whose_packets_cannot_be_told_apart_says_so() {
    let Some(mut bytes) = make("-c:a alac", "a.caf") else {
        return;
    };
    bytes.truncate(bytes.len() / 2);
    let error = error_of(bytes);
    assert_eq!(error.kind(), "truncated-header");
    assert!(error.to_string().contains("pakt"), "{error}");
}

#[test]
fn joined_mp3_files_and_tags_at_the_end_are_whole() {
    let arguments = "-c:a libmp3lame -b:a 64k -write_xing 0 -write_id3v1 1 -metadata title=x";
    let Some(bytes) = make(arguments, "a.mp3") else {
        return;
    };
    let joined = [bytes.clone(), bytes].concat();
    let (samples, summary) = read_bytes(joined).unwrap();
    assert!(samples.len() > 23 * 16_000);
    assert_eq!(kinds(&summary), []);
}

#[test]
fn a_joined_mp3_file_is_read_beyond_what_its_first_header_counts() {
    let Some(part) = make("-c:a libmp3lame -b:a 64k", "a.mp3") else {
        return;
    };
    let (once, summary) = read_bytes(part.clone()).unwrap();
    assert_eq!(kinds(&summary), []);
    let (samples, _) = read_bytes([part.clone(), part].concat()).unwrap();
    // Four packets of the second part are taken for the padding of the first.
    let missing = 2 * once.len() - samples.len();
    assert!(missing < 16_000 / 5, "{missing}");
}

#[test]
fn what_asks_for_the_impossible_amid_sound_is_damage_and_the_rest_is_read() {
    let Some(bytes) = make("-c:a aac -movflags +faststart", "a.m4a") else {
        return;
    };
    let mut bytes = bytes;
    overwrite(&mut bytes, 6_000);
    let (samples, _) = read_bytes(bytes).unwrap();
    assert!(samples.len() > 11 * 16_000, "{}", samples.len());
}
