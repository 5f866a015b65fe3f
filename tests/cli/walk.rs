//! The walk of docs/retraining.md, word for word.
#![cfg(unix)]

use std::path::Path;
use std::process::{Command, Output};

use super::retrain::text;

const WALK: &str = include_str!("../../docs/retraining.md");

/// The commands of the steps, a block each. What is measured with the training memory alone takes hours, and is no step.
fn steps() -> Vec<String> {
    let from = WALK.find("\n## 1.").unwrap();
    let to = WALK.find("\n## How few").unwrap();
    let mut blocks: Vec<String> = vec![String::new()];
    for line in WALK[from..to].lines() {
        match line.strip_prefix("    ") {
            Some(command) => *blocks.last_mut().unwrap() += &format!("{command}\n"),
            None => blocks.push(String::new()),
        }
    }
    blocks.retain(|block| !block.is_empty() && !block.starts_with("earwitness evaluate"));
    blocks
}

/// Runs commands in `dir` as a reader's shell does, with a configuration of their own.
fn shell(dir: &Path, commands: &str) -> Output {
    let program = assert_cmd::cargo::cargo_bin!("earwitness");
    let mut path = program.parent().unwrap().as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let mut shell = Command::new("sh");
    shell.args(["-e", "-c", commands]).current_dir(dir);
    shell.env("PATH", path);
    shell.env("EARWITNESS_CONFIG", dir.join("config"));
    shell.output().unwrap()
}

fn succeeds(dir: &Path, commands: &str) -> Output {
    let output = shell(dir, commands);
    let said = text(&output.stderr);
    assert!(output.status.success(), "{commands}\n{said}");
    output
}

fn has_ffmpeg() -> bool {
    let there = Command::new("ffmpeg").arg("-version").output().is_ok();
    if !there {
        eprintln!("skipped: ffmpeg is not installed, and the walk needs it");
    }
    there
}

#[test]
fn the_recordings_of_the_walk_are_taken_for_recordings() {
    if !has_ffmpeg() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    succeeds(dir.path(), &steps()[0]);
    for folder in ["new", "others"] {
        let check = format!("earwitness dataset check {folder}/ --no-doubts --format json");
        let found = text(&succeeds(dir.path(), &check).stdout);
        let found: serde_json::Value = serde_json::from_str(&found).unwrap();
        let all = found["findings"].as_array().unwrap();
        assert!(all.iter().all(|f| f["severity"] == "note"), "{all:?}");
    }
}

#[test]
#[ignore = "slow: cargo test --release --test cli walk -- --ignored"]
fn every_command_of_the_walk_runs_word_for_word() {
    let memory = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/default.memory");
    if !has_ffmpeg() || !memory.is_file() {
        eprintln!("skipped: the walk needs ffmpeg and models/default.memory");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    // The archive that the reader has.
    let recordings = dir.path().join("recordings");
    std::fs::create_dir(&recordings).unwrap();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    for entry in std::fs::read_dir(samples).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::copy(&path, recordings.join(path.file_name().unwrap())).unwrap();
        }
    }
    let steps = steps();
    assert!(steps.len() >= 8, "{steps:?}");
    for commands in &steps {
        println!("{commands}");
        succeeds(dir.path(), commands);
    }
    assert!(dir.path().join("mine.model").is_file() && dir.path().join("mine.html").is_file());
}
