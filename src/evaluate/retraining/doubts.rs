//! Labels that look swapped in a set that nothing was learnt from yet.

use super::folds::judges;
use crate::dataset::Manifest;
use crate::evaluate::protocols::EvaluateError;
use crate::model::judge::Judgement;
use crate::model::store::Model;
use crate::train::corpus::{Corpus, Progress};
use crate::train::extend::Extended;
use crate::train::held_out::{out_of_fold, Pick};
use crate::train::memory::Memory;
use crate::train::pipeline::hierarchical_prior;
use crate::train::recipe::Recipe;
use crate::train::suspect::{suspects, Suspect};

/// Recordings of `manifest` whose label is doubted by fits that never heard their source group: on them and the memory of a base,
/// or on them alone. No copies are made, and the recipe's quick fits are averaged.
///
/// # Errors
/// [`EvaluateError`] if there is too little to fit anything.
pub fn doubts(
    base: Option<(&Model, &Memory)>,
    manifest: &Manifest,
    progress: Progress,
) -> Result<Vec<Suspect>, EvaluateError> {
    let mut recipe = match base {
        Some((_, memory)) => memory.recipe()?,
        None => Recipe::default_model()?,
    };
    recipe.augmentation.max_copies = 0;
    recipe.rendered = None;
    recipe.phase = None;
    match base {
        Some((model, memory)) => {
            let extended = Extended::listen(memory, model, manifest, &recipe, progress)?;
            let certain = |i: usize| extended.is_certain(i);
            let is_new = |i: usize| extended.added.contains(&i) && certain(i);
            among(&extended.corpus, &recipe, &certain, &is_new, progress)
        }
        None => {
            let corpus = Corpus::listen(manifest, &recipe, progress)?;
            among(&corpus, &recipe, &|_| true, &|_| true, progress)
        }
    }
}

fn among(
    corpus: &Corpus,
    recipe: &Recipe,
    certain: Pick,
    wanted: &dyn Fn(usize) -> bool,
    progress: Progress,
) -> Result<Vec<Suspect>, EvaluateError> {
    progress("looking for swapped labels", 1, 1);
    let scores = out_of_fold(corpus, &recipe.quick(), certain)?;
    // All averaged comes last.
    let Some(segments) = scores.candidates.last() else {
        return Ok(Vec::new());
    };
    let prior = hierarchical_prior(corpus)?;
    let by_fold = judges(corpus, recipe, segments, &prior, certain)?;
    let judged = |i: usize| {
        let judge = by_fold[corpus.recordings[i].fold].as_ref()?;
        let is_heard = !segments[i].is_empty() && !corpus.is_rendered(i);
        is_heard.then(|| judge.judge(&segments[i], &prior))
    };
    let judgements: Vec<Option<Judgement>> = (0..corpus.recordings.len()).map(judged).collect();
    Ok(suspects(corpus, &judgements, wanted))
}
