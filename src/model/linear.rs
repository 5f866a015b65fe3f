//! Multinomial logistic regression, as it is applied.

use super::scorer::{
    affine_into, check_finite, check_size, impl_predict, log_softmax, Scorer, ScorerError, Scratch,
};
use serde::{Deserialize, Serialize};

/// One linear score per label, turned into log-probabilities by softmax.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinearModel {
    pub(crate) n_features: usize,
    /// Features x labels, feature after feature.
    pub(crate) weights: Vec<f32>,
    pub(crate) bias: Vec<f32>,
}

impl LinearModel {
    /// The weights of one label, one per feature; empty past the last label.
    pub fn weights_of(&self, label: usize) -> Vec<f32> {
        let rows = self.weights.chunks_exact(self.bias.len().max(1));
        rows.filter_map(|row| row.get(label)).copied().collect()
    }

    /// One bias per label.
    pub fn bias(&self) -> &[f32] {
        &self.bias
    }
}

impl Scorer for LinearModel {
    fn n_labels(&self) -> usize {
        self.bias.len()
    }

    fn n_features(&self) -> usize {
        self.n_features
    }

    fn scores_into(&self, row: &[f32], _scratch: &mut Scratch, out: &mut [f32]) {
        assert_eq!(row.len(), self.n_features);
        assert_eq!(out.len(), self.bias.len());
        affine_into(&self.weights, &self.bias, row, out);
        log_softmax(out);
    }

    fn validate(&self, n_features: usize, n_labels: usize) -> Result<(), ScorerError> {
        const PART: &str = "linear model";
        check_size(PART, "features", self.n_features, n_features)?;
        check_size(PART, "labels", self.bias.len(), n_labels)?;
        check_size(
            PART,
            "weights",
            self.weights.len(),
            n_features.saturating_mul(n_labels),
        )?;
        if n_features == 0 || n_labels == 0 {
            return Err(ScorerError::Structure {
                part: PART,
                reason: "it has no features or no labels".into(),
            });
        }
        check_finite(PART, "weights", &self.weights)?;
        check_finite(PART, "bias", &self.bias)
    }
}

impl_predict!(LinearModel);

#[cfg(test)]
mod tests {
    use super::*;
    use linfa::traits::Predict;
    use ndarray::{array, Array2};

    fn model() -> LinearModel {
        LinearModel {
            n_features: 2,
            weights: vec![1.0, 0.0, 0.0, 1.0],
            bias: vec![0.0, 0.5],
        }
    }

    #[test]
    fn matrix_prediction_equals_row_scores() {
        let x = array![[1.0f32, 2.0], [3.0, -1.0]];
        let all: Array2<f32> = model().predict(&x);
        let mut out = [0.0; 2];
        model().scores_into(&[3.0, -1.0], &mut Scratch::default(), &mut out);
        assert_eq!(all.row(1).to_vec(), out);
        let odds = out[0] - out[1];
        assert!((odds - 3.5).abs() < 1e-6);
    }

    #[test]
    fn damaged_models_are_refused() {
        let mut short = model();
        short.weights.pop();
        assert!(short.validate(2, 2).is_err());
        let mut poisoned = model();
        poisoned.bias[0] = f32::NAN;
        assert!(poisoned.validate(2, 2).is_err());
        assert!(model().validate(2, 2).is_ok());
        assert!(model().validate(3, 2).is_err());
    }
}
