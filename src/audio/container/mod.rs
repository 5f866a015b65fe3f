//! Everything but WAV: symphonia takes the container apart, its decoders and ropus decode.

mod aac;
pub(super) mod boxes;
mod caf;
mod decode;
pub(super) mod ebml;
mod edits;
mod fragments;
pub(super) mod mkv;
pub(super) mod mp4;
mod mp4_track;
pub(super) mod names;
mod ogg;
mod opus;
mod packets;
mod placed;
mod places;
mod sbr;
mod stamps;
mod start;
mod track;

use std::collections::VecDeque;

use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;
use symphonia::default::formats::{IsoMp4Reader, MkvReader};

use super::codec::contained;
use super::decoder::Opened;
use super::error::AudioError;
use super::info::StreamInfo;
use super::source::{Source, Stream};
use decode::{ContainerDecoder, Progress, Promise, Watch};
use packets::Packets;
use places::Places;
use stamps::Stamps;
use track::{Chosen, Index};

/// Opens a file that is not WAV. `head`: its first bytes, for messages. `track`: which audio track, counted from 1; the default
/// one if none is named.
pub(super) fn open(
    source: &Source,
    stream: Stream,
    head: &[u8],
    track: Option<usize>,
) -> Result<Opened, AudioError> {
    open_with(source, stream, head, track, packets::FEW)
}

/// `few`: up to how many bytes of tables of fragments are left to symphonia.
fn open_with(
    source: &Source,
    mut stream: Stream,
    head: &[u8],
    track: Option<usize>,
    few: u64,
) -> Result<Opened, AudioError> {
    let index = index(source, head)?;
    if index.matroska.end > stream.len() {
        stream.one_way();
    }
    stream.claim_len(index.movie.end.max(index.matroska.end));
    if let Some(cut) = &index.caf {
        stream.patch(cut.size_at, cut.size.to_be_bytes());
        stream.end_at(cut.end);
    }
    let is_fragmented = index.movie.is_fragmented();
    let is_cut = (is_fragmented && index.movie.is_cut)
        || index.matroska.end > stream.len()
        || index.is_cut_ogg;
    let format = match demux(source, media(stream), head) {
        Err(AudioError::TruncatedHeader { .. }) if ogg::is_ogg(head) && !ogg::is_known(head) => {
            return Err(AudioError::unsupported(source, "what this Ogg file holds"));
        }
        // An AIFF or Ogg file that was cut: what stands behind the sound is looked for, and need not be.
        Err(AudioError::TruncatedHeader { .. }) => {
            let mut stream = source.open()?;
            stream.one_way();
            demux(source, media(stream), head)?
        }
        other => other?,
    };
    let chosen = Chosen::find(source, format.as_ref(), &index, track)?;
    let container = names::container(format.format_info(), head);
    let track = format.tracks().iter().find(|t| t.id == chosen.id);
    let base = track.and_then(|t| t.time_base);
    let places = Places::new(&container, source.open()?).map_err(|e| AudioError::io(source, e))?;
    let watch = match (places, Stamps::new(&container, base)) {
        (Some(places), _) => Watch::Places(places),
        (None, Some(stamps)) => Watch::Stamps(stamps),
        (None, None) => Watch::Nothing,
    };
    let clocks = start::clocks(format.tracks());
    let mut packets = Packets::new(source, format, index.movie.fragmented(chosen.id, few))?;
    let mut queued = VecDeque::new();
    let mut late_s = chosen.timeline.delay_s;
    let mut declared_s = chosen.declared_s;
    if mkv::is_mkv(head) {
        if let Some(start) = start::find(&mut packets, chosen.id, &clocks, &mut queued) {
            late_s = start.late_s;
            // The length of the file counts from the start of its clock.
            declared_s = declared_s.map(|s| s - start.own_s).filter(|&s| s > 0.0);
        }
    }
    let promise = Promise {
        declared_s,
        is_measured: container == "ogg",
        is_cut,
        is_endless: mkv::is_mkv(head) || ogg::is_ogg(head),
        is_broken: is_fragmented && index.movie.is_broken,
    };
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
        timeline,
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
        sound_starts_s: late_s,
        decoder: by.to_owned(),
    };
    Ok(Opened {
        warnings,
        decoder: Box::new(ContainerDecoder {
            source: source.clone(),
            codec: info.codec.clone(),
            packets,
            id,
            decoder,
            queued,
            played: timeline.played,
            promise,
            watch,
            tick_s: base.map_or(0.0, |b| f64::from(b.numer.get()) / f64::from(b.denom.get())),
            progress: Progress::default(),
        }),
        info,
    })
}

fn media(stream: Stream) -> MediaSourceStream<'static> {
    MediaSourceStream::new(Box::new(stream), Default::default())
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
    } else if caf::is_caf(head) {
        index.caf = caf::cut(&mut source.open()?).map_err(io)?;
        if index.caf.as_ref().is_some_and(|cut| cut.is_lost) {
            return Err(AudioError::truncated_header(
                source,
                "the table of its packets (pakt), behind the sound, is missing: the file was cut off before it",
            ));
        }
    } else if ogg::is_ogg(head) {
        index.is_cut_ogg = ogg::is_cut(&mut source.open()?).map_err(io)?;
    } else {
        index.tells_length = places::tells_length(source.open()?).map_err(io)?;
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
