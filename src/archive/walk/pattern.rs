//! Include and exclude patterns, and patterns in the place of a path.
//!
//! They are written as in a `.gitignore`: `*.wav` matches in any folder, `/a/*.wav` only there, `**` any
//! number of folders, and the name of a folder everything in it.

use std::path::{Path, PathBuf};

use ignore::overrides::{Override, OverrideBuilder};

use crate::archive::ArchiveError;

/// What is taken and what is passed over.
#[derive(Debug, Clone, Default)]
pub(super) struct Patterns {
    include: Vec<String>,
    exclude: Vec<String>,
}

impl Patterns {
    /// Checks the patterns.
    pub(super) fn new(include: &[String], exclude: &[String]) -> Result<Self, ArchiveError> {
        let patterns = Self {
            include: include.to_vec(),
            exclude: exclude.to_vec(),
        };
        patterns.below(Path::new("."), None)?;
        Ok(patterns)
    }

    pub(super) fn includes_any(&self) -> bool {
        !self.include.is_empty()
    }

    /// The patterns as they hold below `folder`. A `glob` stands for the include patterns: whether those
    /// hold too is said by [`Patterns::allow`].
    pub(super) fn below(
        &self,
        folder: &Path,
        glob: Option<&str>,
    ) -> Result<Override, ArchiveError> {
        let anchored = glob.map(|glob| format!("/{glob}"));
        let include: Vec<&str> = match &anchored {
            Some(glob) => vec![glob],
            None => self.include.iter().map(String::as_str).collect(),
        };
        build(folder, &include, &self.exclude)
    }

    /// Whether the include patterns take a file below `folder`.
    pub(super) fn allow(&self, folder: &Path, file: &Path) -> Result<bool, ArchiveError> {
        if self.include.is_empty() {
            return Ok(true);
        }
        let include: Vec<&str> = self.include.iter().map(String::as_str).collect();
        let patterns = build(folder, &include, &[])?;
        Ok(!patterns.matched(file, false).is_ignore())
    }

    /// Whether a file that was named itself is passed over.
    pub(super) fn excludes(&self, file: &Path) -> Result<bool, ArchiveError> {
        if self.exclude.is_empty() {
            return Ok(false);
        }
        let folder = file.parent().unwrap_or(Path::new("."));
        let patterns = build(folder, &[], &self.exclude)?;
        Ok(patterns.matched(file, false).is_ignore())
    }
}

/// Later patterns outweigh earlier ones, so that what is excluded stays out.
fn build(folder: &Path, include: &[&str], exclude: &[String]) -> Result<Override, ArchiveError> {
    let mut builder = OverrideBuilder::new(folder);
    let fault = |pattern: &str, error: ignore::Error| ArchiveError::Pattern {
        pattern: pattern.to_owned(),
        fault: error.to_string(),
    };
    for pattern in include {
        builder.add(pattern).map_err(|e| fault(pattern, e))?;
    }
    for pattern in exclude {
        let negated = format!("!{pattern}");
        builder.add(&negated).map_err(|e| fault(pattern, e))?;
    }
    builder.build().map_err(|e| fault("", e))
}

/// The folders before the first part of a path that holds a wild card, and the rest; no rest where no part
/// does.
pub(super) fn split_glob(path: &Path) -> (PathBuf, Option<String>) {
    let is_wild = |part: &std::ffi::OsStr| {
        let bytes = part.as_encoded_bytes();
        bytes.iter().any(|b| b"*?[{".contains(b))
    };
    let parts: Vec<_> = path.components().collect();
    let Some(first) = parts.iter().position(|part| is_wild(part.as_os_str())) else {
        return (path.to_owned(), None);
    };
    let base: PathBuf = parts[..first].iter().collect();
    let rest: PathBuf = parts[first..].iter().collect();
    let base = match base.as_os_str().is_empty() {
        true => PathBuf::from("."),
        false => base,
    };
    match base.is_dir() {
        true => (base, Some(rest.to_string_lossy().replace('\\', "/"))),
        // Nothing there to match: a name with an asterisk in it, and that file is missing.
        false => (path.to_owned(), None),
    }
}
