//! What a model says about itself.

use super::answer::Grade;
use super::prior::{Prior, PriorError};
use serde::{Deserialize, Serialize};

/// The readable part of a model file (JSON).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// Name of the model.
    pub id: String,
    /// Version of the file format.
    pub format: u32,
    /// Version of the feature vector that it was trained on.
    pub feature_version: u32,
    /// Columns of the feature vector.
    pub n_features: usize,
    /// Version of earwitness that made it.
    pub tool_version: String,
    /// Seed of the training.
    pub seed: u64,
    /// The labels, sorted, with what each was learnt from.
    pub labels: Vec<LabelInfo>,
    /// The recipe, as TOML.
    pub recipe: String,
    /// Name of the learner that held-out recordings chose.
    pub learner: String,
    /// Figures on recordings from source groups never heard, with their protocol.
    pub held_out: Option<serde_json::Value>,
}

/// What one label was learnt from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelInfo {
    /// The label.
    pub label: String,
    /// Its family.
    pub family: String,
    /// Its class.
    pub class: String,
    /// Its reference grade.
    pub grade: Grade,
    /// Real recordings.
    pub recordings: usize,
    /// Source groups of the recordings.
    pub groups: usize,
    /// Rendered clips that it was learnt from beside the recordings.
    #[serde(default)]
    pub rendered: usize,
    /// Corpora, sorted.
    pub sources: Vec<String>,
    /// Seconds of sound.
    pub seconds: f64,
}

impl Header {
    /// The hierarchical prior over this model's labels.
    ///
    /// # Errors
    /// [`PriorError::Size`] if the model has no labels.
    pub fn hierarchical_prior(&self) -> Result<Prior, PriorError> {
        let places: Vec<_> = self
            .labels
            .iter()
            .map(|l| (l.label.as_str(), l.family.as_str(), l.class.as_str()))
            .collect();
        Prior::hierarchical(&places)
    }
}
