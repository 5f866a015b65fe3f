//! HE-AAC that is announced nowhere but in its packets.
//!
//! The upper half of HE-AAC (spectral band replication) travels in a fill element at the end of
//! each AAC-LC packet (ISO/IEC 14496-3, 4.4.2.7). Decoders find it after all that stands before
//! it; but as only the end mark and padding follow it, it can be found from the back: a fill
//! element of the right type whose length reaches exactly to the end mark. In one packet that may
//! be chance (about 1 in 200); in most of sixteen it is not.

use std::collections::VecDeque;

use symphonia::core::errors::Error;
use symphonia::core::packet::Packet;

use super::super::codec::contained;
use super::aac::Bits;
use super::packets::Packets;

/// Packets that are looked at.
const PACKETS: usize = 16;

/// Packets with any content; those of silence may come without SBR data.
const MIN_BYTES: usize = 16;

/// The longest fill element: 15 + 255 - 1 bytes after a header of 15 bits.
const MAX_BITS: usize = 8 * 269 + 15;

/// Reads the first packets of track `id` into `queue`.
pub(super) fn packets(
    packets: &mut Packets,
    id: u32,
    queue: &mut VecDeque<Packet>,
) -> Result<(), Error> {
    while queue.len() < PACKETS {
        let next = contained(|| packets.next_packet());
        match next.unwrap_or(Err(Error::DecodeError("the container reader failed")))? {
            Some(packet) if packet.track_id == id => queue.push_back(packet),
            Some(_) => {}
            None => break,
        }
    }
    Ok(())
}

/// Whether most of the packets carry SBR data.
pub(super) fn is_present(packets: &VecDeque<Packet>) -> bool {
    let counted: Vec<bool> = packets
        .iter()
        .filter(|p| p.data.len() >= MIN_BYTES)
        .map(|p| ends_with_sbr(&p.data))
        .collect();
    let found = counted.iter().filter(|&&found| found).count();
    found >= 2 && found * 2 > counted.len()
}

/// Whether the packet ends with a fill element that holds SBR data.
fn ends_with_sbr(packet: &[u8]) -> bool {
    let bits = 8 * packet.len();
    (bits.saturating_sub(MAX_BITS + 11)..bits).any(|start| is_sbr_to_the_end(packet, start))
}

fn is_sbr_to_the_end(packet: &[u8], start: usize) -> bool {
    const ID_FIL: u32 = 6;
    const ID_END: u32 = 7;
    let mut bits = Bits::at(packet, start);
    let mut parse = || {
        if bits.take(3)? != ID_FIL {
            return None;
        }
        let mut count = bits.take(4)?;
        if count == 15 {
            count = 14 + bits.take(8)?;
        }
        let kind = bits.take(4)?;
        let is_sbr = matches!(kind, 0xD | 0xE) && count > 0;
        bits.skip((8 * count as usize).checked_sub(4)?);
        let ends = bits.take(3)? == ID_END && bits.left() < 8 && bits.take(bits.left())? == 0;
        Some(is_sbr && ends)
    };
    parse().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Packs (value, width) pairs and pads to whole bytes.
    fn pack(fields: &[(u32, usize)]) -> Vec<u8> {
        let bits: Vec<u8> = fields
            .iter()
            .flat_map(|&(value, width)| (0..width).rev().map(move |i| (value >> i & 1) as u8))
            .collect();
        bits.chunks(8)
            .map(|c| {
                c.iter()
                    .enumerate()
                    .fold(0, |byte, (i, bit)| byte | bit << (7 - i))
            })
            .collect()
    }

    fn packet(fill: &[(u32, usize)]) -> Vec<u8> {
        let body = (0..60u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 25, 7));
        let fields: Vec<_> = body.chain(fill.iter().copied()).chain([(7, 3)]).collect();
        pack(&fields)
    }

    #[test]
    fn a_fill_element_with_sbr_data_is_found() {
        let short = [(6, 3), (3, 4), (0xD, 4), (0x5A5A5, 20)];
        assert!(ends_with_sbr(&packet(&short)));
        let mut long = vec![(6, 3), (15, 4), (6, 8), (0xE, 4)];
        long.extend([(0x5A5A5, 20); 7]); // 20 bytes: 160 bits, 4 of which are the type
        long.push((0, 16));
        assert!(ends_with_sbr(&packet(&long)));
    }

    #[test]
    fn plain_fill_and_no_fill_are_not_sbr() {
        assert!(!ends_with_sbr(&packet(&[
            (6, 3),
            (3, 4),
            (0x0, 4),
            (0, 20)
        ])));
        assert!(!ends_with_sbr(&packet(&[])));
        assert!(!ends_with_sbr(&[]));
    }
}
