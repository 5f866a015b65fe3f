//! A model that has not heard a fold, and listens to sound of that fold.

use crate::features::Extractor;
use crate::model::classifier::Classifier;
use crate::model::judge::{Judge, Judgement};
use crate::model::phase::{PhaseJudgement, PhaseModel};
use crate::model::prior::Prior;
use crate::model::scaler::Scaler;
use crate::model::segments::log_probabilities;
use crate::train::error::TrainError;
use crate::train::fit::Fitted;

/// What a trained model holds, but for the header and the memory.
#[derive(Debug, Clone)]
pub struct FoldModel {
    scaler: Scaler,
    classifier: Classifier,
    judge: Judge,
    phase: Option<PhaseModel>,
}

impl FoldModel {
    /// Keeps one candidate of a fit, with the judge that was learnt for it.
    ///
    /// # Errors
    /// As [`Fitted::candidates`].
    pub fn new(
        fitted: Fitted,
        candidate: usize,
        judge: Judge,
        phase: Option<PhaseModel>,
    ) -> Result<Self, TrainError> {
        let mut candidates = fitted.candidates()?;
        Ok(Self {
            scaler: fitted.scaler,
            classifier: candidates.swap_remove(candidate),
            judge,
            phase,
        })
    }

    /// What turns scores into answers.
    pub fn judge(&self) -> &Judge {
        &self.judge
    }

    /// Judges a whole recording (16 kHz mono); `None` if no segment of it holds sound.
    pub fn hear(&self, samples: &[f32], prior: &Prior) -> Option<Judgement> {
        let segments = measure(samples);
        let scores = log_probabilities(&self.scaler, &self.classifier, &segments);
        (!scores.is_empty()).then(|| self.judge.judge(&scores, prior))
    }

    /// The phase of a whole recording; `None` if none of its segments holds sound, or the model doesn't tell phases.
    pub fn hear_phase(&self, samples: &[f32]) -> Option<PhaseJudgement> {
        self.phase_of(&measure(samples))
    }

    /// The phase of measured segments; `None` if there are none, or the model doesn't tell phases.
    pub fn phase_of(&self, segments: &[Vec<f32>]) -> Option<PhaseJudgement> {
        let model = self.phase.as_ref()?;
        let heard = model.hear(segments);
        (!heard.is_empty()).then(|| model.judge(&heard))
    }
}

fn measure(samples: &[f32]) -> Vec<Vec<f32>> {
    let segments = Extractor::measure_all(samples).into_iter();
    segments.filter_map(|segment| segment.features).collect()
}
