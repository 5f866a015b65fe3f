//! How strongly a recording supports a label: calibrated, bounded log10 likelihood ratios.

use super::calibration::log_sum_exp;
use super::prior::Prior;
use super::scorer::{check_size, ScorerError};
use serde::{Deserialize, Serialize};

const PART: &str = "likelihood ratios";

/// What the data allow to be said of one label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelLr {
    /// Final calibration: `scale * log10 LR + shift`.
    pub(crate) scale: f64,
    /// See `scale`.
    pub(crate) shift: f64,
    /// Smallest log10 LR that the held-out groups support, 0 or below.
    pub lower: f64,
    /// Largest log10 LR that the held-out groups support, 0 or above.
    pub upper: f64,
    /// Source groups that held the label.
    pub n_h1_groups: usize,
    /// Effective number of source groups of the other labels, in the stated mixture.
    pub n_h2_groups: f64,
}

/// Likelihood ratios of all labels. H1: the recording holds the label. H2: it holds one of the
/// other labels, mixed by the prior's relative weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LikelihoodRatios {
    /// `None` for a label with too few source groups to say anything.
    pub(crate) labels: Vec<Option<LabelLr>>,
    /// Source groups of real recordings of each label; 0 for one known from rendered sound.
    pub(crate) groups: Vec<usize>,
}

/// The share of H2's mixture that may be labels without a real recording, which no bound was tested on.
const MOST_UNHEARD: f64 = 0.5;

impl LikelihoodRatios {
    /// What holds for one label; `None` if it has too few source groups (or does not exist).
    pub fn label(&self, label: usize) -> Option<&LabelLr> {
        self.labels.get(label)?.as_ref()
    }

    /// Smallest and largest log10 LR of a label that the source groups support where H2 mixes the others as `prior` weighs them. If
    /// that mixture rests on fewer groups than the one that the bounds were learnt with, no LR can be larger than those
    /// and one more support; `None` if most of it are labels without real recordings, or the label has no LR at all.
    pub fn bounds(&self, label: usize, prior: &Prior) -> Option<[f64; 2]> {
        let own = self.label(label)?;
        let groups = self.effective_groups(label, prior)?;
        // What is left of the mixture that was learnt with differs by rounding.
        let upper = match groups < (1.0 - 1e-9) * own.n_h2_groups {
            true => own.upper.min((groups + 1.0).log10()),
            false => own.upper,
        };
        Some([own.lower, upper])
    }

    /// How many source groups the mixture of all labels but one is worth (Kish 1965: unequal weights count for fewer).
    fn effective_groups(&self, label: usize, prior: &Prior) -> Option<f64> {
        let others = prior.probabilities().iter().zip(&self.groups).enumerate();
        let others = || others.clone().filter(|(k, _)| *k != label);
        let all: f64 = others().map(|(_, (p, _))| p).sum();
        let heard = || others().filter(|(_, (_, groups))| **groups > 0);
        let sum: f64 = heard().map(|(_, (p, _))| p).sum();
        let squares: f64 = heard().map(|(_, (p, n))| p * p / *n as f64).sum();
        (sum > 0.0 && sum >= (1.0 - MOST_UNHEARD) * all).then(|| sum * sum / squares)
    }

    /// One bounded log10 LR per label, from natural log-likelihoods and the prior whose mixture
    /// H2 states ([`LikelihoodRatios::bounds`]).
    pub fn log10(&self, log_likelihoods: &[f64], prior: &Prior) -> Vec<Option<f64>> {
        let each = self.labels.iter().enumerate();
        each.map(|(k, label)| {
            let label = label.as_ref()?;
            let raw = raw_log10_lr(log_likelihoods, prior, k)?;
            let [lower, upper] = self.bounds(k, prior)?;
            Some((label.scale * raw + label.shift).clamp(lower, upper))
        })
        .collect()
    }

    /// Checks loaded likelihood ratios.
    ///
    /// # Errors
    /// [`ScorerError`] with the first fault found.
    pub fn validate(&self, n_labels: usize) -> Result<(), ScorerError> {
        check_size(PART, "labels", self.labels.len(), n_labels)?;
        check_size(PART, "source groups", self.groups.len(), n_labels)?;
        for label in self.labels.iter().flatten() {
            let numbers = [label.scale, label.shift, label.lower, label.upper];
            let sound = numbers.iter().all(|x| x.is_finite())
                && label.scale >= 0.0
                && label.lower <= 0.0
                && label.upper >= 0.0
                && label.n_h2_groups.is_finite();
            if !sound {
                return Err(ScorerError::Structure {
                    part: PART,
                    reason: "a bound lies on the wrong side of 0, or a number is not finite".into(),
                });
            }
        }
        Ok(())
    }
}

/// log10 of the likelihood of `label` over that of the prior-weighted mixture of the others;
/// `None` if `label` does not exist or has no others.
pub fn raw_log10_lr(log_likelihoods: &[f64], prior: &Prior, label: usize) -> Option<f64> {
    let own = log_likelihoods.get(label)?;
    let mut rest = 0.0;
    let mut others = Vec::with_capacity(log_likelihoods.len());
    let all = log_likelihoods.iter().zip(prior.probabilities());
    for (k, (likelihood, p)) in all.enumerate() {
        if k != label {
            rest += p;
            others.push(likelihood + p.ln());
        }
    }
    let mixture = log_sum_exp(&others) - rest.ln();
    let ratio = (own - mixture) / std::f64::consts::LN_10;
    ratio.is_finite().then_some(ratio)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prior() -> Prior {
        Prior::hierarchical(&[("a", "a", "x"), ("b", "b", "y"), ("c", "c", "y")]).unwrap()
    }

    fn label() -> LabelLr {
        LabelLr {
            scale: 1.0,
            shift: 0.0,
            lower: -1.0,
            upper: 1.5,
            n_h1_groups: 30,
            n_h2_groups: 60.0,
        }
    }

    #[test]
    fn the_alternative_is_the_weighted_mixture_of_the_others() {
        // Likelihoods 8, 2, 4; the others of label 0 weigh 1/2 each: 8 / 3.
        let likelihoods = [8f64.ln(), 2f64.ln(), 4f64.ln()];
        let found = raw_log10_lr(&likelihoods, &prior(), 0).unwrap();
        assert!((found - (8.0f64 / 3.0).log10()).abs() < 1e-12);
        // The others of label 1 weigh 2/3 (8) and 1/3 (4).
        let found = raw_log10_lr(&likelihoods, &prior(), 1).unwrap();
        assert!((found - (2.0f64 / (16.0 / 3.0 + 4.0 / 3.0)).log10()).abs() < 1e-12);
    }

    #[test]
    fn a_shared_constant_changes_nothing() {
        let near = raw_log10_lr(&[1.0, 2.0, 3.0], &prior(), 2).unwrap();
        let far = raw_log10_lr(&[-4999.0, -4998.0, -4997.0], &prior(), 2).unwrap();
        assert!((near - far).abs() < 1e-9);
    }

    #[test]
    fn bounds_hold_and_unsupported_labels_are_silent() {
        let ratios = LikelihoodRatios {
            labels: vec![Some(label()), None, Some(label())],
            groups: vec![200, 200, 200],
        };
        let found = ratios.log10(&[500.0, 0.0, 0.0], &prior());
        assert_eq!(found[0], Some(1.5));
        assert_eq!(found[1], None);
        assert_eq!(found[2], Some(-1.0));
    }

    #[test]
    fn an_alternative_of_few_groups_supports_no_large_ratio() {
        let ratios = LikelihoodRatios {
            labels: vec![Some(label()), Some(label()), Some(label()), None],
            groups: vec![30, 60, 4, 0],
        };
        let taxonomy = [
            ("a", "a", "w"),
            ("b", "b", "x"),
            ("c", "c", "y"),
            ("d", "d", "z"),
        ];
        let names = ["a", "b", "c", "d"];
        let hierarchical = Prior::hierarchical(&taxonomy).unwrap();
        let with = |weights: &[(&str, f64)]| hierarchical.with_weights(&names, weights).unwrap();
        let upper = |prior: &Prior| ratios.bounds(0, prior).map(|b| b[1]);
        // The label's own weight is no part of its alternative.
        assert_eq!(upper(&with(&[("a", 1e-4)])), upper(&hierarchical));
        assert_eq!(upper(&with(&[("b", 1e6)])), Some(1.5));
        // Four groups, and no more than a trace of another label.
        let few = upper(&with(&[("c", 1e6)])).unwrap();
        assert!((few - 5f64.log10()).abs() < 1e-4, "{few}");
        assert_eq!(upper(&with(&[("d", 1e6)])), None);
        let found = ratios.log10(&[500.0, 0.0, 0.0, 0.0], &with(&[("c", 1e6)]));
        assert_eq!(found[0], Some(few));
    }

    #[test]
    fn bounds_on_the_wrong_side_are_refused() {
        let mut crossed = label();
        crossed.lower = 0.5;
        let ratios = LikelihoodRatios {
            labels: vec![Some(crossed)],
            groups: vec![30],
        };
        assert!(ratios.validate(1).is_err());
        assert!(ratios.validate(2).is_err());
    }
}
