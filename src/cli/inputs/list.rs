//! Lists of file names.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::Context;

/// Reads the names in `list` (`-` is standard input), each ended by the byte `end`; empty ones
/// are passed over. Of names that end in a newline, one carriage return before it is dropped.
///
/// # Errors
/// If the list cannot be read, or a name is not valid on this system.
pub fn read(list: &Path, end: u8) -> anyhow::Result<Vec<PathBuf>> {
    let mut bytes = Vec::new();
    let read = match list.as_os_str() == "-" {
        true => io::stdin().lock().read_to_end(&mut bytes),
        false => File::open(list).and_then(|mut file| file.read_to_end(&mut bytes)),
    };
    read.with_context(|| {
        let list = list.display();
        format!("cannot read the list of files {list}; check the name given to --files-from")
    })?;
    names(&bytes, end).map(to_path).collect()
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

#[cfg(unix)]
fn to_path(name: &[u8]) -> anyhow::Result<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    Ok(PathBuf::from(std::ffi::OsStr::from_bytes(name)))
}

#[cfg(not(unix))]
fn to_path(name: &[u8]) -> anyhow::Result<PathBuf> {
    let name = std::str::from_utf8(name).context("the list of files is not UTF-8; save it so")?;
    Ok(PathBuf::from(name))
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
