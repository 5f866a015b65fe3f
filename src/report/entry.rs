//! What is written about one input: the answer, or why there is none.

use crate::audio::AudioError;
use crate::model::answer::{Classification, CLASSIFICATION_SCHEMA};
use serde::Serialize;

/// One input of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Entry {
    /// The recording was read.
    Answer(Box<Classification>),
    /// It was not.
    Failure(Failure),
}

/// Why there is no answer about an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// [`CLASSIFICATION_SCHEMA`].
    pub schema: &'static str,
    /// The input as it was named.
    pub path: String,
    /// The fault.
    pub error: FailureDetail,
}

/// The fault of an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailureDetail {
    /// For programs: kebab-case and stable.
    pub kind: String,
    /// For people: names the input, the fault and the remedy.
    pub message: String,
}

impl Failure {
    /// The failure of `path`.
    pub fn new(path: impl Into<String>, kind: &str, message: impl Into<String>) -> Self {
        Self {
            schema: CLASSIFICATION_SCHEMA,
            path: path.into(),
            error: FailureDetail {
                kind: kind.to_owned(),
                message: message.into(),
            },
        }
    }

    /// The failure of `path` to be read.
    pub fn from_audio(path: impl Into<String>, error: &AudioError) -> Self {
        Self::new(path, error.kind(), error.to_string())
    }
}
