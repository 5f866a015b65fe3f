//! One fit of the recipe's learners on some of the recordings, and the scores of others.

use super::corpus::{Corpus, Origin};
use super::error::TrainError;
use super::recipe::Recipe;
use super::sample::Samples;
use super::standardise::{self, StandardiseParams};
use super::takes::{Row, Take};
use crate::model::classifier::{Blend, Classifier};
use crate::model::merged::Merged;
use crate::model::scaler::Scaler;
use crate::model::segments::{log_probabilities, BATCH};
use linfa::traits::Fit;
use linfa::DatasetBase;
use ndarray::{Array1, Axis};
use rayon::prelude::*;

/// A scaler and the learners that were fitted behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// Standardises rows.
    pub scaler: Scaler,
    /// One classifier per learner of the recipe.
    pub classifiers: Vec<Classifier>,
}

/// Log-probabilities per segment of each recording, for every candidate classifier.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SegmentScores {
    /// `[candidate][recording][segment][label]`; recordings that were not scored are empty.
    pub candidates: Vec<Vec<Vec<Vec<f32>>>>,
}

impl Fitted {
    /// Fits every learner of `recipe` on the recordings that `uses` picks.
    ///
    /// # Errors
    /// [`TrainError`] if a learner cannot be fitted.
    pub fn fit(
        corpus: &Corpus,
        recipe: &Recipe,
        uses: &dyn Fn(usize) -> bool,
    ) -> Result<Self, TrainError> {
        let rows: Vec<usize> = (0..corpus.rows.len())
            .filter(|&i| uses(corpus.rows[i].recording) && corpus.teaches(i))
            .collect();
        let n_labels = corpus.labels.len();
        let kinds = corpus.kinds();
        let targets = |of: &dyn Fn(Row) -> usize| -> Array1<usize> {
            rows.iter().map(|&i| of(corpus.rows[i])).collect()
        };
        let labels = targets(&|row| corpus.recordings[row.recording].label);
        let data = DatasetBase::new(corpus.features.select(Axis(0), &rows), labels.clone());
        let weights = row_weights(corpus, recipe, &rows);
        let mut data: Samples = data.with_weights(Array1::from(weights));
        let scaler = StandardiseParams::default().fit(&data)?;
        standardise::apply(&scaler, &mut data)?;
        let mut classifiers = Vec::new();
        for learner in &recipe.learners {
            classifiers.push(if learner.by_kind {
                data.targets = targets(&|row| match row.take {
                    // No kind of background: its label alone.
                    Take::Noise => corpus.recordings[row.recording].label,
                    _ => kinds.of_recording[row.recording],
                });
                let told_apart = learner.fit(&data, kinds.label_of.len(), recipe.seed)?;
                let merged = Merged::new(told_apart, kinds.label_of.clone(), n_labels)?;
                Classifier::Merged(merged)
            } else {
                data.targets.assign(&labels);
                learner.fit(&data, n_labels, recipe.seed)?
            });
        }
        Ok(Self {
            scaler,
            classifiers,
        })
    }

    /// The candidates of this fit: each classifier alone, then all of them averaged.
    ///
    /// # Errors
    /// [`TrainError::Unusable`] if the classifiers cannot be averaged.
    pub fn candidates(&self) -> Result<Vec<Classifier>, TrainError> {
        let mut candidates = self.classifiers.clone();
        if candidates.len() > 1 {
            let members = self.classifiers.iter().map(|c| (1.0, c.clone())).collect();
            candidates.push(Classifier::Blend(Blend::new(members)?));
        }
        Ok(candidates)
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
        let rows: Vec<usize> = (0..corpus.rows.len())
            .filter(|&i| corpus.rows[i].take == Take::AsItIs && wanted(corpus.rows[i].recording))
            .collect();
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

/// Every label weighs alike; within a label a group's segments share their weight as
/// `balance.group_power` says; copies weigh less than originals, and rendered clips as `rendered.weight` says
/// beside real recordings.
fn row_weights(corpus: &Corpus, recipe: &Recipe, rows: &[usize]) -> Vec<f32> {
    let base = |row: usize| match corpus.rows[row].take {
        Take::AsItIs | Take::Noise => 1.0,
        Take::Copy(_) => recipe.augmentation.weight,
    };
    let of = |row: usize| &corpus.recordings[corpus.rows[row].recording];
    let n_groups = corpus
        .recordings
        .iter()
        .map(|r| r.group + 1)
        .max()
        .unwrap_or(0);
    let n_labels = corpus.labels.len();
    let mut group_mass = vec![0.0f64; n_groups * n_labels];
    for &row in rows {
        group_mass[of(row).group * n_labels + of(row).label] += base(row);
    }
    let weight = |row: usize| {
        let mass = group_mass[of(row).group * n_labels + of(row).label];
        base(row) / mass.max(1e-9).powf(recipe.balance.group_power)
    };
    // Of each label, what was recorded and what was rendered.
    let mut mass = vec![[0.0f64; 2]; n_labels];
    let side = |row: usize| usize::from(of(row).origin == Origin::Rendered);
    for &row in rows {
        mass[of(row).label][side(row)] += weight(row);
    }
    let (beside, alone) = recipe
        .rendered
        .as_ref()
        .map_or((0.0, 1.0), |r| (r.weight, r.label_weight));
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
