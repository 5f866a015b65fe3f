//! What a model makes of a recording, unrounded: for measuring the model.

use super::judge::Judgement;
use super::listen::ListenOptions;
use super::memory::Known;
use super::store::Model;
use crate::audio::{self, AudioError, Source};
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
    /// The judgement; `None` if the recording cannot carry an answer.
    pub judgement: Option<Judgement>,
}

impl Model {
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
        let heard = self.hear(source, sha256, &options.read, &mut |_| ())?;
        Ok(Examined {
            known: self.parts.memory.knows(&heard.sha256, &heard.fingerprint),
            judgement: self.judge_heard(&heard, &options.prior),
            sha256: heard.sha256,
            fingerprint: heard.fingerprint,
        })
    }
}
