//! Prior probabilities of the labels: what is assumed before anything is heard.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use thiserror::Error;

/// Why a prior cannot be used.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum PriorError {
    /// A label that the model does not know.
    #[error("prior: the model has no label `{label}`; it has {known}")]
    UnknownLabel {
        /// The label given.
        label: String,
        /// The labels of the model.
        known: String,
    },
    /// A weight that is not a number, so small that nothing could be heard against it, or so large that nothing else would
    /// count.
    #[error(
        "prior: the weight of `{label}` must be a number from {} to {}",
        Prior::LEAST_WEIGHT,
        Prior::MOST_WEIGHT
    )]
    Weight {
        /// The label whose weight is at fault.
        label: String,
    },
    /// A label with two weights.
    #[error("prior: `{label}` has two weights; give it one")]
    Twice {
        /// The label.
        label: String,
    },
    /// There are no labels, or another number than the model has.
    #[error("prior: {found} weights for {expected} labels; give one per label")]
    Size {
        /// Number of weights.
        found: usize,
        /// Number of labels.
        expected: usize,
    },
}

/// A probability above 0 per label; they sum to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prior {
    probabilities: Vec<f64>,
}

impl Prior {
    /// The largest weight that may be given: the other labels are still left a millionth between them.
    pub const MOST_WEIGHT: f64 = 1e6;
    /// The smallest weight that may be given: below, no sound whatever would bring the label back, without a word.
    pub const LEAST_WEIGHT: f64 = 1e-6;

    /// Equal at each level: classes share 1, families their class, labels their family, so
    /// that three airframes of one family are together no likelier than one of another.
    ///
    /// `taxonomy` lists `(label, family, class)` in the order of the model's labels.
    ///
    /// # Errors
    /// [`PriorError::Size`] for an empty taxonomy.
    pub fn hierarchical(taxonomy: &[(&str, &str, &str)]) -> Result<Self, PriorError> {
        if taxonomy.is_empty() {
            return Err(PriorError::Size {
                found: 0,
                expected: 1,
            });
        }
        let mut tree: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
        for (_, family, class) in taxonomy {
            *tree.entry(class).or_default().entry(family).or_default() += 1;
        }
        let share = |(_, family, class): &(&str, &str, &str)| {
            let families = &tree[class];
            1.0 / (tree.len() * families.len() * families[family]) as f64
        };
        Ok(Self {
            probabilities: taxonomy.iter().map(share).collect(),
        })
    }

    /// This prior with the weights of some labels replaced, then scaled to sum to 1. A weight
    /// counts against the other labels' present probabilities, so the share that it gives is another number.
    ///
    /// `labels` names all labels in order.
    ///
    /// # Errors
    /// [`PriorError`] for labels the model does not know, weights that [`check_weights`] refuses, or
    /// another number of labels.
    pub fn with_weights(
        &self,
        labels: &[&str],
        weights: &[(&str, f64)],
    ) -> Result<Self, PriorError> {
        self.validate(labels.len())?;
        check_weights(weights)?;
        let mut probabilities = self.probabilities.clone();
        for (label, weight) in weights {
            let Some(k) = labels.iter().position(|known| known == label) else {
                return Err(PriorError::UnknownLabel {
                    label: (*label).into(),
                    known: labels.join(", "),
                });
            };
            probabilities[k] = *weight;
        }
        let total: f64 = probabilities.iter().sum();
        for p in &mut probabilities {
            *p /= total;
        }
        let prior = Self { probabilities };
        prior.validate(labels.len())?;
        Ok(prior)
    }

    /// One probability per label.
    pub fn probabilities(&self) -> &[f64] {
        &self.probabilities
    }

    /// Checks a loaded prior.
    ///
    /// # Errors
    /// [`PriorError`] for another number of labels or probabilities that are not above 0.
    pub fn validate(&self, n_labels: usize) -> Result<(), PriorError> {
        if self.probabilities.len() != n_labels || n_labels == 0 {
            return Err(PriorError::Size {
                found: self.probabilities.len(),
                expected: n_labels,
            });
        }
        let sound = |p: &f64| p.is_finite() && *p > 0.0;
        match self.probabilities.iter().position(|p| !sound(p)) {
            Some(label) => Err(PriorError::Weight {
                label: format!("number {label}"),
            }),
            None => Ok(()),
        }
    }
}

/// Checks that each label has one weight, [`Prior::LEAST_WEIGHT`] to [`Prior::MOST_WEIGHT`].
///
/// # Errors
/// [`PriorError::Weight`] and [`PriorError::Twice`].
pub fn check_weights(weights: &[(&str, f64)]) -> Result<(), PriorError> {
    for (n, (label, weight)) in weights.iter().enumerate() {
        let label = || (*label).to_owned();
        if !(Prior::LEAST_WEIGHT..=Prior::MOST_WEIGHT).contains(weight) {
            return Err(PriorError::Weight { label: label() });
        }
        if weights[..n].iter().any(|(other, _)| *other == label()) {
            return Err(PriorError::Twice { label: label() });
        }
    }
    Ok(())
}

/// What answers call the hierarchical prior with these weights: `hierarchical`, or `hierarchical with shahed-136=0.5`.
pub fn name(weights: &[(String, f64)]) -> String {
    let weights: Vec<_> = weights.iter().map(|(l, w)| format!("{l}={w}")).collect();
    match weights.is_empty() {
        true => "hierarchical".to_owned(),
        false => format!("hierarchical with {}", weights.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAXONOMY: [(&str, &str, &str); 5] = [
        ("orbiter-1k", "electric-uav", "drone"),
        ("orbiter-2", "electric-uav", "drone"),
        ("harop", "rotary-uav", "drone"),
        ("wind", "background", "other"),
        ("jet", "jet", "other"),
    ];

    #[test]
    fn siblings_share_their_familys_prior() {
        let prior = Prior::hierarchical(&TAXONOMY).unwrap();
        assert_eq!(prior.probabilities(), [0.125, 0.125, 0.25, 0.25, 0.25]);
        assert!(Prior::hierarchical(&[]).is_err());
    }

    #[test]
    fn given_weights_replace_and_are_scaled() {
        let labels: Vec<&str> = TAXONOMY.iter().map(|t| t.0).collect();
        let prior = Prior::hierarchical(&TAXONOMY).unwrap();
        let moved = prior.with_weights(&labels, &[("harop", 1.25)]).unwrap();
        assert!((moved.probabilities()[2] - 0.625).abs() < 1e-12);
        let unknown = prior
            .with_weights(&labels, &[("zeppelin", 1.0)])
            .unwrap_err();
        assert!(unknown.to_string().contains("harop"), "{unknown}");
        let fault = |weights: &[(&str, f64)]| {
            let fault = prior.with_weights(&labels, weights).unwrap_err();
            fault.to_string()
        };
        for weight in [0.0, 1e-7, f64::NAN, f64::INFINITY, 1.1e6] {
            assert!(fault(&[("jet", weight)]).contains("from 0.000001 to 1000000"));
        }
        assert!(fault(&[("jet", 2.0), ("wind", 1.0), ("jet", 3.0)]).contains("two weights"));
    }
}
