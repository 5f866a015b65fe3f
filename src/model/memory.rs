//! What the model remembers of the recordings it was trained on.

use crate::fingerprint::{Fingerprint, Index, Match};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// Hashes and fingerprints of the training recordings, to say so when one of them is met again.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct TrainingMemory {
    /// First 16 bytes of the SHA-256 of each file, sorted.
    hashes: Vec<[u8; 16]>,
    /// Fingerprints, numbered in the order of training.
    sounds: Index,
}

/// How a recording is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Known {
    /// The very file was trained on.
    SameFile,
    /// So much of its sound was trained on, in seconds.
    SameSound(f64),
}

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::SameFile => write!(f, "this very file"),
            Self::SameSound(seconds) => write!(f, "{seconds:.1} s of this sound"),
        }
    }
}

impl TrainingMemory {
    /// Remembers recordings by the SHA-256 of their files and by their sound.
    pub fn new<'a>(recordings: impl Iterator<Item = (&'a [u8; 32], &'a Fingerprint)>) -> Self {
        let mut memory = Self::default();
        for (number, (sha256, fingerprint)) in (0..).zip(recordings) {
            memory.hashes.push(first_half(sha256));
            memory.sounds.add(number, fingerprint);
        }
        memory.hashes.sort_unstable();
        memory.hashes.dedup();
        memory
    }

    /// This memory with more recordings, numbered from `next` on.
    pub fn with<'a>(
        &self,
        next: usize,
        recordings: impl Iterator<Item = (&'a [u8; 32], &'a Fingerprint)>,
    ) -> Self {
        let mut memory = self.clone();
        for (number, (sha256, fingerprint)) in (next as u32..).zip(recordings) {
            memory.hashes.push(first_half(sha256));
            memory.sounds.add(number, fingerprint);
        }
        memory.hashes.sort_unstable();
        memory.hashes.dedup();
        memory
    }

    /// How many files it knows, and the SHA-256 (hex) of the halves of their hashes that it knows, as lines of hex digits in
    /// rising order.
    pub fn digest(&self) -> (usize, String) {
        let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
        let mut hash = Sha256::new();
        for half in &self.hashes {
            hash.update(hex(half));
            hash.update("\n");
        }
        (self.hashes.len(), hex(&hash.finalize()))
    }

    /// The recordings that share sound with one, by their numbers in the order of training.
    pub fn sounds(&self, fingerprint: &Fingerprint) -> Vec<Match> {
        self.sounds.matches(fingerprint)
    }

    /// Whether a recording was trained on.
    pub fn knows(&self, sha256: &[u8; 32], fingerprint: &Fingerprint) -> Option<Known> {
        if self.hashes.binary_search(&first_half(sha256)).is_ok() {
            return Some(Known::SameFile);
        }
        let found = self.sounds.matches(fingerprint);
        found.first().map(|m| Known::SameSound(m.overlap_s))
    }
}

fn first_half(hash: &[u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&hash[..16]);
    half
}
