//! Files that appear whole or not at all.

use std::io::{self, Write};
use std::path::Path;
use tempfile::NamedTempFile;

/// A file in `folder` that goes away unless it gets a name ([`NamedTempFile::persist`]), with the permissions that the umask leaves of
/// a plain file's; temporary files are private else.
///
/// # Errors
/// If nothing can be written there.
pub fn temporary_in(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".earwitness-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder).map_err(|e| without_name(&e))
}

/// The system's fault alone: `tempfile` adds the name of a file that nobody has asked for.
fn without_name(error: &io::Error) -> io::Error {
    let text = error.to_string();
    let said = text
        .split_once(" at path ")
        .map_or(text.as_str(), |(said, _)| said);
    io::Error::new(error.kind(), said)
}

/// The folder of a file that is to be written.
pub fn folder_of(path: &Path) -> &Path {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// Writes `bytes` to `path`: onto the disk before they get their name, so that a crash leaves what was there.
///
/// # Errors
/// If they cannot be written, or what is at `path` cannot be replaced.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = temporary_in(folder_of(path))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_replaces_what_was_there_and_leaves_nothing_beside() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.model");
        for bytes in [b"old".as_slice(), b"new"] {
            write(&path, bytes).unwrap();
            assert_eq!(std::fs::read(&path).unwrap(), bytes);
        }
        let fault = write(&dir.path().join("none").join("a.model"), b"x").unwrap_err();
        assert!(!fault.to_string().contains(".earwitness-"), "{fault}");
        assert_eq!(fault.kind(), io::ErrorKind::NotFound);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
