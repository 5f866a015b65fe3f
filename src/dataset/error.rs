//! What can be wrong with a set of labelled recordings.

use std::path::PathBuf;
use thiserror::Error;

/// Why a data set cannot be used.
#[derive(Debug, Error)]
pub enum DatasetError {
    /// The manifest cannot be opened or read.
    #[error("{}: cannot read the manifest: {error}; give a CSV file with the columns path,label,group,source", path.display())]
    Read {
        /// The manifest.
        path: PathBuf,
        /// Why.
        #[source]
        error: csv::Error,
    },
    /// A line cannot be used.
    #[error("{}, line {line}: {fault}; {remedy}", path.display())]
    Line {
        /// The manifest.
        path: PathBuf,
        /// Line number, counted from 1 with the header.
        line: u64,
        /// What is wrong.
        fault: String,
        /// What to do about it.
        remedy: &'static str,
    },
    /// Recordings that are listed and not there.
    #[error("{}: {} of the listed recordings cannot be found, the first is {}; paths are relative to the manifest's folder", path.display(), missing.len(), missing[0].display())]
    Missing {
        /// The manifest.
        path: PathBuf,
        /// All that were not found; never empty.
        missing: Vec<PathBuf>,
    },
    /// The same file stands under two labels.
    #[error("{first} and {second} are the same file, but one is labelled `{first_label}` and the other `{second_label}`; correct one label or take one of them out")]
    TwoLabels {
        /// The earlier recording.
        first: String,
        /// Its label.
        first_label: String,
        /// The later recording.
        second: String,
        /// Its label.
        second_label: String,
    },
    /// The data set as a whole cannot be used.
    #[error("{}: {fault}; {remedy}", path.display())]
    Unusable {
        /// The manifest or folder.
        path: PathBuf,
        /// What is wrong.
        fault: String,
        /// What to do about it.
        remedy: &'static str,
    },
}
