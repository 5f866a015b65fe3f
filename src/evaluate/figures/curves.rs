//! What the pictures of a card are drawn from.

use super::alarm::{class_strength, is_military, strength};
use super::label::labelled;
use super::Case;
use crate::evaluate::interval::Interval;
use crate::evaluate::probability::weighted_reliability;
use crate::model::header::LabelInfo;
use crate::model::prior::Prior;
use crate::train::likelihood_ratio::prior_weights;
use serde::{Deserialize, Serialize};

/// Bins of the reliability diagram.
const BINS: usize = 10;
/// Most points of a curve.
const POINTS: usize = 80;

/// Curves of one protocol.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Curves {
    /// Of each bin of the best label's probability: answers, mean probability stated, share that was right.
    pub reliability: Vec<(usize, f64, f64)>,
    /// 95 % intervals of those shares, bin by bin; empty in figures of models up to `earwitness-default-7`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reliability_intervals: Vec<[f64; 2]>,
    /// Whether means and shares are those of the mixture that the probabilities suppose ([`prior_weights`]): labels share as the prior
    /// weighs them, source groups of a label share alike. Else they are those of the recordings as they are, as in figures of models up
    /// to `earwitness-default-7`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reliability_at_prior: bool,
    /// ROC curves: of munitions and military drones as a whole, and of each label that has recordings.
    pub roc: Vec<Roc>,
}

/// A ROC curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Roc {
    /// What is detected.
    pub name: String,
    /// Positives and negatives.
    pub n: [usize; 2],
    /// Shares of false alarms and of detections, rising.
    pub points: Vec<[f64; 2]>,
}

impl Curves {
    /// The curves of `cases`.
    pub fn new(cases: &[Case], infos: &[LabelInfo], prior: &Prior) -> Self {
        let stated: Vec<f64> = cases
            .iter()
            .map(|c| c.judgement.probabilities[c.judgement.best()].clamp(0.0, 1.0))
            .collect();
        let right: Vec<bool> = cases
            .iter()
            .map(|c| c.judgement.best() == c.label)
            .collect();
        let groups: Vec<usize> = cases.iter().map(|c| c.group).collect();
        let weights = labelled(cases.iter(), prior)
            .map(|outcomes| prior_weights(&outcomes, prior))
            .unwrap_or_default();
        let bins = weighted_reliability(&stated, &right, &groups, &weights, BINS);
        let bins = bins.unwrap_or_default();
        let bins = bins.into_iter().filter_map(|b| {
            let Interval { low, high } = b.interval?;
            Some(((b.n, b.stated?, b.observed?), [low, high]))
        });
        let (bins, intervals) = bins.unzip();
        let military = curve(
            "munitions and military drones",
            cases.iter().map(|c| {
                let strength = class_strength(infos, &c.judgement, prior);
                (strength, is_military(infos, c.label))
            }),
        );
        let each = (0..infos.len()).filter_map(|label| {
            let scored = cases
                .iter()
                .map(|c| (strength(&c.judgement, prior, label), c.label == label));
            curve(&infos[label].label, scored)
        });
        Self {
            reliability: bins,
            reliability_intervals: intervals,
            reliability_at_prior: true,
            roc: military.into_iter().chain(each).collect(),
        }
    }
}

/// `None` where there is nothing to find, or nothing else.
fn curve(name: &str, scored: impl Iterator<Item = (f64, bool)>) -> Option<Roc> {
    let mut scored: Vec<(f64, bool)> = scored.collect();
    let positives = scored.iter().filter(|(_, own)| *own).count();
    let negatives = scored.len() - positives;
    if positives == 0 || negatives == 0 {
        return None;
    }
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut hits, mut alarms) = (0, 0);
    let mut points = vec![[0.0, 0.0]];
    for (place, (score, own)) in scored.iter().enumerate() {
        hits += usize::from(*own);
        alarms += usize::from(!own);
        // Equal scores are accepted or refused together.
        if scored.get(place + 1).is_none_or(|next| next.0 != *score) {
            points.push([
                alarms as f64 / negatives as f64,
                hits as f64 / positives as f64,
            ]);
        }
    }
    Some(Roc {
        name: name.to_owned(),
        n: [positives, negatives],
        points: thinned(points),
    })
}

/// Corners of the curve alone, and no more than [`POINTS`] of them.
fn thinned(points: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    let is_corner = |k: usize| {
        let Some(next) = points.get(k + 1) else {
            return true;
        };
        k == 0 || !(points[k - 1][0] == next[0] || points[k - 1][1] == next[1])
    };
    let corners: Vec<[f64; 2]> = (0..points.len())
        .filter(|&k| is_corner(k))
        .map(|k| points[k])
        .collect();
    let step = corners.len().div_ceil(POINTS);
    let last = corners.len() - 1;
    let kept = (0..corners.len()).filter(|k| k % step == 0 || *k == last);
    kept.map(|k| corners[k].map(|x| (x * 1e5).round() / 1e5))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{case, infos, judgement};
    use super::*;

    #[test]
    fn reliability_is_that_of_the_mixture_that_the_prior_supposes() {
        let prior =
            Prior::hierarchical(&[("a", "a", "a"), ("b", "b", "b"), ("c", "c", "c")]).unwrap();
        // Said with 0.65: backgrounds are always right, engines never; nine in ten recordings are backgrounds, of two sources.
        let mut cases: Vec<Case> = (0..9)
            .map(|i| Case {
                group: 10 + usize::from(i < 8),
                ..case(2, judgement([0.2, 0.15, 0.65], &[2]))
            })
            .collect();
        cases.push(case(1, judgement([0.2, 0.15, 0.65], &[2])));
        let curves = Curves::new(&cases, &infos(), &prior);
        assert!(curves.reliability_at_prior);
        let [(n, stated, seen)] = curves.reliability[..] else {
            panic!("{:?}", curves.reliability);
        };
        // Both labels weigh a third: half is right, not nine tenths.
        assert_eq!(n, 10);
        assert!((stated - 0.65).abs() < 1e-12 && (seen - 0.5).abs() < 1e-12);
        let [low, high] = curves.reliability_intervals[0];
        assert!(low < 0.15 && high > 0.85, "{low} {high}");
    }

    #[test]
    fn a_curve_goes_from_corner_to_corner() {
        let scored = [
            (4.0, true),
            (3.0, false),
            (2.0, true),
            (2.0, true),
            (1.0, false),
        ];
        let roc = curve("x", scored.into_iter()).unwrap();
        assert_eq!(roc.n, [3, 2]);
        let expected = [
            [0.0, 0.0],
            [0.0, 0.33333],
            [0.5, 0.33333],
            [0.5, 1.0],
            [1.0, 1.0],
        ];
        assert_eq!(roc.points, expected);
        assert!(curve("x", [(1.0, true)].into_iter()).is_none());
    }

    #[test]
    fn long_curves_are_thinned_and_keep_their_ends() {
        let points: Vec<[f64; 2]> = (0..=1000)
            .map(|k| [f64::from(k) / 1000.0, (f64::from(k) / 1000.0).sqrt()])
            .collect();
        let thin = thinned(points);
        assert!(thin.len() <= POINTS + 1);
        assert_eq!((thin[0], thin[thin.len() - 1]), ([0.0, 0.0], [1.0, 1.0]));
    }
}
