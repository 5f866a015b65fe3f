//! Figures that must not get worse.

use super::figures::Figures;
use serde::Deserialize;

/// The least (or greatest) figures allowed; a figure that is not named is not compared.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floors {
    /// The label whose detection is compared.
    pub label: String,
    /// Least area under its ROC curve.
    pub auc: Option<f64>,
    /// Least recall at 1 % false alarms.
    pub recall: Option<f64>,
    /// Greatest Cllr.
    pub cllr: Option<f64>,
    /// Least balanced accuracy.
    pub balanced_accuracy: Option<f64>,
    /// Least and greatest coverage of the prediction sets.
    pub coverage: Option<[f64; 2]>,
    /// Greatest share of confusers answered as a munition or military drone.
    pub confusers: Option<f64>,
}

impl Floors {
    /// What falls short, a sentence each.
    pub fn violations(&self, figures: &Figures) -> Vec<String> {
        let mut found = Vec::new();
        let mut compare = |name: &str, value: Option<f64>, low: Option<f64>, high: Option<f64>| {
            if low.is_none() && high.is_none() {
                return;
            }
            let Some(value) = value else {
                found.push(format!("{name} could not be measured"));
                return;
            };
            if low.is_some_and(|low| value < low) {
                found.push(format!(
                    "{name} is {value:.4}, its floor is {}",
                    low.unwrap_or_default()
                ));
            }
            if high.is_some_and(|high| value > high) {
                found.push(format!(
                    "{name} is {value:.4}, at most {} is allowed",
                    high.unwrap_or_default()
                ));
            }
        };
        let label = figures.labels.iter().find(|l| l.label == self.label);
        compare(
            &format!("AUC of {}", self.label),
            label.map(|l| l.auc),
            self.auc,
            None,
        );
        compare(
            &format!("recall of {}", self.label),
            label.map(|l| l.recall.share),
            self.recall,
            None,
        );
        compare(
            &format!("Cllr of {}", self.label),
            label.and_then(|l| l.cllr),
            None,
            self.cllr,
        );
        compare(
            "balanced accuracy",
            Some(figures.balanced_accuracy),
            self.balanced_accuracy,
            None,
        );
        compare(
            "coverage",
            Some(figures.coverage.share),
            self.coverage.map(|c| c[0]),
            self.coverage.map(|c| c[1]),
        );
        compare(
            "share of confusers alarmed",
            Some(figures.confusers.share),
            None,
            self.confusers,
        );
        found
    }
}
