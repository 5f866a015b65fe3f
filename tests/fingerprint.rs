//! The same sound is found again under another level, cut, channel or codec; other sound is not.

use std::f32::consts::TAU;
use std::process::Command;

use earwitness::channel::{augment, BandParams, ChainParams, Interval, LossyParams};
use earwitness::fingerprint::{Fingerprint, Index, Match};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

mod ffmpeg;

const RATE: usize = 16_000;

/// A steady engine: a comb of 90 Hz with ten lines, in noise 20 dB below.
fn hum(seed: u64, seconds: usize) -> Vec<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..seconds * RATE)
        .map(|n| {
            let t = n as f32 / RATE as f32;
            let lines: f32 = (1..=10)
                .map(|k| (TAU * 90.0 * k as f32 * t).sin() / k as f32)
                .sum();
            0.1 * lines + rng.gen_range(-0.03..0.03)
        })
        .collect()
}

fn index_of(sounds: &[Vec<f32>]) -> Index {
    let mut index = Index::new();
    for (id, sound) in sounds.iter().enumerate() {
        index.add(id as u32, &Fingerprint::of(sound));
    }
    index
}

fn found(index: &Index, sound: &[f32]) -> Vec<Match> {
    index.matches(&Fingerprint::of(sound))
}

#[test]
fn a_cut_at_any_sample_is_found_with_its_place_and_length() {
    let sounds: Vec<Vec<f32>> = (0..5).map(|seed| hum(seed, 20)).collect();
    let index = index_of(&sounds);
    for (start, seconds) in [(0, 3), (12_345, 3), (77_777, 10), (100_128, 1)] {
        let cut: Vec<f32> = sounds[3][start..start + seconds * RATE]
            .iter()
            .map(|x| x * 0.2)
            .collect();
        let matches = found(&index, &cut);
        assert_eq!(matches.len(), 1, "from {start} for {seconds} s");
        assert_eq!(matches[0].id, 3);
        assert!(
            (matches[0].offset_s + start as f64 / RATE as f64).abs() < 0.02,
            "{matches:?}"
        );
        assert!(
            (matches[0].overlap_s - seconds as f64).abs() < 0.2,
            "{matches:?}"
        );
    }
}

#[test]
fn the_same_engine_recorded_twice_is_two_recordings() {
    let sounds: Vec<Vec<f32>> = (0..40).map(|seed| hum(seed, 5)).collect();
    let index = index_of(&sounds);
    for other in 100..140 {
        assert_eq!(found(&index, &hum(other, 5)), []);
    }
}

#[test]
fn an_excerpt_inside_other_sound_is_placed() {
    let index = index_of(&[hum(1, 8)]);
    let mut stream = hum(2, 60);
    stream[20 * RATE..24 * RATE].copy_from_slice(&hum(1, 8)[2 * RATE..6 * RATE]);
    let matches = found(&index, &stream);
    assert_eq!(matches.len(), 1);
    assert!(
        (matches[0].offset_s - 18.0).abs() < 0.02 && (matches[0].overlap_s - 4.0).abs() < 0.4,
        "{matches:?}"
    );
}

#[test]
fn a_long_stream_is_searched_too() {
    let index = index_of(&[hum(1, 8)]);
    let mut stream = hum(2, 180);
    stream[150 * RATE..153 * RATE].copy_from_slice(&hum(1, 8)[2 * RATE..5 * RATE]);
    assert_eq!(found(&index, &stream).len(), 1);
}

#[test]
fn silence_is_like_nothing() {
    let silence = vec![0.0; 10 * RATE];
    let index = index_of(&[silence.clone(), hum(1, 5)]);
    assert_eq!(found(&index, &silence), []);
}

#[test]
fn a_narrow_band_and_a_lossy_codec_leave_it_recognisable() {
    let index = index_of(&(0..10).map(|seed| hum(seed, 6)).collect::<Vec<_>>());
    let params = ChainParams {
        band: Some(BandParams {
            probability: 1.0,
            high_pass_hz: Interval::new(300.0, 300.0),
            low_pass_hz: Interval::new(3400.0, 3400.0),
        }),
        lossy: Some(LossyParams {
            probability: 1.0,
            cutoff_hz: Interval::new(5000.0, 5000.0),
            snr_db: Interval::new(16.0, 16.0),
            hole_db: Interval::new(50.0, 50.0),
            fill: Interval::new(0.5, 0.5),
        }),
        ..ChainParams::none()
    };
    let params = params.check().expect("the settings are in range");
    for seed in 0..10 {
        let copy = augment(&hum(seed, 6)[5000..5000 + 3 * RATE], None, &params, seed);
        let ids: Vec<u32> = found(&index, &copy).iter().map(|m| m.id).collect();
        assert_eq!(ids, [seed as u32]);
    }
}

#[test]
fn real_codecs_at_32_and_64_kbit_leave_it_recognisable() {
    if Command::new("ffmpeg").arg("-version").output().is_err() {
        eprintln!("skipped: ffmpeg is not installed, no AAC or Opus to test with");
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let index = index_of(&(0..5).map(|seed| hum(seed, 8)).collect::<Vec<_>>());
    for (codec, name) in [("aac", "a.m4a"), ("libopus", "a.ogg")] {
        for rate in ["32k", "64k"] {
            let path = folder.path().join(name);
            let cut = &hum(2, 8)[7777..7777 + 4 * RATE];
            let copy = ffmpeg::through_codec(cut, codec, rate, &path);
            let ids: Vec<u32> = found(&index, &copy).iter().map(|m| m.id).collect();
            assert_eq!(ids, [2], "{codec} {rate}");
        }
    }
}
