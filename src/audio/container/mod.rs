//! Everything but WAV: symphonia takes the container apart, its decoders and ropus decode.

mod aac;
pub(super) mod boxes;
pub(super) mod ebml;
mod fragments;
pub(super) mod mkv;
pub(super) mod mp4;
mod mp4_track;
pub(super) mod names;
mod opus;
mod packets;
mod placed;
mod sbr;
mod track;

use std::collections::VecDeque;

use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;
use symphonia::default::formats::{IsoMp4Reader, MkvReader};

use super::codec::{contained, PacketDecoder, PacketError};
use super::decoder::{DecodeReport, Decoder, Frames, Opened};
use super::error::AudioError;
use super::info::StreamInfo;
use super::source::{Source, Stream};
use super::warning::{Warning, WarningKind};
use packets::Packets;
use track::{Chosen, Index};

/// Packets in a row that give no sound before the file is given up: no real file has as many,
/// and a hostile one could keep a reader busy for ever.
const MAX_FRUITLESS: u32 = 100_000;

/// A header may promise this much more than can be decoded before it counts as missing, in
/// seconds: containers count whole packets, encoders pad.
const SLACK_S: f64 = 0.25;

/// Opens a file that is not WAV. `head`: its first bytes, for messages.
pub(super) fn open(source: &Source, stream: Stream, head: &[u8]) -> Result<Opened, AudioError> {
    open_with(source, stream, head, packets::FEW)
}

/// `few`: up to how many bytes of tables of fragments are left to symphonia.
fn open_with(
    source: &Source,
    mut stream: Stream,
    head: &[u8],
    few: u64,
) -> Result<Opened, AudioError> {
    let index = index(source, head)?;
    if index.matroska.end > stream.len() {
        stream.one_way();
    }
    stream.claim_len(index.movie.end.max(index.matroska.end));
    let media = MediaSourceStream::new(Box::new(stream), Default::default());
    let format = demux(source, media, head)?;
    let chosen = Chosen::find(source, format.as_ref(), &index)?;
    let container = names::container(format.format_info(), head);
    let mut packets = Packets::new(source, format, index.movie.fragmented(chosen.id, few))?;
    let mut queued = VecDeque::new();
    if chosen.is_aac {
        let rest = sbr::packets(&mut packets, chosen.id, &mut queued);
        if sbr::is_present(&queued) {
            return Err(AudioError::unsupported(source, "HE-AAC"));
        }
        rest.ok(); // A fault here comes again when these packets are used up.
    }
    let Chosen {
        id,
        codec,
        decoder,
        by,
        skip,
        declared_s,
        audio_tracks,
        warnings,
        ..
    } = chosen;
    let info = StreamInfo {
        container,
        codec,
        sample_rate: 0, // Known when the first packet is decoded.
        channels: 0,
        declared_duration_s: declared_s,
        audio_tracks,
        decoder: by.to_owned(),
    };
    Ok(Opened {
        info,
        warnings,
        decoder: Box::new(ContainerDecoder {
            packets,
            id,
            decoder,
            queued,
            skip,
            declared_s,
            decoded_s: 0.0,
            skipped: 0,
            fault: None,
        }),
    })
}

/// Reads from the headers what symphonia leaves unread.
fn index(source: &Source, head: &[u8]) -> Result<Index, AudioError> {
    let io = |e| AudioError::io(source, e);
    let mut index = Index::default();
    if mp4::is_mp4(head) {
        index.movie = mp4::read(&mut source.open()?).map_err(io)?;
        if !index.movie.has_index {
            return Err(AudioError::truncated_header(
                source,
                "its index (moov) is missing: the recording was cut off before it was written",
            ));
        }
    } else if mkv::is_mkv(head) {
        index.matroska = mkv::read(&mut source.open()?).map_err(io)?;
    }
    Ok(index)
}

/// Finds the container's reader and lets it read the headers.
pub(super) fn demux(
    source: &Source,
    media: MediaSourceStream<'static>,
    head: &[u8],
) -> Result<Box<dyn FormatReader>, AudioError> {
    let options = FormatOptions::default();
    let probed = contained(|| -> Result<Box<dyn FormatReader>, Error> {
        if mp4::is_mp4(head) {
            Ok(Box::new(IsoMp4Reader::try_new(media, options)?))
        } else if mkv::is_mkv(head) {
            Ok(Box::new(MkvReader::try_new(media, options)?))
        } else {
            let probe = symphonia::default::get_probe();
            probe.probe(&Hint::new(), media, options, MetadataOptions::default())
        }
    });
    let known = names::by_magic(head);
    match (probed, known) {
        (Ok(Ok(format)), _) => Ok(format),
        (Err(_), _) => Err(AudioError::decoder_failed(
            source,
            "its container reader failed",
        )),
        (Ok(Err(_)), None) => Err(AudioError::not_audio(source, head)),
        (Ok(Err(Error::IoError(e))), Some(name)) if is_end(&e) => Err(
            AudioError::truncated_header(source, format!("{name} header incomplete")),
        ),
        (Ok(Err(Error::IoError(e))), Some(_)) => Err(AudioError::io(source, e)),
        (Ok(Err(Error::Unsupported(what))), Some(name)) => Err(AudioError::unsupported(
            source,
            format!("this kind of {name} ({what})"),
        )),
        (Ok(Err(e)), Some(name)) => Err(AudioError::broken_header(source, format!("{name}: {e}"))),
    }
}

fn is_end(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::UnexpectedEof
}

/// Decodes one track of a container.
struct ContainerDecoder {
    packets: Packets,
    id: u32,
    decoder: Box<dyn PacketDecoder>,
    /// Packets read ahead.
    queued: VecDeque<Packet>,
    /// Frames that the encoder put before the sound, still to be dropped.
    skip: u64,
    declared_s: Option<f64>,
    decoded_s: f64,
    skipped: u64,
    /// Why reading ended before the end.
    fault: Option<String>,
}

impl ContainerDecoder {
    /// The next packet of the track; `None` at the end or where the container is broken.
    fn next_packet(&mut self) -> Option<Packet> {
        if let Some(packet) = self.queued.pop_front() {
            return Some(packet);
        }
        for _ in 0..MAX_FRUITLESS {
            let packets = &mut self.packets;
            match contained(|| packets.next_packet()) {
                Ok(Ok(Some(packet))) if packet.track_id == self.id => return Some(packet),
                Ok(Ok(Some(_))) => {}
                Ok(Ok(None)) => return None,
                Ok(Err(Error::IoError(e))) if is_end(&e) => return None,
                Ok(Err(Error::ResetRequired)) => {
                    self.fault = Some("another stream follows".into());
                    return None;
                }
                Ok(Err(e)) => {
                    self.fault = Some(e.to_string());
                    return None;
                }
                Err(_) => {
                    self.fault = Some("the container reader failed".into());
                    return None;
                }
            }
        }
        self.fault = Some("no sound comes any more".into());
        None
    }
}

impl Decoder for ContainerDecoder {
    fn decode(&mut self, frames: &mut Frames) -> Result<bool, AudioError> {
        frames.clear();
        for _ in 0..MAX_FRUITLESS {
            let Some(packet) = self.next_packet() else {
                return Ok(false);
            };
            match self.decoder.decode(&packet.as_packet_ref(), frames) {
                Ok(()) => {}
                Err(PacketError::Skip) => {
                    self.skipped += 1;
                    frames.clear();
                    continue;
                }
                Err(PacketError::Fatal(fault)) => {
                    self.fault = Some(fault);
                    frames.clear();
                    return Ok(false);
                }
            }
            if self.skip > 0 {
                self.skip -= frames.skip(self.skip.try_into().unwrap_or(usize::MAX)) as u64;
            }
            if !frames.is_empty() {
                self.decoded_s += frames.len() as f64 / f64::from(frames.rate().max(1));
                return Ok(true);
            }
        }
        self.fault = Some("no sound comes any more".into());
        Ok(false)
    }

    fn skipped_packets(&self) -> u64 {
        self.skipped
    }

    fn report(&mut self) -> DecodeReport {
        let mut report = DecodeReport {
            skipped_packets: self.skipped,
            ..DecodeReport::default()
        };
        let missing_s = self
            .declared_s
            .map_or(0.0, |declared| declared - self.decoded_s);
        let decoded_s = self.decoded_s;
        if missing_s > SLACK_S.max(0.01 * decoded_s) && self.skipped == 0 {
            report.missing_s = missing_s;
            report.warnings.push(Warning::new(
                WarningKind::TruncatedData,
                format!(
                    "the file ends early: {decoded_s:.1} s of {:.1} s are there, {missing_s:.1} s are missing",
                    decoded_s + missing_s
                ),
            ));
        } else if let Some(fault) = &self.fault {
            report.warnings.push(Warning::new(
                WarningKind::TruncatedData,
                format!(
                    "the file is damaged after {decoded_s:.1} s ({fault}); the rest was left out"
                ),
            ));
        }
        report.fault = self.fault.take();
        report
    }
}
