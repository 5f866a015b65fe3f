//! What several test files need: ffmpeg as encoder and decoder.
#![allow(dead_code)] // Each test file uses its own part.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Encodes 16 kHz mono samples into `path` at 48 kHz, as a phone or a site would, and decodes them.
pub fn through_codec(samples: &[f32], codec: &str, bit_rate: &str, path: &Path) -> Vec<f32> {
    let mut encoder = Command::new("ffmpeg")
        .args([
            "-v", "error", "-y", "-f", "f32le", "-ar", "16000", "-ac", "1", "-i", "-",
        ])
        .args(["-ar", "48000", "-c:a", codec, "-b:a", bit_rate])
        .arg(path)
        .stdin(Stdio::piped())
        .spawn()
        .expect("ffmpeg starts");
    let bytes: Vec<u8> = samples.iter().flat_map(|x| x.to_le_bytes()).collect();
    let mut input = encoder.stdin.take().expect("a pipe to ffmpeg");
    input.write_all(&bytes).expect("ffmpeg reads the samples");
    drop(input);
    assert!(
        encoder.wait().expect("ffmpeg ends").success(),
        "{codec} {bit_rate}"
    );
    decode(path).expect("what ffmpeg wrote, it reads")
}

/// Decodes any file to 16 kHz mono samples.
pub fn decode(path: &Path) -> Result<Vec<f32>, String> {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(path)
        .args(["-f", "f32le", "-ar", "16000", "-ac", "1", "-"])
        .output()
        .map_err(|error| format!("{}: ffmpeg: {error}", path.display()))?;
    if !output.status.success() {
        return Err(format!(
            "{}: {}",
            path.display(),
            String::from_utf8_lossy(&output.stderr)
        ));
    }
    let samples = output.stdout.chunks_exact(4);
    Ok(samples
        .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
        .collect())
}
