//! What the segments of one recording amount to: likelihoods, probabilities, LRs, a prediction set.

use super::calibration::{posterior, Calibrator};
use super::pooling::recording_log_likelihoods;
use super::prior::Prior;
use super::scorer::ScorerError;
use serde::{Deserialize, Serialize};

/// Everything that was learnt from held-out recordings about turning scores into answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judge {
    /// Scores to log-likelihoods.
    pub(crate) calibrator: Calibrator,
    /// Column of the label that fills the rest of a recording.
    pub(crate) background: Option<usize>,
}

/// The judgement of one recording, label by label in the model's order.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// Natural log-likelihoods up to a shared constant.
    pub log_likelihoods: Vec<f64>,
    /// Posterior probabilities under the prior; they sum to 1.
    pub probabilities: Vec<f64>,
}

impl Judgement {
    /// The label with the highest probability.
    pub fn best(&self) -> usize {
        (0..self.probabilities.len())
            .max_by(|&a, &b| self.probabilities[a].total_cmp(&self.probabilities[b]))
            .unwrap_or(0)
    }
}

impl Judge {
    /// Judges a recording by the log-probabilities of its segments (`[segment][label]`).
    pub fn judge(&self, segments: &[Vec<f32>], prior: &Prior) -> Judgement {
        let log_likelihoods = recording_log_likelihoods(segments, &self.calibrator, self.background);
        let probabilities = posterior(&log_likelihoods, prior);
        Judgement { log_likelihoods, probabilities }
    }

    /// Checks a loaded judge.
    ///
    /// # Errors
    /// [`ScorerError`] with the first fault found.
    pub fn validate(&self, n_labels: usize) -> Result<(), ScorerError> {
        self.calibrator.validate(n_labels)?;
        if self.background.is_some_and(|b| b >= n_labels) {
            return Err(ScorerError::Structure { part: "judge", reason: "its background label does not exist".into() });
        }
        Ok(())
    }
}
