//! Fingerprints in the database. They are written and read piece by piece: that of ten hours has 9 MB, and SQLite would
//! hold it several times over if it were a value like others.

use std::io::{self, Read};

use rusqlite::blob::{Blob, ZeroBlob};
use rusqlite::{params, Connection, MAIN_DB};

use super::Store;
use crate::archive::work::Spool;
use crate::archive::ArchiveError;
use crate::fingerprint::Fingerprint;

/// Bytes of a word.
const WORD: usize = size_of::<u32>();
/// Bytes of a piece. What is no longer is written as one value, which is quicker.
const PIECE: usize = WORD << 14;

/// Keeps the fingerprint of a recording: its words, each with its lowest byte first.
pub(super) fn put(db: &Connection, recording: i64, words: &mut Spool) -> rusqlite::Result<()> {
    let length = words.len_bytes();
    let mut words = words.rewound().map_err(unread)?;
    let mut piece = vec![0; length.min(PIECE)];
    let mut insert = db.prepare_cached("INSERT INTO fingerprints VALUES (?, ?)")?;
    if length <= PIECE {
        words.read_exact(&mut piece).map_err(unread)?;
        insert.execute(params![recording, piece])?;
        return Ok(());
    }
    insert.execute(params![recording, ZeroBlob(length as u64)])?;
    let mut blob = db.blob_open(MAIN_DB, "fingerprints", "words", recording, false)?;
    for start in (0..length).step_by(PIECE) {
        piece.truncate(length - start);
        words.read_exact(&mut piece).map_err(unread)?;
        blob.write_at(&piece, start)?;
    }
    blob.close()
}

/// The temporary file that the words lay in cannot be read.
fn unread(error: io::Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(Box::new(error))
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
        let mut piece = [0; PIECE];
        for start in (0..length).step_by(piece.len()) {
            let piece = &mut piece[..(length - start).min(PIECE)];
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
        let piece = PIECE / WORD;
        let lengths = [0, 1, piece, piece + 1, 5 * piece / 2];
        let fingerprint = |length: usize| Fingerprint::from(random_words(length as u64, length));
        for length in lengths {
            let mut words = Spool::new();
            words.push(fingerprint(length).words());
            put(&store.db, length as i64, &mut words).unwrap();
        }
        let mut fingerprints = Fingerprints::new(&store);
        for length in lengths {
            let read = fingerprints.of(length as i64).unwrap();
            assert_eq!(read, fingerprint(length), "{length} words");
        }
        assert!(fingerprints.of(7).is_err());
    }
}
