//! What is found out about an archive: the answers to the common questions.

use serde::Serialize;

use crate::model::prevalence::Estimate;

/// Bins of a histogram of probabilities.
pub const BINS: usize = 10;

/// Everything at once.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overview {
    /// What was read.
    pub counts: Counts,
    /// How all recordings of the files that are meant were answered, whatever conditions on labels and probabilities say: with the
    /// `answered` of `histograms` they add up.
    pub answers: Answers,
    /// What could not be read, by kind, the most frequent first.
    pub errors: Vec<ErrorCount>,
    /// Each label's probabilities over all recordings.
    pub histograms: Vec<Histogram>,
    /// How many recordings to expect of each label, in the order of `histograms`; recordings that can carry an
    /// answer only. Empty if there are none.
    pub expected: Vec<Expected>,
    /// Files by folder and answer, the fullest first.
    pub folders: Vec<FolderCount>,
    /// The likeliest detections.
    pub top: Vec<TopDetection>,
    /// The largest groups of recordings that share sound.
    pub reused: Vec<Reused>,
    /// How many groups there are.
    pub reused_groups: usize,
    /// Detections with the time at which they were heard, where that is known.
    pub timed: Vec<TimedDetection>,
    /// The model and the prior.
    pub model: String,
    /// How the answers of all files that are meant compare with those of other models or priors, the latest first.
    pub changed: Vec<Changed>,
    /// How far the database is, whatever files are meant.
    pub standing: Standing,
}

/// How much of the archive stands in the database, under the settings of the latest run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Files known, that were there when last looked for.
    pub known: i64,
    /// Those of them with an answer under these settings ...
    pub answered: i64,
    /// ... those with an error ...
    pub unreadable: i64,
    /// ... and those with neither.
    pub waiting: i64,
    /// How the latest run is: `finished`, `stopped`, `failed`, `killed`, `running`, or `none` yet.
    pub run: String,
    /// Recordings that came since sound was last compared.
    pub not_compared: i64,
    /// Shards that are missing or were not finished, in words; empty where none is.
    pub lacking: String,
}

/// How answers compare with those of another model or prior.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// Name of the other model.
    pub model_id: String,
    /// SHA-256 of its file, in hex.
    pub model_sha256: String,
    /// Name of the other prior.
    pub prior: String,
    /// Files that both answered.
    pub files: i64,
    /// Those of them whose label or decision is another.
    pub changed: i64,
}

/// What was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Counts {
    /// Files with an answer.
    pub files: i64,
    /// Different recordings among them.
    pub recordings: i64,
    /// Hours of different sound.
    pub hours: f64,
    /// How these recordings were answered.
    #[serde(flatten)]
    pub answers: Answers,
    /// Files without an answer.
    pub unreadable: i64,
    /// Files whose time of recording is known.
    pub timed: i64,
    /// Recordings that the model was trained on, or whose sound it was: its answers about them prove nothing.
    pub trained_on: i64,
}

/// How recordings were answered: each is counted once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Answers {
    /// With a label.
    pub answered: i64,
    /// With a family of airframes, but no label of it.
    pub family: i64,
    /// With a class of sources, but no family of it.
    pub class: i64,
    /// "Cannot tell".
    pub cannot_tell: i64,
    /// Not at all: they can carry no answer.
    pub unusable: i64,
}

/// How many recordings of a label are to be expected.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Expected {
    /// The label.
    pub label: String,
    /// How many.
    #[serde(flatten)]
    pub estimate: Estimate,
}

/// Files with one kind of error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErrorCount {
    /// Its kind.
    pub kind: String,
    /// How many.
    pub files: i64,
    /// What one of them says.
    pub example: String,
}

/// How a label's probability is distributed over recordings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Histogram {
    /// The label.
    pub label: String,
    /// Its reference grade.
    pub grade: String,
    /// Recordings by tenths of probability.
    pub recordings: [i64; BINS],
    /// Recordings that were answered with this label: not those of which it is only the likeliest, and the answer a family or
    /// "cannot tell".
    pub answered: i64,
}

/// Files of one folder with one answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FolderCount {
    /// The folder.
    pub folder: String,
    /// The answer in words, as `classify` gives it: `siren`, `consistent with harop`, `some piston-uav`, `some military-uav`, `cannot tell`, `unusable`.
    pub answer: String,
    /// How many files.
    pub files: i64,
}

/// One of the likeliest detections.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TopDetection {
    /// The file.
    pub path: String,
    /// Start, s.
    pub start_s: f64,
    /// End, s.
    pub end_s: f64,
    /// The label.
    pub label: String,
    /// The phase, where it is clear.
    pub phase: Option<String>,
    /// Reference grade of the label.
    pub grade: String,
    /// Probability of the label in the recording.
    pub probability: f64,
    /// Highest of its segments' probabilities.
    pub peak: f64,
    /// Whether the model was trained on the recording, or on its sound, so that its answer proves nothing.
    pub trained_on: bool,
}

/// Files that share sound.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reused {
    /// Number of the group.
    pub group: i64,
    /// The longest stretch that two of them share, s.
    pub overlap_s: f64,
    /// The files, those that are meant first.
    pub paths: Vec<String>,
    /// How many of them are not meant: so many stand last.
    pub outside: usize,
}

/// A detection with its time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TimedDetection {
    /// When it was heard, s since 1970 by the clock that the recording goes by.
    pub unix: f64,
    /// The label.
    pub label: String,
    /// The label's grade.
    pub grade: String,
    /// Probability of the label in the recording.
    pub probability: f64,
    /// The file.
    pub path: String,
}
