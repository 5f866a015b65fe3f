//! Any of the learnt classifiers, or a weighted blend of several, as one type to store.

use super::boosting::BoostedTrees;
use super::kernel::KernelMachine;
use super::linear::LinearModel;
use super::merged::Merged;
use super::perceptron::Perceptron;
use super::refined::Refined;
use super::scorer::{impl_predict, log_softmax, log_softmax_rows, Scorer, ScorerError, Scratch};
use ndarray::{Array2, ArrayView2, ArrayViewMut2};
use serde::{Deserialize, Serialize};

/// The classifier of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Classifier {
    /// Multinomial logistic regression.
    Linear(LinearModel),
    /// Small multi-layer perceptrons.
    Perceptron(Perceptron),
    /// Gradient-boosted trees.
    BoostedTrees(BoostedTrees),
    /// Gaussian kernels around landmarks.
    KernelMachine(KernelMachine),
    /// A classifier of kinds within labels.
    Merged(Merged),
    /// Several classifiers whose log-probabilities are averaged.
    Blend(Blend),
    /// A classifier and a second one that tells some of its labels apart.
    Refined(Refined),
}

/// Weighted mean of the members' log-probabilities, normalised again (a logarithmic opinion
/// pool; Genest and Zidek 1986).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Blend {
    members: Vec<Member>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Member {
    weight: f32,
    classifier: Classifier,
}

impl Blend {
    /// Joins classifiers with their weights, which are scaled to sum to 1.
    ///
    /// # Errors
    /// [`ScorerError`] if there is no member, a weight is not positive, or members disagree on
    /// features or labels.
    pub fn new(members: Vec<(f32, Classifier)>) -> Result<Self, ScorerError> {
        let total: f32 = members.iter().map(|(weight, _)| weight).sum();
        let members = members.into_iter().map(|(weight, classifier)| Member {
            weight: weight / total,
            classifier,
        });
        let blend = Self {
            members: members.collect(),
        };
        blend.validate(blend.n_features(), blend.n_labels())?;
        Ok(blend)
    }
}

impl Scorer for Blend {
    fn n_labels(&self) -> usize {
        self.members.first().map_or(0, |m| m.classifier.n_labels())
    }

    fn n_features(&self) -> usize {
        self.members
            .first()
            .map_or(0, |m| m.classifier.n_features())
    }

    fn scores_into(&self, row: &[f32], scratch: &mut Scratch, out: &mut [f32]) {
        // Taken out so that the members can use the rest of the scratch.
        let mut sums = std::mem::take(&mut scratch.c);
        sums.clear();
        sums.resize(out.len(), 0.0);
        for member in &self.members {
            member.classifier.scores_into(row, scratch, out);
            for (sum, score) in sums.iter_mut().zip(out.iter()) {
                *sum += member.weight * score;
            }
        }
        out.copy_from_slice(&sums);
        scratch.c = sums;
        log_softmax(out);
    }

    fn score_rows(&self, x: ArrayView2<f32>, mut out: ArrayViewMut2<f32>) {
        let mut scores = Array2::zeros(out.raw_dim());
        out.fill(0.0);
        for member in &self.members {
            member.classifier.score_rows(x, scores.view_mut());
            out.scaled_add(member.weight, &scores);
        }
        log_softmax_rows(out);
    }

    fn validate(&self, n_features: usize, n_labels: usize) -> Result<(), ScorerError> {
        let fault = |reason: &str| ScorerError::Structure {
            part: "blend",
            reason: reason.into(),
        };
        if self.members.is_empty() {
            return Err(fault("it has no member"));
        }
        for member in &self.members {
            if !(member.weight.is_finite() && member.weight > 0.0) {
                return Err(fault("a member's weight is not positive"));
            }
            if matches!(
                member.classifier,
                Classifier::Blend(_) | Classifier::Refined(_)
            ) {
                return Err(fault(
                    "a blend or a refined classifier stands inside a blend",
                ));
            }
            member.classifier.validate(n_features, n_labels)?;
        }
        Ok(())
    }
}

impl Classifier {
    fn inner(&self) -> &dyn Scorer {
        match self {
            Classifier::Linear(model) => model,
            Classifier::Perceptron(model) => model,
            Classifier::BoostedTrees(model) => model,
            Classifier::KernelMachine(model) => model,
            Classifier::Merged(model) => model,
            Classifier::Blend(model) => model,
            Classifier::Refined(model) => model,
        }
    }
}

impl Scorer for Classifier {
    fn n_labels(&self) -> usize {
        self.inner().n_labels()
    }

    fn n_features(&self) -> usize {
        self.inner().n_features()
    }

    fn scores_into(&self, row: &[f32], scratch: &mut Scratch, out: &mut [f32]) {
        self.inner().scores_into(row, scratch, out);
    }

    fn score_rows(&self, x: ArrayView2<f32>, out: ArrayViewMut2<f32>) {
        self.inner().score_rows(x, out);
    }

    fn validate(&self, n_features: usize, n_labels: usize) -> Result<(), ScorerError> {
        self.inner().validate(n_features, n_labels)
    }
}

impl_predict!(Blend);
impl_predict!(Classifier);

#[cfg(test)]
mod tests {
    use super::*;

    fn linear(bias: f32) -> Classifier {
        Classifier::Linear(LinearModel {
            n_features: 1,
            weights: vec![0.0, 0.0],
            bias: vec![0.0, bias],
        })
    }

    #[test]
    fn a_blend_averages_log_odds_by_weight() {
        let blend = Blend::new(vec![(1.0, linear(4.0)), (3.0, linear(0.0))]).unwrap();
        let mut out = [0.0; 2];
        blend.scores_into(&[0.0], &mut Scratch::default(), &mut out);
        assert!((out[1] - out[0] - 1.0).abs() < 1e-6);
    }

    #[test]
    fn empty_or_negative_or_nested_blends_are_refused() {
        assert!(Blend::new(vec![]).is_err());
        assert!(Blend::new(vec![(2.0, linear(0.0)), (-1.0, linear(0.0))]).is_err());
        let inner = Blend::new(vec![(1.0, linear(0.0))]).unwrap();
        assert!(Blend::new(vec![(1.0, Classifier::Blend(inner))]).is_err());
    }
}
