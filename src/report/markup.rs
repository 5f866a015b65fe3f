//! Text in HTML and SVG.

use crate::audio::shown::is_unseen;

/// What has a meaning there stands for itself, and what can't be seen is written out: XML forbids most control characters, and
/// marks of direction would turn what comes after.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if is_unseen(c) => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_outside_becomes_markup_or_is_hidden() {
        let text = escaped(
            "<script>alert('\"x\"')</script>&\u{0}\u{1b}\n\u{202e}\u{2066}\u{200f}\u{ffff}",
        );
        assert_eq!(
            text,
            "&lt;script&gt;alert(&#39;&quot;x&quot;&#39;)&lt;/script&gt;&amp;\\u{0}\\u{1b}\\n\\u{202e}\\u{2066}\\u{200f}\\u{ffff}"
        );
    }
}
