//! Writing a database: opening it, its transactions, and closing it. The rows are written by [`runs`](super::runs) and
//! [`files`](super::files).

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::lock::Lock;
use super::{read, schema};
use crate::archive::ArchiveError;

/// What is lost at most if the power fails.
const COMMIT_EVERY: Duration = Duration::from_secs(1);

/// A database opened to be written, by this process alone.
#[derive(Debug)]
pub(in crate::archive) struct Store {
    pub(in crate::archive) db: Connection,
    pub(in crate::archive) name: String,
    /// When the transaction under way began.
    begun: Option<Instant>,
    lock: Option<Lock>,
}

impl Store {
    /// Opens or makes a database.
    pub(in crate::archive) fn open(path: &Path) -> Result<Self, ArchiveError> {
        let name = path.display().to_string();
        let lock = Lock::take(path)?;
        let db = Connection::open(path).map_err(|e| ArchiveError::database(&name, e))?;
        let store = Self {
            db,
            name,
            begun: None,
            lock: Some(lock),
        };
        store.ask(|db| {
            db.busy_timeout(Duration::from_secs(30))?;
            db.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
            // A commit is on the disk when it returns: once a second, that costs nothing.
            db.pragma_update(None, "synchronous", "FULL")?;
            db.pragma_update(None, "cache_size", -8_192)?;
            db.set_prepared_statement_cache_capacity(64);
            Ok(())
        })?;
        schema::prepare(&store.db, &store.name)?;
        Ok(store)
    }

    /// Opens a database to be read alone, whoever writes to it; where there is none, one that is thrown away. Temporary
    /// tables can be made beside it.
    pub(in crate::archive) fn look(path: &Path) -> Result<Self, ArchiveError> {
        // An empty file would become a database.
        if path.metadata().map_or(true, |m| m.len() == 0) {
            return Self::in_memory();
        }
        let name = path.display().to_string();
        let db = read::open(path).map_err(|e| ArchiveError::database(&name, e))?;
        schema::check_ours(&db, &name)?;
        let store = Self {
            db,
            name,
            begun: None,
            lock: None,
        };
        // It forbids temporary tables too.
        store.ask(|db| db.pragma_update(None, "query_only", false))?;
        Ok(store)
    }

    /// A database that is thrown away.
    pub(in crate::archive) fn in_memory() -> Result<Self, ArchiveError> {
        let name = "memory".to_owned();
        let db = Connection::open_in_memory().map_err(|e| ArchiveError::database(&name, e))?;
        schema::prepare(&db, &name)?;
        Ok(Self {
            db,
            name,
            begun: None,
            lock: None,
        })
    }

    /// Runs `work` on the connection and says what went wrong as [`ArchiveError`].
    pub(in crate::archive) fn ask<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, ArchiveError> {
        work(&self.db).map_err(|error| ArchiveError::database(&self.name, error))
    }

    /// Begins a transaction, if none is under way.
    pub(in crate::archive) fn begin(&mut self) -> Result<(), ArchiveError> {
        if self.begun.is_none() {
            let begin = match self.lock {
                Some(_) => "BEGIN IMMEDIATE",
                // Others may write meanwhile.
                None => "BEGIN",
            };
            self.ask(|db| db.execute_batch(begin))?;
            self.begun = Some(Instant::now());
        }
        Ok(())
    }

    /// Whether what was written waits longer than it should.
    pub(in crate::archive) fn is_due(&self) -> bool {
        self.begun
            .is_some_and(|begun| begun.elapsed() >= COMMIT_EVERY)
    }

    /// Makes what was written last.
    pub(in crate::archive) fn commit(&mut self) -> Result<(), ArchiveError> {
        if self.begun.take().is_some() {
            let result = self.ask(|db| db.execute_batch("COMMIT"));
            if result.is_err() {
                self.roll_back();
            }
            return result;
        }
        Ok(())
    }

    /// Forgets what was written since the last commit.
    pub(in crate::archive) fn roll_back(&mut self) {
        self.begun = None;
        // After an error SQLite may have done so itself.
        if !self.db.is_autocommit() {
            let _ = self.db.execute_batch("ROLLBACK");
        }
    }

    /// Puts everything into the one file and lets go of it. Where someone reads at this moment, the write-ahead
    /// log stays beside it until the next run, which harms nothing.
    pub(in crate::archive) fn close(mut self) -> Result<(), ArchiveError> {
        self.commit()?;
        let _ = self.db.busy_timeout(Duration::ZERO);
        let _ = self.db.execute_batch("PRAGMA optimize");
        let _ = self
            .db
            .pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()));
        Ok(())
    }
}
