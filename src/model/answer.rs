//! What the model answers about one recording: the machine-readable classification.

use crate::audio::{Fitness, Quality, StreamInfo, Warning};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How the warning begins that the model was trained on the recording.
pub const TRAINED_ON_THIS: &str = "trained-on-this: ";

/// Version of [`Classification`] as it is written to JSON.
pub const CLASSIFICATION_SCHEMA: &str = "earwitness.classification/1";

/// On which level of the taxonomy the answer stands.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// One label is supported.
    Signature,
    /// The family is supported, but not one label in it.
    Family,
    /// Only the class is supported.
    Class,
    /// Nothing known fits, or too much does.
    Unknown,
    /// The recording cannot carry an answer.
    Unusable,
}

/// On what a label's knowledge rests.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Grade {
    /// Real recordings from at least 10 source groups.
    A,
    /// Real recordings from fewer source groups.
    B,
    /// Rendered sound only.
    C,
}

/// What the model says about 2 s of a recording.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SegmentAnswer {
    /// Start in seconds from the start of the recording.
    pub start_s: f64,
    /// End in seconds.
    pub end_s: f64,
    /// Best label.
    pub label: String,
    /// Its probability by the segment alone, 0 to 1; not calibrated for a recording.
    pub probability: f64,
}

/// A dive within a recording.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dive {
    /// Start of the first segment that sounds like it, seconds.
    pub start_s: f64,
    /// End of the last one, seconds.
    pub end_s: f64,
    /// Middle of each of its segments, seconds, and the fundamental of the strongest comb there, Hz.
    pub track: Vec<[f64; 2]>,
}

/// Which model answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelRef {
    /// Name of the model.
    pub id: String,
    /// SHA-256 of the model file, in hex.
    pub sha256: String,
}

/// The answer about one recording; see the field notes for ranges.
///
/// Maps are sorted by label, numbers rounded, so that like inputs give like bytes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Classification {
    /// [`CLASSIFICATION_SCHEMA`].
    pub schema: &'static str,
    /// The recording as it was named.
    pub path: String,
    /// SHA-256 of the file, in hex.
    pub sha256: String,
    /// Length of what was read, in seconds.
    pub duration_s: f64,
    /// On which level the answer stands.
    pub decision: Decision,
    /// Best label, or `unknown`.
    pub label: String,
    /// Family of the best label; `None` with `unknown`.
    pub family: Option<String>,
    /// Class of the best label; `None` with `unknown`.
    pub class: Option<String>,
    /// `cruise` or `dive`; `None` where neither is clearly heard, or no munition or military drone.
    pub phase: Option<String>,
    /// Probability of each phase if the recording holds a munition or military drone, both being as likely
    /// beforehand; `None` where none is answered.
    pub phase_probabilities: Option<BTreeMap<String, f64>>,
    /// The dive, where one is likelier than level flight.
    pub dive: Option<Dive>,
    /// Reference grade of the label; `None` with `unknown`.
    pub grade: Option<Grade>,
    /// One plain sentence.
    pub statement: String,
    /// Calibrated probability of each label under the stated prior; sums to 1. Empty if unusable.
    pub probabilities: BTreeMap<String, f64>,
    /// The prior: `hierarchical`, or what the user set.
    pub prior: String,
    /// The share of each label in the prior; sums to 1.
    pub prior_shares: BTreeMap<String, f64>,
    /// log10 likelihood ratio of "the recording holds this label" against "it holds one of
    /// the others in the mixture of the prior"; `None` where too few source groups support one.
    pub log10_lr: BTreeMap<String, Option<f64>>,
    /// Smallest and largest log10 LR that the number of source groups supports, over all labels.
    pub log10_lr_bounds: Option<[f64; 2]>,
    /// The same of the best label; `None` where it has no LR.
    pub label_log10_lr_bounds: Option<[f64; 2]>,
    /// Both hypotheses in words, for the best label.
    pub hypotheses: Option<[String; 2]>,
    /// Labels that cannot be excluded at `coverage`.
    pub prediction_set: Vec<String>,
    /// Labels with too few source groups to say whether they can be excluded.
    pub prediction_set_insufficient: Vec<String>,
    /// Share of recordings whose true label the prediction set holds, 0.9.
    pub coverage: f64,
    /// Seconds of the recording in which the best label was the best of its segment.
    pub heard_s: f64,
    /// What the recording is fit for.
    pub fitness: Fitness,
    /// What was repaired, doubtful or should be known, for people.
    pub warnings: Vec<String>,
    /// Answers segment by segment.
    pub segments: Vec<SegmentAnswer>,
    /// Which model answered.
    pub model: ModelRef,
    /// What the container said, for reports; not part of the stable line.
    #[serde(skip)]
    pub stream: Option<StreamInfo>,
    /// log10 of each label's likelihood over that of the likeliest label, 0 or below, whatever the prior; empty if unusable. Not
    /// part of the stable line.
    #[serde(skip)]
    pub log10_likelihoods: BTreeMap<String, f64>,
    /// How good the sound is; not part of the stable line.
    #[serde(skip)]
    pub quality: Option<Quality>,
    /// The reader's remarks with their kinds; their messages stand in `warnings`.
    #[serde(skip)]
    pub read_warnings: Vec<Warning>,
}
