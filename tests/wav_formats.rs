//! WAV in all its kinds is read, and means what hound says it means.

mod audio_fixtures;

use audio_fixtures::*;
use earwitness::audio::{Source, WarningKind};

/// The samples of `wav`, which must be readable without a warning.
fn samples(wav: &Wav) -> Vec<f32> {
    let (samples, summary) = read_bytes(wav.bytes()).expect("readable");
    assert_eq!(summary.warnings, [], "no repair was needed");
    samples
}

#[test]
fn every_sample_format_gives_the_same_sound() {
    let tone = tone(16_000, 0.5);
    let int = |bits: u32| {
        let scale = (1u64 << (bits - 1)) as f64;
        tone.iter()
            .map(move |&s| (f64::from(s) * scale) as i32)
            .collect::<Vec<_>>()
    };
    let cases: Vec<(u16, u16, Vec<u8>, f32)> = vec![
        (1, 8, int(8).iter().map(|s| (s + 128) as u8).collect(), 0.01),
        (
            1,
            16,
            int(16)
                .iter()
                .flat_map(|&s| (s as i16).to_le_bytes())
                .collect(),
            1e-4,
        ),
        (
            1,
            24,
            int(24)
                .iter()
                .flat_map(|s| s.to_le_bytes()[..3].to_vec())
                .collect(),
            1e-6,
        ),
        (
            1,
            32,
            int(32).iter().flat_map(|s| s.to_le_bytes()).collect(),
            1e-6,
        ),
        (
            3,
            32,
            tone.iter().flat_map(|s| s.to_le_bytes()).collect(),
            0.0,
        ),
        (
            3,
            64,
            tone.iter()
                .flat_map(|&s| f64::from(s).to_le_bytes())
                .collect(),
            0.0,
        ),
    ];
    for (tag, bits, data, tolerance) in cases {
        let read = samples(&Wav::new(tag, bits, 1, 16_000, data));
        let difference = largest_difference(&read, &tone, 0);
        assert!(
            difference <= tolerance,
            "{bits} bits, tag {tag}: off by {difference}"
        );
    }
}

#[test]
fn twenty_bits_lie_at_the_top_of_three_bytes() {
    let data: Vec<u8> = tone(16_000, 0.5)
        .iter()
        .flat_map(|s| (((s * 524_288.0) as i32) << 4).to_le_bytes()[..3].to_vec())
        .collect();
    let read = samples(&Wav::new(1, 20, 1, 16_000, data));
    assert!(largest_difference(&read, &tone(16_000, 0.5), 0) < 1e-5);
}

#[test]
fn twenty_four_bits_in_four_bytes_are_as_loud_after_silence() {
    // Longer than any block that is read at once.
    let mut sound = vec![0.0; 40_000];
    sound.extend(tone(16_000, 0.5));
    for shift in [0, 8] {
        let number = |s: &f32| ((s * 8_388_608.0) as i32) << shift;
        let data = sound.iter().flat_map(|s| number(s).to_le_bytes());
        let mut wav = Wav::new(1, 24, 1, 16_000, data.collect());
        wav.block_align = 4;
        let difference = largest_difference(&samples(&wav), &sound, 0);
        assert!(difference < 1e-6, "shifted by {shift}: off by {difference}");
    }
}

#[test]
fn sixteen_bits_at_16_khz_come_through_bit_for_bit() {
    let numbers: Vec<i16> = (0..20_000)
        .map(|i| (i * 7919 % 65_536 - 32_768) as i16)
        .collect();
    let data = numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
    let (read, _) = read_bytes(Wav::new(1, 16, 1, 16_000, data).bytes()).unwrap();
    let expected: Vec<f32> = numbers.iter().map(|&n| f32::from(n) / 32_768.0).collect();
    assert_eq!(read, expected);
}

#[test]
fn extensible_headers_mean_their_sub_format() {
    for (sub_format, bits) in [(1u16, 16), (3, 32)] {
        let mut wav = Wav::new(0xFFFE, bits, 1, 16_000, Vec::new());
        wav.data = if sub_format == 1 {
            Wav::short().data
        } else {
            tone(16_000, 0.5)
                .iter()
                .flat_map(|s| s.to_le_bytes())
                .collect()
        };
        wav.extra = [22u16, bits, 4, 0, sub_format]
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect();
        wav.extra
            .extend(b"\0\0\0\0\x10\0\x80\0\0\xAA\0\x38\x9B\x71");
        assert!(largest_difference(&samples(&wav), &tone(16_000, 0.5), 0) < 1e-4);
    }
}

#[test]
fn big_endian_files_are_read() {
    let mut wav = Wav::short();
    wav.big_endian = true;
    wav.magic = *b"RIFX";
    wav.data.chunks_exact_mut(2).for_each(|pair| pair.reverse());
    assert_eq!(samples(&wav), samples(&Wav::short()));
}

#[test]
fn files_beyond_4_gib_carry_their_size_in_another_chunk() {
    for magic in [*b"RF64", *b"BW64"] {
        let mut wav = Wav::short()
            .with_data_size(u32::MAX)
            .with_riff_size(u32::MAX);
        wav.magic = magic;
        let sound = wav.data.len() as u64;
        let ds64: Vec<u8> = [0, sound, sound / 2]
            .iter()
            .flat_map(|v: &u64| v.to_le_bytes())
            .collect();
        let ds64 = wav.chunk(b"ds64", &[&ds64[..], &[0; 4]].concat());
        let mut bytes = wav.bytes();
        bytes.splice(12..12, ds64);
        bytes.extend(wav.chunk(b"LIST", b"what follows is no sound"));
        let (read, summary) = read_bytes(bytes).unwrap();
        assert_eq!(read.len(), 8000);
        assert_eq!(kinds(&summary), []);
        assert_eq!(
            summary.info.container,
            String::from_utf8_lossy(&magic).to_lowercase()
        );
    }
}

#[test]
fn any_rate_from_4_to_384_khz_becomes_16() {
    for rate in [
        4_000, 8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 384_000,
    ] {
        let (read, summary) = read_bytes(Wav::pcm16(rate, &tone(rate, 1.0)).bytes()).unwrap();
        let difference = largest_difference(&read, &tone(16_000, 1.0), 1500);
        assert!(difference < 1e-3, "{rate} Hz: off by {difference}");
        assert_eq!(summary.info.sample_rate, rate);
    }
}

#[test]
fn up_to_64_channels_are_averaged() {
    for channels in [1, 2, 3, 6, 64u16] {
        // Channel c holds c / channels of a tone.
        let data = tone(16_000, 0.5).into_iter().flat_map(|s| {
            (1..=channels).flat_map(move |c| {
                let share = f32::from(c) / f32::from(channels);
                ((s * share * 32_767.0) as i16).to_le_bytes()
            })
        });
        let wav = Wav::new(1, 16, channels, 16_000, data.collect());
        let gain = (f32::from(channels) + 1.0) / (2.0 * f32::from(channels));
        let expected: Vec<f32> = tone(16_000, 0.5).iter().map(|s| s * gain).collect();
        let difference = largest_difference(&samples(&wav), &expected, 0);
        assert!(
            difference < 1e-4,
            "{channels} channels: off by {difference}"
        );
    }
}

#[test]
fn chunks_of_odd_length_before_the_sound_are_passed_over() {
    let mut wav = Wav::short();
    wav.before_data = wav.chunk(b"note", b"odd");
    assert_eq!(samples(&wav).len(), 8000);
    // hound refuses such a file, which is why it needs a test.
    assert!(hound::WavReader::new(&wav.bytes()[..]).is_err());

    wav.before_data.pop(); // The same without its padding.
    let (read, summary) = read_bytes(wav.bytes()).unwrap();
    assert_eq!(read.len(), 8000);
    assert!(kinds(&summary).contains(&WarningKind::ChunkOrder));
}

#[test]
fn chunks_after_the_sound_are_not_taken_for_sound() {
    let mut wav = Wav::short();
    wav.after_data = wav.chunk(b"LIST", &[0x55; 9_999]);
    assert_eq!(samples(&wav).len(), 8000);
}

#[test]
fn coded_sound_in_wav_is_decoded_as_ffmpeg_does() {
    for codec in ["pcm_alaw", "pcm_mulaw", "adpcm_ms", "adpcm_ima_wav"] {
        let folder = folder_with_tone(16_000);
        if !ffmpeg(
            folder.path(),
            &format!("-i tone.wav -c:a {codec} coded.wav"),
        ) || !ffmpeg(folder.path(), "-i coded.wav -c:a pcm_s16le decoded.wav")
        {
            return;
        }
        let (samples, summary) = read(&file(&folder, "coded.wav")).unwrap();
        let (expected, _) = read(&file(&folder, "decoded.wav")).unwrap();
        let difference = largest_difference(&samples, &expected, 0);
        assert!(difference < 1e-4, "{codec}: off by {difference}");
        assert_eq!(summary.info.decoder, "symphonia");
        assert_eq!(kinds(&summary), []);
    }
}

#[test]
fn hound_reads_the_same_from_what_hound_writes() {
    let specs = [
        (1, 8, hound::SampleFormat::Int),
        (2, 16, hound::SampleFormat::Int),
    ]
    .into_iter()
    .chain([
        (2, 24, hound::SampleFormat::Int),
        (1, 32, hound::SampleFormat::Int),
    ])
    .chain([(2, 32, hound::SampleFormat::Float)]);
    for (channels, bits_per_sample, sample_format) in specs {
        let spec = hound::WavSpec {
            channels,
            sample_rate: 16_000,
            bits_per_sample,
            sample_format,
        };
        let mut file = std::io::Cursor::new(Vec::new());
        let mut writer = hound::WavWriter::new(&mut file, spec).unwrap();
        for sample in tone(16_000, 0.2) {
            for _ in 0..channels {
                if sample_format == hound::SampleFormat::Float {
                    writer.write_sample(sample).unwrap();
                } else {
                    let scale = 2f64.powi(i32::from(bits_per_sample) - 1);
                    writer
                        .write_sample((f64::from(sample) * scale) as i32)
                        .unwrap();
                }
            }
        }
        writer.finalize().unwrap();
        let bytes = file.into_inner();
        let mut reader = hound::WavReader::new(&bytes[..]).unwrap();
        let expected: Vec<f32> = match sample_format {
            hound::SampleFormat::Float => reader.samples::<f32>().map(Result::unwrap).collect(),
            hound::SampleFormat::Int => {
                let scale = 2f32.powi(i32::from(bits_per_sample) - 1);
                reader
                    .samples::<i32>()
                    .map(|s| s.unwrap() as f32 / scale)
                    .collect()
            }
        };
        let expected: Vec<f32> = expected.into_iter().step_by(channels.into()).collect();
        let (read, summary) = read(&Source::memory("hound", bytes)).unwrap();
        assert_eq!(kinds(&summary), []);
        assert!(largest_difference(&read, &expected, 0) < 1e-6, "{spec:?}");
    }
}
