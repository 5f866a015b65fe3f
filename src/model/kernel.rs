//! Kernel machine, one label against the rest, as it is applied.

use super::scorer::{
    affine_into, check_finite, check_size, impl_predict, log_softmax, Scorer, ScorerError, Scratch,
};
use serde::{Deserialize, Serialize};

/// Gaussian kernels around landmarks, one linear decision per label on them, and a logistic map
/// from decision to probability.
///
/// The kernel of row x and landmark l is `exp(-gamma * |x - l|^2)`. The probabilities of the
/// one-against-rest decisions are scaled to sum to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KernelMachine {
    pub(crate) n_features: usize,
    pub(crate) gamma: f32,
    /// Features x landmarks, feature after feature, times 2 (for the distance's cross term).
    pub(crate) landmarks: Vec<f32>,
    /// Squared length of each landmark, negated.
    pub(crate) lengths: Vec<f32>,
    /// Landmarks x labels, landmark after landmark.
    pub(crate) coefficients: Vec<f32>,
    pub(crate) bias: Vec<f32>,
    /// Log odds are `slope * decision + offset`.
    pub(crate) slope: Vec<f32>,
    /// See `slope`.
    pub(crate) offset: Vec<f32>,
}

impl KernelMachine {
    /// Number of landmarks.
    pub fn n_landmarks(&self) -> usize {
        self.lengths.len()
    }

    /// Writes the raw decision of each label against the rest to `out`: above 0 is the label.
    ///
    /// # Panics
    /// If `row` does not hold `n_features` or `out` not `n_labels` values.
    pub fn decisions_into(&self, row: &[f32], scratch: &mut Scratch, out: &mut [f32]) {
        assert_eq!(row.len(), self.n_features);
        assert_eq!(out.len(), self.bias.len());
        let own: f32 = row.iter().map(|x| x * x).sum();
        let kernels = &mut scratch.a;
        kernels.resize(self.lengths.len(), 0.0);
        // -|x - l|^2 = 2 x l - |l|^2 - |x|^2
        affine_into(&self.landmarks, &self.lengths, row, kernels);
        for k in kernels.iter_mut() {
            *k = (self.gamma * (*k - own).min(0.0)).exp();
        }
        affine_into(&self.coefficients, &self.bias, kernels, out);
    }
}

impl Scorer for KernelMachine {
    fn n_labels(&self) -> usize {
        self.bias.len()
    }

    fn n_features(&self) -> usize {
        self.n_features
    }

    fn scores_into(&self, row: &[f32], scratch: &mut Scratch, out: &mut [f32]) {
        self.decisions_into(row, scratch, out);
        for (x, (slope, offset)) in out.iter_mut().zip(self.slope.iter().zip(&self.offset)) {
            let odds = slope * *x + offset;
            // ln of the logistic function, without overflow.
            *x = odds.min(0.0) - (-odds.abs()).exp().ln_1p();
        }
        log_softmax(out);
    }

    fn validate(&self, n_features: usize, n_labels: usize) -> Result<(), ScorerError> {
        const PART: &str = "kernel machine";
        let n_landmarks = self.lengths.len();
        check_size(PART, "features", self.n_features, n_features)?;
        for (what, found, expected) in [
            ("labels", self.bias.len(), n_labels),
            ("slopes", self.slope.len(), n_labels),
            ("offsets", self.offset.len(), n_labels),
            (
                "landmark values",
                self.landmarks.len(),
                n_features.saturating_mul(n_landmarks),
            ),
            (
                "coefficients",
                self.coefficients.len(),
                n_labels.saturating_mul(n_landmarks),
            ),
        ] {
            check_size(PART, what, found, expected)?;
        }
        if n_features == 0 || n_labels == 0 || n_landmarks == 0 {
            return Err(ScorerError::Structure {
                part: PART,
                reason: "it has no features, labels or landmarks".into(),
            });
        }
        for (what, numbers) in [
            ("gamma", [self.gamma].as_slice()),
            ("landmarks", &self.landmarks),
            ("lengths", &self.lengths),
            ("coefficients", &self.coefficients),
            ("bias", &self.bias),
            ("slopes", &self.slope),
            ("offsets", &self.offset),
        ] {
            check_finite(PART, what, numbers)?;
        }
        Ok(())
    }
}

impl_predict!(KernelMachine);

#[cfg(test)]
mod tests {
    use super::*;

    /// One landmark at (1, 0), for label 0.
    fn machine() -> KernelMachine {
        KernelMachine {
            n_features: 2,
            gamma: 0.5,
            landmarks: vec![2.0, 0.0],
            lengths: vec![-1.0],
            coefficients: vec![2.0, -2.0],
            bias: vec![-1.0, 1.0],
            slope: vec![1.0, 1.0],
            offset: vec![0.0, 0.0],
        }
    }

    #[test]
    fn decisions_fall_with_the_squared_distance() {
        let mut out = [0.0; 2];
        let mut scratch = Scratch::default();
        machine().decisions_into(&[1.0, 2.0], &mut scratch, &mut out);
        let wanted = 2.0 * (-0.5f32 * 4.0).exp() - 1.0;
        assert!((out[0] - wanted).abs() < 1e-6 && (out[1] + wanted).abs() < 1e-6);
        machine().scores_into(&[1.0, 0.0], &mut scratch, &mut out);
        assert!(out[0] > out[1]);
        assert!((out.iter().map(|s| s.exp()).sum::<f32>() - 1.0).abs() < 1e-6);
    }

    #[test]
    fn damaged_machines_are_refused() {
        assert!(machine().validate(2, 2).is_ok());
        let mut short = machine();
        short.landmarks.pop();
        assert!(short.validate(2, 2).is_err());
        let mut poisoned = machine();
        poisoned.slope[1] = f32::INFINITY;
        assert!(poisoned.validate(2, 2).is_err());
    }
}
