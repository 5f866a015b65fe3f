//! What is wrong with a set of labelled recordings, found before anything is trained: each finding says what to
//! do.

mod files;
mod groups;
mod labels;
mod sound;

use std::path::PathBuf;

use serde::Serialize;

use super::guess::{guess_groups, in_numbered_series, Guess};
use super::{made, needs_sound, Manifest};
use crate::fingerprint::Fingerprint;

pub use crate::slips::edit_distance;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Training would learn something wrong.
    Fault,
    /// It can be trained, and something will be worth less than it looks.
    Warning,
    /// Good to know.
    Note,
}

/// One thing found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// Stable kebab-case name of the kind, for programs.
    pub kind: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The label that it concerns, if it is one.
    pub label: Option<String>,
    /// The recordings that it concerns.
    pub paths: Vec<PathBuf>,
    /// What was found, a sentence without its full stop.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

/// A recording, or a stretch of one, as the check heard it.
#[derive(Debug, Clone)]
pub struct Listened {
    /// Of the whole file.
    pub sha256: [u8; 32],
    /// What its sound is known by.
    pub fingerprint: Fingerprint,
    /// Length, s.
    pub seconds: f64,
    /// Why it can carry no answer, if it can't.
    pub unfit: Option<String>,
    /// Why it carries less than another.
    pub limits: Vec<String>,
    /// Its samples, 16 kHz mono, if they help to guess groups.
    samples: Vec<f32>,
}

/// What another set of recordings, such as a training memory, knows of a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Met {
    /// What the other recording is called.
    pub name: String,
    /// Its label.
    pub label: String,
    /// What is the same, such as `the same file`.
    pub how: String,
}

/// What is known before the check.
pub struct Known<'a> {
    /// Labels that are in use elsewhere.
    pub labels: &'a [String],
    /// Looks a recording up among those known elsewhere.
    pub met: &'a (dyn Fn(&[u8; 32], &Fingerprint) -> Vec<Met> + Sync),
}

/// Everything found.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The worst first.
    pub findings: Vec<Finding>,
    /// Groups that recordings seem to belong to, for a person to confirm.
    pub guesses: Vec<Guess>,
    /// What was heard of each recording of the list; `None` for those that could not be read.
    pub listened: Vec<Option<Listened>>,
    /// The number of each recording's source group, as training counts: guessed where none are given, and joined where
    /// recordings are of one file or share sound; `None` for those that could not be read.
    pub groups: Vec<Option<usize>>,
}

impl Checked {
    /// The worst severity, `None` without findings.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|f| f.severity).min()
    }

    /// How many source groups there are.
    pub fn n_groups(&self) -> usize {
        let numbers = self.groups.iter().flatten().max();
        numbers.map_or(0, |last| last + 1)
    }

    /// Adds a finding in its place.
    pub fn push(&mut self, finding: Finding) {
        self.findings.push(finding);
        self.findings.sort_by_key(|f| f.severity);
    }
}

/// Checks a list of recordings. `progress` is told how many were listened to, of how many.
pub fn check(
    manifest: &Manifest,
    known: &Known,
    progress: &(dyn Fn(&str, usize, usize) + Sync),
) -> Checked {
    let series = in_numbered_series(&manifest.recordings);
    let needed = needs_sound(&manifest.recordings, manifest.groups_given);
    let wanted: Vec<bool> = series
        .into_iter()
        .zip(needed)
        .map(|(a, b)| a || b)
        .collect();
    let read = files::listen(&manifest.recordings, &wanted, progress);
    let mut findings = files::findings(manifest, &read);
    let listened: Vec<Option<Listened>> = read.into_iter().map(Result::ok).collect();
    let guesses = guess_groups(&manifest.recordings, &made(&manifest.recordings), |place| {
        let heard = listened[place].as_ref()?;
        (!heard.samples.is_empty()).then_some(heard.samples.as_slice())
    });
    findings.extend(labels::findings(manifest, known.labels));
    findings.extend(sound::findings(manifest, &listened, known));
    let groups = groups::as_training_counts(manifest, &listened, &guesses);
    findings.extend(groups::findings(manifest, &listened, &guesses, &groups));
    findings.sort_by_key(|f| f.severity);
    Checked {
        findings,
        guesses,
        listened,
        groups,
    }
}
