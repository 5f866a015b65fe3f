//! Fits what each label counts in an archive, on held-out recordings.
//!
//! Calibration weighs recordings, and a source of which there are many recordings is one that is told well. An archive of
//! recordings from many sources is told a little worse, and the probabilities of a label then average to less, or more, than
//! its share. Adding probabilities up is what shares are estimated by, so that this matters there as it hardly does to a
//! single answer.

use super::error::{require, TrainError};
use super::outcomes::Outcomes;
use super::solve::{newton, Point};
use crate::model::calibration::log_sum_exp;
use ndarray::{Array1, Array2, Axis};

const NAME: &str = "count factors";

/// One factor per label, to multiply its likelihood with where labels are counted: with them the probabilities of a label
/// average to its share, each source group counting once and labels being equally frequent. 1 for labels without recordings.
///
/// `likelihoods` holds natural log-likelihoods of recordings by a calibration that has not seen them; `l2`, above 0, pulls the
/// logarithms of the factors towards 0, in units of one label's weight.
///
/// # Errors
/// [`TrainError::Setting`] for an `l2` that is not above 0, [`TrainError::NotConverged`] if the fit fails.
pub fn fit_count_factors(likelihoods: &Outcomes, l2: f64) -> Result<Vec<f64>, TrainError> {
    require(l2.is_finite() && l2 > 0.0, NAME, "l2", l2, "above 0")?;
    let groups = likelihoods.groups_per_label();
    let present: Vec<usize> = (0..groups.len()).filter(|&k| groups[k] > 0).collect();
    let problem = Problem {
        likelihoods: likelihoods.scores().select(Axis(1), &present),
        truth: likelihoods.labels(),
        weights: likelihoods.balanced_weights(1.0),
        present: &present,
        l2,
    };
    let found = newton(NAME, vec![0.0; present.len()], |at| problem.evaluate(at))?;
    let mut factors = vec![1.0; groups.len()];
    for (&label, shift) in present.iter().zip(found) {
        factors[label] = shift.exp();
    }
    Ok(factors)
}

/// The penalised log loss over the labels that occur, by the logarithm of each one's factor.
struct Problem<'a> {
    /// Recordings x present labels.
    likelihoods: Array2<f64>,
    /// Label of each recording.
    truth: &'a [usize],
    weights: Vec<f64>,
    present: &'a [usize],
    l2: f64,
}

impl Problem<'_> {
    fn evaluate(&self, at: &[f64]) -> Point {
        let shifts = Array1::from(at.to_vec());
        let mut value = 0.5 * self.l2 * shifts.dot(&shifts);
        let mut gradient = &shifts * self.l2;
        let mut hessian = Array2::from_diag(&Array1::from_elem(at.len(), self.l2));
        let rows = self.likelihoods.rows().into_iter();
        for ((row, truth), &weight) in rows.zip(self.truth).zip(&self.weights) {
            let logits = &row + &shifts;
            let total = log_sum_exp(&logits.to_vec());
            let p = logits.mapv(|x| (x - total).exp());
            for (k, label) in self.present.iter().enumerate() {
                if label == truth {
                    value += weight * (total - logits[k]);
                    gradient[k] -= weight;
                }
                hessian[[k, k]] += weight * p[k];
                for j in 0..at.len() {
                    hessian[[k, j]] -= weight * p[k] * p[j];
                }
            }
            gradient.scaled_add(weight, &p);
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
    use crate::model::prevalence::weighted;

    /// Two labels of which one source group holds 90 recordings that are told well, and ten hold one each that is told badly:
    /// calibration by recording is right on average, and by group it is not.
    fn outcomes() -> Outcomes {
        let mut scores = Array2::zeros((200, 3));
        let (mut labels, mut groups) = (Vec::new(), Vec::new());
        for i in 0..200 {
            let (label, within) = (i / 100, i % 100);
            let strength = if within < 90 { 3.0 } else { -0.5 };
            // Nothing is ever heard of the third, and only the first is told worse in small groups.
            scores[[i, label]] = if label == 1 { 3.0 } else { strength };
            scores[[i, 2]] = -30.0;
            labels.push(label);
            groups.push(1000 * label + within.saturating_sub(89));
        }
        Outcomes::new(scores, labels, groups).unwrap()
    }

    #[test]
    fn averages_over_source_groups_become_the_shares() {
        let outcomes = outcomes();
        let mean = |factors: &[f64]| {
            let weights = outcomes.balanced_weights(1.0);
            let rows = outcomes.scores().rows().into_iter().zip(weights);
            let first = rows.map(|(row, weight)| {
                let p = row.mapv(f64::exp);
                let p = weighted(&(&p / p.sum()).to_vec(), factors);
                weight * p[0]
            });
            first.sum::<f64>() / 2.0
        };
        let factors = fit_count_factors(&outcomes, 1e-6).unwrap();
        assert!(mean(&[1.0; 3]) < 0.4, "{}", mean(&[1.0; 3]));
        assert!((mean(&factors) - 0.5).abs() < 1e-3, "{factors:?}");
        // Nothing is known of the third.
        assert_eq!(factors[2], 1.0);
    }

    #[test]
    fn a_strong_pull_leaves_the_probabilities_as_they_are() {
        let factors = fit_count_factors(&outcomes(), 1e6).unwrap();
        assert!(
            factors.iter().all(|f| (f - 1.0).abs() < 1e-3),
            "{factors:?}"
        );
        assert!(fit_count_factors(&outcomes(), 0.0).is_err());
    }
}
