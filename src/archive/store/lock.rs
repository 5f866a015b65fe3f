//! One writer at a time.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::read::Reader;
use crate::archive::ArchiveError;

/// How long is waited for someone who only looks whether it is held.
const PATIENCE: Duration = Duration::from_millis(500);

/// Whether a process writes to a database at this moment.
pub(super) fn is_held(database: &Path) -> bool {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    let looked = Connection::open_with_flags(lock_path(database), flags).and_then(|file| {
        file.busy_timeout(Duration::ZERO)?;
        file.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
    });
    let error = looked.err().and_then(|error| error.sqlite_error_code());
    error == Some(ErrorCode::DatabaseBusy)
}

/// Held while a process writes to a database; gone with the process, however it ends.
///
/// It is SQLite's own lock, on an empty file of its own beside the database: other processes may read the
/// database meanwhile. The file stays behind, since taking it away could let two processes in.
#[derive(Debug)]
pub(super) struct Lock {
    _file: Connection,
}

impl Lock {
    pub(super) fn take(database: &Path) -> Result<Self, ArchiveError> {
        let name = database.display().to_string();
        let fault = |error| ArchiveError::database(&name, error);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let file = Connection::open_with_flags(lock_path(database), flags).map_err(fault)?;
        file.busy_timeout(PATIENCE).map_err(fault)?;
        match file.execute_batch("BEGIN EXCLUSIVE") {
            Ok(()) => Ok(Self { _file: file }),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                Err(ArchiveError::InUse {
                    by: holder(database),
                    database: name,
                })
            }
            Err(error) => Err(fault(error)),
        }
    }
}

/// `.results.sqlite.lock` beside `results.sqlite`.
fn lock_path(database: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(database.file_name().unwrap_or_default());
    name.push(".lock");
    database.with_file_name(name)
}

/// Who wrote last; that is who writes now, unless it began this very moment.
fn holder(database: &Path) -> String {
    let run = Reader::open(database).and_then(|reader| reader.latest_run());
    match run {
        Ok(Some(run)) if run.ended_at.is_none() => format!(
            "another earwitness (process {} on {}, since {})",
            run.process, run.host, run.started_at
        ),
        _ => "another earwitness".to_owned(),
    }
}
