//! File names as bytes and as text: names need not be UTF-8, and the database holds text.

use std::path::{Path, PathBuf};

/// A name as bytes, for messages between processes and for the database.
#[cfg(unix)]
pub fn to_bytes(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    path.as_os_str().as_bytes().to_vec()
}

/// A name as bytes, for messages between processes and for the database.
#[cfg(windows)]
pub fn to_bytes(path: &Path) -> Vec<u8> {
    use std::os::windows::ffi::OsStrExt;
    wide::to_bytes(path.as_os_str().encode_wide())
}

/// A name as bytes, for messages between processes and for the database. What is no Unicode in it is lost: no system that is
/// neither Unix nor Windows says how to keep it.
#[cfg(not(any(unix, windows)))]
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
#[cfg(windows)]
pub fn from_bytes(bytes: &[u8]) -> Option<PathBuf> {
    use std::os::windows::ffi::OsStringExt;
    let units = wide::from_bytes(bytes)?;
    Some(PathBuf::from(std::ffi::OsString::from_wide(&units)))
}

/// The name that [`to_bytes`] wrote; `None` for bytes that are no name on this system.
#[cfg(not(any(unix, windows)))]
pub fn from_bytes(bytes: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(bytes).ok().map(PathBuf::from)
}

/// Names of Windows are 16-bit units that need not pair up; as bytes they are UTF-8, with three bytes for a surrogate that
/// stands alone (WTF-8, <https://simonsapin.github.io/wtf-8/>).
#[cfg(any(windows, test))]
mod wide {
    pub(super) fn to_bytes(units: impl Iterator<Item = u16>) -> Vec<u8> {
        let mut bytes = Vec::new();
        for unit in char::decode_utf16(units) {
            match unit {
                Ok(c) => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                Err(alone) => {
                    let [high, low] = alone.unpaired_surrogate().to_be_bytes();
                    let middle = (high & 0x0F) << 2 | low >> 6;
                    bytes.extend([0xE0 | high >> 4, 0x80 | middle, 0x80 | low & 0x3F]);
                }
            }
        }
        bytes
    }

    /// `None` for bytes that are neither UTF-8 nor surrogates.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Vec<u16>> {
        let mut units = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            let text = rest.utf8_chunks().next().map_or("", |chunk| chunk.valid());
            units.extend(text.encode_utf16());
            rest = &rest[text.len()..];
            rest = match rest {
                [] => rest,
                [0xED, middle @ 0xA0..=0xBF, low @ 0x80..=0xBF, after @ ..] => {
                    units.push(0xD000 | u16::from(middle & 0x3F) << 6 | u16::from(low & 0x3F));
                    after
                }
                _ => return None,
            };
        }
        Some(units)
    }
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

/// The texts of names below the folder `root` are those from the first given text on and before the second, by their bytes.
/// `separator`: [`MAIN_SEPARATOR`](std::path::MAIN_SEPARATOR), with which a walk joins names.
pub fn range_below(root: &str, separator: char) -> (String, String) {
    let folder = root.strip_suffix(separator).unwrap_or(root);
    // What begins with "a/" lies between "a/" and "a0", the sign after the slash.
    let after = char::from_u32(u32::from(separator) + 1).unwrap_or(char::MAX);
    (format!("{folder}{separator}"), format!("{folder}{after}"))
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

    #[test]
    fn names_of_windows_survive_with_surrogates_that_stand_alone() {
        for (units, bytes) in [
            (&[0x61, 0x439, 0x20AC][..], "aй€".as_bytes()),
            (&[0xD83D, 0xDE80], "🚀".as_bytes()),
            (&[0x61, 0xD83D, 0x62], b"a\xED\xA0\xBDb"),
            (
                &[0xDE80, 0xD83D, 0xDFFF, 0xDBFF],
                b"\xED\xBA\x80\xF0\x9F\x9F\xBF\xED\xAF\xBF",
            ),
            (&[], b""),
        ] {
            assert_eq!(wide::to_bytes(units.iter().copied()), bytes);
            assert_eq!(wide::from_bytes(bytes).as_deref(), Some(units));
        }
        for none in [&b"\xff"[..], b"a\xED\xA0", b"\xED\x9F", b"\x80a"] {
            assert_eq!(wide::from_bytes(none), None);
        }
    }

    #[test]
    fn names_below_a_folder_are_found_by_the_separator_of_the_system() {
        for (root, separator, below, beside) in [
            ("/arch", '/', "/arch/ü.wav", "/arch0/a.wav"),
            ("/", '/', "/a.wav", "0"),
            (r"C:\arch", '\\', r"C:\arch\ü.wav", r"C:\arch-2\a.wav"),
            (r"C:\", '\\', r"C:\a.wav", r"D:\a.wav"),
            (
                r"\\host\share",
                '\\',
                r"\\host\share\a.wav",
                r"\\host\shared",
            ),
        ] {
            let (from, end) = range_below(root, separator);
            let holds = |name: &str| name >= from.as_str() && name < end.as_str();
            assert!(holds(below) && !holds(beside), "{root}: {from} to {end}");
            assert!(!holds(root) || root == from, "{root}: {from} to {end}");
        }
    }
}
