//! What the model remembers of the recordings it was trained on.

use crate::fingerprint::{Fingerprint, Index, Match};
use crate::hex::hex;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// Words that are looked up at once: an hour of sound.
const PIECE: usize = 225_000;
/// Words of a piece, ten minutes, that are looked up again with the next, so that what lies across the seam is met whole.
const OVERLAP: usize = 37_500;

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
        let mut recognition = self.recognise(sha256);
        for words in fingerprint.words().chunks(PIECE - OVERLAP) {
            recognition.push(words);
        }
        recognition.finish()
    }

    /// Finds out while it is heard whether the recording with this SHA-256 was trained on.
    pub fn recognise(&self, sha256: &[u8; 32]) -> Recognition<'_> {
        Recognition {
            memory: self,
            same_file: self.hashes.binary_search(&first_half(sha256)).is_ok(),
            words: Fingerprint::default(),
            shared_s: None,
        }
    }
}

/// The look-up of a recording that is being heard: of a long one, in pieces of an hour, so that it needs no more memory than an
/// hour. Of shared sound that is longer than a piece, what lies in one piece counts.
#[derive(Debug)]
pub struct Recognition<'a> {
    memory: &'a TrainingMemory,
    same_file: bool,
    /// What has not been looked up yet, and before it what overlaps.
    words: Fingerprint,
    /// The longest sound that was met, s.
    shared_s: Option<f64>,
}

impl Recognition<'_> {
    /// Takes the words of the fingerprint that come next.
    pub fn push(&mut self, words: &[u32]) {
        if self.same_file || self.memory.sounds.is_empty() {
            return;
        }
        self.words.extend(words);
        if self.words.words().len() >= PIECE {
            self.look_up();
            let words = self.words.words();
            self.words = Fingerprint::from(words[words.len() - OVERLAP..].to_vec());
        }
    }

    fn look_up(&mut self) {
        let found = self.memory.sounds.matches(&self.words);
        let longest = found.first().map(|m| m.overlap_s);
        let both = self.shared_s.into_iter().chain(longest);
        self.shared_s = both.reduce(f64::max);
    }

    /// How the recording is known, if it is.
    pub fn finish(mut self) -> Option<Known> {
        if self.same_file {
            return Some(Known::SameFile);
        }
        self.look_up();
        self.shared_s.map(Known::SameSound)
    }
}

fn first_half(hash: &[u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&hash[..16]);
    half
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::testing::random_words;

    /// Seconds of `known` that are met where it begins at `place` of a recording of three hours.
    fn met(known: &[u32], place: usize) -> Option<Known> {
        let mut words = random_words(5, 3 * PIECE);
        words[place..place + known.len()].copy_from_slice(known);
        let known = Fingerprint::from(known.to_vec());
        let memory = TrainingMemory::new([(&[1; 32], &known)].into_iter());
        let mut recognition = memory.recognise(&[2; 32]);
        words.chunks(1000).for_each(|piece| recognition.push(piece));
        let found = recognition.finish();
        assert_eq!(found, memory.knows(&[2; 32], &Fingerprint::from(words)));
        found
    }

    #[test]
    fn sound_that_was_trained_on_is_met_wherever_it_lies_in_hours() {
        let five_minutes = random_words(6, 18_750);
        for place in [0, PIECE - 9000, 2 * PIECE - 40_000, 3 * PIECE - 18_750] {
            let Some(Known::SameSound(seconds)) = met(&five_minutes, place) else {
                panic!("not met at {place}");
            };
            assert!((seconds - 300.0).abs() < 1.0, "{seconds} s at {place}");
        }
    }

    #[test]
    fn the_very_file_is_known_by_its_hash() {
        let sound = Fingerprint::from(random_words(7, 500));
        let memory = TrainingMemory::new([(&[1; 32], &sound)].into_iter());
        let nothing = Fingerprint::default();
        assert_eq!(memory.knows(&[1; 32], &nothing), Some(Known::SameFile));
        assert_eq!(memory.knows(&[2; 32], &nothing), None);
    }
}
