//! A small multi-layer perceptron, or several averaged, as it is applied.

use super::scorer::{
    affine_into, check_finite, check_size, impl_predict, log_softmax, log_softmax_rows, Scorer,
    ScorerError, Scratch,
};
use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut2};
use serde::{Deserialize, Serialize};

/// What a hidden unit does with its sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// `max(0, x)`.
    Relu,
    /// `x * clamp(x + 3, 0, 6) / 6`: close to GELU, without an exponential (Howard et al. 2019,
    /// "Searching for MobileNetV3").
    HardSwish,
}

impl Activation {
    /// The unit's output.
    #[inline]
    pub fn value(self, x: f32) -> f32 {
        match self {
            Activation::Relu => x.max(0.0),
            Activation::HardSwish => x * (x + 3.0).clamp(0.0, 6.0) * (1.0 / 6.0),
        }
    }

    /// The derivative of the output by the sum.
    #[inline]
    pub fn slope(self, x: f32) -> f32 {
        match self {
            Activation::Relu => f32::from(u8::from(x > 0.0)),
            Activation::HardSwish => {
                if x <= -3.0 {
                    0.0
                } else if x >= 3.0 {
                    1.0
                } else {
                    (2.0 * x + 3.0) * (1.0 / 6.0)
                }
            }
        }
    }
}

/// One fully connected layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dense {
    pub(crate) n_in: usize,
    /// Inputs x units, input after input.
    pub(crate) weights: Vec<f32>,
    pub(crate) bias: Vec<f32>,
}

impl Dense {
    fn apply(&self, input: &[f32], out: &mut Vec<f32>) {
        out.resize(self.bias.len(), 0.0);
        affine_into(&self.weights, &self.bias, input, out);
    }

    fn apply_rows(&self, input: ArrayView2<f32>) -> Array2<f32> {
        let n_out = self.bias.len();
        let mut out = Array2::zeros((input.nrows(), n_out));
        for mut row in out.rows_mut() {
            row.assign(&ArrayView1::from(&self.bias));
        }
        // `validate` has seen to it that there are inputs x units weights.
        if let Ok(weights) = ArrayView2::from_shape((self.n_in, n_out), &self.weights) {
            general_mat_mul(1.0, &input, &weights, 1.0, &mut out);
        }
        out
    }
}

/// One network: hidden layers, then one linear output per label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Network {
    pub(crate) layers: Vec<Dense>,
}

/// One or more networks of like shape whose scores are averaged before the softmax (a
/// geometric mean of their probabilities), which steadies small networks at little cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Perceptron {
    pub(crate) activation: Activation,
    pub(crate) networks: Vec<Network>,
}

impl Perceptron {
    /// Number of averaged networks.
    pub fn n_networks(&self) -> usize {
        self.networks.len()
    }
}

/// Leaves the last hidden layer's outputs in `scratch.a`.
fn hidden(network: &Network, activation: Activation, row: &[f32], scratch: &mut Scratch) {
    let Scratch { a, b, .. } = scratch;
    a.clear();
    a.extend_from_slice(row);
    let n_hidden = network.layers.len() - 1;
    for layer in &network.layers[..n_hidden] {
        layer.apply(a, b);
        for x in b.iter_mut() {
            *x = activation.value(*x);
        }
        std::mem::swap(a, b);
    }
}

impl Scorer for Perceptron {
    fn n_labels(&self) -> usize {
        let last = self.networks.first().and_then(|n| n.layers.last());
        last.map_or(0, |l| l.bias.len())
    }

    fn n_features(&self) -> usize {
        let first = self.networks.first().and_then(|n| n.layers.first());
        first.map_or(0, |l| l.n_in)
    }

    fn scores_into(&self, row: &[f32], scratch: &mut Scratch, out: &mut [f32]) {
        assert_eq!(row.len(), self.n_features());
        assert_eq!(out.len(), self.n_labels());
        out.fill(0.0);
        let share = 1.0 / self.networks.len() as f32;
        for network in &self.networks {
            hidden(network, self.activation, row, scratch);
            if let Some(last) = network.layers.last() {
                last.apply(&scratch.a, &mut scratch.b);
            }
            for (to, from) in out.iter_mut().zip(&scratch.b) {
                *to += share * from;
            }
        }
        log_softmax(out);
    }

    /// A batch goes through each layer as one matrix product: several times as fast as row by row.
    fn score_rows(&self, x: ArrayView2<f32>, mut out: ArrayViewMut2<f32>) {
        assert_eq!(x.nrows(), out.nrows(), "one output row per input row");
        out.fill(0.0);
        let share = 1.0 / self.networks.len() as f32;
        for network in &self.networks {
            let mut values = x.to_owned();
            for (i, layer) in network.layers.iter().enumerate() {
                values = layer.apply_rows(values.view());
                if i + 1 < network.layers.len() {
                    values.mapv_inplace(|sum| self.activation.value(sum));
                }
            }
            out.scaled_add(share, &values);
        }
        log_softmax_rows(out);
    }

    fn validate(&self, n_features: usize, n_labels: usize) -> Result<(), ScorerError> {
        const PART: &str = "perceptron";
        let fault = |reason: &str| ScorerError::Structure {
            part: PART,
            reason: reason.into(),
        };
        if self.networks.is_empty() {
            return Err(fault("it has no network"));
        }
        let mut embedding = None;
        for network in &self.networks {
            if network.layers.is_empty() {
                return Err(fault("a network has no layer"));
            }
            let mut width = n_features;
            for layer in &network.layers {
                check_size(PART, "inputs of a layer", layer.n_in, width)?;
                if width == 0 || layer.bias.is_empty() {
                    return Err(fault("a layer has no inputs or no units"));
                }
                width = layer.bias.len();
                let expected = layer.n_in.saturating_mul(width);
                check_size(PART, "weights", layer.weights.len(), expected)?;
                check_finite(PART, "weights", &layer.weights)?;
                check_finite(PART, "bias", &layer.bias)?;
            }
            check_size(PART, "labels", width, n_labels)?;
            let inner = network.layers.last().map(|l| l.n_in);
            if *embedding.get_or_insert(inner) != inner {
                return Err(fault("its networks differ in shape"));
            }
        }
        Ok(())
    }
}

impl_predict!(Perceptron);

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> Perceptron {
        let network = Network {
            layers: vec![
                Dense {
                    n_in: 2,
                    weights: vec![1.0, -1.0, -1.0, 1.0],
                    bias: vec![0.0, 0.0],
                },
                Dense {
                    n_in: 2,
                    weights: vec![2.0, 0.0, 0.0, 2.0],
                    bias: vec![0.0, 0.0],
                },
            ],
        };
        Perceptron {
            activation: Activation::Relu,
            networks: vec![network.clone(), network],
        }
    }

    #[test]
    fn scores_follow_the_hand_computed_network() {
        let mut out = [0.0; 2];
        model().scores_into(&[3.0, 1.0], &mut Scratch::default(), &mut out);
        assert!((out[0] - out[1] - 4.0).abs() < 1e-6);
        let x = ndarray::array![[0.0, 0.5], [3.0, 1.0]];
        let mut rows = Array2::zeros((2, 2));
        model().score_rows(x.view(), rows.view_mut());
        assert!((rows[[1, 0]] - out[0]).abs() < 1e-6 && (rows[[1, 1]] - out[1]).abs() < 1e-6);
    }

    #[test]
    fn slope_is_the_derivative_of_value() {
        for activation in [Activation::Relu, Activation::HardSwish] {
            for x in [-4.0f32, -2.9, -1.0, 0.7, 2.0, 4.0] {
                let h = 1e-2;
                let measured = (activation.value(x + h) - activation.value(x - h)) / (2.0 * h);
                assert!((measured - activation.slope(x)).abs() < 1e-2, "{x}");
            }
        }
    }

    #[test]
    fn mismatched_layers_are_refused() {
        assert!(model().validate(2, 2).is_ok());
        let mut wide = model();
        wide.networks[1].layers[1].n_in = 3;
        assert!(wide.validate(2, 2).is_err());
        let mut empty = model();
        empty.networks.clear();
        assert!(empty.validate(2, 2).is_err());
    }
}
