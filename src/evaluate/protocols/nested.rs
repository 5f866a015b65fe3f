//! Nested cross-validation by source group: every recording judged by a model whose learner,
//! calibration and prediction sets come from other groups alone.

use super::fold_model::FoldModel;
use crate::model::judge::Judgement;
use crate::model::phase::PhaseJudgement;
use crate::model::prior::Prior;
use crate::train::corpus::{Corpus, Progress};
use crate::train::error::TrainError;
use crate::train::fit::{Fitted, SegmentScores};
use crate::train::held_out::{choose, fit_judge, Pick};
use crate::train::phase_fits::PhaseFits;
use crate::train::recipe::Recipe;
use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What nested cross-validation found.
#[derive(Debug, Clone)]
pub struct CrossValidation {
    /// One judgement per recording of the corpus.
    pub judgements: Vec<Judgement>,
    /// What is heard of the phase of each; `None` where the recipe learns no phases.
    pub phases: Vec<Option<PhaseJudgement>>,
    /// Name of the candidate that each outer fold chose.
    pub chosen: Vec<String>,
    /// What the classifier of the outer fold said of each segment, calibrated: natural log-likelihoods.
    pub segments: Vec<Vec<Vec<f64>>>,
    /// The model of each outer fold, which heard no recording of that fold.
    pub models: Vec<FoldModel>,
}

/// Runs the protocol on everything in `corpus`: each recording is judged by a model that was fitted, chosen and
/// calibrated without its fold.
///
/// # Errors
/// [`TrainError`] if a fit fails.
pub fn cross_validate(
    corpus: &Corpus,
    recipe: &Recipe,
    prior: &Prior,
    progress: Progress,
) -> Result<CrossValidation, TrainError> {
    cross_validate_learning(corpus, recipe, prior, &|_| true, progress)
}

/// Runs the protocol, learning from nothing but the recordings that `learns` picks, and judging all: for each fold,
/// models are fitted on pairs of the other folds left out, the candidate and the judge are learnt from those held-out
/// scores, and the fit on all other folds is judged on this one. Folds that share a pair share the fit, so `folds` folds need `folds * (folds + 1) / 2` fits. Those of
/// phases are shared alike.
///
/// # Errors
/// [`TrainError`] if a fit fails.
pub fn cross_validate_learning(
    corpus: &Corpus,
    recipe: &Recipe,
    prior: &Prior,
    learns: Pick,
    progress: Progress,
) -> Result<CrossValidation, TrainError> {
    let folds = recipe.folds;
    let fold = |i: usize| corpus.recordings[i].fold;
    // One fold left out, or two.
    let pairs = (0..folds).flat_map(|a| (a..folds).map(move |b| (a, b)));
    let pairs: Vec<(usize, usize)> = pairs.collect();
    let done = AtomicUsize::new(0);
    let fits: Vec<(Fitted, SegmentScores)> = pairs
        .par_iter()
        .map(|&(a, b)| {
            let left_out = |i: usize| fold(i) == a || fold(i) == b;
            let fitted = Fitted::fit(corpus, recipe, &|i| learns(i) && !left_out(i))?;
            let scores = fitted.score(corpus, &left_out)?;
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            progress("cross-validating", done, pairs.len());
            Ok((fitted, scores))
        })
        .collect::<Result<_, TrainError>>()?;
    let mut inner = vec![SegmentScores::default(); folds];
    let mut outer = Vec::new();
    for ((a, b), (fitted, scores)) in pairs.into_iter().zip(fits) {
        if a == b {
            outer.push((fitted, scores));
        } else {
            inner[a].merge(scores.only(|i| fold(i) == b));
            inner[b].merge(scores.only(|i| fold(i) == a));
        }
    }
    let as_it_is = corpus.segments_as_they_are();
    let mut judgements = vec![None; corpus.recordings.len()];
    let mut chosen = Vec::new();
    let mut models = Vec::new();
    let mut segments = vec![Vec::new(); corpus.recordings.len()];
    let mut phases = vec![None; corpus.recordings.len()];
    let mut phase_fits = PhaseFits::new(corpus, recipe, learns);
    for (a, (fitted, scores)) in outer.into_iter().enumerate() {
        let others = |i: usize| learns(i) && fold(i) != a;
        let candidate = choose(corpus, recipe, &inner[a], &others)?;
        let held_out = &inner[a].candidates[candidate];
        let judge = fit_judge(corpus, recipe, held_out, prior, &others)?;
        for i in (0..corpus.recordings.len()).filter(|&i| fold(i) == a) {
            let own = &scores.candidates[candidate][i];
            judgements[i] = Some(judge.judge(own, prior));
            segments[i] = own.iter().map(|row| judge.segment(row)).collect();
        }
        chosen.push(recipe.candidate_name(candidate));
        let phase = phase_fits.model(Some(a))?;
        let model = FoldModel::new(fitted, candidate, judge, phase)?;
        for (i, phase) in phases.iter_mut().enumerate().filter(|(i, _)| fold(*i) == a) {
            *phase = model.phase_of(&as_it_is[i]);
        }
        models.push(model);
    }
    // Every recording lies in one of the folds.
    Ok(CrossValidation {
        judgements: judgements.into_iter().flatten().collect(),
        phases,
        chosen,
        segments,
        models,
    })
}
