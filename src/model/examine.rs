//! What a model makes of a recording, unrounded: for measuring the model.

use super::judge::Judgement;
use super::listen::ListenOptions;
use super::memory::Known;
use super::phase::PhaseModel;
use super::prior::Prior;
use super::segments::log_probabilities;
use super::store::Model;
use crate::audio::{self, AudioError, Fitness, Source};
use crate::fingerprint::Fingerprint;

/// A recording as the model heard it.
#[derive(Debug, Clone)]
pub struct Examined {
    /// SHA-256 of the file.
    pub sha256: [u8; 32],
    /// What its sound is known by.
    pub fingerprint: Fingerprint,
    /// How the model knows the recording from its training, if it does.
    pub known: Option<Known>,
    /// What it is fit for.
    pub fitness: Fitness,
    /// The judgement; `None` if the recording cannot carry an answer.
    pub judgement: Option<Judgement>,
}

impl Model {
    /// Judges measured segments (feature vectors of one recording); `None` without any.
    pub fn judge_segments(&self, segments: &[Vec<f32>], prior: &Prior) -> Option<Judgement> {
        let parts = &self.parts;
        let scores = log_probabilities(&parts.scaler, &parts.classifier, segments);
        (!scores.is_empty()).then(|| parts.judge.judge(&scores, prior))
    }

    /// How the model knows a recording from its training, if it does.
    pub fn knows(&self, sha256: &[u8; 32], fingerprint: &Fingerprint) -> Option<Known> {
        self.parts.memory.knows(sha256, fingerprint)
    }

    /// What tells dives from level flight, if the model does.
    pub fn phase_model(&self) -> Option<&PhaseModel> {
        self.parts.phase.as_ref()
    }

    /// Listens to a recording as [`Model::classify`] does, and gives what the answer is made from.
    ///
    /// # Errors
    /// [`AudioError`] if the recording cannot be read.
    pub fn examine(
        &self,
        source: &Source,
        options: &ListenOptions,
    ) -> Result<Examined, AudioError> {
        let sha256 = audio::content_hash(source)?;
        let mut fingerprint = Fingerprint::default();
        let heard = self.hear(source, sha256, &options.read, &mut fingerprint)?;
        Ok(Examined {
            known: heard.known,
            judgement: self.judge_heard(&heard, &options.prior),
            fitness: heard.fitness(),
            sha256: heard.sha256,
            fingerprint,
        })
    }
}
