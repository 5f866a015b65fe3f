//! The phase of a recording by the course of its segments.
//!
//! A segment lasts 2 s. That a comb has climbed for eight, or stands far above where it stood before, is in none of them:
//! it is in how one follows the other. Passages of up to 11 s are described by some numbers for each of a few features, and
//! a classifier of its own tells phases by these.

use super::calibration::{log_sum_exp, Calibrator};
use super::classifier::Classifier;
use super::phase::{SegmentPhase, CLASSES, CRUISE, DIVE, NEITHER};
use super::scaler::Scaler;
use super::scorer::{Scorer, ScorerError};
use super::segments::log_probabilities;
use crate::features;
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::sync::OnceLock;

/// The features whose course is described.
const FEATURES: [&str; N_FEATURES] = [
    "comb.fundamental",
    "comb.contrast_mean",
    "comb.lead",
    "comb.glide",
    "comb.wander",
    "comb.strong_orders",
    "shape.centroid_mean",
    "shape.flatness_mean",
    "dynamics.trend",
];
/// How many they are.
pub(super) const N_FEATURES: usize = 9;
const FUNDAMENTAL: usize = 0;
const CONTRAST: usize = 1;
const GLIDE: usize = 3;
const TREND: usize = 8;

/// Segments of a passage, one a second.
const PASSAGE: usize = 10;
/// Segments from the start of one passage to the start of the next.
const STEP: usize = 5;
/// Segments over which a rise or fall is looked for.
const STEEP: usize = 3;
/// Odds of a segment count no further than this, as in [`pooling`](super::pooling).
const MOST_ODDS: f32 = 9.2;
/// Least weight of a segment, whose comb may not stand out at all.
const LEAST_WEIGHT: f32 = 0.05;

/// Tells the phases of passages, and what that and the segments by themselves say together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CourseModel {
    pub(crate) scaler: Scaler,
    pub(crate) classifier: Classifier,
    /// Of level flight and dive, on the mean of both log-odds.
    pub(crate) calibrator: Calibrator,
}

impl CourseModel {
    /// Natural log of the odds of a dive against level flight by all that is known: `by_segments` are those by the segments
    /// by themselves.
    pub(super) fn dive_odds(&self, segments: &[SegmentPhase], by_segments: f64) -> f64 {
        let by_course = course_odds(&self.scaler, &self.classifier, segments);
        let l = self
            .calibrator
            .log_likelihoods(&both(by_segments, by_course));
        l[DIVE] - l[CRUISE]
    }

    pub(super) fn validate(&self) -> Result<(), ScorerError> {
        self.scaler.validate(N_NUMBERS)?;
        self.classifier.validate(N_NUMBERS, CLASSES.len())?;
        super::scorer::check_size(
            "course",
            "classes",
            self.classifier.n_labels(),
            CLASSES.len(),
        )?;
        self.calibrator.validate(2)
    }
}

/// Log-probabilities of level flight and dive by the mean of two log-odds of a dive: what is calibrated.
pub(crate) fn both(by_segments: f64, by_course: f64) -> [f64; 2] {
    let odds = 0.5 * (by_segments + by_course);
    [CRUISE, DIVE].map(|class| {
        let side = if class == DIVE { -odds } else { odds };
        -log_sum_exp(&[0.0, side])
    })
}

/// Log-odds of a dive against level flight by the passages of a recording: as for segments, the mean of their odds.
pub(crate) fn course_odds(
    scaler: &Scaler,
    classifier: &Classifier,
    segments: &[SegmentPhase],
) -> f64 {
    let passages: Vec<Vec<f32>> = passages(segments.len())
        .map(|passage| numbers(&segments[passage]))
        .collect();
    let odds: Vec<f64> = log_probabilities(scaler, classifier, &passages)
        .iter()
        .map(|row| f64::from((row[DIVE] - row[CRUISE]).clamp(-MOST_ODDS, MOST_ODDS)))
        .collect();
    match odds.is_empty() {
        true => 0.0,
        false => log_sum_exp(&odds) - (odds.len() as f64).ln(),
    }
}

/// The passages of a recording of so many segments.
pub(crate) fn passages(segments: usize) -> impl Iterator<Item = Range<usize>> {
    let last = segments.saturating_sub(PASSAGE);
    let starts = (0..last)
        .step_by(STEP)
        .chain((segments > 0).then_some(last));
    starts.map(move |start| start..segments.min(start + PASSAGE))
}

/// The values of [`FEATURES`] in a feature vector; what it does not hold is no number.
pub(super) fn features_of(vector: &[f32]) -> [f32; N_FEATURES] {
    static PLACES: OnceLock<[usize; N_FEATURES]> = OnceLock::new();
    let places = PLACES.get_or_init(|| {
        let schema = features::schema();
        let place = |name: &str| schema.iter().position(|info| info.name == name);
        FEATURES.map(|name| place(name).unwrap_or(usize::MAX))
    });
    places.map(|place| vector.get(place).copied().unwrap_or(f32::NAN))
}

/// How many numbers describe the course of one value.
const N_COURSE: usize = 11;
/// How many numbers describe a passage.
pub(crate) const N_NUMBERS: usize = N_COURSE * (N_FEATURES + 2 + 3) + 7;

/// Describes a passage: the courses of the features, of the odds of a dive and of level flight, of glide and trend added up, of
/// the fundamental with its leaps by octaves left out, and what stands out most.
pub(crate) fn numbers(passage: &[SegmentPhase]) -> Vec<f32> {
    let course_of = |feature: usize| -> Vec<f32> {
        let values = passage.iter().map(|segment| segment.course[feature]);
        values.collect()
    };
    let features: [Vec<f32>; N_FEATURES] = std::array::from_fn(course_of);
    let (pitch, contrast) = (&features[FUNDAMENTAL], &features[CONTRAST]);
    let (glide, trend) = (&features[GLIDE], &features[TREND]);

    let odds = |of: &dyn Fn([f64; 3]) -> f64| -> Vec<f32> {
        let of = |segment: &SegmentPhase| of(segment.scores.map(f64::from)) as f32;
        let odds = passage.iter().map(of);
        odds.map(|x| x.clamp(-MOST_ODDS, MOST_ODDS)).collect()
    };
    let dive = odds(&|l| l[DIVE] - log_sum_exp(&[l[CRUISE], l[NEITHER]]));
    let level = odds(&|l| l[CRUISE] - l[NEITHER]);
    let steps = std::iter::once(0.0).chain(pitch.windows(2).map(|pair| pair[1] - pair[0]));
    let within_an_octave: Vec<f32> = steps.map(|step| step - step.round()).collect();

    let mut numbers = Vec::with_capacity(N_NUMBERS);
    for values in features.iter().chain([&dive, &level]) {
        numbers.extend(course(values));
    }
    for steps in [glide, &within_an_octave, trend] {
        numbers.extend(course(&added_up(steps)));
    }
    let weights: Vec<f32> = contrast.iter().map(|c| c.max(LEAST_WEIGHT)).collect();
    let weighted = |values: &[f32]| {
        let products = weights.iter().zip(values).map(|(w, x)| w * x);
        products.sum::<f32>() / weights.iter().sum::<f32>()
    };
    let mut plainest: Vec<usize> = (0..passage.len()).collect();
    plainest.sort_by(|&a, &b| contrast[b].total_cmp(&contrast[a]));
    let plain = &plainest[..plainest.len().min(3)];
    let of_plain = |values: &[f32]| mean(plain.iter().map(|&at| values[at]));
    let at_the_end = contrast[contrast.len() - 1] - contrast[plainest[0]];
    let steps = passage.len().max(2) - 1;
    numbers.extend([
        weighted(pitch),
        weighted(glide),
        of_plain(pitch),
        of_plain(glide),
        at_the_end,
        plainest[0] as f32 / steps as f32,
        passage.len() as f32,
    ]);
    numbers
}

/// Describes how a value goes on, segment by segment: median, highest, lowest, first, last, last third less first third, median slope
/// (Theil-Sen), steepest rise and fall, highest less median, standard deviation.
fn course(values: &[f32]) -> [f32; N_COURSE] {
    let (first, last) = (values[0], values[values.len() - 1]);
    let highest = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let lowest = values.iter().copied().fold(f32::INFINITY, f32::min);
    let third = (values.len() / 3).max(1);
    let begins = mean(values[..third].iter().copied());
    let ends = mean(values[values.len() - third..].iter().copied());
    let (mut slopes, mut rise, mut fall) = (Vec::new(), 0.0f32, 0.0f32);
    for (a, from) in values.iter().enumerate() {
        for (steps, to) in values[a..].iter().enumerate().skip(1) {
            slopes.push((to - from) / steps as f32);
            if steps <= STEEP {
                rise = rise.max(to - from);
                fall = fall.max(from - to);
            }
        }
    }
    let middle = median(values.to_vec());
    let centre = mean(values.iter().copied());
    let spread = mean(values.iter().map(|x| (x - centre).powi(2))).sqrt();
    [
        middle,
        highest,
        lowest,
        first,
        last,
        ends - begins,
        median(slopes),
        rise,
        fall,
        highest - middle,
        spread,
    ]
}

fn added_up(steps: &[f32]) -> Vec<f32> {
    let mut sum = 0.0;
    let sums = steps.iter().map(|step| {
        sum += step;
        sum
    });
    sums.collect()
}

fn mean(values: impl ExactSizeIterator<Item = f32>) -> f32 {
    let number = values.len() as f32;
    values.sum::<f32>() / number
}

/// 0 of nothing.
fn median(mut values: Vec<f32>) -> f32 {
    values.sort_by(f32::total_cmp);
    match values.len() {
        0 => 0.0,
        n if n % 2 == 1 => values[n / 2],
        n => 0.5 * (values[n / 2 - 1] + values[n / 2]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_is_covered_by_passages_that_overlap() {
        let of = |segments: usize| -> Vec<(usize, usize)> {
            passages(segments).map(|p| (p.start, p.end)).collect()
        };
        assert!(of(0).is_empty());
        assert_eq!(of(1), [(0, 1)]);
        assert_eq!(of(10), [(0, 10)]);
        assert_eq!(of(13), [(0, 10), (3, 13)]);
        assert_eq!(of(21), [(0, 10), (5, 15), (10, 20), (11, 21)]);
    }

    #[test]
    fn the_course_of_a_climb() {
        let climb = course(&[1.0, 1.0, 1.0, 2.0, 3.0, 5.0]);
        let spread = (77.0f32 / 36.0).sqrt();
        let wanted = [1.5, 5.0, 1.0, 1.0, 5.0, 3.0, 0.8, 4.0, 0.0, 3.5, spread];
        for (got, want) in climb.iter().zip(wanted) {
            assert!((got - want).abs() < 1e-5, "{climb:?}");
        }
    }

    #[test]
    fn every_feature_is_in_the_schema_and_every_passage_has_all_its_numbers() {
        let vector: Vec<f32> = (0..features::schema().len()).map(|n| n as f32).collect();
        assert!(features_of(&vector).iter().all(|x| x.is_finite()));
        assert!(features_of(&[]).iter().all(|x| x.is_nan()));
        let segment = SegmentPhase {
            scores: [-0.1, -3.0, -4.0],
            course: features_of(&vector),
        };
        for length in [1, 2, 10] {
            let numbers = numbers(&vec![segment; length]);
            assert_eq!(numbers.len(), N_NUMBERS);
            assert!(numbers.iter().all(|x| x.is_finite()), "{length}");
        }
    }

    #[test]
    fn odds_by_segments_and_course_weigh_alike() {
        let [cruise, dive] = both(1.0, 3.0);
        assert!((dive - cruise - 2.0).abs() < 1e-12);
        assert!((cruise.exp() + dive.exp() - 1.0).abs() < 1e-12);
    }
}
