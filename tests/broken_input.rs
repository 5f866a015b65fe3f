//! Broken recordings are repaired with a warning or refused with a reason; nothing panics.

mod audio_fixtures;

use audio_fixtures::*;
use earwitness::audio::{self, Fitness, ReadOptions, Reason, Source, WarningKind};

#[test]
fn a_missing_file_is_not_found() {
    let error = read(&Source::Path("no/such/file.wav".into())).unwrap_err();
    assert_eq!(error.kind(), "not-found");
    assert!(error.to_string().contains("no/such/file.wav"));
}

#[test]
fn a_folder_is_no_recording() {
    let folder = tempfile::tempdir().unwrap();
    let error = read(&Source::Path(folder.path().into())).unwrap_err();
    assert_eq!(error.kind(), "is-directory");
}

#[test]
fn an_empty_file_is_empty() {
    assert_eq!(error_of(Vec::new()).kind(), "empty");
}

#[test]
fn a_header_alone_has_no_samples() {
    let wav = Wav::new(1, 16, 1, 16_000, Vec::new());
    assert_eq!(error_of(wav.bytes()).kind(), "no-samples");
}

#[test]
fn a_header_cut_short_is_named_at_every_length() {
    let bytes = Wav::short().bytes();
    for len in 1..44 {
        let kind = error_of(bytes[..len].to_vec()).kind();
        let expected: &[&str] = match len {
            0..12 => &["not-audio"],
            12..36 => &["truncated-header"],
            _ => &["truncated-header", "no-samples"],
        };
        assert!(expected.contains(&kind), "{len} bytes: {kind}");
    }
}

#[test]
fn sound_cut_short_is_used_and_what_is_missing_is_said() {
    let mut bytes = Wav::pcm16(16_000, &tone(16_000, 4.0)).bytes();
    bytes.truncate(44 + 32_000);
    let (samples, summary) = read_bytes(bytes).unwrap();
    assert_eq!(samples.len(), 16_000);
    assert_eq!(summary.quality.missing_s, 3.0);
    let warning = summary
        .warnings
        .iter()
        .find(|w| w.kind == WarningKind::TruncatedData)
        .unwrap();
    assert!(
        warning.message.contains("1.0 s of 4.0 s"),
        "{}",
        warning.message
    );
    assert!(summary.quality.fitness().1.contains(&Reason::Incomplete));
}

#[test]
fn a_wrong_riff_size_changes_nothing_but_is_said() {
    for size in [36, 100, 1 << 20] {
        let (samples, summary) = read_bytes(Wav::short().with_riff_size(size).bytes()).unwrap();
        assert_eq!(samples.len(), 8000, "size {size}");
        assert_eq!(kinds(&summary), [WarningKind::WrongRiffSize], "size {size}");
    }
}

#[test]
fn sizes_of_zero_left_by_a_recorder_that_crashed_mean_all_of_the_file() {
    let wav = Wav::short().with_data_size(0).with_riff_size(0);
    let (samples, summary) = read_bytes(wav.bytes()).unwrap();
    assert_eq!(samples.len(), 8000);
    assert_eq!(kinds(&summary), [WarningKind::StreamedSize]);
}

#[test]
fn the_largest_size_left_by_a_stream_means_all_of_the_file() {
    let wav = Wav::short()
        .with_data_size(u32::MAX)
        .with_riff_size(u32::MAX);
    let (samples, summary) = read_bytes(wav.bytes()).unwrap();
    assert_eq!(samples.len(), 8000);
    assert_eq!(kinds(&summary), [WarningKind::StreamedSize]);
    assert_eq!(summary.quality.missing_s, 0.0);
}

#[test]
fn a_data_size_too_small_leaves_no_sound_unread() {
    let wav = Wav::pcm16(16_000, &tone(16_000, 2.0)).with_data_size(1000);
    let (samples, summary) = read_bytes(wav.bytes()).unwrap();
    assert_eq!(samples.len(), 32_000);
    assert!(kinds(&summary).contains(&WarningKind::WrongDataSize));
}

#[test]
fn a_wrong_frame_size_is_worked_out_anew() {
    for block_align in [0, 1, 3, 77] {
        let mut wav = Wav::short();
        wav.block_align = block_align;
        let (samples, summary) = read_bytes(wav.bytes()).unwrap();
        if block_align == 3 {
            continue; // Sixteen bits in three bytes are allowed.
        }
        assert_eq!(samples.len(), 8000, "block_align {block_align}");
        assert_eq!(kinds(&summary), [WarningKind::WrongBlockAlign]);
    }
}

#[test]
fn sound_before_its_description_is_read() {
    let wav = Wav::short();
    let bytes = wav.bytes();
    let swapped = [&bytes[..12], &wav.chunk(b"data", &wav.data), &bytes[12..36]].concat();
    let (samples, summary) = read_bytes(swapped).unwrap();
    assert_eq!(samples.len(), 8000);
    assert_eq!(kinds(&summary), [WarningKind::ChunkOrder]);
}

#[test]
fn impossible_rates_and_channels_are_refused() {
    for rate in [0, 3_999, 384_001, u32::MAX] {
        let mut wav = Wav::short();
        wav.rate = rate;
        assert_eq!(error_of(wav.bytes()).kind(), "bad-sample-rate", "{rate} Hz");
    }
    for channels in [0, 65, u16::MAX] {
        let mut wav = Wav::short();
        wav.channels = channels;
        assert_eq!(
            error_of(wav.bytes()).kind(),
            "bad-channel-count",
            "{channels} channels"
        );
    }
}

#[test]
fn unknown_codes_are_named_with_the_line_that_converts_them() {
    let mut wav = Wav::short();
    wav.tag = 0x2000;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("it's.wav"), wav.bytes()).unwrap();
    let error = read(&file(&folder, "it's.wav")).unwrap_err();
    assert_eq!(error.kind(), "unsupported-codec");
    let message = error.to_string();
    assert!(message.contains("AC-3"), "{message}");
    assert!(
        message.contains(r"it'\''s.wav' -vn -ac 1 -ar 16000 '"),
        "{message}"
    );
}

#[test]
fn text_with_the_name_of_a_recording_is_called_text() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.wav"), "This is no recording.\n").unwrap();
    let error = read(&file(&folder, "a.wav")).unwrap_err();
    assert_eq!(error.kind(), "not-audio");
    assert!(error.to_string().contains("text"), "{error}");
}

#[test]
fn noise_is_not_audio() {
    let mut state = 1u32;
    let mut byte = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    for len in [1, 100, 5_000] {
        let bytes: Vec<u8> = std::iter::once(0x01)
            .chain((1..len).map(|_| byte()))
            .collect();
        assert_eq!(error_of(bytes).kind(), "not-audio", "{len} bytes");
    }
    assert_eq!(error_of(vec![0; 5_000]).kind(), "not-audio");
}

#[test]
fn what_is_no_number_is_silenced_and_counted() {
    let mut samples = tone(16_000, 2.0);
    samples[100] = f32::NAN;
    samples[200] = f32::INFINITY;
    samples[300] = f32::NEG_INFINITY;
    let data = samples.iter().flat_map(|s| s.to_le_bytes()).collect();
    let (read, summary) = read_bytes(Wav::new(3, 32, 1, 16_000, data).bytes()).unwrap();
    assert_eq!([read[100], read[200], read[300]], [0.0; 3]);
    assert_eq!(read[101], samples[101]);
    assert_eq!(summary.quality.nan_samples, 3);
    assert_eq!(kinds(&summary), [WarningKind::NonFiniteSamples]);
    let (fitness, reasons) = summary.quality.fitness();
    assert_eq!(fitness, Fitness::Limited);
    assert!(reasons.contains(&Reason::BadSamples), "{reasons:?}");
}

/// What is left to say about two seconds at 16 kHz.
fn judged(samples: &[f32]) -> (Fitness, Vec<Reason>) {
    read_bytes(Wav::pcm16(16_000, samples).bytes())
        .unwrap()
        .1
        .quality
        .fitness()
}

/// Noise over the whole band, half of full scale.
fn noise(len: usize) -> Vec<f32> {
    let mut state = 1u32;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32 - 0.5
    };
    (0..len).map(next).collect()
}

#[test]
fn silence_and_dc_are_unfit() {
    assert_eq!(
        judged(&[0.0; 32_000]),
        (Fitness::Unfit, vec![Reason::Silent])
    );
    assert_eq!(
        judged(&[0.3; 32_000]),
        (Fitness::Unfit, vec![Reason::NoTreble])
    );
}

#[test]
fn clipped_sound_is_limited() {
    assert_eq!(judged(&noise(32_000)), (Fitness::Fit, vec![]));
    let clipped: Vec<f32> = noise(32_000)
        .iter()
        .map(|s| (s * 4.0).clamp(-1.0, 1.0))
        .collect();
    assert_eq!(judged(&clipped), (Fitness::Limited, vec![Reason::Clipped]));
}

#[test]
fn sound_shorter_than_half_a_second_is_unfit_and_shorter_than_a_segment_limited() {
    assert_eq!(
        judged(&noise(7_999)),
        (Fitness::Unfit, vec![Reason::TooShort])
    );
    assert_eq!(
        judged(&noise(8_000)),
        (Fitness::Limited, vec![Reason::Short])
    );
    assert_eq!(judged(&noise(1)).0, Fitness::Unfit);
}

#[test]
fn names_with_unicode_newlines_and_spaces_are_read_and_printed() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "Կրակ և դրոն.wav",
        "with space.wav",
        "two\nlines.wav",
        "-dash.wav",
        "кавычки«».wav",
    ] {
        std::fs::write(folder.path().join(name), Wav::short().bytes()).unwrap();
        let (samples, _) = read(&file(&folder, name)).unwrap();
        assert_eq!(samples.len(), 8000, "{name:?}");
        std::fs::write(folder.path().join(name), "").unwrap();
        let message = read(&file(&folder, name)).unwrap_err().to_string();
        assert_eq!(message.lines().count(), 1, "{message}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_says_so() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret.wav");
    std::fs::write(&path, Wav::short().bytes()).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(&path).is_ok() {
        eprintln!("skipped: this user reads every file");
        return;
    }
    assert_eq!(
        read(&Source::Path(path)).unwrap_err().kind(),
        "permission-denied"
    );
}

#[cfg(unix)]
#[test]
fn a_device_is_no_recording() {
    let error = read(&Source::Path("/dev/zero".into())).unwrap_err();
    assert_eq!(error.kind(), "not-a-file");
}

#[test]
fn blocks_are_of_one_length_but_for_the_last() {
    let source = Source::memory("test", Wav::pcm16(44_100, &tone(44_100, 3.0)).bytes());
    let mut reader = audio::open(&source, &ReadOptions::default()).unwrap();
    let mut lengths = Vec::new();
    while let Some(block) = reader.next_block().unwrap() {
        lengths.push(block.len());
    }
    assert_eq!(lengths, [8192, 8192, 8192, 8192, 8192, 7040]);
    assert_eq!(reader.finish().samples, 48_000);
}
