//! Bytes from a file become text that can be shown.

use crate::audio::shown::is_unseen;

/// Characters of a value that are kept.
const MAX_CHARS: usize = 1000;

/// Bytes that may be UTF-8; if they are not, each is a character of its own (ISO 8859-1).
pub(super) fn of_bytes(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        // The limit on what is read cut the last of several such characters off.
        Err(e) if e.error_len().is_none() && !bytes[..e.valid_up_to()].is_ascii() => {
            String::from_utf8_lossy(&bytes[..e.valid_up_to()]).into_owned()
        }
        Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
    }
}

/// UTF-16, the more significant byte first unless a mark at the start says otherwise.
pub(super) fn of_utf16(bytes: &[u8]) -> String {
    let (little, bytes) = match bytes {
        [0xFF, 0xFE, rest @ ..] => (true, rest),
        [0xFE, 0xFF, rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let (pairs, _) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|&pair| match little {
        true => u16::from_le_bytes(pair),
        false => u16::from_be_bytes(pair),
    });
    char::decode_utf16(units)
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// The bytes before the first zero.
pub(super) fn before_zero(bytes: &[u8]) -> &[u8] {
    bytes.split(|&byte| byte == 0).next().unwrap_or_default()
}

/// Text that `bytes` are as a whole, if they are: UTF-8, some letter or digit, no control characters but zeros
/// and line ends.
pub(super) fn plain(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?.trim_matches('\0').trim();
    let shown = text.chars().any(char::is_alphanumeric);
    let odd = |c: char| c.is_control() && !"\n\r\t".contains(c);
    (shown && !text.chars().any(odd)).then_some(text)
}

/// Without zeros and spaces around it; control characters, and those that turn the direction of writing or
/// can't be seen, escaped; not longer than [`MAX_CHARS`].
pub(super) fn clean(text: &str) -> String {
    let text = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
    let mut cleaned = String::new();
    for (place, c) in text.chars().enumerate() {
        if place == MAX_CHARS {
            cleaned.push('…');
            break;
        }
        if is_unseen(c) {
            cleaned.extend(c.escape_default());
        } else {
            cleaned.push(c);
        }
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_mislead_a_reader_is_escaped() {
        assert_eq!(clean("a\u{1b}[31mred\n"), "a\\u{1b}[31mred");
        assert_eq!(clean("one\r\ntwo"), "one\\r\\ntwo");
        assert_eq!(clean("exe.\u{202e}4pm"), "exe.\\u{202e}4pm");
        assert_eq!(clean(" Կրակ дрон\0\0"), "Կրակ дрон");
    }

    #[test]
    fn a_long_text_is_cut() {
        let text = clean(&"я".repeat(5000));
        assert_eq!(text.chars().count(), MAX_CHARS + 1);
        assert!(text.ends_with('…'));
    }

    #[test]
    fn text_is_read_in_each_of_its_codes() {
        assert_eq!(of_bytes("Дрон".as_bytes()), "Дрон");
        assert_eq!(of_bytes(b"caf\xE9 x"), "café x");
        assert_eq!(of_bytes(&"Дрон".as_bytes()[..7]), "Дро");
        assert_eq!(of_utf16(b"\0d\x04\x34"), "dд");
        assert_eq!(of_utf16(b"\xFF\xFEd\0"), "d");
    }

    #[test]
    fn numbers_are_not_taken_for_text() {
        assert_eq!(plain(b"HERO7 Black\0"), Some("HERO7 Black"));
        assert_eq!(plain(b"\x01\x02\x03\x04"), None);
        assert_eq!(plain(b"\0\0"), None);
        assert_eq!(plain(b"\xFF\xD8\xFF\xE0JFIF"), None);
    }
}
