//! Opus: the identification header (RFC 7845, section 5.1) and ropus's decoder.

use ropus::OpusMSDecoder;
use symphonia::core::packet::PacketRef;

use super::super::codec::{contained, PacketDecoder, PacketError};
use super::super::decoder::Frames;
use super::super::MAX_CHANNELS;

/// Opus is decoded at 48 kHz, whatever was recorded.
pub(super) const RATE: u32 = 48_000;

/// The longest packet: 120 ms.
const MAX_FRAMES: usize = 5_760;

/// Frames that the decoder for an `OpusHead` drops at the start.
pub(super) fn pre_skip(head: &[u8]) -> u64 {
    Head::parse(head).map_or(0, |head| head.pre_skip as u64)
}

/// Decodes Opus packets.
pub(super) struct OpusCodec {
    decoder: OpusMSDecoder,
    channels: usize,
    pcm: Vec<i16>,
    /// Frames that the encoder put before the sound, still to be dropped.
    pre_skip: usize,
}

impl OpusCodec {
    /// Reads an `OpusHead`; says what about it is unsupported.
    pub(super) fn new(head: &[u8]) -> Result<Self, String> {
        let head = Head::parse(head)?;
        if !(1..=MAX_CHANNELS).contains(&head.mapping.len()) {
            return Err(format!("{} channels", head.mapping.len()));
        }
        let made = contained(|| {
            OpusMSDecoder::new(
                RATE as i32,
                head.mapping.len() as i32,
                head.streams,
                head.coupled,
                &head.mapping,
            )
        });
        let mut decoder = match made {
            Ok(Ok(decoder)) => decoder,
            _ => return Err("a broken channel mapping".into()),
        };
        decoder.set_gain(head.gain.into());
        Ok(Self {
            decoder,
            channels: head.mapping.len(),
            pcm: vec![0; MAX_FRAMES * head.mapping.len()],
            pre_skip: head.pre_skip,
        })
    }
}

impl PacketDecoder for OpusCodec {
    fn decode(&mut self, packet: &PacketRef<'_>, frames: &mut Frames) -> Result<(), PacketError> {
        let Self { decoder, pcm, .. } = self;
        let data = packet.data;
        let decoded = contained(|| {
            decoder.decode(Some(data), data.len() as i32, pcm, MAX_FRAMES as i32, false)
        });
        let count = match decoded {
            Ok(Ok(count)) => (count.max(0) as usize).min(MAX_FRAMES),
            Ok(Err(_)) => return Err(PacketError::Skip),
            Err(_) => {
                let reset = contained(|| self.decoder.reset());
                return Err(match reset {
                    Ok(()) => PacketError::Skip,
                    Err(_) => PacketError::Fatal("the Opus decoder failed".into()),
                });
            }
        };
        frames.reset(RATE, self.channels);
        for (channel, plane) in frames.planes_mut().iter_mut().enumerate() {
            let samples = self.pcm[..count * self.channels].iter().skip(channel);
            plane.extend(
                samples
                    .step_by(self.channels)
                    .map(|&s| f32::from(s) / 32_768.0),
            );
        }
        frames.truncate(count.saturating_sub(packet.trim_end.get() as usize));
        self.pre_skip -= frames.skip(self.pre_skip);
        Ok(())
    }
}

/// The fields of an `OpusHead` that decoding needs.
#[derive(Debug, PartialEq, Eq)]
struct Head {
    pre_skip: usize,
    /// In 1/256 dB.
    gain: i16,
    streams: i32,
    coupled: i32,
    /// For each channel the decoded channel that it is, 255 for silence.
    mapping: Vec<u8>,
}

impl Head {
    fn parse(bytes: &[u8]) -> Result<Self, String> {
        let cut_short = || "a header cut short".to_owned();
        let fields = bytes.strip_prefix(b"OpusHead").ok_or("no header")?;
        let &[version, channels, skip_low, skip_high, _, _, _, _, gain_low, gain_high, family, ref table @ ..] =
            fields
        else {
            return Err(cut_short());
        };
        let (streams, coupled, mapping) = match family {
            0 if channels == 1 || channels == 2 => (1, channels - 1, (0..channels).collect()),
            0 => return Err(format!("{channels} channels in one stream")),
            // Surround, and channels without places; each is mapped to a decoded channel.
            1 | 2 | 255 => {
                let (&[streams, coupled], mapping) =
                    table.split_first_chunk().ok_or_else(cut_short)?;
                let mapping = mapping.get(..usize::from(channels)).ok_or_else(cut_short)?;
                (streams, coupled, mapping.to_vec())
            }
            _ => return Err(format!("channel mapping family {family}")),
        };
        // MP4 holds the same fields as version 0 and in big-endian order (Opus in ISOBMFF, 4.3.2).
        let number = if version == 0 {
            u16::from_be_bytes
        } else {
            u16::from_le_bytes
        };
        Ok(Self {
            pre_skip: usize::from(number([skip_low, skip_high])),
            gain: number([gain_low, gain_high]) as i16,
            streams: streams.into(),
            coupled: coupled.into(),
            mapping,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stereo_is_one_coupled_stream() {
        let head = Head::parse(b"OpusHead\x01\x02\x38\x01\x80\xBB\0\0\0\0\0").unwrap();
        assert_eq!((head.pre_skip, head.streams, head.coupled), (312, 1, 1));
        assert_eq!(head.mapping, [0, 1]);
    }

    #[test]
    fn in_mp4_the_numbers_are_big_endian() {
        let head = Head::parse(b"OpusHead\x00\x02\x01\x38\0\0\xBB\x80\xFF\0\0").unwrap();
        assert_eq!((head.pre_skip, head.gain), (312, -256));
    }

    #[test]
    fn surround_has_a_mapping_table() {
        let head =
            Head::parse(b"OpusHead\x01\x03\x38\x01\x80\xBB\0\0\0\0\x01\x02\x01\0\x02\x01").unwrap();
        assert_eq!((head.streams, head.coupled), (2, 1));
        assert_eq!(head.mapping, [0, 2, 1]);
    }

    #[test]
    fn broken_headers_are_refused() {
        assert!(Head::parse(b"").is_err());
        assert!(Head::parse(b"OpusHead\x01\x02").is_err());
        assert!(Head::parse(b"OpusHead\x01\x06\x38\x01\x80\xBB\0\0\0\0\0").is_err());
        assert!(Head::parse(b"OpusHead\x01\x06\x38\x01\x80\xBB\0\0\0\0\x01\x04\x02\0").is_err());
        assert!(OpusCodec::new(b"OpusHead\x01\x02\0\0\0\0\0\0\0\0\x01\x01\x09\0\x01").is_err());
    }
}
