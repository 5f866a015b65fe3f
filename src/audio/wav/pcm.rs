//! Uncompressed samples become `f32`.

use std::fmt;

use super::super::decoder::{DecodeReport, Decoder, Frames};
use super::super::error::AudioError;
use super::data::Data;
use super::format::Format;

/// Bytes read at a time: small enough to stay in the first-level cache with what they become.
const CHUNK_BYTES: usize = 1 << 14;
/// Samples with an empty bottom byte that show that it is always empty: noise leaves so many empty once in 2^64 times.
const PLAIN: usize = 8;

/// How one uncompressed sample is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pcm {
    kind: Kind,
    bits: u16,
    big_endian: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    U8,
    I16,
    I24,
    I32,
    /// 24 bits in four bytes, as yet unknown which: read as the standard says until sound shows it.
    I24Unsettled,
    /// 24 bits in the low three bytes of four, as some writers do against the standard.
    I24Low,
    F32,
    F64,
}

impl Pcm {
    /// `container_bytes`: bytes per sample according to the frame size; the standard puts the
    /// valid bits at the top of it (20 in 24, 24 in 32). `None` for what no writer makes.
    pub(super) fn new(
        float: bool,
        bits: u16,
        container_bytes: usize,
        big_endian: bool,
    ) -> Option<Self> {
        let needed = usize::from(bits).div_ceil(8);
        // A frame size that can't hold the sample is wrong, and the bit depth is the better guess.
        let bytes = if (needed..=8).contains(&container_bytes) && bits > 0 {
            container_bytes
        } else {
            needed
        };
        let kind = match (float, bytes) {
            (true, 4) => Kind::F32,
            (true, 8) => Kind::F64,
            (false, 1) => Kind::U8,
            (false, 2) => Kind::I16,
            (false, 3) => Kind::I24,
            (false, 4) if bits == 24 => Kind::I24Unsettled,
            (false, 4) => Kind::I32,
            _ => return None,
        };
        Some(Self {
            kind,
            bits,
            big_endian,
        })
    }

    /// Bytes of one sample.
    pub(super) fn bytes(self) -> usize {
        match self.kind {
            Kind::U8 => 1,
            Kind::I16 => 2,
            Kind::I24 => 3,
            Kind::I32 | Kind::I24Unsettled | Kind::I24Low | Kind::F32 => 4,
            Kind::F64 => 8,
        }
    }

    /// Tells 24 bits in the high bytes of four (the standard) from 24 bits in the low ones by the first sound: only the
    /// latter fill the bottom byte, and leave nothing but a sign in the top one. Silence, which tells nothing, leaves it open.
    fn settle(&mut self, bytes: &[u8]) {
        if self.kind != Kind::I24Unsettled {
            return;
        }
        let (top, bottom) = if self.big_endian { (0, 3) } else { (3, 0) };
        let (samples, _) = bytes.as_chunks::<4>();
        let signs = samples.iter().all(|s| matches!(s[top], 0 | 0xFF));
        let filled = samples.iter().any(|s| s[bottom] != 0);
        let sounding = || samples.iter().filter(|s| **s != [0; 4]).count();
        self.kind = match (signs, filled) {
            (true, true) => Kind::I24Low,
            (true, false) if sounding() < PLAIN => Kind::I24Unsettled,
            _ => Kind::I32,
        };
    }

    /// Appends the whole frames in `bytes` to `planes`, one plane per channel.
    fn convert(self, bytes: &[u8], planes: &mut [Vec<f32>]) {
        macro_rules! samples {
            ($n:literal, $from:expr) => {
                if self.big_endian {
                    deinterleave::<$n>(bytes, planes, |mut b| {
                        b.reverse();
                        $from(b)
                    })
                } else {
                    deinterleave::<$n>(bytes, planes, $from)
                }
            };
        }
        match self.kind {
            Kind::U8 => samples!(1, |b: [u8; 1]| (f32::from(b[0]) - 128.0) / 128.0),
            Kind::I16 => samples!(2, |b| f32::from(i16::from_le_bytes(b)) / 32_768.0),
            Kind::I24 => samples!(3, |b: [u8; 3]| from_i32([0, b[0], b[1], b[2]])),
            Kind::I24Low => samples!(4, |b: [u8; 4]| from_i32([0, b[0], b[1], b[2]])),
            Kind::I32 | Kind::I24Unsettled => samples!(4, from_i32),
            Kind::F32 => samples!(4, f32::from_le_bytes),
            Kind::F64 => samples!(8, |b| f64::from_le_bytes(b) as f32),
        }
    }
}

fn from_i32(bytes: [u8; 4]) -> f32 {
    i32::from_le_bytes(bytes) as f32 / 2_147_483_648.0
}

/// Sorts the samples of `N` bytes in whole frames of `bytes` into their planes.
fn deinterleave<const N: usize>(
    bytes: &[u8],
    planes: &mut [Vec<f32>],
    sample: impl Fn([u8; N]) -> f32,
) {
    let channels = planes.len();
    let (samples, _) = bytes.as_chunks::<N>();
    let whole = samples.len() - samples.len() % channels;
    for (channel, plane) in planes.iter_mut().enumerate() {
        let of_channel = samples[..whole].iter().skip(channel).step_by(channels);
        if channels == 1 {
            plane.extend(samples.iter().map(|&b| sample(b)));
        } else {
            plane.extend(of_channel.map(|&b| sample(b)));
        }
    }
}

impl fmt::Display for Pcm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.kind {
            Kind::F32 | Kind::F64 => "float",
            _ => "PCM",
        };
        write!(f, "{name} {}-bit", self.bits)
    }
}

/// Decodes the data chunk of a PCM file.
pub(super) struct PcmDecoder {
    data: Data,
    pcm: Pcm,
    rate: u32,
    channels: usize,
    chunk: usize,
}

impl PcmDecoder {
    pub(super) fn new(data: Data, format: &Format, pcm: Pcm) -> Self {
        Self {
            data,
            pcm,
            rate: format.sample_rate,
            channels: format.channels,
            chunk: (CHUNK_BYTES / format.block_align).max(1) * format.block_align,
        }
    }
}

impl Decoder for PcmDecoder {
    fn decode(&mut self, frames: &mut Frames) -> Result<bool, AudioError> {
        frames.reset(self.rate, self.channels);
        let bytes = self.data.next(self.chunk)?;
        self.pcm.settle(bytes);
        self.pcm.convert(bytes, frames.planes_mut());
        Ok(!bytes.is_empty())
    }

    fn report(&mut self) -> DecodeReport {
        DecodeReport {
            missing_s: self.data.missing_s(),
            ..DecodeReport::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn convert(pcm: Pcm, bytes: &[u8], channels: usize) -> Vec<Vec<f32>> {
        let mut planes = vec![Vec::new(); channels];
        pcm.convert(bytes, &mut planes);
        planes
    }

    #[test]
    fn every_width_reaches_full_scale_at_its_lowest_number() {
        for (float, bits, bytes) in [
            (false, 8, vec![0x00]),
            (false, 16, vec![0x00, 0x80]),
            (false, 20, vec![0x00, 0x00, 0x80]),
            (false, 24, vec![0x00, 0x00, 0x80]),
            (false, 32, vec![0x00, 0x00, 0x00, 0x80]),
            (true, 32, (-1f32).to_le_bytes().to_vec()),
            (true, 64, (-1f64).to_le_bytes().to_vec()),
        ] {
            let pcm = Pcm::new(float, bits, bytes.len(), false).unwrap();
            assert_eq!(convert(pcm, &bytes, 1), [[-1.0]], "{pcm}");
        }
    }

    #[test]
    fn big_endian_is_little_endian_reversed() {
        let pcm = Pcm::new(false, 24, 3, true).unwrap();
        assert_eq!(convert(pcm, &[0x40, 0x00, 0x00], 1), [[0.5]]);
    }

    #[test]
    fn channels_are_separated_and_a_partial_frame_is_dropped() {
        let pcm = Pcm::new(false, 8, 1, false).unwrap();
        let planes = convert(pcm, &[128, 192, 128, 64, 255], 2);
        assert_eq!(planes, [[0.0, 0.0], [0.5, -0.5]]);
    }

    /// What `last` gives after the chunks before it were seen.
    fn settled(chunks: &[&[u8]], last: &[u8]) -> Vec<Vec<f32>> {
        let mut pcm = Pcm::new(false, 24, 4, false).unwrap();
        chunks.iter().for_each(|chunk| pcm.settle(chunk));
        convert(pcm, last, 1)
    }

    #[test]
    fn twenty_four_bits_are_found_at_either_end_of_four_bytes() {
        let high = [0x00, 0x00, 0x00, 0x40, 0x00, 0x01, 0x00, 0xC0];
        assert_eq!(settled(&[&high], &high[..4]), [[0.5]]);
        let low = [0x01, 0x00, 0x40, 0x00, 0x00, 0x00, 0xC0, 0xFF];
        assert_eq!(settled(&[&low], &low[4..]), [[-0.5]]);
    }

    #[test]
    fn silence_and_what_could_be_either_do_not_tell_at_which_end_they_lie() {
        let low = [0x01, 0x00, 0x40, 0x00, 0x00, 0x00, 0xC0, 0xFF];
        let either = [0x00, 0x01, 0x00, 0x00];
        assert_eq!(settled(&[&[0; 64], &either, &low], &low[4..]), [[-0.5]]);
        // Quiet sound whose bottom byte stays empty is as the standard says, whatever a damaged stretch holds later.
        let plain = either.repeat(PLAIN);
        assert_eq!(settled(&[&plain, &low], &[0, 0, 0, 0x40]), [[0.5]]);
    }

    #[test]
    fn a_frame_size_too_small_for_the_sample_is_not_believed() {
        assert_eq!(Pcm::new(false, 16, 0, false).unwrap().bytes(), 2);
        assert_eq!(Pcm::new(false, 24, 1, false).unwrap().bytes(), 3);
        assert!(Pcm::new(false, 0, 0, false).is_none());
    }
}
