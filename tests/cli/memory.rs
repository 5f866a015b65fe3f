//! `classify` takes no more memory for a long recording than for a short one, and `verify` hardly more.
#![cfg(target_os = "linux")]

use super::{small_corpus, wav};
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// What the peaks may differ by.
const ROOM_KB: u64 = 32 * 1024;
/// What a report about an hour may take.
const REPORT_KB: u64 = 200 * 1024;
/// Samples of a minute.
const MINUTE: u32 = 60 * 16_000;

/// Writes so many minutes of one sound over and over.
fn write(path: &Path, minute: &[i16], minutes: u32) {
    let data: Vec<u8> = minute.iter().flat_map(|x| x.to_le_bytes()).collect();
    let mut head = wav::pcm(std::iter::empty());
    head[40..44].copy_from_slice(&(minutes * data.len() as u32).to_le_bytes());
    head[4..8].copy_from_slice(&(minutes * data.len() as u32 + 36).to_le_bytes());
    let mut file = File::create(path).unwrap();
    file.write_all(&head).unwrap();
    for _ in 0..minutes {
        file.write_all(&data).unwrap();
    }
}

/// Segments in the answer to one recording, and the largest resident memory on the way, in kB.
fn classify(path: &Path) -> (usize, u64) {
    let answer = path.with_extension("jsonl");
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("earwitness"));
    command.args([
        "classify", "--quiet", "--format", "jsonl", "--jobs", "1", "-o",
    ]);
    let peak = peak_kb(command.args([&answer, path]));
    let answer: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(answer).unwrap()).unwrap();
    (answer["segments"].as_array().unwrap().len(), peak)
}

/// The largest resident memory of a command that succeeds, in kB.
pub fn peak_kb(command: &mut Command) -> u64 {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut peak = 0;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        let text = std::fs::read_to_string(format!("/proc/{}/status", child.id()));
        let text = text.unwrap_or_default();
        let line = text.lines().find_map(|l| l.strip_prefix("VmHWM:"));
        let value = line.and_then(|l| l.split_whitespace().next()?.parse().ok());
        // It only grows, so that the last value read is the peak.
        peak = value.unwrap_or(peak);
        std::thread::sleep(Duration::from_millis(1));
    };
    assert!(status.success());
    peak
}

#[test]
#[ignore = "slow: writes a gigabyte and classifies 10 hours"]
fn ten_hours_are_classified_in_the_memory_of_one_minute() {
    let folder = tempfile::tempdir().unwrap();
    let sound = small_corpus::comb_in_noise(120.0, MINUTE);
    let measure = |name: &str, minutes| {
        let path = folder.path().join(name);
        write(&path, &sound, minutes);
        classify(&path)
    };
    let (short_segments, short_kb) = measure("1 min.wav", 1);
    let (long_segments, long_kb) = measure("10 h.wav", 600);
    eprintln!("1 minute: {short_kb} kB; 10 hours: {long_kb} kB");
    assert_eq!((short_segments, long_segments), (59, 35_999));
    assert!(long_kb < short_kb + ROOM_KB, "{short_kb} kB, {long_kb} kB");
}

#[test]
#[ignore = "slow: writes and verifies an hour of sound"]
fn a_report_about_an_hour_takes_less_than_200_mb() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("1 h.wav");
    write(&path, &small_corpus::comb_in_noise(120.0, MINUTE), 60);
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("earwitness"));
    command.args(["verify", "--quiet", "-o"]);
    let peak = peak_kb(command.arg(folder.path().join("out")).arg(&path));
    eprintln!("a report about an hour: {peak} kB");
    assert!(peak < REPORT_KB, "{peak} kB");
    assert!(folder.path().join("out/report.html").exists());
}
