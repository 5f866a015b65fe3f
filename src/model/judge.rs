//! What the segments of one recording amount to: likelihoods, probabilities, LRs, a prediction set.

use super::calibration::{posterior, Calibrator};
use super::likelihood_ratio::LikelihoodRatios;
use super::pooling::recording_log_likelihoods;
use super::prediction_set::PredictionSets;
use super::prior::Prior;
use super::scorer::{check_size, ScorerError};
use serde::{Deserialize, Serialize};

/// Everything that was learnt from held-out recordings about turning scores into answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judge {
    /// Scores to log-likelihoods.
    pub(crate) calibrator: Calibrator,
    /// Column of the label that fills the rest of a recording.
    pub(crate) background: Option<usize>,
    /// Calibration and bounds of the LRs.
    pub(crate) ratios: LikelihoodRatios,
    /// Thresholds of the prediction sets.
    pub(crate) sets: PredictionSets,
    /// The prior that both were learnt with.
    pub(crate) prior: Prior,
    /// What each label's likelihood is multiplied with where labels are counted; models of an earlier make have none.
    #[serde(default)]
    pub(crate) count_factors: Vec<f64>,
}

/// The judgement of one recording, label by label in the model's order.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// Natural log-likelihoods up to a shared constant.
    pub log_likelihoods: Vec<f64>,
    /// Posterior probabilities under the prior; they sum to 1.
    pub probabilities: Vec<f64>,
    /// Bounded log10 LRs; `None` for labels with too few source groups.
    pub log10_lr: Vec<Option<f64>>,
    /// Labels that cannot be excluded, the likeliest under the prior first. Which labels these are does not depend on the prior: a
    /// label is covered as often as stated whatever its share.
    pub prediction_set: Vec<usize>,
}

impl Judgement {
    /// Scores taken for log-likelihoods as they are: enough to rank recordings and labels, and nothing else is there.
    pub fn of_scores(log_likelihoods: Vec<f64>) -> Self {
        Self {
            log_likelihoods,
            probabilities: Vec::new(),
            log10_lr: Vec::new(),
            prediction_set: Vec::new(),
        }
    }

    /// The label with the highest probability.
    pub fn best(&self) -> usize {
        highest(&self.probabilities)
    }

    /// The label with the highest likelihood: the best one if all were equally likely beforehand.
    pub fn likeliest(&self) -> usize {
        highest(&self.log_likelihoods)
    }

    /// The label with the highest likelihood among those that `candidates` picks; the likeliest of all if it picks none.
    pub fn likeliest_among(&self, candidates: impl Fn(usize) -> bool) -> usize {
        let picked = (0..self.log_likelihoods.len()).filter(|&label| candidates(label));
        picked
            .max_by(|&a, &b| self.log_likelihoods[a].total_cmp(&self.log_likelihoods[b]))
            .unwrap_or_else(|| self.likeliest())
    }
}

fn highest(values: &[f64]) -> usize {
    (0..values.len())
        .max_by(|&a, &b| values[a].total_cmp(&values[b]))
        .unwrap_or(0)
}

impl Judge {
    /// Judges a recording by the log-probabilities of its segments (`[segment][label]`).
    pub fn judge(&self, segments: &[impl AsRef<[f32]>], prior: &Prior) -> Judgement {
        let log_likelihoods =
            recording_log_likelihoods(segments, &self.calibrator, self.background);
        let probabilities = posterior(&log_likelihoods, prior);
        // The thresholds hold for probabilities under the prior that they were learnt with.
        let mut prediction_set = self.sets.set(&posterior(&log_likelihoods, &self.prior));
        prediction_set.sort_by(|a, b| probabilities[*b].total_cmp(&probabilities[*a]));
        Judgement {
            log10_lr: self.ratios.log10(&log_likelihoods, prior),
            prediction_set,
            log_likelihoods,
            probabilities,
        }
    }

    /// Natural log-likelihoods of one segment by its log-probabilities.
    pub fn segment(&self, log_probabilities: &[f32]) -> Vec<f64> {
        let scores: Vec<f64> = log_probabilities.iter().map(|s| f64::from(*s)).collect();
        self.calibrator.log_likelihoods(&scores)
    }

    /// Calibration and bounds of the LRs.
    pub fn ratios(&self) -> &LikelihoodRatios {
        &self.ratios
    }

    /// Thresholds of the prediction sets.
    pub fn sets(&self) -> &PredictionSets {
        &self.sets
    }

    /// What a label's likelihood is to be multiplied with where recordings of a label are counted
    /// ([`weighted`](super::prevalence::weighted)): above 0, 1 where nothing was learnt of it.
    pub fn count_factor(&self, label: usize) -> f64 {
        self.count_factors.get(label).copied().unwrap_or(1.0)
    }

    /// Checks a loaded judge.
    ///
    /// # Errors
    /// [`ScorerError`] with the first fault found.
    pub fn validate(&self, n_labels: usize) -> Result<(), ScorerError> {
        self.calibrator.validate(n_labels)?;
        self.ratios.validate(n_labels)?;
        self.sets.validate(n_labels)?;
        self.prior
            .validate(n_labels)
            .map_err(|error| ScorerError::Structure {
                part: "judge",
                reason: error.to_string(),
            })?;
        let factors = &self.count_factors;
        if !factors.is_empty() {
            check_size("judge", "count factors", factors.len(), n_labels)?;
        }
        if !factors.iter().all(|f| f.is_finite() && *f > 0.0) {
            return Err(ScorerError::Structure {
                part: "judge",
                reason: "a count factor is not a finite number above 0".into(),
            });
        }
        if self.background.is_some_and(|b| b >= n_labels) {
            return Err(ScorerError::Structure {
                part: "judge",
                reason: "its background label does not exist".into(),
            });
        }
        Ok(())
    }
}
