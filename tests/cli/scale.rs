//! How long retraining from the repository alone takes, and how much memory.
#![cfg(target_os = "linux")]

use super::memory::peak_kb;
use super::retrain::{letter, text};
use super::small_corpus::comb_in_noise;
use super::wav;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// `number` recordings of 5 to 15 s (longer than most of the default model's) from as many sources, of a label that is known, one that isn't, and backgrounds.
fn recordings(root: &Path, number: u32) {
    for n in 0..number {
        let label = ["shahed-136", "lancet", "background"][n as usize % 3];
        let name = format!(
            "{}{}{}",
            letter(n % 26),
            letter(n / 26 % 26),
            letter(n / 676)
        );
        let path = root.join(label).join(format!("{name}.wav"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let hz = match label {
            "shahed-136" => 190.0 + 0.011 * f64::from(n),
            "lancet" => 520.0 + 0.037 * f64::from(n),
            _ => 5.0 + 0.001 * f64::from(n),
        };
        let samples = comb_in_noise(hz, 80_000 + 160_000 * (n % 7) / 6);
        std::fs::write(path, wav::pcm(samples.into_iter())).unwrap();
    }
}

/// Wall time in seconds and peak memory in kB of retraining the default model.
fn retrain(number: u32) -> (f64, u64) {
    let dir = tempfile::tempdir().unwrap();
    let add = dir.path().join("new");
    recordings(&add, number);
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("earwitness"));
    command
        .args(["train", "--base", "built-in", "--jobs", "2", "-q", "--add"])
        .arg(&add)
        .arg("-o")
        .arg(dir.path().join("mine.model"))
        .stdout(Stdio::null());
    let start = Instant::now();
    let peak = peak_kb(&mut command);
    let seconds = start.elapsed().as_secs_f64();
    let shown = Command::new(assert_cmd::cargo::cargo_bin!("earwitness"))
        .args(["model", "show"])
        .arg(dir.path().join("mine.model"))
        .output()
        .unwrap();
    // None of them was taken for another and left out.
    let shown = text(&shown.stdout);
    let lancet = shown
        .lines()
        .find(|l| l.trim_start().starts_with("lancet"))
        .unwrap();
    let learnt: Vec<&str> = lancet.split_whitespace().collect();
    assert_eq!(learnt[3], ((number + 1) / 3).to_string(), "{lancet}");
    println!("{number} recordings: {seconds:.0} s, {} MB", peak / 1000);
    (seconds, peak)
}

#[test]
#[ignore = "slow: cargo test --release --test cli scale -- --ignored --nocapture"]
fn ten_recordings_take_a_minute_and_two_thousand_a_quarter_of_an_hour() {
    if !Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("models/default.memory")
        .is_file()
    {
        eprintln!("skipped: models/default.memory is not there");
        return;
    }
    let (seconds, peak) = retrain(10);
    assert!(seconds < 60.0 && peak < 1_000_000);
    let (seconds, _) = retrain(2_000);
    assert!(seconds < 900.0);
}
