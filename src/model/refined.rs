//! A classifier that lets others have a second look at some of its labels.

use super::classifier::Classifier;
use super::scorer::{impl_predict, log_softmax_rows, Scorer, ScorerError, Scratch};
use ndarray::{Array2, ArrayView2, ArrayViewMut2};
use serde::{Deserialize, Serialize};

/// A second look at some labels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refiner {
    /// Numbers of the labels, ascending.
    pub labels: Vec<usize>,
    /// Says which of them it is: one output for each.
    pub which: Classifier,
    /// Says whether it is one of them at all: no (output 0) or yes (output 1). Without it that is left to the first look.
    pub whether: Option<Classifier>,
}

/// A first classifier knows all labels. Of some of them a second look says which it is, and has half the say in whether it
/// is one at all.
///
/// Most labels are learnt from recordings, and the few airframes that are known from renders alone weigh little beside them, or
/// they would cost detections of what is real. Told apart by themselves they weigh alike and cost nothing; and what only
/// has to say whether it is one of them may give them more weight, as no other label's place among the rest depends on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refined {
    first: Box<Classifier>,
    second: Box<Refiner>,
}

impl Refined {
    /// Joins the two.
    ///
    /// # Errors
    /// [`ScorerError`] if they disagree on the features, or `second` looks at what `first` does not know.
    pub fn new(first: Classifier, second: Refiner) -> Result<Self, ScorerError> {
        let refined = Self {
            first: Box::new(first),
            second: Box::new(second),
        };
        refined.validate(refined.n_features(), refined.n_labels())?;
        Ok(refined)
    }

    /// Puts what the second look says, as log-probabilities, in the place of what stands in `out`.
    fn refine(&self, which: &[f32], whether: Option<[f32; 2]>, out: &mut [f32]) {
        let labels = &self.second.labels;
        let is_own = |label: &usize| labels.binary_search(label).is_ok();
        let mut together = log_sum(labels.iter().map(|&label| out[label]));
        if let Some([no, yes]) = whether {
            let others = || (0..out.len()).filter(|label| !is_own(label));
            let rest = log_sum(others().map(|label| out[label]));
            let odds = 0.5 * (together - rest + yes - no);
            together = log_sigmoid(odds);
            let change = log_sigmoid(-odds) - rest;
            let places = out.iter_mut().enumerate();
            for (_, score) in places.filter(|(label, _)| !is_own(label)) {
                *score += change;
            }
        }
        for (&label, score) in labels.iter().zip(which) {
            out[label] = together + score;
        }
    }
}

/// Logarithm of the sum of what `scores` are logarithms of.
fn log_sum(scores: impl Iterator<Item = f32> + Clone) -> f32 {
    let top = scores.clone().fold(f32::MIN, f32::max);
    top + scores.map(|score| (score - top).exp()).sum::<f32>().ln()
}

/// Logarithm of the probability that has these log-odds.
fn log_sigmoid(odds: f32) -> f32 {
    odds.min(0.0) - (-odds.abs()).exp().ln_1p()
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
        // Taken out so that the classifiers can use the rest of the scratch.
        let mut which = std::mem::take(&mut scratch.refined);
        which.clear();
        which.resize(self.second.labels.len(), 0.0);
        self.second.which.scores_into(row, scratch, &mut which);
        let whether = self.second.whether.as_ref().map(|whether| {
            let mut says = [0.0; 2];
            whether.scores_into(row, scratch, &mut says);
            says
        });
        self.refine(&which, whether, out);
        scratch.refined = which;
    }

    fn score_rows(&self, x: ArrayView2<f32>, mut out: ArrayViewMut2<f32>) {
        self.first.score_rows(x, out.view_mut());
        let scores = |classifier: &Classifier, n: usize| {
            let mut scores = Array2::zeros((x.nrows(), n));
            classifier.score_rows(x, scores.view_mut());
            scores
        };
        let which = scores(&self.second.which, self.second.labels.len());
        let whether = self.second.whether.as_ref().map(|c| scores(c, 2));
        for (n, (mut to, which)) in out.rows_mut().into_iter().zip(which.rows()).enumerate() {
            let whether = whether.as_ref().map(|says| [says[[n, 0]], says[[n, 1]]]);
            let mut row = to.to_vec();
            self.refine(&which.to_vec(), whether, &mut row);
            to.assign(&ndarray::aview1(&row));
        }
        log_softmax_rows(out);
    }

    fn validate(&self, n_features: usize, n_labels: usize) -> Result<(), ScorerError> {
        let fault = |reason: &str| ScorerError::Structure {
            part: "refined",
            reason: reason.into(),
        };
        let Refiner {
            labels,
            which,
            whether,
        } = &*self.second;
        if labels.len() < 2 || labels.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(fault(
                "the labels told apart are not two or more, ascending",
            ));
        }
        if labels.iter().any(|label| *label >= n_labels) {
            return Err(fault("it tells a label apart that does not exist"));
        }
        if whether.is_some() && labels.len() == n_labels {
            return Err(fault("it tells all labels from nothing"));
        }
        let nested = |c: &Classifier| matches!(c, Classifier::Refined(_));
        let parts = [Some(&*self.first), Some(which), whether.as_ref()];
        if parts.into_iter().flatten().any(nested) {
            return Err(fault("a refined classifier stands inside another"));
        }
        self.first.validate(n_features, n_labels)?;
        which.validate(n_features, labels.len())?;
        whether
            .iter()
            .try_for_each(|whether| whether.validate(n_features, 2))
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
            which: says(probabilities),
            whether: None,
        }
    }

    /// What comes out by either way of scoring, as probabilities.
    fn probabilities(refined: &Refined) -> Vec<f32> {
        let mut out = vec![0.0; refined.n_labels()];
        refined.scores_into(&[0.0], &mut Scratch::default(), &mut out);
        let mut rows = Array2::zeros((2, out.len()));
        refined.score_rows(Array2::zeros((2, 1)).view(), rows.view_mut());
        for (one, of_many) in out.iter().zip(rows.row(1)) {
            assert!((one - of_many).abs() < 1e-5, "{out:?}, {rows:?}");
        }
        out.iter().map(|score| score.exp()).collect()
    }

    fn assert_near(found: &[f32], wanted: &[f32]) {
        let near = |(a, b): (&f32, &f32)| (a - b).abs() < 1e-5;
        assert!(found.iter().zip(wanted).all(near), "{found:?}");
    }

    #[test]
    fn the_first_says_how_likely_they_are_together_and_the_second_which_it_is() {
        let first = says(&[0.5, 0.1, 0.1, 0.3]);
        let refined = Refined::new(first, refiner(&[1, 3], &[0.75, 0.25])).unwrap();
        assert_near(&probabilities(&refined), &[0.5, 0.3, 0.1, 0.1]);
    }

    #[test]
    fn both_have_half_the_say_in_whether_it_is_one_at_all() {
        let second = |no, yes| Refiner {
            whether: Some(says(&[no, yes])),
            ..refiner(&[1, 3], &[0.75, 0.25])
        };
        // Odds of 1 in 4 and 4: their geometric mean is 1. The others keep their proportion.
        let first = says(&[0.6, 0.1, 0.2, 0.1]);
        let refined = Refined::new(first, second(0.2, 0.8)).unwrap();
        assert_near(&probabilities(&refined), &[0.375, 0.375, 0.125, 0.125]);
        // Where both agree nothing changes, however sure they are.
        let first = says(&[1e-9, 0.5, 1e-9, 0.5]);
        let refined = Refined::new(first, second(2e-9, 1.0)).unwrap();
        assert_near(&probabilities(&refined), &[0.0, 0.75, 0.0, 0.25]);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let first = || says(&[0.5, 0.2, 0.3]);
        assert!(Refined::new(first(), refiner(&[0, 3], &[0.5, 0.5])).is_err());
        assert!(Refined::new(first(), refiner(&[1, 0], &[0.5, 0.5])).is_err());
        assert!(Refined::new(first(), refiner(&[1], &[1.0])).is_err());
        assert!(Refined::new(first(), refiner(&[0, 1], &[0.5, 0.2, 0.3])).is_err());
        let with_whether = |labels: &[usize], n: usize| Refiner {
            whether: Some(says(&vec![0.5; n])),
            ..refiner(labels, &vec![0.5; labels.len()])
        };
        assert!(Refined::new(first(), with_whether(&[0, 1], 2)).is_ok());
        assert!(Refined::new(first(), with_whether(&[0, 1], 3)).is_err());
        assert!(Refined::new(first(), with_whether(&[0, 1, 2], 2)).is_err());
        let refined = Refined::new(first(), refiner(&[0, 1], &[0.5, 0.5])).unwrap();
        let again = Refined::new(Classifier::Refined(refined), refiner(&[0, 1], &[0.5, 0.5]));
        assert!(again.is_err());
    }
}
