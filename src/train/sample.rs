//! Checks on training data that every learner shares, and draws of rows by weight.

use super::error::TrainError;
use linfa::DatasetBase;
use ndarray::{Array1, Array2};
use rand::seq::SliceRandom;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Records (segments x standardised features), a label per row, and weights
/// (`dataset.weights`, empty = 1 each).
pub type Samples = DatasetBase<Array2<f32>, Array1<usize>>;

/// Checks `data` and gives its weights, scaled to a mean of 1.
///
/// # Errors
/// [`TrainError::Data`] for no rows or columns, numbers that are not finite, labels not below
/// `n_labels`, fewer than two labels present, weights of another length, negative, not finite
/// or all zero.
pub fn checked_weights(data: &Samples, n_labels: usize) -> Result<Vec<f32>, TrainError> {
    let fault = |fault: String, remedy| Err(TrainError::Data { fault, remedy });
    let (records, targets) = (&data.records, &data.targets);
    if records.nrows() == 0 || records.ncols() == 0 {
        return fault(
            "it has no rows or no columns".into(),
            "give labelled segments",
        );
    }
    if targets.len() != records.nrows() {
        return fault(
            format!("{} labels for {} rows", targets.len(), records.nrows()),
            "give one label per row",
        );
    }
    if let Some(row) = records
        .rows()
        .into_iter()
        .position(|row| row.iter().any(|x| !x.is_finite()))
    {
        return fault(
            format!("row {row} holds a number that is not finite"),
            "standardise the features first",
        );
    }
    if let Some(label) = targets.iter().find(|label| **label >= n_labels) {
        return fault(
            format!("label {label} where {n_labels} labels are declared"),
            "number labels from 0",
        );
    }
    if targets.iter().all(|label| *label == targets[0]) {
        return fault(
            "all rows have one label".into(),
            "give at least two labels to tell apart",
        );
    }
    if data.weights.is_empty() {
        return Ok(vec![1.0; records.nrows()]);
    }
    if data.weights.len() != records.nrows() {
        return fault(
            format!(
                "{} weights for {} rows",
                data.weights.len(),
                records.nrows()
            ),
            "give one weight per row, or none",
        );
    }
    let bad = |w: &f32| !w.is_finite() || *w < 0.0;
    let total: f64 = data.weights.iter().map(|w| f64::from(*w)).sum();
    if data.weights.iter().any(bad) || !total.is_finite() || total <= 0.0 {
        return fault(
            "a weight is negative or not finite, or all are 0".into(),
            "give weights of 0 or more",
        );
    }
    let scale = records.nrows() as f64 / total;
    let scaled = data.weights.iter().map(|w| (f64::from(*w) * scale) as f32);
    Ok(scaled.collect())
}

/// Draws `n` row numbers so that each row comes up in proportion to its weight, each count
/// within one of its expectation (systematic sampling), in shuffled order.
///
/// Rows are walked label by label, so each label's total is within one of its expectation too.
pub fn draw_by_weight(
    weights: &[f32],
    targets: &[usize],
    n: usize,
    rng: &mut ChaCha8Rng,
) -> Vec<usize> {
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.shuffle(rng);
    order.sort_by_key(|&row| targets[row]);
    let total: f64 = weights.iter().map(|w| f64::from(*w)).sum();
    let step = total / n.max(1) as f64;
    let mut next = step * rng.gen::<f64>();
    let mut reached = 0.0;
    let mut drawn = Vec::with_capacity(n);
    for row in order {
        reached += f64::from(weights[row]);
        while next < reached && drawn.len() < n {
            drawn.push(row);
            next += step;
        }
    }
    drawn.shuffle(rng);
    drawn
}

/// Gaussian blobs for tests: `n` rows cycling through `labels`, unit noise, centres `spread`
/// standard deviations apart on average.
#[cfg(test)]
pub(crate) fn blobs(n: usize, features: usize, labels: usize, spread: f32, seed: u64) -> Samples {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut normal = || -> f32 { (0..12).map(|_| rng.gen::<f32>()).sum::<f32>() - 6.0 };
    let centres = Array2::from_shape_fn((labels, features), |_| spread * normal());
    let records =
        Array2::from_shape_fn((n, features), |(i, j)| centres[[i % labels, j]] + normal());
    Samples::new(records, Array1::from_shape_fn(n, |i| i % labels))
}

#[cfg(test)]
use rand::SeedableRng;

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn draws_follow_the_weights_within_one() {
        let weights = [0.5, 1.5, 0.0, 6.0, 2.0];
        let targets = [0, 1, 0, 1, 0];
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let drawn = draw_by_weight(&weights, &targets, 100, &mut rng);
        for (row, weight) in weights.iter().enumerate() {
            let count = drawn.iter().filter(|d| **d == row).count() as f32;
            assert!((count - weight * 10.0).abs() <= 1.0, "row {row}: {count}");
        }
    }

    #[test]
    fn unusable_data_is_named() {
        let good = Samples::new(array![[0.0f32], [1.0]], array![0usize, 1]);
        assert_eq!(checked_weights(&good, 2).unwrap(), vec![1.0, 1.0]);
        assert!(checked_weights(&good, 1).is_err());
        let nan = Samples::new(array![[f32::NAN], [1.0]], array![0usize, 1]);
        let message = checked_weights(&nan, 2).unwrap_err().to_string();
        assert!(message.contains("row 0"), "{message}");
        let negative = good.with_weights(array![1.0, -1.0]);
        assert!(checked_weights(&negative, 2).is_err());
    }
}
