//! The schema and its version.

use rusqlite::Connection;

use crate::archive::ArchiveError;

/// Version of the schema. It grows with every change that a reader would notice.
pub const SCHEMA_VERSION: i64 = 1;

/// Marks the file as ours, so that `file` and others can tell: "EARW".
const APPLICATION_ID: i64 = 0x4541_5257;

const SCHEMA: &str = include_str!("schema.sql");

/// Makes the tables in an empty database, or checks those of an existing one.
pub(super) fn prepare(db: &Connection, name: &str) -> Result<(), ArchiveError> {
    let fault = |error| ArchiveError::database(name, error);
    if is_empty(db).map_err(fault)? {
        let begin = format!(
            "BEGIN IMMEDIATE; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION};"
        );
        db.execute_batch(&begin).map_err(fault)?;
        db.execute_batch(SCHEMA).map_err(fault)?;
        return db.execute_batch("COMMIT").map_err(fault);
    }
    check_ours(db, name)
}

/// Checks that a database is one of ours, of this version.
pub(in crate::archive) fn check_ours(db: &Connection, name: &str) -> Result<(), ArchiveError> {
    let fault = |error| ArchiveError::database(name, error);
    let number = |pragma: &str| db.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    if number("application_id").map_err(fault)? != APPLICATION_ID {
        return Err(ArchiveError::NotOurs {
            database: name.to_owned(),
            fault: "its tables are others".into(),
        });
    }
    match number("user_version").map_err(fault)? {
        SCHEMA_VERSION => Ok(()),
        found => Err(ArchiveError::Schema {
            database: name.to_owned(),
            found,
            expected: SCHEMA_VERSION,
        }),
    }
}

fn is_empty(db: &Connection) -> rusqlite::Result<bool> {
    let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(tables == 0)
}
