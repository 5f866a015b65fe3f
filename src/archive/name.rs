//! File names as bytes and as text: names need not be UTF-8, and the database holds text.

use std::path::{Path, PathBuf};

/// A name as bytes, for messages between processes and for the database.
#[cfg(unix)]
pub fn to_bytes(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    path.as_os_str().as_bytes().to_vec()
}

/// A name as bytes, for messages between processes and for the database.
#[cfg(not(unix))]
pub fn to_bytes(path: &Path) -> Vec<u8> {
    path.to_string_lossy().into_owned().into_bytes()
}

/// The name that [`to_bytes`] wrote; `None` for bytes that are no name on this system.
#[cfg(unix)]
pub fn from_bytes(bytes: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    Some(PathBuf::from(std::ffi::OsStr::from_bytes(bytes)))
}

/// The name that [`to_bytes`] wrote; `None` for bytes that are no name on this system.
#[cfg(not(unix))]
pub fn from_bytes(bytes: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(bytes).ok().map(PathBuf::from)
}

/// A name as the text under which the database knows it: itself where it is UTF-8, else with `\xNN`
/// for every byte that is not.
pub fn to_text(path: &Path) -> String {
    let mut text = String::new();
    for chunk in to_bytes(path).utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

/// The bytes of a name whose text does not say all.
pub fn bytes_unless_text(path: &Path) -> Option<Vec<u8>> {
    path.to_str().is_none().then(|| to_bytes(path))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn any_name_survives_and_has_a_text_of_its_own() {
        for (bytes, text) in [
            (&b"a/b.wav"[..], "a/b.wav"),
            ("Կրակ дрон".as_bytes(), "Կրակ дрон"),
            (b"caf\xe9.wav", "caf\\xe9.wav"),
        ] {
            let path = from_bytes(bytes).unwrap();
            assert_eq!(to_bytes(&path), bytes);
            assert_eq!(to_text(&path), text);
        }
        assert_eq!(bytes_unless_text(Path::new("a")), None);
        assert!(bytes_unless_text(&from_bytes(b"\xff").unwrap()).is_some());
    }
}
