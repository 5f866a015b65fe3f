//! One fit of the recipe's learners on some of the recordings, and the scores of others.

use super::corpus::{Corpus, Origin};
use super::error::TrainError;
use super::recipe::Recipe;
use super::refine::fit_refiner;
use super::standardise::{self, StandardiseParams};
use super::takes::{Row, Take};
use crate::model::classifier::{Blend, Classifier};
use crate::model::merged::Merged;
use crate::model::refined::{Refined, Refiner};
use crate::model::scaler::Scaler;
use crate::model::segments::{log_probabilities, BATCH};
use linfa::traits::Fit;
use ndarray::Array1;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// A scaler and the learners that were fitted behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// Standardises rows.
    pub scaler: Scaler,
    /// One classifier per learner of the recipe.
    pub classifiers: Vec<Classifier>,
    /// The second look at munitions and military drones, if the recipe has one.
    pub refiner: Option<Refiner>,
}

/// Log-probabilities per segment of each recording, for every candidate classifier.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SegmentScores {
    /// `[candidate][recording][segment][label]`; recordings that were not scored are empty.
    pub candidates: Vec<Vec<Vec<Vec<f32>>>>,
}

impl Fitted {
    /// Fits every learner of `recipe` on the recordings that `uses` picks, and not on takes beneath which another is heard.
    ///
    /// # Errors
    /// [`TrainError`] if a learner cannot be fitted.
    pub fn fit(
        corpus: &Corpus,
        recipe: &Recipe,
        uses: &dyn Fn(usize) -> bool,
    ) -> Result<Self, TrainError> {
        let rows = corpus.rows_of(uses);
        let taught: Vec<usize> = rows.filter(|&i| corpus.teaches(i)).collect();
        let rows = heard_by_learners(corpus, recipe, &taught);
        let n_labels = corpus.labels.len();
        let kinds = corpus.kinds();
        let targets = |of: &dyn Fn(Row) -> usize| -> Array1<usize> {
            rows.iter().map(|&i| of(corpus.rows[i])).collect()
        };
        let labels = targets(&|row| corpus.recordings[row.recording].label);
        let shares = RenderedShares::of(recipe);
        let weights = row_weights(corpus, recipe, shares, &rows);
        let mut data = corpus.samples(&rows, labels.clone(), weights);
        let scaler = StandardiseParams::default().fit(&data)?;
        standardise::apply(&scaler, &mut data)?;
        let learn = || {
            let learners = recipe.learners.iter();
            let classifiers = learners.map(|learner| {
                if !learner.by_kind {
                    data.targets.assign(&labels);
                    return learner.fit(&data, n_labels, recipe.seed);
                }
                data.targets = targets(&|row| match row.take {
                    // No kind of background: its label alone.
                    Take::Noise => corpus.recordings[row.recording].label,
                    _ => kinds.of_recording[row.recording],
                });
                let told_apart = learner.fit(&data, kinds.label_of.len(), recipe.seed)?;
                let merged = Merged::new(told_apart, kinds.label_of.clone(), n_labels)?;
                Ok(Classifier::Merged(merged))
            });
            classifiers.collect::<Result<Vec<_>, TrainError>>()
        };
        // Boosting leaves a core idle between its rounds: the second look learns beside the first.
        let look_again = || fit_refiner(corpus, recipe, &scaler, &taught);
        let (classifiers, refiner) = rayon::join(learn, look_again);
        let (classifiers, refiner) = (classifiers?, refiner?);
        Ok(Self {
            scaler,
            classifiers,
            refiner,
        })
    }

    /// The candidates of this fit: each classifier alone, then all of them averaged; each with the refiner behind it.
    ///
    /// # Errors
    /// [`TrainError::Unusable`] if the classifiers cannot be averaged or refined.
    pub fn candidates(&self) -> Result<Vec<Classifier>, TrainError> {
        let mut candidates = self.classifiers.clone();
        if candidates.len() > 1 {
            let members = self.classifiers.iter().map(|c| (1.0, c.clone())).collect();
            candidates.push(Classifier::Blend(Blend::new(members)?));
        }
        let Some(refiner) = &self.refiner else {
            return Ok(candidates);
        };
        let refined = candidates.into_iter().map(|first| {
            let refined = Refined::new(first, refiner.clone())?;
            Ok(Classifier::Refined(refined))
        });
        refined.collect()
    }

    /// Scores the original segments of the recordings that `wanted` picks.
    ///
    /// # Errors
    /// As [`Fitted::candidates`].
    pub fn score(
        &self,
        corpus: &Corpus,
        wanted: &(dyn Fn(usize) -> bool + Sync),
    ) -> Result<SegmentScores, TrainError> {
        let rows = corpus.rows_as_they_are(wanted);
        let mut candidates = Vec::new();
        for classifier in self.candidates()? {
            let scored: Vec<Vec<Vec<f32>>> = rows
                .par_chunks(BATCH)
                .map(|rows| {
                    let rows: Vec<Vec<f32>> = rows
                        .iter()
                        .map(|&i| corpus.features.row(i).to_vec())
                        .collect();
                    log_probabilities(&self.scaler, &classifier, &rows)
                })
                .collect();
            let mut per_recording = vec![Vec::new(); corpus.recordings.len()];
            for (&i, scores) in rows.iter().zip(scored.into_iter().flatten()) {
                per_recording[corpus.rows[i].recording].push(scores);
            }
            candidates.push(per_recording);
        }
        Ok(SegmentScores { candidates })
    }
}

impl SegmentScores {
    /// The scores of the recordings that `wanted` picks.
    pub fn only(&self, wanted: impl Fn(usize) -> bool) -> Self {
        let mut scores = self.clone();
        for per_recording in &mut scores.candidates {
            for (i, segments) in per_recording.iter_mut().enumerate() {
                if !wanted(i) {
                    segments.clear();
                }
            }
        }
        scores
    }

    /// All of several that scored different recordings.
    pub fn merged(scores: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Self::default();
        scores.into_iter().for_each(|other| all.merge(other));
        all
    }

    /// Takes over the recordings that `other` has scored.
    pub fn merge(&mut self, other: SegmentScores) {
        if self.candidates.is_empty() {
            *self = other;
            return;
        }
        for (mine, theirs) in self.candidates.iter_mut().zip(other.candidates) {
            for (m, t) in mine.iter_mut().zip(theirs) {
                if !t.is_empty() {
                    *m = t;
                }
            }
        }
    }
}

/// Those of `rows` that the learners of labels hear.
fn heard_by_learners(corpus: &Corpus, recipe: &Recipe, rows: &[usize]) -> Vec<usize> {
    let most = recipe.rendered.as_ref().and_then(|r| r.learners_hear);
    let Some(most) = most else {
        return rows.to_vec();
    };
    let numbers = corpus.clip_numbers();
    let is_heard = |row: &usize| numbers[corpus.rows[*row].recording] < most;
    rows.iter().copied().filter(is_heard).collect()
}

/// What the rendered clips of a label weigh in all.
#[derive(Debug, Clone, Copy)]
pub(super) struct RenderedShares {
    /// Where its real recordings weigh 1.
    pub(super) beside: f64,
    /// Where it has none, and a label with recordings weighs 1.
    pub(super) alone: f64,
}

impl RenderedShares {
    pub(super) fn of(recipe: &Recipe) -> Self {
        let (beside, alone) = recipe
            .rendered
            .as_ref()
            .map_or((0.0, 1.0), |r| (r.weight, r.label_weight));
        Self { beside, alone }
    }
}

/// Every label weighs alike; within a label a group's segments share their weight as
/// `balance.group_power` says; copies weigh less than originals, and rendered clips as `shares` says.
pub(super) fn row_weights(
    corpus: &Corpus,
    recipe: &Recipe,
    shares: RenderedShares,
    rows: &[usize],
) -> Vec<f32> {
    let base = |row: usize| match corpus.rows[row].take {
        Take::AsItIs | Take::Noise => 1.0,
        Take::Copy(_) => recipe.augmentation.weight,
    };
    let of = |row: usize| &corpus.recordings[corpus.rows[row].recording];
    let n_labels = corpus.labels.len();
    let place = |row: usize| (of(row).group, of(row).label);
    let mut group_mass: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for &row in rows {
        *group_mass.entry(place(row)).or_default() += base(row);
    }
    let weight = |row: usize| {
        let mass = group_mass.get(&place(row)).copied().unwrap_or(0.0);
        base(row) / mass.max(1e-9).powf(recipe.balance.group_power)
    };
    // Of each label, what was recorded and what was rendered.
    let mut mass = vec![[0.0f64; 2]; n_labels];
    let side = |row: usize| usize::from(of(row).origin == Origin::Rendered);
    for &row in rows {
        mass[of(row).label][side(row)] += weight(row);
    }
    let RenderedShares { beside, alone } = shares;
    let share = |[recorded, rendered]: [f64; 2], side: usize| match (recorded > 0.0, rendered > 0.0)
    {
        (true, true) => [1.0, beside][side] / (1.0 + beside),
        (false, _) => alone,
        (true, false) => 1.0,
    };
    let scaled = |row: usize| {
        let mass = mass[of(row).label];
        weight(row) * share(mass, side(row)) / mass[side(row)].max(1e-12)
    };
    rows.iter()
        .map(|&row| scaled(row) as f32 * rows.len() as f32)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::corpus::Heard;
    use ndarray::Array2;

    #[test]
    fn learners_hear_the_first_clips_of_each_label_and_phase() {
        let rendered = |number: usize, phase: &str| Heard {
            origin: Origin::Rendered,
            note: phase.into(),
            ..Heard::plain(number, 1, number, 0)
        };
        let phases = ["cruise", "cruise", "dive", "cruise", "dive"];
        let clips = phases.iter().enumerate();
        let mut recordings: Vec<Heard> = (0..2).map(|n| Heard::plain(n, n, n, 0)).collect();
        recordings.extend(clips.map(|(n, phase)| rendered(n + 2, phase)));
        let rows: Vec<Row> = (0..recordings.len())
            .map(|recording| Row {
                recording,
                take: Take::AsItIs,
                beneath: None,
                start: 0,
            })
            .collect();
        let corpus = Corpus {
            labels: ["background", "shahed-136"].map(String::from).to_vec(),
            features: Array2::zeros((rows.len(), 1)),
            recordings,
            rows,
            joins: Vec::new(),
            left_out: Vec::new(),
            places: Default::default(),
        };
        assert_eq!(corpus.clip_numbers(), [0, 0, 0, 1, 0, 2, 1]);
        let mut recipe = Recipe::default_model().unwrap();
        let all: Vec<usize> = (0..7).collect();
        let mut heard = |most: Option<usize>| {
            if let Some(rendered) = &mut recipe.rendered {
                rendered.learners_hear = most;
            }
            heard_by_learners(&corpus, &recipe, &all)
        };
        assert_eq!(heard(Some(1)), [0, 1, 2, 4]);
        assert_eq!(heard(None), all);
    }
}
