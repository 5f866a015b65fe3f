//! Lists of file names.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::archive::{name, ArchiveError};

/// Reads the names in `list` (`-` is standard input), each ended by the byte `end`; empty ones
/// are passed over. Of names that end in a newline, one carriage return before it is dropped.
///
/// # Errors
/// If the list cannot be read, or a name is not valid on this system.
pub fn read(list: &Path, end: u8) -> Result<Vec<PathBuf>, ArchiveError> {
    let mut bytes = Vec::new();
    let read = match list.as_os_str() == "-" {
        true => io::stdin().lock().read_to_end(&mut bytes),
        false => File::open(list).and_then(|mut file| file.read_to_end(&mut bytes)),
    };
    read.map_err(|error| ArchiveError::List {
        name: list.display().to_string(),
        error,
    })?;
    names(&bytes, end).map(|name| to_path(name, list)).collect()
}

/// What messages call a list.
pub(in crate::archive) fn title(list: &Path) -> String {
    match list.as_os_str() == "-" {
        true => "standard input".to_owned(),
        false => name::to_text(list),
    }
}

fn names(bytes: &[u8], end: u8) -> impl Iterator<Item = &[u8]> {
    bytes
        .split(move |&byte| byte == end)
        .map(move |name| match end {
            b'\n' => name.strip_suffix(b"\r").unwrap_or(name),
            _ => name,
        })
        .filter(|name| !name.is_empty())
}

fn to_path(name: &[u8], list: &Path) -> Result<PathBuf, ArchiveError> {
    name::from_bytes(name).ok_or_else(|| ArchiveError::ListEncoding {
        name: list.display().to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8], end: u8) -> Vec<&[u8]> {
        names(bytes, end).collect()
    }

    #[test]
    fn lines_of_either_kind_are_names_and_blank_ones_are_not() {
        assert_eq!(of(b"a b\r\n\n c\nd", b'\n'), [&b"a b"[..], b" c", b"d"]);
    }

    #[test]
    fn with_nul_a_newline_is_part_of_the_name() {
        assert_eq!(of(b"a\nb\0c\r\0", 0), [&b"a\nb"[..], b"c\r"]);
    }
}
