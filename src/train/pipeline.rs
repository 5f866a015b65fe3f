//! From labelled recordings to a model.

use super::corpus::{Corpus, Origin, Progress};
use super::error::TrainError;
use super::fit::Fitted;
use super::held_out::{choose, fit_judge, out_of_fold};
use super::phase::fit_phase;
use super::recipe::Recipe;
use crate::features::{schema, FEATURE_VERSION};
use crate::model::answer::Grade;
use crate::model::header::{Header, LabelInfo};
use crate::model::memory::TrainingMemory;
use crate::model::prior::Prior;
use crate::model::store::{Model, Parts, FORMAT};
use std::collections::BTreeSet;

/// Source groups from which a signature has reference grade A.
const GRADE_A_GROUPS: usize = 10;

/// Trains a model on everything in `corpus`; what needs held-out recordings (choice of the
/// classifier, calibration, bounds, prediction sets) comes from its folds.
///
/// # Errors
/// [`TrainError`] if a part cannot be fitted or the parts contradict each other.
pub fn train(corpus: &Corpus, recipe: &Recipe, progress: Progress) -> Result<Model, TrainError> {
    let everything = |_: usize| true;
    let steps = 3;
    progress("fitting on folds", 1, steps);
    let held_out = out_of_fold(corpus, recipe, &everything)?;
    progress("calibrating", 2, steps);
    let candidate = choose(corpus, recipe, &held_out, &everything)?;
    let labels = label_infos(corpus);
    let prior = hierarchical_prior(corpus)?;
    let judge = fit_judge(
        corpus,
        recipe,
        &held_out.candidates[candidate],
        &prior,
        &everything,
    )?;
    progress("fitting on all recordings", 3, steps);
    let fitted = Fitted::fit(corpus, recipe, &everything)?;
    let mut candidates = fitted.candidates()?;
    let parts = Parts {
        scaler: fitted.scaler,
        classifier: candidates.swap_remove(candidate),
        judge,
        phase: fit_phase(corpus, recipe, &everything)?,
        memory: known(corpus),
    };
    let header = Header {
        id: recipe.id.clone(),
        format: FORMAT,
        feature_version: FEATURE_VERSION,
        n_features: schema().len(),
        tool_version: env!("CARGO_PKG_VERSION").into(),
        seed: recipe.seed,
        labels,
        recipe: recipe.to_toml(),
        learner: recipe.candidate_name(candidate),
        held_out: None,
    };
    Ok(Model::new(header, parts)?)
}

/// What the real recordings of a corpus are known by.
pub fn known(corpus: &Corpus) -> TrainingMemory {
    let recorded = corpus.recordings.iter();
    let recorded = recorded.filter(|r| r.origin == Origin::Recorded);
    TrainingMemory::new(recorded.map(|r| (&r.sha256, &r.fingerprint)))
}

/// The hierarchical prior over the labels of a corpus.
///
/// # Errors
/// [`TrainError::Prior`] if the corpus has no labels.
pub fn hierarchical_prior(corpus: &Corpus) -> Result<Prior, TrainError> {
    let places: Vec<_> = corpus
        .labels
        .iter()
        .map(|label| {
            let (family, class) = corpus.place(label);
            (label.as_str(), family, class)
        })
        .collect();
    Ok(Prior::hierarchical(&places)?)
}

/// What each label of a corpus is learnt from.
pub fn label_infos(corpus: &Corpus) -> Vec<LabelInfo> {
    let infos = corpus.labels.iter().enumerate().map(|(number, label)| {
        let of = |origin| {
            let own = corpus.recordings.iter();
            own.filter(move |r| r.label == number && r.origin == origin)
        };
        let own = || of(Origin::Recorded);
        let groups = own().map(|r| r.group).collect::<BTreeSet<_>>().len();
        let sources = own().map(|r| r.source.clone()).collect::<BTreeSet<_>>();
        let (family, class) = corpus.place(label);
        LabelInfo {
            label: label.clone(),
            family: family.to_owned(),
            class: class.to_owned(),
            grade: match groups {
                0 => Grade::C,
                1..GRADE_A_GROUPS => Grade::B,
                _ => Grade::A,
            },
            rendered: of(Origin::Rendered).count(),
            recordings: own().count(),
            groups,
            sources: sources.into_iter().collect(),
            seconds: own().map(|r| r.seconds).sum(),
        }
    });
    infos.collect()
}
