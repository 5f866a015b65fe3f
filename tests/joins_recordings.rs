//! Signs of cuts in real recordings: how often they are false in uncut ones, and how often a cut is found.
//!
//! `EARWITNESS_DATA=... cargo test --release --test joins_recordings -- --ignored --nocapture`

mod ffmpeg;
mod recordings;

use std::collections::BTreeMap;
use std::path::Path;

use earwitness::audio::{self, ReadOptions, Source};
use earwitness::verify::condition::{Condition, ConditionMeter, Join};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Samples on either side of a cut made on purpose: 2.5 s.
const SIDE: usize = 40_000;
/// How many cuts are made.
const CUTS: usize = 150;
/// Background that both sides of a cut must have, and what is left alone for being close to silence: -60 dBFS.
const LEAST: f32 = 1e-3;

fn joins(samples: &[f32]) -> Vec<Join> {
    condition(samples).joins
}

fn condition(samples: &[f32]) -> Condition {
    let source = Source::memory("made", wav(samples));
    let mut reader = audio::open(&source, &ReadOptions::default()).expect("what was made opens");
    let mut meter = ConditionMeter::new();
    while let Some(block) = reader.next_block().expect("and can be read") {
        meter.push(block);
    }
    meter.finish(&reader.finish().quality, 0.0)
}

/// The samples of a recording.
fn read(path: &Path) -> Vec<f32> {
    let source = Source::Path(path.into());
    let mut reader =
        audio::open(&source, &ReadOptions::default()).expect("a listed recording opens");
    let mut samples = Vec::new();
    while let Some(block) = reader.next_block().expect("and can be read") {
        samples.extend_from_slice(block);
    }
    samples
}

/// 32-bit float WAV, 16 kHz mono.
fn wav(samples: &[f32]) -> Vec<u8> {
    let size = 4 * samples.len() as u32;
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + size).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x03\0\x01\0");
    bytes.extend(16_000u32.to_le_bytes());
    bytes.extend(64_000u32.to_le_bytes());
    bytes.extend(b"\x04\0\x20\0data");
    bytes.extend(size.to_le_bytes());
    bytes.extend(samples.iter().flat_map(|x| x.to_le_bytes()));
    bytes
}

/// Lower quintile of the level in 20 ms: the background.
fn background(samples: &[f32]) -> f32 {
    let mut levels: Vec<f32> = samples
        .chunks_exact(320)
        .map(|c| (c.iter().map(|x| x * x).sum::<f32>() / 320.0).sqrt())
        .collect();
    levels.sort_by(f32::total_cmp);
    levels.get(levels.len() / 5).copied().unwrap_or(0.0)
}

#[test]
#[ignore = "slow: needs the real recordings and ffmpeg"]
fn few_signs_in_uncut_recordings_and_many_where_recordings_were_joined() {
    let Some(manifest) = recordings::manifest() else {
        return;
    };
    let mut uncut = Vec::new();
    let mut treated: BTreeMap<String, (usize, BTreeMap<String, usize>)> = BTreeMap::new();
    let (mut minutes, mut judged, mut signs, mut known) = (0.0, 0.0, 0usize, (0, 0));
    for row in &manifest.recordings {
        let path = &row.path;
        let samples = read(path);
        let seconds = samples.len() as f64 / 16_000.0;
        let is_joined = row.may_hold_several();
        if is_joined {
            let found = joins(&samples);
            known.0 += found.len();
            known.1 += seconds as usize;
            continue;
        }
        if seconds >= 3.0 {
            minutes += seconds / 60.0;
            judged += (seconds - 3.0) / 60.0;
            let condition = condition(&samples);
            for join in condition.joins {
                println!("uncut {}: {join:?}", path.display());
                signs += 1;
            }
            let of_label = treated.entry(row.label.clone()).or_default();
            of_label.0 += 1;
            for sign in condition.signs {
                *of_label
                    .1
                    .entry(format!("{:?}", sign.treatment))
                    .or_default() += 1;
            }
        }
        if samples.len() >= SIDE {
            uncut.push((row.group.clone(), samples));
        }
    }
    println!("uncut: {signs} signs in {minutes:.1} minutes, of which {judged:.1} have 1.5 s on either side");
    println!("recordings and signs of treatment, by label: {treated:?}");
    println!(
        "clips of one second in a row: {} signs in {} s",
        known.0, known.1
    );
    assert!(
        signs as f64 <= minutes / 10.0,
        "more than one in ten minutes"
    );

    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let folder = tempfile::tempdir().expect("a folder for a while");
    let mut hits = [[0; 2]; 3];
    let mut made = 0;
    while made < CUTS {
        let mut pick = || {
            let (group, samples) = &uncut[rng.gen_range(0..uncut.len())];
            let start = rng.gen_range(0..=samples.len() - SIDE);
            (group, samples[start..start + SIDE].to_vec())
        };
        let ((first, before), (second, mut after)) = (pick(), pick());
        let (low, high) = (background(&before), background(&after));
        if first == second || low < LEAST || high < LEAST {
            continue;
        }
        let levelled = made % 2;
        if levelled == 1 {
            after.iter_mut().for_each(|x| *x *= low / high);
        }
        let mut sound = [before, after].concat();
        let peak = sound.iter().fold(1f32, |peak, x| peak.max(x.abs()));
        sound.iter_mut().for_each(|x| *x /= peak);
        let coded = |codec, rate, name| {
            ffmpeg::through_codec(&sound, codec, rate, &folder.path().join(name))
        };
        for (place, heard) in [
            sound.clone(),
            coded("aac", "64k", "a.m4a"),
            coded("libopus", "24k", "a.ogg"),
        ]
        .iter()
        .enumerate()
        {
            let is_hit = joins(heard).iter().any(|j| (j.time_s - 2.5).abs() < 0.15);
            hits[place][levelled] += usize::from(is_hit);
        }
        made += 1;
    }
    for (hits, codec) in hits.iter().zip(["as joined", "AAC 64k", "Opus 24k"]) {
        println!(
            "{codec}: {} of {} found at their own levels, {} of {} at equal levels",
            hits[0],
            CUTS / 2,
            hits[1],
            CUTS / 2
        );
        assert!(hits[0] + hits[1] >= CUTS / 4, "{codec}");
    }
}
