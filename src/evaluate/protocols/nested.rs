//! Nested cross-validation by source group: every recording judged by a model whose learner,
//! calibration and prediction sets come from other groups alone.

use super::fold_model::FoldModel;
use crate::model::judge::Judgement;
use crate::model::prior::Prior;
use crate::train::corpus::{Corpus, Progress};
use crate::train::error::TrainError;
use crate::train::fit::{Fitted, SegmentScores};
use crate::train::held_out::{choose, fit_judge};
use crate::train::recipe::Recipe;

/// What nested cross-validation found.
#[derive(Debug, Clone)]
pub struct CrossValidation {
    /// One judgement per recording of the corpus.
    pub judgements: Vec<Judgement>,
    /// Name of the candidate that each outer fold chose.
    pub chosen: Vec<String>,
    /// The model of each outer fold, which heard no recording of that fold.
    pub models: Vec<FoldModel>,
}

/// Runs the protocol: for each fold, models are fitted on pairs of the other folds left out, the
/// candidate and the judge are learnt from those held-out scores, and the fit on all other folds is judged on
/// this one. Folds that share a pair share the fit, so `folds` folds need `folds * (folds + 1) / 2` fits.
///
/// # Errors
/// [`TrainError`] if a fit fails.
pub fn cross_validate(
    corpus: &Corpus,
    recipe: &Recipe,
    prior: &Prior,
    progress: Progress,
) -> Result<CrossValidation, TrainError> {
    let folds = recipe.folds;
    let fold = |i: usize| corpus.recordings[i].fold;
    let total = folds * (folds + 1) / 2;
    let mut done = 0;
    let mut inner = vec![SegmentScores::default(); folds];
    let mut outer = Vec::new();
    for a in 0..folds {
        let fitted = Fitted::fit(corpus, recipe, &|i| fold(i) != a)?;
        let scores = fitted.score(corpus, &|i| fold(i) == a)?;
        outer.push((fitted, scores));
        done += 1;
        progress("cross-validating", done, total);
        for b in a + 1..folds {
            let fitted = Fitted::fit(corpus, recipe, &|i| fold(i) != a && fold(i) != b)?;
            inner[a].merge(fitted.score(corpus, &|i| fold(i) == b)?);
            inner[b].merge(fitted.score(corpus, &|i| fold(i) == a)?);
            done += 1;
            progress("cross-validating", done, total);
        }
    }
    let mut judgements = vec![None; corpus.recordings.len()];
    let mut chosen = Vec::new();
    let mut models = Vec::new();
    for (a, (fitted, scores)) in outer.into_iter().enumerate() {
        let others = |i: usize| fold(i) != a;
        let candidate = choose(corpus, recipe, &inner[a], &others)?;
        let held_out = &inner[a].candidates[candidate];
        let judge = fit_judge(corpus, recipe, held_out, prior, &others)?;
        for i in (0..corpus.recordings.len()).filter(|&i| fold(i) == a) {
            judgements[i] = Some(judge.judge(&scores.candidates[candidate][i], prior));
        }
        chosen.push(recipe.candidate_name(candidate));
        models.push(FoldModel::new(fitted, candidate, judge)?);
    }
    // Every recording lies in one of the folds.
    Ok(CrossValidation {
        judgements: judgements.into_iter().flatten().collect(),
        chosen,
        models,
    })
}
