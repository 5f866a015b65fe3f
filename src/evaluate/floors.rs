//! Figures that must not get worse.

use super::figures::label::{Detection, LabelFigures};
use super::protocols::{HeldOut, TestSet};
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
    /// Least balanced accuracy, all labels competing.
    pub balanced_accuracy: Option<f64>,
    /// Least balanced accuracy among the labels that have recordings; of all labels where all have.
    pub balanced_accuracy_among_tested: Option<f64>,
    /// Least and greatest coverage of the prediction sets.
    pub coverage: Option<[f64; 2]>,
    /// Greatest share of confusers answered as a munition or military drone.
    pub confusers: Option<f64>,
    /// Most long negatives per hour answered as a munition or military drone.
    pub long_alarms_per_hour: Option<f64>,
    /// Least AUC at every equal duration.
    pub equal_duration_auc: Option<f64>,
    /// Least recall at 1 % false alarms at every equal duration.
    pub equal_duration_recall: Option<f64>,
    /// Greatest rise of a share of false alarms by the codec.
    pub codec_rise: Option<f64>,
    /// Least share of intervals that hold the number of recordings of a label that is there, in every kind of archive.
    pub counts_held: Option<f64>,
    /// Least share of recordings of labels left out that are answered `unknown`.
    pub labels_left_out_unknown: Option<f64>,
    /// Least share of rendered clips never trained on whose likeliest family is the true one.
    pub rendered_family: Option<f64>,
    /// Least share of them whose likeliest airframe is, balanced.
    pub rendered_airframe: Option<f64>,
    /// Least share of them whose likelier phase is, where it can be heard.
    pub rendered_phase: Option<f64>,
    /// Least and greatest share of them that the prediction sets hold.
    pub rendered_coverage: Option<[f64; 2]>,
    /// Least AUC of munitions and drones on sealed recordings of the label, learnt from rendered sound alone.
    pub transfer_auc: Option<f64>,
    /// Least recall at 1 % false alarms there.
    pub transfer_recall: Option<f64>,
    /// Greatest share of other recordings that are called a munition or drone there.
    pub transfer_false_alarms: Option<f64>,
}

/// A figure by name, its value if it was measured, and its least and greatest value allowed.
type Check = (String, Option<f64>, [Option<f64>; 2]);

impl Floors {
    /// What falls short, a sentence each. A figure that has a floor and was not measured falls short, but
    /// not one whose protocol could not be run here.
    pub fn violations(&self, held_out: &HeldOut) -> Vec<String> {
        let checks = [
            self.held_out_groups(held_out),
            self.other_forms(held_out),
            self.rendered_clips(held_out),
            self.learnt_from_renders(held_out),
        ];
        let checks = checks.into_iter().flatten();
        checks
            .filter_map(|(name, value, limits)| violation(&name, value, limits))
            .collect()
    }

    /// `what`, of the label whose detection is compared.
    fn of_label(&self, what: &str) -> String {
        format!("{what} of {}", self.label)
    }

    /// Recordings of held-out source groups.
    fn held_out_groups(&self, held_out: &HeldOut) -> Vec<Check> {
        let figures = held_out.grouped.as_ref();
        let label: Option<&LabelFigures> = figures.and_then(|f| f.label(&self.label));
        let detection = label.and_then(|l| l.detection.as_ref());
        let balanced = figures.map(|f| &f.balanced_accuracy);
        let among = figures.and_then(|f| f.balanced_accuracy_among_tested.as_ref());
        vec![
            (
                self.of_label("AUC"),
                detection.map(|d| d.auc),
                least(self.auc),
            ),
            (
                self.of_label("recall"),
                detection.map(|d| d.recall.share),
                least(self.recall),
            ),
            (
                self.of_label("Cllr"),
                label.and_then(|l| l.cllr),
                most(self.cllr),
            ),
            (
                "balanced accuracy".into(),
                balanced.map(|b| b.accuracy),
                least(self.balanced_accuracy),
            ),
            (
                "balanced accuracy among the labels with recordings".into(),
                among.or(balanced).map(|b| b.accuracy),
                least(self.balanced_accuracy_among_tested),
            ),
            (
                "coverage".into(),
                figures.map(|f| f.coverage.share),
                between(self.coverage),
            ),
            (
                "share of confusers alarmed".into(),
                figures.map(|f| f.confusers.share),
                most(self.confusers),
            ),
        ]
    }

    /// The same recordings joined, cut and coded anew, and labels left out.
    fn other_forms(&self, held_out: &HeldOut) -> Vec<Check> {
        let long = held_out.long_negatives.as_ref();
        let at_equal = |of: fn(&Detection) -> f64| {
            let rows = held_out.equal_durations.iter();
            let own = rows.filter(|row| row.label == self.label);
            own.filter_map(|row| row.detection.as_ref().map(of))
                .reduce(f64::min)
        };
        let codec = held_out.codec_control.as_ref().map(|c| c.rise());
        let kinds = held_out.counts.iter();
        let counts_held = kinds.filter_map(|kind| kind.present.share_held());
        let counts_held = counts_held.reduce(f64::min);
        let counts_skipped = counts_held.is_none() && is_skipped(held_out, "counts");
        let codec_skipped = codec.is_none() && is_skipped(held_out, "codec control");
        vec![
            (
                "rate of alarms on long negatives".into(),
                long.map(|l| l.answered_per_hour.per_hour),
                most(self.long_alarms_per_hour),
            ),
            (
                self.of_label("AUC at equal durations"),
                at_equal(|d| d.auc),
                least(self.equal_duration_auc),
            ),
            (
                self.of_label("recall at equal durations"),
                at_equal(|d| d.recall.share),
                least(self.equal_duration_recall),
            ),
            (
                "rise of false alarms by the codec".into(),
                codec,
                most(self.codec_rise.filter(|_| !codec_skipped)),
            ),
            (
                "share of archives' counts that intervals hold".into(),
                counts_held,
                least(self.counts_held.filter(|_| !counts_skipped)),
            ),
            (
                "share of labels left out answered unknown".into(),
                held_out.labels_left_out_unknown(),
                least(self.labels_left_out_unknown),
            ),
        ]
    }

    /// Rendered clips never trained on, of the settings of those that were.
    fn rendered_clips(&self, held_out: &HeldOut) -> Vec<Check> {
        let mut sets = held_out.rendered.iter();
        let rendered = sets.find(|set| set.set == TestSet::AsLearnt.name());
        if rendered.is_none() && is_skipped(held_out, "rendered clips") {
            return Vec::new();
        }
        vec![
            (
                "share of families of rendered clips".into(),
                rendered.map(|r| r.family_right.share),
                least(self.rendered_family),
            ),
            (
                "share of airframes of rendered clips".into(),
                rendered.map(|r| r.airframe_balanced),
                least(self.rendered_airframe),
            ),
            (
                "share of phases of rendered clips".into(),
                rendered.map(|r| r.phase_right.share),
                least(self.rendered_phase),
            ),
            (
                "coverage of rendered clips".into(),
                rendered.map(|r| r.coverage.share),
                between(self.rendered_coverage),
            ),
        ]
    }

    /// Real recordings, judged by models that learnt munitions and drones from rendered sound alone.
    fn learnt_from_renders(&self, held_out: &HeldOut) -> Vec<Check> {
        let mut transfers = held_out.transfer.iter();
        let transfer = transfers.find(|row| row.label == self.label);
        vec![
            (
                self.of_label("AUC of renders on sealed recordings"),
                transfer.map(|t| t.sealed.military.auc),
                least(self.transfer_auc),
            ),
            (
                self.of_label("recall of renders on sealed recordings"),
                transfer.map(|t| t.sealed.military.recall.share),
                least(self.transfer_recall),
            ),
            (
                "share of false alarms of renders".into(),
                transfer.map(|t| t.false_alarms.share),
                most(self.transfer_false_alarms),
            ),
        ]
    }
}

/// Whether a protocol could not be run here.
fn is_skipped(held_out: &HeldOut, protocol: &str) -> bool {
    let mut skipped = held_out.skipped.iter();
    skipped.any(|why| why.starts_with(protocol))
}

fn least(floor: Option<f64>) -> [Option<f64>; 2] {
    [floor, None]
}

fn most(ceiling: Option<f64>) -> [Option<f64>; 2] {
    [None, ceiling]
}

fn between(limits: Option<[f64; 2]>) -> [Option<f64>; 2] {
    limits.map_or([None; 2], |[low, high]| [Some(low), Some(high)])
}

/// What is wrong with a value that has a least and a greatest value allowed.
fn violation(name: &str, value: Option<f64>, [low, high]: [Option<f64>; 2]) -> Option<String> {
    if low.is_none() && high.is_none() {
        return None;
    }
    let Some(value) = value else {
        return Some(format!("{name} was not measured; add its --protocol"));
    };
    if let Some(low) = low.filter(|low| value < *low) {
        return Some(format!("{name} is {value:.4}, its floor is {low}"));
    }
    let high = high.filter(|high| value > *high)?;
    Some(format!("{name} is {value:.4}, at most {high} is allowed"))
}

#[cfg(test)]
mod tests;
