//! The cost of log likelihood ratios (Brümmer and du Preez 2006), in bits: 0 is perfect, 1 is
//! what a system costs that always answers LR 1, above 1 misleads.

use super::error::{same_length, within, MetricError};
use crate::train::isotonic::isotonic_shares;

/// Cllr of log10 LRs: the mean of both hypotheses' mean costs.
///
/// `weights` (one per answer, or empty for 1 each) lets recordings of one source group share a
/// weight, and H2 follow the stated mixture; they are scaled to sum to 1 under each hypothesis.
/// An infinite LR for the wrong side costs infinity.
///
/// # Errors
/// [`MetricError`] for lengths that differ, NaN, negative weights, or one side without weight.
pub fn cllr(log10_lrs: &[f64], is_h1: &[bool], weights: &[f64]) -> Result<f64, MetricError> {
    let weights = checked("Cllr", log10_lrs, is_h1, weights)?;
    let natural: Vec<f64> = log10_lrs
        .iter()
        .map(|x| x * std::f64::consts::LN_10)
        .collect();
    Ok(cost(&natural, is_h1, &weights))
}

/// Cllr after the best monotone recalibration (PAV): what is left is discrimination. The
/// difference `cllr - cllr_min` is the cost of poor calibration.
///
/// # Errors
/// As [`cllr`].
pub fn cllr_min(scores: &[f64], is_h1: &[bool], weights: &[f64]) -> Result<f64, MetricError> {
    let weights = checked("Cllr_min", scores, is_h1, weights)?;
    let shares = isotonic_shares(scores, is_h1, &weights);
    let natural: Vec<f64> = shares.iter().map(|p| p.ln() - (1.0 - p).ln()).collect();
    Ok(cost(&natural, is_h1, &weights))
}

fn checked(
    metric: &'static str,
    scores: &[f64],
    is_h1: &[bool],
    weights: &[f64],
) -> Result<Vec<f64>, MetricError> {
    same_length(metric, "LRs", scores.len(), is_h1.len())?;
    let weights = match weights {
        [] => vec![1.0; scores.len()],
        given => given.to_vec(),
    };
    same_length(metric, "weights", weights.len(), scores.len())?;
    within(
        scores.iter().all(|s| !s.is_nan()),
        metric,
        "LRs",
        "numbers, not NaN",
    )?;
    let usable = weights.iter().all(|w| w.is_finite() && *w >= 0.0);
    within(usable, metric, "weights", "0 or more")?;
    for side in [true, false] {
        let present = is_h1
            .iter()
            .zip(&weights)
            .any(|(h1, w)| *h1 == side && *w > 0.0);
        if !present {
            return Err(MetricError::Undefined {
                metric,
                needs: "recordings under both hypotheses",
            });
        }
    }
    Ok(weights)
}

/// Both sides' weighted mean costs of natural-log LRs.
fn cost(log_lrs: &[f64], is_h1: &[bool], weights: &[f64]) -> f64 {
    let mean = |side: bool| {
        let (mut sum, mut total) = (0.0, 0.0);
        for ((log_lr, h1), weight) in log_lrs.iter().zip(is_h1).zip(weights) {
            if *h1 == side && *weight > 0.0 {
                let against = if side { -log_lr } else { *log_lr };
                sum += weight * softplus(against);
                total += weight;
            }
        }
        sum / total
    };
    0.5 * (mean(true) + mean(false)) / std::f64::consts::LN_2
}

/// `ln(1 + exp x)` without overflow.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saying_nothing_costs_one_bit() {
        assert_eq!(
            cllr(&[0.0; 4], &[true, false, true, false], &[]).unwrap(),
            1.0
        );
    }

    #[test]
    fn perfect_order_has_no_minimum_cost_whatever_the_scale() {
        let scores = [-0.1, -0.05, 0.0, 0.01];
        let truth = [false, false, true, true];
        assert!(cllr(&scores, &truth, &[]).unwrap() > 0.9);
        assert_eq!(cllr_min(&scores, &truth, &[]).unwrap(), 0.0);
    }

    #[test]
    fn a_weight_of_two_counts_as_two_recordings() {
        let once = cllr(&[1.0, 0.5, -1.0], &[true, true, false], &[2.0, 1.0, 1.0]).unwrap();
        let twice = cllr(&[1.0, 1.0, 0.5, -1.0], &[true, true, true, false], &[]).unwrap();
        assert!((once - twice).abs() < 1e-12);
    }

    #[test]
    fn one_sided_data_is_refused() {
        assert!(cllr(&[1.0], &[true], &[]).is_err());
        assert!(cllr(&[1.0, f64::NAN], &[true, false], &[]).is_err());
    }
}
