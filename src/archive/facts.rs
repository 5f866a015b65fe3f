//! What tells without reading a file whether it is still the one that was read.

use std::fs::Metadata;
use std::io;
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

/// Size and time of the last change of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Its size, bytes.
    pub size: u64,
    /// When it was last changed, ns since 1970.
    pub modified_ns: i64,
}

impl Facts {
    /// Those of a file that was looked at.
    pub fn of(metadata: &Metadata) -> Self {
        let modified = metadata.modified().ok();
        let since = modified.and_then(|m| m.duration_since(UNIX_EPOCH).ok());
        Self {
            size: metadata.len(),
            modified_ns: since.map_or(0, |d| d.as_nanos().min(i64::MAX as u128) as i64),
        }
    }

    /// Those of the file at `path` now.
    ///
    /// # Errors
    /// What the operating system says if it cannot be looked at.
    pub fn now(path: &Path) -> io::Result<Self> {
        std::fs::metadata(path).map(|metadata| Self::of(&metadata))
    }
}

/// Device that a file lies on, where the system says so.
#[cfg(unix)]
pub(super) fn device(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::dev(metadata)
}

/// Device that a file lies on, where the system says so.
#[cfg(not(unix))]
pub(super) fn device(_: &Metadata) -> u64 {
    0
}
