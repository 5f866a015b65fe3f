//! The model that comes of a training memory and new recordings.

use super::corpus::Progress;
use super::error::TrainError;
use super::extend::Extended;
use super::fit::Fitted;
use super::phase::fit_phase;
use super::recipe::Recipe;
use crate::features::{schema, FEATURE_VERSION};
use crate::model::header::Header;
use crate::model::judge::Judge;
use crate::model::store::{Model, Parts, FORMAT};

/// Fits `recipe` on all recordings, old and new. `judge` and `candidate` come from held-out recordings. What tells dives
/// from level flight is the base model's, unless the new recordings bring phases.
///
/// # Errors
/// [`TrainError`] if a part cannot be fitted or the parts contradict each other.
pub fn retrain(
    base: &Model,
    extended: &Extended,
    recipe: &Recipe,
    candidate: usize,
    judge: Judge,
    progress: Progress,
) -> Result<Model, TrainError> {
    let corpus = &extended.corpus;
    progress("fitting on all recordings", 4, 4);
    let fitted = Fitted::fit(corpus, recipe, &|_| true)?;
    let mut candidates = fitted.candidates()?;
    let parts = Parts {
        scaler: fitted.scaler,
        classifier: candidates.swap_remove(candidate),
        judge,
        phase: match extended.brings_phases {
            true => fit_phase(corpus, recipe, &|_| true)?,
            false => base.phase_model().cloned(),
        },
        memory: extended.known.clone(),
    };
    let header = Header {
        id: recipe.id.clone(),
        format: FORMAT,
        feature_version: FEATURE_VERSION,
        n_features: schema().len(),
        tool_version: env!("CARGO_PKG_VERSION").into(),
        seed: recipe.seed,
        labels: extended.label_infos(),
        recipe: recipe.to_toml(),
        learner: recipe.candidate_name(candidate),
        held_out: None,
    };
    Ok(Model::new(header, parts)?)
}
