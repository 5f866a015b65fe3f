//! The files that a database speaks of, as they are now.

use std::path::{Path, PathBuf};

use rusqlite::params;

use super::Reader;
use crate::archive::{name, ArchiveError, Facts};

impl Reader {
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
