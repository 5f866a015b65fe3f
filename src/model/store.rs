//! The model file. (Types for the command line; the reader and writer of the file replace this.)

use super::answer::{Classification, Decision, Grade, ModelRef, SegmentAnswer, CLASSIFICATION_SCHEMA};
use super::prior::Prior;
use crate::audio::{self, AudioError, ReadOptions, Source};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Why a model cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The program was built without one.
    #[error("no model is built in; name a model file with --model, or build with the feature embedded-model")]
    NotEmbedded,
    /// The file cannot be read.
    #[error("{}: cannot be read: {error}; check the name given", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        error: std::io::Error,
    },
}

/// What a model says about itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Header {
    /// Name of the model.
    pub id: String,
    /// Version of the file format.
    pub format: u32,
    /// Version of the feature vector.
    pub feature_version: u32,
    /// Version of earwitness that made it.
    pub tool_version: String,
    /// Seed of the training.
    pub seed: u64,
    /// The labels.
    pub labels: Vec<LabelInfo>,
    /// Figures on recordings never heard.
    pub held_out: Option<serde_json::Value>,
}

/// What a label was learnt from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LabelInfo {
    /// The label.
    pub label: String,
    /// Its family.
    pub family: String,
    /// Its class.
    pub class: String,
    /// Its reference grade.
    pub grade: Grade,
    /// Recordings.
    pub recordings: usize,
    /// Source groups.
    pub groups: usize,
    /// Corpora.
    pub sources: Vec<String>,
    /// Seconds of sound.
    pub seconds: f64,
}

/// A model.
#[derive(Debug)]
pub struct Model {
    header: Header,
}

/// How a recording is heard.
#[derive(Debug, Clone)]
pub struct ListenOptions {
    /// How it is read.
    pub read: ReadOptions,
    /// What was likely beforehand.
    pub prior: Prior,
}

impl Model {
    /// The built-in model.
    pub fn embedded() -> Result<Self, ModelError> {
        Err(ModelError::NotEmbedded)
    }

    /// Reads a model file.
    pub fn load(path: &Path) -> Result<Self, ModelError> {
        let read = |error| ModelError::Read { path: path.into(), error };
        let bytes = std::fs::read(path).map_err(read)?;
        let header = serde_json::from_slice(&bytes).map_err(|e| read(e.into()))?;
        Ok(Self { header })
    }

    /// What the model says about itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// SHA-256 of the file.
    pub fn sha256(&self) -> &str {
        "0000000000000000"
    }

    /// Listens to a recording.
    pub fn classify(&self, source: &Source, options: &ListenOptions) -> Result<Classification, AudioError> {
        let mut reader = audio::open(source, &options.read)?;
        let mut n = 0;
        while let Some(block) = reader.next_block()? {
            n += block.len();
        }
        let summary = reader.finish();
        let labels: Vec<&str> = self.header.labels.iter().map(|l| l.label.as_str()).collect();
        let label = labels[n % labels.len()].to_owned();
        let p = options.prior.probabilities();
        Ok(Classification {
            schema: CLASSIFICATION_SCHEMA,
            path: source.name(),
            sha256: audio::content_hash(source)?.iter().map(|b| format!("{b:02x}")).collect(),
            duration_s: summary.duration_s,
            decision: Decision::Signature,
            family: Some(self.header.labels[0].family.clone()),
            phase: None,
            phase_probabilities: None,
            grade: Some(Grade::A),
            statement: format!("The sound is like that of {label} in the recordings learnt from."),
            probabilities: labels.iter().map(|l| l.to_string()).zip(p.iter().copied()).collect(),
            prior: "hierarchical".into(),
            log10_lr: labels.iter().map(|l| (l.to_string(), Some(1.234))).collect(),
            log10_lr_bounds: Some([-1.6, 1.6]),
            hypotheses: Some([format!("the recording holds {label}"), "it holds one of the other labels, mixed by the prior".into()]),
            prediction_set: vec![label.clone()],
            prediction_set_insufficient: vec![],
            coverage: 0.9,
            heard_s: 1.0,
            fitness: summary.quality.fitness().0,
            warnings: summary.warnings.iter().map(|w| w.message.clone()).collect(),
            segments: vec![SegmentAnswer { start_s: 0.0, end_s: 2.0, label: label.clone(), probability: 0.5 }],
            label,
            model: ModelRef { id: self.header.id.clone(), sha256: self.sha256().into() },
            stream: Some(summary.info),
            quality: Some(summary.quality),
            read_warnings: summary.warnings,
        })
    }
}
