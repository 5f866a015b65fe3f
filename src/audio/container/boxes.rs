//! The boxes that MP4 and MOV files are made of (ISO/IEC 14496-12, 4.2).

/// What stands at the start of a box, and where the box is in the file.
#[derive(Debug, Clone, Copy)]
pub(in crate::audio) struct BoxHead {
    /// `moov`, `mdat` ...
    pub(in crate::audio) kind: [u8; 4],
    /// Where the box starts.
    pub(in crate::audio) start: u64,
    /// Where what it holds starts.
    pub(in crate::audio) body: u64,
    /// Where it says that it ends, be it beyond the end of the file.
    pub(in crate::audio) end: u64,
}

impl BoxHead {
    /// Reads the head of the box at `start` from its first bytes. A box of no stated size reaches
    /// to `limit`. `None` if it claims to be smaller than its own head.
    pub(in crate::audio) fn parse(bytes: &[u8; 16], start: u64, limit: u64) -> Option<Self> {
        let (head, size) = match be32(&bytes[..4]) {
            0 => (8, limit.saturating_sub(start)),
            1 => (16, be64(&bytes[8..])),
            size => (8, u64::from(size)),
        };
        (size >= head).then_some(Self {
            kind: [bytes[4], bytes[5], bytes[6], bytes[7]],
            start,
            body: start.saturating_add(head),
            end: start.saturating_add(size),
        })
    }
}

/// The first four bytes as a number, the most significant one first.
pub(in crate::audio) fn be32(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .take(4)
        .fold(0, |value, &byte| value << 8 | u32::from(byte))
}

/// The first eight bytes as a number, the most significant one first.
pub(in crate::audio) fn be64(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .take(8)
        .fold(0, |value, &byte| value << 8 | u64::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(size: u32, large: u64) -> Option<(u64, u64)> {
        let mut bytes = *b"....mdat........";
        bytes[..4].copy_from_slice(&size.to_be_bytes());
        bytes[8..].copy_from_slice(&large.to_be_bytes());
        BoxHead::parse(&bytes, 100, 1000).map(|found| (found.body, found.end))
    }

    #[test]
    fn the_size_takes_32_bits_or_64_or_is_the_rest() {
        assert_eq!(parse(50, 0), Some((108, 150)));
        assert_eq!(parse(1, 1 << 40), Some((116, 100 + (1 << 40))));
        assert_eq!(parse(0, 0), Some((108, 1000)));
    }

    #[test]
    fn a_box_smaller_than_its_head_is_none() {
        assert_eq!(parse(7, 0), None);
        assert_eq!(parse(1, 15), None);
    }

    #[test]
    fn a_box_beyond_all_bounds_ends_at_the_largest_place() {
        assert_eq!(parse(1, u64::MAX), Some((116, u64::MAX)));
    }
}
