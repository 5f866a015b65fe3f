//! Held-out scores by fold, the choice of a classifier by them, and what is learnt from them.

use super::calibration::fit_calibrator;
use super::conformal::{fit_prediction_sets, widen, ConformalSettings};
use super::corpus::{Corpus, BACKGROUND};
use super::error::TrainError;
use super::fit::{Fitted, SegmentScores};
use super::likelihood_ratio::{fit_likelihood_ratios, LrSettings};
use super::outcomes::Outcomes;
use super::recipe::Recipe;
use crate::model::calibration::{log_sum_exp, posterior};
use crate::model::judge::Judge;
use crate::model::pooling::{mean_scores, recording_log_likelihoods};
use crate::model::prior::Prior;
use ndarray::{Array1, Array2};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Which recordings take part, by index.
pub type Pick<'a> = &'a (dyn Fn(usize) -> bool + Sync);

/// Scores each recording that `uses` picks by a fit on the picked recordings of the other folds.
///
/// # Errors
/// [`TrainError`] if a fit fails.
pub fn out_of_fold(
    corpus: &Corpus,
    recipe: &Recipe,
    uses: Pick,
) -> Result<SegmentScores, TrainError> {
    let scored: Vec<SegmentScores> = (0..recipe.folds)
        .into_par_iter()
        .filter(|&fold| {
            let mut recordings = corpus.recordings.iter().enumerate();
            recordings.any(|(i, r)| r.fold == fold && uses(i))
        })
        .map(|fold| {
            let in_fold = |i: usize| corpus.recordings[i].fold == fold;
            let fitted = Fitted::fit(corpus, recipe, &|i| uses(i) && !in_fold(i))?;
            fitted.score(corpus, &|i| uses(i) && in_fold(i))
        })
        .collect::<Result<_, _>>()?;
    Ok(SegmentScores::merged(scored))
}

/// The candidate with the least held-out log loss after calibration, labels weighing alike.
///
/// The calibration has two parameters per label and is fitted on the very scores it is judged by;
/// all candidates have the same number of them, so the comparison is fair.
///
/// # Errors
/// [`TrainError`] if the calibration fails.
pub fn choose(
    corpus: &Corpus,
    recipe: &Recipe,
    scores: &SegmentScores,
    uses: Pick,
) -> Result<usize, TrainError> {
    let mut best = (0, f64::INFINITY);
    for (candidate, segments) in scores.candidates.iter().enumerate() {
        let outcomes = outcomes(corpus, segments, uses)?;
        let calibrator = fit_calibrator(&outcomes, recipe.calibration)?;
        let weights = outcomes.balanced_weights(recipe.calibration.group_power);
        let rows = outcomes
            .scores()
            .rows()
            .into_iter()
            .zip(outcomes.labels())
            .zip(&weights);
        let loss: f64 = rows
            .map(|((row, &label), weight)| {
                let log_likelihoods = calibrator.log_likelihoods(&row.to_vec());
                weight * (log_sum_exp(&log_likelihoods) - log_likelihoods[label])
            })
            .sum();
        if loss < best.1 {
            best = (candidate, loss);
        }
    }
    Ok(best.0)
}

/// The picked recordings from which calibration is learnt: real ones, and rendered ones of labels that have no
/// others.
fn deciding(corpus: &Corpus, segments: &[Vec<Vec<f32>>], uses: Pick) -> Vec<usize> {
    by_decision(corpus, segments, uses).0
}

/// The picked recordings that decide, and those that don't: rendered ones of labels that have real ones.
fn by_decision(
    corpus: &Corpus,
    segments: &[Vec<Vec<f32>>],
    uses: Pick,
) -> (Vec<usize>, Vec<usize>) {
    let mut recorded = vec![false; corpus.labels.len()];
    let scored: Vec<usize> = (0..corpus.recordings.len())
        .filter(|&i| uses(i) && !segments[i].is_empty())
        .collect();
    for &i in scored.iter().filter(|&&i| !corpus.is_rendered(i)) {
        recorded[corpus.recordings[i].label] = true;
    }
    let decides = |&i: &usize| !corpus.is_rendered(i) || !recorded[corpus.recordings[i].label];
    scored.into_iter().partition(decides)
}

/// Mean scores of the picked recordings that decide, with their labels and groups.
///
/// # Errors
/// [`TrainError::Data`] if none is picked.
pub fn outcomes(
    corpus: &Corpus,
    segments: &[Vec<Vec<f32>>],
    uses: Pick,
) -> Result<Outcomes, TrainError> {
    let n_labels = corpus.labels.len();
    let picked = deciding(corpus, segments, uses);
    let mut scores = Array2::zeros((picked.len(), n_labels));
    for (mut row, &i) in scores.rows_mut().into_iter().zip(&picked) {
        for (to, from) in row.iter_mut().zip(mean_scores(&segments[i], n_labels)) {
            *to = from;
        }
    }
    let labels = picked.iter().map(|&i| corpus.recordings[i].label).collect();
    let groups = picked.iter().map(|&i| corpus.recordings[i].group).collect();
    Outcomes::new(scores, labels, groups)
}

/// Learns from held-out scores how to turn the segments of a recording into an answer.
///
/// LRs and prediction sets are learnt from likelihoods whose calibration did not see the fold
/// they come from; the calibration that is kept has seen all of them. Where the recipe says so, a label that has real
/// recordings and rendered clips stays in the prediction set of what is like either.
///
/// # Errors
/// [`TrainError`] if a part cannot be fitted.
pub fn fit_judge(
    corpus: &Corpus,
    recipe: &Recipe,
    segments: &[Vec<Vec<f32>>],
    prior: &Prior,
    uses: Pick,
) -> Result<Judge, TrainError> {
    let background = corpus.labels.iter().position(|l| l == BACKGROUND);
    let all = outcomes(corpus, segments, uses)?;
    let (picked, beside) = by_decision(corpus, segments, uses);
    let mut likelihoods: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for fold in 0..recipe.folds {
        let others = |i: usize| uses(i) && corpus.recordings[i].fold != fold;
        let own = |i: &&usize| corpus.recordings[**i].fold == fold;
        if !picked.iter().any(|i| own(&i)) {
            continue;
        }
        let calibrator = fit_calibrator(&outcomes(corpus, segments, &others)?, recipe.calibration)?;
        for &i in picked.iter().chain(&beside).filter(own) {
            let row = recording_log_likelihoods(&segments[i], &calibrator, background);
            likelihoods.insert(i, row);
        }
    }
    let table = |of: &[usize], row: &dyn Fn(&[f64]) -> Vec<f64>| {
        let mut table = Array2::zeros((of.len(), corpus.labels.len()));
        for (mut to, i) in table.rows_mut().into_iter().zip(of) {
            if let Some(own) = likelihoods.get(i) {
                to.assign(&Array1::from(row(own)));
            }
        }
        table
    };
    let posteriors = |of: &[usize]| table(of, &|row| posterior(row, prior));
    // No rendered clip widens the bounds of an LR.
    let recorded: Vec<usize> = (0..picked.len())
        .filter(|&place| !corpus.is_rendered(picked[place]))
        .collect();
    let recorded = all
        .with_scores(table(&picked, &<[f64]>::to_vec))?
        .select(&recorded)?;
    let ratios = fit_likelihood_ratios(&recorded, prior, LrSettings::default())?;
    let settings = ConformalSettings {
        coverage: recipe.coverage,
        ..ConformalSettings::default()
    };
    let mut sets = fit_prediction_sets(&all.with_scores(posteriors(&picked))?, settings)?;
    let beside: Vec<usize> = beside
        .into_iter()
        .filter(|i| likelihoods.contains_key(i))
        .collect();
    if recipe.covers_rendered && !beside.is_empty() {
        let heard = || beside.iter().map(|&i| &corpus.recordings[i]);
        let rendered = Outcomes::new(
            posteriors(&beside),
            heard().map(|r| r.label).collect(),
            heard().map(|r| r.group).collect(),
        )?;
        widen(&mut sets, &rendered, settings)?;
    }
    let calibrator = fit_calibrator(&all, recipe.calibration)?;
    Ok(Judge {
        calibrator,
        background,
        ratios,
        sets,
    })
}
