//! Which track of a container is read, and by which decoder.

use symphonia::core::codecs::audio::well_known::{CODEC_ID_AAC, CODEC_ID_MP3, CODEC_ID_OPUS};
use symphonia::core::codecs::audio::{AudioCodecParameters, CODEC_ID_NULL_AUDIO};
use symphonia::core::codecs::CodecParameters;
use symphonia::core::errors::Error;
use symphonia::core::formats::{FormatReader, Track, TrackType};

use super::super::codec::{PacketDecoder, SymphoniaCodec};
use super::super::error::AudioError;
use super::super::source::Source;
use super::super::warning::{Warning, WarningKind};
use super::mp4::Movie;
use super::opus::OpusCodec;
use super::{aac, names};

/// The track to read.
pub(super) struct Chosen {
    pub(super) id: u32,
    pub(super) is_aac: bool,
    /// The codec, as people call it.
    pub(super) codec: String,
    pub(super) decoder: Box<dyn PacketDecoder>,
    /// Whose decoder it is.
    pub(super) by: &'static str,
    /// Frames to drop at the start.
    pub(super) skip: u64,
    pub(super) declared_s: Option<f64>,
    pub(super) audio_tracks: usize,
    pub(super) warnings: Vec<Warning>,
}

impl Chosen {
    /// Finds the default audio track and makes its decoder.
    pub(super) fn find(
        source: &Source,
        format: &dyn FormatReader,
        movie: &Movie,
        head: &[u8],
    ) -> Result<Self, AudioError> {
        let tracks: Vec<&Track> = format
            .tracks()
            .iter()
            .filter(|t| audio(t).is_some())
            .collect();
        let default = format
            .default_track(TrackType::Audio)
            .filter(|t| audio(t).is_some());
        let Some(track) = default.or(tracks.first().copied()) else {
            return Err(none(source, movie, head));
        };
        let audio_tracks = tracks.len().max(movie.sound_tracks());
        let mut warnings = Vec::new();
        if audio_tracks > 1 {
            let place = tracks.iter().position(|t| t.id == track.id).unwrap_or(0) + 1;
            warnings.push(Warning::new(
                WarningKind::SeveralAudioTracks,
                format!(
                    "there are {audio_tracks} audio tracks; number {place}, the default, was taken"
                ),
            ));
        }
        let Some(parameters) = audio(track) else {
            return Err(none(source, movie, head));
        };
        let (codec, decoder, by) = decoder(source, parameters, movie, track.id)?;
        let seconds = |ticks| {
            let time = track.time_base.and_then(|base| base.calc_duration(ticks));
            time.map(|t| t.as_secs_f64())
        };
        // MP3 headers seldom hold a length; what symphonia gives then is a guess by the bit rate.
        let declared_s = track
            .duration
            .and_then(seconds)
            .filter(|_| parameters.codec != CODEC_ID_MP3);
        let is_aac = parameters.codec == CODEC_ID_AAC;
        let rate = parameters.sample_rate.unwrap_or(0);
        let skip = match movie.track(track.id) {
            Some(track) => track.frames_before_start(rate, is_aac),
            None => 0,
        };
        Ok(Self {
            id: track.id,
            is_aac,
            codec,
            decoder,
            by,
            skip: if parameters.codec == CODEC_ID_OPUS {
                0
            } else {
                skip
            },
            declared_s,
            audio_tracks,
            warnings,
        })
    }
}

fn audio(track: &Track) -> Option<&AudioCodecParameters> {
    track.codec_params.as_ref().and_then(CodecParameters::audio)
}

/// There is no track that symphonia knows for sound.
fn none(source: &Source, movie: &Movie, head: &[u8]) -> AudioError {
    match movie.sound_codec().or_else(|| names::matroska_codec(head)) {
        Some(codec) => AudioError::unsupported(source, codec),
        None => AudioError::NoAudioTrack {
            name: source.name(),
        },
    }
}

type Made = (String, Box<dyn PacketDecoder>, &'static str);

fn decoder(
    source: &Source,
    parameters: &AudioCodecParameters,
    movie: &Movie,
    id: u32,
) -> Result<Made, AudioError> {
    let extra = parameters.extra_data.as_deref();
    if parameters.codec == CODEC_ID_OPUS {
        let opus = OpusCodec::new(extra.unwrap_or_default())
            .map_err(|what| AudioError::unsupported(source, format!("Opus with {what}")))?;
        return Ok(("Opus".into(), Box::new(opus), "ropus"));
    }
    let mut codec = names::codec(parameters.codec);
    if parameters.codec == CODEC_ID_AAC {
        match extra.map(aac::Profile::of) {
            Some(aac::Profile::LowComplexity) | None => {}
            Some(other) => return Err(AudioError::unsupported(source, other.to_string())),
        }
    }
    if parameters.codec == CODEC_ID_NULL_AUDIO {
        let known = movie.track(id).map(|t| t.codec_name());
        return Err(AudioError::unsupported(
            source,
            known.unwrap_or_else(|| "an unknown codec".into()),
        ));
    }
    match SymphoniaCodec::new(parameters) {
        Ok(decoder) => Ok((codec, Box::new(decoder), "symphonia")),
        Err(Error::DecodeError(what)) => Err(AudioError::broken_header(source, what)),
        Err(_) => {
            let channels = parameters.channels.as_ref().map_or(0, |c| c.count());
            if parameters.codec == CODEC_ID_AAC && channels > 2 {
                codec = format!("AAC with {channels} channels");
            }
            Err(AudioError::unsupported(source, codec))
        }
    }
}
