//! Numbers of rows that follow from what the rows say.
//!
//! A row's number is made from its key by hashing. So the same archive gives the same rows whatever was
//! interrupted, in whatever order and on how many machines it was worked through, and databases can be
//! joined by copying rows.

use sha2::{Digest, Sha256};

/// The number of the recording with this SHA-256: its first 63 bits. Two of a million recordings share one
/// with a chance of 5e-8 (and the database then refuses the second).
pub fn recording(sha256: &[u8; 32]) -> i64 {
    first_63_bits(sha256)
}

/// The number of a row that is known by these texts together.
pub fn of(parts: &[&str]) -> i64 {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    first_63_bits(&hasher.finalize().into())
}

/// The number of the answer about a recording under some settings.
pub fn answer(recording: i64, settings: i64) -> i64 {
    of(&["answer", &recording.to_string(), &settings.to_string()])
}

fn first_63_bits(hash: &[u8; 32]) -> i64 {
    let mut first = [0; 8];
    first.copy_from_slice(&hash[..8]);
    (u64::from_be_bytes(first) >> 1) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_positive_and_parts_do_not_run_into_each_other() {
        assert!(recording(&[0xff; 32]) > 0);
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_ne!(answer(1, 2), answer(2, 1));
    }
}
