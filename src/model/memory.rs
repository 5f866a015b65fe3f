//! What the model remembers of the recordings it was trained on.

use serde::{Deserialize, Serialize};

/// Hashes of the training recordings, to say so when one of them is met again.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TrainingMemory {
    /// First 16 bytes of the SHA-256 of each file, sorted.
    pub(crate) hashes: Vec<[u8; 16]>,
}

impl TrainingMemory {
    /// Remembers files by their SHA-256.
    pub fn new(sha256: impl Iterator<Item = [u8; 32]>) -> Self {
        let mut hashes: Vec<[u8; 16]> = sha256.map(|h| first_half(&h)).collect();
        hashes.sort_unstable();
        hashes.dedup();
        Self { hashes }
    }

    /// Whether a file with this SHA-256 was among them.
    pub fn knows_file(&self, sha256: &[u8; 32]) -> bool {
        self.hashes.binary_search(&first_half(sha256)).is_ok()
    }
}

fn first_half(hash: &[u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&hash[..16]);
    half
}
