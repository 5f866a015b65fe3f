//! Cllr of likelihood ratios on source groups that their calibration and bounds never saw, the
//! measure by which a way of calibrating is chosen.

use super::cllr::cllr;
use super::error::MetricError;
use crate::model::prior::Prior;
use crate::train::error::TrainError;
use crate::train::likelihood_ratio::{fit_likelihood_ratios, LrEvidence, LrSettings};
use crate::train::outcomes::Outcomes;
use ndarray::Axis;
use rand::seq::SliceRandom;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use thiserror::Error;

/// Why a nested Cllr has no value.
#[derive(Debug, Error)]
pub enum NestedError {
    /// The calibration could not be fitted on a fold.
    #[error("nested Cllr: {0}")]
    Train(#[from] TrainError),
    /// The cost is undefined.
    #[error("nested Cllr: {0}")]
    Metric(#[from] MetricError),
}

/// Cllr per label over `n_folds` (2 or more) folds of source groups: LRs of each fold come from
/// calibration and bounds fitted on the others. `None` for a label with too few groups.
///
/// `likelihoods` are calibrated natural log-likelihoods of held-out recordings; recordings
/// weigh by source group, H2 by the prior's mixture.
///
/// # Errors
/// [`NestedError`] if a fit fails or fewer than two folds are asked for.
pub fn nested_cllr(
    likelihoods: &Outcomes,
    prior: &Prior,
    settings: LrSettings,
    n_folds: usize,
    seed: u64,
) -> Result<Vec<Option<f64>>, NestedError> {
    super::error::within(n_folds >= 2, "nested Cllr", "folds", "2 or more")?;
    let folds = folds_by_group(likelihoods, n_folds, seed);
    let n = likelihoods.len();
    let mut answers = vec![vec![None; n]; likelihoods.n_labels()];
    for fold in 0..n_folds {
        let train: Vec<usize> = (0..n).filter(|i| folds[*i] != fold).collect();
        if train.is_empty() || train.len() == n {
            continue;
        }
        let part = Outcomes::new(
            likelihoods.scores().select(Axis(0), &train),
            train.iter().map(|i| likelihoods.labels()[*i]).collect(),
            train.iter().map(|i| likelihoods.groups()[*i]).collect(),
        )?;
        let ratios = fit_likelihood_ratios(&part, prior, settings)?;
        for i in (0..n).filter(|i| folds[*i] == fold) {
            let row = likelihoods.scores().row(i).to_vec();
            for (label, lr) in ratios.log10(&row, prior).into_iter().enumerate() {
                answers[label][i] = lr;
            }
        }
    }
    let mut costs = Vec::with_capacity(answers.len());
    for (label, answers) in answers.iter().enumerate() {
        // One fold without an answer would leave its recordings out: better no figure at all.
        let Some(lrs) = answers.iter().copied().collect::<Option<Vec<f64>>>() else {
            costs.push(None);
            continue;
        };
        let evidence = LrEvidence::new(likelihoods, prior, label)?;
        costs.push(Some(cllr(&lrs, &evidence.is_h1, &evidence.weights)?));
    }
    Ok(costs)
}

/// A fold per recording; groups stay whole, and each label's groups are dealt out evenly.
fn folds_by_group(outcomes: &Outcomes, n_folds: usize, seed: u64) -> Vec<usize> {
    let mut label_of: BTreeMap<usize, usize> = BTreeMap::new();
    for (group, label) in outcomes.groups().iter().zip(outcomes.labels()) {
        label_of.entry(*group).or_insert(*label);
    }
    let mut groups: Vec<(usize, usize)> = label_of.into_iter().collect();
    groups.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    groups.sort_by_key(|(_, label)| *label);
    let dealt = groups
        .iter()
        .enumerate()
        .map(|(i, (group, _))| (*group, i % n_folds));
    let fold_of: BTreeMap<usize, usize> = dealt.collect();
    outcomes
        .groups()
        .iter()
        .map(|group| fold_of[group])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::likelihood_ratio::LrCalibration;
    use crate::train::sample::blobs;
    use ndarray::Array2;

    fn outcomes(spoil: f64) -> Outcomes {
        let noise = blobs(600, 3, 3, 0.0, 8).records.mapv(f64::from);
        let scores = Array2::from_shape_fn((600, 3), |(i, k)| {
            let x = noise[[i, k]] + if i % 3 == k { 1.5 } else { 0.0 };
            spoil * (1.5 * x - 1.125)
        });
        let groups = (0..600).map(|i| i / 6).collect();
        Outcomes::new(scores, (0..600).map(|i| i % 3).collect(), groups).unwrap()
    }

    fn costs(spoil: f64, calibration: LrCalibration) -> Vec<f64> {
        let prior = Prior::hierarchical(&[("a", "a", "x"), ("b", "b", "x"), ("c", "c", "x")]);
        let settings = LrSettings {
            calibration,
            ..LrSettings::default()
        };
        let found = nested_cllr(&outcomes(spoil), &prior.unwrap(), settings, 5, 1).unwrap();
        found.into_iter().map(Option::unwrap).collect()
    }

    #[test]
    fn calibration_pays_where_likelihoods_are_overconfident() {
        let raw = costs(4.0, LrCalibration::Raw);
        let calibrated = costs(4.0, LrCalibration::Logistic);
        for (raw, calibrated) in raw.iter().zip(&calibrated) {
            assert!(calibrated + 0.03 < *raw, "{calibrated} {raw}");
        }
    }

    #[test]
    fn right_likelihoods_gain_nothing_from_it() {
        let raw = costs(1.0, LrCalibration::Raw);
        let calibrated = costs(1.0, LrCalibration::Logistic);
        for (raw, calibrated) in raw.iter().zip(&calibrated) {
            assert!((calibrated - raw).abs() < 0.03, "{calibrated} {raw}");
            assert!(*raw < 0.8, "{raw}");
        }
    }

    #[test]
    fn folds_keep_groups_whole() {
        let all = outcomes(1.0);
        let folds = folds_by_group(&all, 5, 3);
        for (i, fold) in folds.iter().enumerate() {
            assert_eq!(*fold, folds[i / 6 * 6]);
        }
        for fold in 0..5 {
            assert_eq!(folds.iter().filter(|f| **f == fold).count(), 120);
        }
    }
}
