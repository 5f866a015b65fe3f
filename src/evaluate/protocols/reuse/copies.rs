//! Copies as they circulate: coded, cut, amplified, talked over.

use std::path::{Path, PathBuf};

use crate::evaluate::protocols::reencode::{Codec, Reencoder, AT_48_KHZ};
use crate::evaluate::protocols::sound;
use crate::evaluate::protocols::trial::read_samples;
use crate::evaluate::protocols::EvaluateError;

/// Samples of a cut, 5 s.
const CUT: usize = 5 * crate::SAMPLE_RATE as usize;
/// Level of the speech over the recording, dB of the mean power of either.
const SPEECH_DB: f32 = 6.0;
/// Gain, dB.
const GAIN_DB: f32 = 12.0;

/// What is done to a recording.
#[derive(Debug, Clone, Copy)]
pub(super) struct CopyKind {
    cut: bool,
    /// 1 louder, -1 quieter, 2 one or the other.
    level: i8,
    spoken: bool,
    codec: Option<Codec>,
}

impl CopyKind {
    /// One thing after the other, and all at once.
    pub(super) fn all(with_speech: bool) -> Vec<Self> {
        let as_it_is = Self {
            cut: false,
            level: 0,
            spoken: false,
            codec: None,
        };
        let coded = |of: Self| {
            AT_48_KHZ.map(|codec| Self {
                codec: Some(codec),
                ..of
            })
        };
        let mut kinds = coded(as_it_is).to_vec();
        kinds.push(Self {
            cut: true,
            ..as_it_is
        });
        kinds.extend([1, -1].map(|level| Self { level, ..as_it_is }));
        if with_speech {
            kinds.push(Self {
                spoken: true,
                ..as_it_is
            });
        }
        kinds.extend(coded(Self {
            cut: true,
            level: 2,
            spoken: with_speech,
            codec: None,
        }));
        kinds
    }

    /// What reports call it.
    pub(super) fn name(self) -> String {
        let mut parts = Vec::new();
        if self.cut {
            parts.push("cut to 5 s".to_owned());
        }
        if self.spoken {
            parts.push(format!("speech {SPEECH_DB} dB above it"));
        }
        match self.level {
            1 => parts.push(format!("+{GAIN_DB} dB (clipped)")),
            -1 => parts.push(format!("-{GAIN_DB} dB")),
            2 => parts.push(format!("±{GAIN_DB} dB")),
            _ => {}
        }
        parts.extend(self.codec.map(|codec| codec.name.to_owned()));
        parts.join(", ")
    }
}

/// Makes copies.
pub(super) struct Maker {
    pub encoder: Reencoder,
    pub speech: Option<Vec<f32>>,
}

impl Maker {
    /// Copies of recordings, each with the second of the original at which it begins. `batch` numbers the calls.
    pub(super) fn copies(
        &self,
        kind: CopyKind,
        originals: &[&[f32]],
        batch: usize,
    ) -> Result<Vec<(Vec<f32>, f64)>, EvaluateError> {
        let prepared = originals.iter().enumerate();
        let prepared: Vec<(Vec<f32>, f64)> = prepared
            .map(|(n, samples)| self.prepare(kind, samples, batch * originals.len() + n))
            .collect();
        let Some(codec) = kind.codec else {
            return Ok(prepared);
        };
        let name = |n: usize| self.encoder.folder().join(format!("{batch}-{n}.wav"));
        let files: Vec<PathBuf> = (0..prepared.len()).map(name).collect();
        for (file, (samples, _)) in files.iter().zip(&prepared) {
            sound::write(file, samples.iter().map(|x| (x * 32_768.0) as i16))?;
        }
        let paths: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
        let coded = self.encoder.encode(codec, &paths, batch)?;
        let read = coded
            .iter()
            .map(|file| read_samples(file))
            .collect::<Vec<_>>();
        for file in files.iter().chain(&coded) {
            // Its space is wanted for the others; the folder goes in any case.
            let _ = std::fs::remove_file(file);
        }
        let copies = read.into_iter().zip(prepared);
        copies
            .map(|(samples, (_, start_s))| Ok((samples?, start_s)))
            .collect()
    }

    fn prepare(&self, kind: CopyKind, original: &[f32], number: usize) -> (Vec<f32>, f64) {
        // Any place, also between the steps of a print, the same in every run.
        let draw = number.wrapping_mul(7919);
        let start = match kind.cut && original.len() > CUT {
            true => draw * 101 % (original.len() - CUT + 1),
            false => 0,
        };
        let end = if kind.cut {
            original.len().min(start + CUT)
        } else {
            original.len()
        };
        let mut samples = original[start..end].to_vec();
        if let Some(speech) = self.speech.as_ref().filter(|_| kind.spoken) {
            talk_over(&mut samples, speech, draw);
        }
        let up = kind.level == 1 || (kind.level == 2 && number.is_multiple_of(2));
        let gain = match kind.level {
            0 => 1.0,
            _ if up => 10f32.powf(GAIN_DB / 20.0),
            _ => 10f32.powf(-GAIN_DB / 20.0),
        };
        for x in &mut samples {
            *x = as_stored(*x * gain);
        }
        (samples, start as f64 / f64::from(crate::SAMPLE_RATE))
    }
}

/// Lays speech over a recording, from some place of it on, and turns the mix down where it would clip.
fn talk_over(samples: &mut [f32], speech: &[f32], from: usize) {
    let power = |x: &mut dyn Iterator<Item = f32>| x.map(|x| f64::from(x * x)).sum::<f64>();
    let words = || {
        speech
            .iter()
            .copied()
            .cycle()
            .skip(from % speech.len())
            .take(samples.len())
    };
    let over = power(&mut words());
    if over == 0.0 {
        return;
    }
    let gain = (power(&mut samples.iter().copied()) / over).sqrt() as f32;
    let gain = gain * 10f32.powf(SPEECH_DB / 20.0);
    let mixed: Vec<f32> = samples
        .iter()
        .zip(words())
        .map(|(x, s)| x + gain * s)
        .collect();
    let largest = mixed.iter().fold(1.0f32, |a, x| a.max(x.abs()));
    for (into, x) in samples.iter_mut().zip(mixed) {
        *into = x / largest;
    }
}

/// A sample of 16 bits, clipped.
fn as_stored(x: f32) -> f32 {
    (x * 32_768.0).round().clamp(-32_768.0, 32_767.0) / 32_768.0
}
