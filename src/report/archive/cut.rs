//! Stretches of recordings, cut out as WAV files (16 kHz, mono, 16 bits).

use std::path::Path;

use crate::audio::{self, AudioError, ReadOptions, Source};
use crate::SAMPLE_RATE;

/// A stretch that was cut out.
pub(super) struct Cut {
    from: u64,
    to: u64,
    pub samples: Vec<i16>,
}

impl Cut {
    /// Where it begins in the recording, s.
    pub fn start_s(&self) -> f64 {
        self.from as f64 / f64::from(SAMPLE_RATE)
    }
}

/// Cuts stretches (start and end, s) out of a recording, in their order; it is read once, to the end of the last of them.
pub(super) fn cut(
    path: &str,
    stretches: impl Iterator<Item = (f64, f64)>,
    ffmpeg: bool,
) -> Result<Vec<Cut>, AudioError> {
    let options = ReadOptions::default().with_ffmpeg(ffmpeg);
    let mut reader = audio::open(&Source::Path(Path::new(path).to_owned()), &options)?;
    let sample = |seconds: f64| (seconds.max(0.0) * f64::from(SAMPLE_RATE)).round() as u64;
    let mut cuts: Vec<Cut> = stretches
        .map(|(start_s, end_s)| Cut {
            from: sample(start_s),
            to: sample(end_s),
            samples: Vec::new(),
        })
        .collect();
    let last = cuts.iter().map(|cut| cut.to).max().unwrap_or(0);
    let mut at = 0;
    while let Some(block) = reader.next_block()?.filter(|_| at < last) {
        for cut in &mut cuts {
            let first = (cut.from.saturating_sub(at) as usize).min(block.len());
            let end = (cut.to.saturating_sub(at) as usize).min(block.len());
            let samples = block[first..end.max(first)].iter();
            cut.samples
                .extend(samples.map(|x| (x.clamp(-1.0, 1.0) * 32_767.0).round() as i16));
        }
        at += block.len() as u64;
    }
    Ok(cuts)
}

/// Writes samples as a WAV file.
pub(super) fn write_wav(file: std::fs::File, samples: &[i16]) -> std::io::Result<()> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: SAMPLE_RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let other = |error: hound::Error| match error {
        hound::Error::IoError(error) => error,
        error => std::io::Error::other(error),
    };
    let out = std::io::BufWriter::new(file);
    let mut writer = hound::WavWriter::new(out, spec).map_err(other)?;
    for sample in samples {
        writer.write_sample(*sample).map_err(other)?;
    }
    writer.finalize().map_err(other)
}
