//! On what the knowledge of a label rests.

use crate::audio::Fitness;
use crate::model::answer::Grade;
use crate::model::header::{Header, LabelInfo};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// On what the knowledge of a label rests, and how it did on recordings that were not learnt from.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    /// The label.
    pub label: String,
    /// Its reference grade.
    pub grade: Grade,
    /// Real recordings that it was learnt from.
    pub recordings: usize,
    /// Their source groups.
    pub groups: usize,
    /// Rendered clips that it was learnt from.
    pub rendered: usize,
    /// Where the recordings come from.
    pub sources: Vec<String>,
    /// Figures on held-out recordings; `None` for a label without real recordings.
    pub held_out: Option<HeldOut>,
}

/// How a label did on recordings of source groups that were not learnt from, of every length and fitness.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeldOut {
    /// How it was measured.
    pub protocol: String,
    /// Recordings of the label whose best label it was.
    pub right: Counted,
    /// Recordings of the label that were detected at the threshold of 1 % false alarms.
    pub recall: Option<Counted>,
    /// Recordings of other labels that were alarmed at that threshold.
    pub false_alarms: Option<Counted>,
    /// Area under the ROC curve.
    pub auc: Option<f64>,
    /// The same counts over held-out recordings of this recording's fitness alone; `None` where the model has none.
    pub of_this_fitness: Option<OfThisFitness>,
}

/// How a label did on held-out recordings of one fitness.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OfThisFitness {
    /// Their fitness.
    pub fitness: Fitness,
    /// Recordings of the label whose best label it was.
    pub right: Counted,
    /// Recordings of the label that were detected, at the threshold of all.
    pub recall: Counted,
    /// Recordings of other labels that were alarmed.
    pub false_alarms: Counted,
}

/// A share as it was counted, with the 95 % interval that the model's card gives it.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Counted {
    /// Recordings.
    pub hits: u64,
    /// Of how many.
    pub n: u64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// One per label named, in the order given.
pub(super) fn references<'a>(
    header: &Header,
    fitness: Fitness,
    labels: impl Iterator<Item = &'a str>,
) -> Vec<Reference> {
    let info = |label: &str| header.labels.iter().find(|l| l.label == label);
    labels
        .filter_map(info)
        .map(|info| reference(header, fitness, info))
        .collect()
}

fn reference(header: &Header, fitness: Fitness, info: &LabelInfo) -> Reference {
    Reference {
        label: info.label.clone(),
        grade: info.grade,
        recordings: info.recordings,
        groups: info.groups,
        rendered: info.rendered,
        sources: info.sources.clone(),
        held_out: held_out(header.held_out.as_ref(), fitness, &info.label),
    }
}

/// The figures of a label in what the model says of itself; a model of another make may hold none.
fn held_out(figures: Option<&Value>, fitness: Fitness, label: &str) -> Option<HeldOut> {
    let grouped = figures?.get("grouped")?;
    let labels = grouped.get("labels")?.as_array()?;
    let own = labels
        .iter()
        .find(|l| l.get("label").and_then(Value::as_str) == Some(label))?;
    let counted = |name: &str| serde_json::from_value(own.get(name)?.clone()).ok();
    Some(HeldOut {
        protocol: grouped.get("protocol")?.as_str()?.to_owned(),
        right: counted("right")?,
        recall: counted("recall"),
        false_alarms: counted("false_alarms"),
        auc: own.get("auc").and_then(Value::as_f64),
        of_this_fitness: own
            .get("by_fitness")
            .and_then(|all| serde_json::from_value::<Vec<OfThisFitness>>(all.clone()).ok())
            .and_then(|all| all.into_iter().find(|of| of.fitness == fitness)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn held_out_figures_are_those_of_the_label_and_of_the_fitness_asked_for() {
        let share = |hits: u64, n: u64| json!({"hits": hits, "n": n, "share": 0.5, "low": 0.0, "high": 1.0});
        let of = |fitness: &str, hits: u64| json!({"fitness": fitness, "right": share(hits, 9), "recall": share(hits, 9), "false_alarms": share(0, 9)});
        let figures = json!({"grouped": {"protocol": "p", "labels": [
            {"label": "siren", "right": share(1, 9)},
            {"label": "engine", "right": share(7, 9), "auc": 0.5, "by_fitness": [of("fit", 5), of("limited", 2)]},
        ]}});
        let found = held_out(Some(&figures), Fitness::Limited, "engine").unwrap();
        assert_eq!((found.right.hits, found.auc), (7, Some(0.5)));
        let own = found.of_this_fitness.unwrap();
        assert_eq!((own.fitness, own.right.hits), (Fitness::Limited, 2));
        // A model of an earlier make does not tell them apart.
        let found = held_out(Some(&figures), Fitness::Fit, "siren").unwrap();
        assert_eq!((found.right.hits, found.of_this_fitness), (1, None));
        assert!(held_out(Some(&figures), Fitness::Fit, "jet").is_none());
    }
}
