//! Hashes as text.

/// Bytes as lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// A SHA-256 from its 64 digits; `None` for anything else.
pub(crate) fn sha256_from_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, place) in bytes.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(text.get(place..place + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_comes_back_and_nothing_else_does() {
        let hash: [u8; 32] = std::array::from_fn(|i| (7 * i) as u8);
        let text = hex(&hash);
        assert_eq!(&text[..8], "00070e15");
        assert_eq!(sha256_from_hex(&text), Some(hash));
        for wrong in [&text[1..], "", &"g".repeat(64), &"é".repeat(32)] {
            assert_eq!(sha256_from_hex(wrong), None, "{wrong}");
        }
    }
}
