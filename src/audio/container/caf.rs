//! CAF files that were cut within their sound (Apple's Core Audio Format specification 1.0). symphonia passes over the
//! sound before it looks at it, and refuses the file; with the size that is there it reads what is there.

use std::io;

use super::super::source::Stream;
use super::boxes::{be32, be64};
use super::mp4::read_at;

/// Real files have some dozen.
const MAX_CHUNKS: usize = 1_000;

/// Bytes of a chunk's head, and of the count of edits that the sound starts with.
const HEAD: u64 = 12;
const EDITS: u64 = 4;

/// Whether the file starts as CAF files do.
pub(super) fn is_caf(head: &[u8]) -> bool {
    head.starts_with(b"caff")
}

/// Sound that ends before its chunk does.
#[derive(Debug, PartialEq)]
pub(super) struct Cut {
    /// Where the size of the chunk stands.
    pub(super) size_at: u64,
    /// The size that it should have.
    pub(super) size: u64,
    /// Where the sound ends.
    pub(super) end: u64,
    /// How many times as long the sound was to be, by its bytes; `None` if its packets are of many sizes.
    pub(super) promised: Option<f64>,
    /// Whether the packets are of many sizes, and nothing that is left says of which.
    pub(super) is_lost: bool,
}

/// Where the sound is cut; `None` if it isn't.
pub(super) fn cut(stream: &mut Stream) -> io::Result<Option<Cut>> {
    let (mut at, mut packet, mut has_table) = (8, 0, false);
    for _ in 0..MAX_CHUNKS {
        let head: [u8; 12] = read_at(stream, at)?;
        let (body, size) = (at + HEAD, be64(&head[4..]));
        let end = body.saturating_add(size);
        match &head[..4] {
            b"desc" => packet = u64::from(be32(&read_at::<20>(stream, body)?[16..])),
            b"pakt" => has_table = true,
            // All ones: up to the end of the file, wherever that is.
            b"data" if size != u64::MAX && end > stream.len() => {
                let held = stream.len().saturating_sub(body + EDITS);
                let held = held - held % packet.max(1);
                let promised = size.saturating_sub(EDITS) as f64 / held.max(1) as f64;
                let cut = Cut {
                    size_at: at + 4,
                    size: EDITS + held,
                    end: body + EDITS + held,
                    promised: (packet > 0).then_some(promised),
                    is_lost: packet == 0 && !has_table,
                };
                return Ok((held > 0).then_some(cut));
            }
            _ => {}
        }
        if end >= stream.len() {
            break;
        }
        at = end;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::Source;

    fn chunk(kind: &[u8; 4], size: u64, body: &[u8]) -> Vec<u8> {
        [&kind[..], &size.to_be_bytes(), body].concat()
    }

    fn file(packet: u32, table: bool, size: u64) -> Vec<u8> {
        let desc = [&[0; 16][..], &packet.to_be_bytes(), &[0; 12]].concat();
        let table = if table {
            chunk(b"pakt", 24, &[0; 24])
        } else {
            vec![]
        };
        let start = [&b"caff\0\x01\0\0"[..], &chunk(b"desc", 32, &desc), &table];
        [start.concat(), chunk(b"data", size, &[0; 104])].concat()
    }

    fn found(bytes: &[u8]) -> Option<Cut> {
        cut(&mut Source::memory("test", bytes).open().unwrap()).unwrap()
    }

    #[test]
    fn what_is_whole_is_not_cut() {
        assert_eq!(found(&file(4, false, 104)), None);
        assert_eq!(found(&file(4, false, u64::MAX)), None);
        assert_eq!(found(b"caff"), None);
    }

    #[test]
    fn sound_that_ends_early_ends_with_a_whole_packet() {
        let cut = found(&file(8, false, 204)).unwrap();
        assert_eq!((cut.size_at, cut.size, cut.end), (56, 100, 164));
        assert!((cut.promised.unwrap() - 200.0 / 96.0).abs() < 1e-9);
        assert!(!cut.is_lost);
    }

    #[test]
    fn packets_of_many_sizes_need_their_table() {
        assert!(found(&file(0, false, 204)).unwrap().is_lost);
        let cut = found(&file(0, true, 204)).unwrap();
        assert!(!cut.is_lost && cut.promised.is_none());
    }
}
