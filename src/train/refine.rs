//! Learns a second look at munitions and military drones: whether a sound is of one of them, and of which.

use super::corpus::Corpus;
use super::error::TrainError;
use super::fit::{row_weights, RenderedShares};
use super::learner::LearnerRecipe;
use super::recipe::Recipe;
use super::standardise;
use crate::model::classifier::Classifier;
use crate::model::refined::Refiner;
use crate::model::scaler::Scaler;
use crate::taxonomy::MILITARY;
use ndarray::Array1;
use serde::{Deserialize, Serialize};

/// A second look at munitions and military drones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefineRecipe {
    /// Learns which of them it is, from nothing but them.
    pub which: LearnerRecipe,
    /// Learns whether it is one of them at all, and has half the say in that; if left out, the learners of labels decide it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whether: Option<WhetherRecipe>,
}

/// What learns whether a sound is of a munition or military drone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WhetherRecipe {
    /// What the clips of a label without real recordings weigh in all where a label with recordings weighs 1; above 0, to 10.
    pub label_weight: f64,
    /// The learner.
    #[serde(flatten)]
    pub learner: LearnerRecipe,
}

impl RefineRecipe {
    /// Its learners, to be changed.
    pub(super) fn learners_mut(&mut self) -> impl Iterator<Item = &mut LearnerRecipe> {
        let whether = self.whether.as_mut().map(|whether| &mut whether.learner);
        std::iter::once(&mut self.which).chain(whether)
    }
}

/// What was rendered weighs as much as what was recorded where airframes are told apart: rendered sound takes no detection of
/// what is real away there, and where a label is known from recordings alone and the others from renders, the two
/// would be told apart by that.
const ALIKE: RenderedShares = RenderedShares {
    beside: 1.0,
    alone: 1.0,
};

/// Fits the recipe's second look on `rows`; `None` if the recipe has none, or fewer than two labels of munitions and military
/// drones are among the rows.
///
/// # Errors
/// [`TrainError`] if a learner cannot be fitted.
pub(super) fn fit_refiner(
    corpus: &Corpus,
    recipe: &Recipe,
    scaler: &Scaler,
    rows: &[usize],
) -> Result<Option<Refiner>, TrainError> {
    let Some(refine) = &recipe.refine else {
        return Ok(None);
    };
    let label_of = |row: usize| corpus.recordings[corpus.rows[row].recording].label;
    let is_military = |row: usize| corpus.place(&corpus.labels[label_of(row)]).1 == MILITARY;
    let own = rows.iter().copied();
    let own: Vec<usize> = own.filter(|&row| is_military(row)).collect();
    let heard = |label: &usize| own.iter().any(|&row| label_of(row) == *label);
    let labels: Vec<usize> = (0..corpus.labels.len()).filter(heard).collect();
    if labels.len() < 2 {
        return Ok(None);
    }
    let fit = |learner: &LearnerRecipe,
               shares: RenderedShares,
               rows: &[usize],
               target: &dyn Fn(usize) -> usize,
               n_targets: usize|
     -> Result<Classifier, TrainError> {
        let targets = rows.iter().map(|&row| target(row)).collect::<Array1<_>>();
        let weights = row_weights(corpus, recipe, shares, rows);
        let mut data = corpus.samples(rows, targets, weights);
        standardise::apply(scaler, &mut data)?;
        learner.fit(&data, n_targets, recipe.seed)
    };
    let place = |row: usize| labels.partition_point(|&label| label < label_of(row));
    let which = fit(&refine.which, ALIKE, &own, &place, labels.len())?;
    let whether = refine.whether.as_ref().filter(|_| own.len() < rows.len());
    let whether = whether.map(|whether| {
        let shares = RenderedShares {
            alone: whether.label_weight,
            ..RenderedShares::of(recipe)
        };
        let target = |row: usize| usize::from(is_military(row));
        fit(&whether.learner, shares, rows, &target, 2)
    });
    Ok(Some(Refiner {
        which,
        whether: whether.transpose()?,
        labels,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::scorer::{Scorer, Scratch};
    use crate::train::corpus::Heard;
    use crate::train::learner::LearnerSettings;
    use crate::train::standardise::StandardiseParams;
    use crate::train::takes::{Row, Take};
    use linfa::traits::Fit;
    use ndarray::Array2;

    const ROWS: usize = 90;

    /// A row each of three labels in turn. Of its two features the first tells aircraft from background, the second says which
    /// aircraft it is, and of backgrounds it says nothing.
    fn corpus(labels: [&str; 3]) -> Corpus {
        let value = |(row, feature): (usize, usize)| {
            let scatter = (row * 7 % 13) as f32 / 13.0;
            match (feature, row % 3) {
                (0, label) => f32::from(label > 0) + 0.1 * scatter,
                (_, 0) => 2.0 * scatter,
                (_, label) => label as f32 + 0.2 * scatter,
            }
        };
        Corpus {
            labels: labels.map(String::from).to_vec(),
            recordings: (0..ROWS)
                .map(|n| Heard::plain(n, n % 3, n, n % 3))
                .collect(),
            features: Array2::from_shape_fn((ROWS, 2), value),
            rows: (0..ROWS)
                .map(|recording| Row {
                    recording,
                    take: Take::AsItIs,
                    beneath: None,
                    start: 0,
                })
                .collect(),
            joins: Vec::new(),
            left_out: Vec::new(),
            places: Default::default(),
        }
    }

    fn fit(labels: [&str; 3], refines: bool) -> (Scaler, Option<Refiner>) {
        let corpus = corpus(labels);
        let mut recipe = Recipe::default_model().unwrap();
        recipe.refine = recipe.refine.filter(|_| refines);
        let learners = recipe
            .refine
            .iter_mut()
            .flat_map(RefineRecipe::learners_mut);
        for learner in learners {
            if let LearnerSettings::Boosting { feature_share, .. } = &mut learner.settings {
                *feature_share = 1.0;
            }
        }
        let rows: Vec<usize> = (0..ROWS).collect();
        let data = corpus.samples(&rows, Array1::zeros(ROWS), vec![1.0; ROWS]);
        let scaler = StandardiseParams::default().fit(&data).unwrap();
        let refiner = fit_refiner(&corpus, &recipe, &scaler, &rows).unwrap();
        (scaler, refiner)
    }

    #[test]
    fn military_airframes_are_told_apart_by_what_tells_them_apart() {
        let (scaler, refiner) = fit(["background", "harop", "shahed-136"], true);
        let refiner = refiner.unwrap();
        assert_eq!(refiner.labels, [1, 2]);
        for (second, label) in [(1.1, 0), (2.1, 1)] {
            let (mut row, mut out) = ([0.0; 2], [0.0; 2]);
            scaler.apply_into(&[1.05, second], &mut row);
            let scratch = &mut Scratch::default();
            refiner.which.scores_into(&row, scratch, &mut out);
            assert!(out[label] > out[1 - label] + 1.0, "{second}: {out:?}");
        }
    }

    #[test]
    fn whether_it_is_one_at_all_is_learnt_beside_that() {
        let (scaler, refiner) = fit(["background", "harop", "shahed-136"], true);
        let whether = refiner.unwrap().whether.unwrap();
        for (first, yes) in [(0.05, 0), (1.05, 1)] {
            let (mut row, mut out) = ([0.0; 2], [0.0; 2]);
            scaler.apply_into(&[first, 1.1], &mut row);
            whether.scores_into(&row, &mut Scratch::default(), &mut out);
            assert!(out[yes] > out[1 - yes] + 1.0, "{first}: {out:?}");
        }
    }

    #[test]
    fn one_airframe_or_no_learner_leaves_nothing_to_tell_apart() {
        assert!(fit(["background", "engine", "shahed-136"], true)
            .1
            .is_none());
        assert!(fit(["background", "harop", "shahed-136"], false)
            .1
            .is_none());
    }
}
