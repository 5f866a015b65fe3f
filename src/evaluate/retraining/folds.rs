//! Every recording judged by quick fits that never heard its source group: of the new recipe, and of the base.

use crate::evaluate::protocols::EvaluateError;
use crate::model::judge::{Judge, Judgement};
use crate::model::prior::Prior;
use crate::train::corpus::{Corpus, Progress};
use crate::train::error::TrainError;
use crate::train::extend::Extended;
use crate::train::fit::{Fitted, SegmentScores};
use crate::train::held_out::{choose, fit_judge, out_of_fold, Pick};
use crate::train::memory::Memory;
use crate::train::pipeline::hierarchical_prior;
use crate::train::recipe::Recipe;
use rayon::prelude::*;

/// What held-out models made of each recording of the extended corpus, and what is learnt from that.
#[derive(Debug, Clone)]
pub struct Folds {
    /// By the new recipe; `None` for recordings without sound.
    pub new: Vec<Option<Judgement>>,
    /// By the base recipe, labels as in the memory; `None` for new recordings that share their source with old ones as well.
    pub base: Vec<Option<Judgement>>,
    /// Which candidate became the classifier.
    pub candidate: usize,
    /// What turns its scores into answers, learnt from all folds.
    pub judge: Judge,
    /// What the fits of the new recipe said of each segment.
    pub scores: SegmentScores,
}

/// Fits the quick version of `recipe` on folds of old and new recordings. The base's scores of old recordings come from
/// the memory, those of new ones from one more fit by the recipe of the memory.
///
/// # Errors
/// [`EvaluateError`] if a fit fails.
pub fn hold_out(
    memory: &Memory,
    extended: &Extended,
    recipe: &Recipe,
    progress: Progress,
) -> Result<Folds, EvaluateError> {
    let quick = recipe.quick();
    let corpus = &extended.corpus;
    progress("fitting on folds", 1, 4);
    let scores = out_of_fold(corpus, &quick, &|_| true)?;
    let certain = |i: usize| extended.is_certain(i);
    progress("calibrating", 2, 4);
    let candidate = choose(corpus, &quick, &scores, &certain)?;
    let prior = hierarchical_prior(corpus)?;
    let segments = &scores.candidates[candidate];
    let judge = fit_judge(corpus, recipe, segments, &prior, &certain)?;
    let by_fold = judges(corpus, recipe, segments, &prior, &certain)?;
    let recorded = corpus.n_recorded();
    let judged = |i: usize| {
        let own = &segments[i];
        let judge = by_fold[corpus.recordings[i].fold].as_ref()?;
        (!own.is_empty() && i < recorded).then(|| judge.judge(own, &prior))
    };
    let new: Vec<Option<Judgement>> = (0..corpus.recordings.len()).map(judged).collect();
    progress("fitting the base recipe", 3, 4);
    Ok(Folds {
        new,
        base: base_judgements(memory, extended, &memory.recipe()?.quick())?,
        candidate,
        judge,
        scores,
    })
}

/// For each fold what was learnt without it; `None` where that cannot be.
pub(in crate::evaluate) fn judges(
    corpus: &Corpus,
    recipe: &Recipe,
    segments: &[Vec<Vec<f32>>],
    prior: &Prior,
    uses: Pick,
) -> Result<Vec<Option<Judge>>, TrainError> {
    (0..recipe.folds)
        .into_par_iter()
        .map(|fold| {
            let mut recordings = corpus.recordings.iter();
            if recordings.all(|r| r.fold != fold) {
                return Ok(None);
            }
            let others = |i: usize| uses(i) && corpus.recordings[i].fold != fold;
            fit_judge(corpus, recipe, segments, prior, &others).map(Some)
        })
        .collect()
}

fn base_judgements(
    memory: &Memory,
    extended: &Extended,
    quick: &Recipe,
) -> Result<Vec<Option<Judgement>>, EvaluateError> {
    let old = &memory.corpus;
    let prior = hierarchical_prior(old)?;
    let segments = &memory.held_out.candidates[0];
    let by_fold = judges(old, quick, segments, &prior, &|_| true)?;
    let for_new = fit_judge(old, quick, segments, &prior, &|_| true)?;
    let fitted = Fitted::fit(old, quick, &|_| true)?;
    let strangers = |i: usize| extended.added.contains(&i) && !extended.joined.contains(&i);
    let scores = fitted.score(&extended.corpus, &strangers)?;
    let candidate = memory.header.candidate.min(scores.candidates.len() - 1);
    let old_scores = extended.old_scores(memory);
    let recorded = extended.corpus.n_recorded();
    let judged = |i: usize| {
        let own = &old_scores.candidates[0][i];
        if i < extended.added.start && !own.is_empty() {
            let judge = by_fold[extended.corpus.recordings[i].fold].as_ref()?;
            return Some(judge.judge(own, &prior));
        }
        let own = &scores.candidates[candidate][i];
        (!own.is_empty() && i < recorded).then(|| for_new.judge(own, &prior))
    };
    Ok((0..extended.corpus.recordings.len()).map(judged).collect())
}
