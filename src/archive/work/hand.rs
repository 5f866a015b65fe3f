//! The work itself: one file is hashed, or classified.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;

use super::Fault;
use crate::archive::answer::Answer;
use crate::archive::facts::Facts;
use crate::archive::recorded::{recorded_at, RecordedAt};
use crate::archive::settings::Listener;
use crate::audio::{self, AudioError, Source};
use crate::model::tap::Tap;

/// What hashing a file gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hashed {
    /// SHA-256 of all its bytes.
    pub sha256: [u8; 32],
    /// When it was recorded, as far as can be known.
    pub recorded_at: Option<RecordedAt>,
    /// Size and time of change of the file that has this hash.
    pub facts: Facts,
}

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

    /// SHA-256 of a file, of which facts, and when it was recorded as far as can be known.
    ///
    /// # Errors
    /// [`Fault`] if it cannot be read, or is being written at this moment.
    pub fn hash(&self, path: &Path) -> Result<Hashed, Fault> {
        let source = Source::Path(path.to_owned());
        let before = Facts::now(path).ok();
        let (sha256, recorded_at) = guarded(&source, || {
            audio::content_hash(&source).map(|hash| (hash, recorded_at(path)))
        })?;
        Ok(Hashed {
            sha256,
            recorded_at,
            facts: unchanged(&source, path, before)?,
        })
    }

    /// The answer about a file whose bytes have this hash, and had when it had these facts; `tap` hears it too.
    ///
    /// # Errors
    /// [`Fault`] if it cannot be read, or has changed since it was hashed.
    pub fn classify(
        &self,
        path: &Path,
        sha256: [u8; 32],
        hashed: Facts,
        tap: &mut dyn Tap,
    ) -> Result<Answer, Fault> {
        let source = Source::Path(path.to_owned());
        // What is listened to would not be what the hash is of.
        if Facts::now(path).is_ok_and(|now| now != hashed) {
            return Err(changed(&source));
        }
        let listened = guarded(&source, || {
            let options = &self.listener.options;
            self.listener.model.listen(&source, sha256, options, tap)
        })?;
        unchanged(&source, path, Some(hashed))?;
        Ok(Answer::new(listened))
    }
}

/// The facts of a file that was read, if they are those from before.
fn unchanged(source: &Source, path: &Path, before: Option<Facts>) -> Result<Facts, Fault> {
    match Facts::now(path) {
        Ok(after) if before == Some(after) => Ok(after),
        Ok(_) => Err(changed(source)),
        // It may have gone with the folder that it was in: that is no change, and not for us to judge.
        Err(error) => Err(gone(source, &error)),
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

#[cfg(all(test, feature = "embedded-model"))]
mod tests {
    use super::*;
    use crate::archive::settings::Setup;

    fn wav(samples: u32) -> Vec<u8> {
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 16_000,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut bytes = std::io::Cursor::new(Vec::new());
        let mut writer = hound::WavWriter::new(&mut bytes, spec).unwrap();
        (0..samples).for_each(|n| writer.write_sample((n * n % 4001) as i16).unwrap());
        writer.finalize().unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_file_that_was_hashed_half_copied_gets_no_answer_under_that_hash() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.wav");
        let whole = wav(48_000);
        let hand = Listening::new(Setup::new().listener().unwrap());
        std::fs::write(&path, &whole[..50_000]).unwrap();
        let half = hand.hash(&path).unwrap();
        assert_eq!(half.facts.size, 50_000);
        // Complete, and at rest while it is listened to.
        std::fs::write(&path, &whole).unwrap();
        let classify = |h: Hashed| hand.classify(&path, h.sha256, h.facts, &mut ());
        assert_eq!(classify(half).unwrap_err().kind, "changed");
        let now = hand.hash(&path).unwrap();
        assert_ne!(now.sha256, half.sha256);
        assert_eq!(classify(now).unwrap().recording.duration_s, 3.0);
    }
}
