//! What counts as a false alarm, and how strongly a recording speaks for a label.

use crate::model::calibration::log_sum_exp;
pub use crate::model::decide::{is_alarm, is_military};
use crate::model::header::LabelInfo;
use crate::model::judge::Judgement;
use crate::model::likelihood_ratio::raw_log10_lr;
use crate::model::prior::Prior;

/// The labels of munitions and military drones.
pub fn military_labels(infos: &[LabelInfo]) -> Vec<usize> {
    (0..infos.len())
        .filter(|&label| is_military(infos, label))
        .collect()
}

/// How strongly a recording speaks for any munition or military drone: the log10 LR of all their labels, mixed as
/// the prior weighs them, against all others. Unbounded.
pub fn class_strength(infos: &[LabelInfo], judgement: &Judgement, prior: &Prior) -> f64 {
    let side = |military: bool| {
        let own = (0..infos.len()).filter(|&label| is_military(infos, label) == military);
        let (terms, masses): (Vec<f64>, Vec<f64>) = own
            .map(|label| {
                let p = prior.probabilities()[label];
                (judgement.log_likelihoods[label] + p.ln(), p)
            })
            .unzip();
        log_sum_exp(&terms) - masses.iter().sum::<f64>().ln()
    };
    let ratio = (side(true) - side(false)) / std::f64::consts::LN_10;
    if ratio.is_finite() {
        ratio
    } else {
        0.0
    }
}

/// How strongly a recording speaks for `label`: the log10 LR without bounds, by which recordings
/// are ranked.
pub fn strength(judgement: &Judgement, prior: &Prior, label: usize) -> f64 {
    raw_log10_lr(&judgement.log_likelihoods, prior, label).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::figures::testing::{infos, judgement};

    #[test]
    fn the_class_is_as_strong_as_its_labels_mixed() {
        let prior =
            Prior::hierarchical(&[("a", "a", "a"), ("b", "b", "b"), ("c", "c", "c")]).unwrap();
        let infos = infos();
        let military = military_labels(&infos);
        assert_eq!(military.len(), 1);
        let mut judged = judgement([0.8, 0.1, 0.1], &[0]);
        judged.log_likelihoods = vec![0.0, -2.0, -2.0];
        // One military label: the LR of the class is that of the label.
        let own = strength(&judged, &prior, military[0]);
        assert!((class_strength(&infos, &judged, &prior) - own).abs() < 1e-9);
        judged.log_likelihoods = vec![-5.0, 0.0, 0.0];
        assert!(class_strength(&infos, &judged, &prior) < -1.0);
    }
}
