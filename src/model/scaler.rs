//! Standardisation as it is applied: clip to the range seen in training, centre, scale.

use super::scorer::{check_finite, check_size, ScorerError};
use serde::{Deserialize, Serialize};

/// Robust standardisation of a feature row, fitted by
/// [`StandardiseParams`](crate::train::standardise::StandardiseParams).
///
/// Per feature: NaN becomes the mean, values are clipped to `[lower, upper]` (quantiles of the
/// training data), then `(x - mean) * inverse_sd`. A feature that was constant in training has
/// `inverse_sd` 0 and always gives 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scaler {
    pub(crate) lower: Vec<f32>,
    pub(crate) upper: Vec<f32>,
    pub(crate) mean: Vec<f32>,
    pub(crate) inverse_sd: Vec<f32>,
}

impl Scaler {
    /// Number of features of a row.
    pub fn n_features(&self) -> usize {
        self.mean.len()
    }

    /// Standardises `row` into `out`; both hold `n_features` values. The result is finite for
    /// any input, NaN and infinities included.
    pub fn apply_into(&self, row: &[f32], out: &mut [f32]) {
        let limits = self.lower.iter().zip(&self.upper);
        let moments = self.mean.iter().zip(&self.inverse_sd);
        for ((to, &x), ((&lower, &upper), (&mean, &scale))) in
            out.iter_mut().zip(row).zip(limits.zip(moments))
        {
            let x = if x.is_nan() { mean } else { x };
            *to = (x.max(lower).min(upper) - mean) * scale;
        }
    }

    /// How many values of `row` lie outside the range of the training data, or are no numbers.
    pub fn outside(&self, row: &[f32]) -> usize {
        let limits = self.lower.iter().zip(&self.upper);
        row.iter()
            .zip(limits)
            .filter(|(x, (lower, upper))| !(**lower..=**upper).contains(*x))
            .count()
    }

    /// Standardises every row of a matrix (rows x features) in place.
    ///
    /// # Errors
    /// [`ScorerError::Size`] if the number of columns is not `n_features`.
    pub fn apply(&self, x: &mut ndarray::Array2<f32>) -> Result<(), ScorerError> {
        check_size("scaler", "features", x.ncols(), self.n_features())?;
        let mut buffer = vec![0.0; self.n_features()];
        let mut raw = vec![0.0; self.n_features()];
        for mut row in x.rows_mut() {
            for (to, from) in raw.iter_mut().zip(&row) {
                *to = *from;
            }
            self.apply_into(&raw, &mut buffer);
            for (to, from) in row.iter_mut().zip(&buffer) {
                *to = *from;
            }
        }
        Ok(())
    }

    /// Checks sizes and numbers of a loaded scaler.
    ///
    /// # Errors
    /// [`ScorerError`] with the first fault found.
    pub fn validate(&self, n_features: usize) -> Result<(), ScorerError> {
        const PART: &str = "scaler";
        for (what, numbers) in [
            ("lower limits", &self.lower),
            ("upper limits", &self.upper),
            ("means", &self.mean),
            ("scales", &self.inverse_sd),
        ] {
            check_size(PART, what, numbers.len(), n_features)?;
            check_finite(PART, what, numbers)?;
        }
        let ordered = self.lower.iter().zip(&self.upper).all(|(l, u)| l <= u);
        if !ordered || self.inverse_sd.iter().any(|s| *s < 0.0) {
            return Err(ScorerError::Structure {
                part: PART,
                reason: "a lower limit lies above its upper limit, or a scale is negative".into(),
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nan_and_infinity_come_out_finite() {
        let scaler = Scaler {
            lower: vec![-1.0, -1.0, -1.0],
            upper: vec![3.0, 3.0, 3.0],
            mean: vec![1.0, 1.0, 1.0],
            inverse_sd: vec![0.5, 0.5, 0.0],
        };
        let mut out = [9.0; 3];
        scaler.apply_into(&[f32::NAN, f32::INFINITY, 7.0], &mut out);
        assert_eq!(out, [0.0, 1.0, 0.0]);
    }

    #[test]
    fn crossed_limits_are_refused() {
        let scaler = Scaler {
            lower: vec![2.0],
            upper: vec![1.0],
            mean: vec![0.0],
            inverse_sd: vec![1.0],
        };
        assert!(matches!(
            scaler.validate(1),
            Err(ScorerError::Structure { .. })
        ));
        assert!(matches!(scaler.validate(2), Err(ScorerError::Size { .. })));
    }
}
