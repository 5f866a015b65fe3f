//! Text from outside, as it may be shown to people.

/// What does not show as itself: control characters, marks of direction and characters without a width, with which a text can
/// show as another or steer a terminal, and the two that XML allows nowhere.
pub(crate) fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}

/// With control characters, marks of direction and characters without a width escaped: a name can neither break a line nor steer a terminal.
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match is_unseen(c) {
            true => out.extend(c.escape_default()),
            false => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_steer_the_terminal_or_show_as_another() {
        assert_eq!(printable("a\n\u{1b}[2Jб.wav"), "a\\n\\u{1b}[2Jб.wav");
        assert_eq!(printable("exe.\u{202e}4pm"), "exe.\\u{202e}4pm");
        for c in "\u{200e}\u{200f}\u{2066}\u{2069}\u{feff}\u{ffff}".chars() {
            assert!(is_unseen(c), "{c:?}");
        }
        let plain = "Կրակ дрон 無人機 é \u{301}🚁.wav";
        assert_eq!(printable(plain), plain);
    }
}
