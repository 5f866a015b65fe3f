//! Reading training recordings.

use super::corpus::Progress;
use crate::audio::{self, Fitness, ReadOptions, Source};
use crate::dataset::Recording;
use crate::fingerprint::Fingerprint;
use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A recording, or a stretch of one, that was read.
pub(crate) struct Decoded {
    /// 16 kHz mono.
    pub samples: Vec<f32>,
    pub fingerprint: Fingerprint,
    /// Of the whole file.
    pub sha256: [u8; 32],
    /// Of as much of the file as was read.
    pub fitness: Fitness,
}

impl Decoded {
    /// Length of what was read, s.
    pub fn seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(crate::SAMPLE_RATE)
    }
}

/// Reads recordings on all threads.
pub(crate) fn decode_all(
    recordings: &[Recording],
    progress: Progress,
) -> Vec<Result<Decoded, String>> {
    let done = AtomicUsize::new(0);
    recordings
        .par_iter()
        .map(|recording| {
            let result = decode(&Source::Path(recording.path.clone()), recording.range);
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            progress("reading recordings", done, recordings.len());
            result
        })
        .collect()
}

fn decode(source: &Source, range: Option<(f64, f64)>) -> Result<Decoded, String> {
    let sha256 = audio::content_hash(source).map_err(|e| e.to_string())?;
    let mut reader = audio::open(source, &ReadOptions::default()).map_err(|e| e.to_string())?;
    let mut samples = Vec::new();
    let place = |s: f64| (s * f64::from(crate::SAMPLE_RATE)) as usize;
    let end = range.map_or(usize::MAX, |(_, to)| place(to));
    while let Some(block) = reader.next_block().map_err(|e| e.to_string())? {
        samples.extend_from_slice(block);
        if samples.len() >= end {
            break;
        }
    }
    let summary = reader.finish();
    if summary.is_synthetic() {
        return Err(
            "the file says that earwitness rendered its sound; what is rendered is learnt from sheets of figures, and is no recording"
                .into(),
        );
    }
    let (fitness, _) = summary.quality.fitness();
    if let Some((from, _)) = range {
        samples.truncate(end);
        samples.drain(..place(from).min(samples.len()));
        if samples.is_empty() {
            return Err(format!(
                "it ends before the labelled stretch from {from} s on"
            ));
        }
    }
    Ok(Decoded {
        fingerprint: Fingerprint::of(&samples),
        samples,
        sha256,
        fitness,
    })
}
