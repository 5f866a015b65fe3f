//! What is held out, and the figures that follow: a file per protocol.

mod audibility;
mod by_snr;
mod ceiling;
mod codec_control;
mod counts;
mod equal_durations;
mod fold_model;
mod given_model;
mod label_left_out;
mod leave_source_out;
mod long_negatives;
mod nested;
mod new_label;
mod phases;
mod reencode;
mod rendered;
mod reuse;
mod run;
mod sound;
mod suggested;
mod tracks;
mod transfer;
mod trial;

pub use audibility::{audibility, Audibility};
pub use by_snr::SnrBin;
pub use ceiling::ceiling;
pub use codec_control::{codec_control, CodecControl, CodecThreshold};
pub use counts::{counts, CountAgreement, Counts};
pub use equal_durations::{equal_durations, EqualDuration};
pub use given_model::{given_model, GivenModel, KnownRecording, Stranger};
pub use label_left_out::{leave_label_out, LabelLeftOut};
pub use leave_source_out::{leave_source_out, LeftOut};
pub use long_negatives::{long_negatives, LongNegatives, LongThreshold};
pub use nested::{cross_validate, CrossValidation};
pub use new_label::{new_label, NewLabel, NewLabelPoint};
pub use phases::{phases, PhaseRow, Phases};
pub use rendered::{rendered, Rendered, RenderedRow, TestSet};
pub use reuse::{reuse, CopyRow, Pairs, Reuse, SharedPair, Tail};
pub use run::{run, Protocol};
pub use suggested::{suggested, Suggested, SuggestedLabel, SuggestedWay};
pub use tracks::{tracks, Followed, Mean, Passes, ReadByEye, Tracks};
pub use transfer::{transfer, Transfer, TransferFigures};
pub use trial::Trial;

use super::error::MetricError;
use super::failures::{failures, judgements_of, Failure};
use super::figures::curves::Curves;
use super::figures::share::Intervals;
use super::figures::{Case, Figures};
use super::learnt_from::{learnt_from, LearntFrom};
use crate::audio::AudioError;
use crate::dataset::DatasetError;
use crate::model::prior::PriorError;
use crate::train::error::TrainError;
use crate::train::memory::Memory;
use crate::train::pipeline::{hierarchical_prior, label_infos};
use serde::{Deserialize, Serialize};

/// Why a protocol could not be run.
#[derive(Debug, thiserror::Error)]
pub enum EvaluateError {
    /// A model could not be trained.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// A metric could not be computed.
    #[error(transparent)]
    Metric(#[from] MetricError),
    /// A recording could not be read again.
    #[error(transparent)]
    Audio(#[from] AudioError),
    /// The recordings' source groups could not be found.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// The model's labels have no prior.
    #[error(transparent)]
    Prior(#[from] PriorError),
    /// There is nothing to measure on.
    #[error("there are no {what}; give a manifest that lists some")]
    Nothing {
        /// What is missing.
        what: &'static str,
    },
    /// Recordings could not be coded anew.
    #[error("coding anew: {fault}; {remedy}")]
    Codec {
        /// What failed.
        fault: String,
        /// What to do.
        remedy: &'static str,
    },
    /// What a protocol itself brings along cannot be used.
    #[error("a setting of the protocol itself: {fault}; report this")]
    Own {
        /// What is wrong.
        fault: String,
    },
}

impl EvaluateError {
    fn own(fault: impl std::fmt::Display) -> Self {
        Self::Own {
            fault: fault.to_string(),
        }
    }
}

/// The figures of all protocols that were run, as they are stored in a model.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HeldOut {
    /// What the intervals of all protocols allow for.
    #[serde(skip_serializing_if = "Intervals::are_earlier")]
    pub intervals: Intervals,
    /// Nested cross-validation by source group.
    pub grouped: Option<Figures>,
    /// What was learnt from, by label and corpus.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub learnt_from: Vec<LearntFrom>,
    /// The recordings that were answered worst, of those held out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Failure>,
    /// False alarms on long negatives.
    pub long_negatives: Option<LongNegatives>,
    /// Detection where all recordings are equally long.
    pub equal_durations: Vec<EqualDuration>,
    /// Negatives before and after a codec.
    pub codec_control: Option<CodecControl>,
    /// How many recordings of each label archives hold, expected and true.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub counts: Vec<Counts>,
    /// Corpora left out.
    pub left_out: Vec<LeftOut>,
    /// Labels left out.
    pub labels_left_out: Vec<LabelLeftOut>,
    /// Labels taken out and learnt again from a few recordings.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub new_labels: Vec<NewLabel>,
    /// Suggested recordings against recordings drawn by chance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggested: Option<Suggested>,
    /// Dives told from level flight.
    pub phases: Option<Phases>,
    /// Rendered clips: as in training, with shifted settings, and with these by models that learnt from them.
    pub rendered: Vec<Rendered>,
    /// How far each signature can be heard.
    pub audibility: Vec<Audibility>,
    /// Airframes learnt from rendered sound alone, tested on real recordings.
    pub transfer: Vec<Transfer>,
    /// Sound found again in copies, and in no other recording.
    pub reuse: Option<Reuse>,
    /// Protocols that were wanted and could not be run here, a sentence each.
    pub skipped: Vec<String>,
    /// What retraining added to a base model, and the proof that it helped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retrained: Option<Box<super::retraining::Retrained>>,
    /// Tracks and passes: no model has a part in them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracks: Option<Tracks>,
}

impl HeldOut {
    /// Nothing yet, for protocols that are run now: what is read from a model says itself what its intervals allow for.
    pub fn fresh() -> Self {
        Self {
            intervals: Intervals::BySourceGroup,
            ..Self::default()
        }
    }

    /// Adds what the figures of an older model lack and its training memory tells: what was learnt from, failures and curves. They
    /// are those of the quick fits that the memory's scores are from, and say so.
    ///
    /// # Errors
    /// [`EvaluateError`] if the scores cannot be calibrated.
    pub fn complete(&mut self, memory: &Memory) -> Result<(), EvaluateError> {
        let corpus = &memory.corpus;
        if self.learnt_from.is_empty() {
            self.learnt_from = learnt_from(corpus);
        }
        let judgements = judgements_of(memory)?;
        if self.failures.is_empty() {
            self.failures = failures(corpus, &judgements);
        }
        if let Some(figures) = self.grouped.as_mut().filter(|f| f.curves.is_none()) {
            let recorded = corpus.recordings[..corpus.n_recorded()].iter();
            let cases: Vec<Case> = recorded
                .zip(judgements)
                .filter_map(|(r, judgement)| {
                    Some(Case {
                        label: r.label,
                        group: r.group,
                        joined: r.joined,
                        fitness: r.fitness,
                        judgement: judgement?,
                    })
                })
                .collect();
            let prior = hierarchical_prior(corpus)?;
            figures.curves = Some(Curves::new(&cases, &label_infos(corpus), &prior));
            figures.protocol += ". Reliability, ROC and DET are drawn of the quick fits on the same folds that the training memory holds";
        }
        Ok(())
    }

    /// Adds what [`reuse`] found; what could not be measured there is listed as skipped.
    pub fn take_reuse(&mut self, found: Reuse) {
        if found.copies.is_empty() {
            let why = "reuse, copies: there is no ffmpeg on the PATH; install it";
            self.skipped.push(why.into());
        } else if found.speech.is_none() {
            let why =
                "reuse, speech: there is neither espeak-ng nor an ffmpeg with flite; install one";
            self.skipped.push(why.into());
        }
        self.reuse = Some(found);
    }

    /// Share of recordings of labels left out that are answered `unknown`, labels weighing alike;
    /// `None` if no label was left out.
    pub fn labels_left_out_unknown(&self) -> Option<f64> {
        let rows = &self.labels_left_out;
        let sum: f64 = rows.iter().map(|row| row.unknown.share).sum();
        (!rows.is_empty()).then(|| sum / rows.len() as f64)
    }
}
