//! The model file.
//!
//! ```text
//! 8 bytes   magic, "EARWITN\x01"
//! 8 bytes   length of the header, little-endian
//! ...       the header, JSON
//! 8 bytes   length of the payload, little-endian
//! ...       the payload, MessagePack
//! 32 bytes  SHA-256 of everything before
//! ```
//! Loading runs no code from the file and checks every size and number before it is used.

use super::classifier::Classifier;
use super::header::Header;
use super::judge::Judge;
use super::memory::TrainingMemory;
use super::phase::PhaseModel;
use super::scaler::Scaler;
use super::scorer::{Scorer, ScorerError};
use crate::features::FEATURE_VERSION;
use crate::hex::hex;
use crate::whole_file;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::path::Path;

const MAGIC: &[u8; 8] = b"EARWITN\x01";
/// Version of the file format.
pub const FORMAT: u32 = 1;
/// Largest model file that is read: far above any real model.
const SIZE_LIMIT: u64 = 1 << 28;
const DIGEST: usize = 32;

/// Why a model cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The program was built without one.
    #[error("no model is built in; name a model file with --model, or build with the feature embedded-model")]
    NotEmbedded,
    /// There is no model to go back to.
    #[error("no model was promoted, so there is none to go back to; the built-in one is in use")]
    NothingBefore,
    /// The file cannot be read or written.
    #[error("{name}: {error}; check the path and its permissions")]
    Io {
        /// The file.
        name: String,
        /// What the operating system said.
        #[source]
        error: std::io::Error,
    },
    /// The file is no model, or is damaged.
    #[error("{name}: {fault}; get the file again, or train the model again")]
    Damaged {
        /// The file.
        name: String,
        /// What is wrong.
        fault: String,
    },
    /// The model was made by another version.
    #[error("{name}: the model has {what} {found}, this earwitness has {expected}; train it again with this version, or use the version {tool} that made it")]
    Version {
        /// The file.
        name: String,
        /// Which version differs.
        what: &'static str,
        /// Version found.
        found: u32,
        /// Version wanted.
        expected: u32,
        /// earwitness that made the model.
        tool: String,
    },
}

/// The parts that answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Parts {
    /// Standardises feature rows.
    pub scaler: Scaler,
    /// Scores standardised rows.
    pub classifier: Classifier,
    /// Turns the scores of a recording into an answer.
    pub judge: Judge,
    /// Tells a dive from level flight, if the model has learnt to.
    #[serde(default)]
    pub phase: Option<PhaseModel>,
    /// Knows the recordings that the model was trained on.
    pub memory: TrainingMemory,
}

/// A trained model.
#[derive(Debug, Clone)]
pub struct Model {
    header: Header,
    pub(super) parts: Parts,
    sha256: String,
    learnt_sha256: String,
}

impl Model {
    /// Joins a header and parts.
    ///
    /// # Errors
    /// [`ModelError::Damaged`] if they contradict each other.
    pub fn new(header: Header, parts: Parts) -> Result<Self, ModelError> {
        let bytes = encode(&header, &parts)?;
        Self::from_bytes(&header.id, &bytes)
    }

    /// The default model.
    ///
    /// # Errors
    /// [`ModelError::NotEmbedded`] if the program was built without the feature `embedded-model`.
    #[cfg(feature = "embedded-model")]
    pub fn embedded() -> Result<Self, ModelError> {
        Self::from_bytes(
            "the built-in model",
            include_bytes!("../../models/default.earwitness"),
        )
    }

    /// The default model.
    ///
    /// # Errors
    /// [`ModelError::NotEmbedded`]: this program was built without the feature `embedded-model`.
    #[cfg(not(feature = "embedded-model"))]
    pub fn embedded() -> Result<Self, ModelError> {
        Err(ModelError::NotEmbedded)
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// [`ModelError`] if it cannot be read, is damaged, or was made by another version.
    pub fn load(path: &Path) -> Result<Self, ModelError> {
        let name = path.display().to_string();
        let io = |error| ModelError::Io {
            name: name.clone(),
            error,
        };
        let size = std::fs::metadata(path).map_err(io)?.len();
        if size > SIZE_LIMIT {
            return Err(damaged(
                &name,
                format!("it has {size} bytes, too many for a model"),
            ));
        }
        Self::from_bytes(&name, &std::fs::read(path).map_err(io)?)
    }

    /// Reads a model from memory; `name` is what messages call it.
    ///
    /// # Errors
    /// As [`Model::load`].
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self, ModelError> {
        let fault = |fault: &str| damaged(name, fault.to_owned());
        if !bytes.starts_with(MAGIC) {
            return Err(fault("it is not an earwitness model"));
        }
        let (body, digest) = bytes.split_at(bytes.len().saturating_sub(DIGEST));
        let mut hash = Sha256::new_with_prefix(body);
        if hash.clone().finalize().as_slice() != digest {
            return Err(fault("its checksum is wrong: it was cut off or changed"));
        }
        hash.update(digest);
        let mut rest = &body[MAGIC.len()..];
        let header = take_block(&mut rest).ok_or_else(|| fault("its header is cut off"))?;
        let payload = take_block(&mut rest).ok_or_else(|| fault("its payload is cut off"))?;
        let header: Header =
            serde_json::from_slice(header).map_err(|e| damaged(name, e.to_string()))?;
        check_version(name, &header, "file format", header.format, FORMAT)?;
        check_version(
            name,
            &header,
            "feature version",
            header.feature_version,
            FEATURE_VERSION,
        )?;
        let parts: Parts =
            rmp_serde::from_slice(payload).map_err(|e| damaged(name, e.to_string()))?;
        check(&header, &parts).map_err(|e| damaged(name, e.to_string()))?;
        Ok(Self {
            header,
            parts,
            sha256: hex(&hash.finalize()),
            learnt_sha256: sha256_hex(payload),
        })
    }

    /// Writes the model to a file, whole or not at all.
    ///
    /// # Errors
    /// [`ModelError::Io`] if it cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), ModelError> {
        let bytes = encode(&self.header, &self.parts)?;
        whole_file::write(path, &bytes).map_err(|error| ModelError::Io {
            name: path.display().to_string(),
            error,
        })
    }

    /// What the model says about itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// This model with the figures of an evaluation in its header.
    ///
    /// # Errors
    /// As [`Model::new`].
    pub fn with_held_out(self, figures: serde_json::Value) -> Result<Self, ModelError> {
        Self::new(
            Header {
                held_out: Some(figures),
                ..self.header
            },
            self.parts,
        )
    }

    /// SHA-256 of the model file, in hex.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// SHA-256 of the parts that answer, as the file has them, in hex: the same for two files of one model that differ in
    /// figures alone.
    pub fn learnt_sha256(&self) -> &str {
        &self.learnt_sha256
    }

    /// How many files it was trained on, and a hash that tells whether others are the same
    /// ([`TrainingMemory::digest`]).
    pub fn recordings_digest(&self) -> (usize, String) {
        self.parts.memory.digest()
    }

    /// What turns the scores of a recording into an answer.
    pub fn judge(&self) -> &Judge {
        &self.parts.judge
    }
}

fn encode(header: &Header, parts: &Parts) -> Result<Vec<u8>, ModelError> {
    let fault = |e: String| damaged(&header.id, e);
    let json = serde_json::to_vec_pretty(header).map_err(|e| fault(e.to_string()))?;
    let payload = rmp_serde::to_vec_named(parts).map_err(|e| fault(e.to_string()))?;
    let mut bytes = MAGIC.to_vec();
    for block in [json, payload] {
        bytes.extend((block.len() as u64).to_le_bytes());
        bytes.extend(block);
    }
    let digest = Sha256::digest(&bytes);
    bytes.extend(digest);
    Ok(bytes)
}

/// Takes a length and as many bytes off the front of `rest`.
fn take_block<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, after) = rest.split_first_chunk::<8>()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    let (block, after) = after.split_at_checked(length)?;
    *rest = after;
    Some(block)
}

fn check(header: &Header, parts: &Parts) -> Result<(), ScorerError> {
    let (features, labels) = (header.n_features, header.labels.len());
    let size = |what, found, expected| super::scorer::check_size("model", what, found, expected);
    size("features", features, crate::features::schema().len())?;
    if labels < 2 {
        return Err(ScorerError::Structure {
            part: "model",
            reason: "it has fewer than two labels".into(),
        });
    }
    parts.scaler.validate(features)?;
    parts.classifier.validate(features, labels)?;
    size("labels", parts.classifier.n_labels(), labels)?;
    if let Some(phase) = &parts.phase {
        phase.validate(features)?;
    }
    parts.judge.validate(labels)
}

fn check_version(
    name: &str,
    header: &Header,
    what: &'static str,
    found: u32,
    expected: u32,
) -> Result<(), ModelError> {
    if found == expected {
        return Ok(());
    }
    Err(ModelError::Version {
        name: name.into(),
        what,
        found,
        expected,
        tool: header.tool_version.clone(),
    })
}

fn damaged(name: &str, fault: String) -> ModelError {
    ModelError::Damaged {
        name: name.to_owned(),
        fault,
    }
}

/// SHA-256 in hex.
pub(super) fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
