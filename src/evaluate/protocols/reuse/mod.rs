//! Is sound found again that was coded, cut, amplified and talked over, and nothing else? No model is
//! involved.

mod confirm;
mod copies;
mod pairs;
mod speech;
mod tail;

use copies::{CopyKind, Maker};
use serde::{Deserialize, Serialize};

use super::reencode::Reencoder;
use super::trial::{each, read_samples};
use super::EvaluateError;
use crate::dataset::{Manifest, Recording};
use crate::evaluate::error::MetricError;
use crate::evaluate::figures::share::Share;
use crate::fingerprint::search::Archive;
use crate::fingerprint::Waveprint;
use crate::train::corpus::Progress;

pub use pairs::{Pairs, SharedPair};
pub use tail::Tail;

/// Recordings whose copies are made at a time.
const BATCH: usize = 16;
/// How far from its true place a copy may be found, s: codecs add a delay.
const MISPLACED_S: f64 = 0.1;

/// How sound is found again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reuse {
    /// Recordings that could be read.
    pub recordings: usize,
    /// Their hours.
    pub hours: f64,
    /// Recordings that could not.
    pub unreadable: Vec<String>,
    /// Who spoke over them; `None` where no program that speaks is installed.
    pub speech: Option<String>,
    /// Copies of every recording, by what was done to them. Empty without ffmpeg.
    pub copies: Vec<CopyRow>,
    /// All pairs of the recordings as they are.
    pub pairs: Pairs,
}

/// Copies of every recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CopyRow {
    /// What was done to them.
    pub done: String,
    /// Those in which the original was found.
    pub found: Share,
    /// Those in which it was found in its place, within 0.1 s.
    pub placed: Share,
    /// Those not found, with the seconds that are not silent in the original.
    pub missed: Vec<(String, f64)>,
}

struct Listed<'a> {
    recording: &'a Recording,
    samples: Vec<f32>,
    print: Waveprint,
}

/// Makes copies of every recording and looks for the original in each, and compares all pairs.
///
/// A copy is compared with its original only: what a search says of a pair depends on no other recording.
///
/// # Errors
/// [`EvaluateError`] if copies cannot be made or there is nothing to read.
pub fn reuse(manifest: &Manifest, progress: Progress) -> Result<Reuse, EvaluateError> {
    let read = each(&manifest.recordings, "reading recordings", progress, |r| {
        Ok::<_, EvaluateError>(read_samples(&r.path).map_err(|e| e.to_string()))
    })?;
    let (mut listed, mut unreadable) = (Vec::new(), Vec::new());
    for (recording, samples) in manifest.recordings.iter().zip(read) {
        match samples {
            Ok(samples) => listed.push(Listed {
                recording,
                print: Waveprint::of(&samples),
                samples,
            }),
            Err(reason) => unreadable.push(reason),
        }
    }
    if listed.is_empty() {
        return Err(EvaluateError::Nothing {
            what: "recordings that can be read",
        });
    }
    let samples: usize = listed.iter().map(|l| l.samples.len()).sum();
    let mut found = Reuse {
        recordings: listed.len(),
        hours: samples as f64 / f64::from(crate::SAMPLE_RATE) / 3600.0,
        unreadable,
        speech: None,
        copies: Vec::new(),
        pairs: pairs::all_pairs(&listed, progress)?,
    };
    if let Some(encoder) = Reencoder::new()? {
        let spoken = speech::speech(encoder.folder());
        found.speech = spoken.as_ref().map(|(who, _)| who.clone());
        let maker = Maker {
            encoder,
            speech: spoken.map(|(_, samples)| samples),
        };
        for kind in CopyKind::all(maker.speech.is_some()) {
            found.copies.push(row(&maker, kind, &listed, progress)?);
        }
    }
    Ok(found)
}

fn row(
    maker: &Maker,
    kind: CopyKind,
    listed: &[Listed],
    progress: Progress,
) -> Result<CopyRow, EvaluateError> {
    let batches: Vec<(usize, &[Listed])> = listed.chunks(BATCH).enumerate().collect();
    let name = kind.name();
    let outcomes = each(&batches, &name, progress, |&(number, batch)| {
        let originals: Vec<&[f32]> = batch.iter().map(|l| l.samples.as_slice()).collect();
        let copies = maker.copies(kind, &originals, number)?;
        let judged = batch.iter().zip(copies).map(|(l, (copy, start_s))| {
            let mut archive = Archive::new();
            archive.add("", l.print.clone());
            let found = archive.search(&Waveprint::of(&copy)).pop();
            let placed = found
                .as_ref()
                .is_some_and(|m| (m.other_start_s - m.start_s - start_s).abs() <= MISPLACED_S);
            (found.is_some(), placed)
        });
        Ok::<_, EvaluateError>(judged.collect::<Vec<_>>())
    })?;
    let outcomes: Vec<(bool, bool)> = outcomes.into_iter().flatten().collect();
    let missed = listed.iter().zip(&outcomes).filter(|(_, o)| !o.0);
    let missed = missed.map(|(l, _)| (l.recording.path.display().to_string(), l.print.heard_s()));
    Ok(CopyRow {
        done: name,
        missed: missed.collect(),
        found: of_groups(listed, &outcomes, |o| o.0)?,
        placed: of_groups(listed, &outcomes, |o| o.1)?,
    })
}

/// The share of recordings whose outcome counts; those of one source group of the manifest are found or missed together.
fn of_groups(
    listed: &[Listed],
    outcomes: &[(bool, bool)],
    counts: fn(&(bool, bool)) -> bool,
) -> Result<Share, MetricError> {
    let grouped = listed
        .iter()
        .map(|l| l.recording.group.as_str())
        .zip(outcomes);
    Share::of_groups(grouped, |(group, _)| *group, |(_, outcome)| counts(outcome))
}
