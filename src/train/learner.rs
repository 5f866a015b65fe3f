//! The learners a recipe can ask for, and one way to fit any of them.

use super::boosting::BoostingParams;
use super::error::TrainError;
use super::logistic::LogisticParams;
use super::perceptron::PerceptronParams;
use super::sample::Samples;
use super::svm::SvmParams;
use crate::model::classifier::Classifier;
use linfa::traits::Fit;
use linfa::ParamGuard;
use serde::{Deserialize, Serialize};

/// One learner of a recipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LearnerRecipe {
    /// Whether it learns the kinds within labels (what the manifest's notes tell apart) and adds
    /// them up, instead of learning the labels themselves.
    #[serde(default)]
    pub by_kind: bool,
    /// Which learner, with its settings.
    #[serde(flatten)]
    pub settings: LearnerSettings,
}

/// A learner with its settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum LearnerSettings {
    /// Multinomial logistic regression (linfa).
    Logistic {
        /// Ridge penalty.
        l2: f64,
        /// Rows drawn by weight.
        max_rows: usize,
    },
    /// Support vector machines on a map of the Gaussian kernel (linfa).
    Svm {
        /// Cost of a row on the wrong side.
        c: f64,
        /// Width of the kernel `exp(-gamma * distance^2)`.
        gamma: f64,
        /// Rows drawn by weight.
        max_rows: usize,
        /// Landmarks of the map.
        landmarks: usize,
    },
    /// Small networks, averaged.
    Perceptron {
        /// Units of each hidden layer.
        hidden: Vec<usize>,
        /// Passes over the data.
        epochs: usize,
        /// Decoupled weight decay.
        weight_decay: f32,
        /// Share of hidden units left out at each step.
        dropout: f32,
        /// Share of inputs left out at each step.
        input_dropout: f32,
        /// Share of each target spread over all labels.
        label_smoothing: f32,
        /// Mixup's Beta parameter.
        mixup: f32,
        /// Networks averaged.
        networks: usize,
    },
    /// Histogram gradient boosting.
    Boosting {
        /// Trees per label.
        rounds: usize,
        /// Shrinkage.
        learning_rate: f64,
        /// Leaves per tree.
        max_leaves: usize,
        /// Depth per tree.
        max_depth: usize,
        /// Ridge penalty on leaves.
        l2: f64,
        /// Share of rows drawn for each round.
        row_share: f64,
        /// Share of features drawn for each tree.
        feature_share: f64,
    },
}

/// Networks of a quick fit.
const QUICK_NETWORKS: usize = 1;
/// Rounds of boosting of a quick fit.
const QUICK_ROUNDS: usize = 40;
/// How far a quick fit may learn faster to make up for fewer rounds.
const QUICK_RATE: f64 = 0.2;
/// Most leaves of a tree of a quick fit.
const QUICK_LEAVES: usize = 12;
/// Greatest depth of a tree of a quick fit.
const QUICK_DEPTH: usize = 5;

impl LearnerSettings {
    /// The same learner with less to fit.
    pub(super) fn quick(&self) -> Self {
        let mut quick = self.clone();
        match &mut quick {
            Self::Perceptron { networks, .. } => *networks = QUICK_NETWORKS.min(*networks),
            Self::Boosting {
                rounds,
                learning_rate,
                max_leaves,
                max_depth,
                ..
            } => {
                let slower = (*rounds as f64 / QUICK_ROUNDS as f64).max(1.0);
                *learning_rate = (*learning_rate * slower).min(QUICK_RATE.max(*learning_rate));
                *rounds = QUICK_ROUNDS.min(*rounds);
                *max_leaves = QUICK_LEAVES.min(*max_leaves);
                *max_depth = QUICK_DEPTH.min(*max_depth);
            }
            Self::Logistic { .. } | Self::Svm { .. } => {}
        }
        quick
    }

    /// The same learner with as little to fit as is of any use.
    pub(super) fn smallest(&self) -> Self {
        let mut smallest = self.quick();
        if let Self::Perceptron { hidden, epochs, .. } = &mut smallest {
            hidden
                .iter_mut()
                .for_each(|units| *units = (*units).min(64));
            *epochs = (*epochs).min(6);
        }
        smallest
    }
}

impl LearnerRecipe {
    /// Name of the learner, for tables.
    pub fn name(&self) -> &'static str {
        match self.settings {
            LearnerSettings::Logistic { .. } => "logistic",
            LearnerSettings::Svm { .. } => "svm",
            LearnerSettings::Perceptron { .. } => "perceptron",
            LearnerSettings::Boosting { .. } => "boosting",
        }
    }

    /// Fits the learner on standardised, weighted samples.
    ///
    /// # Errors
    /// [`TrainError`] for settings out of range, unusable data, or a fit that failed.
    pub fn fit(
        &self,
        data: &Samples,
        n_labels: usize,
        seed: u64,
    ) -> Result<Classifier, TrainError> {
        Ok(match &self.settings {
            LearnerSettings::Logistic { l2, max_rows } => {
                let params = LogisticParams::new(n_labels)
                    .l2(*l2)
                    .max_rows(*max_rows)
                    .seed(seed);
                Classifier::Linear(params.check()?.fit(data)?)
            }
            LearnerSettings::Svm {
                c,
                gamma,
                max_rows,
                landmarks,
            } => {
                let params = SvmParams::new(n_labels)
                    .c(*c)
                    .gamma(*gamma)
                    .max_rows(*max_rows)
                    .landmarks(*landmarks)
                    .seed(seed);
                Classifier::KernelMachine(params.check()?.fit(data)?)
            }
            LearnerSettings::Perceptron {
                hidden,
                epochs,
                weight_decay,
                dropout,
                input_dropout,
                label_smoothing,
                mixup,
                networks,
            } => {
                let params = PerceptronParams::new(n_labels)
                    .hidden(hidden)
                    .epochs(*epochs)
                    .batch(128)
                    .weight_decay(*weight_decay)
                    .dropout(*dropout)
                    .input_dropout(*input_dropout)
                    .label_smoothing(*label_smoothing)
                    .mixup(*mixup)
                    .draw_by_weight(true)
                    .networks(*networks)
                    .seed(seed);
                Classifier::Perceptron(params.check()?.fit(data)?)
            }
            LearnerSettings::Boosting {
                rounds,
                learning_rate,
                max_leaves,
                max_depth,
                l2,
                row_share,
                feature_share,
            } => {
                let params = BoostingParams::new(n_labels)
                    .rounds(*rounds)
                    .learning_rate(*learning_rate)
                    .max_leaves(*max_leaves)
                    .max_depth(*max_depth)
                    .l2(*l2)
                    .min_child_weight(1.0)
                    .row_share(*row_share)
                    .feature_share(*feature_share)
                    .seed(seed);
                Classifier::BoostedTrees(params.check()?.fit(data)?)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boosting(rounds: usize, max_leaves: usize, max_depth: usize) -> LearnerSettings {
        LearnerSettings::Boosting {
            rounds,
            learning_rate: 0.1,
            max_leaves,
            max_depth,
            l2: 5.0,
            row_share: 0.5,
            feature_share: 0.15,
        }
    }

    #[test]
    fn a_quick_fit_has_fewer_and_smaller_trees_and_never_more() {
        let mut wanted = boosting(40, 12, 5);
        if let LearnerSettings::Boosting { learning_rate, .. } = &mut wanted {
            *learning_rate = 0.2;
        }
        assert_eq!(boosting(250, 32, 8).quick(), wanted);
        assert_eq!(boosting(30, 6, 4).quick(), boosting(30, 6, 4));
    }
}
