//! Stretches of recordings, cut out as WAV files (16 kHz, mono, 16 bits).

use std::collections::VecDeque;
use std::path::Path;

use super::ExportError;
use crate::archive::store::Reader;
use crate::audio::{self, AudioError, ReadOptions, Source};
use crate::SAMPLE_RATE;

/// A stretch that was cut out.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cut {
    /// Its place among the stretches that were asked for.
    pub place: usize,
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

/// A file, and the recording that it held when it was classified.
#[derive(Debug, Clone, Copy)]
pub(super) struct Original<'a> {
    /// Its name in the database.
    pub path: &'a str,
    /// The file itself, where its name is no text.
    pub file: &'a Path,
    /// SHA-256 of the recording, in hex.
    pub sha256: &'a str,
}

/// Why a recording is not cut, or not to the end.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotCut {
    #[error(transparent)]
    Audio(#[from] AudioError),
    #[error("{path}: has changed since it was classified; run `earwitness archive` again")]
    Changed { path: String },
}

/// Cuts stretches (start and end, s) out of a recording, which is read once, to the end of the last of them. Each is given to
/// `take` and dropped as soon as its end is passed, so that what is held does not grow with their number. What is no longer the
/// recording that was classified is not cut: the answer is not about it. The inner error is the recording's, after what lies
/// before the fault was cut; the outer one is that of `take` or of the database.
pub(super) fn cut(
    reader: &Reader,
    original: Original,
    stretches: impl Iterator<Item = (f64, f64)>,
    ffmpeg: bool,
    mut take: impl FnMut(Cut) -> Result<(), ExportError>,
) -> Result<Result<(), NotCut>, ExportError> {
    let Original { path, file, sha256 } = original;
    match reader.still_holds(path, file, sha256)? {
        Ok(true) => {}
        Ok(false) => {
            let path = path.to_owned();
            return Ok(Err(NotCut::Changed { path }));
        }
        Err(error) => return Ok(Err(error.into())),
    }
    let options = ReadOptions::default().with_ffmpeg(ffmpeg);
    let mut reader = match audio::open(&Source::Path(file.to_owned()), &options) {
        Ok(reader) => reader,
        Err(error) => return Ok(Err(error.into())),
    };
    let mut cutter = Cutter::new(stretches);
    while !cutter.is_done() {
        match reader.next_block() {
            Ok(Some(block)) => cutter.push(block, &mut take)?,
            Ok(None) => break,
            Err(error) => return Ok(Err(error.into())),
        }
    }
    cutter.end(&mut take).map(Ok)
}

/// Stretches of what is pushed.
struct Cutter {
    /// Those that have not begun, by their beginnings.
    waiting: VecDeque<Cut>,
    /// Those under way.
    open: Vec<Cut>,
    /// Samples that were pushed.
    at: u64,
}

impl Cutter {
    fn new(stretches: impl Iterator<Item = (f64, f64)>) -> Self {
        let sample = |seconds: f64| (seconds.max(0.0) * f64::from(SAMPLE_RATE)).round() as u64;
        let mut waiting: Vec<Cut> = stretches
            .enumerate()
            .map(|(place, (start_s, end_s))| Cut {
                place,
                from: sample(start_s),
                to: sample(end_s),
                samples: Vec::new(),
            })
            .collect();
        waiting.sort_by_key(|cut| cut.from);
        Self {
            waiting: waiting.into(),
            open: Vec::new(),
            at: 0,
        }
    }

    fn is_done(&self) -> bool {
        self.waiting.is_empty() && self.open.is_empty()
    }

    /// Takes the next samples, and gives away what they complete.
    fn push<E>(
        &mut self,
        block: &[f32],
        take: &mut impl FnMut(Cut) -> Result<(), E>,
    ) -> Result<(), E> {
        let (at, end) = (self.at, self.at + block.len() as u64);
        while self.waiting.front().is_some_and(|cut| cut.from < end) {
            self.open.extend(self.waiting.pop_front());
        }
        for cut in &mut self.open {
            let first = (cut.from.saturating_sub(at) as usize).min(block.len());
            let end = (cut.to.saturating_sub(at) as usize).min(block.len());
            let samples = block[first..end.max(first)].iter();
            cut.samples
                .extend(samples.map(|x| (x.clamp(-1.0, 1.0) * 32_767.0).round() as i16));
        }
        self.at = end;
        let (ended, open) = std::mem::take(&mut self.open)
            .into_iter()
            .partition(|cut| cut.to <= end);
        self.open = open;
        let ended: Vec<Cut> = ended;
        ended.into_iter().try_for_each(take)
    }

    /// Gives away what the recording ended in, or before.
    fn end<E>(self, take: &mut impl FnMut(Cut) -> Result<(), E>) -> Result<(), E> {
        self.open.into_iter().chain(self.waiting).try_for_each(take)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_does_not_grow_with_the_number_of_stretches() {
        // An hour with a stretch of 4 s every other second, out of order and with some that the end cuts off.
        let mut stretches: Vec<(f64, f64)> = (0..1800)
            .map(|n| (2.0 * f64::from(n) - 1.0, 2.0 * f64::from(n) + 3.0))
            .collect();
        stretches.push((10.0, 10.0));
        stretches.push((4000.0, 4001.0));
        stretches.swap(3, 1700);
        let sound = |n: u64| ((n % 2003) as f32 / 2003.0 * 32_767.0).round() / 32_767.0;
        let mut cuts: Vec<Option<Cut>> = vec![None; stretches.len()];
        let mut take = |cut: Cut| {
            let place = cut.place;
            assert!(cuts[place].replace(cut).is_none());
            Ok::<_, std::io::Error>(())
        };
        let mut cutter = Cutter::new(stretches.iter().copied());
        let length = 3600 * u64::from(SAMPLE_RATE);
        for start in (0..length).step_by(4096) {
            let block: Vec<f32> = (start..length.min(start + 4096)).map(sound).collect();
            cutter.push(&block, &mut take).unwrap();
            assert!(cutter.open.len() <= 4, "{}", cutter.open.len());
        }
        assert!(!cutter.is_done());
        cutter.end(&mut take).unwrap();
        for (cut, (start_s, end_s)) in cuts.iter().zip(stretches) {
            let cut = cut.as_ref().unwrap();
            let at = |seconds: f64| ((seconds.max(0.0) * 16_000.0) as u64).min(length);
            let samples = (at(start_s)..at(end_s)).map(|n| (sound(n) * 32_767.0).round() as i16);
            assert!(cut.samples.iter().copied().eq(samples), "{start_s}");
            assert_eq!(cut.start_s(), start_s.max(0.0));
        }
    }
}
