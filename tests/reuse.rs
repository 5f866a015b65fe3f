//! Earlier recordings are searched for the sound of another: copies are found with their place, machines of the
//! same kind are not, whatever the number of threads.

use std::f32::consts::TAU;
use std::path::{Path, PathBuf};

use earwitness::audio::{ReadOptions, Source};
use earwitness::fingerprint::search::{against, Archive, Match};
use earwitness::fingerprint::Waveprint;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const RATE: usize = 16_000;

/// An engine: a comb near 90 Hz with thirty lines whose rate wanders by some tenths of a percent, as those of real ones
/// do, in noise 10 dB below.
fn hum(seed: u64, seconds: usize) -> Vec<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (mut turns, mut drift) = (0.0f64, 0.0f64);
    (0..seconds * RATE)
        .map(|_| {
            drift += rng.gen_range(-2e-4..2e-4) - 1e-4 * drift;
            turns = (turns + 90.0 * (1.0 + drift) / RATE as f64).fract();
            let lines: f32 = (1..=30)
                .map(|k| (TAU * k as f32 * turns as f32).sin())
                .sum();
            0.02 * lines + rng.gen_range(-0.05..0.05)
        })
        .collect()
}

/// A comb of exactly 90 Hz, which keeps its phase for ever, in noise.
fn clockwork(seed: u64) -> Vec<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..5 * RATE)
        .map(|n| {
            let t = n as f32 / RATE as f32;
            let lines: f32 = (1..=30).map(|k| (TAU * 90.0 * k as f32 * t).sin()).sum();
            0.02 * lines + rng.gen_range(-0.03..0.03)
        })
        .collect()
}

fn archive(sounds: &[Vec<f32>]) -> Archive {
    let mut archive = Archive::new();
    for (n, sound) in sounds.iter().enumerate() {
        archive.add(n.to_string(), Waveprint::of(sound));
    }
    archive
}

fn found(archive: &Archive, sound: &[f32]) -> Vec<Match> {
    archive.search(&Waveprint::of(sound))
}

fn mixed(a: &[f32], b: &[f32], gain: f32) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| a + gain * b).collect()
}

#[test]
fn a_cut_at_any_sample_is_found_with_its_place_and_length() {
    let sounds: Vec<Vec<f32>> = (0..4).map(|seed| hum(seed, 20)).collect();
    let archive = archive(&sounds);
    for (start, seconds) in [(0, 3), (12_345, 3), (77_777, 10), (100_128, 2)] {
        let cut: Vec<f32> = sounds[3][start..start + seconds * RATE]
            .iter()
            .map(|x| x * -0.2)
            .collect();
        let matches = found(&archive, &cut);
        assert_eq!(matches.len(), 1, "from {start} for {seconds} s");
        let m = &matches[0];
        let shift = m.other_start_s - m.start_s - start as f64 / RATE as f64;
        assert!(m.id == "3" && shift.abs() < 0.002, "{m:?}");
        assert!(
            m.start_s < 0.1 && (m.end_s - seconds as f64).abs() < 0.15,
            "{m:?}"
        );
        assert!(m.score > 0.4 && m.log10_chance < -8.5, "{m:?}");
    }
}

#[test]
fn the_same_engine_recorded_twice_is_two_recordings() {
    let archive = archive(&(0..20).map(|seed| hum(seed, 5)).collect::<Vec<_>>());
    for other in 100..120 {
        assert_eq!(found(&archive, &hum(other, 5)), []);
    }
}

#[test]
fn machines_that_run_in_step_are_no_copies() {
    let archive = archive(&(0..10).map(clockwork).collect::<Vec<_>>());
    for other in 100..105 {
        assert_eq!(found(&archive, &clockwork(other)), []);
    }
}

#[test]
fn a_pure_periodic_sound_is_no_evidence() {
    let tone = |phase: f32| -> Vec<f32> {
        (0..5 * RATE)
            .map(|n| {
                let t = n as f32 / RATE as f32 + phase;
                (1..=20)
                    .map(|k| 0.03 * (TAU * 100.0 * k as f32 * t).cos())
                    .sum()
            })
            .collect()
    };
    assert_eq!(found(&archive(&[tone(0.0)]), &tone(0.003)), []);
}

#[test]
fn other_sound_twice_as_strong_does_not_hide_it() {
    let sounds: Vec<Vec<f32>> = (0..4).map(|seed| hum(seed, 8)).collect();
    let archive = archive(&sounds);
    let copy = mixed(&sounds[2][33_333..33_333 + 5 * RATE], &hum(50, 5), 2.0);
    let matches = found(&archive, &copy);
    assert_eq!(matches.len(), 1);
    assert_eq!(matches[0].id, "2");
}

#[test]
fn a_shared_passage_inside_other_sound_is_delimited() {
    let archive = archive(&[hum(1, 12), hum(2, 12)]);
    let mut query = hum(3, 30);
    query[20 * RATE..24 * RATE].copy_from_slice(&hum(2, 12)[2 * RATE..6 * RATE]);
    let matches = found(&archive, &query);
    assert_eq!(matches.len(), 1);
    let m = &matches[0];
    let ends = [
        m.start_s - 20.0,
        m.end_s - 24.0,
        m.other_start_s - 2.0,
        m.other_end_s - 6.0,
    ];
    assert!(m.id == "1" && ends.iter().all(|e| e.abs() < 0.2), "{m:?}");
}

#[test]
fn silence_and_nothing_match_nothing() {
    let silence = vec![0.0; 5 * RATE];
    assert_eq!(found(&archive(&[silence.clone(), hum(1, 5)]), &silence), []);
    assert_eq!(found(&archive(&[hum(1, 5)]), &[]), []);
    assert_eq!(found(&Archive::new(), &hum(1, 5)), []);
}

#[test]
fn an_archive_survives_being_written_and_threads_change_nothing() {
    let sounds: Vec<Vec<f32>> = (0..6).map(|seed| hum(seed, 6)).collect();
    let archive = archive(&sounds);
    let read: Archive = serde_json::from_str(&serde_json::to_string(&archive).unwrap()).unwrap();
    assert_eq!(read, archive);
    let query = Waveprint::of(&sounds[4][RATE..4 * RATE]);
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| read.search(&query))
    };
    assert_eq!(with(1), with(3));
    assert_eq!(with(1).len(), 1);
}

#[test]
fn files_are_searched_and_the_unreadable_and_the_same_file_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, samples: &[f32]| -> PathBuf {
        let path = folder.path().join(name);
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: RATE as u32,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(&path, spec).unwrap();
        for x in samples {
            writer.write_sample((x * 32_000.0) as i16).unwrap();
        }
        writer.finalize().unwrap();
        path
    };
    let query = write("query.wav", &hum(1, 6));
    let copy = write("copy.wav", &hum(1, 6)[RATE..5 * RATE]);
    let other = write("other.wav", &hum(2, 6));
    let broken = folder.path().join("broken.wav");
    std::fs::write(&broken, b"not a recording").unwrap();
    let others = [other, copy.clone(), broken.clone(), query.clone()];
    let options = ReadOptions::default();
    let found = against(&Source::Path(query.clone()), &others, &options).unwrap();
    let name = |path: &Path| path.display().to_string();
    assert_eq!((found.compared, found.matches.len()), (2, 1));
    assert_eq!(found.matches[0].id, name(&copy));
    assert!((found.matches[0].start_s - 1.0).abs() < 0.1, "{found:?}");
    assert_eq!(found.same_file, [name(&query)]);
    assert_eq!(found.unreadable[0].0, name(&broken));
    let text = serde_json::to_string(&found).unwrap();
    assert!(text.contains("\"other_start_s\""));
    assert!(against(&Source::Path(broken), &others, &options).is_err());
}
