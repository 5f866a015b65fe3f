//! The sound that is timed.

use std::f64::consts::TAU;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Length of the sound.
pub const MINUTES: u32 = 10;

/// Writes ten minutes.
pub fn write_wav(path: &Path, rate: u32) -> Result<(), hound::Error> {
    write_numbered(path, rate, MINUTES * 60, 0)
}

/// Writes so many seconds.
pub fn write_seconds(path: &Path, rate: u32, seconds: u32) -> Result<(), hound::Error> {
    write_numbered(path, rate, seconds, 0)
}

/// Writes a gliding comb in noise that comes and goes, 16 bit, mono; each number has a pitch and noise of its own.
pub fn write_numbered(
    path: &Path,
    rate: u32,
    seconds: u32,
    number: u8,
) -> Result<(), hound::Error> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec)?;
    let mut rng = ChaCha8Rng::seed_from_u64(1 + u64::from(number));
    let pitch = 110.0 + 3.7 * f64::from(number);
    let mut phase = 0.0;
    for n in 0..seconds * rate {
        let t = f64::from(n) / f64::from(rate);
        phase += (pitch + 20.0 * (TAU * t / 60.0).sin()) / f64::from(rate);
        let comb: f64 = (1..=8).map(|h| (TAU * phase * f64::from(h)).sin()).sum();
        let level = 0.5 + 0.5 * (TAU * t / 30.0).sin();
        let sample = 900.0 * level * comb + rng.gen_range(-1500.0..1500.0);
        writer.write_sample(sample as i16)?;
    }
    writer.finalize()
}

/// Lets ffmpeg write 44.1 kHz AAC at 96 kbit/s in MP4; says why if it can't.
pub fn write_aac(folder: &Path) -> Result<PathBuf, String> {
    let m4a = folder.join("44100.m4a");
    write_numbered_aac(&m4a, 0).map(|()| m4a)
}

/// The same for the sound of a number.
pub fn write_numbered_aac(m4a: &Path, number: u8) -> Result<(), String> {
    let wav = m4a.with_extension("wav");
    write_numbered(&wav, 44_100, MINUTES * 60, number).map_err(|e| e.to_string())?;
    let status = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-y", "-i"])
        .arg(&wav)
        .args(["-c:a", "aac", "-b:a", "96k"])
        .arg(m4a)
        .stdin(Stdio::null())
        .status();
    std::fs::remove_file(&wav).map_err(|e| e.to_string())?;
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("ffmpeg failed: {status}")),
        Err(error) => Err(format!("ffmpeg cannot be run: {error}")),
    }
}

/// Copies of one file, so that each is a recording of its own.
pub fn copies(wav: &Path, folder: &Path, count: usize) -> std::io::Result<Vec<PathBuf>> {
    let copy = |i| {
        let path = folder.join(format!("copy{i}.wav"));
        std::fs::copy(wav, &path).map(|_| path)
    };
    (0..count).map(copy).collect()
}
