//! The files that a database speaks of, as they are now.

use std::path::{Path, PathBuf};

use rusqlite::{params, OptionalExtension, Row};

use super::Reader;
use crate::archive::{name, ArchiveError, Facts};
use crate::audio::{self, AudioError, Source};
use crate::hex::hex;

impl Reader {
    /// Whether `file`, which the database calls `path`, still holds the recording of this SHA-256. A file whose size and time of
    /// change are those in the database is not read.
    ///
    /// # Errors
    /// If the database cannot be read; the inner error is the file's.
    pub fn still_holds(
        &self,
        path: &str,
        file: &Path,
        sha256: &str,
    ) -> Result<Result<bool, AudioError>, ArchiveError> {
        let sql = "SELECT ifnull(f.size_bytes, 0), ifnull(f.modified_ns, 0) FROM files f
            JOIN recordings r ON r.id = f.recording WHERE f.path = ? AND r.sha256 = ?";
        let known = self.ask(|db| {
            let mut statement = db.prepare_cached(sql)?;
            let facts = |row: &Row| {
                Ok(Facts {
                    size: row.get::<_, i64>(0)? as u64,
                    modified_ns: row.get(1)?,
                })
            };
            statement.query_row([path, sha256], facts).optional()
        })?;
        if known.is_some() && known == Facts::now(file).ok() {
            return Ok(Ok(true));
        }
        let now = audio::content_hash(&Source::Path(file.to_owned()));
        Ok(now.map(|now| hex(&now) == sha256))
    }

    /// Files that may be the one at `place`, whatever path the archive knows it by: those that are called the same, or have its
    /// size and time of change.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn files_like(&self, place: &Path) -> Result<Vec<PathBuf>, ArchiveError> {
        let called = place.file_name().map(Path::new).map(name::to_text);
        let facts = Facts::now(place).unwrap_or_default();
        let sql = "SELECT path, path_bytes FROM files WHERE name = ?1 OR size_bytes = ?2 AND modified_ns = ?3";
        self.ask(|db| {
            let mut statement = db.prepare(sql)?;
            let wanted = params![called, facts.size as i64, facts.modified_ns];
            let rows = statement.query_map(wanted, |row| {
                let (text, bytes): (String, Option<Vec<u8>>) = (row.get(0)?, row.get(1)?);
                let exact = bytes.and_then(|bytes| name::from_bytes(&bytes));
                Ok(exact.unwrap_or_else(|| text.into()))
            })?;
            rows.collect()
        })
    }
}
