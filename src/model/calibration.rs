//! From a recording's scores to calibrated log-likelihoods and probabilities.

use super::prior::Prior;
use super::scorer::ScorerError;
use serde::{Deserialize, Serialize};

const PART: &str = "calibration";

/// Vector scaling (Guo et al. 2017): label k's log-likelihood is `scale[k] * score[k] +
/// shift[k]`, up to a constant that all labels share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibrator {
    pub(crate) scale: Vec<f64>,
    pub(crate) shift: Vec<f64>,
}

impl Calibrator {
    /// Leaves scores as they are.
    pub fn identity(n_labels: usize) -> Self {
        Self {
            scale: vec![1.0; n_labels],
            shift: vec![0.0; n_labels],
        }
    }

    /// Number of labels.
    pub fn n_labels(&self) -> usize {
        self.scale.len()
    }

    /// Natural log-likelihoods of a recording's scores (one per label), up to a shared constant.
    pub fn log_likelihoods(&self, scores: &[f64]) -> Vec<f64> {
        let maps = self.scale.iter().zip(&self.shift);
        scores
            .iter()
            .zip(maps)
            .map(|(s, (scale, shift))| scale * s + shift)
            .collect()
    }

    /// Checks a loaded calibration.
    ///
    /// # Errors
    /// [`ScorerError`] with the first fault found.
    pub fn validate(&self, n_labels: usize) -> Result<(), ScorerError> {
        super::scorer::check_size(PART, "scales", self.scale.len(), n_labels)?;
        super::scorer::check_size(PART, "shifts", self.shift.len(), n_labels)?;
        let numbers = self.scale.iter().chain(&self.shift);
        if numbers.clone().any(|x| !x.is_finite()) || self.scale.iter().any(|s| *s < 0.0) {
            return Err(ScorerError::Structure {
                part: PART,
                reason: "a scale is negative, or a number is not finite".into(),
            });
        }
        Ok(())
    }
}

/// Posterior probabilities: likelihood times prior, scaled to sum to 1.
///
/// Both slices hold one entry per label; `log_likelihoods` are natural logarithms up to a
/// shared constant.
pub fn posterior(log_likelihoods: &[f64], prior: &Prior) -> Vec<f64> {
    let joint: Vec<f64> = log_likelihoods
        .iter()
        .zip(prior.probabilities())
        .map(|(l, p)| l + p.ln())
        .collect();
    let top = joint.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = joint.iter().map(|x| (x - top).exp()).collect();
    let total: f64 = weights.iter().sum();
    if !total.is_finite() {
        return prior.probabilities().to_vec();
    }
    weights.iter().map(|w| w / total).collect()
}

/// `ln sum exp`, without overflow; negative infinity for nothing.
pub(crate) fn log_sum_exp(values: &[f64]) -> f64 {
    let top = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if !top.is_finite() {
        return top;
    }
    top + values.iter().map(|x| (x - top).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prior() -> Prior {
        Prior::hierarchical(&[("a", "a", "x"), ("b", "b", "y"), ("c", "c", "y")]).unwrap()
    }

    #[test]
    fn equal_likelihoods_leave_the_prior() {
        let found = posterior(&[-900.0; 3], &prior());
        for (p, wanted) in found.iter().zip([0.5, 0.25, 0.25]) {
            assert!((p - wanted).abs() < 1e-12);
        }
    }

    #[test]
    fn likelihoods_that_overflow_still_sum_to_one() {
        let found = posterior(&[1e6, 1e6 - 2.0, -1e6], &prior());
        assert!((found.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert_eq!(posterior(&[f64::NAN; 3], &prior()), [0.5, 0.25, 0.25]);
    }

    #[test]
    fn negative_scales_are_refused() {
        let mut calibrator = Calibrator::identity(2);
        assert!(calibrator.validate(2).is_ok());
        calibrator.scale[0] = -1.0;
        assert!(calibrator.validate(2).is_err());
    }
}
