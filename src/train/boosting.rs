//! Gradient boosting on histograms, softmax over labels (Friedman 2001; Ke et al. 2017,
//! "LightGBM"), with sample weights.
//!
//! linfa has no boosting, and the Rust boosters tried either need a nightly compiler or are not
//! reproducible. The trees of one round grow in parallel, one label each, and each tree is grown
//! by one thread: the result does not depend on the number of threads.

mod bins;
mod tree;

use super::error::{require, TrainError};
use super::sample::{checked_weights, Samples};
use crate::model::boosting::{BoostedTrees, TreeHead, LEAF};
use crate::model::scorer::{log_softmax, Scorer};
use bins::{Binned, MAX_BINS};
use linfa::traits::Fit;
use linfa::ParamGuard;
use ndarray::{Array1, Array2};
use rand::seq::index;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use tree::{Grower, Node};

const NAME: &str = "boosting";

/// Settings of the boosting, unchecked.
#[derive(Debug, Clone, PartialEq)]
pub struct BoostingParams(BoostingValidParams);

/// Checked settings.
#[derive(Debug, Clone, PartialEq)]
pub struct BoostingValidParams {
    n_labels: usize,
    rounds: usize,
    learning_rate: f64,
    max_leaves: usize,
    max_depth: usize,
    max_bins: usize,
    l2: f64,
    min_child_weight: f64,
    min_gain: f64,
    row_share: f64,
    feature_share: f64,
    seed: u64,
}

impl BoostingParams {
    /// For labels `0..n_labels`: 100 rounds at 0.1, trees of at most 16 leaves and depth 5, 63
    /// bins, l2 1, child weight 5, 70 % of rows per round, 40 % of features per tree, seed 0.
    pub fn new(n_labels: usize) -> Self {
        Self(BoostingValidParams {
            n_labels,
            rounds: 100,
            learning_rate: 0.1,
            max_leaves: 16,
            max_depth: 5,
            max_bins: 63,
            l2: 1.0,
            min_child_weight: 5.0,
            min_gain: 1e-6,
            row_share: 0.7,
            feature_share: 0.4,
            seed: 0,
        })
    }

    /// Boosting rounds, one tree per label each: 1 to 5000.
    pub fn rounds(mut self, rounds: usize) -> Self {
        self.0.rounds = rounds;
        self
    }

    /// Share of each tree's correction that is applied, above 0 to 1.
    pub fn learning_rate(mut self, rate: f64) -> Self {
        self.0.learning_rate = rate;
        self
    }

    /// Most leaves of a tree, 2 to 4096.
    pub fn max_leaves(mut self, leaves: usize) -> Self {
        self.0.max_leaves = leaves;
        self
    }

    /// Most splits from root to leaf, 1 to 32.
    pub fn max_depth(mut self, depth: usize) -> Self {
        self.0.max_depth = depth;
        self
    }

    /// Most bins per feature, 2 to 255.
    pub fn max_bins(mut self, bins: usize) -> Self {
        self.0.max_bins = bins;
        self
    }

    /// L2 penalty on leaf values, 0 or more.
    pub fn l2(mut self, l2: f64) -> Self {
        self.0.l2 = l2;
        self
    }

    /// Least sum of hessians (weight x p x (1 - p), mean weight 1) in a leaf, 0 or more.
    pub fn min_child_weight(mut self, weight: f64) -> Self {
        self.0.min_child_weight = weight;
        self
    }

    /// Share of rows drawn for each round, above 0 to 1.
    pub fn row_share(mut self, share: f64) -> Self {
        self.0.row_share = share;
        self
    }

    /// Share of features drawn for each tree, above 0 to 1.
    pub fn feature_share(mut self, share: f64) -> Self {
        self.0.feature_share = share;
        self
    }

    /// Seed of the draws.
    pub fn seed(mut self, seed: u64) -> Self {
        self.0.seed = seed;
        self
    }
}

impl ParamGuard for BoostingParams {
    type Checked = BoostingValidParams;
    type Error = TrainError;

    fn check_ref(&self) -> Result<&Self::Checked, Self::Error> {
        let p = &self.0;
        let share = |x: f64| x > 0.0 && x <= 1.0;
        let labels = (2..=u16::MAX as usize).contains(&p.n_labels);
        require(labels, NAME, "n_labels", p.n_labels, "2 to 65535")?;
        let rounds = (1..=5000).contains(&p.rounds);
        require(rounds, NAME, "rounds", p.rounds, "1 to 5000")?;
        let rate = p.learning_rate;
        require(share(rate), NAME, "learning_rate", rate, "above 0 to 1")?;
        let leaves = (2..=4096).contains(&p.max_leaves);
        require(leaves, NAME, "max_leaves", p.max_leaves, "2 to 4096")?;
        let depth = (1..=32).contains(&p.max_depth);
        require(depth, NAME, "max_depth", p.max_depth, "1 to 32")?;
        let bins = (2..=MAX_BINS).contains(&p.max_bins);
        require(bins, NAME, "max_bins", p.max_bins, "2 to 255")?;
        let l2_ok = p.l2.is_finite() && p.l2 >= 0.0;
        require(l2_ok, NAME, "l2", p.l2, "0 or more")?;
        let (weight, rows) = (p.min_child_weight, p.row_share);
        let weight_ok = weight.is_finite() && weight >= 0.0 && weight + p.l2 > 0.0;
        require(
            weight_ok,
            NAME,
            "min_child_weight",
            weight,
            "0 or more, and above 0 where l2 is 0",
        )?;
        require(share(rows), NAME, "row_share", rows, "above 0 to 1")?;
        let features = p.feature_share;
        require(
            share(features),
            NAME,
            "feature_share",
            features,
            "above 0 to 1",
        )?;
        Ok(p)
    }

    fn check(self) -> Result<Self::Checked, Self::Error> {
        self.check_ref()?;
        Ok(self.0)
    }
}

impl Fit<Array2<f32>, Array1<usize>, TrainError> for BoostingValidParams {
    type Object = BoostedTrees;

    /// Fits on records (rows x features, finite).
    ///
    /// # Errors
    /// [`TrainError::Data`] for unusable data or more than 65,535 features.
    fn fit(&self, data: &Samples) -> Result<BoostedTrees, TrainError> {
        let weights = checked_weights(data, self.n_labels)?;
        if data.records.ncols() > usize::from(u16::MAX) {
            return Err(TrainError::Data {
                fault: format!("{} features", data.records.ncols()),
                remedy: "give at most 65535",
            });
        }
        let binned = Binned::new(&data.records, self.max_bins);
        let base = self.base_scores(&data.targets, &weights);
        let mut scores = Array2::from_shape_fn((data.records.nrows(), self.n_labels), |(_, k)| {
            f64::from(base[k])
        });
        let mut model = BoostedTrees {
            n_features: binned.n_features(),
            base,
            trees: Vec::new(),
            feature: Vec::new(),
            threshold: Vec::new(),
            child: Vec::new(),
            value: Vec::new(),
        };
        for round in 0..self.rounds {
            let rows = self.draw_rows(binned.n_rows(), round);
            let probabilities = softmax(&scores);
            let grown: Vec<(Vec<Node>, Vec<f32>)> = (0..self.n_labels)
                .into_par_iter()
                .map(|label| {
                    let mut sums = vec![[0.0f32; 2]; binned.n_rows()];
                    for &row in &rows {
                        let row = row as usize;
                        let p = probabilities[[row, label]];
                        let hit = f32::from(u8::from(data.targets[row] == label));
                        sums[row] = [weights[row] * (p - hit), weights[row] * p * (1.0 - p)];
                    }
                    let features = self.draw_features(binned.n_features(), round, label);
                    let grower = Grower {
                        params: self,
                        binned: &binned,
                        features: &features,
                        sums: &sums,
                    };
                    grower.grow(rows.clone())
                })
                .collect();
            for (label, (nodes, steps)) in grown.iter().enumerate() {
                for (score, step) in scores.column_mut(label).iter_mut().zip(steps) {
                    *score += f64::from(*step);
                }
                append(&mut model, label, nodes, &binned);
            }
        }
        model.validate(binned.n_features(), self.n_labels)?;
        Ok(model)
    }
}

impl BoostingValidParams {
    /// Log of each label's share of the weight, with one row's worth added to each so that a
    /// label without rows stays finite.
    fn base_scores(&self, targets: &Array1<usize>, weights: &[f32]) -> Vec<f32> {
        let mut totals = vec![1.0f64; self.n_labels];
        for (label, weight) in targets.iter().zip(weights) {
            totals[*label] += f64::from(*weight);
        }
        let whole: f64 = totals.iter().sum();
        totals.iter().map(|t| (t / whole).ln() as f32).collect()
    }

    fn rng(&self, round: usize, stream: usize) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream((round * (self.n_labels + 1) + stream) as u64);
        rng
    }

    fn draw_rows(&self, n: usize, round: usize) -> Vec<u32> {
        let wanted = ((n as f64 * self.row_share).ceil() as usize).clamp(1, n);
        let mut rows: Vec<u32> = index::sample(&mut self.rng(round, 0), n, wanted)
            .into_iter()
            .map(|row| row as u32)
            .collect();
        rows.sort_unstable();
        rows
    }

    fn draw_features(&self, n: usize, round: usize, label: usize) -> Vec<usize> {
        let wanted = ((n as f64 * self.feature_share).ceil() as usize).clamp(1, n);
        let drawn = index::sample(&mut self.rng(round, label + 1), n, wanted);
        let mut features = drawn.into_vec();
        features.sort_unstable();
        features
    }
}

fn softmax(scores: &Array2<f64>) -> Array2<f32> {
    let mut out = scores.mapv(|s| s as f32);
    for mut row in out.rows_mut() {
        if let Some(row) = row.as_slice_mut() {
            log_softmax(row);
            row.iter_mut().for_each(|s| *s = s.exp());
        }
    }
    out
}

/// Adds a grown tree to the flat arrays of the model.
fn append(model: &mut BoostedTrees, label: usize, nodes: &[Node], binned: &Binned) {
    let root = model.child.len() as u32;
    for (i, node) in nodes.iter().enumerate() {
        let is_leaf = node.child == 0;
        let (child, threshold) = if is_leaf {
            (root + i as u32, LEAF)
        } else {
            let feature = usize::from(node.feature);
            (root + node.child, binned.threshold(feature, node.bin))
        };
        model.feature.push(node.feature);
        model.threshold.push(threshold);
        model.child.push(child);
        model.value.push(node.value);
    }
    model.trees.push(TreeHead {
        root,
        label: label as u16,
        depth: nodes.iter().map(|n| n.depth).max().unwrap_or(0),
    });
}

#[cfg(test)]
mod tests;
