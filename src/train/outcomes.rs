//! Held-out outcomes: what the classifier said of recordings it was not trained on, with their
//! true labels and source groups. Calibration, LRs and prediction sets are fitted on these.

use super::error::TrainError;
use ndarray::{Array2, Axis};
use std::collections::{BTreeMap, BTreeSet};

/// Scores of recordings whose source groups the classifier never saw.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcomes {
    scores: Array2<f64>,
    labels: Vec<usize>,
    groups: Vec<usize>,
    /// What each recording counts.
    counts: Vec<f64>,
}

impl Outcomes {
    /// `scores`: recordings x labels, finite; `labels`: the true label of each recording;
    /// `groups`: its source group, numbered in any way.
    ///
    /// # Errors
    /// [`TrainError::Data`] for lengths that differ, no recordings, labels out of range, or
    /// scores that are not finite.
    pub fn new(
        scores: Array2<f64>,
        labels: Vec<usize>,
        groups: Vec<usize>,
    ) -> Result<Self, TrainError> {
        let fault = |fault: String, remedy| Err(TrainError::Data { fault, remedy });
        let n = scores.nrows();
        if n == 0 || labels.len() != n || groups.len() != n {
            return fault(
                format!(
                    "{n} rows of scores, {} labels, {} groups",
                    labels.len(),
                    groups.len()
                ),
                "give one label and one source group per held-out recording",
            );
        }
        if labels.iter().any(|label| *label >= scores.ncols()) {
            return fault(
                "a label without a column of scores".into(),
                "number labels from 0",
            );
        }
        if scores.iter().any(|s| !s.is_finite()) {
            return fault(
                "a score is not finite".into(),
                "leave out recordings without a usable segment",
            );
        }
        Ok(Self {
            scores,
            labels,
            groups,
            counts: vec![1.0; n],
        })
    }

    /// The same recordings where each counts as much as `counts` says, above 0; 1 if nothing is said.
    ///
    /// # Errors
    /// [`TrainError::Data`] for another number of them, or one that is not above 0.
    pub fn counting(self, counts: Vec<f64>) -> Result<Self, TrainError> {
        let is_valid = |count: &f64| count.is_finite() && *count > 0.0;
        if counts.len() != self.len() || !counts.iter().all(is_valid) {
            return Err(TrainError::Data {
                fault: "recordings that count nothing, or an unknown number of times".into(),
                remedy: "give a number above 0 for each held-out recording",
            });
        }
        Ok(Self { counts, ..self })
    }

    /// Recordings x labels.
    pub fn scores(&self) -> &Array2<f64> {
        &self.scores
    }

    /// True label per recording.
    pub fn labels(&self) -> &[usize] {
        &self.labels
    }

    /// Source group per recording.
    pub fn groups(&self) -> &[usize] {
        &self.groups
    }

    /// Number of labels.
    pub fn n_labels(&self) -> usize {
        self.scores.ncols()
    }

    /// Number of recordings.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Never true: [`Outcomes::new`] refuses it.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The same recordings with other scores, for example calibrated ones.
    ///
    /// # Errors
    /// As [`Outcomes::new`].
    pub fn with_scores(&self, scores: Array2<f64>) -> Result<Self, TrainError> {
        Self::new(scores, self.labels.clone(), self.groups.clone())?.counting(self.counts.clone())
    }

    /// Some of the recordings, by place.
    ///
    /// # Errors
    /// [`TrainError::Data`] if none is picked.
    pub fn select(&self, places: &[usize]) -> Result<Self, TrainError> {
        let pick = |from: &[usize]| places.iter().map(|&i| from[i]).collect();
        let picked = Self::new(
            self.scores.select(Axis(0), places),
            pick(&self.labels),
            pick(&self.groups),
        )?;
        picked.counting(places.iter().map(|&i| self.counts[i]).collect())
    }

    /// Number of source groups of each label.
    pub fn groups_per_label(&self) -> Vec<usize> {
        let mut seen = vec![BTreeSet::new(); self.n_labels()];
        for (label, group) in self.labels.iter().zip(&self.groups) {
            seen[*label].insert(*group);
        }
        seen.iter().map(BTreeSet::len).collect()
    }

    /// A weight per recording: what it counts, over the number of recordings of its group and label to the power
    /// of `power`. Where all count 1, with 1 a label's weights sum to its number of groups, with 0 each recording
    /// weighs 1.
    pub fn group_weights(&self, power: f64) -> Vec<f64> {
        let mut counts: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        let keys = || self.labels.iter().copied().zip(self.groups.iter().copied());
        for key in keys() {
            *counts.entry(key).or_default() += 1;
        }
        keys()
            .zip(&self.counts)
            .map(|(key, count)| count * (counts[&key] as f64).powf(-power))
            .collect()
    }

    /// Group weights scaled so that every label that occurs sums to 1.
    pub fn balanced_weights(&self, power: f64) -> Vec<f64> {
        let weights = self.group_weights(power);
        let mut sums = vec![0.0; self.n_labels()];
        for (w, label) in weights.iter().zip(&self.labels) {
            sums[*label] += w;
        }
        let scaled = weights.iter().zip(&self.labels);
        scaled.map(|(w, label)| w / sums[*label]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recordings_of_a_group_share_a_weight() {
        let scores = Array2::zeros((5, 3));
        let outcomes = Outcomes::new(scores, vec![0, 0, 0, 1, 1], vec![7, 7, 8, 8, 9]).unwrap();
        assert_eq!(outcomes.group_weights(1.0), [0.5, 0.5, 1.0, 1.0, 1.0]);
        assert_eq!(outcomes.group_weights(0.0), [1.0; 5]);
        assert_eq!(outcomes.groups_per_label(), [2, 2, 0]);
        assert_eq!(outcomes.balanced_weights(1.0), [0.25, 0.25, 0.5, 0.5, 0.5]);
    }

    #[test]
    fn recordings_weigh_what_they_count() {
        let outcomes = Outcomes::new(Array2::zeros((3, 2)), vec![0, 0, 1], vec![0, 1, 2]).unwrap();
        let counting = |counts: &[f64]| outcomes.clone().counting(counts.to_vec());
        let counted = counting(&[3.0, 1.0, 1.0]).unwrap();
        assert_eq!(counted.balanced_weights(0.0), [0.75, 0.25, 1.0]);
        let picked = counted.select(&[0, 2]).unwrap();
        assert_eq!(picked.group_weights(0.0), [3.0, 1.0]);
        assert!(counting(&[1.0, 1.0]).is_err() && counting(&[1.0, 0.0, 1.0]).is_err());
    }

    #[test]
    fn scores_that_are_not_finite_are_refused() {
        let mut scores = Array2::zeros((1, 2));
        scores[[0, 1]] = f64::NEG_INFINITY;
        assert!(Outcomes::new(scores, vec![0], vec![0]).is_err());
        assert!(Outcomes::new(Array2::zeros((1, 2)), vec![2], vec![0]).is_err());
    }
}
