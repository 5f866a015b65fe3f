//! Words of a command line for a POSIX shell.

use std::ffi::OsStr;

use super::shown::is_unseen;

/// `text` as one word: plain words as they are, others in single quotes, and what holds characters that can't be seen or bytes
/// that are not UTF-8 in `$'...'`, which bash, zsh and ksh read.
pub fn quoted(text: &OsStr) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+=,@%:".contains(c);
    match text.to_str() {
        Some(text) if !text.is_empty() && text.chars().all(plain) => text.to_owned(),
        Some(text) if !text.chars().any(is_unseen) => format!("'{}'", text.replace('\'', r"'\''")),
        _ => {
            let bytes = text.as_encoded_bytes().iter();
            format!("$'{}'", bytes.map(|&b| escape(b)).collect::<String>())
        }
    }
}

fn escape(byte: u8) -> String {
    match byte {
        b'\n' => r"\n".to_owned(),
        b'\t' => r"\t".to_owned(),
        b'\'' | b'\\' => format!("\\{}", byte as char),
        0x20..=0x7e => (byte as char).to_string(),
        _ => format!("\\x{byte:02x}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_quoted_as_far_as_it_has_to_be() {
        let word = |text: &str| quoted(OsStr::new(text));
        assert_eq!(word("clips/a-1.mp4"), "clips/a-1.mp4");
        assert_eq!(word("дрон.mp4"), "дрон.mp4");
        assert_eq!(word(""), "''");
        assert_eq!(word("it's a drone"), r"'it'\''s a drone'");
        assert_eq!(word("a\n'b"), r"$'a\n\'b'");
        assert_eq!(word("a\u{202e}b"), r"$'a\xe2\x80\xaeb'");
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_no_text_survive_a_shell() {
        use std::os::unix::ffi::OsStrExt;
        assert_eq!(quoted(OsStr::from_bytes(b"bad\xff.mp4")), r"$'bad\xff.mp4'");
    }
}
