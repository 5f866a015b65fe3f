//! Files: absent, unreadable, unfit, listed twice, written down and not read.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::{Finding, Listened, Severity};
use crate::audio::{self, Fitness, ReadOptions, Source};
use crate::dataset::{Manifest, Recording};
use crate::fingerprint::Fingerprint;
use crate::SAMPLE_RATE;

/// Of longer recordings no samples are kept: nobody numbers pieces of that length.
const KEPT_S: f64 = 60.0;
/// Shortest stretch that teaches anything, s.
const SHORTEST_S: f64 = 0.5;

/// Listens to all recordings, and keeps the samples of those that are `wanted`.
pub(super) fn listen(
    recordings: &[Recording],
    wanted: &[bool],
    progress: &(dyn Fn(&str, usize, usize) + Sync),
) -> Vec<Result<Listened, String>> {
    let done = AtomicUsize::new(0);
    recordings
        .par_iter()
        .zip(wanted)
        .map(|(recording, &wanted)| {
            let heard = hear(recording, wanted);
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            progress("listening", done, recordings.len());
            heard
        })
        .collect()
}

fn hear(recording: &Recording, wanted: bool) -> Result<Listened, String> {
    let source = Source::Path(recording.path.clone());
    let sha256 = audio::content_hash(&source).map_err(|e| e.to_string())?;
    let mut reader = audio::open(&source, &ReadOptions::default()).map_err(|e| e.to_string())?;
    let mut samples = Vec::new();
    while let Some(block) = reader.next_block().map_err(|e| e.to_string())? {
        samples.extend_from_slice(block);
    }
    let summary = reader.finish();
    let (fitness, reasons) = summary.quality.fitness();
    let reasons: Vec<String> = reasons.iter().map(ToString::to_string).collect();
    let mut unfit = (fitness == Fitness::Unfit).then(|| reasons.join(", "));
    if summary.is_synthetic() {
        unfit = Some("earwitness rendered its sound; it is no recording".into());
    }
    if let Some((from, to)) = recording.range {
        let place = |s: f64| ((s * f64::from(SAMPLE_RATE)) as usize).min(samples.len());
        samples = samples[place(from)..place(to)].to_vec();
        if (samples.len() as f64) < SHORTEST_S * f64::from(SAMPLE_RATE) {
            unfit = Some(format!(
                "less than {SHORTEST_S} s of the stretch from {from} to {to} s lies within the recording"
            ));
        }
    }
    let seconds = samples.len() as f64 / f64::from(SAMPLE_RATE);
    let fingerprint = Fingerprint::of(&samples);
    if !wanted || seconds > KEPT_S {
        samples = Vec::new();
    }
    Ok(Listened {
        sha256,
        fingerprint,
        seconds,
        limits: match unfit {
            Some(_) => Vec::new(),
            None => reasons,
        },
        unfit,
        samples,
    })
}

/// What reading them tells.
pub(super) fn findings(manifest: &Manifest, read: &[Result<Listened, String>]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = manifest
        .unused
        .iter()
        .map(|unused| Finding {
            kind: unused.kind,
            severity: unused.severity,
            label: None,
            paths: Vec::new(),
            what: unused.what.clone(),
            remedy: unused.remedy.to_owned(),
        })
        .collect();
    for line in &manifest.repeated {
        findings.push(Finding {
            kind: "listed-twice",
            severity: Severity::Note,
            label: None,
            paths: Vec::new(),
            what: line.clone(),
            remedy: "take the line out; it is passed over".into(),
        });
    }
    for (recording, read) in manifest.recordings.iter().zip(read) {
        let name = recording.path.display();
        let (kind, severity, what, remedy) = match read {
            Err(reason) => (
                "unreadable",
                Severity::Warning,
                format!("it cannot be read: {reason}"),
                "repair or convert the file, or take it out; training leaves it out",
            ),
            Ok(heard) => match &heard.unfit {
                Some(reason) => (
                    "unfit",
                    Severity::Warning,
                    format!("{name} says nothing: {reason}"),
                    "take it out, or give another version of it; training learns nothing from it",
                ),
                None => continue,
            },
        };
        findings.push(Finding {
            kind,
            severity,
            label: Some(recording.label.clone()),
            paths: vec![recording.path.clone()],
            what,
            remedy: remedy.into(),
        });
    }
    findings
}
