//! The work itself: one file is hashed, or classified.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;

use super::Fault;
use crate::archive::answer::Answer;
use crate::archive::inventory::facts;
use crate::archive::recorded::{recorded_at, RecordedAt};
use crate::archive::settings::Listener;
use crate::audio::{self, AudioError, Source};
use crate::model::tap::Tap;

/// Hashes and classifies, in this thread. No file makes it panic.
#[derive(Debug, Clone)]
pub struct Listening {
    listener: Listener,
}

impl Listening {
    /// With a model that is loaded.
    pub fn new(listener: Listener) -> Self {
        Self { listener }
    }

    /// SHA-256 of a file, and when it was recorded as far as can be known.
    ///
    /// # Errors
    /// [`Fault`] if it cannot be read.
    pub fn hash(&self, path: &Path) -> Result<([u8; 32], Option<RecordedAt>), Fault> {
        let source = Source::Path(path.to_owned());
        guarded(&source, || {
            audio::content_hash(&source).map(|hash| (hash, recorded_at(path)))
        })
    }

    /// The answer about a file whose bytes have this hash; `tap` hears it too.
    ///
    /// # Errors
    /// [`Fault`] if it cannot be read, or is being written at this moment.
    pub fn classify(
        &self,
        path: &Path,
        sha256: [u8; 32],
        tap: &mut dyn Tap,
    ) -> Result<Answer, Fault> {
        let source = Source::Path(path.to_owned());
        let before = std::fs::metadata(path).ok().map(|m| facts(&m));
        let listened = guarded(&source, || {
            let options = &self.listener.options;
            self.listener.model.listen(&source, sha256, options, tap)
        })?;
        match std::fs::metadata(path).map(|m| facts(&m)) {
            Ok(after) if before == Some(after) => Ok(Answer::new(listened)),
            Ok(_) => Err(changed(&source)),
            // It may have gone with the folder that it was in: that is no change, and not for us to judge.
            Err(error) => Err(gone(&source, &error)),
        }
    }
}

fn gone(source: &Source, error: &std::io::Error) -> Fault {
    let name = source.name();
    let message = format!("{name}: was taken away while it was read ({error}); bring it back");
    Fault::new("not-found", message)
}

fn changed(source: &Source) -> Fault {
    let name = source.name();
    let message = format!("{name}: changed while it was read; run again when it is complete");
    Fault::new("changed", message)
}

fn guarded<T>(source: &Source, work: impl FnOnce() -> Result<T, AudioError>) -> Result<T, Fault> {
    match panic::catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(Fault::new(error.kind(), error.to_string())),
        Err(panic) => Err(panicked(source, panic.as_ref())),
    }
}

fn panicked(source: &Source, panic: &(dyn Any + Send)) -> Fault {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or(panic.downcast_ref::<&str>().copied());
    let text = text.unwrap_or("no reason given");
    let name = source.name();
    let message = format!(
        "{name}: earwitness itself failed on it ({text}); please report this, with the file"
    );
    Fault::new("internal", message)
}
