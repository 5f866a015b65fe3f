//! What every learnt classifier can do: turn one feature row into one score per label.

use crate::spectrum::sum::add_product;
use ndarray::{ArrayView1, ArrayView2, ArrayViewMut2};
use thiserror::Error;

/// Largest number of features, labels, units or nodes that a model may claim. Far above any
/// real model; it keeps size arithmetic on hostile files from overflowing.
pub const MAX_SIZE: usize = 1 << 28;

/// Why a learnt form cannot be used.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum ScorerError {
    /// The form was learnt on another number of features or labels than the model states.
    #[error("{part} has {found} {what} where {expected} are expected; the model file is damaged or from another version: train it again")]
    Size {
        /// The part of the model, for example `linear model`.
        part: &'static str,
        /// What is counted.
        what: &'static str,
        /// Count found.
        found: usize,
        /// Count expected.
        expected: usize,
    },
    /// A parameter is NaN or infinite.
    #[error("{part} holds a number that is not finite in its {what}; the model file is damaged: train it again")]
    NotFinite {
        /// The part of the model.
        part: &'static str,
        /// Which numbers.
        what: &'static str,
    },
    /// The structure contradicts itself (a tree that loops, a negative scale, an empty list).
    #[error("{part}: {reason}; the model file is damaged: train it again")]
    Structure {
        /// The part of the model.
        part: &'static str,
        /// What contradicts what.
        reason: String,
    },
}

/// Buffers that scoring reuses from row to row, so that it allocates nothing once they have
/// grown. One per thread; any scorer can use any scratch.
#[derive(Debug, Default, Clone)]
pub struct Scratch {
    pub(crate) a: Vec<f32>,
    pub(crate) b: Vec<f32>,
    pub(crate) c: Vec<f32>,
    /// Scores of the kinds within labels.
    pub(crate) kinds: Vec<f32>,
    /// Scores of the labels that a second classifier tells apart.
    pub(crate) refined: Vec<f32>,
}

/// A trained classifier that gives one natural-log probability per label.
///
/// The log-probabilities of one row sum to 1 after `exp`. They are the learner's own view of
/// the (weighted) training mixture, not calibrated for any prior.
pub trait Scorer {
    /// Number of labels, the length of every output.
    fn n_labels(&self) -> usize;

    /// Number of features, the length of every input row.
    fn n_features(&self) -> usize;

    /// Writes one log-probability per label to `out`.
    ///
    /// `row` holds `n_features` standardised, finite values; `out` holds `n_labels`. The caller
    /// has run [`Scorer::validate`] on anything that was loaded from outside.
    ///
    /// # Panics
    /// If `row` or `out` has another length.
    fn scores_into(&self, row: &[f32], scratch: &mut Scratch, out: &mut [f32]);

    /// Writes the log-probabilities of every row of `x` (rows x features) to `out` (rows x labels).
    ///
    /// They are those of [`Scorer::scores_into`], but for rounding where a scorer has a faster way
    /// for many rows.
    ///
    /// # Panics
    /// If the shapes do not fit the scorer.
    fn score_rows(&self, x: ArrayView2<f32>, mut out: ArrayViewMut2<f32>) {
        assert_eq!(x.nrows(), out.nrows(), "one output row per input row");
        let mut scratch = Scratch::default();
        let mut scores = vec![0.0; self.n_labels()];
        for (input, mut output) in x.rows().into_iter().zip(out.rows_mut()) {
            self.scores_into(&input.to_vec(), &mut scratch, &mut scores);
            output.assign(&ArrayView1::from(&scores));
        }
    }

    /// Checks every size, index and number, so that scoring cannot fail or read out of bounds.
    ///
    /// # Errors
    /// [`ScorerError`] with the first fault found.
    fn validate(&self, n_features: usize, n_labels: usize) -> Result<(), ScorerError>;
}

/// Gives a [`Scorer`] linfa's `PredictInplace`: a records matrix (rows x features) becomes
/// log-probabilities (rows x labels).
macro_rules! impl_predict {
    ($model:ty) => {
        impl<D: ndarray::Data<Elem = f32>>
            linfa::traits::PredictInplace<ndarray::ArrayBase<D, ndarray::Ix2>, ndarray::Array2<f32>>
            for $model
        {
            fn predict_inplace<'a>(
                &'a self,
                x: &'a ndarray::ArrayBase<D, ndarray::Ix2>,
                y: &mut ndarray::Array2<f32>,
            ) {
                $crate::model::scorer::Scorer::score_rows(self, x.view(), y.view_mut());
            }

            fn default_target(
                &self,
                x: &ndarray::ArrayBase<D, ndarray::Ix2>,
            ) -> ndarray::Array2<f32> {
                ndarray::Array2::zeros((x.nrows(), $crate::model::scorer::Scorer::n_labels(self)))
            }
        }
    };
}
pub(crate) use impl_predict;

/// Turns raw scores into log-probabilities in place: `s - ln sum exp s`, without overflow.
pub fn log_softmax(scores: &mut [f32]) {
    let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    if !top.is_finite() {
        // Nothing sensible came in: say nothing rather than NaN.
        let even = -(scores.len().max(1) as f32).ln();
        scores.fill(even);
        return;
    }
    let sum: f32 = scores.iter().map(|s| (s - top).exp()).sum();
    // `top` first: `top + ln sum` would lose the logarithm's last digits where `top` is large.
    let shift = sum.ln();
    for s in scores.iter_mut() {
        *s = (*s - top) - shift;
    }
}

/// [`log_softmax`] of every row.
pub(crate) fn log_softmax_rows(mut scores: ArrayViewMut2<f32>) {
    for mut row in scores.rows_mut() {
        let mut values = row.to_vec();
        log_softmax(&mut values);
        row.assign(&ArrayView1::from(&values));
    }
}

/// `out = bias + row * weights`, where `weights` holds inputs x outputs, input after input; `out`
/// must be as long as `bias`.
pub(crate) fn affine_into(weights: &[f32], bias: &[f32], row: &[f32], out: &mut [f32]) {
    out.copy_from_slice(bias);
    add_product(out, row, weights);
}

/// Fails unless `found == expected`.
pub(crate) fn check_size(
    part: &'static str,
    what: &'static str,
    found: usize,
    expected: usize,
) -> Result<(), ScorerError> {
    if found == expected && found <= MAX_SIZE {
        return Ok(());
    }
    Err(ScorerError::Size {
        part,
        what,
        found,
        expected,
    })
}

/// Fails unless every number is finite.
pub(crate) fn check_finite(
    part: &'static str,
    what: &'static str,
    numbers: &[f32],
) -> Result<(), ScorerError> {
    if numbers.iter().all(|x| x.is_finite()) {
        return Ok(());
    }
    Err(ScorerError::NotFinite { part, what })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_softmax_sums_to_one_and_survives_extremes() {
        let mut scores = [1000.0, 999.0, -1000.0];
        log_softmax(&mut scores);
        let total: f32 = scores.iter().map(|s| s.exp()).sum();
        assert!((total - 1.0).abs() < 1e-6);
        let mut broken = [f32::NAN, f32::NEG_INFINITY];
        log_softmax(&mut broken);
        assert!(broken.iter().all(|s| s.is_finite()));
    }

    #[test]
    fn affine_agrees_with_the_plain_sum_at_odd_sizes() {
        let (n_in, n_out) = (7, 3);
        let weights: Vec<f32> = (0..n_in * n_out).map(|i| i as f32 * 0.25 - 2.0).collect();
        let row: Vec<f32> = (0..n_in).map(|i| 1.0 - i as f32 * 0.5).collect();
        let mut out = [0.0; 3];
        affine_into(&weights, &[1.0, 2.0, 3.0], &row, &mut out);
        for (k, found) in out.iter().enumerate() {
            let plain: f32 = (0..n_in).map(|i| row[i] * weights[i * n_out + k]).sum();
            assert!((found - plain - (k as f32 + 1.0)).abs() < 1e-4);
        }
    }
}
