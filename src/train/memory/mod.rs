//! The training memory: what a model learnt from as feature vectors, so that new recordings train together with
//! all the old ones and nobody needs the old sound.
//!
//! It holds every take that the recipe trains on (as it is, copies, noise, rendered clips) with labels, phases,
//! groups, folds and sources, what the recordings are known by, and what models that never heard a fold said of it.

mod codes;
mod error;
mod file;
mod stored;

pub use error::MemoryError;

use super::corpus::{Corpus, Origin, Places, Progress};
use super::error::TrainError;
use super::fit::SegmentScores;
use super::held_out::{choose, out_of_fold};
use super::recipe::Recipe;
use super::takes::Take;
use crate::dataset::check::Met;
use crate::features::{schema, FEATURE_VERSION};
use crate::fingerprint::Fingerprint;
use crate::model::memory::TrainingMemory;
use crate::model::store::Model;
use codes::Codes;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use stored::{Payload, StoredRecording, StoredRow};

/// Version of the file format.
pub const MEMORY_FORMAT: u32 = 2;

/// The readable part of a memory file (JSON).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MemoryHeader {
    /// Version of the file format.
    pub format: u32,
    /// Version of the feature vectors.
    pub feature_version: u32,
    /// Columns of the feature vectors.
    pub n_features: usize,
    /// Version of earwitness that made it.
    pub tool_version: String,
    /// Name of the model that learnt from it.
    pub model: String,
    /// What that model learnt ([`crate::model::store::Model::learnt_sha256`]), in hex.
    pub learnt_sha256: String,
    /// Its labels, sorted.
    pub labels: Vec<String>,
    /// Family and class of labels that the project does not know.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub places: Places,
    /// Real recordings by corpus.
    pub sources: BTreeMap<String, usize>,
    /// The model's recipe, as TOML.
    pub recipe: String,
    /// Which candidate of the quick fits gave the held-out scores.
    pub candidate: usize,
}

/// What a model learnt from.
#[derive(Debug, Clone)]
pub struct Memory {
    /// What it says about itself.
    pub header: MemoryHeader,
    /// Recordings and their feature vectors. Fingerprints are blank: [`Memory::known`] has them.
    pub corpus: Corpus,
    /// Hashes and fingerprints of the real recordings, numbered as in the corpus.
    pub known: TrainingMemory,
    /// What the quick fits of the recipe ([`Recipe::quick`]) that never heard its fold said of each recording; a
    /// single candidate, the one that was chosen.
    pub held_out: SegmentScores,
}

impl Memory {
    /// What is kept of `corpus`, from which `model` was trained by `recipe`, with what its real recordings are `known` by and
    /// what was `held_out`: the scores of quick fits that never heard a fold, and which of their candidates was chosen. Paths are
    /// kept as seen from `folder`.
    ///
    /// # Errors
    /// None in practice.
    pub fn of(
        corpus: &Corpus,
        recipe: &Recipe,
        model: &Model,
        known: TrainingMemory,
        (held_out, candidate): (SegmentScores, usize),
        folder: &Path,
    ) -> Result<Self, TrainError> {
        let mut kept = corpus.clone();
        kept.joins.clear();
        kept.left_out.clear();
        for recording in &mut kept.recordings {
            let seen = Path::new(&recording.path).strip_prefix(folder);
            let Ok(seen) = seen.map(|path| path.display().to_string()) else {
                continue;
            };
            if recording.group_name == recording.path {
                recording.group_name.clone_from(&seen);
            }
            recording.path = seen;
        }
        let mut sources = BTreeMap::new();
        let recorded = corpus.recordings.iter();
        let recorded = recorded.filter(|r| r.origin == Origin::Recorded);
        for recording in recorded {
            *sources.entry(recording.source.clone()).or_default() += 1;
        }
        Ok(Self {
            header: MemoryHeader {
                format: MEMORY_FORMAT,
                feature_version: FEATURE_VERSION,
                n_features: schema().len(),
                tool_version: env!("CARGO_PKG_VERSION").into(),
                model: model.header().id.clone(),
                learnt_sha256: model.learnt_sha256().to_owned(),
                labels: corpus.labels.clone(),
                places: corpus.places.clone(),
                sources,
                recipe: recipe.to_toml(),
                candidate,
            },
            known,
            held_out: SegmentScores {
                candidates: held_out
                    .candidates
                    .into_iter()
                    .skip(candidate)
                    .take(1)
                    .collect(),
            },
            corpus: kept,
        })
    }

    /// The same of a corpus whose folds have not been fitted quickly yet: they are, on the numbers as they are stored.
    ///
    /// # Errors
    /// [`TrainError`] if a fit fails.
    pub fn with_fits(
        corpus: &Corpus,
        recipe: &Recipe,
        model: &Model,
        folder: &Path,
        progress: Progress,
    ) -> Result<Self, TrainError> {
        let mut stored = corpus.clone();
        stored.features = Codes::of(&corpus.features).decode().unwrap_or_default();
        let quick = recipe.quick();
        progress("memory: fitting on folds", 1, 1);
        let scores = out_of_fold(&stored, &quick, &|_| true)?;
        let candidate = choose(&stored, &quick, &scores, &|_| true)?;
        let known = super::pipeline::known(corpus);
        Self::of(&stored, recipe, model, known, (scores, candidate), folder)
    }

    /// Reads a memory file.
    ///
    /// # Errors
    /// [`MemoryError`] if it is absent, cannot be read, is damaged, or was made by another version.
    pub fn load(path: &Path) -> Result<Self, MemoryError> {
        Self::from_bytes(&path.display().to_string(), &file::read(path)?)
    }

    /// Checks that it is the memory of `base`; `name` is what messages call it.
    ///
    /// # Errors
    /// [`MemoryError::OtherModel`] if it is another's.
    pub fn belongs_to(&self, base: &Model, name: &str) -> Result<(), MemoryError> {
        if base.learnt_sha256() == self.header.learnt_sha256 {
            return Ok(());
        }
        let named = |id: &str, learnt: &str| {
            let start: String = learnt.chars().take(12).collect();
            format!("{id} (what it learnt: SHA-256 {start}…)")
        };
        Err(MemoryError::OtherModel {
            name: name.to_owned(),
            memory_of: named(&self.header.model, &self.header.learnt_sha256),
            base: named(&base.header().id, base.learnt_sha256()),
        })
    }

    /// Reads a memory from memory; `name` is what messages call it.
    ///
    /// # Errors
    /// As [`Memory::load`].
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self, MemoryError> {
        let fault = |fault: String| MemoryError::damaged(name, fault);
        let (header, payload) = file::take_apart(name, bytes)?;
        let header: MemoryHeader =
            serde_json::from_slice(header).map_err(|e| fault(e.to_string()))?;
        check_versions(name, &header)?;
        let payload = file::inflate(name, payload)?;
        let payload: Payload = rmp_serde::from_slice(&payload).map_err(|e| fault(e.to_string()))?;
        payload.into_memory(header).map_err(fault)
    }

    /// Writes the memory to a file, whole or not at all.
    ///
    /// # Errors
    /// [`MemoryError::Io`] if it cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), MemoryError> {
        file::write(path, &self.to_bytes(&path.display().to_string())?)
    }

    /// The file's bytes.
    ///
    /// # Errors
    /// None in practice.
    pub fn to_bytes(&self, name: &str) -> Result<Vec<u8>, MemoryError> {
        let fault = |fault: String| MemoryError::damaged(name, fault);
        let header = serde_json::to_vec_pretty(&self.header).map_err(|e| fault(e.to_string()))?;
        let payload = Payload {
            recordings: self
                .corpus
                .recordings
                .iter()
                .map(StoredRecording::of)
                .collect(),
            rows: self.corpus.rows.iter().map(StoredRow::of).collect(),
            features: Codes::of(&self.corpus.features),
            scores: stored::flatten(&self.held_out),
            known: self.known.clone(),
        };
        let payload = rmp_serde::to_vec(&payload).map_err(|e| fault(e.to_string()))?;
        Ok(file::join(&header, &payload))
    }

    /// What it knows of a recording: the same file, or shared sound, the most first.
    pub fn met(&self, sha256: &[u8; 32], fingerprint: &Fingerprint) -> Vec<Met> {
        let recorded = &self.corpus.recordings[..self.corpus.n_recorded()];
        let met = |i: usize, how: String| Met {
            name: recorded[i].path.clone(),
            label: self.corpus.labels[recorded[i].label].clone(),
            how,
        };
        let whole = (0..recorded.len())
            .filter(|&i| recorded[i].sha256 == *sha256 && recorded[i].stretch.is_none());
        let mut found: Vec<Met> = whole.map(|i| met(i, "the same file".into())).collect();
        if found.is_empty() {
            for m in self.known.sounds(fingerprint) {
                let number = m.id as usize;
                if number < recorded.len() {
                    found.push(met(number, format!("{:.1} s of its sound", m.overlap_s)));
                }
            }
        }
        found
    }

    /// The recipe of the model that learnt from it.
    ///
    /// # Errors
    /// [`TrainError::Recipe`] if this version does not understand it.
    pub fn recipe(&self) -> Result<Recipe, TrainError> {
        Recipe::from_toml(
            &format!("recipe of {}", self.header.model),
            &self.header.recipe,
        )
    }

    /// Segments of real recordings of each label, as they are.
    pub fn segments_per_label(&self) -> Vec<usize> {
        let mut segments = vec![0; self.corpus.labels.len()];
        for row in self.corpus.rows.iter().filter(|r| r.take == Take::AsItIs) {
            let recording = &self.corpus.recordings[row.recording];
            segments[recording.label] += usize::from(recording.origin == Origin::Recorded);
        }
        segments
    }
}

fn check_versions(name: &str, header: &MemoryHeader) -> Result<(), MemoryError> {
    if header.format != MEMORY_FORMAT {
        return Err(MemoryError::Format {
            name: name.to_owned(),
            found: header.format,
            expected: MEMORY_FORMAT,
            tool: header.tool_version.clone(),
        });
    }
    if header.feature_version != FEATURE_VERSION || header.n_features != schema().len() {
        let each = header.sources.iter();
        let each = each.map(|(source, n)| format!("{source} ({n})"));
        return Err(MemoryError::Features {
            name: name.to_owned(),
            found: header.feature_version,
            expected: FEATURE_VERSION,
            recordings: header.sources.values().sum(),
            sources: each.collect::<Vec<_>>().join(", "),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
