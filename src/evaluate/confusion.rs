//! Which label is taken for which.

use super::error::{same_length, within, MetricError};
use serde::Serialize;

/// Counts of answers by true label (rows) and answered label (columns).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Confusion {
    counts: Vec<Vec<usize>>,
}

impl Confusion {
    /// Counts `predicted` against `truth`, both label numbers below `n_labels`.
    ///
    /// # Errors
    /// [`MetricError`] if lengths differ or a label is out of range.
    pub fn new(truth: &[usize], predicted: &[usize], n_labels: usize) -> Result<Self, MetricError> {
        const NAME: &str = "confusion matrix";
        same_length(NAME, "true labels", truth.len(), predicted.len())?;
        let known = truth.iter().chain(predicted).all(|label| *label < n_labels);
        within(known, NAME, "labels", "below the number of labels")?;
        let mut counts = vec![vec![0; n_labels]; n_labels];
        for (t, p) in truth.iter().zip(predicted) {
            counts[*t][*p] += 1;
        }
        Ok(Self { counts })
    }

    /// Rows of true labels, columns of answered labels.
    pub fn counts(&self) -> &[Vec<usize>] {
        &self.counts
    }

    /// Right answers and all answers of one true label.
    pub fn hits(&self, label: usize) -> Option<(usize, usize)> {
        let row = self.counts.get(label)?;
        Some((row[label], row.iter().sum()))
    }

    /// Share of right answers, 0 to 1; `None` without answers.
    pub fn accuracy(&self) -> Option<f64> {
        let all: usize = self.counts.iter().flatten().sum();
        let right: usize = (0..self.counts.len()).map(|k| self.counts[k][k]).sum();
        (all > 0).then(|| right as f64 / all as f64)
    }

    /// Mean recall over the labels that occur, 0 to 1; `None` without answers.
    pub fn balanced_accuracy(&self) -> Option<f64> {
        let recalls: Vec<f64> = (0..self.counts.len())
            .filter_map(|label| self.hits(label))
            .filter(|(_, all)| *all > 0)
            .map(|(right, all)| right as f64 / all as f64)
            .collect();
        (!recalls.is_empty()).then(|| recalls.iter().sum::<f64>() / recalls.len() as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn balanced_accuracy_ignores_how_common_a_label_is() {
        let truth = [0, 0, 0, 0, 1, 1];
        let predicted = [0, 0, 0, 2, 0, 1];
        let confusion = Confusion::new(&truth, &predicted, 3).unwrap();
        assert_eq!(confusion.balanced_accuracy(), Some(0.625));
        assert_eq!(confusion.hits(1), Some((1, 2)));
        assert_eq!(confusion.counts()[0], [3, 0, 1]);
    }

    #[test]
    fn unknown_labels_are_refused() {
        assert!(Confusion::new(&[3], &[0], 3).is_err());
        let empty = Confusion::new(&[], &[], 3).unwrap();
        assert_eq!(empty.balanced_accuracy(), None);
    }
}
