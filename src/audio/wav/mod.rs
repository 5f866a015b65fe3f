//! WAV: a tolerant walk over the chunks finds the sound; PCM is read straight from there.
//!
//! What other readers refuse or read wrongly without a word (sizes of 0, of 0xFFFFFFFF or simply
//! wrong, missing padding, RF64, big-endian RIFX) is repaired, with a
//! [`Warning`] for each repair. A header that needs no repair is also read by hound, and the two
//! must agree.

mod chunks;
mod coded;
mod data;
mod data_size;
mod format;
mod pcm;
mod synthetic;

use std::io::{Seek, SeekFrom};

use super::decoder::{Decoder, Opened};
use super::error::AudioError;
use super::info::StreamInfo;
use super::source::{Source, Stream};
use super::warning::{Warning, WarningKind};
use chunks::Layout;
use coded::CodedDecoder;
use data::Data;
use format::Coding;
use pcm::PcmDecoder;
pub use synthetic::synthetic_mark;

/// Whether the first bytes are those of a WAV file or one of its relatives.
pub(super) fn is_wav(head: &[u8]) -> bool {
    head.len() >= 12
        && matches!(&head[..4], b"RIFF" | b"RIFX" | b"RF64" | b"BW64")
        && &head[8..12] == b"WAVE"
}

/// Reads the header and makes the decoder for what it describes.
pub(super) fn open(source: &Source, mut stream: Stream) -> Result<Opened, AudioError> {
    let layout = chunks::walk(source, &mut stream)?;
    check_against_hound(source, &layout, &mut stream)?;
    let Layout {
        container,
        format,
        data_start,
        data_len,
        missing_bytes,
        repairs: mut warnings,
    } = layout;

    let rate = f64::from(format.sample_rate);
    let seconds = format.frames_in(data_len) as f64 / rate;
    let missing_s = format.frames_in(missing_bytes) as f64 / rate;
    if seconds == 0.0 {
        return Err(AudioError::NoSamples {
            name: source.name(),
        });
    }
    if missing_s > 0.0 {
        warnings.push(Warning::new(
            WarningKind::TruncatedData,
            format!(
                "the file ends early: {seconds:.1} s of {:.1} s are there, {missing_s:.1} s are missing",
                seconds + missing_s
            ),
        ));
    }
    let info = StreamInfo {
        container: container.to_owned(),
        codec: format.coding.to_string(),
        sample_rate: format.sample_rate,
        channels: format.channels,
        declared_duration_s: Some(seconds + missing_s),
        audio_tracks: 1,
        sound_starts_s: 0.0,
        decoder: format.coding.decoder().to_owned(),
    };
    let data = Data::new(source, stream, data_start, data_len, missing_s)?;
    let decoder: Box<dyn Decoder> = match format.coding {
        Coding::Pcm(pcm) => Box::new(PcmDecoder::new(data, &format, pcm)),
        Coding::Coded(codec) => Box::new(CodedDecoder::new(source, data, &format, codec)?),
    };
    Ok(Opened {
        info,
        warnings,
        decoder,
    })
}

/// A header that the walk found sane and hound accepts must mean the same to both: a file that
/// two readers hear differently is better refused than guessed at.
fn check_against_hound(
    source: &Source,
    layout: &Layout,
    stream: &mut Stream,
) -> Result<(), AudioError> {
    if !layout.repairs.is_empty() {
        return Ok(());
    }
    stream
        .seek(SeekFrom::Start(0))
        .map_err(|e| AudioError::io(source, e))?;
    let Ok(reader) = hound::WavReader::new(stream) else {
        return Ok(()); // RF64, A-law, 20-in-24 ...: valid, and beyond hound.
    };
    let spec = reader.spec();
    let format = &layout.format;
    if usize::from(spec.channels) == format.channels && spec.sample_rate == format.sample_rate {
        return Ok(());
    }
    Err(AudioError::broken_header(
        source,
        format!(
            "it reads as {} channels at {} Hz or as {} channels at {} Hz",
            format.channels, format.sample_rate, spec.channels, spec.sample_rate
        ),
    ))
}
