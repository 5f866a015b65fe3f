//! Earlier recordings that are known by their fingerprints alone, as the database of an archive keeps them.
//!
//! Their [`Fingerprint`]s point to the few that may hold a sound; those that are still where they were are read and compared by
//! their [`Waveprint`](super::Waveprint)s, as all others. What is gone can be pointed to and not confirmed.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::search::{among, Against, Query};
use super::Fingerprint;
use crate::audio::ReadOptions;

/// Where fingerprints are kept.
pub trait Known: std::fmt::Debug + Send + Sync {
    /// What people call it: the path of a database.
    fn name(&self) -> String;

    /// What of it holds the file with this SHA-256, or sound of this fingerprint.
    ///
    /// # Errors
    /// If it cannot be read.
    fn look_up(
        &self,
        sha256: &[u8; 32],
        fingerprint: &Fingerprint,
    ) -> Result<Pointed, Box<dyn std::error::Error + Send + Sync>>;
}

/// What a look-up gives.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pointed {
    /// Recordings that were looked through.
    pub recordings: usize,
    /// Their hours of sound.
    pub hours: f64,
    /// Names of files of that SHA-256.
    pub same_file: Vec<PathBuf>,
    /// Recordings that share a second or more by their fingerprints.
    pub candidates: Vec<Pointer>,
}

/// A recording that may hold the sound.
#[derive(Debug, Clone, PartialEq)]
pub struct Pointer {
    /// Names of files that hold it, or held it.
    pub paths: Vec<PathBuf>,
    /// What is known of it.
    pub found: ByFingerprint,
}

/// Sound that an earlier recording shares by its fingerprint, without confirmation by the closer comparison.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ByFingerprint {
    /// The recording, by the first of its names.
    pub id: String,
    /// SHA-256 of the file, hex, by which a copy of it can be recognised.
    pub sha256: String,
    /// Where in the query the shared stretch begins, s.
    pub start_s: f64,
    /// Where it ends there, s.
    pub end_s: f64,
    /// Where in the recording it begins, s.
    pub other_start_s: f64,
    /// Where it ends there, s.
    pub other_end_s: f64,
    /// Agreement of the fingerprints: 1 for all bits, 0 for chance.
    pub score: f64,
    /// Why it is not confirmed.
    pub why_unconfirmed: String,
}

/// Adds what `known` holds of the query to what was found elsewhere.
pub fn look_up(found: &mut Against, known: &dyn Known, query: &Query, options: &ReadOptions) {
    let pointed = match known.look_up(query.sha256, query.fingerprint) {
        Ok(pointed) => pointed,
        Err(error) => return found.unreadable.push((known.name(), error.to_string())),
    };
    let own = query.path.and_then(|p| p.canonicalize().ok());
    let is_own = |path: &PathBuf| own.is_some() && path.canonicalize().ok() == own;
    let same = pointed.same_file.iter().filter(|path| !is_own(path));
    found
        .same_file
        .extend(same.map(|p| p.display().to_string()));
    found.compared += pointed.recordings;
    found.hours += pointed.hours;
    // A recording that is there under several names is read once.
    let there = |pointer: &Pointer| pointer.paths.iter().find(|path| path.is_file()).cloned();
    let to_read: Vec<PathBuf> = pointed.candidates.iter().filter_map(there).collect();
    let confirmed = among(query, &to_read, options);
    for pointer in pointed.candidates {
        let place = there(&pointer).map(|p| p.display().to_string());
        let is_match = |id: &String| confirmed.matches.iter().any(|m| m.id == *id);
        if place.as_ref().is_some_and(is_match) {
            continue;
        }
        let fault = |id: &String| confirmed.unreadable.iter().find(|(name, _)| name == id);
        let why = match &place {
            None => "the file is no longer there".to_owned(),
            Some(id) => match fault(id) {
                Some((_, why)) => why.clone(),
                None => "the closer comparison of the two files does not confirm it".to_owned(),
            },
        };
        found.by_fingerprint.push(ByFingerprint {
            why_unconfirmed: why,
            ..pointer.found
        });
    }
    found.matches.extend(confirmed.matches);
    found
        .matches
        .sort_by(|a, b| b.strength.total_cmp(&a.strength));
}
