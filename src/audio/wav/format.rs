//! The `fmt ` chunk: what the bytes of sound mean.

use std::fmt;

use super::super::error::AudioError;
use super::super::remedy;
use super::super::source::Source;
use super::super::{MAX_CHANNELS, SAMPLE_RATES};
use super::coded::Codec;
use super::pcm::Pcm;

const EXTENSIBLE: u16 = 0xFFFE;

/// Bytes 2 to 15 of every sub-format GUID that is a plain format tag in another dress
/// (`KSDATAFORMAT_SUBTYPE_*`, ksmedia.h).
const GUID_TAIL: [u8; 14] = [
    0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71,
];

/// A checked `fmt ` chunk.
#[derive(Debug, Clone)]
pub(super) struct Format {
    pub(super) channels: usize,
    /// In Hz.
    pub(super) sample_rate: u32,
    /// Bytes of one frame (PCM) or of one coded block (ADPCM).
    pub(super) block_align: usize,
    pub(super) block_align_repaired: bool,
    pub(super) coding: Coding,
}

/// How samples are written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Pcm(Pcm),
    Coded(Codec),
}

impl Coding {
    pub(super) fn decoder(&self) -> &'static str {
        match self {
            Self::Pcm(_) => "earwitness",
            Self::Coded(_) => "symphonia",
        }
    }
}

impl fmt::Display for Coding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pcm(pcm) => pcm.fmt(f),
            Self::Coded(codec) => f.write_str(codec.name()),
        }
    }
}

impl Format {
    /// Parses and checks the body of a `fmt ` chunk.
    pub(super) fn parse(
        source: &Source,
        bytes: &[u8],
        big_endian: bool,
    ) -> Result<Self, AudioError> {
        if bytes.len() < 16 {
            return Err(AudioError::truncated_header(
                source,
                format!("its fmt chunk has {} bytes of at least 16", bytes.len()),
            ));
        }
        let field = |at: usize| {
            let pair = [bytes[at], bytes[at + 1]];
            if big_endian {
                u16::from_be_bytes(pair)
            } else {
                u16::from_le_bytes(pair)
            }
        };
        let (low, high) = if big_endian { (6, 4) } else { (4, 6) };
        let sample_rate = u32::from(field(high)) << 16 | u32::from(field(low));
        let channels = usize::from(field(2));
        let block_align = usize::from(field(12));
        let bits = field(14);

        let mut tag = field(0);
        if tag == EXTENSIBLE && bytes.len() >= 40 {
            // The GUID's first field is a number and follows the byte order of the file.
            tag = if bytes[26..40] == GUID_TAIL || big_endian {
                field(if big_endian { 26 } else { 24 })
            } else {
                EXTENSIBLE
            };
        }

        if !SAMPLE_RATES.contains(&sample_rate) {
            return Err(AudioError::BadSampleRate {
                name: source.name(),
                rate: sample_rate,
                command: remedy::ffmpeg_line(source),
            });
        }
        if !(1..=MAX_CHANNELS).contains(&channels) {
            return Err(AudioError::BadChannelCount {
                name: source.name(),
                channels,
                command: remedy::ffmpeg_line(source),
            });
        }
        let mut format = Self {
            channels,
            sample_rate,
            block_align,
            block_align_repaired: false,
            coding: coding(source, tag, bits, block_align / channels, big_endian)?,
        };
        if let Coding::Pcm(pcm) = format.coding {
            let expected = pcm.bytes() * channels;
            format.block_align_repaired = block_align != expected;
            format.block_align = expected;
        }
        Ok(format)
    }

    /// Whole frames in `bytes` of sound.
    pub(super) fn frames_in(&self, bytes: u64) -> u64 {
        match self.coding {
            Coding::Pcm(_) => bytes / self.block_align as u64,
            Coding::Coded(codec) => codec.frames_in(bytes, self.channels, self.block_align),
        }
    }

    /// Bytes of one second of sound; approximate for coded sound.
    pub(super) fn bytes_per_second(&self) -> u64 {
        let rate = u64::from(self.sample_rate);
        match self.coding {
            Coding::Pcm(_) => rate * self.block_align as u64,
            Coding::Coded(codec) => codec.bytes_for(rate, self.channels, self.block_align),
        }
    }
}

/// The coding for a format tag (`mmreg.h`).
fn coding(
    source: &Source,
    tag: u16,
    bits: u16,
    container_bytes: usize,
    big_endian: bool,
) -> Result<Coding, AudioError> {
    let coded = |codec| Ok(Coding::Coded(codec));
    match tag {
        1 | 3 => Pcm::new(tag == 3, bits, container_bytes, big_endian)
            .map(Coding::Pcm)
            .ok_or_else(|| {
                let kind = if tag == 3 { "float" } else { "PCM" };
                AudioError::unsupported(source, format!("{kind} of {bits} bits"))
            }),
        2 => coded(Codec::MsAdpcm),
        6 => coded(Codec::ALaw),
        7 => coded(Codec::MuLaw),
        0x11 => coded(Codec::ImaAdpcm),
        _ => Err(AudioError::unsupported(source, tag_name(tag))),
    }
}

fn tag_name(tag: u16) -> String {
    let name = match tag {
        0x08 => "DTS",
        0x31 => "GSM 6.10",
        0x40 | 0x45 | 0x64 | 0x14 => "G.726 ADPCM",
        0x42 => "G.723.1",
        0x50 => "MPEG audio layer 1 or 2 in WAV",
        0x55 => "MP3 in WAV",
        0x57 | 0x38 => "AMR",
        0x65 => "G.722",
        0xFF | 0x1600 | 0x1601 | 0x1610 => "AAC in WAV",
        0x160..=0x163 => "WMA",
        0x2000 => "AC-3",
        0x2001 => "DTS",
        0x270 => "ATRAC3",
        0x566F | 0x674F..=0x6771 => "Vorbis in WAV",
        0x704F => "Opus in WAV",
        0xF1AC => "FLAC in WAV",
        _ => return format!("a WAV codec of unknown number 0x{tag:04X}"),
    };
    name.to_owned()
}
