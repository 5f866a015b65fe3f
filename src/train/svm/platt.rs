//! Platt's scaling (Platt 1999, with the targets of Lin, Lin and Weng 2007): a logistic curve
//! from a decision to a probability.

use crate::model::calibration::log_sum_exp;
use crate::train::error::TrainError;
use crate::train::solve::{newton, Point};
use ndarray::{array, Array1};

/// Slope and offset of the log odds; a slope below 0 becomes 0.
///
/// Without rows of both sides nothing can be fitted: decisions are taken as log odds.
pub(super) fn fit(
    decisions: &[f64],
    is_hit: &[bool],
    weights: &[f64],
) -> Result<(f64, f64), TrainError> {
    let n_hits = is_hit.iter().filter(|h| **h).count();
    let n_misses = is_hit.len() - n_hits;
    if n_hits == 0 || n_misses == 0 {
        return Ok((1.0, 0.0));
    }
    // Targets just short of 0 and 1, so that separated decisions keep a finite slope.
    let high = (n_hits as f64 + 1.0) / (n_hits as f64 + 2.0);
    let low = 1.0 / (n_misses as f64 + 2.0);
    let total: f64 = weights.iter().sum();
    let rows = || decisions.iter().zip(is_hit).zip(weights);
    let found = newton("Platt's scaling", vec![1.0, 0.0], |at| {
        const RIDGE: f64 = 1e-9;
        let mut value = 0.5 * RIDGE * (at[0] * at[0] + at[1] * at[1]);
        let mut gradient = Array1::from(vec![RIDGE * at[0], RIDGE * at[1]]);
        let mut hessian = array![[RIDGE, 0.0], [0.0, RIDGE]];
        for ((x, hit), weight) in rows() {
            let weight = weight / total;
            let target = if *hit { high } else { low };
            let odds = at[0] * x + at[1];
            let p = 1.0 / (1.0 + (-odds).exp());
            value += weight * (log_sum_exp(&[0.0, odds]) - target * odds);
            let slope = weight * (p - target);
            let curve = weight * p * (1.0 - p);
            gradient[0] += slope * x;
            gradient[1] += slope;
            hessian[[0, 0]] += curve * x * x;
            hessian[[0, 1]] += curve * x;
            hessian[[1, 0]] += curve * x;
            hessian[[1, 1]] += curve;
        }
        Point {
            value,
            gradient,
            hessian,
        }
    })?;
    Ok((found[0].max(0.0), found[1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_curve_is_recovered() {
        // Decisions -2..2; hits come with log odds 2 d - 1, as exact weights.
        let grid: Vec<f64> = (0..41).map(|i| -2.0 + 0.1 * f64::from(i)).collect();
        let (mut decisions, mut hits, mut weights) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..100 {
            for d in &grid {
                let p = 1.0 / (1.0 + (1.0 - 2.0 * d).exp());
                decisions.extend([*d, *d]);
                hits.extend([true, false]);
                weights.extend([p, 1.0 - p]);
            }
        }
        let (slope, offset) = fit(&decisions, &hits, &weights).unwrap();
        assert!((slope - 2.0).abs() < 0.02 && (offset + 1.0).abs() < 0.02);
    }

    #[test]
    fn separated_decisions_keep_a_finite_slope() {
        let (slope, _) = fit(
            &[-1.0, -1.0, 1.0, 1.0],
            &[false, false, true, true],
            &[1.0; 4],
        )
        .unwrap();
        assert!(slope > 0.5 && slope < 10.0, "{slope}");
        assert_eq!(fit(&[1.0], &[true], &[1.0]).unwrap(), (1.0, 0.0));
    }
}
