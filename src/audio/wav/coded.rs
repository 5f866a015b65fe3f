//! Coded sound in WAV: blocks are cut here, symphonia's decoders turn them into samples.

use symphonia::core::audio::Channels;
use symphonia::core::codecs::audio::well_known::{
    CODEC_ID_ADPCM_IMA_WAV, CODEC_ID_ADPCM_MS, CODEC_ID_PCM_ALAW, CODEC_ID_PCM_MULAW,
};
use symphonia::core::codecs::audio::{AudioCodecId, AudioCodecParameters};
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};

use super::super::codec::{PacketDecoder, PacketError, SymphoniaCodec};
use super::super::decoder::{DecodeReport, Decoder, Frames};
use super::super::error::AudioError;
use super::super::losses::Losses;
use super::super::source::Source;
use super::data::Data;
use super::format::Format;

/// Frames per packet of A-law and mu-law, which have no blocks of their own.
const LAW_FRAMES: usize = 4096;

/// A coding that WAV files hold besides plain samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Codec {
    ALaw,
    MuLaw,
    MsAdpcm,
    ImaAdpcm,
}

impl Codec {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ALaw => "A-law",
            Self::MuLaw => "mu-law",
            Self::MsAdpcm => "MS ADPCM",
            Self::ImaAdpcm => "IMA ADPCM",
        }
    }

    fn id(self) -> AudioCodecId {
        match self {
            Self::ALaw => CODEC_ID_PCM_ALAW,
            Self::MuLaw => CODEC_ID_PCM_MULAW,
            Self::MsAdpcm => CODEC_ID_ADPCM_MS,
            Self::ImaAdpcm => CODEC_ID_ADPCM_IMA_WAV,
        }
    }

    /// Bytes that start each block, and the frames that they hold (mmreg.h, IMA ADPCM 3.0).
    fn preamble(self, channels: usize) -> (usize, usize) {
        match self {
            Self::ALaw | Self::MuLaw => (0, 0),
            Self::MsAdpcm => (7 * channels, 2),
            Self::ImaAdpcm => (4 * channels, 1),
        }
    }

    /// Bytes and frames of one block; zero frames if the block can't hold any.
    fn block(self, channels: usize, block_align: usize) -> (usize, usize) {
        match self {
            Self::ALaw | Self::MuLaw => (channels, 1),
            Self::MsAdpcm | Self::ImaAdpcm => {
                let (bytes, frames) = self.preamble(channels);
                match block_align.checked_sub(bytes) {
                    Some(left) => (block_align, left * 2 / channels + frames),
                    None => (block_align.max(1), 0),
                }
            }
        }
    }

    /// Frames in whole blocks of `bytes`.
    pub(super) fn frames_in(self, bytes: u64, channels: usize, block_align: usize) -> u64 {
        let (block, frames) = self.block(channels, block_align);
        bytes / block as u64 * frames as u64
    }

    /// Bytes that `frames` take, about.
    pub(super) fn bytes_for(self, frames: u64, channels: usize, block_align: usize) -> u64 {
        let (block, per_block) = self.block(channels, block_align);
        frames.div_ceil(per_block.max(1) as u64) * block as u64
    }
}

/// Decodes the data chunk of a file with coded sound.
pub(super) struct CodedDecoder {
    data: Data,
    codec: SymphoniaCodec,
    packet_bytes: usize,
    block_bytes: usize,
    block_frames: usize,
    rate: f64,
    decoded: u64,
    losses: Losses,
}

impl CodedDecoder {
    pub(super) fn new(
        source: &Source,
        data: Data,
        format: &Format,
        codec: Codec,
    ) -> Result<Self, AudioError> {
        let (block_bytes, block_frames) = codec.block(format.channels, format.block_align);
        let blocks = (LAW_FRAMES / block_frames.max(1)).max(1);
        let mut parameters = AudioCodecParameters::new();
        parameters
            .for_codec(codec.id())
            .with_sample_rate(format.sample_rate)
            .with_channels(Channels::Discrete(format.channels as u16))
            .with_max_frames_per_packet((blocks * block_frames) as u64)
            .with_frames_per_block(block_frames as u64);
        let decoder = SymphoniaCodec::new(&parameters).map_err(|_| {
            let channels = format.channels;
            AudioError::unsupported(source, format!("{} with {channels} channels", codec.name()))
        })?;
        Ok(Self {
            data,
            codec: decoder,
            packet_bytes: blocks * block_bytes,
            block_bytes,
            block_frames,
            rate: f64::from(format.sample_rate),
            decoded: 0,
            losses: Losses::default(),
        })
    }
}

impl Decoder for CodedDecoder {
    fn decode(&mut self, frames: &mut Frames) -> Result<bool, AudioError> {
        frames.clear();
        let bytes = self.data.next(self.packet_bytes)?;
        let blocks = bytes.len() / self.block_bytes;
        if blocks == 0 {
            return Ok(false);
        }
        let packet = PacketRef::new(
            0,
            Timestamp::ZERO,
            Duration::new((blocks * self.block_frames) as u64),
            &bytes[..blocks * self.block_bytes],
        );
        match self.codec.decode(&packet, frames) {
            Ok(()) => self.decoded += frames.len() as u64,
            Err(PacketError::Skip | PacketError::Fatal(_)) => {
                frames.clear();
                let lost_s = (blocks * self.block_frames) as f64 / self.rate;
                self.losses.add(1, lost_s, self.decoded as f64 / self.rate);
            }
        }
        Ok(true)
    }

    fn losses(&self) -> Losses {
        self.losses
    }

    fn report(&mut self) -> DecodeReport {
        DecodeReport {
            losses: self.losses,
            missing_s: self.data.missing_s() + self.losses.seconds,
            ..DecodeReport::default()
        }
    }
}
