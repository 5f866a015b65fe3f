//! Answers become text: a table for people, JSON lines and CSV for programs.
//!
//! One file per format, all behind [`Writer`].

#[cfg(feature = "archive")]
pub mod archive;
mod block;
mod csv;
mod entry;
pub mod evidence;
mod jsonl;
#[cfg(any(feature = "archive", feature = "pages"))]
mod markup;
#[cfg(feature = "pages")]
pub mod picture;
pub mod selections;
pub mod signatures;
mod table;
mod words;

use std::io::{self, Write};

pub use block::BlockWriter;
pub use csv::CsvWriter;
pub use entry::{Entry, Failure, FailureDetail};
pub use jsonl::JsonLinesWriter;
pub use table::TableWriter;
pub use words::{printable, span};

/// Writes the answers about recordings, one after the other.
///
/// What is written depends on the entries and their order alone, and is out when the call
/// returns, except for what `out` itself holds back.
pub trait Writer {
    /// What stands before the first entry.
    ///
    /// # Errors
    /// Those of `out`, as for the other two.
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()>;

    /// One recording.
    ///
    /// # Errors
    /// Those of `out`.
    fn entry(&mut self, entry: &Entry, out: &mut dyn Write) -> io::Result<()>;

    /// What stands after the last entry.
    ///
    /// # Errors
    /// Those of `out`.
    fn end(&mut self, out: &mut dyn Write) -> io::Result<()>;
}
