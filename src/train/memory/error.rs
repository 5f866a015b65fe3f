//! Why a training memory cannot be used.

use thiserror::Error;

/// Why a training memory cannot be used.
#[derive(Debug, Error)]
pub enum MemoryError {
    /// There is no such file.
    #[error("{name}: there is no training memory; it is left out of the published crate for its size: take models/default.memory from the source repository of the same version, put it beside the model or name it with --base-memory FILE")]
    Absent {
        /// The file.
        name: String,
    },
    /// The file cannot be read or written.
    #[error("{name}: {error}; check the path, its permissions, and the space on the disk")]
    Io {
        /// The file.
        name: String,
        /// What the operating system said.
        #[source]
        error: std::io::Error,
    },
    /// The file is no memory, or is damaged.
    #[error(
        "{name}: {fault}; get the file again, or make it again with `earwitness train --memory`"
    )]
    Damaged {
        /// The file.
        name: String,
        /// What is wrong.
        fault: String,
    },
    /// The file was made by a version with another file format.
    #[error("{name}: the memory has file format {found}, this earwitness has {expected}; use the version {tool} that made it, or make it again with `earwitness train --memory`")]
    Format {
        /// The file.
        name: String,
        /// Version found.
        found: u32,
        /// Version wanted.
        expected: u32,
        /// earwitness that made it.
        tool: String,
    },
    /// The feature vectors are of another version.
    #[error("{name}: its feature vectors are of version {found}, this earwitness measures version {expected}, and sound cannot be measured again from them; give its {recordings} recordings again ({sources}) with `earwitness train --manifest`, or use the earwitness that made it")]
    Features {
        /// The file.
        name: String,
        /// Version found.
        found: u32,
        /// Version wanted.
        expected: u32,
        /// Real recordings in it.
        recordings: usize,
        /// How many of which corpus.
        sources: String,
    },
    /// The memory is that of another model.
    #[error("{name} is the memory of the model {memory_of}, not of {base}; name the right one with --base-memory FILE")]
    OtherModel {
        /// The file.
        name: String,
        /// The model that it belongs to.
        memory_of: String,
        /// The model that was given.
        base: String,
    },
}

impl MemoryError {
    pub(super) fn damaged(name: &str, fault: String) -> Self {
        Self::Damaged {
            name: name.to_owned(),
            fault,
        }
    }
}
