//! What can go wrong when a recording is opened or read, and the remedy.

use std::io;

use super::remedy;
use super::sniff;
use super::source::Source;

/// Why a recording cannot be read. Every message names the file, the fault and the remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AudioError {
    /// There is no such file.
    #[error("{name}: no such file; check the spelling and that the drive is mounted")]
    NotFound {
        /// The file, printable.
        name: String,
    },
    /// A folder was given where a recording is expected.
    #[error("{name}: is a directory; give the files in it, or let `classify -r` or `archive` take all of them")]
    IsDirectory {
        /// The folder, printable.
        name: String,
    },
    /// A pipe, socket or device was given.
    #[error("{name}: is not a regular file; pipe it to standard input and give - as the path")]
    NotAFile {
        /// The path, printable.
        name: String,
    },
    /// The file exists, and this user may not read it.
    #[error("{name}: permission denied; make it readable (chmod u+r) or copy it")]
    PermissionDenied {
        /// The file, printable.
        name: String,
    },
    /// The operating system failed to read.
    #[error("{name}: cannot be read: {error}; check the disk and try a copy")]
    Io {
        /// The file, printable.
        name: String,
        /// What the operating system said.
        error: io::Error,
    },
    /// More bytes than are held in memory (standard input only).
    #[error("{name}: is larger than {limit} bytes; save it to a file and give the file")]
    TooLarge {
        /// The source, printable.
        name: String,
        /// The limit, in bytes.
        limit: u64,
    },
    /// The file holds no bytes.
    #[error("{name}: is empty (0 bytes); fetch it again from where it came")]
    Empty {
        /// The file, printable.
        name: String,
    },
    /// A header without any sound behind it.
    #[error("{name}: has a header and no sound behind it; the recording was never written, or the download stopped: fetch it again")]
    NoSamples {
        /// The file, printable.
        name: String,
    },
    /// The passage that was asked for starts where there is no sound any more.
    #[error("{name}: is {duration_s:.1} s long, and the passage starts at {start_s} s; let it start earlier")]
    PassageBeyondEnd {
        /// The file, printable.
        name: String,
        /// Where the passage starts, in seconds.
        start_s: f64,
        /// Length of the recording, in seconds.
        duration_s: f64,
    },
    /// Not a recording in any known format.
    #[error("{name}: is not audio or video in a known format ({found}); if it plays elsewhere, convert it: {command}")]
    NotAudio {
        /// The file, printable.
        name: String,
        /// What the first bytes look like.
        found: String,
        /// Whether the first bytes are those of something else, known to hold no sound.
        is_other: bool,
        /// The line that converts it.
        command: String,
    },
    /// The file ends inside its header.
    #[error("{name}: ends inside its header ({detail}); fetch the file again, it is incomplete")]
    TruncatedHeader {
        /// The file, printable.
        name: String,
        /// Which part is missing.
        detail: String,
    },
    /// The header contradicts itself beyond repair.
    #[error("{name}: has a broken header ({detail}); try to repair it with: {command}")]
    BrokenHeader {
        /// The file, printable.
        name: String,
        /// What is wrong.
        detail: String,
        /// The line that may repair it.
        command: String,
    },
    /// A sound format that has no decoder here.
    #[error(
        "{name}: {codec} has no decoder here; convert the file with: {command}  (or let earwitness use ffmpeg with --ffmpeg)"
    )]
    UnsupportedCodec {
        /// The file, printable.
        name: String,
        /// The codec, as people call it: `HE-AAC`, `AMR-NB`, `AC-3` ...
        codec: String,
        /// The line that converts it.
        command: String,
    },
    /// Video or other data without any sound.
    #[error("{name}: has no audio track; look for a version of it with sound")]
    NoAudioTrack {
        /// The file, printable.
        name: String,
    },
    /// A track was asked for that is not there.
    #[error(
        "{name}: has no audio track number {track} (--track): there are {tracks}, counted from 1"
    )]
    NoSuchTrack {
        /// The file, printable.
        name: String,
        /// The number that was asked for, counted from 1.
        track: usize,
        /// How many there are.
        tracks: usize,
    },
    /// A channel was asked for that is not there.
    #[error(
        "{name}: has no channel number {channel} (--channel): there are {channels}, counted from 1"
    )]
    NoSuchChannel {
        /// The file, printable.
        name: String,
        /// The number that was asked for, counted from 1.
        channel: usize,
        /// How many there are.
        channels: usize,
    },
    /// A sample rate outside what sound is recorded at.
    #[error("{name}: gives its sample rate as {rate} Hz, and 4,000 to 384,000 are read; if the header is wrong, write a right one with: {command}")]
    BadSampleRate {
        /// The file, printable.
        name: String,
        /// The rate in the header, in Hz.
        rate: u32,
        /// The line that may repair it.
        command: String,
    },
    /// A channel count outside what is read.
    #[error("{name}: gives its number of channels as {channels}, and 1 to 64 are read; convert it with: {command}")]
    BadChannelCount {
        /// The file, printable.
        name: String,
        /// The number in the header.
        channels: usize,
        /// The line that may repair it.
        command: String,
    },
    /// The decoder gave up, so that nothing could be decoded.
    #[error("{name}: the decoder failed ({detail}); try to convert it with: {command}")]
    DecoderFailed {
        /// The file, printable.
        name: String,
        /// What the decoder said.
        detail: String,
        /// The line that converts it.
        command: String,
    },
    /// ffmpeg is needed, was allowed, and is not there.
    #[error("{name}: {codec} needs ffmpeg, and there is none on the PATH; install it (https://ffmpeg.org)")]
    FfmpegMissing {
        /// The file, printable.
        name: String,
        /// The codec, as people call it.
        codec: String,
    },
    /// ffmpeg was run and failed.
    #[error("{name}: ffmpeg could not decode it: {detail}; the file is probably damaged: fetch it again")]
    FfmpegFailed {
        /// The file, printable.
        name: String,
        /// The last lines of what ffmpeg printed.
        detail: String,
    },
}

impl AudioError {
    /// The kind of fault, for programs: kebab-case and stable.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "not-found",
            Self::IsDirectory { .. } => "is-directory",
            Self::NotAFile { .. } => "not-a-file",
            Self::PermissionDenied { .. } => "permission-denied",
            Self::Io { .. } => "io",
            Self::TooLarge { .. } => "too-large",
            Self::Empty { .. } => "empty",
            Self::NoSamples { .. } => "no-samples",
            Self::PassageBeyondEnd { .. } => "passage-beyond-end",
            Self::NotAudio { .. } => "not-audio",
            Self::TruncatedHeader { .. } => "truncated-header",
            Self::BrokenHeader { .. } => "broken-header",
            Self::UnsupportedCodec { .. } => "unsupported-codec",
            Self::NoAudioTrack { .. } => "no-audio-track",
            Self::NoSuchTrack { .. } => "no-such-track",
            Self::NoSuchChannel { .. } => "no-such-channel",
            Self::BadSampleRate { .. } => "bad-sample-rate",
            Self::BadChannelCount { .. } => "bad-channel-count",
            Self::DecoderFailed { .. } => "decoder-failed",
            Self::FfmpegMissing { .. } => "ffmpeg-missing",
            Self::FfmpegFailed { .. } => "ffmpeg-failed",
        }
    }

    pub(crate) fn io(source: &Source, error: io::Error) -> Self {
        let name = source.name();
        match error.kind() {
            io::ErrorKind::NotFound => Self::NotFound { name },
            io::ErrorKind::PermissionDenied => Self::PermissionDenied { name },
            io::ErrorKind::IsADirectory => Self::IsDirectory { name },
            _ => Self::Io { name, error },
        }
    }

    pub(super) fn unsupported(source: &Source, codec: impl Into<String>) -> Self {
        Self::UnsupportedCodec {
            name: source.name(),
            codec: codec.into(),
            command: remedy::ffmpeg_line(source),
        }
    }

    /// The same with a remedy that takes audio track `number`, counted from 1, if one was asked for.
    pub(super) fn of_track(mut self, source: &Source, number: Option<usize>) -> Self {
        if let (Self::UnsupportedCodec { command, .. }, Some(number)) = (&mut self, number) {
            *command = remedy::track_line(source, number);
        }
        self
    }

    pub(super) fn no_such_track(source: &Source, track: usize, tracks: usize) -> Self {
        Self::NoSuchTrack {
            name: source.name(),
            track,
            tracks,
        }
    }

    pub(super) fn broken_header(source: &Source, detail: impl Into<String>) -> Self {
        Self::BrokenHeader {
            name: source.name(),
            detail: detail.into(),
            command: remedy::ffmpeg_line(source),
        }
    }

    pub(super) fn not_audio(source: &Source, head: &[u8]) -> Self {
        Self::NotAudio {
            name: source.name(),
            found: sniff::describe(head),
            is_other: matches!(sniff::sniff(head), sniff::Kind::NotAudio(_)),
            command: remedy::ffmpeg_line(source),
        }
    }

    pub(super) fn truncated_header(source: &Source, detail: impl Into<String>) -> Self {
        Self::TruncatedHeader {
            name: source.name(),
            detail: detail.into(),
        }
    }

    pub(super) fn decoder_failed(source: &Source, detail: impl Into<String>) -> Self {
        Self::DecoderFailed {
            name: source.name(),
            detail: detail.into(),
            command: remedy::ffmpeg_line(source),
        }
    }
}
