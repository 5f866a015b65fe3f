//! The recipe: everything besides the recordings that decides what a model becomes.

use super::calibration::CalibrationSettings;
use super::error::TrainError;
use super::learner::LearnerRecipe;
use super::refine::RefineRecipe;
use super::rendered::RenderedSettings;
use crate::channel::ChainParams;
use serde::{Deserialize, Serialize};

/// Settings of a training run, as they stand in `models/default.toml`.
///
/// The same manifest and recipe give the same model, byte for byte, on the same machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Name of the model that comes out.
    pub id: String,
    /// Seed of every random choice.
    pub seed: u64,
    /// Folds over source groups from which calibration is learnt, 3 to 20.
    pub folds: usize,
    /// Share of recordings whose true label the prediction set shall hold, 0.5 to 0.99.
    pub coverage: f64,
    /// Whether the prediction set of a label that has real recordings and rendered clips shall hold it that often for either;
    /// else for real recordings alone.
    #[serde(default, skip_serializing_if = "is_off")]
    pub covers_rendered: bool,
    /// How scores become likelihoods.
    pub calibration: CalibrationSettings,
    /// How labels and groups weigh.
    pub balance: Balance,
    /// How training recordings are varied.
    pub augmentation: Augmentation,
    /// Whether the annotations that the project ships ([`crate::dataset::Annotations`]) are used: what is heard when, and in
    /// which phase.
    #[serde(default)]
    pub annotations: bool,
    /// What is rendered and heard beside the recordings; nothing if left out.
    #[serde(default)]
    pub rendered: Option<RenderedSettings>,
    /// What learns to tell a dive from level flight; nothing does if left out.
    #[serde(default)]
    pub phase: Option<LearnerRecipe>,
    /// What learns the phase by how the segments of a passage follow each other, beside `phase`; if left out, the segments
    /// decide by themselves.
    #[serde(default)]
    pub course: Option<LearnerRecipe>,
    /// A second look at munitions and military drones; if left out, the learners treat them as any other labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refine: Option<RefineRecipe>,
    /// Learners that are fitted; which of them (or all, averaged) becomes the classifier is chosen by held-out log loss.
    pub learners: Vec<LearnerRecipe>,
}

/// Whether a setting is what it is when left out: recipes are written as they were before there was one.
fn is_off(setting: &bool) -> bool {
    !setting
}

/// As [`is_off`], of a number.
pub(super) fn is_nothing(setting: &f64) -> bool {
    *setting == 0.0
}

/// Weights against imbalance: every label weighs alike in all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Balance {
    /// How far the segments of one source group share their weight: 0 (each counts in full) to 1
    /// (a group counts once, whatever its length).
    pub group_power: f64,
}

/// Copies of training recordings, passed through random channels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Augmentation {
    /// Segments per label that copies are made for; rare labels are copied more often.
    pub segments_per_label: usize,
    /// Most copies of one recording, 0 (no augmentation) to 50.
    pub max_copies: usize,
    /// Weight of a copy where the original weighs 1, 0 to 1.
    pub weight: f64,
    /// Share of the background recordings that are also heard as nothing but noise and wind
    /// ([`super::takes::Take::Noise`]), 0 to 1.
    #[serde(default)]
    pub noise_share: f64,
    /// The channel, the same for every label.
    pub channel: ChainParams,
}

impl Recipe {
    /// Reads a recipe from TOML; `name` is what messages call it.
    ///
    /// # Errors
    /// [`TrainError::Recipe`] for unknown or missing settings and values out of range.
    pub fn from_toml(name: &str, text: &str) -> Result<Self, TrainError> {
        let fault = |fault: String| TrainError::Recipe {
            name: name.to_owned(),
            fault,
        };
        let recipe: Self = toml::from_str(text).map_err(|e| fault(e.to_string()))?;
        recipe.check().map_err(fault)?;
        Ok(recipe)
    }

    /// The recipe of the default model.
    ///
    /// # Errors
    /// [`TrainError::Recipe`] if the committed recipe is broken; a test sees to it that it isn't.
    pub fn default_model() -> Result<Self, TrainError> {
        Self::from_toml(
            "models/default.toml",
            include_str!("../../models/default.toml"),
        )
    }

    /// The recipe as TOML, as it is stored in models.
    pub fn to_toml(&self) -> String {
        // A recipe holds only what TOML can write: tables, lists, numbers and strings.
        toml::to_string(self).unwrap_or_default()
    }

    /// The same recipe with fewer networks and fewer, smaller trees: what folds are fitted with where time counts.
    ///
    /// Its answers serve to calibrate and to compare, never to answer.
    pub fn quick(&self) -> Self {
        let mut quick = self.clone();
        let second = quick.refine.iter_mut().flat_map(RefineRecipe::learners_mut);
        for learner in quick.learners.iter_mut().chain(second) {
            learner.settings = learner.settings.quick();
        }
        quick
    }

    /// The first learner of the recipe alone, as small as it is of use: what many fits are made with, one beside the other.
    pub fn smallest(&self) -> Self {
        let mut smallest = self.clone();
        smallest.learners.truncate(1);
        smallest.refine = None;
        for learner in &mut smallest.learners {
            learner.settings = learner.settings.smallest();
        }
        smallest
    }

    /// Name of a candidate classifier: a learner, or, after the last, all of them averaged.
    pub fn candidate_name(&self, candidate: usize) -> String {
        let learner = self.learners.get(candidate);
        learner.map_or_else(|| "average of all".to_owned(), |l| l.name().to_owned())
    }

    fn check(&self) -> Result<(), String> {
        let within = |name: &str, value: f64, low: f64, high: f64| {
            if (low..=high).contains(&value) {
                Ok(())
            } else {
                Err(format!("{name} is {value}, it must be {low} to {high}"))
            }
        };
        within("folds", self.folds as f64, 3.0, 20.0)?;
        within("coverage", self.coverage, 0.5, 0.99)?;
        let calibration = self.calibration;
        within("calibration.l2", calibration.l2, 1e-6, 1e3)?;
        within("calibration.group_power", calibration.group_power, 0.0, 1.0)?;
        let share = calibration.rendered_share;
        within("calibration.rendered_share", share, 0.0, 0.9)?;
        within("balance.group_power", self.balance.group_power, 0.0, 1.0)?;
        within(
            "augmentation.max_copies",
            self.augmentation.max_copies as f64,
            0.0,
            50.0,
        )?;
        let augmentation = &self.augmentation;
        within("augmentation.weight", augmentation.weight, 0.0, 1.0)?;
        within(
            "augmentation.noise_share",
            augmentation.noise_share,
            0.0,
            1.0,
        )?;
        if let Some(rendered) = &self.rendered {
            rendered.check()?;
        }
        if let Some(whether) = self.refine.as_ref().and_then(|r| r.whether.as_ref()) {
            let weight = whether.label_weight;
            within("refine.whether.label_weight", weight, 0.001, 10.0)?;
        }
        if self.learners.is_empty() {
            return Err("no learner is given; add a [[learners]] section".into());
        }
        self.augmentation
            .channel
            .clone()
            .check()
            .map(|_| ())
            .map_err(|e| e.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_recipe_is_valid() {
        let recipe = Recipe::default_model().unwrap();
        assert_eq!(
            Recipe::from_toml("again", &recipe.to_toml()).unwrap(),
            recipe
        );
    }

    #[test]
    fn a_setting_that_does_not_exist_is_named_wherever_it_stands() {
        let text = Recipe::default_model().unwrap().to_toml();
        for section in ["[refine.which]", "[refine.whether]", "[calibration]"] {
            assert!(text.contains(section), "{section}");
            let text = text.replace(section, &format!("{section}\nloudness = 1"));
            let message = Recipe::from_toml("mine.toml", &text).unwrap_err();
            assert!(message.to_string().contains("loudness"), "{message}");
        }
    }

    #[test]
    fn values_out_of_range_are_named() {
        let mut recipe = Recipe::default_model().unwrap();
        recipe.folds = 1;
        let text = toml::to_string(&recipe).unwrap();
        let message = Recipe::from_toml("mine.toml", &text)
            .unwrap_err()
            .to_string();
        assert!(
            message.contains("mine.toml") && message.contains("folds"),
            "{message}"
        );
    }
}
