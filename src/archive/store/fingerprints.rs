//! Fingerprints in the database. They are written and read piece by piece: that of ten hours has 9 MB, and SQLite would
//! hold it several times over if it were a value like others.

use rusqlite::blob::{Blob, ZeroBlob};
use rusqlite::{params, Connection, MAIN_DB};

use super::Store;
use crate::archive::ArchiveError;
use crate::fingerprint::Fingerprint;

/// Words of a piece. What is no longer is written as one value, which is quicker.
const PIECE: usize = 1 << 14;
/// Bytes of a word.
const WORD: usize = size_of::<u32>();

/// Keeps the fingerprint of a recording: its words, each with its lowest byte first.
pub(super) fn put(
    db: &Connection,
    recording: i64,
    fingerprint: &Fingerprint,
) -> rusqlite::Result<()> {
    let words = fingerprint.words();
    let mut insert = db.prepare_cached("INSERT INTO fingerprints VALUES (?, ?)")?;
    if words.len() <= PIECE {
        insert.execute(params![recording, bytes_of(words)])?;
        return Ok(());
    }
    insert.execute(params![recording, ZeroBlob((WORD * words.len()) as u64)])?;
    let mut blob = db.blob_open(MAIN_DB, "fingerprints", "words", recording, false)?;
    for (number, piece) in words.chunks(PIECE).enumerate() {
        blob.write_at(&bytes_of(piece), number * WORD * PIECE)?;
    }
    blob.close()
}

/// Reads fingerprints out of a database, one after the other.
pub(in crate::archive) struct Fingerprints<'a> {
    store: &'a Store,
    /// Opened once: to go on to the next recording takes far less time.
    blob: Option<Blob<'a>>,
}

impl<'a> Fingerprints<'a> {
    pub(in crate::archive) fn new(store: &'a Store) -> Self {
        Self { store, blob: None }
    }

    /// The fingerprint of a recording.
    pub(in crate::archive) fn of(&mut self, recording: i64) -> Result<Fingerprint, ArchiveError> {
        let store = self.store;
        self.read(recording)
            .map_err(|error| ArchiveError::database(&store.name, error))
    }

    fn read(&mut self, recording: i64) -> rusqlite::Result<Fingerprint> {
        let blob = match &mut self.blob {
            Some(blob) => {
                blob.reopen(recording)?;
                blob
            }
            none => none.insert(self.store.db.blob_open(
                MAIN_DB,
                "fingerprints",
                "words",
                recording,
                true,
            )?),
        };
        let length = blob.len();
        let mut words = Vec::with_capacity(length / WORD);
        let mut piece = [0; WORD * PIECE];
        for start in (0..length).step_by(piece.len()) {
            let piece = &mut piece[..(length - start).min(WORD * PIECE)];
            blob.read_at_exact(piece, start)?;
            words.extend(words_of(piece));
        }
        Ok(Fingerprint::from(words))
    }
}

/// The fingerprint that is kept as `bytes`.
pub(in crate::archive) fn fingerprint_of(bytes: &[u8]) -> Fingerprint {
    words_of(bytes).collect()
}

fn bytes_of(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn words_of(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    let (words, _) = bytes.as_chunks::<WORD>();
    words.iter().map(|word| u32::from_le_bytes(*word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::testing::random_words;

    #[test]
    fn fingerprints_of_any_length_come_out_as_they_went_in() {
        let store = Store::in_memory().unwrap();
        // There are no recordings that they could belong to.
        store.db.pragma_update(None, "foreign_keys", false).unwrap();
        let lengths = [0, 1, PIECE, PIECE + 1, 5 * PIECE / 2];
        let fingerprint = |length: usize| Fingerprint::from(random_words(length as u64, length));
        for length in lengths {
            put(&store.db, length as i64, &fingerprint(length)).unwrap();
        }
        let mut fingerprints = Fingerprints::new(&store);
        for length in lengths {
            let read = fingerprints.of(length as i64).unwrap();
            assert_eq!(read, fingerprint(length), "{length} words");
        }
        assert!(fingerprints.of(7).is_err());
    }
}
