//! Fits the [`Calibrator`] on held-out recordings: multinomial logistic regression on their
//! scores with one scale and one shift per label.
//!
//! Labels weigh alike, so that what comes out are likelihoods (for a flat prior), whatever the
//! mixture of the data.

use super::error::{require, TrainError};
use super::outcomes::Outcomes;
use super::recipe;
use super::solve::{newton, Point};
use crate::model::calibration::{log_sum_exp, Calibrator};
use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

const NAME: &str = "calibration";

/// Strength of the pull on the shared scale towards 1, in units of one label's weight: just
/// enough to keep perfectly separated data finite.
const SCALE_PULL: f64 = 1e-3;

/// How the calibration is fitted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalibrationSettings {
    /// Pulls each label's scale towards the shared scale and its shift towards 0; the fewer
    /// source groups, the more is needed. Above 0, 0.05 is a fair start.
    pub l2: f64,
    /// How far the recordings of one source group share a weight: 0 (each counts in full) to 1 (a
    /// group counts once, however many recordings it has).
    pub group_power: f64,
    /// Share that the rendered clips of a label have in it where it has real recordings as well, 0 (real ones alone) to 0.9.
    #[serde(default, skip_serializing_if = "recipe::is_nothing")]
    pub rendered_share: f64,
}

/// Fits one scale and shift per label. A label without recordings gets the shared scale and no
/// shift.
///
/// # Errors
/// [`TrainError::Setting`] for an `l2` that is not above 0 or a `group_power` outside 0 to 1,
/// [`TrainError::Data`] if fewer than two labels occur, [`TrainError::NotConverged`] if the fit fails.
pub fn fit_calibrator(
    outcomes: &Outcomes,
    settings: CalibrationSettings,
) -> Result<Calibrator, TrainError> {
    let CalibrationSettings {
        l2, group_power, ..
    } = settings;
    require(l2.is_finite() && l2 > 0.0, NAME, "l2", l2, "above 0")?;
    let shared = (0.0..=1.0).contains(&group_power);
    require(shared, NAME, "group_power", group_power, "between 0 and 1")?;
    let n_groups = outcomes.groups_per_label();
    let present: Vec<usize> = (0..outcomes.n_labels())
        .filter(|k| n_groups[*k] > 0)
        .collect();
    if present.len() < 2 {
        return Err(TrainError::Data {
            fault: "held-out recordings of fewer than two labels".into(),
            remedy: "calibrate on at least two labels",
        });
    }
    let problem = Problem::new(outcomes, &present, settings);
    let mut start = vec![0.0; 1 + 2 * present.len()];
    start[0] = 1.0;
    let found = newton(NAME, start, |at| problem.evaluate(at))?;
    let shared = found[0].max(0.0);
    let mut calibrator = Calibrator {
        scale: vec![shared; outcomes.n_labels()],
        shift: vec![0.0; outcomes.n_labels()],
    };
    for (i, &label) in present.iter().enumerate() {
        let scale = found[0] + found[1 + i];
        if scale < 0.0 {
            tracing::warn!(
                label,
                "scores of a label fall as it gets likelier; they are ignored"
            );
        }
        calibrator.scale[label] = scale.max(0.0);
        calibrator.shift[label] = found[1 + present.len() + i];
    }
    calibrator.validate(outcomes.n_labels())?;
    Ok(calibrator)
}

/// The penalised loss over the labels that occur. Parameters: the shared scale, each label's
/// departure from it, each label's shift.
struct Problem {
    /// Recordings x present labels.
    scores: Array2<f64>,
    /// Column of the true label.
    truth: Vec<usize>,
    weights: Vec<f64>,
    l2: f64,
}

impl Problem {
    fn new(outcomes: &Outcomes, present: &[usize], settings: CalibrationSettings) -> Self {
        let column_of = |label: &usize| present.iter().position(|k| k == label).unwrap_or(0);
        Self {
            scores: outcomes.scores().select(ndarray::Axis(1), present),
            truth: outcomes.labels().iter().map(column_of).collect(),
            weights: outcomes.balanced_weights(settings.group_power),
            l2: settings.l2,
        }
    }

    fn evaluate(&self, at: &[f64]) -> Point {
        let n = self.scores.ncols();
        let mut value = 0.5 * SCALE_PULL * (at[0] - 1.0).powi(2);
        let mut gradient = Array1::<f64>::zeros(at.len());
        let mut hessian = Array2::<f64>::zeros((at.len(), at.len()));
        gradient[0] = SCALE_PULL * (at[0] - 1.0);
        hessian[[0, 0]] = SCALE_PULL;
        for i in 1..at.len() {
            value += 0.5 * self.l2 * at[i] * at[i];
            gradient[i] += self.l2 * at[i];
            hessian[[i, i]] += self.l2;
        }
        // A logit depends on three parameters: 0 and 1 + k by the score, 1 + n + k by 1.
        let mut logits = vec![0.0; n];
        for ((row, truth), weight) in self
            .scores
            .rows()
            .into_iter()
            .zip(&self.truth)
            .zip(&self.weights)
        {
            for (k, logit) in logits.iter_mut().enumerate() {
                *logit = (at[0] + at[1 + k]) * row[k] + at[1 + n + k];
            }
            let total = log_sum_exp(&logits);
            value += weight * (total - logits[*truth]);
            let p: Vec<f64> = logits.iter().map(|x| (x - total).exp()).collect();
            for k in 0..n {
                let slope = weight * (p[k] - f64::from(u8::from(k == *truth)));
                gradient[0] += slope * row[k];
                gradient[1 + k] += slope * row[k];
                gradient[1 + n + k] += slope;
                for j in 0..n {
                    let same = if j == k { p[k] } else { 0.0 };
                    let curve = weight * (same - p[k] * p[j]);
                    let (a, b) = (row[k], row[j]);
                    hessian[[0, 0]] += curve * a * b;
                    hessian[[0, 1 + j]] += curve * a * b;
                    hessian[[1 + k, 0]] += curve * a * b;
                    hessian[[0, 1 + n + j]] += curve * a;
                    hessian[[1 + n + k, 0]] += curve * b;
                    hessian[[1 + k, 1 + j]] += curve * a * b;
                    hessian[[1 + k, 1 + n + j]] += curve * a;
                    hessian[[1 + n + k, 1 + j]] += curve * b;
                    hessian[[1 + n + k, 1 + n + j]] += curve;
                }
            }
        }
        Point {
            value,
            gradient,
            hessian,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::sample::blobs;

    /// Scores of unit Gaussians whose true log-likelihoods are known, spoilt by a scale of
    /// `spoil` and shifts.
    fn outcomes(n: usize, spoil: f64, groups: usize) -> Outcomes {
        let noise = blobs(n, 3, 3, 0.0, 4).records.mapv(f64::from);
        let labels: Vec<usize> = (0..n)
            .map(|i| usize::from(i % 10 > 5) + usize::from(i % 10 > 8))
            .collect();
        let mut scores = Array2::zeros((n, 3));
        for i in 0..n {
            for k in 0..3 {
                // Label k's density is a unit Gaussian around 1.5 on axis k.
                let x = noise[[i, k]] + if labels[i] == k { 1.5 } else { 0.0 };
                scores[[i, k]] = spoil * (1.5 * x - 1.125) + [0.0, 1.0, -2.0][k];
            }
        }
        Outcomes::new(scores, labels, (0..n).map(|i| i % groups).collect()).unwrap()
    }

    fn by_group(l2: f64) -> CalibrationSettings {
        CalibrationSettings {
            l2,
            group_power: 1.0,
            rendered_share: 0.0,
        }
    }

    #[test]
    fn scale_and_shifts_are_undone() {
        let fitted = fit_calibrator(&outcomes(6000, 2.5, 6000), by_group(1e-6)).unwrap();
        for k in 0..3 {
            assert!((fitted.scale[k] * 2.5 - 1.0).abs() < 0.12, "{fitted:?}");
        }
        let shift = |k: usize| fitted.shift[k] + fitted.scale[k] * [0.0, 1.0, -2.0][k];
        assert!((shift(1) - shift(0)).abs() < 0.15 && (shift(2) - shift(0)).abs() < 0.15);
    }

    #[test]
    fn copies_within_a_group_change_nothing() {
        let once = outcomes(300, 1.0, 300);
        let labels: Vec<usize> = once.labels().iter().flat_map(|l| [*l; 3]).collect();
        let groups: Vec<usize> = once.groups().iter().flat_map(|g| [*g; 3]).collect();
        let rows: Vec<usize> = (0..300).flat_map(|i| [i; 3]).collect();
        let scores = once.scores().select(ndarray::Axis(0), &rows);
        let thrice = Outcomes::new(scores, labels, groups).unwrap();
        let (a, b) = (
            fit_calibrator(&once, by_group(0.05)).unwrap(),
            fit_calibrator(&thrice, by_group(0.05)).unwrap(),
        );
        for k in 0..3 {
            assert!((a.scale[k] - b.scale[k]).abs() < 1e-6);
            assert!((a.shift[k] - b.shift[k]).abs() < 1e-6);
        }
    }

    #[test]
    fn perfectly_separated_scores_stay_finite() {
        let scores = ndarray::array![[0.0, -9.0, -9.0], [-9.0, 0.0, -9.0]];
        let separated = Outcomes::new(scores, vec![0, 1], vec![0, 1]).unwrap();
        let fitted = fit_calibrator(&separated, by_group(0.05)).unwrap();
        assert!(fitted.scale[0].is_finite() && fitted.scale[0] < 5.0);
        // The third label never occurs: shared scale, no shift.
        assert_eq!(fitted.shift[2], 0.0);
    }
}
