//! The mark of sound that was rendered: a `LIST INFO` chunk (Microsoft's RIFF specification, 1991) before the sound, with the
//! program (`ISFT`) and words for people (`ICMT`).
//!
//! Sound of a munition that nobody recorded must not pass for evidence by accident, nor be learnt as a recording. Who means to
//! deceive can take the mark away: its absence says nothing.

const PROGRAM: &str = "earwitness render";
const COMMENT: &str = "synthetic sound, rendered from published figures; no recording";
/// A `LIST` chunk with the mark is shorter.
pub(super) const LONGEST: usize = 4096;

/// The chunk, to stand before that of the sound; of even length.
pub fn synthetic_mark() -> Vec<u8> {
    let mut list = b"INFO".to_vec();
    for (id, text) in [(b"ISFT", PROGRAM), (b"ICMT", COMMENT)] {
        // The zero at the end counts, the padding does not.
        list.extend(chunk(id, &[text.as_bytes(), b"\0"].concat()));
    }
    chunk(b"LIST", &list)
}

fn chunk(id: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut bytes = id.to_vec();
    bytes.extend((body.len() as u32).to_le_bytes());
    bytes.extend(body);
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    bytes
}

/// Whether the body of a `LIST` chunk says that the sound was rendered.
pub(super) fn is_marked(list: &[u8]) -> bool {
    let program = PROGRAM.as_bytes();
    list.starts_with(b"INFO") && list.windows(program.len()).any(|text| text == program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_is_a_whole_chunk_that_is_known_again() {
        let mark = synthetic_mark();
        assert_eq!(&mark[..4], b"LIST");
        let size = u32::from_le_bytes([mark[4], mark[5], mark[6], mark[7]]) as usize;
        assert_eq!((size + 8, size % 2), (mark.len(), 0));
        assert!(is_marked(&mark[8..]) && mark.len() < LONGEST);
        assert!(!is_marked(b"INFOISFT\x06\0\0\0Lavf60"));
    }
}
