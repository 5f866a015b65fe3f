//! Which track of a container is read, and by which decoder.

use symphonia::core::codecs::audio::well_known::{
    CODEC_ID_AAC, CODEC_ID_MP3, CODEC_ID_OPUS, CODEC_ID_VORBIS,
};
use symphonia::core::codecs::audio::{AudioCodecId, AudioCodecParameters, CODEC_ID_NULL_AUDIO};
use symphonia::core::codecs::CodecParameters;
use symphonia::core::errors::Error;
use symphonia::core::formats::{FormatReader, Track, TrackType};
use symphonia::core::units::TimeBase;

use super::super::codec::{PacketDecoder, SymphoniaCodec};
use super::super::error::AudioError;
use super::super::remedy;
use super::super::source::Source;
use super::super::warning::{Warning, WarningKind};
use super::caf::Cut;
use super::edits::{Played, Timeline};
use super::mkv::Matroska;
use super::mp4::Movie;
use super::opus::{self, OpusCodec};
use super::{aac, names};

/// Frames that a Vorbis encoder puts before the sound, at most: the longest block.
const VORBIS_START: u64 = 8_192;

/// What was read from the container's own headers besides symphonia.
#[derive(Default)]
pub(super) struct Index {
    pub(super) movie: Movie,
    pub(super) matroska: Matroska,
    /// A CAF file was cut within its sound.
    pub(super) caf: Option<Cut>,
    /// An Ogg file ends within a page.
    pub(super) is_cut_ogg: bool,
    /// The first frame of an MP3 file says how many there are.
    pub(super) tells_length: bool,
}

impl Index {
    /// What symphonia calls the audio track that is number `place`, counted from 0 among those of which the headers tell.
    fn id(&self, place: usize) -> Option<u32> {
        let matroska = || self.matroska.tracks.get(place)?.number.try_into().ok();
        self.movie.sound_id(place).or_else(matroska)
    }

    fn audio_tracks(&self) -> usize {
        self.movie.sound_tracks().max(self.matroska.tracks.len())
    }

    /// Which of all audio tracks track `id` is, counted from 0, those that symphonia doesn't know among them.
    fn place(&self, id: u32) -> Option<usize> {
        let mut matroska = self.matroska.tracks.iter();
        self.movie
            .sound_place(id)
            .or_else(|| matroska.position(|t| t.number == u64::from(id)))
    }

    /// The track that a Matroska file calls its default; symphonia knows only the flag that is
    /// there, and its absence means the same.
    fn default_id(&self) -> Option<u32> {
        let track = self.matroska.tracks.iter().find(|t| t.is_default)?;
        track.number.try_into().ok()
    }

    /// What is played of the sound of track `id`, decoded at `rate` Hz, and when.
    fn timeline(&self, id: u32, rate: u32, codec: AudioCodecId, extra: &[u8]) -> Timeline {
        // ropus drops what the encoder put before the sound, and so do symphonia's decoders of Vorbis.
        let dropped = match codec {
            CODEC_ID_OPUS => opus::pre_skip(extra),
            CODEC_ID_VORBIS => VORBIS_START,
            _ => 0,
        };
        if let Some(line) = self
            .movie
            .timeline(id, rate, codec == CODEC_ID_AAC, dropped)
        {
            return line;
        }
        let mut tracks = self.matroska.tracks.iter();
        let track = tracks.find(|t| t.number == u64::from(id));
        let ns = u128::from(track.map_or(0, |t| t.delay_ns));
        let frames = (ns * u128::from(rate) + 500_000_000) / 1_000_000_000;
        let skip = u64::try_from(frames).unwrap_or(u64::MAX);
        Timeline {
            played: match dropped {
                0 => Played::after(skip),
                _ => Played::default(),
            },
            ..Timeline::default()
        }
    }

    /// The codec of audio track `place`, counted from 0, as people call it.
    fn codec(&self, place: usize) -> Option<String> {
        let track = || self.matroska.tracks.get(place);
        let matroska = || track().map(|t| format!("Matroska's {}", t.codec));
        self.movie.sound_codec(place).or_else(matroska)
    }
}

/// The track to read.
pub(super) struct Chosen {
    pub(super) id: u32,
    pub(super) is_aac: bool,
    /// The codec, as people call it.
    pub(super) codec: String,
    pub(super) decoder: Box<dyn PacketDecoder>,
    /// Whose decoder it is.
    pub(super) by: &'static str,
    /// What is played, and when.
    pub(super) timeline: Timeline,
    pub(super) declared_s: Option<f64>,
    pub(super) audio_tracks: usize,
    pub(super) warnings: Vec<Warning>,
}

impl Chosen {
    /// Finds audio track `wanted`, counted from 1, or the default one, and makes its decoder.
    pub(super) fn find(
        source: &Source,
        format: &dyn FormatReader,
        index: &Index,
        wanted: Option<usize>,
    ) -> Result<Self, AudioError> {
        let tracks: Vec<&Track> = format
            .tracks()
            .iter()
            .filter(|t| audio(t).is_some())
            .collect();
        let audio_tracks = tracks.len().max(index.audio_tracks());
        let track = match wanted {
            Some(number) => numbered(source, &tracks, index, number, audio_tracks)?,
            None => {
                let of_index = index
                    .default_id()
                    .and_then(|id| tracks.iter().copied().find(|t| t.id == id));
                let default = of_index
                    .or_else(|| format.default_track(TrackType::Audio))
                    .filter(|t| audio(t).is_some());
                let found = default.or(tracks.first().copied());
                found.ok_or_else(|| none(source, index))?
            }
        };
        let Some(parameters) = audio(track) else {
            return Err(none(source, index));
        };
        let (codec, decoder, by) = decoder(source, parameters, &index.movie, track.id)?;
        let extra = parameters.extra_data.as_deref().unwrap_or_default();
        let rate = match parameters.codec {
            CODEC_ID_OPUS => opus::RATE,
            _ => parameters.sample_rate.unwrap_or(0),
        };
        let timeline = index.timeline(track.id, rate, parameters.codec, extra);
        let mut warnings = Vec::new();
        if audio_tracks > 1 {
            let known = tracks.iter().position(|t| t.id == track.id);
            let number = index.place(track.id).or(known).unwrap_or(0) + 1;
            warnings.push(several(source, audio_tracks, number, wanted.is_some()));
        }
        warnings.extend(timeline.warnings(source));
        let declared_s = declared_s(format, track, parameters, index);
        Ok(Self {
            id: track.id,
            is_aac: parameters.codec == CODEC_ID_AAC,
            codec,
            decoder,
            by,
            declared_s: timeline.promised_s.or(declared_s),
            timeline,
            audio_tracks,
            warnings,
        })
    }
}

/// Audio track `number`, counted from 1.
fn numbered<'a>(
    source: &Source,
    tracks: &[&'a Track],
    index: &Index,
    number: usize,
    of: usize,
) -> Result<&'a Track, AudioError> {
    let place = number.wrapping_sub(1);
    if of == 0 {
        return Err(none(source, index));
    }
    if place >= of {
        return Err(AudioError::no_such_track(source, number, of));
    }
    let found = match index.id(place) {
        Some(id) => tracks.iter().find(|t| t.id == id),
        None => tracks.get(place),
    };
    found.copied().ok_or_else(|| {
        let codec = index.codec(place);
        AudioError::unsupported(source, codec.unwrap_or_else(|| "an unknown codec".into()))
    })
}

/// Says which of several tracks was taken, and how another is heard.
fn several(source: &Source, of: usize, number: usize, is_wanted: bool) -> Warning {
    let message = match is_wanted {
        true => format!("there are {of} audio tracks; number {number} was taken, as asked for"),
        false => {
            let other = if number == 1 { 2 } else { 1 };
            format!(
                "there are {of} audio tracks; number {number}, the default, was taken; classify, verify and features hear number {other} with --track {other}, or take it out with: {}",
                remedy::track_line(source, other)
            )
        }
    };
    Warning::new(WarningKind::SeveralAudioTracks, message)
}

/// The audio track with which a stream of `codec` goes on where another stream follows in the same file, and its decoder.
pub(super) fn next_link(
    source: &Source,
    tracks: &[Track],
    codec: &str,
) -> Option<(u32, Option<TimeBase>, Box<dyn PacketDecoder>)> {
    let track = tracks.iter().find(|t| audio(t).is_some())?;
    let (own, decoder, _) = decoder(source, audio(track)?, &Movie::default(), track.id).ok()?;
    (own == codec).then_some((track.id, track.time_base, decoder))
}

/// The length that the header promises, in seconds.
fn declared_s(
    format: &dyn FormatReader,
    track: &Track,
    parameters: &AudioCodecParameters,
    index: &Index,
) -> Option<f64> {
    let is_guess = match format.format_info().short_name {
        "aac" => true,
        _ => parameters.codec == CODEC_ID_MP3 && !index.tells_length,
    };
    if is_guess {
        return None; // By the bit rate.
    }
    let cut_by = index.caf.as_ref().and_then(|cut| cut.promised);
    let media = format.media_info();
    let of_track = (track.duration, track.time_base);
    let of_media = (media.duration, media.time_base);
    [of_track, of_media]
        .into_iter()
        .find_map(|(duration, base)| {
            // All ones: it was not known when the header was written (ISO/IEC 14496-12, 8.4.2).
            let known = duration.filter(|d| ![u32::MAX.into(), u64::MAX].contains(&d.get()))?;
            let time = base?.calc_duration(known)?;
            Some(time.as_secs_f64() * cut_by.unwrap_or(1.0)).filter(|&s| s > 0.0)
        })
}

fn audio(track: &Track) -> Option<&AudioCodecParameters> {
    track.codec_params.as_ref().and_then(CodecParameters::audio)
}

/// There is no track that symphonia knows for sound.
fn none(source: &Source, index: &Index) -> AudioError {
    match index.codec(0) {
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
