//! Segments become log-probabilities: standardised, then scored several at a time.

use super::classifier::Classifier;
use super::scaler::Scaler;
use super::scorer::Scorer;
use ndarray::{Array2, ArrayView2};

/// Segments scored at once: enough for matrix products to pay, few enough to hold.
pub const BATCH: usize = 128;

/// Scores measured `segments` (feature vectors of the length that the model was learnt on) by a
/// classifier behind its scaler; one row of natural log-probabilities per segment.
pub fn log_probabilities(
    scaler: &Scaler,
    classifier: &Classifier,
    segments: &[impl AsRef<[f32]>],
) -> Vec<Vec<f32>> {
    let width = scaler.n_features();
    let mut scaled = vec![0.0; segments.len() * width];
    for (to, from) in scaled.chunks_exact_mut(width.max(1)).zip(segments) {
        scaler.apply_into(from.as_ref(), to);
    }
    let mut scores = Array2::zeros((segments.len(), classifier.n_labels()));
    // The values were made for this very shape.
    if let Ok(rows) = ArrayView2::from_shape((segments.len(), width), &scaled) {
        classifier.score_rows(rows, scores.view_mut());
    }
    scores.rows().into_iter().map(|row| row.to_vec()).collect()
}
