//! Learns to tell a dive from level flight, from the stretches whose phase is known.

use super::calibration::fit_calibrator;
use super::corpus::{Corpus, Heard, Origin};
use super::error::TrainError;
use super::held_out::Pick;
use super::outcomes::Outcomes;
use super::phase_fits::PhaseFits;
use super::recipe::Recipe;
use super::standardise::{self, StandardiseParams};
use super::takes::Take;
use crate::features::SEGMENT_S;
use crate::model::calibration::Calibrator;
use crate::model::classifier::Classifier;
use crate::model::phase::{hear, PhaseModel, SegmentPhase, CLASSES, CRUISE, DIVE, NEITHER};
use crate::model::pooling::mean_scores;
use crate::model::scaler::Scaler;
use crate::model::segments::BATCH;
use crate::taxonomy::MILITARY;
use crate::SAMPLE_RATE;
use linfa::traits::Fit;
use ndarray::{Array1, Array2};
use rayon::prelude::*;

/// A segment has a phase if so much of it lies in a stretch of that phase.
const SHARE: f64 = 0.75;
/// A recording dives if it is known to for so long, s.
const SHORTEST_DIVE_S: f64 = 1.5;

/// A classifier of phases behind its scaler, not yet calibrated.
#[derive(Debug, Clone)]
pub struct PhaseFit {
    pub(super) scaler: Scaler,
    pub(super) classifier: Classifier,
}

/// What is heard of the segments of each recording, `[recording][segment]`; recordings that were not heard are empty.
pub type HeardPhases = Vec<Vec<SegmentPhase>>;

/// What a recording is as a whole, if it is known.
pub fn phase_of(corpus: &Corpus, recording: &Heard) -> Option<usize> {
    phase_between(corpus, recording, 0.0, recording.seconds)
}

/// What a recording is from `start_s` to `end_s`, if it is known.
pub(super) fn phase_between(
    corpus: &Corpus,
    recording: &Heard,
    start_s: f64,
    end_s: f64,
) -> Option<usize> {
    if !is_military(corpus, recording) {
        return Some(NEITHER);
    }
    let known = |phase: &str| -> f64 {
        let spans = recording.spans.iter();
        let own = spans.filter(|s| s.phase.as_deref() == Some(phase));
        own.map(|s| s.overlap_s(start_s, end_s)).sum()
    };
    if known(CLASSES[DIVE]) >= SHORTEST_DIVE_S {
        Some(DIVE)
    } else if known(CLASSES[DIVE]) <= 0.0 && known(CLASSES[CRUISE]) >= SHORTEST_DIVE_S {
        Some(CRUISE)
    } else {
        None
    }
}

fn is_military(corpus: &Corpus, recording: &Heard) -> bool {
    corpus.place(&corpus.labels[recording.label]).1 == MILITARY
}

/// What a row is, if it is known. Copies of drones are no help: their pitch has been changed.
fn phase_of_row(corpus: &Corpus, row: usize) -> Option<usize> {
    let teaches = corpus.teaches(row);
    let row = corpus.rows[row];
    let recording = &corpus.recordings[row.recording];
    if !is_military(corpus, recording) {
        return Some(NEITHER);
    }
    if row.take != Take::AsItIs || !teaches {
        return None;
    }
    let start_s = row.start as f64 / f64::from(SAMPLE_RATE);
    let enough = SHARE * SEGMENT_S;
    let span = recording
        .spans
        .iter()
        .find(|s| s.overlap_s(start_s, start_s + SEGMENT_S) >= enough)?;
    match span.phase.as_deref()? {
        phase if phase == CLASSES[DIVE] => Some(DIVE),
        phase if phase == CLASSES[CRUISE] => Some(CRUISE),
        _ => None,
    }
}

impl PhaseFit {
    /// Fits the recipe's learner of phases on the recordings that `uses` picks; `None` if the recipe has no such
    /// learner, or one of the phases is not among them.
    ///
    /// # Errors
    /// [`TrainError`] if the learner cannot be fitted.
    pub fn fit(
        corpus: &Corpus,
        recipe: &Recipe,
        uses: &dyn Fn(usize) -> bool,
    ) -> Result<Option<Self>, TrainError> {
        let Some(learner) = &recipe.phase else {
            return Ok(None);
        };
        let known: Vec<(usize, usize)> = corpus
            .rows_of(uses)
            .filter_map(|i| Some((i, phase_of_row(corpus, i)?)))
            .collect();
        if (0..CLASSES.len()).any(|class| known.iter().all(|(_, c)| *c != class)) {
            return Ok(None);
        }
        let (rows, classes): (Vec<usize>, Vec<usize>) = known.into_iter().unzip();
        let weights = weights(corpus, recipe, &rows, &classes);
        let mut data = corpus.samples(&rows, Array1::from(classes), weights);
        let scaler = StandardiseParams::default().fit(&data)?;
        standardise::apply(&scaler, &mut data)?;
        Ok(Some(Self {
            classifier: learner.fit(&data, CLASSES.len(), recipe.seed)?,
            scaler,
        }))
    }

    /// Hears the segments of the recordings that `wanted` picks, as they are.
    pub fn hear(&self, corpus: &Corpus, wanted: Pick) -> HeardPhases {
        let rows = corpus.rows_as_they_are(wanted);
        let heard: Vec<Vec<SegmentPhase>> = rows
            .par_chunks(BATCH)
            .map(|rows| {
                let features = rows.iter().map(|&i| corpus.features.row(i).to_vec());
                let features: Vec<Vec<f32>> = features.collect();
                hear(&self.scaler, &self.classifier, &features)
            })
            .collect();
        let mut phases = vec![Vec::new(); corpus.recordings.len()];
        for (&i, segment) in rows.iter().zip(heard.into_iter().flatten()) {
            phases[corpus.rows[i].recording].push(segment);
        }
        phases
    }
}

/// Learns the phases from the recordings that `uses` picks, calibrated on their folds; `None` as for
/// [`PhaseFit::fit`].
///
/// # Errors
/// [`TrainError`] if a fit fails.
pub fn fit_phase(
    corpus: &Corpus,
    recipe: &Recipe,
    uses: Pick,
) -> Result<Option<PhaseModel>, TrainError> {
    PhaseFits::new(corpus, recipe, uses).model(None)
}

/// Calibrates the scores of recordings of a known phase.
pub(super) fn calibrate(
    corpus: &Corpus,
    recipe: &Recipe,
    held_out: &HeardPhases,
) -> Result<Calibrator, TrainError> {
    let known: Vec<(usize, usize)> = (0..corpus.recordings.len())
        .filter(|&i| !held_out[i].is_empty())
        .filter_map(|i| Some((i, phase_of(corpus, &corpus.recordings[i])?)))
        .collect();
    if (0..CLASSES.len()).any(|class| known.iter().all(|(_, c)| *c != class)) {
        return Ok(Calibrator::identity(CLASSES.len()));
    }
    let mut scores = Array2::zeros((known.len(), CLASSES.len()));
    for (mut row, (i, _)) in scores.rows_mut().into_iter().zip(&known) {
        let segments: Vec<Vec<f32>> = held_out[*i].iter().map(|s| s.scores.to_vec()).collect();
        row.assign(&Array1::from(mean_scores(&segments, CLASSES.len())));
    }
    let groups = known.iter().map(|(i, _)| corpus.recordings[*i].group);
    let outcomes = Outcomes::new(
        scores,
        known.iter().map(|(_, class)| *class).collect(),
        groups.collect(),
    )?;
    fit_calibrator(&outcomes, recipe.calibration)
}

/// The three classes weigh alike; within one, what was recorded weighs as what was rendered, where there is both.
fn weights(corpus: &Corpus, recipe: &Recipe, rows: &[usize], classes: &[usize]) -> Vec<f32> {
    let base = |row: usize| match corpus.rows[row].take {
        Take::AsItIs | Take::Noise => 1.0,
        Take::Copy(_) => recipe.augmentation.weight,
    };
    let side = |row: usize| {
        let recording = &corpus.recordings[corpus.rows[row].recording];
        usize::from(recording.origin == Origin::Rendered)
    };
    let mut mass = vec![[0.0f64; 2]; CLASSES.len()];
    for (&row, &class) in rows.iter().zip(classes) {
        mass[class][side(row)] += base(row);
    }
    let weight = |row: usize, class: usize| {
        let sides = mass[class].iter().filter(|m| **m > 0.0).count();
        base(row) / (mass[class][side(row)] * sides as f64)
    };
    let each = rows.iter().zip(classes);
    each.map(|(&row, &class)| weight(row, class) as f32 * rows.len() as f32)
        .collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::dataset::Span;
    use crate::train::learner::{LearnerRecipe, LearnerSettings};
    use crate::train::takes::Row;

    fn heard(label: usize, number: usize, spans: Vec<Span>) -> Heard {
        Heard {
            seconds: 8.0,
            spans,
            ..Heard::plain(number, label, number, number % 3)
        }
    }

    fn span(start_s: f64, end_s: f64, phase: &str) -> Span {
        Span {
            start_s,
            end_s,
            label: "shahed-136".into(),
            phase: Some(phase.into()),
        }
    }

    /// Recordings of 8 s: cruises at 0, dives from 4 s on at 4, sirens at -4; one feature, seven segments each.
    pub(in crate::train) fn corpus() -> Corpus {
        let mut corpus = Corpus {
            labels: ["shahed-136", "siren"].map(String::from).to_vec(),
            recordings: Vec::new(),
            features: Array2::zeros((0, 1)),
            rows: Vec::new(),
            joins: Vec::new(),
            left_out: Vec::new(),
            places: Default::default(),
        };
        let mut values = Vec::new();
        for number in 0..27 {
            let (label, spans) = match number / 9 {
                0 => (0, vec![span(0.0, 8.0, "cruise")]),
                1 => (0, vec![span(0.0, 4.0, "cruise"), span(4.0, 8.0, "dive")]),
                _ => (1, Vec::new()),
            };
            for segment in 0..7 {
                let base = match (number / 9, segment) {
                    (1, 4..) => 4.0,
                    (2, _) => -4.0,
                    _ => 0.0,
                };
                values.push(base + 0.1 * (number % 5) as f32);
                corpus.rows.push(Row {
                    recording: number,
                    take: Take::AsItIs,
                    beneath: None,
                    start: segment * SAMPLE_RATE as usize,
                });
            }
            corpus.recordings.push(heard(label, number, spans));
        }
        corpus.features = Array2::from_shape_vec((values.len(), 1), values).unwrap();
        corpus
    }

    pub(in crate::train) fn recipe() -> Recipe {
        let mut recipe = Recipe::default_model().unwrap();
        recipe.folds = 3;
        recipe.phase = Some(LearnerRecipe {
            by_kind: false,
            settings: LearnerSettings::Perceptron {
                hidden: vec![8],
                epochs: 60,
                weight_decay: 0.0,
                dropout: 0.0,
                input_dropout: 0.0,
                label_smoothing: 0.0,
                mixup: 0.0,
                networks: 1,
            },
        });
        recipe
    }

    #[test]
    fn a_segment_has_the_phase_of_the_stretch_it_lies_in() {
        let corpus = corpus();
        // The dive begins at 4 s: a segment from 2 s on lies in the cruise, one from 3 s on in neither.
        let phases: Vec<_> = (63..70).map(|row| phase_of_row(&corpus, row)).collect();
        let (c, d) = (Some(CRUISE), Some(DIVE));
        assert_eq!(phases, [c, c, c, None, d, d, d]);
        assert_eq!(phase_of(&corpus, &corpus.recordings[0]), c);
        assert_eq!(phase_of(&corpus, &corpus.recordings[9]), d);
        assert_eq!(phase_of(&corpus, &corpus.recordings[18]), Some(NEITHER));
        assert_eq!(phase_of(&corpus, &heard(0, 0, Vec::new())), None);
    }

    #[test]
    fn dives_are_learnt_and_told_from_cruise_and_sirens() {
        let corpus = corpus();
        let model = fit_phase(&corpus, &recipe(), &|_| true).unwrap().unwrap();
        let hear = |recording: usize| {
            let segments = &corpus.segments_as_they_are()[recording];
            model.judge(&model.hear(segments))
        };
        assert_eq!(hear(1).named(), Some("cruise"));
        assert_eq!(hear(10).named(), Some("dive"));
        assert!(hear(10).sounds_like_a_dive() && !hear(20).sounds_like_a_dive());
        let heard = model.hear(&corpus.segments_as_they_are()[10]);
        assert_eq!(model.dive(&heard), Some((4, 6)));
    }

    #[test]
    fn without_a_learner_or_without_dives_nothing_is_learnt() {
        let none = Recipe {
            phase: None,
            ..recipe()
        };
        let all = |_: usize| true;
        assert!(fit_phase(&corpus(), &none, &all).unwrap().is_none());
        let cruises_alone = |i: usize| !(9..18).contains(&i);
        let found = fit_phase(&corpus(), &recipe(), &cruises_alone).unwrap();
        assert!(found.is_none());
    }
}
