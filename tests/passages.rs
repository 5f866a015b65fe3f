//! A part of a recording is read as it stands in the whole, and is measured by itself.

mod audio_fixtures;

use audio_fixtures::*;
use earwitness::audio::{open, Passage, ReadOptions, ReadSummary, Source, WarningKind};

fn passage(start_s: impl Into<Option<f64>>, end_s: impl Into<Option<f64>>) -> ReadOptions {
    let passage = Passage::new(start_s.into(), end_s.into()).unwrap();
    ReadOptions::default().with_passage(passage)
}

fn read_part(bytes: &[u8], options: &ReadOptions) -> (Vec<f32>, ReadSummary) {
    read_with(&Source::memory("test", bytes), options).unwrap()
}

/// Four seconds that differ everywhere.
fn sweep(rate: u32) -> Vec<f32> {
    let at = |i: u32| f64::from(i) / f64::from(rate);
    (0..4 * rate)
        .map(|i| (0.4 * (300.0 * at(i) + 150.0 * at(i) * at(i)).sin()) as f32)
        .collect()
}

#[test]
fn a_passage_is_bit_for_bit_what_stands_there_in_the_whole() {
    for rate in [16_000, 44_100] {
        let bytes = Wav::pcm16(rate, &sweep(rate)).bytes();
        let (whole, _) = read_part(&bytes, &ReadOptions::default());
        for (start, end) in [(0.0, 1.0), (1.25, 2.5), (0.51, 3.99), (3.0, 3.001)] {
            let (part, summary) = read_part(&bytes, &passage(start, end));
            let range = (start * 16_000.0) as usize..(end * 16_000.0).round() as usize;
            assert_eq!(part, whole[range], "{rate} Hz, {start} to {end}");
            assert_eq!(summary.samples, part.len() as u64);
            assert!((summary.duration_s - (end - start)).abs() < 1e-4);
            assert_eq!(kinds(&summary), []);
        }
        let (tail, _) = read_part(&bytes, &passage(2.0, None));
        assert_eq!(tail, whole[32_000..]);
        let (start, _) = read_part(&bytes, &passage(None, 2.0));
        assert_eq!(start, whole[..32_000]);
    }
}

#[test]
fn a_passage_of_a_compressed_recording_is_what_stands_there_and_nothing_is_missing() {
    let folder = folder_with_tone(44_100);
    for (arguments, name) in [
        ("-c:a aac -b:a 128k", "a.m4a"),
        ("-c:a libopus -b:a 48k", "a.webm"),
        ("-c:a flac", "a.flac"),
    ] {
        if !ffmpeg(folder.path(), &format!("-i tone.wav {arguments} {name}")) {
            return;
        }
        let (whole, _) = read(&file(&folder, name)).unwrap();
        let (part, summary) = read_with(&file(&folder, name), &passage(0.5, 1.25)).unwrap();
        assert_eq!(part, whole[8_000..20_000], "{name}");
        assert_eq!(kinds(&summary), [], "{name}");
        assert_eq!(summary.quality.missing_s, 0.0, "{name}");
    }
}

#[test]
fn quality_speaks_of_the_passage() {
    // A second that is clipped, one of a quiet tone with a hole in it, one of silence.
    for rate in [16_000, 48_000] {
        let len = rate as usize;
        let mut sound: Vec<f32> = tone(rate, 3.0);
        sound[..len]
            .iter_mut()
            .for_each(|s| *s = (40.0 * *s).clamp(-1.0, 1.0));
        sound[len..].iter_mut().for_each(|s| *s *= 0.1);
        sound[len + len / 2..len + len * 6 / 10].fill(0.0);
        sound[2 * len..].fill(0.0);
        let bytes = Wav::pcm16(rate, &sound).bytes();
        let quality = |start, end| read_part(&bytes, &passage(start, end)).1.quality;
        let (loud, quiet, silent) = (quality(0.0, 1.0), quality(1.0, 2.0), quality(2.0, 3.0));
        assert!(
            loud.clipped_fraction > 0.5 && loud.dropouts == 0,
            "{loud:?}"
        );
        assert_eq!((quiet.clipped_fraction, quiet.dropouts), (0.0, 1));
        assert!((quiet.rms_dbfs + 29.5).abs() < 0.1, "{quiet:?}");
        assert!(silent.silent_fraction > 0.95, "{silent:?}");
    }
}

#[test]
fn a_passage_beyond_the_recording_is_an_error_that_says_how_long_it_is() {
    let bytes = Wav::pcm16(16_000, &tone(16_000, 2.0)).bytes();
    for start in [2.0, 90.0] {
        let error = open(
            &Source::memory("a.wav", bytes.clone()),
            &passage(start, None),
        );
        let error = error.unwrap_err();
        assert_eq!(error.kind(), "passage-beyond-end");
        let message = error.to_string();
        assert!(message.contains("a.wav: is 2.0 s long"), "{message}");
    }
}

#[test]
fn a_passage_that_ends_after_the_recording_is_cut_short_with_a_warning() {
    let bytes = Wav::pcm16(16_000, &tone(16_000, 2.0)).bytes();
    let (samples, summary) = read_part(&bytes, &passage(1.5, 10.0));
    assert_eq!(samples.len(), 8_000);
    assert_eq!(kinds(&summary), [WarningKind::PassageCutShort]);
    let (_, summary) = read_part(&bytes, &passage(1.5, 2.0));
    assert_eq!(kinds(&summary), []);
}

#[test]
fn what_a_cut_file_lacks_is_missing_from_a_passage_that_reaches_there() {
    let folder = folder_with_tone(44_100);
    if !ffmpeg(
        folder.path(),
        "-i tone.wav -c:a aac -movflags +faststart a.m4a",
    ) {
        return;
    }
    let bytes = std::fs::read(folder.path().join("a.m4a")).unwrap();
    let cut = &bytes[..bytes.len() * 2 / 3];
    let (_, summary) = read_part(cut, &passage(0.2, 1.0));
    assert_eq!((kinds(&summary), summary.quality.missing_s), (vec![], 0.0));
    let (_, summary) = read_part(cut, &passage(0.2, 1.9));
    let missing = summary.quality.missing_s;
    assert!((0.2..0.9).contains(&missing), "{missing}");
    assert!(kinds(&summary).contains(&WarningKind::PassageCutShort));
}
