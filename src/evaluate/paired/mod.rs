//! Two models on the same recordings: what each gets right, and whether the difference could be chance.

mod statistics;

use super::error::MetricError;
use super::figures::alarm::strength;
use super::roc::auc;
use crate::model::header::LabelInfo;
use crate::model::judge::Judgement;
use crate::model::prior::Prior;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

use statistics::{moved, Scored, Set};

/// A probability of 0 for what is true costs as much as this.
const LEAST_PROBABILITY: f64 = 1e-4;
/// How much a label may lose in AUC.
pub const AUC_LOSS: f64 = 0.01;
/// How much the log loss may rise, natural: the truth gets 5 % less probability.
pub const LOG_LOSS_RISE: f64 = 0.05;
/// Fewest source groups that show anything about a difference.
pub const FEWEST_GROUPS: usize = 5;
/// What it means that [`Comparison::why_worse`] has no reason.
pub const NOT_WORSE: &str =
    "no loss beyond chance of balanced accuracy, of more than 0.05 in log loss, or of more than 0.01 in the AUC of a label";
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
    /// Compares the judgements of two models; the strata of the bootstrap are the labels.
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
        let balanced = |only: Vec<bool>| {
            set.delta(&|picked, side| {
                let kept = picked.iter().filter(|i| only[set.scored[**i].label]);
                set.balanced(kept, |s| f64::from(u8::from(s.right[side])))
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
            LabelDelta {
                label: (*name).to_owned(),
                recordings: own.len(),
                groups: groups.len(),
                right,
                auc: of_a.as_ref().zip(of_b.as_ref()).and_then(|(of_a, of_b)| {
                    set.delta(&|picked, side| area(if side == 0 { of_a } else { of_b }, picked))
                        .ok()
                }),
                auc_of_b: match of_a {
                    Some(_) => None,
                    None => of_b
                        .as_ref()
                        .and_then(|of_b| area(of_b, &(0..cases.len()).collect::<Vec<_>>())),
                },
            }
        });
        let labels: Vec<LabelDelta> = labels.collect();
        let [better, worse] = moved(cases, &set.scored, a, b);
        Ok(Self {
            recordings: cases.len(),
            groups: set.groups.iter().collect::<BTreeSet<_>>().len(),
            balanced_accuracy: balanced(vec![true; names.len()])?,
            balanced_accuracy_common: match common.iter().all(|c| *c) {
                true => None,
                false => balanced(common).ok(),
            },
            log_loss: set.delta(&|picked, side| {
                set.balanced(picked.iter(), |s| {
                    -s.truth[side].max(LEAST_PROBABILITY).ln()
                })
            })?,
            calibration_error: [0, 1].map(|side| set.calibration_error(side)),
            labels,
            moved: [better.len(), worse.len()],
            better: better.into_iter().take(LISTED).collect(),
            worse: worse.into_iter().take(LISTED).collect(),
        })
    }

    /// Why these recordings show no difference between the models, whatever the figures; `None` where they can.
    pub fn why_nothing_is_shown(&self) -> Option<String> {
        (self.groups < FEWEST_GROUPS).then(|| {
            format!(
                "it was compared on recordings of too few source groups to show anything: {} where {FEWEST_GROUPS} are needed",
                self.groups
            )
        })
    }

    /// Why the second model is worse than the first, or why nothing shows that it isn't, a sentence each; none if it isn't, as far
    /// as these recordings can tell.
    pub fn why_worse(&self) -> Vec<String> {
        if let Some(reason) = self.why_nothing_is_shown() {
            return vec![reason];
        }
        let mut reasons = Vec::new();
        let loss = &self.log_loss;
        if loss.difference > LOG_LOSS_RISE && loss.interval.is_none_or(|[low, _]| low > 0.0) {
            reasons.push(format!(
                "log loss rises from {:.3} to {:.3}",
                loss.a, loss.b
            ));
        }
        let balanced = match &self.balanced_accuracy_common {
            Some(common) => common,
            None => &self.balanced_accuracy,
        };
        if balanced.interval.is_some_and(|[_, high]| high < 0.0) {
            reasons.push(format!(
                "balanced accuracy falls from {:.3} to {:.3}",
                balanced.a, balanced.b
            ));
        }
        for label in &self.labels {
            let Some(auc) = &label.auc else { continue };
            if auc.difference < -AUC_LOSS && auc.interval.is_none_or(|[_, high]| high < 0.0) {
                reasons.push(format!(
                    "the AUC of {} falls from {:.3} to {:.3}",
                    label.label, auc.a, auc.b
                ));
            }
        }
        reasons
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::figures::testing::{infos, judgement};

    fn prior() -> Prior {
        Prior::hierarchical(&[("a", "a", "a"), ("b", "b", "b"), ("c", "c", "c")]).unwrap()
    }

    /// Twenty recordings of each of two labels, two to a group; the first model gets `wrong` of the engines wrong.
    fn cases(wrong: usize) -> Vec<PairedCase> {
        let good = [
            judgement([0.9, 0.05, 0.05], &[0]),
            judgement([0.05, 0.9, 0.05], &[1]),
        ];
        (0..40)
            .map(|i| PairedCase {
                path: format!("{i}.wav"),
                label: infos()[i / 20].label.clone(),
                group: i / 2,
                is_new: false,
                a: match i >= 20 && i - 20 < wrong {
                    true => good[0].clone(),
                    false => good[i / 20].clone(),
                },
                b: good[i / 20].clone(),
            })
            .collect()
    }

    fn compare(cases: &[PairedCase], turned: bool) -> Comparison {
        let (infos, prior) = (infos(), prior());
        let side = Side {
            infos: &infos,
            prior: &prior,
        };
        let mut cases = cases.to_vec();
        if turned {
            for case in &mut cases {
                std::mem::swap(&mut case.a, &mut case.b);
            }
        }
        Comparison::new(&cases, side, side).unwrap()
    }

    #[test]
    fn a_model_that_is_better_is_seen_to_be() {
        let found = compare(&cases(12), false);
        let balanced = &found.balanced_accuracy;
        assert!((balanced.difference - 0.3).abs() < 1e-9, "{balanced:?}");
        assert!(balanced.interval.unwrap()[0] > 0.0);
        assert_eq!(found.moved, [12, 0]);
        assert_eq!(found.better[0].said, ["harop", "engine"]);
        assert!(found.why_worse().is_empty());
        assert!(found.log_loss.difference < 0.0);
    }

    #[test]
    fn a_model_that_is_worse_says_where() {
        let why = compare(&cases(12), true).why_worse();
        assert_eq!(why.len(), 4, "{why:?}");
        for said in ["log loss", "balanced accuracy", "engine"] {
            assert!(why.iter().any(|w| w.contains(said)), "{why:?}");
        }
    }

    #[test]
    fn one_recording_proves_nothing() {
        // The first model is wrong about it.
        let one = &cases(12)[20..21];
        for turned in [false, true] {
            let found = compare(one, turned);
            assert_eq!(found.balanced_accuracy.interval, None);
            assert_eq!(found.log_loss.interval, None);
            let why = found.why_worse();
            assert!(
                why.len() == 1 && why[0].contains("too few source groups"),
                "{why:?}"
            );
        }
    }

    #[test]
    fn no_difference_is_no_proof_of_any() {
        let found = compare(&cases(0), false);
        assert_eq!(found.balanced_accuracy.interval, Some([0.0, 0.0]));
        assert!(found.why_worse().is_empty());
    }

    #[test]
    fn a_label_that_only_one_model_knows_is_left_out_of_the_common_figure() {
        let (all, prior) = (infos(), prior());
        let mut cases = cases(0);
        let mut fewer = all.clone();
        fewer[1].label = "other".into();
        for case in &mut cases {
            case.is_new = case.label == "engine";
        }
        let a = Side {
            infos: &fewer,
            prior: &prior,
        };
        let b = Side {
            infos: &all,
            prior: &prior,
        };
        let found = Comparison::new(&cases, a, b).unwrap();
        assert_eq!(found.balanced_accuracy.a, 0.5);
        assert_eq!(found.balanced_accuracy_common.unwrap().a, 1.0);
        let engine = found.labels.iter().find(|l| l.label == "engine").unwrap();
        assert_eq!((engine.auc.is_none(), engine.auc_of_b), (true, Some(1.0)));
    }
}
