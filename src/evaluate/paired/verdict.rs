//! Which differences between two models are beyond chance.
//!
//! A handful of source groups, resampled, vary too little, and one alone not at all: a percentile interval of the AUC of a
//! label of two groups then lies wholly below 0 for 13 of 100 pairs of models that are as good as each other. So a
//! difference is held against Student's t in place of the normal distribution, its standard error being that of the bootstrap
//! times sqrt(g / (g - 1)) for g groups (A. Cameron, D. Miller, "A Practitioner's Guide to Cluster-Robust Inference", Journal
//! of Human Resources 50(2), 2015, section VI), and labels of few groups are not judged. Chances of many labels add up, so those of the labels judged are
//! ordered and held against CHANCE divided by how many are left (S. Holm, "A Simple Sequentially Rejective Multiple Test
//! Procedure", Scandinavian Journal of Statistics 6(2), 1979).

use super::{Comparison, Delta, LabelDelta, AUC_LOSS, LOG_LOSS_RISE};
use crate::evaluate::special::student_share;
use serde::{Deserialize, Serialize};

/// Fewest source groups that show anything about a difference: of a label, and of what it is told from.
pub const FEWEST_GROUPS: usize = 5;
/// How likely models that are as good as each other may be told apart: by the AUC of any label, by the balanced accuracy,
/// and by the log loss, each.
pub const CHANCE: f64 = 0.025;
/// What it means that [`Comparison::why_worse`] has no reason.
pub const NOT_WORSE: &str =
    "no loss beyond chance of balanced accuracy, of more than 0.05 in log loss, or of more than 0.01 in the AUC of a label";
/// Standard errors from end to end of a 95 % interval.
const INTERVAL_WIDTH: f64 = 2.0 * 1.959_964;

/// What the recordings of a label show about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Its AUC falls by more than [`AUC_LOSS`], and beyond chance.
    Worse,
    /// It does not, as far as they can tell.
    NotWorse,
    /// Fewer than [`FEWEST_GROUPS`] source groups of it or of all others, or a model does not know it.
    #[default]
    CannotTell,
}

impl Verdict {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Worse => "worse",
            Self::NotWorse => "not worse",
            Self::CannotTell => "cannot tell",
        }
    }
}

/// Figures over the labels that both models know and that have [`FEWEST_GROUPS`] source groups: the others vary too little when
/// resampled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// These labels.
    pub labels: Vec<String>,
    /// Mean over them of the share that is right, all labels equally likely beforehand.
    pub balanced_accuracy: Delta,
    /// Mean over them of the log loss (natural) under the prior of the answers; lower is better.
    pub log_loss: Delta,
}

/// What the chances of labels are held against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// How likely any label is called worse by chance, one-sided, 0 to 1.
    pub in_all: f64,
    /// The labels judged, which share it by Holm's procedure.
    pub labels: usize,
    /// What the least chance of all is held against.
    pub least: f64,
}

/// How likely chance alone lets a difference lie as far below 0, one-sided, 0 to 1; `freedom` is the number of source groups
/// less the means taken of them, above 0. `None` without an interval.
fn chance_of_fall(
    difference: f64,
    interval: Option<[f64; 2]>,
    groups: usize,
    freedom: usize,
) -> Option<f64> {
    let [low, high] = interval?;
    if freedom == 0 {
        return None;
    }
    let widened = (groups as f64 / freedom as f64).sqrt();
    let error = (high - low) / INTERVAL_WIDTH * widened;
    if error > 0.0 {
        return Some(student_share(difference / error, freedom as f64));
    }
    // Every resampled set says the same.
    Some(if difference < 0.0 { 0.0 } else { 1.0 })
}

/// Whether the least chance, then the next, is small enough for how many there are: Holm's procedure.
fn beyond_chance(chances: &[Option<f64>]) -> Vec<bool> {
    let mut order: Vec<(f64, usize)> = chances
        .iter()
        .enumerate()
        .filter_map(|(place, chance)| Some(((*chance)?, place)))
        .collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut beyond = vec![false; chances.len()];
    for (rank, (chance, place)) in order.iter().enumerate() {
        if *chance >= CHANCE / (order.len() - rank) as f64 {
            break;
        }
        beyond[*place] = true;
    }
    beyond
}

impl Comparison {
    /// What the recordings of each label show about it, in the order of the labels.
    pub fn verdicts(&self) -> Vec<Verdict> {
        self.chances()
            .into_iter()
            .map(|(_, verdict)| verdict)
            .collect()
    }

    /// The chance that the AUC of each label falls as far, and what it comes to.
    fn chances(&self) -> Vec<(Option<f64>, Verdict)> {
        let chance = |l: &LabelDelta| {
            let auc = l.auc.as_ref()?;
            let fewer = l.groups.min(self.groups.saturating_sub(l.groups));
            if fewer < FEWEST_GROUPS {
                return None;
            }
            chance_of_fall(auc.difference, auc.interval, fewer, fewer - 1)
        };
        let chances: Vec<Option<f64>> = self.labels.iter().map(chance).collect();
        let beyond = beyond_chance(&chances);
        let verdict = |((l, chance), beyond): ((&LabelDelta, Option<f64>), bool)| {
            let falls = l.auc.as_ref().is_some_and(|auc| auc.difference < -AUC_LOSS);
            let verdict = match (chance, beyond && falls) {
                (None, _) => Verdict::CannotTell,
                (Some(_), true) => Verdict::Worse,
                (Some(_), false) => Verdict::NotWorse,
            };
            (chance, verdict)
        };
        self.labels
            .iter()
            .zip(chances)
            .zip(beyond)
            .map(verdict)
            .collect()
    }

    pub(super) fn judge_labels(&mut self) {
        let chances = self.chances();
        for (label, (chance, verdict)) in self.labels.iter_mut().zip(chances) {
            (label.chance, label.verdict) = (chance, verdict);
        }
        let (_, labels) = self.untold();
        self.level = (labels > 0).then(|| Level {
            in_all: CHANCE,
            labels,
            least: CHANCE / labels as f64,
        });
    }

    /// The labels of which nothing can be told, and how many can be judged.
    pub fn untold(&self) -> (Vec<&str>, usize) {
        let verdicts = self.verdicts();
        let labels = self.labels.iter().zip(&verdicts);
        let untold: Vec<&str> = labels
            .filter(|(_, verdict)| **verdict == Verdict::CannotTell)
            .map(|(l, _)| l.label.as_str())
            .collect();
        let judged = verdicts.len() - untold.len();
        (untold, judged)
    }

    /// At which level labels are judged and of which nothing can be told, for people.
    pub fn level_in_words(&self) -> String {
        let (untold, judged) = self.untold();
        let mut text = match judged {
            0 => "No label is judged".to_owned(),
            n => format!(
                "{n} label{} judged by AUC, each by the chance that it falls as far (one-sided, Student's t over source groups): {CHANCE} in all, by Holm's procedure, so that the least is held against {:.4}",
                if n == 1 { " is" } else { "s are" },
                CHANCE / n as f64
            ),
        };
        if !untold.is_empty() {
            text += &format!(
                "; cannot tell of {} (fewer than {FEWEST_GROUPS} source groups of it or of all others, or unknown to a model)",
                untold.join(", ")
            );
        }
        text
    }

    /// [`NOT_WORSE`], and of which labels nothing can be told.
    pub fn not_worse(&self) -> String {
        match self.untold().0.as_slice() {
            [] => NOT_WORSE.to_owned(),
            untold => format!("{NOT_WORSE}; cannot tell of {}", untold.join(", ")),
        }
    }

    /// Why these recordings show no difference between the models, whatever the figures; `None` where they can.
    pub fn why_nothing_is_shown(&self) -> Option<String> {
        let too_few = "it was compared on recordings of too few source groups to show anything";
        if self.groups < FEWEST_GROUPS {
            return Some(format!(
                "{too_few}: {} where {FEWEST_GROUPS} are needed",
                self.groups
            ));
        }
        // A label that only the second knows says nothing of the first.
        let both = self.labels.iter().filter(|l| l.auc_of_b.is_none());
        let most = both.map(|l| l.groups).max().unwrap_or(0);
        (most < FEWEST_GROUPS).then(|| {
            format!("{too_few}: {most} at most of a label where {FEWEST_GROUPS} are needed")
        })
    }

    /// Why the second model is worse than the first, or why nothing shows that it isn't, a sentence each; none if it isn't, as far
    /// as these recordings can tell.
    pub fn why_worse(&self) -> Vec<String> {
        if let Some(reason) = self.why_nothing_is_shown() {
            return vec![reason];
        }
        let mut reasons = Vec::new();
        let (balanced, loss) = match (&self.told, &self.balanced_accuracy_common) {
            (Some(told), _) => (&told.balanced_accuracy, &told.log_loss),
            // Written before only labels of enough groups counted.
            (None, Some(common)) => (common, &self.log_loss),
            (None, None) => (&self.balanced_accuracy, &self.log_loss),
        };
        let counts = |l: &&LabelDelta| match &self.told {
            Some(told) => told.labels.contains(&l.label),
            None => true,
        };
        let strata = self.labels.iter().filter(counts).count();
        let groups: usize = self.labels.iter().filter(counts).map(|l| l.groups).sum();
        let is_beyond = |fall: f64, interval: Option<[f64; 2]>| {
            chance_of_fall(fall, interval, groups, groups.saturating_sub(strata))
                .is_some_and(|chance| chance < CHANCE)
        };
        if loss.difference > LOG_LOSS_RISE && is_beyond(-loss.difference, loss.interval) {
            reasons.push(format!(
                "log loss rises from {:.3} to {:.3}",
                loss.a, loss.b
            ));
        }
        if balanced.difference < 0.0 && is_beyond(balanced.difference, balanced.interval) {
            reasons.push(format!(
                "balanced accuracy falls from {:.3} to {:.3}",
                balanced.a, balanced.b
            ));
        }
        for (label, verdict) in self.labels.iter().zip(self.verdicts()) {
            let Some(auc) = label.auc.as_ref().filter(|_| verdict == Verdict::Worse) else {
                continue;
            };
            reasons.push(format!(
                "the AUC of {} falls from {:.3} to {:.3}",
                label.label, auc.a, auc.b
            ));
        }
        reasons
    }
}
