//! Judgements made up for tests.

use super::Case;
use crate::model::answer::Grade;
use crate::model::header::LabelInfo;
use crate::model::judge::Judgement;
use crate::taxonomy::place;

/// A munition, a confuser, and a background.
pub fn infos() -> Vec<LabelInfo> {
    let info = |label: &str| {
        let (family, class) = place(label);
        LabelInfo {
            label: label.into(),
            family: family.into(),
            class: class.into(),
            grade: Grade::A,
            recordings: 10,
            rendered: 0,
            groups: 10,
            sources: Vec::new(),
            seconds: 20.0,
        }
    };
    ["harop", "engine", "background"].map(info).to_vec()
}

/// A judgement with these probabilities and this prediction set, likeliest first.
pub fn judgement(probabilities: [f64; 3], set: &[usize]) -> Judgement {
    let log_likelihoods: Vec<f64> = probabilities.iter().map(|p| p.max(1e-6).ln()).collect();
    Judgement {
        log10_lr: log_likelihoods
            .iter()
            .map(|l| Some(l.clamp(-1.0, 1.0)))
            .collect(),
        log_likelihoods,
        probabilities: probabilities.to_vec(),
        prediction_set: set.to_vec(),
    }
}

/// A recording of a source group of its own label.
pub fn case(label: usize, judgement: Judgement) -> Case {
    Case {
        label,
        group: label,
        joined: false,
        fitness: None,
        judgement,
    }
}
