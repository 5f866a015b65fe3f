//! Fits of the learner of phases without one fold, two or three, and the model that is learnt from what they hear.

use super::corpus::Corpus;
use super::course::fit_course;
use super::error::TrainError;
use super::held_out::Pick;
use super::phase::{calibrate, HeardPhases, PhaseFit};
use super::recipe::Recipe;
use crate::model::phase::PhaseModel;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Folds that a fit leaves out.
type Folds = BTreeSet<usize>;

/// What fits of the learner of phases hear of the folds that each leaves out.
///
/// All learn from one choice of recordings, so that nothing but the folds left out tells one from another: models of several
/// outer folds share them. Fits are dropped once they have heard, as trees are large and what they say is small.
pub struct PhaseFits<'a> {
    corpus: &'a Corpus,
    recipe: &'a Recipe,
    uses: Pick<'a>,
    /// `None` where a phase is missing among what is left.
    heard: BTreeMap<Folds, Option<HeardPhases>>,
}

impl<'a> PhaseFits<'a> {
    /// None as yet; they will learn from the recordings that `uses` picks.
    pub fn new(corpus: &'a Corpus, recipe: &'a Recipe, uses: Pick<'a>) -> Self {
        Self {
            corpus,
            recipe,
            uses,
            heard: BTreeMap::new(),
        }
    }

    /// Learns the phases without a fold, or from all; `None` as for [`PhaseFit::fit`].
    ///
    /// # Errors
    /// [`TrainError`] if a fit fails.
    pub fn model(&mut self, left_out: Option<usize>) -> Result<Option<PhaseModel>, TrainError> {
        let base = Folds::from_iter(left_out);
        let Some(fitted) = self.fit(&base)? else {
            return Ok(None);
        };
        let others = self.others(&base);
        let mut wanted: BTreeSet<Folds> = others.iter().map(|&j| and(&base, j)).collect();
        if self.recipe.course.is_some() {
            for &f in &others {
                let without = and(&base, f);
                wanted.extend(self.others(&without).iter().map(|&j| and(&without, j)));
            }
        }
        self.hear(wanted)?;
        let (corpus, recipe) = (self.corpus, self.recipe);
        let held_out = self.held_out(&base);
        let second = || {
            others
                .iter()
                .filter_map(|&f| Some((f, self.second(&base, f)?)))
        };
        let course = match &recipe.course {
            Some(learner) => {
                let second: Vec<_> = second().collect();
                fit_course(corpus, recipe, learner, &held_out, &second)?
            }
            None => None,
        };
        Ok(Some(PhaseModel {
            scaler: fitted.scaler,
            classifier: fitted.classifier,
            calibrator: calibrate(corpus, recipe, &held_out)?,
            course,
        }))
    }

    /// What is heard of each of the other folds by the fit that leaves out it, `fold` and `base`; `None` if one of these lacks
    /// a phase.
    pub(super) fn second(&self, base: &Folds, fold: usize) -> Option<HeardPhases> {
        let without = and(base, fold);
        let heard = |j: usize| self.heard.get(&and(&without, j))?.as_ref();
        let all = self
            .others(&without)
            .into_iter()
            .all(|j| heard(j).is_some());
        all.then(|| self.held_out(&without))
    }

    /// What is heard of each of the other folds by the fit that leaves out it as well.
    fn held_out(&self, base: &Folds) -> HeardPhases {
        let mut held_out = vec![Vec::new(); self.corpus.recordings.len()];
        for j in self.others(base) {
            let Some(Some(heard)) = self.heard.get(&and(base, j)) else {
                continue;
            };
            for i in (0..held_out.len()).filter(|&i| self.corpus.recordings[i].fold == j) {
                held_out[i].clone_from(&heard[i]);
            }
        }
        held_out
    }

    /// The folds in which something is learnt, but for these.
    fn others(&self, left_out: &Folds) -> Folds {
        let recordings = self.corpus.recordings.iter().enumerate();
        let used = recordings.filter(|(i, _)| (self.uses)(*i));
        let folds: Folds = used.map(|(_, own)| own.fold).collect();
        &folds - left_out
    }

    fn fit(&self, left_out: &Folds) -> Result<Option<PhaseFit>, TrainError> {
        let learns = |i: usize| (self.uses)(i) && !self.lies_in(i, left_out);
        PhaseFit::fit(self.corpus, self.recipe, &learns)
    }

    fn lies_in(&self, recording: usize, folds: &Folds) -> bool {
        folds.contains(&self.corpus.recordings[recording].fold)
    }

    /// Fits what has not been, no more at a time than there are folds, as each copies the features.
    fn hear(&mut self, wanted: BTreeSet<Folds>) -> Result<(), TrainError> {
        let new = wanted
            .into_iter()
            .filter(|set| !self.heard.contains_key(set));
        let new: Vec<Folds> = new.collect();
        for some in new.chunks(self.recipe.folds.max(1)) {
            let heard = some.par_iter().map(|set| {
                let wanted = |i: usize| (self.uses)(i) && self.lies_in(i, set);
                let fitted = self.fit(set)?;
                Ok((
                    set.clone(),
                    fitted.map(|fit| fit.hear(self.corpus, &wanted)),
                ))
            });
            let heard = heard.collect::<Result<Vec<_>, TrainError>>()?;
            self.heard.extend(heard);
        }
        Ok(())
    }
}

fn and(folds: &Folds, one: usize) -> Folds {
    folds.iter().copied().chain([one]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::phase::tests::{corpus, recipe};

    #[test]
    fn models_of_outer_folds_share_fits_and_are_as_if_they_did_not() {
        let (mut corpus, mut recipe) = (corpus(), recipe());
        recipe.folds = 4;
        for (number, heard) in corpus.recordings.iter_mut().enumerate() {
            heard.fold = number % recipe.folds;
        }
        let mut shared = PhaseFits::new(&corpus, &recipe, &|_| true);
        for fold in 0..recipe.folds {
            let alone = |i: usize| corpus.recordings[i].fold != fold;
            let mut alone = PhaseFits::new(&corpus, &recipe, &alone);
            let model = alone.model(None).unwrap();
            assert!(model.as_ref().unwrap().course.is_some());
            assert_eq!(shared.model(Some(fold)).unwrap(), model);
            // Nobody needs the fits without the fold in which nothing is learnt.
            assert_eq!(alone.heard.len(), 3 + 3);
        }
        // Pairs and threes of four folds.
        assert_eq!(shared.heard.len(), 6 + 4);
    }
}
