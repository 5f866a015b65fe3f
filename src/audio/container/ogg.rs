//! Whether an Ogg file ends where a page does (RFC 3533, 6). That the last page is marked as the last says nothing:
//! Telegram leaves the mark out of all its voice messages.

use std::io::{self, Seek, SeekFrom};

use super::super::source::Stream;

/// The longest page.
const LONGEST: u64 = 27 + 255 + 255 * 255;

/// Whether the file starts as Ogg files do.
pub(super) fn is_ogg(head: &[u8]) -> bool {
    head.starts_with(b"OggS")
}

/// Whether the first stream is of a kind that symphonia knows, or tells of the others.
pub(super) fn is_known(head: &[u8]) -> bool {
    let kinds: [&[u8]; 5] = [
        b"OpusHead",
        b"\x01vorbis",
        b"\x7FFLAC",
        b"fishead",
        b"\x80theora",
    ];
    let packet = head.get(26).and_then(|&n| head.get(27 + usize::from(n)..));
    packet.is_none_or(|packet| {
        kinds
            .iter()
            .any(|kind| packet.starts_with(kind) || kind.starts_with(packet))
    })
}

/// Whether the file ends within a page, or behind none.
pub(super) fn is_cut(stream: &mut Stream) -> io::Result<bool> {
    let from = stream.len().saturating_sub(LONGEST);
    stream.seek(SeekFrom::Start(from))?;
    let mut bytes = vec![0; (stream.len() - from) as usize];
    let read = stream.read_up_to(&mut bytes)?;
    bytes.truncate(read);
    let Some(page) = bytes.windows(4).rposition(|w| w == b"OggS") else {
        return Ok(true);
    };
    let page = &bytes[page..];
    let segments = page.get(26).map(|&n| usize::from(n));
    let sizes = segments.and_then(|n| page.get(27..27 + n));
    let end = sizes.map(|s| 27 + s.len() + s.iter().map(|&n| usize::from(n)).sum::<usize>());
    // What is left behind the page may be the first bytes of the next.
    let rest = end.and_then(|end| page.get(end..));
    Ok(rest.is_none_or(|rest| !rest.is_empty() && b"OggS".starts_with(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::Source;

    fn page(len: usize) -> Vec<u8> {
        let sizes = [vec![255; len / 255], vec![(len % 255) as u8]].concat();
        let head = [&b"OggS"[..], &[0; 22], &[sizes.len() as u8], &sizes];
        [head.concat(), vec![7; len]].concat()
    }

    fn cut(bytes: &[u8]) -> bool {
        is_cut(&mut Source::memory("test", bytes).open().unwrap()).unwrap()
    }

    #[test]
    fn only_what_ends_within_a_page_was_cut() {
        let file = [page(60_000), page(300)].concat();
        assert!(!cut(&file));
        assert!(!cut(&file[..file.len() - 329]));
        assert!(!cut(&[&file[..], b"a few bytes"].concat()));
        for less in [1, 250, 310, 328] {
            assert!(cut(&file[..file.len() - less]), "{less}");
        }
        assert!(cut(&[&file[..], &[0; 70_000]].concat()));
    }
}
