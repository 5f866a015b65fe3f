//! The `--prior` option.

use std::str::FromStr;

use earwitness::model::prior::{check_weights, Prior, PriorError};
use earwitness::model::store::Model;

/// Weights given to some labels; the others keep their hierarchical prior.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PriorWeights(Vec<(String, f64)>);

impl PriorWeights {
    /// The prior over the labels of `model`.
    ///
    /// # Errors
    /// [`PriorError`] for labels that the model does not know and weights that cannot be used.
    pub fn over(&self, model: &Model) -> Result<Prior, PriorError> {
        let header = model.header();
        let labels: Vec<_> = header.labels.iter().map(|l| l.label.as_str()).collect();
        let weights: Vec<_> = self.0.iter().map(|(l, w)| (l.as_str(), *w)).collect();
        header.hierarchical_prior()?.with_weights(&labels, &weights)
    }

    /// The weights given.
    pub fn weights(&self) -> &[(String, f64)] {
        &self.0
    }

    /// What answers call it: `hierarchical`, or `hierarchical with shahed-136=0.5`.
    pub fn name(&self) -> String {
        earwitness::model::prior::name(&self.0)
    }
}

impl FromStr for PriorWeights {
    type Err = String;

    /// `hierarchical`, or `LABEL=WEIGHT,LABEL=WEIGHT`.
    fn from_str(text: &str) -> Result<Self, String> {
        if text == "hierarchical" {
            return Ok(Self::default());
        }
        let weight = |part: &str| {
            let (label, weight) = part.split_once('=')?;
            Some((label.trim().to_owned(), weight.trim().parse().ok()?))
        };
        let parts: Option<Vec<(String, f64)>> = text.split(',').map(weight).collect();
        let advice = "give `hierarchical`, or weights such as `shahed-136=0.5,engine=0.2`";
        let parts = parts.ok_or(advice)?;
        let weights: Vec<_> = parts.iter().map(|(l, w)| (l.as_str(), *w)).collect();
        check_weights(&weights).map_err(|e| e.to_string())?;
        Ok(Self(parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_read_label_by_label() {
        let weights = "harop=0.5, engine=2".parse::<PriorWeights>().unwrap();
        let wanted = [("harop".to_owned(), 0.5), ("engine".to_owned(), 2.0)];
        assert_eq!(weights.0, wanted);
        assert_eq!(weights.name(), "hierarchical with harop=0.5, engine=2");
    }

    #[test]
    fn anything_else_gets_advice() {
        for wrong in ["", "harop", "harop=much", "harop=1,"] {
            assert!(wrong.parse::<PriorWeights>().unwrap_err().contains("="));
        }
        for wrong in [
            "harop=2,harop=3",
            "harop=1e7",
            "harop=0",
            "harop=1e-7",
            "harop=nan",
        ] {
            let fault = wrong.parse::<PriorWeights>().unwrap_err();
            assert!(fault.contains("`harop`"), "{fault}");
        }
    }
}
