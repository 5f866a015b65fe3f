//! How well one label is told from the rest.

use super::alarm::strength;
use super::share::Share;
use super::threshold::Ranked;
use super::Case;
use crate::audio::Fitness;
use crate::evaluate::bootstrap::Bootstrap;
use crate::evaluate::cllr::{cllr, cllr_min};
use crate::evaluate::error::MetricError;
use crate::evaluate::roc::{at_false_alarm_rate, auc};
use crate::model::prior::Prior;
use crate::train::likelihood_ratio::hypothesis_weights;
use crate::train::outcomes::Outcomes;
use ndarray::Array2;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Rate of false alarms at which recall is quoted.
pub const ALARM_RATE: f64 = 0.01;

/// Resampled sets from which the intervals of AUC, Cllr and recall are taken.
pub(super) const RESAMPLED: Bootstrap = Bootstrap {
    replicates: 1000,
    confidence: 0.95,
    seed: 0,
};

/// How well one label is told from the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelFigures {
    /// The label.
    pub label: String,
    /// Recordings whose best label is the true one.
    pub right: Share,
    /// Recordings whose prediction set holds the label; `None` in figures of models up to `earwitness-default-7`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covered: Option<Share>,
    /// Source groups.
    pub groups: usize,
    /// How it is detected; `None` where all recordings are of this label.
    #[serde(flatten)]
    pub detection: Option<Detection>,
    /// Cost of the bounded log10 LRs where every recording counts, of whatever label and group: the other hypothesis is then the
    /// mixture of the recordings tested; `None` where the label has none.
    pub cllr: Option<f64>,
    /// 95 % interval of it by bootstrap over source groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cllr_interval: Option<[f64; 2]>,
    /// Its minimum, after the best monotone recalibration.
    pub cllr_min: Option<f64>,
    /// Cost under the hypotheses that the LR is of: source groups count once, and the other labels share as the prior weighs them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cllr_as_stated: Option<f64>,
    /// 95 % interval of it by bootstrap over source groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cllr_as_stated_interval: Option<[f64; 2]>,
    /// The same counts for recordings of each fitness, where that is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_fitness: Vec<OfFitness>,
    /// The same figures without recordings that may hold several (joined clips).
    pub without_joined: Option<Box<LabelFigures>>,
}

/// Detection of one label among recordings of all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Detection {
    /// Area under the ROC curve of the log10 LR against all other recordings.
    pub auc: f64,
    /// 95 % interval by bootstrap over source groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auc_interval: Option<[f64; 2]>,
    /// Recall at 1 % false alarms. Its interval allows for the threshold, which is found on the same recordings, being another with
    /// other source groups (in figures of models up to `earwitness-default-7` it does not).
    pub recall: Share,
    /// False alarms at that threshold: 1 % by construction, so that the interval, which takes the threshold as given, means nothing.
    pub false_alarms: Share,
    /// The threshold, as a log10 LR without bounds; `None` if any alarm would be one too many.
    pub threshold: Option<f64>,
}

/// How well a label is told among recordings of one fitness.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OfFitness {
    /// Their fitness.
    pub fitness: Fitness,
    /// Recordings of the label whose best label it is.
    pub right: Share,
    /// Recordings of the label detected at the threshold of all recordings. The interval allows for that threshold as that of
    /// [`Detection::recall`] does.
    pub recall: Share,
    /// Recordings of other labels alarmed at that threshold, with such an interval.
    pub false_alarms: Share,
}

impl OfFitness {
    /// One for each of `known`. `threshold` is a log10 LR without bounds; `None` if nothing may be detected.
    fn each(
        cases: &[&Case],
        ranked: &Ranked,
        label: usize,
        threshold: Option<f64>,
        known: BTreeSet<Fitness>,
    ) -> Result<Vec<Self>, MetricError> {
        let detected = |i: usize| threshold.is_some_and(|least| ranked.strengths[i] >= least);
        let is_of = |i: usize, fitness: Fitness, own: bool| {
            cases[i].fitness == Some(fitness) && (cases[i].label == label) == own
        };
        let share = |fitness: Fitness, own: bool, counts: &dyn Fn(usize) -> bool| {
            let of = (0..cases.len()).filter(|&i| is_of(i, fitness, own));
            Share::of_groups(of, |&i| cases[i].group, |&i| counts(i))
        };
        let mut shares = Vec::new();
        for &fitness in &known {
            for own in [true, false] {
                let picks = move |i: usize| is_of(i, fitness, own);
                shares.push((share(fitness, own, &detected)?, picks));
            }
        }
        let mut shares = ranked.allowing_for_threshold(shares).into_iter();
        let mut found = Vec::new();
        for fitness in known {
            if let (Some(recall), Some(false_alarms)) = (shares.next(), shares.next()) {
                found.push(Self {
                    fitness,
                    right: share(fitness, true, &|i| cases[i].judgement.best() == label)?,
                    recall,
                    false_alarms,
                });
            }
        }
        Ok(found)
    }
}

impl Detection {
    /// Ranks recordings by their log10 LR; `None` where all or none are of the label. `groups` are their source groups, or
    /// empty: then the AUC has no interval, and that of the recall takes the threshold as given and recordings for independent.
    ///
    /// # Errors
    /// [`MetricError`] if a log10 LR is not a number.
    pub fn new(
        strengths: &[f64],
        is_label: &[bool],
        groups: &[usize],
    ) -> Result<Option<Self>, MetricError> {
        if is_label.iter().all(|own| *own) || !is_label.contains(&true) {
            return Ok(None);
        }
        let strata: Vec<usize> = is_label.iter().map(|own| usize::from(*own)).collect();
        let area = |picked: &[usize]| {
            let (values, own): (Vec<f64>, Vec<bool>) =
                picked.iter().map(|&i| (strengths[i], is_label[i])).unzip();
            auc(&values, &own).ok()
        };
        let interval = RESAMPLED.interval(groups, &strata, area).ok();
        let point = at_false_alarm_rate(strengths, is_label, ALARM_RATE)?;
        let detected = |positive: bool| {
            let of = (0..strengths.len()).filter(|&i| is_label[i] == positive);
            // Without groups each is one of its own.
            let group = |&i: &usize| groups.get(i).copied().unwrap_or(i);
            Share::of_groups(of, group, |&i| strengths[i] >= point.threshold)
        };
        let ranked = Ranked {
            strengths,
            is_label,
            groups,
        };
        let recall = ranked.allowing_for_threshold(vec![(detected(true)?, |i: usize| is_label[i])]);
        Ok(Some(Self {
            auc: auc(strengths, is_label)?,
            auc_interval: interval.map(|i| [i.low, i.high]),
            // As many come back as were given.
            recall: recall.into_iter().next().unwrap_or(detected(true)?),
            false_alarms: detected(false)?,
            threshold: point.threshold.is_finite().then_some(point.threshold),
        }))
    }
}

impl LabelFigures {
    /// The figures of `label` over `cases`.
    ///
    /// # Errors
    /// [`MetricError`] if a metric cannot be computed.
    pub fn new(
        cases: &[&Case],
        prior: &Prior,
        label: usize,
        name: &str,
    ) -> Result<Self, MetricError> {
        let is_label: Vec<bool> = cases.iter().map(|c| c.label == label).collect();
        let strengths: Vec<f64> = cases
            .iter()
            .map(|c| strength(&c.judgement, prior, label))
            .collect();
        let groups: Vec<usize> = cases.iter().map(|c| c.group).collect();
        let detection = Detection::new(&strengths, &is_label, &groups)?;
        let own = || cases.iter().filter(|c| c.label == label);
        let bounded: Option<Vec<f64>> = cases.iter().map(|c| c.judgement.log10_lr[label]).collect();
        let bounded = bounded.filter(|_| detection.is_some());
        let cost = |of: Cost, weights: &[f64]| {
            let lrs = bounded.as_ref();
            lrs.map(|lrs| of(lrs, &is_label, weights)).transpose()
        };
        let interval = |weights: &[f64]| {
            let lrs = bounded.as_ref()?;
            let strata: Vec<usize> = is_label.iter().map(|own| usize::from(*own)).collect();
            let of_sample = |picked: &[usize]| {
                let (lrs, own): (Vec<f64>, Vec<bool>) =
                    picked.iter().map(|&i| (lrs[i], is_label[i])).unzip();
                let weights = picked.iter().filter_map(|&i| weights.get(i).copied());
                cllr(&lrs, &own, &weights.collect::<Vec<_>>()).ok()
            };
            let found = RESAMPLED.interval(&groups, &strata, of_sample).ok()?;
            Some([found.low, found.high])
        };
        let as_stated = labelled(cases.iter().copied(), prior)
            .map(|outcomes| hypothesis_weights(&outcomes, prior, label))
            .unwrap_or_default();
        let without_joined = if own().any(|c| c.joined) && own().any(|c| !c.joined) {
            let single: Vec<&Case> = cases.iter().copied().filter(|c| !c.joined).collect();
            Some(Box::new(Self::new(&single, prior, label, name)?))
        } else {
            None
        };
        let known: BTreeSet<Fitness> = cases.iter().filter_map(|c| c.fitness).collect();
        let threshold = detection.as_ref().and_then(|d| d.threshold);
        let ranked = Ranked {
            strengths: &strengths,
            is_label: &is_label,
            groups: &groups,
        };
        let by_fitness = OfFitness::each(cases, &ranked, label, threshold, known)?;
        Ok(Self {
            label: name.to_owned(),
            right: Share::of_groups(own(), |c| c.group, |c| c.judgement.best() == label)?,
            covered: Some(Share::of_groups(
                own(),
                |c| c.group,
                |c| c.judgement.prediction_set.contains(&label),
            )?),
            groups: own().map(|c| c.group).collect::<BTreeSet<_>>().len(),
            detection,
            cllr: cost(cllr, &[])?,
            cllr_interval: interval(&[]),
            cllr_min: cost(cllr_min, &[])?,
            cllr_as_stated: cost(cllr, &as_stated)?,
            cllr_as_stated_interval: interval(&as_stated),
            by_fitness,
            without_joined,
        })
    }
}

/// Labels and source groups of cases; what was said of them has no part in what they weigh. `None` without any.
pub(super) fn labelled<'a>(
    cases: impl Iterator<Item = &'a Case> + Clone,
    prior: &Prior,
) -> Option<Outcomes> {
    let truth: Vec<usize> = cases.clone().map(|c| c.label).collect();
    let nothing = Array2::zeros((truth.len(), prior.probabilities().len()));
    Outcomes::new(nothing, truth, cases.map(|c| c.group).collect()).ok()
}

/// A cost of log10 LRs: LRs, which side each is on, weights.
type Cost = fn(&[f64], &[bool], &[f64]) -> Result<f64, MetricError>;
