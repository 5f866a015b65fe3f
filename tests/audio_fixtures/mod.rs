//! Recordings made on the spot for the tests of the reader, and what reads them.
#![allow(dead_code)] // Every test file uses its own part.

use std::path::{Path, PathBuf};
use std::process::Command;

use earwitness::audio::{self, AudioError, ReadOptions, ReadSummary, Source, WarningKind};

/// A sine of 440 Hz, half of full scale.
pub fn tone(rate: u32, seconds: f64) -> Vec<f32> {
    let step = std::f64::consts::TAU * 440.0 / f64::from(rate);
    let len = (f64::from(rate) * seconds).round() as usize;
    (0..len)
        .map(|i| (0.5 * (step * i as f64).sin()) as f32)
        .collect()
}

/// Reads a recording to its end.
pub fn read(source: &Source) -> Result<(Vec<f32>, ReadSummary), AudioError> {
    read_with(source, &ReadOptions::default())
}

/// Reads a recording to its end.
pub fn read_with(
    source: &Source,
    options: &ReadOptions,
) -> Result<(Vec<f32>, ReadSummary), AudioError> {
    let mut reader = audio::open(source, options)?;
    let mut samples = Vec::new();
    while let Some(block) = reader.next_block()? {
        samples.extend_from_slice(block);
    }
    Ok((samples, reader.finish()))
}

/// Reads bytes as if they came from standard input.
pub fn read_bytes(bytes: Vec<u8>) -> Result<(Vec<f32>, ReadSummary), AudioError> {
    read(&Source::memory("test", bytes))
}

/// The error that reading bytes gives.
pub fn error_of(bytes: Vec<u8>) -> AudioError {
    read_bytes(bytes)
        .map(|(_, summary)| summary)
        .expect_err("should not be readable")
}

/// The kinds of warnings that reading gave.
pub fn kinds(summary: &ReadSummary) -> Vec<WarningKind> {
    summary.warnings.iter().map(|w| w.kind).collect()
}

/// The largest difference between two signals of equal length, but for `edge` samples at
/// both ends, where a resampler sees the sound begin and end.
pub fn largest_difference(a: &[f32], b: &[f32], edge: usize) -> f32 {
    assert!(
        a.len().abs_diff(b.len()) <= 1,
        "lengths differ: {} and {}",
        a.len(),
        b.len()
    );
    let range = edge..a.len().min(b.len()) - edge;
    a[range.clone()]
        .iter()
        .zip(&b[range])
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max)
}

/// A WAV file, byte by byte: a right one, unless fields are changed before [`bytes`](Self::bytes).
#[derive(Clone)]
pub struct Wav {
    pub big_endian: bool,
    pub magic: [u8; 4],
    pub tag: u16,
    pub channels: u16,
    pub rate: u32,
    pub bits: u16,
    pub block_align: u16,
    /// What follows the 16 bytes of the `fmt ` chunk.
    pub extra: Vec<u8>,
    /// Whole chunks between `fmt ` and `data`.
    pub before_data: Vec<u8>,
    pub data: Vec<u8>,
    pub data_size: Option<u32>,
    pub riff_size: Option<u32>,
    pub after_data: Vec<u8>,
}

impl Wav {
    /// Sound that is already bytes.
    pub fn new(tag: u16, bits: u16, channels: u16, rate: u32, data: Vec<u8>) -> Self {
        Self {
            big_endian: false,
            magic: *b"RIFF",
            tag,
            channels,
            rate,
            bits,
            block_align: channels * bits.div_ceil(8),
            extra: Vec::new(),
            before_data: Vec::new(),
            data,
            data_size: None,
            riff_size: None,
            after_data: Vec::new(),
        }
    }

    /// One channel of 16-bit PCM.
    pub fn pcm16(rate: u32, samples: &[f32]) -> Self {
        let data = samples
            .iter()
            .flat_map(|s| ((s * 32_767.0) as i16).to_le_bytes());
        Self::new(1, 16, 1, rate, data.collect())
    }

    /// Half a second of a tone at 16 kHz in 16 bits.
    pub fn short() -> Self {
        Self::pcm16(16_000, &tone(16_000, 0.5))
    }

    pub fn with_data_size(mut self, size: u32) -> Self {
        self.data_size = Some(size);
        self
    }

    pub fn with_riff_size(mut self, size: u32) -> Self {
        self.riff_size = Some(size);
        self
    }

    /// The file.
    pub fn bytes(&self) -> Vec<u8> {
        let mut fmt = Vec::new();
        fmt.extend(self.u16(self.tag));
        fmt.extend(self.u16(self.channels));
        fmt.extend(self.u32(self.rate));
        fmt.extend(self.u32(self.rate.wrapping_mul(self.block_align.into())));
        fmt.extend(self.u16(self.block_align));
        fmt.extend(self.u16(self.bits));
        fmt.extend(&self.extra);
        let mut body = b"WAVE".to_vec();
        body.extend(self.chunk(b"fmt ", &fmt));
        body.extend(&self.before_data);
        let mut data = self.chunk(b"data", &self.data);
        if let Some(size) = self.data_size {
            data[4..8].copy_from_slice(&self.u32(size));
        }
        body.extend(data);
        body.extend(&self.after_data);
        let mut file = self.magic.to_vec();
        file.extend(self.u32(self.riff_size.unwrap_or(body.len() as u32)));
        file.extend(body);
        file
    }

    /// A chunk with its padding.
    pub fn chunk(&self, id: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let mut chunk = id.to_vec();
        chunk.extend(self.u32(body.len() as u32));
        chunk.extend(body);
        if body.len() % 2 == 1 {
            chunk.push(0);
        }
        chunk
    }

    fn u16(&self, value: u16) -> [u8; 2] {
        if self.big_endian {
            value.to_be_bytes()
        } else {
            value.to_le_bytes()
        }
    }

    fn u32(&self, value: u32) -> [u8; 4] {
        if self.big_endian {
            value.to_be_bytes()
        } else {
            value.to_le_bytes()
        }
    }
}

/// Runs ffmpeg in `folder`; `false`, with a message, where there is no ffmpeg (or none with the
/// encoder that the test needs).
pub fn ffmpeg(folder: &Path, arguments: &str) -> bool {
    let run = Command::new("ffmpeg")
        .current_dir(folder)
        .args(["-nostdin", "-y", "-v", "error"])
        .args(arguments.split_whitespace())
        .output();
    match run {
        Ok(output) if output.status.success() => true,
        Ok(output) => {
            let why = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(why.contains("Unknown encoder"), "ffmpeg {arguments}: {why}");
            eprintln!("skipped: this ffmpeg lacks an encoder: {}", why.trim());
            false
        }
        Err(_) => {
            eprintln!("skipped: needs ffmpeg");
            false
        }
    }
}

/// Whether there is an ffmpeg; says that the test is skipped if not.
pub fn has_ffmpeg() -> bool {
    ffmpeg(Path::new("."), "-version")
}

/// A folder that is removed at the end, with `tone.wav` in it: two seconds of stereo at `rate`.
pub fn folder_with_tone(rate: u32) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let samples = tone(rate, 2.0);
    let data = samples.iter().flat_map(|s| {
        let bytes = ((s * 32_767.0) as i16).to_le_bytes();
        [bytes, bytes]
    });
    let wav = Wav::new(1, 16, 2, rate, data.flatten().collect());
    std::fs::write(folder.path().join("tone.wav"), wav.bytes()).expect("a written file");
    folder
}

/// A file in `folder` as a source.
pub fn file(folder: &tempfile::TempDir, name: &str) -> Source {
    Source::Path(PathBuf::from(folder.path()).join(name))
}
