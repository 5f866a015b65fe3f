//! The name, unit and range of every feature.

/// What one column of the feature vector is.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureInfo {
    /// Family and measure, `comb.contrast_mean`.
    pub name: String,
    /// Physical unit, `1` for ratios.
    pub unit: &'static str,
    /// Smallest value; smaller ones are clamped to it.
    pub low: f32,
    /// Largest value; larger ones are clamped to it.
    pub high: f32,
    /// What it measures, in a sentence.
    pub meaning: String,
}

/// Collects the descriptions of one family.
pub(super) struct Describe {
    family: &'static str,
    infos: Vec<FeatureInfo>,
}

impl Describe {
    pub fn new(family: &'static str) -> Self {
        Self {
            family,
            infos: Vec::new(),
        }
    }

    pub fn add(
        &mut self,
        name: impl AsRef<str>,
        unit: &'static str,
        range: (f32, f32),
        meaning: impl Into<String>,
    ) -> &mut Self {
        self.infos.push(FeatureInfo {
            name: format!("{}.{}", self.family, name.as_ref()),
            unit,
            low: range.0,
            high: range.1,
            meaning: meaning.into(),
        });
        self
    }

    pub fn done(&mut self) -> Vec<FeatureInfo> {
        std::mem::take(&mut self.infos)
    }
}
