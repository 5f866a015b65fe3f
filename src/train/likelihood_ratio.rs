//! Fits the final calibration and the bounds of each label's likelihood ratio on held-out
//! recordings.

use super::elub::elub;
use super::error::{require, TrainError};
use super::outcomes::Outcomes;
use super::solve::{newton, Point};
use crate::model::calibration::log_sum_exp;
use crate::model::likelihood_ratio::{raw_log10_lr, LabelLr, LikelihoodRatios};
use crate::model::prior::Prior;
use ndarray::{array, Array1};
use std::collections::BTreeMap;

const NAME: &str = "likelihood ratios";

/// How each label's raw LR is calibrated before it is bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LrCalibration {
    /// As the calibrated likelihoods give it.
    Raw,
    /// `scale * log10 LR + shift` by logistic regression (Morrison 2013).
    Logistic,
}

/// Settings of the likelihood ratios.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LrSettings {
    /// Final calibration per label.
    pub calibration: LrCalibration,
    /// Fewest source groups of a label (and effectively of the others) for an LR; 2 or more.
    pub min_groups: usize,
}

impl Default for LrSettings {
    /// Raw LRs, at least 5 groups.
    fn default() -> Self {
        Self {
            calibration: LrCalibration::Raw,
            min_groups: 5,
        }
    }
}

/// The LRs of held-out recordings for one label, weighted by source group.
///
/// The weights under each hypothesis sum to the effective number of groups: under H2, labels
/// weigh by the prior, and unequal weights count for fewer groups (Kish 1965).
#[derive(Debug, Clone, PartialEq)]
pub struct LrEvidence {
    /// Raw log10 LR per recording.
    pub log10_lrs: Vec<f64>,
    /// Whether the recording holds the label.
    pub is_h1: Vec<bool>,
    /// Weight per recording.
    pub weights: Vec<f64>,
}

/// What each recording weighs where an LR of `label` is tested under its two hypotheses: source groups weigh 1 in all under H1, and
/// under H2, whose labels share as `prior` weighs them, as much as their label has for each of its groups. The prior must be one of
/// the labels of the outcomes.
pub fn hypothesis_weights(outcomes: &Outcomes, prior: &Prior, label: usize) -> Vec<f64> {
    let by_group = outcomes.group_weights(1.0);
    let rows = by_group.into_iter().zip(outcomes.labels());
    rows.zip(prior_weights(outcomes, prior))
        .map(|((weight, own), shared)| if *own == label { weight } else { shared })
        .collect()
}

/// What each recording weighs where labels share as `prior` weighs them, and each source group of a label has a like part in it. The
/// weights sum to the prior of the labels that occur, which must be one of the labels of the outcomes.
pub fn prior_weights(outcomes: &Outcomes, prior: &Prior) -> Vec<f64> {
    let n_groups = outcomes.groups_per_label();
    let rows = outcomes.group_weights(1.0).into_iter();
    rows.zip(outcomes.labels())
        .map(|(weight, own)| weight * prior.probabilities()[*own] / n_groups[*own] as f64)
        .collect()
}

impl LrEvidence {
    /// Computes raw LRs and weights of `label` from calibrated natural log-likelihoods.
    ///
    /// # Errors
    /// [`TrainError::Data`] if the prior or the label does not fit the outcomes.
    pub fn new(likelihoods: &Outcomes, prior: &Prior, label: usize) -> Result<Self, TrainError> {
        let misfit = || TrainError::Data {
            fault: format!("label {label} or a prior that does not fit the outcomes"),
            remedy: "give the prior of the same labels, at least two",
        };
        prior
            .validate(likelihoods.n_labels())
            .map_err(|_| misfit())?;
        let rows = likelihoods.scores().rows().into_iter();
        let log10_lrs = rows
            .map(|row| raw_log10_lr(&row.to_vec(), prior, label).ok_or_else(misfit))
            .collect::<Result<Vec<f64>, _>>()?;
        let is_h1: Vec<bool> = likelihoods.labels().iter().map(|l| *l == label).collect();
        let mut weights = hypothesis_weights(likelihoods, prior, label);
        // Kish's effective number over (group, label) units of H2.
        let mut units: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        let keys = likelihoods.groups().iter().zip(likelihoods.labels());
        for ((group, own), weight) in keys.zip(&weights) {
            if *own != label {
                *units.entry((*group, *own)).or_default() += weight;
            }
        }
        let sum: f64 = units.values().sum();
        let squares: f64 = units.values().map(|w| w * w).sum();
        if squares > 0.0 {
            let scale = sum / squares;
            for (weight, h1) in weights.iter_mut().zip(&is_h1) {
                *weight *= if *h1 { 1.0 } else { scale };
            }
        }
        Ok(Self {
            log10_lrs,
            is_h1,
            weights,
        })
    }

    /// Effective number of source groups under one hypothesis.
    pub fn n_groups(&self, h1: bool) -> f64 {
        let own = self
            .is_h1
            .iter()
            .zip(&self.weights)
            .filter(|(side, _)| **side == h1);
        own.map(|(_, weight)| weight).sum()
    }

    /// Scale and shift that turn raw log10 LRs into calibrated ones, both sides weighing alike.
    fn logistic(&self) -> Result<(f64, f64), TrainError> {
        const PULL: f64 = 0.02;
        let totals = [self.n_groups(false), self.n_groups(true)];
        let found = newton(NAME, vec![1.0, 0.0], |at| {
            // A weak pull towards leaving the LR as it is keeps separated data finite.
            let off = [at[0] - 1.0, at[1]];
            let mut value = 0.5 * PULL * (off[0] * off[0] + off[1] * off[1]);
            let mut gradient = Array1::from(vec![PULL * off[0], PULL * off[1]]);
            let mut hessian = array![[PULL, 0.0], [0.0, PULL]];
            let rows = self.log10_lrs.iter().zip(&self.is_h1).zip(&self.weights);
            for ((lr, h1), weight) in rows {
                let x = lr * std::f64::consts::LN_10;
                let weight = weight / totals[usize::from(*h1)];
                let odds = at[0] * x + at[1];
                let p = 1.0 / (1.0 + (-odds).exp());
                value += weight * log_sum_exp(&[0.0, if *h1 { -odds } else { odds }]);
                let slope = weight * (p - f64::from(u8::from(*h1)));
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
        Ok((found[0].max(0.0), found[1] / std::f64::consts::LN_10))
    }
}

/// Fits calibration and bounds of every label on held-out recordings.
///
/// `likelihoods` holds calibrated natural log-likelihoods (from
/// [`Calibrator`](crate::model::calibration::Calibrator), fitted on other folds); `prior` gives
/// the mixture of H2.
///
/// # Errors
/// [`TrainError::Setting`] or [`TrainError::Data`] for settings or a prior that do not fit,
/// [`TrainError::NotConverged`] if a calibration fails.
pub fn fit_likelihood_ratios(
    likelihoods: &Outcomes,
    prior: &Prior,
    settings: LrSettings,
) -> Result<LikelihoodRatios, TrainError> {
    let min_groups = settings.min_groups;
    require(min_groups >= 2, NAME, "min_groups", min_groups, "2 or more")?;
    let n_groups = likelihoods.groups_per_label();
    let mut labels = Vec::with_capacity(n_groups.len());
    for (label, &n_h1_groups) in n_groups.iter().enumerate() {
        let evidence = LrEvidence::new(likelihoods, prior, label)?;
        let n_h2_groups = evidence.n_groups(false);
        if n_h1_groups < min_groups || n_h2_groups < min_groups as f64 {
            labels.push(None);
            continue;
        }
        let (scale, shift) = match settings.calibration {
            LrCalibration::Raw => (1.0, 0.0),
            LrCalibration::Logistic => evidence.logistic()?,
        };
        let calibrated: Vec<f64> = evidence
            .log10_lrs
            .iter()
            .map(|x| scale * x + shift)
            .collect();
        let bounds = elub(&calibrated, &evidence.is_h1, &evidence.weights);
        labels.push(bounds.map(|(lower, upper)| LabelLr {
            scale,
            shift,
            lower,
            upper,
            n_h1_groups,
            n_h2_groups,
        }));
    }
    let ratios = LikelihoodRatios {
        labels,
        groups: n_groups,
    };
    ratios.validate(ratios.groups.len())?;
    Ok(ratios)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::sample::blobs;
    use ndarray::Array2;

    fn prior() -> Prior {
        Prior::hierarchical(&[("a", "a", "x"), ("b", "b", "x"), ("c", "c", "x")]).unwrap()
    }

    /// True log-likelihoods times `spoil`; every label in `n / 3` groups of one recording.
    fn outcomes(n: usize, spoil: f64) -> Outcomes {
        let noise = blobs(n, 3, 3, 0.0, 8).records.mapv(f64::from);
        let scores = Array2::from_shape_fn((n, 3), |(i, k)| {
            let x = noise[[i, k]] + if i % 3 == k { 1.5 } else { 0.0 };
            spoil * (1.5 * x - 1.125)
        });
        Outcomes::new(scores, (0..n).map(|i| i % 3).collect(), (0..n).collect()).unwrap()
    }

    #[test]
    fn logistic_calibration_undoes_overconfidence() {
        let evidence = LrEvidence::new(&outcomes(3000, 3.0), &prior(), 0).unwrap();
        let (scale, shift) = evidence.logistic().unwrap();
        assert!((0.25..0.45).contains(&scale), "{scale}");
        assert!(shift.abs() < 0.5, "{shift}");
    }

    #[test]
    fn more_groups_allow_wider_bounds() {
        let bound = |n| {
            let found = fit_likelihood_ratios(&outcomes(n, 1.0), &prior(), LrSettings::default());
            found.unwrap().label(0).unwrap().upper
        };
        let (few, many) = (bound(30), bound(3000));
        assert!(few <= 21f64.log10() + 0.01, "{few}");
        assert!(many > few + 0.3, "{few} {many}");
    }

    #[test]
    fn a_label_with_few_groups_has_no_ratio() {
        let many = outcomes(60, 1.0);
        // All recordings of label 2 come from two groups.
        let groups = (0..60).map(|i| if i % 3 == 2 { 1000 + i % 2 } else { i });
        let few = Outcomes::new(
            many.scores().clone(),
            many.labels().to_vec(),
            groups.collect(),
        );
        let ratios = fit_likelihood_ratios(&few.unwrap(), &prior(), LrSettings::default()).unwrap();
        assert!(ratios.label(0).is_some() && ratios.label(2).is_none());
        assert_eq!(ratios.log10(&[0.0; 3], &prior())[2], None);
    }

    #[test]
    fn unequal_mixtures_count_for_fewer_groups() {
        let labels = [("a", "a", "x"), ("b", "b", "y"), ("c", "c", "z")];
        let flat = Prior::hierarchical(&labels).unwrap();
        let names = ["a", "b", "c"];
        let steep = flat.with_weights(&names, &[("c", 9.0)]).unwrap();
        let all = outcomes(90, 1.0);
        let even = LrEvidence::new(&all, &flat, 0).unwrap();
        let uneven = LrEvidence::new(&all, &steep, 0).unwrap();
        assert!((even.n_groups(false) - 60.0).abs() < 1e-9);
        assert!(uneven.n_groups(false) < 40.0);
        assert!((uneven.n_groups(true) - 30.0).abs() < 1e-9);
    }
}
