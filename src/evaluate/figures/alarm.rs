//! What counts as a false alarm, and how strongly a recording speaks for a label.

use crate::model::decide::level;
use crate::model::header::LabelInfo;
use crate::model::judge::Judgement;
use crate::model::likelihood_ratio::raw_log10_lr;
use crate::model::prior::Prior;
use crate::model::taxonomy::MILITARY;

/// Whether the answer is a munition or military drone, at any level: label, family or class.
pub fn is_alarm(infos: &[LabelInfo], judgement: &Judgement) -> bool {
    let named = level(infos, judgement).label();
    named.is_some_and(|label| is_military(infos, label))
}

/// Whether a label stands for a munition or military drone.
pub fn is_military(infos: &[LabelInfo], label: usize) -> bool {
    infos[label].class == MILITARY
}

/// The labels of munitions and military drones.
pub fn military_labels(infos: &[LabelInfo]) -> Vec<usize> {
    (0..infos.len())
        .filter(|&label| is_military(infos, label))
        .collect()
}

/// How strongly a recording speaks for `label`: the log10 LR without bounds, by which recordings
/// are ranked.
pub fn strength(judgement: &Judgement, prior: &Prior, label: usize) -> f64 {
    raw_log10_lr(&judgement.log_likelihoods, prior, label).unwrap_or(0.0)
}
