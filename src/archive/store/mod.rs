//! The database: one SQLite file.
//!
//! It is written by one process at a time, in write-ahead mode, in transactions of about a second of work; each
//! is on the disk when it is committed. A database whose run has ended is a single file again that opens from
//! read-only media too.

mod files;
mod fingerprints;
mod lock;
mod originals;
mod read;
mod runs;
mod schema;
mod write;

pub(super) use files::{forget_error, Origin};
pub(super) use fingerprints::{fingerprint_of, Fingerprints};
pub use read::{Reader, RunState};
pub use runs::Totals;
pub(super) use runs::{set_current, Planned};
pub use schema::SCHEMA_VERSION;
pub(super) use schema::{COUNT_FACTOR, LOG10_LIKELIHOOD};
pub(super) use write::Store;

/// A file that is to be worked on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The file, absolute.
    pub path: std::path::PathBuf,
    /// Its name in the database.
    pub key: String,
    /// Its size and time of change: when it was found, and once it is hashed, when that was done.
    pub facts: crate::archive::Facts,
    /// Device that it lies on, where the system says so.
    pub device: u64,
    /// Its SHA-256, if it is known from before.
    pub sha256: Option<[u8; 32]>,
}
