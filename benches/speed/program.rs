//! What is timed and weighed from outside.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

fn start(paths: &[PathBuf], jobs: usize) -> io::Result<Child> {
    Command::new(env!("CARGO_BIN_EXE_earwitness"))
        .args(["classify", "--quiet", "--format", "jsonl", "--jobs"])
        .arg(jobs.to_string())
        .args(paths)
        .stdout(Stdio::null())
        .spawn()
}

/// Runs `earwitness classify` to its end.
pub fn classify(paths: &[PathBuf], jobs: usize) -> io::Result<()> {
    let status = start(paths, jobs)?.wait()?;
    match status.success() {
        true => Ok(()),
        false => Err(io::Error::other(format!("earwitness classify: {status}"))),
    }
}

/// Runs `earwitness verify` on one recording to its end.
pub fn verify(path: &Path, folder: &Path) -> io::Result<()> {
    let status = Command::new(env!("CARGO_BIN_EXE_earwitness"))
        .args(["verify", "--quiet", "-o"])
        .arg(folder.join("report"))
        .arg(path)
        .stdout(Stdio::null())
        .status()?;
    match status.success() {
        true => Ok(()),
        false => Err(io::Error::other(format!("earwitness verify: {status}"))),
    }
}

/// Largest resident memory of `classify` on one recording, asked every millisecond; Linux only.
pub fn peak_memory_mb(path: &Path) -> io::Result<Option<f64>> {
    let mut child = start(&[path.to_owned()], 1)?;
    let mut peak = None;
    while child.try_wait()?.is_none() {
        peak = high_water_mark_mb(child.id()).or(peak);
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(peak)
}

/// `VmHWM` of a running process: it only grows, so that the last value read is the peak.
fn high_water_mark_mb(pid: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024.0)
}
