//! How well one label is told from the rest.

use super::alarm::strength;
use super::share::Share;
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

/// Resampled sets from which the intervals of AUC and Cllr are taken.
const RESAMPLED: Bootstrap = Bootstrap {
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
    /// Recall at 1 % false alarms.
    pub recall: Share,
    /// False alarms at that threshold.
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
    /// Recordings of the label detected at the threshold of all recordings.
    pub recall: Share,
    /// Recordings of other labels alarmed at that threshold.
    pub false_alarms: Share,
}

impl OfFitness {
    /// `threshold` is a log10 LR without bounds; `None` if nothing may be detected.
    fn new(
        cases: &[&Case],
        strengths: &[f64],
        label: usize,
        threshold: Option<f64>,
        fitness: Fitness,
    ) -> Result<Self, MetricError> {
        let these = cases.iter().zip(strengths);
        let these = || these.clone().filter(|(c, _)| c.fitness == Some(fitness));
        let detected = |strength: f64| threshold.is_some_and(|least| strength >= least);
        let (own, others) = (
            || these().filter(|(c, _)| c.label == label),
            || these().filter(|(c, _)| c.label != label),
        );
        let group = |(c, _): &(&&Case, &f64)| c.group;
        Ok(Self {
            fitness,
            right: Share::of_groups(own(), group, |(c, _)| c.judgement.best() == label)?,
            recall: Share::of_groups(own(), group, |(_, strength)| detected(**strength))?,
            false_alarms: Share::of_groups(others(), group, |(_, strength)| detected(**strength))?,
        })
    }
}

impl Detection {
    /// Ranks recordings by their log10 LR; `None` where all or none are of the label. `groups` are their source groups, or
    /// empty: then there is no interval.
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
        Ok(Some(Self {
            auc: auc(strengths, is_label)?,
            auc_interval: interval.map(|i| [i.low, i.high]),
            recall: detected(true)?,
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
        let truth = cases.iter().map(|c| c.label).collect();
        let nothing = Array2::zeros((cases.len(), prior.probabilities().len()));
        let as_stated = Outcomes::new(nothing, truth, groups.clone())
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
        let by_fitness = known
            .into_iter()
            .map(|fitness| OfFitness::new(cases, &strengths, label, threshold, fitness))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            label: name.to_owned(),
            right: Share::of_groups(own(), |c| c.group, |c| c.judgement.best() == label)?,
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

/// A cost of log10 LRs: LRs, which side each is on, weights.
type Cost = fn(&[f64], &[bool], &[f64]) -> Result<f64, MetricError>;
