//! The elements that Matroska and WebM files are made of (RFC 8794).

use std::io::{self, Seek, SeekFrom};

use super::super::source::Stream;

/// The size of an element that ends where what holds it does.
pub(in crate::audio) const UNKNOWN: u64 = u64::MAX;

/// What stands at the start of an element, and where what it holds is.
#[derive(Debug, Clone, Copy)]
pub(in crate::audio) struct Element {
    pub(in crate::audio) id: u32,
    /// Where what it holds starts.
    pub(in crate::audio) body: u64,
    /// How many bytes it says that it holds, or [`UNKNOWN`].
    pub(in crate::audio) size: u64,
}

impl Element {
    /// Where it says that it ends, be it beyond the end of the file.
    pub(in crate::audio) fn end(&self) -> u64 {
        self.body.saturating_add(self.size)
    }
}

/// The element at `position`; `None` where there is none.
pub(in crate::audio) fn element(stream: &mut Stream, position: u64) -> io::Result<Option<Element>> {
    let bytes = bytes_at(stream, position, u64::MAX, 12)?;
    let Some(&first) = bytes.first() else {
        return Ok(None);
    };
    let id_len = first.leading_zeros() as usize + 1;
    if id_len > 4 || bytes.len() <= id_len {
        return Ok(None);
    }
    let id = number(&bytes[..id_len]) as u32;
    let size_len = bytes[id_len].leading_zeros() as usize + 1;
    let Some(size) = bytes
        .get(id_len..id_len + size_len)
        .filter(|_| size_len <= 8)
    else {
        return Ok(None);
    };
    let mask = u64::MAX >> (64 - 7 * size_len);
    let value = number(size) & mask;
    Ok(Some(Element {
        id,
        body: position.saturating_add((id_len + size_len) as u64),
        size: if value == mask { UNKNOWN } else { value },
    }))
}

/// The number that stands between `start` and `stop`, of at most 8 bytes.
pub(in crate::audio) fn number_at(stream: &mut Stream, start: u64, stop: u64) -> io::Result<u64> {
    Ok(number(&bytes_at(stream, start, stop, 8)?))
}

/// The bytes between `start` and `stop`, at most `most` of them, fewer at the end of the file.
pub(in crate::audio) fn bytes_at(
    stream: &mut Stream,
    start: u64,
    stop: u64,
    most: u64,
) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; stop.saturating_sub(start).min(most) as usize];
    stream.seek(SeekFrom::Start(start))?;
    let read = stream.read_up_to(&mut bytes)?;
    bytes.truncate(read);
    Ok(bytes)
}

fn number(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0, |value, &byte| value << 8 | u64::from(byte))
}
