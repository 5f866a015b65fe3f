//! The model that a person has put in place of the built-in one: in a folder of theirs, never in the installation.
//!
//! ```text
//! FOLDER/models/SHA256.earwitness   every model that was ever promoted, never changed afterwards
//! FOLDER/models/SHA256.memory       its training memory, if it had one
//! FOLDER/current                    the SHA-256 of the model in use, then of those before it, a line each
//! ```
//! `current` is replaced as a whole after everything that it names is written, so that a crash leaves the model in use as
//! it was.

use super::store::{Model, ModelError};
use crate::whole_file;
use std::path::{Path, PathBuf};

/// What stands in `current` for the model that is built in.
const BUILT_IN: &str = "built-in";

/// A folder of promoted models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promoted {
    folder: PathBuf,
}

impl Promoted {
    /// The models in `folder`, which need not exist.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// The file of the model in use; `None` for the built-in one.
    ///
    /// # Errors
    /// [`ModelError`] if the list cannot be read or names a model that is not there.
    pub fn current(&self) -> Result<Option<PathBuf>, ModelError> {
        let history = self.history()?;
        let Some(name) = history.first().filter(|name| *name != BUILT_IN) else {
            return Ok(None);
        };
        let file = self.file(name, "earwitness");
        match file.is_file() {
            true => Ok(Some(file)),
            false => Err(ModelError::Damaged {
                name: file.display().to_string(),
                fault: "the promoted model is gone (run `earwitness model rollback` for the one before it)".into(),
            }),
        }
    }

    /// Puts the model in `file` in place of the one in use, with its training memory if one is given. It is read and
    /// checked first.
    ///
    /// # Errors
    /// [`ModelError`] if it is no usable model or the folder cannot be written; the model in use stays then.
    pub fn promote(&self, file: &Path, memory: Option<&Path>) -> Result<Model, ModelError> {
        let model = Model::load(file)?;
        let mut history = self.history()?;
        if history.is_empty() {
            history.push(BUILT_IN.into());
        }
        let models = self.folder.join("models");
        std::fs::create_dir_all(&models).map_err(|e| io(&models, e))?;
        let bytes = std::fs::read(file).map_err(|e| io(file, e))?;
        if super::store::sha256_hex(&bytes) != model.sha256() {
            return Err(ModelError::Damaged {
                name: file.display().to_string(),
                fault: "it was changed while it was read".into(),
            });
        }
        write(&self.file(model.sha256(), "earwitness"), &bytes)?;
        if let Some(memory) = memory {
            let bytes = std::fs::read(memory).map_err(|e| io(memory, e))?;
            write(&self.file(model.sha256(), "memory"), &bytes)?;
        }
        if history[0] != model.sha256() {
            history.insert(0, model.sha256().to_owned());
        }
        self.set(&history)?;
        Ok(model)
    }

    /// Goes back to the model before the one in use; the SHA-256 of it, `None` for the built-in one. The file of the one
    /// that was in use stays.
    ///
    /// # Errors
    /// [`ModelError::NothingBefore`] if no model was promoted, [`ModelError::Io`] if the folder cannot be written.
    pub fn rollback(&self) -> Result<Option<String>, ModelError> {
        let mut history = self.history()?;
        if history.len() < 2 {
            return Err(ModelError::NothingBefore);
        }
        history.remove(0);
        self.set(&history)?;
        Ok(history.into_iter().next().filter(|name| name != BUILT_IN))
    }

    /// SHA-256 of the model in use and of those before it; `built-in` for that.
    ///
    /// # Errors
    /// [`ModelError`] if the list cannot be read or holds something else.
    pub fn history(&self) -> Result<Vec<String>, ModelError> {
        let path = self.folder.join("current");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            // A folder on the way that is a file: there is no such folder.
            Err(e) if e.kind() == std::io::ErrorKind::NotADirectory => return Ok(Vec::new()),
            Err(e) => return Err(io(&path, e)),
        };
        let names: Vec<String> = text
            .lines()
            .map(|l| l.trim().to_owned())
            .filter(|l| !l.is_empty())
            .collect();
        let is_name = |name: &String| {
            name == BUILT_IN || (name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit()))
        };
        if !names.iter().all(is_name) {
            return Err(ModelError::Damaged {
                name: path.display().to_string(),
                fault: "it lists something that is no SHA-256 (delete this file for the built-in model)".into(),
            });
        }
        Ok(names)
    }

    fn file(&self, name: &str, ending: &str) -> PathBuf {
        self.folder.join("models").join(format!("{name}.{ending}"))
    }

    fn set(&self, history: &[String]) -> Result<(), ModelError> {
        let text = history
            .iter()
            .map(|name| format!("{name}\n"))
            .collect::<String>();
        write(&self.folder.join("current"), text.as_bytes())
    }
}

fn io(path: &Path, error: std::io::Error) -> ModelError {
    ModelError::Io {
        name: path.display().to_string(),
        error,
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), ModelError> {
    whole_file::write(path, bytes).map_err(|e| io(path, e))
}

#[cfg(all(test, feature = "embedded-model"))]
mod tests {
    use super::*;

    fn default_model() -> PathBuf {
        concat!(env!("CARGO_MANIFEST_DIR"), "/models/default.earwitness").into()
    }

    #[test]
    fn a_model_is_promoted_and_taken_back() {
        let dir = tempfile::tempdir().unwrap();
        let promoted = Promoted::new(dir.path().join("config"));
        assert_eq!(promoted.current().unwrap(), None);
        assert!(matches!(
            promoted.rollback(),
            Err(ModelError::NothingBefore)
        ));
        let model = promoted.promote(&default_model(), None).unwrap();
        let current = promoted.current().unwrap().unwrap();
        assert_eq!(Model::load(&current).unwrap().sha256(), model.sha256());
        // Twice the same is once.
        promoted.promote(&default_model(), None).unwrap();
        assert_eq!(promoted.history().unwrap(), [model.sha256(), BUILT_IN]);
        assert_eq!(promoted.rollback().unwrap(), None);
        assert_eq!(promoted.current().unwrap(), None);
    }

    #[test]
    fn what_is_no_model_leaves_everything_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let promoted = Promoted::new(dir.path());
        promoted.promote(&default_model(), None).unwrap();
        let before = promoted.history().unwrap();
        let cut = dir.path().join("cut.earwitness");
        let bytes = std::fs::read(default_model()).unwrap();
        std::fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
        assert!(promoted.promote(&cut, None).is_err());
        assert!(promoted
            .promote(&default_model(), Some(&dir.path().join("no.memory")))
            .is_err());
        assert_eq!(promoted.history().unwrap(), before);
        assert!(promoted.current().unwrap().is_some());
    }

    #[test]
    fn a_promoted_model_that_is_gone_says_how_to_go_back() {
        let dir = tempfile::tempdir().unwrap();
        let promoted = Promoted::new(dir.path());
        promoted.promote(&default_model(), None).unwrap();
        std::fs::remove_file(promoted.current().unwrap().unwrap()).unwrap();
        assert!(promoted
            .current()
            .unwrap_err()
            .to_string()
            .contains("rollback"));
        assert!(promoted.rollback().is_ok());
        std::fs::write(dir.path().join("current"), "../../etc/passwd\n").unwrap();
        assert!(promoted.current().is_err());
    }
}
