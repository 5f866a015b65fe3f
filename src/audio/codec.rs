//! symphonia's and ropus's decoders behind one face, with their panics contained.

use std::panic::{catch_unwind, AssertUnwindSafe};

use symphonia::core::audio::{Audio, GenericAudioBufferRef};
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::packet::PacketRef;

use super::decoder::Frames;

/// What became of a packet that was not decoded.
#[derive(Debug)]
pub(super) enum PacketError {
    /// It is damaged; the next one may be sound.
    Skip,
    /// The decoder can't go on.
    Fatal(String),
}

/// Decodes the packets of one track.
pub(super) trait PacketDecoder: Send {
    /// Replaces the content of `frames` by what the packet holds.
    fn decode(&mut self, packet: &PacketRef<'_>, frames: &mut Frames) -> Result<(), PacketError>;
}

/// One of symphonia's decoders.
pub(super) struct SymphoniaCodec {
    decoder: Box<dyn AudioDecoder>,
    /// A packet was decoded.
    is_able: bool,
}

impl SymphoniaCodec {
    /// The decoder for what `parameters` describe.
    pub(super) fn new(parameters: &AudioCodecParameters) -> Result<Self, Error> {
        let options = AudioDecoderOptions::default();
        let made =
            contained(|| symphonia::default::get_codecs().make_audio_decoder(parameters, &options));
        let decoder = made.unwrap_or_else(|_| Err(Error::DecodeError("the decoder failed")))?;
        Ok(Self {
            decoder,
            is_able: false,
        })
    }
}

impl PacketDecoder for SymphoniaCodec {
    fn decode(&mut self, packet: &PacketRef<'_>, frames: &mut Frames) -> Result<(), PacketError> {
        let decoder = &mut self.decoder;
        let decoded = contained(|| match decoder.decode_ref(packet) {
            Ok(buffer) => {
                copy(&buffer, frames);
                Ok(())
            }
            Err(error) => Err(error),
        });
        match decoded {
            Ok(Ok(())) => {
                self.is_able = true;
                Ok(())
            }
            // What asks for the impossible after packets that could be decoded is damaged.
            Ok(Err(_)) if self.is_able => Err(PacketError::Skip),
            Ok(Err(Error::DecodeError(_) | Error::IoError(_) | Error::ResetRequired)) => {
                Err(PacketError::Skip)
            }
            Ok(Err(error)) => Err(PacketError::Fatal(error.to_string())),
            Err(Panicked) => {
                // What it left behind may be inconsistent.
                decoder.reset();
                Err(PacketError::Skip)
            }
        }
    }
}

fn copy(buffer: &GenericAudioBufferRef<'_>, frames: &mut Frames) {
    let spec = buffer.spec();
    frames.reset(spec.rate(), buffer.num_planes());
    if let GenericAudioBufferRef::F32(buffer) = buffer {
        for (plane, decoded) in frames.planes_mut().iter_mut().zip(buffer.iter_planes()) {
            plane.extend_from_slice(decoded);
        }
    } else {
        buffer.copy_to_vecs_planar(frames.planes_vec());
    }
}

/// The code that was called panicked.
#[derive(Debug)]
pub(super) struct Panicked;

/// Runs third-party code on bytes from outside, so that a bug in it costs a packet and not the
/// process.
pub(super) fn contained<T>(run: impl FnOnce() -> T) -> Result<T, Panicked> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|_| Panicked)
}
