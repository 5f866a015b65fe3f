//! Reading a database, also while another process writes to it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, Row};

use super::{lock, schema};
use crate::archive::ArchiveError;

/// How long a reader waits for a writer that is putting its last page down.
const PATIENCE: Duration = Duration::from_secs(10);

/// A database opened to be read.
#[derive(Debug)]
pub struct Reader {
    db: Connection,
    path: PathBuf,
    name: String,
}

/// How far a run is, or how it ended.
#[derive(Debug, Clone, PartialEq)]
pub struct RunState {
    /// The command that started it.
    pub command: String,
    /// The computer.
    pub host: String,
    /// The process on it.
    pub process: i64,
    /// `1/1`, or which part of the archive.
    pub shard: String,
    /// When it began, UTC.
    pub started_at: String,
    /// When it last wrote, UTC.
    pub updated_at: String,
    /// When it ended; `None` while it runs, or if it was killed.
    pub ended_at: Option<String>,
    /// How it ended: `finished`, `stopped` or `failed: ...`.
    pub outcome: Option<String>,
    /// Files found.
    pub files_found: i64,
    /// Files of these that were to be worked on.
    pub files_todo: i64,
    /// Their bytes.
    pub bytes_todo: i64,
    /// Files worked on, those that failed included.
    pub files_done: i64,
    /// Their bytes.
    pub bytes_done: i64,
    /// Files that failed.
    pub files_failed: i64,
    /// Seconds of sound classified.
    pub sound_s: f64,
}

impl Reader {
    /// Opens a database; it may be on read-only media.
    ///
    /// # Errors
    /// [`ArchiveError`] if there is none, or it is no database of this version.
    pub fn open(path: &Path) -> Result<Self, ArchiveError> {
        let name = path.display().to_string();
        if !path.is_file() {
            return Err(ArchiveError::NoDatabase { database: name });
        }
        let db = open(path).map_err(|error| ArchiveError::database(&name, error).in_reading())?;
        schema::check_ours(&db, &name).map_err(ArchiveError::in_reading)?;
        let path = path.to_owned();
        Ok(Self { db, path, name })
    }

    /// The connection, for queries.
    pub fn connection(&self) -> &Connection {
        &self.db
    }

    /// The file that is the database.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What messages call the database.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs `query` and says what went wrong as [`ArchiveError`].
    ///
    /// # Errors
    /// What `query` gives.
    pub fn ask<T>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, ArchiveError> {
        query(&self.db).map_err(|error| ArchiveError::database(&self.name, error).in_reading())
    }

    /// Whether a process writes to the database at this moment.
    pub fn is_being_written(&self) -> bool {
        lock::is_held(&self.path)
    }

    /// The run that was begun last.
    ///
    /// # Errors
    /// [`ArchiveError`] if the database cannot be read.
    pub fn latest_run(&self) -> Result<Option<RunState>, ArchiveError> {
        let sql = "SELECT command, host, process, shard, started_at, updated_at, ended_at, outcome, files_found,
            files_todo, bytes_todo, files_done, bytes_done, files_failed, sound_s
            FROM runs ORDER BY updated_at DESC, started_at DESC, id LIMIT 1";
        self.ask(|db| db.query_row(sql, [], run_state).optional())
    }
}

fn run_state(row: &Row) -> rusqlite::Result<RunState> {
    Ok(RunState {
        command: row.get(0)?,
        host: row.get(1)?,
        process: row.get(2)?,
        shard: row.get(3)?,
        started_at: row.get(4)?,
        updated_at: row.get(5)?,
        ended_at: row.get(6)?,
        outcome: row.get(7)?,
        files_found: row.get(8)?,
        files_todo: row.get(9)?,
        bytes_todo: row.get(10)?,
        files_done: row.get(11)?,
        bytes_done: row.get(12)?,
        files_failed: row.get(13)?,
        sound_s: row.get(14)?,
    })
}

/// Where a run was killed, its write-ahead log has to be taken in, which writes; where nothing can be written, what is
/// in the file itself is read.
pub(super) fn open(path: &Path) -> rusqlite::Result<Connection> {
    let usable = |db: Connection| -> rusqlite::Result<Connection> {
        db.busy_timeout(PATIENCE)?;
        db.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        db.pragma_update(None, "query_only", true)?;
        Ok(db)
    };
    let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let writable = OpenFlags::SQLITE_OPEN_READ_WRITE | flags;
    if let Ok(db) = Connection::open_with_flags(path, writable).and_then(usable) {
        return Ok(db);
    }
    let read_only = OpenFlags::SQLITE_OPEN_READ_ONLY | flags;
    match Connection::open_with_flags(path, read_only).and_then(usable) {
        Ok(db) => Ok(db),
        Err(error) => match immutable(path) {
            Some(uri) => Connection::open_with_flags(uri, read_only).and_then(usable),
            None => Err(error),
        },
    }
}

/// The address that lets SQLite read a database of write-ahead mode where it cannot write beside it.
fn immutable(path: &Path) -> Option<String> {
    let mut uri = String::from("file:");
    for byte in std::path::absolute(path).ok()?.to_str()?.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                uri.push(byte as char)
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    Some(uri + "?immutable=1")
}
