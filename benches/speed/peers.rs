//! What others take for less, where they are installed.

use std::path::Path;
use std::process::{Command, Stdio};

/// Seconds that librosa takes to load `wav` and to make its log-mel spectrum and MFCC, on one
/// thread, best of `runs`; says why if it can't be asked.
pub fn librosa_s(wav: &Path, runs: usize) -> Result<f64, String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/librosa_features.py");
    let output = Command::new("python3")
        .arg(script)
        .arg(wav)
        .arg(runs.to_string())
        .stderr(Stdio::null())
        .output()
        .map_err(|error| format!("python3 cannot be run: {error}"))?;
    if !output.status.success() {
        return Err("python3 has no librosa".into());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find(|l| l.contains("MFCC"));
    let seconds = line.and_then(|l| {
        l.split(" s ")
            .next()?
            .split_whitespace()
            .last()?
            .parse()
            .ok()
    });
    seconds.ok_or_else(|| "librosa_features.py printed no time".into())
}
