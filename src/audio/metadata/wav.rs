//! WAV: `LIST INFO` (Microsoft's RIFF specification, 1991) and `bext` (EBU Tech 3285, broadcast WAV).

use std::io::{self, Seek, SeekFrom};

use super::super::source::Stream;
use super::{keys, text, Metadata, MAX_VALUE};

/// Real files have a dozen.
const MAX_CHUNKS: usize = 1000;

/// Bytes of a `LIST` that are read.
const MAX_LIST: usize = 1 << 16;

/// Reads the chunks of `stream`.
pub(super) fn read(stream: &mut Stream, metadata: &mut Metadata) -> io::Result<()> {
    let head = bytes_at(stream, 0, 12)?;
    let big_endian = head.starts_with(b"RIFX");
    let number = |b: &[u8]| {
        let bytes = [b[0], b[1], b[2], b[3]];
        match big_endian {
            true => u32::from_be_bytes(bytes),
            false => u32::from_le_bytes(bytes),
        }
    };
    let mut data_size = None;
    let mut position = 12;
    for _ in 0..MAX_CHUNKS {
        // A size may lead anywhere: there is no seeking to the largest numbers.
        if position >= stream.len() {
            break;
        }
        let header = bytes_at(stream, position, 8)?;
        let Some((id, size)) = header.split_at_checked(4).filter(|(_, s)| s.len() == 4) else {
            break;
        };
        let (start, mut size) = (position + 8, u64::from(number(size)));
        match id {
            b"ds64" => {
                let body = bytes_at(stream, start, 16)?;
                data_size = body
                    .as_chunks::<8>()
                    .0
                    .get(1)
                    .map(|&b| u64::from_le_bytes(b));
            }
            b"data" if size == u64::from(u32::MAX) => size = data_size.unwrap_or(size),
            b"LIST" => {
                let body = bytes_at(stream, start, size.min(MAX_LIST as u64) as usize)?;
                if let Some(list) = body.strip_prefix(b"INFO") {
                    info(list, number, metadata);
                }
            }
            b"bext" => {
                let body = bytes_at(stream, start, size.min(602 + MAX_VALUE) as usize)?;
                broadcast(&body, metadata);
            }
            _ => {}
        }
        position = start.saturating_add(size).saturating_add(size % 2);
    }
    Ok(())
}

/// The texts of a list.
fn info(mut list: &[u8], number: impl Fn(&[u8]) -> u32, metadata: &mut Metadata) {
    while let Some((header, rest)) = list.split_at_checked(8) {
        let size = number(&header[4..]) as usize;
        let value = &rest[..size.min(rest.len())];
        let value = &value[..value.len().min(MAX_VALUE as usize)];
        let id = text::of_bytes(&header[..4]);
        let place = format!("LIST/INFO/{id}");
        metadata.add(
            keys::name(&id),
            &text::of_bytes(text::before_zero(value)),
            place,
        );
        list = rest
            .get(size.saturating_add(size % 2)..)
            .unwrap_or_default();
    }
}

/// The fields of a `bext` chunk, at their places in version 2.
fn broadcast(body: &[u8], metadata: &mut Metadata) {
    let field = |from: usize, to: usize| {
        let bytes = body.get(from..to.min(body.len())).unwrap_or_default();
        text::of_bytes(text::before_zero(bytes))
    };
    let mut add = |key: &str, value: String| metadata.add(key, &value, "bext".into());
    add("description", field(0, 256));
    add("originator", field(256, 288));
    add("originator-reference", field(288, 320));
    // By the clock of the recorder, whose time zone is not written down.
    add("date", format!("{} {}", field(320, 330), field(330, 338)));
    if let Some(samples) = body.get(338..346).and_then(|b| b.first_chunk::<8>()) {
        let samples = u64::from_le_bytes(*samples);
        if samples > 0 {
            add("samples-since-midnight", samples.to_string());
        }
    }
    add("coding-history", field(602, usize::MAX));
}

/// Up to `len` bytes at `position`.
fn bytes_at(stream: &mut Stream, position: u64, len: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; len];
    stream.seek(SeekFrom::Start(position))?;
    let read = stream.read_up_to(&mut bytes)?;
    bytes.truncate(read);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::super::metadata;
    use crate::audio::Source;

    fn chunk(id: &[u8; 4], body: &[u8], big_endian: bool) -> Vec<u8> {
        let size = body.len() as u32;
        let size = match big_endian {
            true => size.to_be_bytes(),
            false => size.to_le_bytes(),
        };
        let pad = vec![0; body.len() % 2];
        [&id[..], &size, body, &pad].concat()
    }

    fn tags_of(magic: &[u8; 4], chunks: &[Vec<u8>]) -> Vec<(String, String, String)> {
        let bytes = [&magic[..], &[0; 4], b"WAVE", &chunks.concat()].concat();
        let found = metadata(&Source::memory("test", bytes)).unwrap();
        let tags = found.tags.into_iter();
        tags.map(|t| (t.key, t.value, t.place)).collect()
    }

    fn owned(tags: &[(&str, &str, &str)]) -> Vec<(String, String, String)> {
        let own = |s: &str| s.to_owned();
        tags.iter()
            .map(|(k, v, p)| (own(k), own(v), own(p)))
            .collect()
    }

    #[test]
    fn a_list_is_read_on_either_side_of_the_sound_and_in_either_byte_order() {
        for (magic, big) in [(b"RIFF", false), (b"RIFX", true)] {
            let list = [
                b"INFO".to_vec(),
                chunk(b"ISFT", b"Lavf59\0", big),
                chunk(b"ICMT", b"caf\xE9", big),
                chunk(b"IXYZ", b"own", big),
            ];
            let chunks = [
                chunk(b"fmt ", &[0; 16], big),
                chunk(b"data", &[0; 33], big),
                chunk(b"LIST", &list.concat(), big),
            ];
            let expected = owned(&[
                ("software", "Lavf59", "LIST/INFO/ISFT"),
                ("comment", "café", "LIST/INFO/ICMT"),
                ("IXYZ", "own", "LIST/INFO/IXYZ"),
            ]);
            assert_eq!(tags_of(magic, &chunks), expected);
        }
    }

    #[test]
    fn a_broadcast_chunk_tells_device_and_time() {
        let mut body = vec![0; 602];
        body[..5].copy_from_slice(b"scene");
        body[256..263].copy_from_slice(b"ZOOM H5");
        body[320..330].copy_from_slice(b"2020-10-04");
        body[330..338].copy_from_slice(b"12:34:56");
        body[338..346].copy_from_slice(&1_000_000u64.to_le_bytes());
        body.extend(b"A=PCM,F=48000\r\n");
        let expected = owned(&[
            ("description", "scene", "bext"),
            ("originator", "ZOOM H5", "bext"),
            ("date", "2020-10-04 12:34:56", "bext"),
            ("samples-since-midnight", "1000000", "bext"),
            ("coding-history", "A=PCM,F=48000", "bext"),
        ]);
        assert_eq!(tags_of(b"RIFF", &[chunk(b"bext", &body, false)]), expected);
    }

    #[test]
    fn the_largest_size_of_all_ends_the_search() {
        let size = [&[0; 8][..], &[0xFF; 8], &[0; 12]].concat();
        let data = b"data\xFF\xFF\xFF\xFF\0\0\0\0".to_vec();
        let chunks = [chunk(b"ds64", &size, false), data];
        let bytes = [&b"RF64\xFF\xFF\xFF\xFFWAVE"[..], &chunks.concat()].concat();
        // In a file: in memory there is seeking to anywhere.
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let found = metadata(&Source::Path(file.path().into())).unwrap();
        assert_eq!(found.tags, []);
    }

    #[test]
    fn sizes_beyond_the_file_do_no_harm() {
        let mut list = b"LIST\xFF\xFF\xFF\xFFINFOISFT\xFF\xFF\xFF\xFFname".to_vec();
        let expected = owned(&[("software", "name", "LIST/INFO/ISFT")]);
        assert_eq!(tags_of(b"RIFF", &[list.clone()]), expected);
        list.truncate(18);
        assert_eq!(tags_of(b"RIFF", &[list]), []);
        assert_eq!(
            tags_of(b"RIFF", &[chunk(b"bext", b"abc", false)]),
            owned(&[("description", "abc", "bext")])
        );
    }
}
