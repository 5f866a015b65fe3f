//! A classifier that tells kinds within labels apart, and answers with the labels.

use super::classifier::Classifier;
use super::scorer::{impl_predict, log_softmax, Scorer, ScorerError, Scratch};
use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut2};
use serde::{Deserialize, Serialize};

/// Adds up the probabilities of the kinds of each label.
///
/// A label such as `background` holds sounds that have nothing in common. A classifier that
/// learns church bells, rain and footsteps each by themselves need not squeeze them into
/// one region; what it says of the label is the sum of what it says of its kinds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Merged {
    kinds: Box<Classifier>,
    /// Label of each kind, in the order of the classifier's outputs.
    label_of: Vec<usize>,
    n_labels: usize,
}

impl Merged {
    /// `kinds` scores as many kinds as `label_of` has entries, each the number of a label.
    ///
    /// # Errors
    /// [`ScorerError`] if the counts differ or a label has no kind.
    pub fn new(
        kinds: Classifier,
        label_of: Vec<usize>,
        n_labels: usize,
    ) -> Result<Self, ScorerError> {
        let merged = Self {
            kinds: Box::new(kinds),
            label_of,
            n_labels,
        };
        merged.validate(merged.n_features(), n_labels)?;
        Ok(merged)
    }

    /// From log-probabilities of kinds to those of labels.
    fn merge(&self, scores: &[f32], out: &mut [f32]) {
        out.fill(0.0);
        for (score, &label) in scores.iter().zip(&self.label_of) {
            out[label] += score.exp();
        }
        for sum in out.iter_mut() {
            *sum = sum.max(f32::MIN_POSITIVE).ln();
        }
        log_softmax(out);
    }
}

impl Scorer for Merged {
    fn n_labels(&self) -> usize {
        self.n_labels
    }

    fn n_features(&self) -> usize {
        self.kinds.n_features()
    }

    fn scores_into(&self, row: &[f32], scratch: &mut Scratch, out: &mut [f32]) {
        // Taken out so that the classifier can use the rest of the scratch.
        let mut scores = std::mem::take(&mut scratch.kinds);
        scores.clear();
        scores.resize(self.label_of.len(), 0.0);
        self.kinds.scores_into(row, scratch, &mut scores);
        self.merge(&scores, out);
        scratch.kinds = scores;
    }

    fn score_rows(&self, x: ArrayView2<f32>, mut out: ArrayViewMut2<f32>) {
        let mut scores = Array2::zeros((x.nrows(), self.label_of.len()));
        self.kinds.score_rows(x, scores.view_mut());
        for (mut to, from) in out.rows_mut().into_iter().zip(scores.rows()) {
            let mut sums = vec![0.0; self.n_labels];
            self.merge(&from.to_vec(), &mut sums);
            to.assign(&ArrayView1::from(&sums));
        }
    }

    fn validate(&self, n_features: usize, n_labels: usize) -> Result<(), ScorerError> {
        let fault = |reason: &str| ScorerError::Structure {
            part: "kinds",
            reason: reason.into(),
        };
        if self.n_labels != n_labels {
            return Err(ScorerError::Size {
                part: "kinds",
                what: "labels",
                found: self.n_labels,
                expected: n_labels,
            });
        }
        if (0..n_labels).any(|label| !self.label_of.contains(&label)) {
            return Err(fault("a label has no kind"));
        }
        if self.label_of.iter().any(|&label| label >= n_labels) {
            return Err(fault("a kind belongs to a label that does not exist"));
        }
        if matches!(
            *self.kinds,
            Classifier::Blend(_) | Classifier::Merged(_) | Classifier::Refined(_)
        ) {
            return Err(fault("they are told apart by several classifiers at once"));
        }
        self.kinds.validate(n_features, self.label_of.len())
    }
}

impl_predict!(Merged);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::linear::LinearModel;

    fn three_kinds() -> Classifier {
        Classifier::Linear(LinearModel {
            n_features: 1,
            weights: vec![0.0; 3],
            bias: [0.2f32, 0.3, 0.5].map(f32::ln).to_vec(),
        })
    }

    #[test]
    fn a_label_is_as_likely_as_its_kinds_together() {
        let merged = Merged::new(three_kinds(), vec![1, 0, 1], 2).unwrap();
        let mut out = [0.0; 2];
        merged.scores_into(&[0.0], &mut Scratch::default(), &mut out);
        assert!((out[0].exp() - 0.3).abs() < 1e-6 && (out[1].exp() - 0.7).abs() < 1e-6);
        let mut rows = Array2::zeros((2, 2));
        merged.score_rows(Array2::zeros((2, 1)).view(), rows.view_mut());
        assert!((rows[[1, 0]].exp() - 0.3f32).abs() < 1e-6);
    }

    #[test]
    fn kinds_that_do_not_fit_the_labels_are_refused() {
        assert!(Merged::new(three_kinds(), vec![0, 0, 0], 2).is_err());
        assert!(Merged::new(three_kinds(), vec![0, 1, 2], 2).is_err());
        assert!(Merged::new(three_kinds(), vec![0, 1], 2).is_err());
        let inner = Merged::new(three_kinds(), vec![0, 1, 1], 2).unwrap();
        assert!(Merged::new(Classifier::Merged(inner), vec![0, 1], 2).is_err());
    }
}
