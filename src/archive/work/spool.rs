//! The words of a fingerprint on their way from a worker into the database.

use std::io::{self, Read, Seek, Write};

use tempfile::SpooledTempFile;

use crate::model::tap::Tap;

/// Bytes that are kept in memory: the words of more than an hour.
const IN_MEMORY: usize = 1 << 20;
/// Bytes of a word.
const WORD: usize = size_of::<u32>();

/// Words in order, each with its lowest byte first. Those of a long recording lie in a temporary file that has no name, so that
/// nothing is left of it however the program ends.
#[derive(Debug)]
pub(in crate::archive) struct Spool {
    bytes: SpooledTempFile,
    words: usize,
    fault: Option<io::Error>,
}

impl Spool {
    /// No words yet.
    pub(in crate::archive) fn new() -> Self {
        Self {
            bytes: SpooledTempFile::new(IN_MEMORY),
            words: 0,
            fault: None,
        }
    }

    /// One that can't be read back as it was written.
    #[cfg(test)]
    pub(in crate::archive) fn cut_short() -> Self {
        Self {
            words: 5,
            ..Self::new()
        }
    }

    /// Adds words. What fails is told by [`fault`](Self::fault).
    pub(in crate::archive) fn push(&mut self, words: &[u32]) {
        if self.fault.is_some() {
            return;
        }
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.fault = self.bytes.write_all(&bytes).err();
        self.words += words.len();
    }

    /// Bytes that are kept.
    pub(in crate::archive) fn len_bytes(&self) -> usize {
        WORD * self.words
    }

    /// What went wrong when words were added.
    pub(in crate::archive) fn fault(&self) -> Option<&io::Error> {
        self.fault.as_ref()
    }

    /// The bytes, from the first on.
    ///
    /// # Errors
    /// If they cannot be read back.
    pub(in crate::archive) fn rewound(&mut self) -> io::Result<impl Read + '_> {
        self.bytes.rewind()?;
        Ok(&mut self.bytes)
    }
}

impl Tap for Spool {
    fn words(&mut self, words: &[u32]) {
        self.push(words);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::testing::random_words;

    #[test]
    fn words_come_out_as_they_went_in_from_memory_and_from_the_disk() {
        for length in [0, 1, IN_MEMORY / WORD, 3 * IN_MEMORY / WORD + 7] {
            let words = random_words(length as u64, length);
            let mut spool = Spool::new();
            words.chunks(4100).for_each(|piece| spool.push(piece));
            assert_eq!(spool.len_bytes(), WORD * length);
            assert!(spool.fault().is_none());
            let mut bytes = Vec::new();
            // Twice: the first reading must not have used them up.
            for _ in 0..2 {
                bytes.clear();
                spool.rewound().unwrap().read_to_end(&mut bytes).unwrap();
            }
            let expected: Vec<u8> = words.iter().flat_map(|w| w.to_le_bytes()).collect();
            assert!(bytes == expected, "{length} words");
        }
    }
}
