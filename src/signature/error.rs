//! What can be wrong with a catalogue.

use std::io;
use thiserror::Error;

/// A fault of a signature file, or a name that no signature has.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// A file or folder can't be read.
    #[error("{path}: cannot be read: {source}; check the path and its permissions")]
    Read {
        /// The file or folder.
        path: String,
        /// What the system says.
        source: io::Error,
    },
    /// A folder holds no signature files.
    #[error("{path}: no *.toml file in this folder; put one file per airframe there, see `earwitness signatures --help`")]
    Empty {
        /// The folder.
        path: String,
    },
    /// A file is no TOML, or its keys are others than those of a signature.
    #[error("{path}: not a signature file: {fault}\nCompare with a built-in one, models/signatures/harop.toml")]
    Syntax {
        /// The file.
        path: String,
        /// What the parser says, with the line.
        fault: String,
    },
    /// A key holds what can't be.
    #[error("{path}: {key} {fault}; {remedy}")]
    Invalid {
        /// The file.
        path: String,
        /// The key, with its section.
        key: String,
        /// What is wrong with it.
        fault: String,
        /// What to write instead.
        remedy: String,
    },
    /// No signature has this name.
    #[error("no signature is called `{name}`; known are {}", known.join(", "))]
    UnknownName {
        /// The name asked for.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
}
