//! Several protocols in one go, sharing the cross-validation.

use super::rendered::TestSet;
use super::{
    audibility, ceiling, codec_control, counts, equal_durations, leave_label_out, leave_source_out,
    long_negatives, phases, rendered, transfer, EvaluateError, HeldOut, Trial,
};
use crate::dataset::Manifest;
use crate::evaluate::learnt_from::learnt_from;
use crate::train::corpus::{Corpus, Progress};
use crate::train::recipe::Recipe;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// Nested cross-validation by source group.
    Grouped,
    /// False alarms per hour on long negatives.
    LongNegatives,
    /// Detection at equal durations.
    EqualDurations,
    /// Negatives coded anew.
    CodecControl,
    /// How many of each label archives hold.
    Counts,
    /// One corpus after the other left out.
    LeaveSourceOut,
    /// One label after the other left out.
    LeaveLabelOut,
    /// Dives told from level flight.
    Phases,
    /// Rendered clips that were never trained on.
    Rendered,
    /// What is possible at all on rendered clips of shifted settings.
    Ceiling,
    /// How far each signature can be heard.
    Audibility,
    /// Munitions and military drones learnt from rendered sound alone.
    Transfer,
}

impl Protocol {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Grouped,
        Self::LongNegatives,
        Self::EqualDurations,
        Self::CodecControl,
        Self::Counts,
        Self::LeaveSourceOut,
        Self::LeaveLabelOut,
        Self::Phases,
        Self::Rendered,
        Self::Ceiling,
        Self::Audibility,
        Self::Transfer,
    ];

    /// Whether it judges by the models of the cross-validation.
    fn needs_trial(self) -> bool {
        !matches!(
            self,
            Self::LeaveSourceOut | Self::LeaveLabelOut | Self::Transfer | Self::Ceiling
        )
    }
}

/// Runs the protocols that are wanted; the figures of the cross-validation are there whenever one
/// of them rests on it. What cannot be run on these recordings, or on this machine, is listed as skipped.
///
/// # Errors
/// [`EvaluateError`] if a protocol fails.
pub fn run(
    wanted: &[Protocol],
    manifest: &Manifest,
    corpus: &Corpus,
    recipe: &Recipe,
    progress: Progress,
) -> Result<HeldOut, EvaluateError> {
    let wants = |protocol| wanted.contains(&protocol);
    let mut found = HeldOut::fresh();
    if wanted.iter().any(|protocol| protocol.needs_trial()) {
        let trial = Trial::run(manifest, corpus, recipe, progress)?;
        found.grouped = Some(trial.figures().clone());
        found.learnt_from = learnt_from(corpus);
        found.failures = trial.failures();
        for failure in &mut found.failures {
            failure.path = manifest.as_listed(&failure.path);
        }
        if wants(Protocol::LongNegatives) {
            found.long_negatives = long_negatives(&trial, progress)?;
            if found.long_negatives.is_none() {
                let why =
                    "long negatives: no clips continue each other (their notes do not say so)";
                found.skipped.push(why.into());
            }
        }
        if wants(Protocol::EqualDurations) {
            found.equal_durations = equal_durations(&trial, progress)?;
            if found.equal_durations.is_empty() {
                let why = "equal durations: no label is a munition or military drone";
                found.skipped.push(why.into());
            }
        }
        if wants(Protocol::CodecControl) {
            found.codec_control = codec_control(&trial, progress)?;
            if found.codec_control.is_none() {
                let why = "codec control: there is no ffmpeg on the PATH; install it";
                found.skipped.push(why.into());
            }
        }
        if wants(Protocol::Counts) {
            found.counts = counts(&trial, recipe.seed);
            if found.counts.is_empty() {
                let why = "counts: there are fewer source groups than the smallest archive has recordings";
                found.skipped.push(why.into());
            }
        }
        if wants(Protocol::Phases) {
            found.phases = phases(&trial)?;
            if found.phases.is_none() {
                found.skipped.push(super::phases::why_none(corpus, recipe));
            }
        }
        if wants(Protocol::Rendered) {
            for set in [TestSet::AsLearnt, TestSet::Shifted] {
                let set = rendered(&trial, recipe, set, progress)?;
                found.rendered.extend(set);
            }
            if found.rendered.is_empty() {
                let why =
                    "rendered clips: the recipe renders none, or there is no ffmpeg on the PATH";
                found.skipped.push(why.into());
            }
        }
        if wants(Protocol::Audibility) {
            found.audibility = audibility(&trial, recipe, progress)?;
            if found.audibility.is_empty() {
                let why = "audibility: the recipe renders nothing";
                found.skipped.push(why.into());
            }
        }
    }
    if wants(Protocol::Ceiling) {
        let set = ceiling(manifest, recipe, progress)?;
        if set.is_none() {
            let why = "ceiling: the recipe renders no clips, or there is no ffmpeg on the PATH";
            found.skipped.push(why.into());
        }
        found.rendered.extend(set);
    }
    if wants(Protocol::LeaveSourceOut) {
        found.left_out = leave_source_out(corpus, recipe, progress)?;
    }
    if wants(Protocol::LeaveLabelOut) {
        found.labels_left_out = leave_label_out(corpus, recipe, progress)?;
    }
    if wants(Protocol::Transfer) {
        found.transfer = transfer(manifest, corpus, recipe, progress)?;
        if found.transfer.is_empty() {
            let why =
                "transfer: the recipe renders no airframe that has real recordings to test on";
            found.skipped.push(why.into());
        }
    }
    Ok(found)
}
