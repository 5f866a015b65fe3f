//! Which labels cannot be excluded at a stated coverage: conformal prediction sets.

use super::scorer::{check_size, ScorerError};
use serde::{Deserialize, Serialize};

const PART: &str = "prediction sets";

/// What is compared with a label's threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Nonconformity {
    /// One less the label's probability (Sadinle, Lei and Wasserman 2019): the smallest sets.
    OneMinusProbability,
    /// The summed probability of the likelier labels and the label itself (Romano, Sesia and
    /// Candès 2020, without randomisation): sets that grow with doubt.
    CumulatedProbability,
}

impl Nonconformity {
    /// How little `label` fits, 0 to 1; `probabilities` holds one entry per label.
    pub fn score(self, probabilities: &[f64], label: usize) -> f64 {
        let own = probabilities[label];
        match self {
            Nonconformity::OneMinusProbability => 1.0 - own,
            Nonconformity::CumulatedProbability => {
                // Of equal probabilities the earlier label counts as likelier.
                let likelier = |(k, p): &(usize, &f64)| **p > own || (**p == own && *k < label);
                let before = probabilities.iter().enumerate().filter(likelier);
                before.map(|(_, p)| p).sum::<f64>() + own
            }
        }
    }
}

/// One label's part in a prediction set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelThreshold {
    /// Largest nonconformity at which the label stays in the set.
    pub(crate) threshold: f64,
    /// Source groups the threshold rests on.
    pub n_groups: usize,
    /// Whether the label has too few source groups for a threshold of its own at this
    /// coverage; the threshold of all labels together stands in.
    pub insufficient: bool,
}

/// Prediction sets at one coverage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PredictionSets {
    pub(crate) coverage: f64,
    pub(crate) score: Nonconformity,
    pub(crate) labels: Vec<LabelThreshold>,
}

impl PredictionSets {
    /// The stated coverage, for example 0.9.
    pub fn coverage(&self) -> f64 {
        self.coverage
    }

    /// What the threshold of each label rests on.
    pub fn labels(&self) -> &[LabelThreshold] {
        &self.labels
    }

    /// The labels that cannot be excluded, likeliest first. Empty if the recording is like
    /// none of them.
    pub fn set(&self, probabilities: &[f64]) -> Vec<usize> {
        let n = self.labels.len().min(probabilities.len());
        let stays = |k: &usize| self.score.score(probabilities, *k) <= self.labels[*k].threshold;
        let mut set: Vec<usize> = (0..n).filter(stays).collect();
        set.sort_by(|a, b| probabilities[*b].total_cmp(&probabilities[*a]));
        set
    }

    /// Checks loaded prediction sets.
    ///
    /// # Errors
    /// [`ScorerError`] with the first fault found.
    pub fn validate(&self, n_labels: usize) -> Result<(), ScorerError> {
        check_size(PART, "labels", self.labels.len(), n_labels)?;
        let inside = self.coverage > 0.0 && self.coverage < 1.0;
        if !inside || self.labels.iter().any(|l| !l.threshold.is_finite()) {
            return Err(ScorerError::Structure {
                part: PART,
                reason: "the coverage is not inside 0 to 1, or a threshold is not finite".into(),
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sets(score: Nonconformity, thresholds: [f64; 3]) -> PredictionSets {
        let label = |threshold| LabelThreshold {
            threshold,
            n_groups: 40,
            insufficient: false,
        };
        PredictionSets {
            coverage: 0.9,
            score,
            labels: thresholds.map(label).to_vec(),
        }
    }

    #[test]
    fn a_label_stays_while_it_is_likely_enough() {
        let sets = sets(Nonconformity::OneMinusProbability, [0.6, 0.95, 0.5]);
        assert_eq!(sets.set(&[0.6, 0.3, 0.1]), [0, 1]);
        assert_eq!(sets.set(&[0.1, 0.02, 0.88]), [2]);
        assert!(sets.set(&[0.35, 0.03, 0.3]).is_empty());
    }

    #[test]
    fn cumulated_probability_counts_what_is_likelier() {
        let score = Nonconformity::CumulatedProbability;
        let p = [0.2, 0.5, 0.3];
        assert!((score.score(&p, 1) - 0.5).abs() < 1e-12);
        assert!((score.score(&p, 2) - 0.8).abs() < 1e-12);
        assert!((score.score(&p, 0) - 1.0).abs() < 1e-12);
        assert_eq!(sets(score, [0.85; 3]).set(&p), [1, 2]);
    }

    #[test]
    fn damaged_sets_are_refused() {
        let mut sets = sets(Nonconformity::OneMinusProbability, [0.6; 3]);
        assert!(sets.validate(3).is_ok());
        sets.labels[1].threshold = f64::INFINITY;
        assert!(sets.validate(3).is_err());
    }
}
