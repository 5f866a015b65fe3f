//! Which phase of flight is heard: level flight, or the dive.

use super::calibration::{log_sum_exp, Calibrator};
use super::classifier::Classifier;
use super::course::{features_of, CourseModel, N_FEATURES};
use super::pooling::{mean_scores, stretches};
use super::scaler::Scaler;
use super::scorer::{Scorer, ScorerError};
use super::segments::log_probabilities;
use serde::{Deserialize, Serialize};
use std::f64::consts::LN_2;

/// What a segment can be, in the order of the outputs.
pub const CLASSES: [&str; 3] = ["cruise", "dive", "neither"];
/// Output of level flight.
pub const CRUISE: usize = 0;
/// Output of the dive.
pub const DIVE: usize = 1;
/// Output of everything that is no munition or military drone.
pub const NEITHER: usize = 2;

/// Probability from which a phase is named.
const NAMED: f64 = 0.8;

/// Tells a dive from level flight, for recordings that hold a munition or military drone.
///
/// It is learnt and calibrated apart from the labels: what tells is a comb that climbs, or stands far above any
/// cruise, whichever airframe it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhaseModel {
    pub(crate) scaler: Scaler,
    pub(crate) classifier: Classifier,
    pub(crate) calibrator: Calibrator,
    /// Hears how the segments follow each other; without it, they decide by themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) course: Option<CourseModel>,
}

/// What is kept of a segment to tell the phase of its recording.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SegmentPhase {
    /// Log-probabilities of [`CLASSES`] by the segment alone.
    pub scores: [f32; CLASSES.len()],
    /// The features whose course tells.
    pub course: [f32; N_FEATURES],
}

/// What is heard of the phase in one recording.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PhaseJudgement {
    /// Probability of a dive where the recording holds a munition or military drone, either phase being as likely
    /// beforehand.
    pub dive: f64,
    /// Natural log of the LR of a dive against no munition or drone at all.
    pub dive_over_neither: f64,
}

impl PhaseJudgement {
    /// The phase, if either is likely enough to be named.
    pub fn named(&self) -> Option<&'static str> {
        if self.dive >= NAMED {
            Some(CLASSES[DIVE])
        } else if self.dive <= 1.0 - NAMED {
            Some(CLASSES[CRUISE])
        } else {
            None
        }
    }

    /// The likelier phase.
    pub fn likelier(&self) -> &'static str {
        CLASSES[if self.dive >= 0.5 { DIVE } else { CRUISE }]
    }

    /// Whether the sound is likelier a dive than level flight, and than none of both: whatever the label.
    pub fn sounds_like_a_dive(&self) -> bool {
        self.dive >= NAMED && self.dive_over_neither > 0.0
    }
}

impl PhaseModel {
    /// Hears measured segments (feature vectors).
    pub fn hear(&self, features: &[impl AsRef<[f32]>]) -> Vec<SegmentPhase> {
        hear(&self.scaler, &self.classifier, features)
    }

    /// What the segments of a recording amount to: "it dives" means "some stretch of 5 s is a dive", "it cruises" means that none
    /// is, and the rest may be level flight or anything else.
    pub fn judge(&self, segments: &[SegmentPhase]) -> PhaseJudgement {
        let odds = pooled_odds(&self.calibrator, segments);
        let dive_over_level = match &self.course {
            Some(course) => course.dive_odds(segments, odds.dive_over_level),
            None => odds.dive_over_level,
        };
        PhaseJudgement {
            dive: 1.0 / (1.0 + (-dive_over_level).exp()),
            dive_over_neither: odds.dive_over_neither,
        }
    }

    /// From which to which segment the dive is heard: the stretches that are likelier a dive than anything else, around
    /// the likeliest. `None` if there is no such stretch.
    pub fn dive(&self, segments: &[SegmentPhase]) -> Option<(usize, usize)> {
        let odds: Vec<f64> = segments
            .iter()
            .map(|segment| {
                let scores = segment.scores.map(f64::from);
                let l = self.calibrator.log_likelihoods(&scores);
                l[DIVE] - log_sum_exp(&[l[CRUISE], l[NEITHER]])
            })
            .collect();
        let peak = (0..odds.len()).max_by(|&a, &b| odds[a].total_cmp(&odds[b]))?;
        if odds[peak] <= 0.0 {
            return None;
        }
        let first = (0..peak).rev().take_while(|&i| odds[i] > 0.0).last();
        let last = (peak..odds.len()).take_while(|&i| odds[i] > 0.0).last();
        Some((first.unwrap_or(peak), last.unwrap_or(peak)))
    }

    /// Checks a loaded model.
    ///
    /// # Errors
    /// [`ScorerError`] with the first fault found.
    pub fn validate(&self, n_features: usize) -> Result<(), ScorerError> {
        self.scaler.validate(n_features)?;
        self.classifier.validate(n_features, CLASSES.len())?;
        super::scorer::check_size(
            "phase",
            "classes",
            self.classifier.n_labels(),
            CLASSES.len(),
        )?;
        self.calibrator.validate(CLASSES.len())?;
        self.course.as_ref().map_or(Ok(()), CourseModel::validate)
    }
}

/// Hears measured segments by a classifier of phases behind its scaler.
pub(crate) fn hear(
    scaler: &Scaler,
    classifier: &Classifier,
    features: &[impl AsRef<[f32]>],
) -> Vec<SegmentPhase> {
    let scores = log_probabilities(scaler, classifier, features);
    let segments = scores.iter().zip(features);
    segments
        .map(|(scores, features)| SegmentPhase {
            scores: std::array::from_fn(|class| scores[class]),
            course: features_of(features.as_ref()),
        })
        .collect()
}

/// Natural logs of the odds of a dive by the segments of a recording.
pub(crate) struct PooledOdds {
    /// Against level flight.
    pub(crate) dive_over_level: f64,
    /// Against no munition or drone at all.
    dive_over_neither: f64,
}

/// What the segments amount to by themselves.
///
/// As for labels, the LR of "some stretch is a dive" is the mean of the stretches' LRs: it does not grow with the length of
/// a recording that holds none.
pub(crate) fn pooled_odds(calibrator: &Calibrator, segments: &[SegmentPhase]) -> PooledOdds {
    let scores: Vec<Vec<f32>> = segments.iter().map(|s| s.scores.to_vec()).collect();
    let stretches: Vec<Vec<f64>> = stretches(&scores)
        .map(|s| calibrator.log_likelihoods(&mean_scores(s, CLASSES.len())))
        .collect();
    let mean_ratio = |of: &dyn Fn(&[f64]) -> f64| {
        let ratios: Vec<f64> = stretches.iter().map(|l| of(l)).collect();
        match ratios.is_empty() {
            true => 0.0,
            false => log_sum_exp(&ratios) - (ratios.len() as f64).ln(),
        }
    };
    PooledOdds {
        // Beside a dive, a stretch may be level flight, or the aircraft may not be heard.
        dive_over_level: mean_ratio(&|l| l[DIVE] - log_sum_exp(&[l[CRUISE], l[NEITHER]]) + LN_2),
        dive_over_neither: mean_ratio(&|l| l[DIVE] - l[NEITHER]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::linear::LinearModel;

    fn model() -> PhaseModel {
        PhaseModel {
            scaler: Scaler {
                lower: vec![-1e9],
                upper: vec![1e9],
                mean: vec![0.0],
                inverse_sd: vec![1.0],
            },
            classifier: Classifier::Linear(LinearModel {
                n_features: 1,
                weights: vec![0.0, 1.0, 0.0],
                bias: vec![0.0; 3],
            }),
            calibrator: Calibrator::identity(3),
            course: None,
        }
    }

    fn rows(p: &[[f32; 3]]) -> Vec<SegmentPhase> {
        let segment = |row: &[f32; 3]| SegmentPhase {
            scores: row.map(f32::ln),
            course: [0.0; N_FEATURES],
        };
        p.iter().map(segment).collect()
    }

    #[test]
    fn a_dive_at_the_end_of_a_long_cruise_is_found() {
        let mut p = vec![[0.9, 0.05, 0.05]; 12];
        p.extend([[0.01, 0.98, 0.01]; 5]);
        let found = model().judge(&rows(&p));
        assert_eq!(found.named(), Some("dive"), "{found:?}");
        assert!(found.sounds_like_a_dive());
        assert_eq!(model().dive(&rows(&p)), Some((12, 16)));
    }

    #[test]
    fn level_flight_and_a_street_are_no_dive() {
        let cruise = rows(&[[0.9, 0.05, 0.05]; 8]);
        assert_eq!(model().judge(&cruise).named(), Some("cruise"));
        assert_eq!(model().dive(&cruise), None);
        let street = rows(&[[0.01, 0.04, 0.95]; 8]);
        assert!(!model().judge(&street).sounds_like_a_dive());
        let doubt = rows(&[[0.4, 0.5, 0.1]; 8]);
        assert_eq!(model().judge(&doubt).named(), None);
    }

    #[test]
    fn a_model_of_other_classes_is_refused() {
        assert!(model().validate(1).is_ok());
        let mut two = model();
        two.calibrator = Calibrator::identity(2);
        assert!(two.validate(1).is_err());
    }
}
