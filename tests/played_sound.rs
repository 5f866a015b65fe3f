//! What is heard is what players play, and times are theirs: edit lists, late sound, joined streams.

mod audio_fixtures;

use audio_fixtures::*;
use earwitness::audio::{Fitness, Passage, ReadOptions, ReadSummary, Reason, Source, WarningKind};

/// Noise, so that every moment sounds like no other.
const NOISE: &str = "-f lavfi -i anoisesrc=r=16000:d=30:c=pink:a=0.4:seed=7";
/// A picture that all encoders take; a key frame each second.
const PICTURE: &str = "-f lavfi -i testsrc=size=64x64:rate=10:duration=30 -c:v mpeg4 -g 10";

/// Runs ffmpeg line by line; `None` where there is none.
fn made(lines: &[&str]) -> Option<tempfile::TempDir> {
    let folder = tempfile::tempdir().unwrap();
    for line in lines {
        if !ffmpeg(folder.path(), line) {
            return None;
        }
    }
    Some(folder)
}

fn assert_same(heard: &[f32], expected: &[f32], what: &str) {
    let len = heard.len().min(expected.len());
    assert!(len > 30_000, "{what}: {len}");
    let difference = largest_difference(&heard[..len], &expected[..len], 2_000);
    assert!(difference < 0.02, "{what}: off by {difference}");
}

fn is_whole(summary: &ReadSummary) -> bool {
    summary.quality.missing_s == 0.0 && !kinds(summary).contains(&WarningKind::TruncatedData)
}

#[test]
fn a_cut_without_encoding_misses_nothing() {
    let noise = format!("{NOISE} {PICTURE} -c:a aac -b:a 128k whole.mp4");
    let cut = |name: &str| format!("-ss 10 -i whole.mp4 -c copy {name}");
    let lines = [noise, cut("cut.mp4"), cut("cut.mov"), cut("cut.mkv")];
    let Some(folder) = made(&lines.each_ref().map(String::as_str)) else {
        return;
    };
    let (whole, _) = read(&file(&folder, "whole.mp4")).unwrap();
    for name in ["cut.mp4", "cut.mov"] {
        let (samples, summary) = read(&file(&folder, name)).unwrap();
        assert!(is_whole(&summary), "{name}: {:?}", summary.warnings);
        assert!(samples.len().abs_diff(320_000) < 3_200, "{name}");
        assert_same(&samples, &whole[160_000..], name);
    }
    let (_, summary) = read(&file(&folder, "cut.mkv")).unwrap();
    assert!(is_whole(&summary), "{:?}", summary.warnings);
}

#[test]
fn sound_behind_the_end_of_its_edit_is_not_heard() {
    let Some(folder) = made(&[&format!("{NOISE} -c:a aac -b:a 128k whole.m4a")]) else {
        return;
    };
    let mut bytes = std::fs::read(folder.path().join("whole.m4a")).unwrap();
    let at = bytes.windows(4).position(|w| w == b"elst").unwrap() + 12;
    bytes[at..at + 4].copy_from_slice(&5_000u32.to_be_bytes());
    let (samples, summary) = read_bytes(bytes).unwrap();
    assert_eq!(samples.len(), 80_000);
    assert_eq!(kinds(&summary), [WarningKind::HiddenSound]);
    let message = &summary.warnings[0].message;
    assert!(message.starts_with("25.1 s of sound"), "{message}");
    assert!(message.contains("-ignore_editlist 1"), "{message}");
    assert_eq!(summary.quality.fitness(), (Fitness::Fit, vec![]));
}

#[test]
fn late_sound_is_heard_at_the_time_of_the_video() {
    let noise = format!("{NOISE} -c:a aac -b:a 128k whole.m4a");
    let late = |codec: &str, name: &str| {
        format!("{PICTURE} -itsoffset 5 -i whole.m4a -map 0:v -map 1:a -c:v mpeg4 -t 30 -c:a {codec} {name}")
            .replace("-c:v mpeg4 -g 10 ", "")
    };
    let lines = [
        noise,
        late("copy", "late.mp4"),
        late("libopus", "late.mkv"),
        late(
            "copy -movflags frag_keyframe+delay_moov",
            "late-fragments.mp4",
        ),
    ];
    let Some(folder) = made(&lines.each_ref().map(String::as_str)) else {
        return;
    };
    let (whole, _) = read(&file(&folder, "whole.m4a")).unwrap();
    for name in ["late.mp4", "late.mkv", "late-fragments.mp4"] {
        let source = file(&folder, name);
        let (samples, summary) = read(&source).unwrap();
        assert!(is_whole(&summary), "{name}: {:?}", summary.warnings);
        assert_eq!(kinds(&summary), [WarningKind::LateSound], "{name}");
        let starts_s = summary.info.sound_starts_s;
        assert!((starts_s - 5.0).abs() < 0.08, "{name}: {starts_s}");
        let first = samples.iter().position(|s| s.abs() > 1e-3).unwrap();
        assert!(first.abs_diff(80_000) < 1_300, "{name}: {first}");
        if name == "late.mp4" {
            // Movies count milliseconds.
            let shift = |by: usize| {
                let pairs = samples[79_900 + by..].iter().zip(&whole).skip(4_000);
                pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
            };
            assert!((0..200).any(|by| shift(by) < 0.02), "{name}");
        }
        // A passage is what stands there in the whole.
        let passage = Passage::new(Some(4.0), Some(9.0)).unwrap();
        let options = ReadOptions::default().with_passage(passage);
        let (part, summary) = read_with(&source, &options).unwrap();
        assert!(part == samples[64_000..144_000], "{name}");
        assert_eq!(summary.duration_s, 5.0);
    }
}

#[test]
fn streams_in_one_ogg_file_are_heard_one_after_the_other() {
    for (codec, name) in [
        ("libopus", "Opus"),
        ("libvorbis", "Vorbis"),
        ("flac", "FLAC"),
    ] {
        let noise = format!("{NOISE} -t 5 -c:a {codec} a.ogg");
        let other = format!("{NOISE} -t 4 -ar 24000 -c:a {codec} b.ogg");
        let foreign = match codec {
            "libopus" => "-i a.ogg -c:a libvorbis c.ogg",
            _ => "-i a.ogg -c:a libopus c.ogg",
        };
        let Some(folder) = made(&[&noise, &other, foreign]) else {
            return;
        };
        let bytes = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
        let (a, b) = (bytes("a.ogg"), bytes("b.ogg"));
        let chained = [a.clone(), b, a.clone()].concat();
        let (samples, summary) = read_bytes(chained).unwrap();
        assert!(is_whole(&summary), "{name}: {:?}", summary.warnings);
        assert!(kinds(&summary).contains(&WarningKind::JoinedStreams));
        assert!(
            samples.len().abs_diff(14 * 16_000) < 800,
            "{name}: {}",
            samples.len()
        );
        assert_eq!(summary.quality.fitness(), (Fitness::Fit, vec![]), "{name}");
        let (alone, _) = read_bytes(a.clone()).unwrap();
        assert_same(&samples[..79_000], &alone[..79_000], name);

        let (samples, summary) = read_bytes([a, bytes("c.ogg")].concat()).unwrap();
        assert!(samples.len().abs_diff(alone.len()) < 10, "{name}");
        let message = &summary.warnings[0].message;
        assert!(
            message.contains("a second stream of another kind"),
            "{message}"
        );
        let judged = summary.quality.fitness();
        assert_eq!(
            judged,
            (Fitness::Limited, vec![Reason::RestUnread]),
            "{name}"
        );
    }
}

#[test]
fn a_track_is_chosen_by_its_number() {
    for (name, codec) in [
        ("a.mp4", "aac"),
        ("a.mkv", "libopus"),
        ("a.mov", "pcm_s16le"),
    ] {
        let two = format!(
            "-f lavfi -i anullsrc=r=48000:d=3 -f lavfi -i sine=440:r=48000:d=3 -map 0 -map 1 -c:a {codec} {name}"
        );
        let Some(folder) = made(&[&two]) else {
            return;
        };
        let source = file(&folder, name);
        let track = |n| read_with(&source, &ReadOptions::default().with_track(Some(n)));
        let (silent, _) = track(1).unwrap();
        assert!(silent.iter().all(|s| s.abs() < 1e-3), "{name}");
        let (heard, summary) = track(2).unwrap();
        assert!(heard.iter().any(|s| s.abs() > 0.05), "{name}");
        assert!(summary.warnings[0].message.contains("number 2 was taken"));
        for none in [0, 3] {
            let error = track(none).unwrap_err();
            assert_eq!(error.kind(), "no-such-track", "{error}");
            assert!(error.to_string().contains("there are 2,"), "{error}");
        }
        let (_, summary) = read(&source).unwrap();
        assert!(summary.warnings[0].message.contains("--track 2"));
    }
    let wav = Source::memory("test", Wav::short().bytes());
    let options = ReadOptions::default().with_track(Some(2));
    assert_eq!(
        read_with(&wav, &options).unwrap_err().kind(),
        "no-such-track"
    );
}

/// Half a minute of a tone that both channels hold in opposite phase from `from` on, and noise of their own before it.
fn opposite(from: f64) -> Source {
    let mut seed = 3u32;
    let mut data = Vec::new();
    for (i, tone) in tone(16_000, 30.0).into_iter().enumerate() {
        for sign in [1.0, -1.0] {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = 0.04 * (seed as f32 / u32::MAX as f32 - 0.5);
            let tone = if i as f64 >= from * 16_000.0 {
                sign * tone
            } else {
                0.0
            };
            data.extend((((tone + noise) * 32_767.0) as i16).to_le_bytes());
        }
    }
    Source::memory("test", Wav::new(1, 16, 2, 16_000, data).bytes())
}

#[test]
fn channels_that_cancel_later_cost_fitness_and_one_can_be_heard_alone() {
    for (from, fitness, reason) in [
        (25.0, Fitness::Limited, Reason::Cancelled),
        (5.0, Fitness::Unfit, Reason::MostlyCancelled),
    ] {
        let source = opposite(from);
        let (_, summary) = read(&source).unwrap();
        assert_eq!(summary.quality.cancelled_s, 30.0 - from);
        assert_eq!(summary.quality.fitness(), (fitness, vec![reason]));
        let message = &summary.warnings[0].message;
        for part in ["--channel 1", "c0=c0'", "c0=c1'"] {
            assert!(message.contains(part), "{message}");
        }
        let options = ReadOptions::default().with_channel(Some(2));
        let (samples, summary) = read_with(&source, &options).unwrap();
        assert!(samples[480_000 - 8_000..].iter().any(|s| *s > 0.4));
        assert_eq!(kinds(&summary), [WarningKind::OneChannel]);
        assert_eq!(summary.quality.fitness().0, Fitness::Fit);
    }
    for none in [0, 3] {
        let options = ReadOptions::default().with_channel(Some(none));
        let error = read_with(&opposite(5.0), &options).unwrap_err();
        assert_eq!(error.kind(), "no-such-channel", "{error}");
    }
}
