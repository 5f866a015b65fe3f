//! Sound that protocols make: over a background, and as files for a codec.

use super::EvaluateError;
use crate::channel::{Chain, ChainParams, Effect, Interval, MixParams};
use std::path::Path;

/// Which of `n` things `seed` picks, spread evenly; 0 for none.
pub(super) fn pick(seed: u64, n: usize) -> usize {
    (seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20) as usize % n.max(1)
}

/// Sound over a background.
pub(super) struct Mixed {
    /// 16 kHz mono.
    pub samples: Vec<f32>,
    /// Sound over background, mean squares over the whole band, dB.
    pub snr_db: f64,
}

/// What clips are told rightly or wrongly together by: the source group of the background beneath them, or the clip's own number where
/// there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Beneath {
    /// The source group of a background.
    Group(usize),
    /// The number of a clip over nothing.
    Nothing(usize),
}

/// Lays sound in the air over a background, at an SNR (mean squares over the whole band, dB) that `seed` draws.
///
/// # Errors
/// [`EvaluateError::Own`] if the SNR is none that the channel takes.
pub(super) fn over(
    sound: &[f32],
    background: &[f32],
    snr_db: Interval,
    seed: u64,
) -> Result<Mixed, EvaluateError> {
    let mix = ChainParams {
        mix: Some(MixParams {
            probability: 1.0,
            snr_db,
        }),
        ..ChainParams::none()
    };
    let chain = Chain::draw(&mix.check().map_err(EvaluateError::own)?, seed);
    let drawn = chain.effects().iter().find_map(|effect| match effect {
        Effect::Mix(mix) => Some(mix.snr_db),
        _ => None,
    });
    let mut samples = sound.to_vec();
    chain.apply(&mut samples, Some(background));
    Ok(Mixed {
        samples,
        // Nothing is mixed under sound where there is no background.
        snr_db: drawn
            .filter(|_| !background.is_empty())
            .unwrap_or(f64::INFINITY),
    })
}

/// Writes 16-bit samples, 16 kHz mono.
///
/// # Errors
/// [`EvaluateError::Codec`] if the file cannot be written.
pub(super) fn write(path: &Path, samples: impl Iterator<Item = i16>) -> Result<(), EvaluateError> {
    let failed = |e: hound::Error| EvaluateError::Codec {
        fault: format!("{} cannot be written ({e})", path.display()),
        remedy: "check that the disk is not full",
    };
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: crate::SAMPLE_RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = hound::WavWriter::create(path, spec).map_err(failed)?;
    for sample in samples {
        file.write_sample(sample).map_err(failed)?;
    }
    file.finalize().map_err(failed)
}
