//! A small perceptron: AdamW on mini-batches, dropout, label smoothing or mixup, sample
//! weights, a cosine learning rate, and several seeds averaged.
//!
//! linfa has no networks. Each network is trained by one thread, several in parallel, so the
//! result does not depend on the number of threads.

mod adam;
mod network;
mod noise;

use super::error::{require, TrainError};
use super::sample::{checked_weights, Samples};
use crate::model::perceptron::{Activation, Network, Perceptron};
use crate::model::scorer::Scorer;
use linfa::traits::Fit;
use linfa::ParamGuard;
use ndarray::{Array1, Array2};
use network::Trainer;
use rayon::prelude::*;

const NAME: &str = "perceptron";

/// Settings of the perceptron, unchecked.
#[derive(Debug, Clone, PartialEq)]
pub struct PerceptronParams(PerceptronValidParams);

/// Checked settings.
#[derive(Debug, Clone, PartialEq)]
pub struct PerceptronValidParams {
    n_labels: usize,
    hidden: Vec<usize>,
    activation: Activation,
    epochs: usize,
    batch: usize,
    learning_rate: f32,
    weight_decay: f32,
    dropout: f32,
    input_dropout: f32,
    label_smoothing: f32,
    mixup: f32,
    draw_by_weight: bool,
    networks: usize,
    seed: u64,
}

impl PerceptronParams {
    /// For labels `0..n_labels`: one hidden layer of 128 ReLU units, 20 epochs in batches of
    /// 256, learning rate 2e-3, weight decay 0.01, dropout 0.3 (inputs 0.1), no smoothing, no
    /// mixup, weights in the loss, two networks, seed 0.
    pub fn new(n_labels: usize) -> Self {
        Self(PerceptronValidParams {
            n_labels,
            hidden: vec![128],
            activation: Activation::Relu,
            epochs: 20,
            batch: 256,
            learning_rate: 2e-3,
            weight_decay: 0.01,
            dropout: 0.3,
            input_dropout: 0.1,
            label_smoothing: 0.0,
            mixup: 0.0,
            draw_by_weight: false,
            networks: 2,
            seed: 0,
        })
    }

    /// Units of each hidden layer: one or two layers of 1 to 4096.
    pub fn hidden(mut self, units: &[usize]) -> Self {
        self.0.hidden = units.to_vec();
        self
    }

    /// What hidden units do with their sum.
    pub fn activation(mut self, activation: Activation) -> Self {
        self.0.activation = activation;
        self
    }

    /// Passes over the data, 1 to 10000.
    pub fn epochs(mut self, epochs: usize) -> Self {
        self.0.epochs = epochs;
        self
    }

    /// Rows per step, 1 or more.
    pub fn batch(mut self, rows: usize) -> Self {
        self.0.batch = rows;
        self
    }

    /// Peak learning rate of Adam; it rises over the first twentieth of the steps and falls to
    /// 0 along a cosine.
    pub fn learning_rate(mut self, rate: f32) -> Self {
        self.0.learning_rate = rate;
        self
    }

    /// Decoupled weight decay (Loshchilov and Hutter 2019), 0 or more, not applied to biases.
    pub fn weight_decay(mut self, decay: f32) -> Self {
        self.0.weight_decay = decay;
        self
    }

    /// Share of hidden units left out at each step, 0 to below 0.95.
    pub fn dropout(mut self, share: f32) -> Self {
        self.0.dropout = share;
        self
    }

    /// Share of inputs left out at each step, 0 to below 0.95.
    pub fn input_dropout(mut self, share: f32) -> Self {
        self.0.input_dropout = share;
        self
    }

    /// Share of each target spread over all labels, 0 to below 0.95.
    pub fn label_smoothing(mut self, share: f32) -> Self {
        self.0.label_smoothing = share;
        self
    }

    /// Mixup's Beta(a, a) parameter (Zhang et al. 2018), 0 (off) to 1.
    pub fn mixup(mut self, a: f32) -> Self {
        self.0.mixup = a;
        self
    }

    /// Whether weights choose how often a row is drawn, rather than scale its loss.
    pub fn draw_by_weight(mut self, yes: bool) -> Self {
        self.0.draw_by_weight = yes;
        self
    }

    /// Networks from different seeds to average, 1 to 64.
    pub fn networks(mut self, n: usize) -> Self {
        self.0.networks = n;
        self
    }

    /// Seed of initial weights, order, dropout and mixup.
    pub fn seed(mut self, seed: u64) -> Self {
        self.0.seed = seed;
        self
    }
}

impl ParamGuard for PerceptronParams {
    type Checked = PerceptronValidParams;
    type Error = TrainError;

    fn check_ref(&self) -> Result<&Self::Checked, Self::Error> {
        let p = &self.0;
        require(p.n_labels >= 2, NAME, "n_labels", p.n_labels, "2 or more")?;
        let hidden_ok = (1..=2).contains(&p.hidden.len())
            && p.hidden.iter().all(|units| (1..=4096).contains(units));
        require(
            hidden_ok,
            NAME,
            "hidden",
            format!("{:?}", p.hidden),
            "one or two layers of 1 to 4096 units",
        )?;
        let epochs_ok = (1..=10_000).contains(&p.epochs);
        require(epochs_ok, NAME, "epochs", p.epochs, "1 to 10000")?;
        require(p.batch > 0, NAME, "batch", p.batch, "1 or more")?;
        let rate = p.learning_rate;
        let rate_ok = rate > 0.0 && rate <= 1.0;
        require(rate_ok, NAME, "learning_rate", rate, "above 0 to 1")?;
        let decay = p.weight_decay;
        let decay_ok = decay.is_finite() && decay >= 0.0;
        require(decay_ok, NAME, "weight_decay", decay, "0 or more")?;
        for (setting, share) in [
            ("dropout", p.dropout),
            ("input_dropout", p.input_dropout),
            ("label_smoothing", p.label_smoothing),
        ] {
            let ok = (0.0..0.95).contains(&share);
            require(ok, NAME, setting, share, "0 to below 0.95")?;
        }
        let mixup_ok = (0.0..=1.0).contains(&p.mixup);
        require(mixup_ok, NAME, "mixup", p.mixup, "0 to 1")?;
        let networks_ok = (1..=64).contains(&p.networks);
        require(networks_ok, NAME, "networks", p.networks, "1 to 64")?;
        Ok(p)
    }

    fn check(self) -> Result<Self::Checked, Self::Error> {
        self.check_ref()?;
        Ok(self.0)
    }
}

impl Fit<Array2<f32>, Array1<usize>, TrainError> for PerceptronValidParams {
    type Object = Perceptron;

    /// Fits on standardised records (rows x features).
    ///
    /// # Errors
    /// [`TrainError::Data`] for unusable data, [`TrainError::Unusable`] if the weights ran off
    /// to infinity (lower the learning rate).
    fn fit(&self, data: &Samples) -> Result<Perceptron, TrainError> {
        let weights = checked_weights(data, self.n_labels)?;
        let networks: Vec<Network> = (0..self.networks)
            .into_par_iter()
            .map(|i| Trainer::new(self, data, &weights, i as u64).run())
            .collect();
        let model = Perceptron {
            activation: self.activation,
            networks,
        };
        model.validate(data.records.ncols(), self.n_labels)?;
        Ok(model)
    }
}

#[cfg(test)]
mod tests;
