//! Learns the phase of a recording from the course of its segments.

use super::calibration::fit_calibrator;
use super::corpus::{Corpus, Origin};
use super::error::TrainError;
use super::learner::LearnerRecipe;
use super::outcomes::Outcomes;
use super::phase::{self, phase_between, phase_of, HeardPhases};
use super::recipe::Recipe;
use super::sample::Samples;
use super::standardise::{self, StandardiseParams};
use super::takes::Take;
use crate::features::SEGMENT_S;
use crate::model::calibration::Calibrator;
use crate::model::classifier::Classifier;
use crate::model::course::{both, course_odds, numbers, passages, CourseModel, N_NUMBERS};
use crate::model::phase::{pooled_odds, CLASSES, NEITHER};
use crate::model::scaler::Scaler;
use crate::SAMPLE_RATE;
use linfa::traits::Fit;
use linfa::DatasetBase;
use ndarray::{Array1, Array2};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// A recorded one weighs as much as all rendered ones of its class, shared among the recorded, but no more than so many times one of
/// these: there are two real dives.
const MOST_WEIGHT: f64 = 10.0;

/// A passage whose phase is known.
struct Passage {
    recording: usize,
    class: usize,
    numbers: Vec<f32>,
}

/// What judges the recordings of a fold, and has learnt nothing from it, not even by way of what it was fitted on.
#[derive(Debug, Clone, PartialEq)]
struct Apart {
    scaler: Scaler,
    classifier: Classifier,
    by_segments: Calibrator,
}

/// Learns the courses of the recordings that were heard (`[recording][segment]`, each by a model that did not know it), and
/// calibrates what they say together with the segments by themselves; `None` if one of the phases is not among the recordings.
///
/// `second` is what was heard of the others by models that knew neither them nor the fold. By `heard` alone the courses that a
/// fold is judged by would stem from models that had learnt it, and the calibration from sharper courses than it will meet.
///
/// # Errors
/// [`TrainError`] if a fit fails.
pub(super) fn fit_course(
    corpus: &Corpus,
    recipe: &Recipe,
    learner: &LearnerRecipe,
    heard: &HeardPhases,
    second: &[(usize, HeardPhases)],
) -> Result<Option<CourseModel>, TrainError> {
    let Some((scaler, classifier)) = fit_heard(corpus, recipe, learner, heard)? else {
        return Ok(None);
    };
    // What a model that does not know them says of the recordings that fly.
    let folds: Vec<Vec<(usize, usize, [f64; 2])>> = second
        .par_iter()
        .map(|(fold, others)| {
            let Some(apart) = learn_apart(corpus, recipe, learner, others)? else {
                return Ok(Vec::new());
            };
            let in_fold = |i: usize| corpus.recordings[i].fold == *fold;
            let own = (0..heard.len()).filter(|&i| in_fold(i) && !heard[i].is_empty());
            let flying = own.filter_map(|i| {
                let phase = phase_of(corpus, &corpus.recordings[i])?;
                (phase != NEITHER).then_some((i, phase))
            });
            let judged = flying.map(|(i, phase)| {
                let alone = pooled_odds(&apart.by_segments, &heard[i]).dive_over_level;
                let course = course_odds(&apart.scaler, &apart.classifier, &heard[i]);
                (i, phase, both(alone, course))
            });
            Ok(judged.collect())
        })
        .collect::<Result<_, TrainError>>()?;
    Ok(Some(CourseModel {
        scaler,
        classifier,
        calibrator: calibrate(corpus, recipe, &folds.concat())?,
    }))
}

/// `None` if a phase is missing.
fn learn_apart(
    corpus: &Corpus,
    recipe: &Recipe,
    learner: &LearnerRecipe,
    others: &HeardPhases,
) -> Result<Option<Apart>, TrainError> {
    let Some((scaler, classifier)) = fit_heard(corpus, recipe, learner, others)? else {
        return Ok(None);
    };
    Ok(Some(Apart {
        scaler,
        classifier,
        by_segments: phase::calibrate(corpus, recipe, others)?,
    }))
}

/// `None` if a phase is missing.
fn fit_heard(
    corpus: &Corpus,
    recipe: &Recipe,
    learner: &LearnerRecipe,
    heard: &HeardPhases,
) -> Result<Option<(Scaler, Classifier)>, TrainError> {
    let known = known_passages(corpus, heard);
    fit_passages(corpus, learner, recipe.seed, &known)
}

fn known_passages(corpus: &Corpus, heard: &HeardPhases) -> Vec<Passage> {
    let mut starts = vec![Vec::new(); corpus.recordings.len()];
    for row in corpus.rows.iter().filter(|row| row.take == Take::AsItIs) {
        starts[row.recording].push(row.start as f64 / f64::from(SAMPLE_RATE));
    }
    let of = |recording: usize| {
        let (segments, starts) = (&heard[recording], &starts[recording]);
        passages(segments.len())
            .filter_map(|passage| {
                let end_s = starts[passage.end - 1] + SEGMENT_S;
                let own = &corpus.recordings[recording];
                Some(Passage {
                    recording,
                    class: phase_between(corpus, own, starts[passage.start], end_s)?,
                    numbers: numbers(&segments[passage]),
                })
            })
            .collect::<Vec<_>>()
    };
    (0..heard.len()).into_par_iter().flat_map(of).collect()
}

/// `None` if a phase is missing.
fn fit_passages(
    corpus: &Corpus,
    learner: &LearnerRecipe,
    seed: u64,
    passages: &[Passage],
) -> Result<Option<(Scaler, Classifier)>, TrainError> {
    let has = |class: usize| passages.iter().any(|passage| passage.class == class);
    if !(0..CLASSES.len()).all(has) {
        return Ok(None);
    }
    let mut values = Array2::zeros((passages.len(), N_NUMBERS));
    for (mut row, passage) in values.rows_mut().into_iter().zip(passages) {
        row.assign(&ndarray::aview1(&passage.numbers));
    }
    let classes = passages.iter().map(|passage| passage.class);
    let data = DatasetBase::new(values, Array1::from_iter(classes));
    let mut data: Samples = data.with_weights(Array1::from(weights(corpus, passages)));
    let scaler = StandardiseParams::default().fit(&data)?;
    standardise::apply(&scaler, &mut data)?;
    let classifier = learner.fit(&data, CLASSES.len(), seed)?;
    Ok(Some((scaler, classifier)))
}

/// The classes weigh alike, and so do the recordings of one class and origin.
fn weights(corpus: &Corpus, passages: &[Passage]) -> Vec<f32> {
    let rendered = |recording: usize| corpus.recordings[recording].origin == Origin::Rendered;
    // How many passages of a class a recording has; in order, as sums of floats depend on it.
    let mut shared: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for passage in passages {
        *shared
            .entry((passage.recording, passage.class))
            .or_default() += 1;
    }
    let mut recordings = [[0usize; 2]; CLASSES.len()];
    for (recording, class) in shared.keys() {
        recordings[*class][usize::from(rendered(*recording))] += 1;
    }
    let of_recording = |recording: usize, class: usize| {
        let [recorded, all_rendered] = recordings[class].map(|n| n as f64);
        match rendered(recording) || all_rendered == 0.0 {
            true => 1.0,
            false => (all_rendered / recorded).min(MOST_WEIGHT),
        }
    };
    let mut mass = [0.0f64; CLASSES.len()];
    for (recording, class) in shared.keys() {
        mass[*class] += of_recording(*recording, *class);
    }
    let each = passages.len() as f64 / CLASSES.len() as f64;
    let weight = |passage: &Passage| {
        let Passage {
            recording, class, ..
        } = *passage;
        let own = of_recording(recording, class) / shared[&(recording, class)] as f64;
        (each * own / mass[class]) as f32
    };
    passages.iter().map(weight).collect()
}

/// Calibrates the log-probabilities of recordings of a known phase: (recording, phase, level flight and dive).
fn calibrate(
    corpus: &Corpus,
    recipe: &Recipe,
    judged: &[(usize, usize, [f64; 2])],
) -> Result<Calibrator, TrainError> {
    let flights = NEITHER;
    if (0..flights).any(|class| judged.iter().all(|(_, phase, _)| *phase != class)) {
        return Ok(Calibrator::identity(flights));
    }
    let scores = judged.iter().flat_map(|(_, _, scores)| *scores).collect();
    let outcomes = Outcomes::new(
        Array2::from_shape_vec((judged.len(), flights), scores).expect("two of each"),
        judged.iter().map(|(_, phase, _)| *phase).collect(),
        judged
            .iter()
            .map(|(i, ..)| corpus.recordings[*i].group)
            .collect(),
    )?;
    fit_calibrator(&outcomes, recipe.calibration)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Span;
    use crate::features::schema;
    use crate::model::phase::{CRUISE, DIVE};
    use crate::train::corpus::Heard;
    use crate::train::learner::LearnerSettings;
    use crate::train::phase::fit_phase;
    use crate::train::phase_fits::PhaseFits;
    use crate::train::takes::Row;

    const SEGMENTS: usize = 8;

    /// Recordings whose comb climbs (dives), falls (level flight) or stands still (sirens) through the same pitches: no segment by
    /// itself tells dives from level flight.
    fn corpus() -> Corpus {
        let labels = ["shahed-136", "siren"].map(String::from);
        let features = schema();
        let pitch = features.iter().position(|f| f.name == "comb.fundamental");
        let mut values = Array2::zeros((60 * SEGMENTS, features.len()));
        let (mut recordings, mut rows) = (Vec::new(), Vec::new());
        for number in 0..60 {
            let phase = number % 3;
            let span = Span {
                start_s: 0.0,
                end_s: SEGMENTS as f64 + 1.0,
                label: "shahed-136".into(),
                phase: Some(CLASSES[phase].into()),
            };
            recordings.push(Heard {
                seconds: span.end_s,
                spans: Vec::from_iter((phase != NEITHER).then_some(span)),
                ..Heard::plain(
                    number,
                    usize::from(phase == NEITHER),
                    number,
                    number / 3 % 3,
                )
            });
            for segment in 0..SEGMENTS {
                let step = match phase {
                    CRUISE => SEGMENTS - 1 - segment,
                    DIVE => segment,
                    _ => 20,
                };
                let at = rows.len();
                values[(at, pitch.unwrap())] = 7.0 + 0.1 * step as f32 + 0.01 * (number % 7) as f32;
                rows.push(Row {
                    recording: number,
                    take: Take::AsItIs,
                    beneath: None,
                    start: segment * SAMPLE_RATE as usize,
                });
            }
        }
        Corpus {
            labels: labels.to_vec(),
            recordings,
            features: values,
            rows,
            joins: Vec::new(),
            left_out: Vec::new(),
            places: Default::default(),
        }
    }

    fn recipe(course: bool) -> Recipe {
        let mut recipe = Recipe::default_model().unwrap();
        recipe.folds = 3;
        for learner in [&mut recipe.phase, &mut recipe.course] {
            if let Some(LearnerSettings::Boosting { rounds, .. }) =
                learner.as_mut().map(|learner| &mut learner.settings)
            {
                *rounds = 30;
            }
        }
        recipe.course = recipe.course.filter(|_| course);
        recipe
    }

    #[test]
    fn a_climb_through_the_pitches_of_a_fall_is_told_by_its_course_alone() {
        let corpus = corpus();
        let segments = corpus.segments_as_they_are();
        let named = |course: bool| -> Vec<Option<&str>> {
            let model = fit_phase(&corpus, &recipe(course), &|_| true);
            let model = model.unwrap().unwrap();
            let judge = |i: usize| model.judge(&model.hear(&segments[i])).named();
            (0..2).map(judge).collect()
        };
        assert_eq!(named(true), [Some("cruise"), Some("dive")]);
        assert_ne!(named(false), named(true));
    }

    /// What judges a fold where level flights and dives of another have changed places.
    fn apart(fold: usize, swapped: Option<usize>) -> Option<Apart> {
        let (mut corpus, recipe) = (corpus(), recipe(true));
        let own = |heard: &&mut Heard| Some(heard.fold) == swapped;
        for span in corpus
            .recordings
            .iter_mut()
            .filter(own)
            .flat_map(|heard| &mut heard.spans)
        {
            let was = CLASSES
                .iter()
                .position(|c| span.phase.as_deref() == Some(c));
            span.phase = was.map(|phase| CLASSES[DIVE - phase].into());
        }
        let mut fits = PhaseFits::new(&corpus, &recipe, &|_| true);
        fits.model(None).unwrap()?;
        let others = fits.second(&Default::default(), fold)?;
        learn_apart(&corpus, &recipe, recipe.course.as_ref()?, &others).unwrap()
    }

    #[test]
    fn what_judges_a_fold_has_learnt_nothing_of_its_phases() {
        let bytes = |swapped| {
            let apart = apart(0, swapped).unwrap();
            serde_json::to_vec(&(apart.scaler, apart.classifier, apart.by_segments)).unwrap()
        };
        let as_it_is = bytes(None);
        assert_eq!(as_it_is, bytes(Some(0)));
        assert_ne!(as_it_is, bytes(Some(1)));
    }

    #[test]
    fn classes_and_their_recordings_weigh_alike() {
        let mut corpus = corpus();
        corpus.recordings[0].origin = Origin::Rendered;
        let passage = |recording: usize, class: usize| Passage {
            recording,
            class,
            numbers: Vec::new(),
        };
        // A rendered level flight of two passages and two recorded ones; two dives; two sirens.
        let passages = [
            passage(0, CRUISE),
            passage(0, CRUISE),
            passage(3, CRUISE),
            passage(6, CRUISE),
            passage(1, DIVE),
            passage(4, DIVE),
            passage(2, NEITHER),
            passage(5, NEITHER),
        ];
        let weights = weights(&corpus, &passages);
        let each = 8.0 / 3.0;
        let wanted = [0.25, 0.25, 0.25, 0.25, 0.5, 0.5, 0.5, 0.5].map(|share| share * each);
        for (got, want) in weights.iter().zip(wanted) {
            assert!((got - want).abs() < 1e-6, "{weights:?}");
        }
    }
}
