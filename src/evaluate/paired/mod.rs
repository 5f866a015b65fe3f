//! Two models on the same recordings: what each gets right, and whether the difference could be chance.

mod statistics;
mod verdict;

use super::error::MetricError;
use super::figures::alarm::strength;
use super::roc::auc;
use crate::model::header::LabelInfo;
use crate::model::judge::Judgement;
use crate::model::prior::Prior;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

use statistics::{moved, Scored, Set};
pub use verdict::{Level, Told, Verdict, CHANCE, FEWEST_GROUPS, NOT_WORSE};

/// A probability of 0 for what is true costs as much as this.
const LEAST_PROBABILITY: f64 = 1e-4;
/// How much a label may lose in AUC.
pub const AUC_LOSS: f64 = 0.01;
/// How much the log loss may rise, natural: the truth gets 5 % less probability.
pub const LOG_LOSS_RISE: f64 = 0.05;
/// Most recordings listed on each side.
const LISTED: usize = 20;

/// The labels of a model and its prior.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The labels, in the order of its judgements.
    pub infos: &'a [LabelInfo],
    /// The prior of its judgements.
    pub prior: &'a Prior,
}

/// One recording judged by both.
#[derive(Debug, Clone)]
pub struct PairedCase {
    /// The recording.
    pub path: String,
    /// Its true label.
    pub label: String,
    /// Its source group.
    pub group: usize,
    /// Whether it is one of the new recordings.
    pub is_new: bool,
    /// What the first model made of it.
    pub a: Judgement,
    /// What the second made of it.
    pub b: Judgement,
}

/// A figure of both models and the difference, second minus first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Delta {
    /// The first model's.
    pub a: f64,
    /// The second model's.
    pub b: f64,
    /// `b - a`.
    pub difference: f64,
    /// 95 % interval of the difference, by bootstrap over source groups.
    pub interval: Option<[f64; 2]>,
}

/// How one label fares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelDelta {
    /// The label.
    pub label: String,
    /// Its recordings.
    pub recordings: usize,
    /// Their source groups.
    pub groups: usize,
    /// Recordings whose likeliest label is the true one, by the first model and the second.
    pub right: [usize; 2],
    /// Area under the ROC curve against all other labels; `None` where a model does not know the label, or nothing
    /// else was tested.
    pub auc: Option<Delta>,
    /// The second model's, where the first does not know the label.
    pub auc_of_b: Option<f64>,
    /// How likely chance alone lets the AUC fall as far, one-sided, before allowing for the number of labels; `None` where
    /// that cannot be told.
    #[serde(default)]
    pub chance: Option<f64>,
    /// What that comes to; [`Verdict::CannotTell`] in what was written before there were verdicts.
    #[serde(default)]
    pub verdict: Verdict,
}

/// A recording that is judged otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The recording.
    pub path: String,
    /// Its true label.
    pub label: String,
    /// The likeliest label by the first and the second model.
    pub said: [String; 2],
    /// Probability of the truth by the first and the second model.
    pub probability: [f64; 2],
    /// Whether it is one of the new recordings.
    pub is_new: bool,
}

/// Two models on the same recordings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Recordings judged by both.
    pub recordings: usize,
    /// Their source groups.
    pub groups: usize,
    /// Mean over labels of the share that is right, all labels equally likely beforehand.
    pub balanced_accuracy: Delta,
    /// The same over the labels that both models know.
    pub balanced_accuracy_common: Option<Delta>,
    /// Mean over labels of the log loss (natural) under the prior of the answers; lower is better.
    pub log_loss: Delta,
    /// Expected calibration error of the best label's probability: of the first and the second model.
    pub calibration_error: [f64; 2],
    /// What labels of enough source groups show together; `None` where there are none.
    #[serde(default)]
    pub told: Option<Told>,
    /// What the chances of labels are held against; `None` where none is judged.
    #[serde(default)]
    pub level: Option<Level>,
    /// Label by label.
    pub labels: Vec<LabelDelta>,
    /// Recordings that got better, the most first.
    pub better: Vec<Change>,
    /// Recordings that got worse, the most first.
    pub worse: Vec<Change>,
    /// How many got better and worse in all.
    pub moved: [usize; 2],
}

impl Comparison {
    /// Compares the judgements of two models; the strata of the bootstrap are the labels, for an AUC the label and
    /// all others.
    ///
    /// # Errors
    /// [`MetricError`] if there are no recordings.
    pub fn new(cases: &[PairedCase], a: Side, b: Side) -> Result<Self, MetricError> {
        let names: Vec<&str> = cases.iter().map(|c| c.label.as_str()).collect();
        let names: BTreeSet<&str> = names.into_iter().collect();
        let names: Vec<&str> = names.into_iter().collect();
        let place = |label: &str| names.iter().position(|n| *n == label).unwrap_or(0);
        let scored: Vec<Scored> = cases.iter().map(|c| Scored::new(c, place, a, b)).collect();
        let set = Set {
            groups: cases.iter().map(|c| c.group).collect(),
            strata: scored.iter().map(|s| s.label).collect(),
            scored,
            n_labels: names.len(),
        };
        let knows = |side: Side, name: &str| side.infos.iter().any(|l| l.label == name);
        let common: Vec<bool> = names.iter().map(|n| knows(a, n) && knows(b, n)).collect();
        let all = vec![true; names.len()];
        let balanced = |only: &[bool]| {
            set.delta(&set.strata, &|picked, side| {
                let kept = picked.iter().filter(|i| only[set.scored[**i].label]);
                set.balanced(kept, |s| f64::from(u8::from(s.right[side])))
            })
        };
        let log_loss = |only: &[bool]| {
            set.delta(&set.strata, &|picked, side| {
                let kept = picked.iter().filter(|i| only[set.scored[**i].label]);
                set.balanced(kept, |s| -s.truth[side].max(LEAST_PROBABILITY).ln())
            })
        };
        let labels = names.iter().enumerate().map(|(number, name)| {
            let own: Vec<usize> = (0..cases.len())
                .filter(|&i| set.scored[i].label == number)
                .collect();
            let groups: BTreeSet<usize> = own.iter().map(|&i| cases[i].group).collect();
            let right =
                [0, 1].map(|side| own.iter().filter(|&&i| set.scored[i].right[side]).count());
            let strengths = [(a, 0), (b, 1)].map(|(side, which)| {
                let label = side.infos.iter().position(|l| l.label == *name)?;
                let of = |c: &PairedCase| {
                    strength(if which == 0 { &c.a } else { &c.b }, side.prior, label)
                };
                Some(cases.iter().map(of).collect::<Vec<f64>>())
            });
            let area = |strengths: &[f64], picked: &[usize]| {
                let values: Vec<f64> = picked.iter().map(|&i| strengths[i]).collect();
                let own: Vec<bool> = picked
                    .iter()
                    .map(|&i| set.scored[i].label == number)
                    .collect();
                auc(&values, &own).ok()
            };
            let [of_a, of_b] = &strengths;
            // Other labels of one group each would never be resampled if they were strata.
            let strata = set.strata.iter().map(|s| usize::from(*s == number));
            let strata: Vec<usize> = strata.collect();
            LabelDelta {
                label: (*name).to_owned(),
                recordings: own.len(),
                groups: groups.len(),
                right,
                auc: of_a.as_ref().zip(of_b.as_ref()).and_then(|(of_a, of_b)| {
                    set.delta(&strata, &|picked, side| {
                        area(if side == 0 { of_a } else { of_b }, picked)
                    })
                    .ok()
                }),
                auc_of_b: match of_a {
                    Some(_) => None,
                    None => of_b
                        .as_ref()
                        .and_then(|of_b| area(of_b, &(0..cases.len()).collect::<Vec<_>>())),
                },
                chance: None,
                verdict: Verdict::CannotTell,
            }
        });
        let labels: Vec<LabelDelta> = labels.collect();
        let enough = labels.iter().map(|l| l.groups >= FEWEST_GROUPS);
        let enough: Vec<bool> = enough.zip(&common).map(|(e, c)| e && *c).collect();
        let told = || {
            enough.contains(&true).then_some(())?;
            Some(Told {
                labels: names
                    .iter()
                    .zip(&enough)
                    .filter(|(_, e)| **e)
                    .map(|(n, _)| (*n).to_owned())
                    .collect(),
                balanced_accuracy: balanced(&enough).ok()?,
                log_loss: log_loss(&enough).ok()?,
            })
        };
        let [better, worse] = moved(cases, &set.scored, a, b);
        let mut found = Self {
            recordings: cases.len(),
            groups: set.groups.iter().collect::<BTreeSet<_>>().len(),
            balanced_accuracy: balanced(&all)?,
            balanced_accuracy_common: match common.iter().all(|c| *c) {
                true => None,
                false => balanced(&common).ok(),
            },
            log_loss: log_loss(&all)?,
            calibration_error: [0, 1].map(|side| set.calibration_error(side)),
            told: told(),
            level: None,
            labels,
            moved: [better.len(), worse.len()],
            better: better.into_iter().take(LISTED).collect(),
            worse: worse.into_iter().take(LISTED).collect(),
        };
        found.judge_labels();
        Ok(found)
    }
}

#[cfg(test)]
mod tests;
