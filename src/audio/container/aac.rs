//! Which kind of AAC a track holds, by its AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1).
//!
//! symphonia decodes AAC-LC and takes HE-AAC for it, at half the rate and without its upper
//! half, without a word. HE-AAC is announced in three ways: as the object type itself; in an
//! extension after the AAC-LC config (here); or only in the packets (see `sbr`).

use std::fmt;

/// A kind of AAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Profile {
    LowComplexity,
    HighEfficiency,
    HighEfficiency2,
    /// Another object type.
    Other(u32),
}

impl Profile {
    /// Reads an AudioSpecificConfig; what can't be read is left to the decoder to refuse.
    pub(super) fn of(config: &[u8]) -> Self {
        let mut bits = Bits::new(config);
        read(&mut bits).unwrap_or(Self::LowComplexity)
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LowComplexity => "AAC-LC",
            Self::HighEfficiency => "HE-AAC",
            Self::HighEfficiency2 => "HE-AAC v2",
            Self::Other(1) => "AAC Main",
            Self::Other(3) => "AAC SSR",
            Self::Other(4) => "AAC LTP",
            Self::Other(23) => "AAC-LD",
            Self::Other(32..=34) => "MPEG audio layers 1 to 3 in MP4",
            Self::Other(36) => "MPEG-4 ALS",
            Self::Other(39) => "AAC-ELD",
            Self::Other(42) => "xHE-AAC",
            Self::Other(number) => return write!(f, "MPEG-4 audio of object type {number}"),
        })
    }
}

fn read(bits: &mut Bits<'_>) -> Option<Profile> {
    const LC: u32 = 2;
    const SBR: u32 = 5;
    const PS: u32 = 29;
    let object_type = object_type(bits)?;
    sampling_frequency(bits)?;
    let channels = bits.take(4)?;
    match object_type {
        SBR => return Some(Profile::HighEfficiency),
        PS => return Some(Profile::HighEfficiency2),
        LC => {}
        other => return Some(Profile::Other(other)),
    }
    // GASpecificConfig: frame length, core coder, extension flag.
    bits.take(1)?;
    if bits.take(1)? == 1 {
        bits.take(14)?;
    }
    bits.take(1)?;
    if channels == 0 {
        return Some(Profile::LowComplexity); // A program config follows; the decoder refuses it.
    }
    if bits.take(11) != Some(0x2B7)
        || self::object_type(bits) != Some(SBR)
        || bits.take(1) != Some(1)
    {
        return Some(Profile::LowComplexity);
    }
    sampling_frequency(bits)?;
    let has_ps = bits.take(11) == Some(0x548) && bits.take(1) == Some(1);
    Some(if has_ps {
        Profile::HighEfficiency2
    } else {
        Profile::HighEfficiency
    })
}

fn object_type(bits: &mut Bits<'_>) -> Option<u32> {
    match bits.take(5)? {
        31 => Some(32 + bits.take(6)?),
        number => Some(number),
    }
}

fn sampling_frequency(bits: &mut Bits<'_>) -> Option<()> {
    if bits.take(4)? == 15 {
        bits.take(24)?;
    }
    Some(())
}

/// Reads bits, most significant first.
#[derive(Debug, Clone)]
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Bits<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0 }
    }

    /// The same bits from `position` on.
    pub(super) fn at(bytes: &'a [u8], position: usize) -> Self {
        Self { bytes, position }
    }

    /// Bits that are left.
    pub(super) fn left(&self) -> usize {
        (8 * self.bytes.len()).saturating_sub(self.position)
    }

    /// The next `count` bits, at most 32; `None` if there are fewer.
    pub(super) fn take(&mut self, count: usize) -> Option<u32> {
        if count > self.left() {
            return None;
        }
        let mut value = 0;
        for position in self.position..self.position + count {
            let bit = self.bytes[position / 8] >> (7 - position % 8) & 1;
            value = value << 1 | u32::from(bit);
        }
        self.position += count;
        Some(value)
    }

    /// Passes over `count` bits.
    pub(super) fn skip(&mut self, count: usize) {
        self.position = self.position.saturating_add(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_told_by_their_config() {
        // AAC-LC, 44.1 kHz, stereo.
        assert_eq!(Profile::of(&[0x12, 0x10]), Profile::LowComplexity);
        // The same with an extension that says "no SBR", as ffmpeg writes it.
        assert_eq!(
            Profile::of(&[0x12, 0x10, 0x56, 0xE5, 0x00]),
            Profile::LowComplexity
        );
        // HE-AAC announced as the object type, 22.05 to 44.1 kHz.
        assert_eq!(
            Profile::of(&[0x2B, 0x92, 0x08, 0x00]),
            Profile::HighEfficiency
        );
        // HE-AAC announced after AAC-LC, and with parametric stereo.
        assert_eq!(
            Profile::of(&[0x13, 0x90, 0x56, 0xE5, 0xA0]),
            Profile::HighEfficiency
        );
        assert_eq!(
            Profile::of(&[0x13, 0x88, 0x56, 0xE5, 0xA5, 0x48, 0x80]),
            Profile::HighEfficiency2
        );
        // xHE-AAC: escape, 32 + 10.
        assert_eq!(Profile::of(&[0xF9, 0x46, 0x40]).to_string(), "xHE-AAC");
    }

    #[test]
    fn a_config_cut_short_is_left_to_the_decoder() {
        assert_eq!(Profile::of(&[]), Profile::LowComplexity);
        assert_eq!(Profile::of(&[0x12]), Profile::LowComplexity);
    }
}
