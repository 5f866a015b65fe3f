//! A classifier that leaves it to another one which of some labels it is.

use super::classifier::Classifier;
use super::scorer::{impl_predict, log_softmax_rows, Scorer, ScorerError, Scratch};
use ndarray::{Array2, ArrayView2, ArrayViewMut2};
use serde::{Deserialize, Serialize};

/// Which labels another classifier tells apart, and that classifier: one output for each of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refiner {
    /// Numbers of the labels, ascending.
    pub labels: Vec<usize>,
    /// Tells them apart.
    pub classifier: Classifier,
}

/// What a first classifier says of all labels; how likely some of them are together is its word, which of them it is that of a
/// second one, which has learnt nothing else.
///
/// Most labels are learnt from recordings, and the few airframes that are known from renders alone weigh little beside them, or
/// they would cost detections of what is real. Told apart by themselves they weigh alike and cost nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refined {
    first: Box<Classifier>,
    second: Box<Refiner>,
}

impl Refined {
    /// Joins the two.
    ///
    /// # Errors
    /// [`ScorerError`] if they disagree on the features, or `second` tells apart what `first` does not know.
    pub fn new(first: Classifier, second: Refiner) -> Result<Self, ScorerError> {
        let refined = Self {
            first: Box::new(first),
            second: Box::new(second),
        };
        refined.validate(refined.n_features(), refined.n_labels())?;
        Ok(refined)
    }

    /// Shares among its labels what the first classifier gives them together.
    fn share(&self, second: &[f32], out: &mut [f32]) {
        let own = || self.second.labels.iter().copied();
        let top = own().map(|label| out[label]).fold(f32::MIN, f32::max);
        let sum: f32 = own().map(|label| (out[label] - top).exp()).sum();
        let together = top + sum.ln();
        for (label, score) in own().zip(second) {
            out[label] = together + score;
        }
    }
}

impl Scorer for Refined {
    fn n_labels(&self) -> usize {
        self.first.n_labels()
    }

    fn n_features(&self) -> usize {
        self.first.n_features()
    }

    fn scores_into(&self, row: &[f32], scratch: &mut Scratch, out: &mut [f32]) {
        self.first.scores_into(row, scratch, out);
        // Taken out so that the classifier can use the rest of the scratch.
        let mut second = std::mem::take(&mut scratch.refined);
        second.clear();
        second.resize(self.second.labels.len(), 0.0);
        self.second
            .classifier
            .scores_into(row, scratch, &mut second);
        self.share(&second, out);
        scratch.refined = second;
    }

    fn score_rows(&self, x: ArrayView2<f32>, mut out: ArrayViewMut2<f32>) {
        self.first.score_rows(x, out.view_mut());
        let mut second = Array2::zeros((x.nrows(), self.second.labels.len()));
        self.second.classifier.score_rows(x, second.view_mut());
        for (mut to, from) in out.rows_mut().into_iter().zip(second.rows()) {
            let mut row = to.to_vec();
            self.share(&from.to_vec(), &mut row);
            to.assign(&ndarray::aview1(&row));
        }
        log_softmax_rows(out);
    }

    fn validate(&self, n_features: usize, n_labels: usize) -> Result<(), ScorerError> {
        let fault = |reason: &str| ScorerError::Structure {
            part: "refined",
            reason: reason.into(),
        };
        let Refiner { labels, classifier } = &*self.second;
        if labels.len() < 2 || labels.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(fault(
                "the labels told apart are not two or more, ascending",
            ));
        }
        if labels.iter().any(|label| *label >= n_labels) {
            return Err(fault("it tells a label apart that does not exist"));
        }
        let nested = |c: &Classifier| matches!(c, Classifier::Refined(_));
        if nested(&self.first) || nested(classifier) {
            return Err(fault("a refined classifier stands inside another"));
        }
        self.first.validate(n_features, n_labels)?;
        classifier.validate(n_features, labels.len())
    }
}

impl_predict!(Refined);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::linear::LinearModel;

    fn says(probabilities: &[f32]) -> Classifier {
        Classifier::Linear(LinearModel {
            n_features: 1,
            weights: vec![0.0; probabilities.len()],
            bias: probabilities.iter().map(|p| p.ln()).collect(),
        })
    }

    fn refiner(labels: &[usize], probabilities: &[f32]) -> Refiner {
        Refiner {
            labels: labels.to_vec(),
            classifier: says(probabilities),
        }
    }

    #[test]
    fn the_first_says_how_likely_they_are_together_and_the_second_which_it_is() {
        let first = says(&[0.5, 0.1, 0.1, 0.3]);
        let refined = Refined::new(first, refiner(&[1, 3], &[0.75, 0.25])).unwrap();
        let wanted = [0.5, 0.3, 0.1, 0.1];
        let mut out = [0.0; 4];
        refined.scores_into(&[0.0], &mut Scratch::default(), &mut out);
        let mut rows = Array2::zeros((2, 4));
        refined.score_rows(Array2::zeros((2, 1)).view(), rows.view_mut());
        for (label, want) in wanted.into_iter().enumerate() {
            assert!((out[label].exp() - want).abs() < 1e-6, "{out:?}");
            assert!((rows[[1, label]].exp() - want).abs() < 1e-6, "{rows:?}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let first = || says(&[0.5, 0.2, 0.3]);
        assert!(Refined::new(first(), refiner(&[0, 3], &[0.5, 0.5])).is_err());
        assert!(Refined::new(first(), refiner(&[1, 0], &[0.5, 0.5])).is_err());
        assert!(Refined::new(first(), refiner(&[1], &[1.0])).is_err());
        assert!(Refined::new(first(), refiner(&[0, 1], &[0.5, 0.2, 0.3])).is_err());
        let refined = Refined::new(first(), refiner(&[0, 1], &[0.5, 0.5])).unwrap();
        let again = Refined::new(Classifier::Refined(refined), refiner(&[0, 1], &[0.5, 0.5]));
        assert!(again.is_err());
    }
}
