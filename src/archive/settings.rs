//! What decides the answers: the model and the prior, and nothing else.
//!
//! The number of workers, limits, patterns and `--ffmpeg` change which files are read, not what is answered about
//! them; they are not part of the key under which answers are kept.

use serde::{Deserialize, Serialize};

use super::id;
use super::{name, ArchiveError};
use crate::audio::ReadOptions;
use crate::model::answer::Grade;
use crate::model::listen::ListenOptions;
use crate::model::prior;
use crate::model::store::Model;
use std::path::PathBuf;

/// How recordings are to be classified, as it can be sent to another process.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Setup {
    /// The model file as [`name::to_bytes`] writes it; the built-in model if `None`.
    model: Option<Vec<u8>>,
    /// Weights that replace the shares of some labels in the hierarchical prior. Answers are kept under the name that follows
    /// from them.
    prior: Vec<(String, f64)>,
    /// Let ffmpeg decode what cannot be decoded here.
    pub ffmpeg: bool,
}

/// A model with what it needs to answer.
#[derive(Debug, Clone)]
pub struct Listener {
    /// The model.
    pub model: Model,
    /// How it listens.
    pub options: ListenOptions,
}

/// The settings of a run, as the database keeps them.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Follows from the model's hash and the prior.
    pub id: i64,
    /// Name of the model.
    pub model_id: String,
    /// SHA-256 of the model file, in hex.
    pub model_sha256: String,
    /// Name of the prior.
    pub prior: String,
    /// The labels, with their prior shares.
    pub labels: Vec<LabelRow>,
}

/// One label under some settings.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelRow {
    /// The label.
    pub label: String,
    /// Its family.
    pub family: String,
    /// Its class.
    pub class: String,
    /// Its reference grade.
    pub grade: Grade,
    /// Its share in the prior, 0 to 1.
    pub prior: f64,
    /// What its likelihood is multiplied with where recordings are counted ([`Judge::count_factor`](crate::model::judge::Judge::count_factor)).
    pub count_factor: f64,
}

impl Setup {
    /// The built-in model with the hierarchical prior.
    pub fn new() -> Self {
        Self::default()
    }

    /// With weights that replace the shares of some labels in the hierarchical prior.
    pub fn with_prior(mut self, weights: &[(String, f64)]) -> Self {
        self.prior = weights.to_vec();
        self
    }

    /// With the model of this file.
    pub fn with_model(mut self, path: Option<PathBuf>) -> Self {
        self.model = path.map(|path| name::to_bytes(&path));
        self
    }

    /// Loads the model.
    ///
    /// # Errors
    /// [`ArchiveError`] if the model or the prior cannot be used.
    pub fn listener(&self) -> Result<Listener, ArchiveError> {
        let path = self
            .model
            .as_ref()
            .and_then(|bytes| name::from_bytes(bytes));
        let model = match path {
            Some(path) => Model::load(&path)?,
            None => Model::embedded()?,
        };
        let header = model.header();
        let labels: Vec<_> = header.labels.iter().map(|l| l.label.as_str()).collect();
        let weights = self.prior.iter();
        let weights: Vec<_> = weights.map(|(l, w)| (l.as_str(), *w)).collect();
        let shares = header
            .hierarchical_prior()?
            .with_weights(&labels, &weights)?;
        Ok(Listener {
            model,
            options: ListenOptions {
                read: ReadOptions::default().with_ffmpeg(self.ffmpeg),
                prior: shares,
                prior_name: prior::name(&self.prior),
            },
        })
    }
}

impl Listener {
    /// What the database keeps of it.
    pub fn settings(&self) -> Settings {
        let header = self.model.header();
        let shares = self.options.prior.probabilities();
        let labels = header.labels.iter().zip(shares).enumerate();
        let labels = labels.map(|(number, (l, prior))| LabelRow {
            label: l.label.clone(),
            family: l.family.clone(),
            class: l.class.clone(),
            grade: l.grade,
            prior: *prior,
            count_factor: self.model.judge().count_factor(number),
        });
        let prior = self.options.prior_name.clone();
        Settings {
            id: id::of(&["settings", self.model.sha256(), &prior]),
            model_id: header.id.clone(),
            model_sha256: self.model.sha256().to_owned(),
            prior,
            labels: labels.collect(),
        }
    }
}

#[cfg(all(test, feature = "embedded-model"))]
mod tests {
    use super::*;

    #[test]
    fn ffmpeg_changes_no_settings_and_a_prior_does() {
        let settings = |setup: &Setup| setup.listener().unwrap().settings();
        let plain = settings(&Setup::new());
        let mut setup = Setup::new();
        setup.ffmpeg = true;
        assert_eq!(settings(&setup), plain);
        let weighted = |weights: &[(&str, f64)]| {
            let weights: Vec<_> = weights.iter().map(|(l, w)| ((*l).to_owned(), *w)).collect();
            settings(&Setup::new().with_prior(&weights))
        };
        let other = weighted(&[("siren", 0.5)]);
        assert_eq!(other.prior, "hierarchical with siren=0.5");
        assert_ne!(other.id, plain.id);
        assert_ne!(weighted(&[("siren", 0.25)]).id, other.id);
        assert_eq!(weighted(&[]), plain);
        assert_eq!(other.labels.len(), plain.labels.len());
        // Databases that are there already go by these numbers.
        let model = plain.model_sha256.as_str();
        assert_eq!(plain.id, id::of(&["settings", model, "hierarchical"]));
        assert_eq!(
            weighted(&[("siren", 0.5), ("engine", 2.0)]).id,
            id::of(&["settings", model, "hierarchical with siren=0.5, engine=2"])
        );
    }
}
