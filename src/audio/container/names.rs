//! What containers and codecs are called.

use symphonia::core::codecs::audio::well_known::*;
use symphonia::core::codecs::audio::AudioCodecId;
use symphonia::core::formats::FormatInfo;

/// The container's name for [`StreamInfo`](crate::audio::StreamInfo).
pub(super) fn container(info: &FormatInfo, head: &[u8]) -> String {
    match info.short_name {
        "isomp4" => mp4_kind(head).into(),
        "matroska" => matroska_kind(head).into(),
        "aac" => "adts".into(),
        other => other.into(),
    }
}

/// The container's name by its first bytes alone, for what symphonia does not open.
pub(in crate::audio) fn guess(head: &[u8]) -> Option<&'static str> {
    Some(match by_magic(head)? {
        "MP4" => mp4_kind(head),
        "Matroska" => matroska_kind(head),
        "Ogg" => "ogg",
        "FLAC" => "flac",
        "AIFF" => "aiff",
        "CAF" => "caf",
        "MP3" => "mp3",
        other => other,
    })
}

fn mp4_kind(head: &[u8]) -> &'static str {
    match head.get(8..12) {
        Some(b"qt  ") => "mov",
        Some([b'3', b'g', b'p', _]) => "3gp",
        Some([b'M', b'4', b'A', _]) => "m4a",
        _ => "mp4",
    }
}

fn matroska_kind(head: &[u8]) -> &'static str {
    match head.windows(4).take(64).any(|w| w == b"webm") {
        true => "webm",
        false => "matroska",
    }
}

/// The container that the first bytes belong to, if they are its own.
pub(super) fn by_magic(head: &[u8]) -> Option<&'static str> {
    let starts = |magic: &[u8]| head.starts_with(magic);
    if super::mp4::is_mp4(head) {
        Some("MP4")
    } else if starts(b"OggS") {
        Some("Ogg")
    } else if starts(b"fLaC") {
        Some("FLAC")
    } else if super::mkv::is_mkv(head) {
        Some("Matroska")
    } else if starts(b"FORM") {
        Some("AIFF")
    } else if starts(b"caff") {
        Some("CAF")
    } else if starts(b"ID3") {
        Some("MP3")
    } else {
        None
    }
}

/// The codec's name.
pub(super) fn codec(id: AudioCodecId) -> String {
    let name = match id {
        CODEC_ID_AAC => "AAC-LC",
        CODEC_ID_MP1 => "MP1",
        CODEC_ID_MP2 => "MP2",
        CODEC_ID_MP3 => "MP3",
        CODEC_ID_VORBIS => "Vorbis",
        CODEC_ID_OPUS => "Opus",
        CODEC_ID_FLAC => "FLAC",
        CODEC_ID_ALAC => "ALAC",
        CODEC_ID_AC3 => "AC-3",
        CODEC_ID_EAC3 => "E-AC-3",
        CODEC_ID_AC4 => "AC-4",
        CODEC_ID_DCA => "DTS",
        CODEC_ID_TRUEHD => "Dolby TrueHD",
        CODEC_ID_WMA => "WMA",
        CODEC_ID_SPEEX => "Speex",
        CODEC_ID_MUSEPACK => "Musepack",
        CODEC_ID_WAVPACK => "WavPack",
        CODEC_ID_TTA => "True Audio",
        CODEC_ID_MONKEYS_AUDIO => "Monkey's Audio",
        CODEC_ID_ATRAC1 | CODEC_ID_ATRAC3 | CODEC_ID_ATRAC3PLUS | CODEC_ID_ATRAC9 => "ATRAC",
        CODEC_ID_RA10 | CODEC_ID_RA20 | CODEC_ID_COOK | CODEC_ID_SIPR | CODEC_ID_RALF => {
            "RealAudio"
        }
        CODEC_ID_PCM_ALAW => "A-law",
        CODEC_ID_PCM_MULAW => "mu-law",
        CODEC_ID_ADPCM_MS => "MS ADPCM",
        CODEC_ID_ADPCM_IMA_WAV | CODEC_ID_ADPCM_IMA_QT => "IMA ADPCM",
        CODEC_ID_ADPCM_G722 => "G.722",
        CODEC_ID_ADPCM_G726 | CODEC_ID_ADPCM_G726LE => "G.726",
        _ if PCM.contains(&id) => "PCM",
        _ => "a codec that is not known here",
    };
    name.to_owned()
}

const PCM: std::ops::RangeInclusive<AudioCodecId> = CODEC_ID_PCM_S32LE..=CODEC_ID_PCM_F64BE_PLANAR;

/// The codec that has `code` in MP4 and MOV files; symphonia doesn't know these.
pub(super) fn of_code(code: [u8; 4]) -> String {
    let name = match &code {
        b"samr" => "AMR-NB",
        b"sawb" | b"sawp" => "AMR-WB",
        b"ac-3" => "AC-3",
        b"ec-3" => "E-AC-3",
        b"ac-4" => "AC-4",
        b"dtsc" | b"dtsh" | b"dtsl" | b"dtse" | b"dtsx" => "DTS",
        b"mlpa" => "Dolby TrueHD",
        b"mha1" | b"mha2" | b"mhm1" | b"mhm2" => "MPEG-H 3D Audio",
        b"sqcp" | b"Qclp" => "QCELP",
        b"sevc" => "EVRC",
        b"agsm" => "GSM 6.10",
        b"ima4" => "IMA ADPCM",
        b"QDM2" | b"QDMC" => "QDesign Music",
        b"MAC3" | b"MAC6" => "MACE",
        b"apac" => "Apple Positional Audio",
        b"enca" | b"drms" => "an encrypted codec",
        other => return format!("a codec of code '{}'", other.escape_ascii()),
    };
    name.to_owned()
}
