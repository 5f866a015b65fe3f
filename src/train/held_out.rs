//! Held-out scores by fold, the choice of a classifier by them, and what is learnt from them.

use super::calibration::fit_calibrator;
use super::conformal::{fit_prediction_sets, widen, ConformalSettings};
use super::corpus::{Corpus, BACKGROUND};
use super::counting::fit_count_factors;
use super::error::TrainError;
use super::fit::{Fitted, SegmentScores};
use super::likelihood_ratio::{fit_likelihood_ratios, LrSettings};
use super::outcomes::Outcomes;
use super::recipe::Recipe;
use crate::model::calibration::{log_sum_exp, posterior, Calibrator};
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
        let outcomes = calibrating(corpus, recipe, segments, uses)?;
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

/// The picked recordings from which prediction sets and LRs are learnt (real ones, and rendered ones of labels that have no
/// others), and the rest.
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
    mean_outcomes(corpus, segments, &by_decision(corpus, segments, uses).0)
}

/// Learns from the picked recordings how scores become likelihoods.
///
/// # Errors
/// As [`fit_calibrator`].
pub fn calibrate(
    corpus: &Corpus,
    recipe: &Recipe,
    segments: &[Vec<Vec<f32>>],
    uses: Pick,
) -> Result<Calibrator, TrainError> {
    let outcomes = calibrating(corpus, recipe, segments, uses)?;
    fit_calibrator(&outcomes, recipe.calibration)
}

/// What calibration is learnt from: the recordings that decide, and as far as the recipe says so the rendered clips of labels
/// that have real recordings.
fn calibrating(
    corpus: &Corpus,
    recipe: &Recipe,
    segments: &[Vec<Vec<f32>>],
    uses: Pick,
) -> Result<Outcomes, TrainError> {
    let share = recipe.calibration.rendered_share;
    if share == 0.0 {
        return outcomes(corpus, segments, uses);
    }
    let (mut picked, beside) = by_decision(corpus, segments, uses);
    let mut counts = vec![1.0; picked.len()];
    counts.extend(beside.iter().map(|&i| {
        let label = corpus.recordings[i].label;
        let number = |of: &[usize]| {
            let own = of.iter().filter(|&&i| corpus.recordings[i].label == label);
            own.count() as f64
        };
        share / (1.0 - share) * number(&picked) / number(&beside)
    }));
    picked.extend(beside);
    mean_outcomes(corpus, segments, &picked)?.counting(counts)
}

fn mean_outcomes(
    corpus: &Corpus,
    segments: &[Vec<Vec<f32>>],
    picked: &[usize],
) -> Result<Outcomes, TrainError> {
    let n_labels = corpus.labels.len();
    let mut scores = Array2::zeros((picked.len(), n_labels));
    for (mut row, &i) in scores.rows_mut().into_iter().zip(picked) {
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
        let calibrator = calibrate(corpus, recipe, segments, &others)?;
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
    let by_calibration = all.with_scores(table(&picked, &<[f64]>::to_vec))?;
    let count_factors = fit_count_factors(&by_calibration, recipe.calibration.l2)?;
    let recorded = by_calibration.select(&recorded)?;
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
    let calibrator = calibrate(corpus, recipe, segments, uses)?;
    Ok(Judge {
        calibrator,
        background,
        ratios,
        sets,
        prior: prior.clone(),
        count_factors,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::corpus::{Heard, Origin};

    #[test]
    fn rendered_clips_have_their_share_in_a_label_with_recordings_and_all_of_one_without() {
        let rendered = |number: usize, label: usize| Heard {
            origin: Origin::Rendered,
            ..Heard::plain(number, label, number, 0)
        };
        let mut recordings: Vec<Heard> = [0, 1, 1]
            .into_iter()
            .enumerate()
            .map(|(n, label)| Heard::plain(n, label, n, 0))
            .collect();
        recordings.extend([1, 1, 1, 2].map(|label| rendered(9, label)));
        let segments = vec![vec![vec![0.0; 3]]; recordings.len()];
        let corpus = Corpus {
            labels: ["background", "shahed-136", "harop"]
                .map(String::from)
                .to_vec(),
            features: Array2::zeros((0, 1)),
            recordings,
            rows: Vec::new(),
            joins: Vec::new(),
            left_out: Vec::new(),
            places: Default::default(),
        };
        let mut recipe = Recipe::default_model().unwrap();
        let mut weights = |share: f64| {
            recipe.calibration.rendered_share = share;
            let outcomes = calibrating(&corpus, &recipe, &segments, &|_| true).unwrap();
            outcomes.balanced_weights(0.0)
        };
        assert_eq!(weights(0.0), [1.0, 0.5, 0.5, 1.0]);
        let wanted = [1.0, 0.35, 0.35, 1.0, 0.1, 0.1, 0.1];
        let found = weights(0.3);
        assert_eq!(found.len(), wanted.len());
        for (weight, wanted) in found.iter().zip(wanted) {
            assert!((weight - wanted).abs() < 1e-9, "{found:?}");
        }
        assert_eq!(outcomes(&corpus, &segments, &|_| true).unwrap().len(), 4);
    }
}
