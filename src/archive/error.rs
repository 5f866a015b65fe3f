//! Why an archive could not be worked on as a whole; what is wrong with single files stands in the database.

use std::io;

use crate::model::prior::PriorError;
use crate::model::store::ModelError;

/// Why work on an archive ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The list of files cannot be read.
    #[error("cannot read the list of files {name}: {error}; check the name given to --files-from")]
    List {
        /// The list.
        name: String,
        /// What the operating system said.
        #[source]
        error: io::Error,
    },
    /// The list of files names none.
    #[error(
        "{name}: the list of files is empty, so that there is nothing to do; check what writes it"
    )]
    EmptyList {
        /// The list.
        name: String,
    },
    /// A name in the list is none on this system.
    #[error("{name}: the list of files is not UTF-8; save it so")]
    ListEncoding {
        /// The list.
        name: String,
    },
    /// A pattern that means nothing.
    #[error("`{pattern}` is no pattern ({fault}); write it as in a .gitignore: `*.wav`, `2020/**`, `old`")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        fault: String,
    },
    /// `--shard` with numbers that make no sense.
    #[error("`{0}` is no shard; give its number and how many there are: 1/8, 2/8 ... 8/8")]
    Shard(String),
    /// Nothing was found.
    #[error("nothing to do: no audio or video file in {places}; names that end in {extensions} are taken, others with --include")]
    NothingFound {
        /// Where was looked.
        places: String,
        /// What was looked for.
        extensions: String,
    },
    /// What is to be archived is not there.
    #[error("{place}: is not there (not mounted, or another name?); nothing was done, and what is known of it stays as it was: bring it back, or leave it out")]
    Missing {
        /// The file or folder that was named.
        place: String,
    },
    /// A folder that held files is empty: where a share is not mounted, its place is.
    #[error("{folder}: is empty, and held {files} files when last looked at (not mounted?); nothing was done, and what is known of it stays as it was: bring it back, or leave it out")]
    Emptied {
        /// The folder.
        folder: String,
        /// Files below it that the database knows.
        files: u64,
    },
    /// A folder is no longer there.
    #[error("{folder} has vanished (unmounted, or the network is gone); what was done is kept in {database}: bring it back and run the same command")]
    Vanished {
        /// The folder.
        folder: String,
        /// The database.
        database: String,
    },
    /// Another process writes to the database.
    #[error("{database} is being written by {by}; wait until it is done, or write to another file with -o (`earwitness archive status` says how far it is)")]
    InUse {
        /// The database.
        database: String,
        /// Who has it.
        by: String,
    },
    /// A file to be written to that is no database of earwitness.
    #[error("{database}: is not a database of `earwitness archive` ({fault}); name another file with -o")]
    NotOurs {
        /// The database.
        database: String,
        /// What it is.
        fault: String,
    },
    /// A file to be read that is no database of earwitness.
    #[error("{database}: is not a database of `earwitness archive` ({fault}); name one that is: `earwitness archive PATH... -o FILE` makes them")]
    NoArchive {
        /// The file.
        database: String,
        /// What it is.
        fault: String,
    },
    /// A database of another version.
    #[error("{database}: has schema {found}, and this earwitness reads {expected}; use the version that made it, or start a new database")]
    Schema {
        /// The database.
        database: String,
        /// Version found.
        found: i64,
        /// Version wanted.
        expected: i64,
    },
    /// There is no such database.
    #[error("{database}: no such database; `earwitness archive PATH... -o {database}` makes one")]
    NoDatabase {
        /// The database.
        database: String,
    },
    /// A database that is to be made is there already.
    #[error("{database}: is there already; name another file with -o")]
    Exists {
        /// The database.
        database: String,
    },
    /// The disk is full.
    #[error("{database}: the disk is full; make room and run the same command: what was done is kept, and it goes on from there")]
    DiskFull {
        /// The database.
        database: String,
    },
    /// The disk is full, and nothing of the work could be kept.
    #[error("{database}: the disk is full, or that of temporary files; make room and run the same command: nothing was made, and what was read stays as it was")]
    NoRoom {
        /// The database.
        database: String,
    },
    /// The database is damaged.
    #[error("{database}: is damaged ({fault}); put a backup of it in its place, or save what can still be read: `sqlite3 {database} .recover | sqlite3 saved.sqlite`")]
    Damaged {
        /// The database.
        database: String,
        /// What SQLite said.
        fault: String,
    },
    /// The database cannot be written.
    #[error(
        "{database}: cannot be written ({fault}); choose a folder that can be written with -o"
    )]
    ReadOnly {
        /// The database.
        database: String,
        /// What the operating system said.
        fault: String,
    },
    /// The database cannot be read.
    #[error("{database}: cannot be read ({fault}); check its permissions and those of its folder")]
    Unreadable {
        /// The database.
        database: String,
        /// What the operating system said.
        fault: String,
    },
    /// Anything else that SQLite says where nothing was to be written.
    #[error("{database}: {error}; nothing was changed in it: run the same command again, and if that says the same, put a backup in its place")]
    Unanswered {
        /// The database.
        database: String,
        /// What SQLite said.
        #[source]
        error: rusqlite::Error,
    },
    /// Anything else that SQLite says.
    #[error("{database}: {error}; what was done is kept: run the same command again")]
    Database {
        /// The database.
        database: String,
        /// What SQLite said.
        #[source]
        error: rusqlite::Error,
    },
    /// The model cannot be used.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The prior cannot be used.
    #[error(transparent)]
    Prior(#[from] PriorError),
    /// Worker processes cannot be started or do not answer.
    #[error("cannot start a worker process: {fault}; check that the program can be run, or use fewer with --jobs")]
    Worker {
        /// What went wrong.
        fault: String,
    },
    /// A label that nothing in the database can have.
    #[error("{database}: has no label `{label}`; it has {known}")]
    UnknownLabel {
        /// The database.
        database: String,
        /// The label asked for.
        label: String,
        /// The labels that it has.
        known: String,
    },
    /// A condition on something that a table does not have.
    #[error("--table {table} has no {what}, so that {option} would leave nothing of it; leave {option} out")]
    NoSuchColumn {
        /// The table, as it is asked for.
        table: &'static str,
        /// What it does not have.
        what: &'static str,
        /// The option that sets the condition.
        option: &'static str,
    },
    /// Two conditions that nothing meets.
    #[error("{low} and {high} leave nothing; the first must be {rule}")]
    Contradiction {
        /// The condition that sets a lower bound.
        low: String,
        /// The one that sets an upper bound.
        high: String,
        /// How they must lie.
        rule: &'static str,
    },
    /// Two databases that do not belong together.
    #[error("{0}")]
    Merge(String),
}

impl ArchiveError {
    /// What an error of SQLite means for the person at the keyboard.
    pub(crate) fn database(database: &str, error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        let database = database.to_owned();
        match error.sqlite_error_code() {
            Some(Code::DiskFull) => Self::DiskFull { database },
            Some(Code::ReadOnly | Code::CannotOpen | Code::PermissionDenied) => Self::ReadOnly {
                database,
                fault: error.to_string(),
            },
            Some(Code::NotADatabase) => Self::NotOurs {
                database,
                fault: "another kind of file".into(),
            },
            Some(Code::DatabaseCorrupt) => Self::Damaged {
                database,
                fault: error.to_string(),
            },
            // A write that fails half-way is reported as an input/output error on some file systems.
            Some(Code::SystemIoFailure) if is_write_fault(&error) => Self::DiskFull { database },
            _ => Self::Database { database, error },
        }
    }
}

impl ArchiveError {
    /// The same where the database was to be read only: nothing was to be written with `-o`.
    pub(crate) fn in_reading(self) -> Self {
        match self {
            Self::NotOurs { database, fault } => Self::NoArchive { database, fault },
            Self::ReadOnly { database, fault } => Self::Unreadable { database, fault },
            Self::DiskFull { database } => Self::NoRoom { database },
            Self::Database { database, error } => Self::Unanswered { database, error },
            other => other,
        }
    }

    /// The same where a new database was to be made of others: unless it became whole, none is left.
    pub(crate) fn in_merging(self, new: &str) -> Self {
        let database = new.to_owned();
        match self {
            Self::DiskFull { .. } | Self::NoRoom { .. } => Self::NoRoom { database },
            Self::ReadOnly { fault, .. } => Self::ReadOnly { database, fault },
            Self::Database { database, error } => Self::Unanswered { database, error },
            other => other,
        }
    }
}

/// SQLITE_IOERR_WRITE: writing failed, which on a limit of file size is not reported as a full disk.
fn is_write_fault(error: &rusqlite::Error) -> bool {
    const IOERR_WRITE: i32 = 10 | (3 << 8);
    error
        .sqlite_error()
        .is_some_and(|e| e.extended_code == IOERR_WRITE)
}
