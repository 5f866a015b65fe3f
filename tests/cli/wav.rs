//! Small recordings.

use std::path::Path;

/// A 16-bit mono WAV at 16 kHz: a comb at `hz`, `seconds` long.
pub fn comb(hz: f64, seconds: f64) -> Vec<u8> {
    let samples = (0..(16_000.0 * seconds) as usize).map(|n| {
        let phase = std::f64::consts::TAU * hz * n as f64 / 16_000.0;
        let sum: f64 = (1..=8).map(|h| (f64::from(h) * phase).sin()).sum();
        (sum / 8.0 * 20_000.0) as i16
    });
    pcm(samples)
}

/// A 16-bit mono WAV at 16 kHz.
pub fn pcm(samples: impl Iterator<Item = i16>) -> Vec<u8> {
    let data: Vec<u8> = samples.flat_map(i16::to_le_bytes).collect();
    let mut wav = Vec::new();
    wav.extend(b"RIFF");
    wav.extend((36 + data.len() as u32).to_le_bytes());
    wav.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wav.extend(16_000u32.to_le_bytes());
    wav.extend(32_000u32.to_le_bytes());
    wav.extend(b"\x02\0\x10\0data");
    wav.extend((data.len() as u32).to_le_bytes());
    wav.extend(data);
    wav
}

/// Writes such a recording, a second or two long, and the folders above it.
pub fn write(path: &Path, hz: f64) {
    std::fs::create_dir_all(path.parent().expect("a file has a folder"))
        .expect("a writable folder");
    std::fs::write(path, comb(hz, 2.5)).expect("a writable folder");
}
