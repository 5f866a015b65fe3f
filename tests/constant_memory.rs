//! A long recording takes no more memory than a short one.
//!
//! `cargo test --release --test constant_memory -- --ignored`
#![cfg(target_os = "linux")]

mod audio_fixtures;

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use audio_fixtures::*;
use earwitness::audio::{self, ReadOptions, Source};

/// What the peaks may differ by.
const ROOM_KB: u64 = 32 * 1024;

/// Tells the child process which file to read.
const FILE: &str = "EARWITNESS_TEST_READ";

/// Peak memory of this process so far.
fn peak_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Not a test of its own: what the child process of the tests below runs.
#[test]
#[ignore = "slow: run by the other tests of this file"]
fn child() {
    let Some(path) = std::env::var_os(FILE) else {
        return;
    };
    let mut reader = audio::open(&Source::Path(path.into()), &ReadOptions::default()).unwrap();
    while reader.next_block().unwrap().is_some() {}
    println!("samples {} peak {}", reader.finish().samples, peak_kb());
}

/// Reads a file in a process of its own; samples and peak memory in kB.
fn read_apart(path: &Path) -> (u64, u64) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["child", "--exact", "--ignored", "--nocapture"])
        .env(FILE, path)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let words: Vec<&str> = text
        .split_whitespace()
        .skip_while(|w| *w != "samples")
        .collect();
    assert!(
        words.len() > 3,
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    (words[1].parse().unwrap(), words[3].parse().unwrap())
}

fn assert_same_memory(short: &Path, long: &Path, times: u64) {
    let (short_samples, short_kb) = read_apart(short);
    let (long_samples, long_kb) = read_apart(long);
    eprintln!("{short_samples} samples: {short_kb} kB, {long_samples} samples: {long_kb} kB");
    assert!(
        long_samples >= short_samples * times * 9 / 10,
        "{short_samples}, {long_samples}"
    );
    assert!(long_kb < short_kb + ROOM_KB, "{short_kb} kB, {long_kb} kB");
}

/// A WAV file of silence after a short tone, which takes no room on the disk.
fn sparse_wav(path: &Path, rate: u32, channels: u16, seconds: u64) {
    let size = seconds * u64::from(rate) * u64::from(channels) * 2;
    let wav = Wav::new(1, 16, channels, rate, Wav::short().data).with_data_size(size as u32);
    let mut file = File::create(path).unwrap();
    file.write_all(&wav.bytes()).unwrap();
    file.set_len(44 + size).unwrap();
}

#[test]
#[ignore = "slow: reads 10 hours"]
fn ten_hours_of_wav_take_the_memory_of_one_minute() {
    let folder = tempfile::tempdir().unwrap();
    for (rate, channels) in [(16_000, 1), (44_100, 1), (22_050, 2)] {
        let (short, long) = (
            folder.path().join("1 min.wav"),
            folder.path().join("10 h.wav"),
        );
        sparse_wav(&short, rate, channels, 60);
        sparse_wav(&long, rate, channels, 36_000);
        assert_same_memory(&short, &long, 600);
    }
}

#[test]
#[ignore = "slow: encodes and reads 10 hours"]
fn ten_hours_of_compressed_sound_take_the_memory_of_one_minute() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, name) in [
        ("-c:a aac -b:a 32k", "m4a"),
        (
            "-c:a aac -b:a 32k -movflags frag_keyframe+empty_moov -frag_duration 1000000",
            "mp4",
        ),
        ("-c:a libmp3lame -b:a 32k", "mp3"),
        ("-c:a flac", "flac"),
        ("-c:a libopus -b:a 16k", "webm"),
        ("-c:a libvorbis", "ogg"),
    ] {
        for (seconds, length) in [(60, "short"), (36_000, "long")] {
            let sound = format!("-f lavfi -i sine=440:r=16000:d={seconds}");
            if !ffmpeg(
                folder.path(),
                &format!("{sound} {arguments} {length}.{name}"),
            ) {
                return;
            }
        }
        eprintln!("{name} {arguments}");
        let file = |length: &str| folder.path().join(format!("{length}.{name}"));
        assert_same_memory(&file("short"), &file("long"), 600);
        std::fs::remove_file(file("long")).unwrap();
    }
}
