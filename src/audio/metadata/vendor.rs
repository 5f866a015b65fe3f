//! The name of the encoder that every Vorbis comment starts with, and that symphonia leaves out (RFC 7845, 5.2;
//! Vorbis I, 5.2.1; RFC 9639, 8.6).

use std::io;

use super::super::source::Stream;
use super::{text, Metadata, MAX_VALUE};

/// The comment is the second packet of an Ogg file; in FLAC it stands before the sound, and may come after a
/// table of places to seek to.
const WITHIN: usize = 1 << 16;

/// Reads the start of `stream`.
pub(super) fn read(stream: &mut Stream, metadata: &mut Metadata) -> io::Result<()> {
    let mut start = vec![0; WITHIN];
    let read = stream.read_up_to(&mut start)?;
    start.truncate(read);
    let comment = if start.starts_with(b"OggS") {
        [&b"OpusTags"[..], b"\x03vorbis"].iter().find_map(|magic| {
            let at = start.windows(magic.len()).position(|w| w == *magic)?;
            start.get(at + magic.len()..)
        })
    } else if start.starts_with(b"fLaC") {
        flac_comment(&start[4..])
    } else {
        None
    };
    if let Some(vendor) = comment.and_then(vendor) {
        metadata.add("encoder", &vendor, "comment/vendor".into());
    }
    Ok(())
}

/// The block of type 4 (RFC 9639, 8.1).
fn flac_comment(mut blocks: &[u8]) -> Option<&[u8]> {
    loop {
        let (head, rest) = blocks.split_first_chunk::<4>()?;
        let size = u32::from_be_bytes([0, head[1], head[2], head[3]]) as usize;
        match head[0] {
            4 | 0x84 => return Some(rest),
            kind if kind & 0x80 != 0 => return None,
            _ => blocks = rest.get(size..)?,
        }
    }
}

fn vendor(comment: &[u8]) -> Option<String> {
    let (size, rest) = comment.split_first_chunk::<4>()?;
    let size = u32::from_le_bytes(*size) as usize;
    (size <= MAX_VALUE as usize).then(|| rest.get(..size).map(text::of_bytes))?
}

#[cfg(test)]
mod tests {
    use super::super::metadata;
    use crate::audio::Source;

    fn vendors(bytes: &[u8]) -> Vec<String> {
        let found = metadata(&Source::memory("test", bytes)).unwrap();
        found.values("encoder").map(str::to_owned).collect()
    }

    #[test]
    fn opus_vorbis_and_flac_name_their_encoder() {
        let ogg = [&b"OggS"[..], &[0; 60], b"OpusTags\x07\0\0\0libopus\0\0\0\0"].concat();
        assert_eq!(vendors(&ogg), ["libopus"]);
        let vorbis = [&b"OggS"[..], &[0; 60], b"\x03vorbis\x02\0\0\0Xi"].concat();
        assert_eq!(vendors(&vorbis), ["Xi"]);
        let flac = [
            &b"fLaC\x00\0\0\x22"[..],
            &[0; 34],
            b"\x84\0\0\x0C\x04\0\0\0Lavf\0\0\0\0",
        ];
        assert_eq!(vendors(&flac.concat()), ["Lavf"]);
    }

    #[test]
    fn a_size_beyond_the_file_is_no_name() {
        assert!(vendors(b"OggS....OpusTags\xFF\xFF\xFF\xFFlib").is_empty());
        assert!(vendors(b"OggS....OpusTags\x20\0\0\0lib").is_empty());
        assert!(vendors(b"fLaC\x00\xFF\xFF\xFF").is_empty());
    }
}
