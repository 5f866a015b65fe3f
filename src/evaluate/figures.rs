//! The figures of a protocol: what the card prints and the floors are compared with.

use super::bootstrap::Bootstrap;
use super::cllr::{cllr, cllr_min};
use super::confusion::Confusion;
use super::coverage::coverage;
use super::error::MetricError;
use super::interval::{clopper_pearson, Interval};
use super::roc::{at_false_alarm_rate, auc};
use crate::model::decide::level;
use crate::model::header::LabelInfo;
use crate::model::judge::Judgement;
use crate::model::likelihood_ratio::raw_log10_lr;
use crate::model::prior::Prior;
use crate::model::taxonomy::{place, MILITARY};
use crate::train::corpus::Corpus;
use serde::{Deserialize, Serialize};

/// Confidence of every interval.
const CONFIDENCE: f64 = 0.95;
/// Seed of the bootstrap over groups.
const BOOTSTRAP_SEED: u64 = 1;
/// Rate of false alarms at which recall is quoted.
const ALARM_RATE: f64 = 0.01;
/// Labels that are mistaken for drones.
const CONFUSERS: [&str; 4] = ["engine", "helicopter", "aeroplane", "siren"];

/// A share of recordings with its interval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Recordings that count.
    pub hits: usize,
    /// Recordings in all.
    pub n: usize,
    /// `hits / n`; 0 for none.
    pub share: f64,
    /// 95 % interval.
    pub low: f64,
    /// 95 % interval.
    pub high: f64,
}

impl Share {
    /// A share with its Clopper-Pearson interval.
    ///
    /// # Errors
    /// [`MetricError`] if there are more hits than recordings.
    pub fn new(hits: usize, n: usize) -> Result<Self, MetricError> {
        if n == 0 {
            return Ok(Self {
                hits,
                n,
                share: 0.0,
                low: 0.0,
                high: 1.0,
            });
        }
        let Interval { low, high } = clopper_pearson(hits, n, CONFIDENCE)?;
        Ok(Self {
            hits,
            n,
            share: hits as f64 / n as f64,
            low,
            high,
        })
    }
}

/// How well one label is told from the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelFigures {
    /// The label.
    pub label: String,
    /// Recordings whose best label is the true one.
    pub right: Share,
    /// Source groups.
    pub groups: usize,
    /// Area under the ROC curve of the log10 LR against all other recordings.
    pub auc: f64,
    /// Recall at 1 % false alarms.
    pub recall: Share,
    /// False alarms at that threshold.
    pub false_alarms: Share,
    /// Cost of the bounded log10 LRs; `None` where the label has none.
    pub cllr: Option<f64>,
    /// Its minimum, after the best monotone recalibration.
    pub cllr_min: Option<f64>,
    /// The same figures without recordings that may hold several (joined clips).
    pub without_joined: Option<Box<LabelFigures>>,
}

/// The figures of one protocol.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// What was held out, in words.
    pub protocol: String,
    /// Recordings judged.
    pub recordings: usize,
    /// Source groups.
    pub groups: usize,
    /// Labels in the order of `confusion`.
    pub labels: Vec<LabelFigures>,
    /// Mean over labels of the share of recordings that are right.
    pub balanced_accuracy: f64,
    /// Its 95 % interval by bootstrap over source groups.
    pub balanced_accuracy_interval: Option<[f64; 2]>,
    /// Recordings by true label (rows) and best label (columns).
    pub confusion: Vec<Vec<usize>>,
    /// Recordings whose prediction set holds the truth, all labels pooled.
    pub coverage: Share,
    /// Interval of the coverage by bootstrap over source groups.
    pub coverage_group_interval: Option<[f64; 2]>,
    /// Mean number of labels in a prediction set.
    pub mean_set_size: f64,
    /// Recordings of confusers answered as a munition or military drone (at any level).
    pub confusers: Share,
    /// The same, label by label.
    pub confusers_by_label: Vec<(String, Share)>,
    /// All negatives (not of a military label) answered as a munition or military drone.
    pub military_alarms: Share,
    /// How many answers stand on which level.
    pub decisions: Vec<(String, usize)>,
    /// Answers with the decision `signature` that name the true label.
    pub signatures_right: Share,
}

/// Computes the figures of `judgements`, one per recording of `corpus`.
///
/// # Errors
/// [`MetricError`] if a metric cannot be computed, for example for a label without recordings.
pub fn figures(
    protocol: &str,
    corpus: &Corpus,
    infos: &[LabelInfo],
    judgements: &[Judgement],
    prior: &Prior,
) -> Result<Figures, MetricError> {
    let truth: Vec<usize> = corpus.recordings.iter().map(|r| r.label).collect();
    let groups: Vec<usize> = corpus.recordings.iter().map(|r| r.group).collect();
    let best: Vec<usize> = judgements.iter().map(Judgement::best).collect();
    let n_labels = corpus.labels.len();
    let confusion = Confusion::new(&truth, &best, n_labels)?;
    let balanced = |picked: &[usize]| {
        let pick = |from: &[usize]| picked.iter().map(|&i| from[i]).collect::<Vec<_>>();
        Confusion::new(&pick(&truth), &pick(&best), n_labels)
            .ok()?
            .balanced_accuracy()
    };
    let interval = Bootstrap::default()
        .interval(&groups, &truth, balanced)
        .ok();
    let sets: Vec<Vec<usize>> = judgements
        .iter()
        .map(|j| j.prediction_set.clone())
        .collect();
    let covered = coverage(&sets, &truth, &groups, BOOTSTRAP_SEED)?;

    let answers: Vec<_> = judgements.iter().map(|j| level(infos, j)).collect();
    let alarmed = |i: usize| {
        answers[i]
            .label()
            .is_some_and(|l| place(&corpus.labels[l]).1 == MILITARY)
    };
    let alarms = |of: &dyn Fn(&str) -> bool| {
        let own: Vec<usize> = (0..truth.len())
            .filter(|&i| of(&corpus.labels[truth[i]]))
            .collect();
        Share::new(own.iter().filter(|&&i| alarmed(i)).count(), own.len())
    };
    let confusers_by_label = CONFUSERS
        .iter()
        .map(|&label| Ok((label.to_owned(), alarms(&|l| l == label)?)))
        .collect::<Result<_, MetricError>>()?;
    let named: Vec<usize> = (0..truth.len())
        .filter(|&i| answers[i].is_signature())
        .collect();
    let right = named
        .iter()
        .filter(|&&i| answers[i].label() == Some(truth[i]))
        .count();

    let all: Vec<usize> = (0..truth.len()).collect();
    let mut labels = Vec::new();
    for label in (0..n_labels).filter(|l| truth.contains(l)) {
        labels.push(label_figures(corpus, judgements, prior, label, &all)?);
    }
    Ok(Figures {
        protocol: protocol.to_owned(),
        recordings: truth.len(),
        groups: groups
            .iter()
            .collect::<std::collections::BTreeSet<_>>()
            .len(),
        labels,
        balanced_accuracy: confusion.balanced_accuracy().unwrap_or(0.0),
        balanced_accuracy_interval: interval.map(|i| [i.low, i.high]),
        confusion: confusion.counts().to_vec(),
        coverage: Share::new(covered.hits, covered.n)?,
        coverage_group_interval: covered.group_interval.map(|i| [i.low, i.high]),
        mean_set_size: covered.mean_size,
        confusers: alarms(&|l| CONFUSERS.contains(&l))?,
        confusers_by_label,
        military_alarms: alarms(&|l| place(l).1 != MILITARY)?,
        decisions: count_decisions(answers.iter().map(|a| a.name())),
        signatures_right: Share::new(right, named.len())?,
    })
}

/// A cost of log10 LRs: LRs, which side each is on, weights.
type Cost = fn(&[f64], &[bool], &[f64]) -> Result<f64, MetricError>;

fn label_figures(
    corpus: &Corpus,
    judgements: &[Judgement],
    prior: &Prior,
    label: usize,
    picked: &[usize],
) -> Result<LabelFigures, MetricError> {
    let is_label: Vec<bool> = picked
        .iter()
        .map(|&i| corpus.recordings[i].label == label)
        .collect();
    let raw =
        |&i: &usize| raw_log10_lr(&judgements[i].log_likelihoods, prior, label).unwrap_or(0.0);
    let scores: Vec<f64> = picked.iter().map(raw).collect();
    let point = at_false_alarm_rate(&scores, &is_label, ALARM_RATE)?;
    let own: Vec<usize> = picked
        .iter()
        .copied()
        .filter(|&i| corpus.recordings[i].label == label)
        .collect();
    let right = own
        .iter()
        .filter(|&&i| judgements[i].best() == label)
        .count();
    let bounded: Option<Vec<f64>> = picked
        .iter()
        .map(|&i| judgements[i].log10_lr[label])
        .collect();
    let cost = |of: Cost| {
        bounded
            .as_ref()
            .map(|lrs| of(lrs, &is_label, &[]))
            .transpose()
    };
    let single: Vec<usize> = picked
        .iter()
        .copied()
        .filter(|&i| !corpus.recordings[i].joined)
        .collect();
    let has_joined = own.iter().any(|&i| corpus.recordings[i].joined);
    let without_joined =
        has_joined.then(|| label_figures(corpus, judgements, prior, label, &single).map(Box::new));
    Ok(LabelFigures {
        label: corpus.labels[label].clone(),
        right: Share::new(right, own.len())?,
        groups: own
            .iter()
            .map(|&i| corpus.recordings[i].group)
            .collect::<std::collections::BTreeSet<_>>()
            .len(),
        auc: auc(&scores, &is_label)?,
        recall: Share::new(point.hits, point.n_positive)?,
        false_alarms: Share::new(point.false_alarms, point.n_negative)?,
        cllr: cost(cllr)?,
        cllr_min: cost(cllr_min)?,
        without_joined: without_joined.transpose()?,
    })
}

fn count_decisions(names: impl Iterator<Item = &'static str>) -> Vec<(String, usize)> {
    let mut counts: Vec<(String, usize)> = ["signature", "family", "class", "unknown"]
        .iter()
        .map(|n| ((*n).to_owned(), 0))
        .collect();
    for name in names {
        if let Some(count) = counts.iter_mut().find(|(n, _)| n == name) {
            count.1 += 1;
        }
    }
    counts
}
