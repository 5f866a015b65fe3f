//! Where in an MP3 or ADTS file its packets lie. Nothing in these files tells the time: what was damaged beyond
//! recognition is passed over by the container's reader, and shows only as bytes that belong to no packet.

use std::io;

use symphonia::core::packet::Packet;

use super::super::source::Stream;
use super::placed::Placed;

/// First bytes of a packet by which it is found again.
const KEY: usize = 32;

/// Bytes that are searched at once.
const BLOCK: usize = 4096;

/// No packet of MP3 (ISO/IEC 11172-3) or ADTS is longer.
const LONGEST: u64 = 8_192;

/// What tags start with that stand between or behind packets and hold no sound.
const TAGS: [&[u8]; 4] = [b"TAG", b"ID3", b"APETAGEX", b"LYRICSBEGIN"];

/// Follows the packets of a file through its bytes.
pub(super) struct Places {
    file: Placed,
    /// Lengths of what may stand before the bytes of a packet and belongs to it.
    heads: &'static [u64],
    /// Where the next packet should start; `None` if the place was lost.
    at: Option<u64>,
    /// Where the packet before started, once there was one.
    last: Option<u64>,
    /// All packets so far, and their bytes.
    packets: u64,
    bytes: u64,
}

impl Places {
    /// For a file in `container`; `None` if it has other means.
    pub(super) fn new(container: &str, stream: Stream) -> io::Result<Option<Self>> {
        let heads: &[u64] = match container {
            "mp3" => &[0],
            "adts" => &[7, 9],
            _ => return Ok(None),
        };
        let mut file = Placed::new(stream);
        Ok(Some(Self {
            at: Some(after_id3(&mut file)?),
            file,
            heads,
            last: None,
            packets: 0,
            bytes: 0,
        }))
    }

    /// Takes the next packet; gives how many packets could have stood in the bytes before it that belong to none.
    pub(super) fn next(&mut self, packet: &Packet) -> io::Result<Option<u64>> {
        let Some(at) = self.at else {
            return Ok(None);
        };
        let key = &packet.data[..packet.data.len().min(KEY)];
        let (mut start, mut head) = (None, 0);
        for &before in self.heads {
            if start.is_none() && is_at(&mut self.file, at.saturating_add(before), key)? {
                (start, head) = (Some(at), before);
            }
        }
        if start.is_none() {
            head = self.heads[0];
            let found = find(&mut self.file, at, key)?;
            start = found.map(|found| found.saturating_sub(head).max(at));
        }
        let Some(start) = start else {
            self.at = None;
            return Ok(None);
        };
        let length = head + packet.data.len() as u64;
        self.at = Some(start.saturating_add(length));
        self.packets += 1;
        self.bytes += length;
        // What stands before the first packet is none: tags, the frame that tells the length.
        let is_first = self.last.replace(start).is_none();
        if is_first || start == at || is_tag(&mut self.file, at)? {
            return Ok(None);
        }
        let mean = (self.bytes as f64 / self.packets as f64).max(1.0);
        let lost = ((start - at) as f64 / mean).round() as u64;
        Ok((lost > 0).then_some(lost))
    }

    /// Whether the file ends within a packet, or goes on with zeros that were to be overwritten.
    pub(super) fn is_cut(&mut self) -> io::Result<bool> {
        let (Some(at), Some(last)) = (self.at, self.last) else {
            return Ok(false);
        };
        let left = self.file.len().saturating_sub(at);
        let [start, before] = [self.file.peek::<512>(at)?, self.file.peek::<512>(last)?];
        let like = start[..2] == before[..2] && (left == 2 || (start[2] ^ before[2]) & 0x0C == 0);
        let is_packet = (2..LONGEST).contains(&left) && like;
        let are_zeros = left > 16 * LONGEST && start == [0; 512];
        Ok(is_packet || are_zeros)
    }
}

/// Whether the first frame of an MP3 file tells how many there are (the `Xing`, `Info` and `VBRI` headers); without
/// it, the length is guessed by the bit rate.
pub(super) fn tells_length(stream: Stream) -> io::Result<bool> {
    let mut file = Placed::new(stream);
    let start = after_id3(&mut file)?;
    let bytes: [u8; BLOCK] = file.peek(start)?;
    let sync = bytes
        .windows(2)
        .position(|w| w[0] == 0xFF && w[1] & 0xE0 == 0xE0);
    Ok(sync.is_some_and(|at| has_count(&bytes[at..])))
}

fn has_count(frame: &[u8]) -> bool {
    let names: [&[u8]; 3] = [b"Xing", b"Info", b"VBRI"];
    let head = &frame[..frame.len().min(48)];
    head.windows(4).any(|w| names.contains(&w))
}

/// Where the tags at the start end (ID3v2.4, 3.1: sizes in four times seven bits).
fn after_id3(file: &mut Placed) -> io::Result<u64> {
    let mut at = 0u64;
    for _ in 0..8 {
        let head: [u8; 10] = file.peek(at)?;
        if !head.starts_with(b"ID3") {
            break;
        }
        let size = head[6..]
            .iter()
            .fold(0, |n, &b| n << 7 | u64::from(b & 0x7F));
        let footer = if head[5] & 0x10 != 0 { 10 } else { 0 };
        at += 10 + size + footer;
    }
    Ok(at)
}

/// Whether what stands at `place` is a tag, or a frame that tells how many follow, as where two files were joined.
fn is_tag(file: &mut Placed, place: u64) -> io::Result<bool> {
    let bytes: [u8; 48] = file.peek(place)?;
    Ok(TAGS.iter().any(|tag| bytes.starts_with(tag)) || (bytes[0] == 0xFF && has_count(&bytes)))
}

fn is_at(file: &mut Placed, place: u64, key: &[u8]) -> io::Result<bool> {
    let there: [u8; KEY] = file.peek(place)?;
    Ok(!key.is_empty() && there.starts_with(key))
}

/// The first place from `from` on where `key` stands.
fn find(file: &mut Placed, from: u64, key: &[u8]) -> io::Result<Option<u64>> {
    let mut at = from;
    while !key.is_empty() && at.saturating_add(key.len() as u64) <= file.len() {
        let block: [u8; BLOCK] = file.peek(at)?;
        let found = block.windows(key.len()).position(|w| w == key);
        if let Some(found) = found {
            return Ok(Some(at + found as u64));
        }
        at += (BLOCK + 1 - key.len()) as u64;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::Source;
    use symphonia::core::units::{Duration, Timestamp};

    /// Frames of 100 bytes, each of its own.
    fn frame(n: u8) -> Vec<u8> {
        [&[0xFF, 0xFB, 0x90, n][..], &[n; 96]].concat()
    }

    fn places(file: &[u8]) -> Places {
        let stream = Source::memory("test", file).open().unwrap();
        Places::new("mp3", stream).unwrap().unwrap()
    }

    fn lost(file: &[u8], frames: &[u8]) -> (Vec<Option<u64>>, bool) {
        let mut places = places(file);
        let packet = |&n| Packet::new(0, Timestamp::ZERO, Duration::new(1), frame(n));
        let lost = frames.iter().map(|n| places.next(&packet(n)).unwrap());
        (lost.collect(), places.is_cut().unwrap())
    }

    #[test]
    fn bytes_between_packets_were_packets_once() {
        let file = [frame(1), frame(2), vec![7; 310], frame(3), frame(4)].concat();
        let (lost, is_cut) = lost(&file, &[1, 2, 3, 4]);
        assert_eq!(lost, [None, None, Some(3), None]);
        assert!(!is_cut);
    }

    #[test]
    fn tags_and_joints_of_files_are_no_loss() {
        let id3 = [&b"ID3\x04\0\0\0\0\x02\x00"[..], &[1; 256]].concat();
        let mut count = frame(9);
        count[36..40].copy_from_slice(b"Info");
        let v1 = [&b"TAG"[..], &[0; 125]].concat();
        let file = [
            id3.clone(),
            frame(1),
            v1.clone(),
            id3,
            frame(2),
            count,
            frame(3),
            v1,
        ];
        assert_eq!(lost(&file.concat(), &[1, 2, 3]), (vec![None; 3], false));
    }

    #[test]
    fn a_file_that_ends_within_a_packet_was_cut() {
        let file = [frame(1), frame(2), frame(3)].concat();
        assert!(lost(&file[..250], &[1, 2]).1);
        assert!(lost(&file[..202], &[1, 2]).1);
        assert!(!lost(&file[..200], &[1, 2]).1);
        let zeros = [&file[..], &[0; 200_000]].concat();
        assert!(lost(&zeros, &[1, 2, 3]).1);
        let few = [&file[..], &[0; 1_000]].concat();
        assert!(!lost(&few, &[1, 2, 3]).1);
    }

    #[test]
    fn a_packet_that_is_nowhere_ends_the_search() {
        let file = [frame(1), frame(2)].concat();
        assert_eq!(lost(&file, &[1, 9, 2]), (vec![None; 3], false));
    }
}
