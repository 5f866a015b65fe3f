//! What two models got right of the same recordings, counted: figures with their differences, the recordings that
//! moved, and what is taken for what.

use super::{Change, Delta, PairedCase, Side, FEWEST_GROUPS};
use crate::evaluate::bootstrap::Bootstrap;
use crate::evaluate::error::MetricError;
use crate::evaluate::probability::{calibration_error, reliability};
use std::collections::{BTreeMap, BTreeSet};

/// Resampled sets for the intervals.
const REPLICATES: usize = 500;
/// Bins of stated probabilities.
const BINS: usize = 10;
/// How far the probability of the truth must move to be listed.
const MOVED: f64 = 0.1;

/// What is counted of a case.
pub(super) struct Scored {
    pub(super) label: usize,
    pub(super) right: [bool; 2],
    /// Probability of the truth.
    pub(super) truth: [f64; 2],
    /// Probability of the best label, and whether it is the truth.
    best: [(f64, bool); 2],
}

impl Scored {
    pub(super) fn new(case: &PairedCase, place: impl Fn(&str) -> usize, a: Side, b: Side) -> Self {
        let sides = [(&case.a, a), (&case.b, b)];
        let name = |side: Side, label: usize| side.infos[label].label == case.label;
        Self {
            label: place(&case.label),
            right: sides.map(|(j, side)| name(side, j.likeliest())),
            truth: sides.map(|(j, side)| {
                let own = side.infos.iter().position(|l| l.label == case.label);
                own.map_or(0.0, |l| j.probabilities[l])
            }),
            best: sides.map(|(j, side)| (j.probabilities[j.best()], name(side, j.best()))),
        }
    }
}

/// A statistic of the items picked, for the side 0 or 1.
pub(super) type Statistic<'a> = &'a (dyn Fn(&[usize], usize) -> Option<f64> + Sync);

pub(super) struct Set {
    pub(super) scored: Vec<Scored>,
    pub(super) groups: Vec<usize>,
    pub(super) strata: Vec<usize>,
    pub(super) n_labels: usize,
}

impl Set {
    /// The figure of both sides, with the interval of the difference where there are groups enough in all, drawn within
    /// `strata`.
    pub(super) fn delta(
        &self,
        strata: &[usize],
        statistic: Statistic,
    ) -> Result<Delta, MetricError> {
        let all: Vec<usize> = (0..self.scored.len()).collect();
        let undefined = MetricError::Undefined {
            metric: "comparison",
            needs: "recordings that both models can judge",
        };
        let (Some(a), Some(b)) = (statistic(&all, 0), statistic(&all, 1)) else {
            return Err(undefined);
        };
        let bootstrap = Bootstrap {
            replicates: REPLICATES,
            ..Bootstrap::default()
        };
        let groups: BTreeSet<usize> = self.groups.iter().copied().collect();
        let enough = groups.len() >= FEWEST_GROUPS;
        // Resampled, a handful would always be the same.
        let interval = || {
            bootstrap.interval(&self.groups, strata, |picked| {
                Some(statistic(picked, 1)? - statistic(picked, 0)?)
            })
        };
        Ok(Delta {
            a,
            b,
            difference: b - a,
            interval: enough
                .then(interval)
                .and_then(Result::ok)
                .map(|i| [i.low, i.high]),
        })
    }

    /// Mean over labels of the mean of `of`.
    pub(super) fn balanced<'a>(
        &self,
        picked: impl Iterator<Item = &'a usize>,
        of: impl Fn(&Scored) -> f64,
    ) -> Option<f64> {
        let mut sums = vec![(0.0, 0usize); self.n_labels];
        for &i in picked {
            let scored = &self.scored[i];
            sums[scored.label].0 += of(scored);
            sums[scored.label].1 += 1;
        }
        let means: Vec<f64> = sums
            .iter()
            .filter(|(_, n)| *n > 0)
            .map(|(sum, n)| sum / *n as f64)
            .collect();
        (!means.is_empty()).then(|| means.iter().sum::<f64>() / means.len() as f64)
    }

    pub(super) fn calibration_error(&self, side: usize) -> f64 {
        let (stated, hits): (Vec<f64>, Vec<bool>) =
            self.scored.iter().map(|s| s.best[side]).unzip();
        let stated: Vec<f64> = stated.iter().map(|p| p.clamp(0.0, 1.0)).collect();
        let bins = reliability::<usize>(&stated, &hits, &[], BINS);
        bins.ok()
            .and_then(|bins| calibration_error(&bins))
            .unwrap_or(0.0)
    }
}

/// Recordings whose truth became likelier, and less likely.
pub(super) fn moved(cases: &[PairedCase], scored: &[Scored], a: Side, b: Side) -> [Vec<Change>; 2] {
    let mut sides: [BTreeMap<(i64, usize), Change>; 2] = [BTreeMap::new(), BTreeMap::new()];
    for (i, (case, s)) in cases.iter().zip(scored).enumerate() {
        let step = s.truth[1] - s.truth[0];
        if step.abs() < MOVED && s.right[0] == s.right[1] {
            continue;
        }
        let got_better = match s.right[0] == s.right[1] {
            true => step > 0.0,
            false => s.right[1],
        };
        let change = Change {
            path: case.path.clone(),
            label: case.label.clone(),
            said: [
                a.infos[case.a.likeliest()].label.clone(),
                b.infos[case.b.likeliest()].label.clone(),
            ],
            probability: s.truth,
            is_new: case.is_new,
        };
        // New recordings first, then by how far they moved.
        let size = (step.abs() * 1e6) as i64 + if case.is_new { 10_000_000 } else { 0 };
        sides[usize::from(!got_better)].insert((-size, i), change);
    }
    sides.map(|side| side.into_values().collect())
}
