//! Learns to tell munitions and military drones apart, and nothing else.

use super::corpus::Corpus;
use super::error::TrainError;
use super::fit::{row_weights, RenderedShares};
use super::recipe::Recipe;
use super::sample::Samples;
use super::standardise;
use crate::model::refined::Refiner;
use crate::model::scaler::Scaler;
use crate::model::taxonomy::MILITARY;
use linfa::DatasetBase;
use ndarray::{Array1, Axis};

/// What was rendered weighs as much as what was recorded: here rendered sound takes no detection of what is real away, and
/// where a label is known from recordings alone and the others from renders, the two would be told apart by that.
const ALIKE: RenderedShares = RenderedShares {
    beside: 1.0,
    alone: 1.0,
};

/// Fits the recipe's refiner on those of `rows` that are of a munition or military drone; `None` if the recipe has none, or
/// fewer than two of these labels are among the rows.
///
/// # Errors
/// [`TrainError`] if the learner cannot be fitted.
pub(super) fn fit_refiner(
    corpus: &Corpus,
    recipe: &Recipe,
    scaler: &Scaler,
    rows: &[usize],
) -> Result<Option<Refiner>, TrainError> {
    let Some(learner) = &recipe.refine else {
        return Ok(None);
    };
    let label_of = |row: usize| corpus.recordings[corpus.rows[row].recording].label;
    let is_military = |label: usize| corpus.place(&corpus.labels[label]).1 == MILITARY;
    let own = rows.iter().copied();
    let rows: Vec<usize> = own.filter(|&row| is_military(label_of(row))).collect();
    let heard = |label: &usize| rows.iter().any(|&row| label_of(row) == *label);
    let labels: Vec<usize> = (0..corpus.labels.len()).filter(heard).collect();
    if labels.len() < 2 {
        return Ok(None);
    }
    let place = |row: &usize| labels.partition_point(|label| *label < label_of(*row));
    let targets = Array1::from_iter(rows.iter().map(place));
    let data = DatasetBase::new(corpus.features.select(Axis(0), &rows), targets);
    let weights = row_weights(corpus, recipe, ALIKE, &rows);
    let mut data: Samples = data.with_weights(Array1::from(weights));
    standardise::apply(scaler, &mut data)?;
    let classifier = learner.fit(&data, labels.len(), recipe.seed)?;
    Ok(Some(Refiner { labels, classifier }))
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
        let mut recipe = Recipe::two_looks();
        recipe.refine = recipe.refine.filter(|_| refines);
        if let Some(LearnerSettings::Boosting { feature_share, .. }) =
            recipe.refine.as_mut().map(|learner| &mut learner.settings)
        {
            *feature_share = 1.0;
        }
        let data = DatasetBase::new(corpus.features.clone(), Array1::zeros(ROWS));
        let data: Samples = data.with_weights(Array1::ones(ROWS));
        let scaler = StandardiseParams::default().fit(&data).unwrap();
        let rows: Vec<usize> = (0..ROWS).collect();
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
            refiner.classifier.scores_into(&row, scratch, &mut out);
            assert!(out[label] > out[1 - label] + 1.0, "{second}: {out:?}");
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
