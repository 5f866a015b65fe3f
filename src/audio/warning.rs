//! What was repaired, skipped or doubtful in a recording that could be read all the same.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A remark on a recording that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// For programs.
    pub kind: WarningKind,
    /// For people: one plain sentence.
    pub message: String,
}

impl Warning {
    pub(super) fn new(kind: WarningKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }
}

/// What is said of a file that says that its sound was rendered.
pub const SYNTHETIC: &str =
    "the file says that earwitness rendered its sound: it is synthetic, no recording";

impl Warning {
    pub(super) fn synthetic() -> Self {
        Self::new(WarningKind::Synthetic, SYNTHETIC)
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The kinds of [`Warning`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum WarningKind {
    /// The RIFF header gives a wrong size for the whole file.
    WrongRiffSize,
    /// The size of the sound data in the header is wrong, and was replaced.
    WrongDataSize,
    /// The header was written before the size was known (a stream), and was completed.
    StreamedSize,
    /// A chunk is out of order, or its padding is missing.
    ChunkOrder,
    /// The header's frame size contradicts its bit depth and channels.
    WrongBlockAlign,
    /// The sound ends before the header says so.
    TruncatedData,
    /// There are several audio tracks, and one was taken.
    SeveralAudioTracks,
    /// The channels cancel each other when added up.
    ChannelsCancel,
    /// One channel was heard, as asked for.
    OneChannel,
    /// Samples that are no numbers were replaced by silence.
    NonFiniteSamples,
    /// Samples lie far beyond full scale.
    OverFullScale,
    /// Packets are missing or could not be decoded, and were left out.
    SkippedPackets,
    /// Sample rate or channels change within the recording.
    FormatChanged,
    /// ffmpeg decoded the sound.
    DecodedByFfmpeg,
    /// The passage that was asked for ends after the recording.
    PassageCutShort,
    /// The sound starts later than the video; silence was put before it.
    LateSound,
    /// Sound stands in the file that its edit list does not let players play.
    HiddenSound,
    /// The file lets its sound be played in another order than it is stored, which was not followed.
    EditsIgnored,
    /// Several streams stand in the file one after the other, and were heard as one.
    JoinedStreams,
    /// The file says that its sound was rendered.
    Synthetic,
}

impl WarningKind {
    /// Kebab-case and stable, for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WrongRiffSize => "wrong-riff-size",
            Self::WrongDataSize => "wrong-data-size",
            Self::StreamedSize => "streamed-size",
            Self::ChunkOrder => "chunk-order",
            Self::WrongBlockAlign => "wrong-block-align",
            Self::TruncatedData => "truncated-data",
            Self::SeveralAudioTracks => "several-audio-tracks",
            Self::ChannelsCancel => "channels-cancel",
            Self::OneChannel => "one-channel",
            Self::NonFiniteSamples => "non-finite-samples",
            Self::OverFullScale => "over-full-scale",
            Self::SkippedPackets => "skipped-packets",
            Self::FormatChanged => "format-changed",
            Self::DecodedByFfmpeg => "decoded-by-ffmpeg",
            Self::PassageCutShort => "passage-cut-short",
            Self::LateSound => "late-sound",
            Self::HiddenSound => "hidden-sound",
            Self::EditsIgnored => "edits-ignored",
            Self::JoinedStreams => "joined-streams",
            Self::Synthetic => "synthetic",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_written_as_it_is_called() {
        for kind in [
            WarningKind::WrongRiffSize,
            WarningKind::NonFiniteSamples,
            WarningKind::DecodedByFfmpeg,
            WarningKind::PassageCutShort,
            WarningKind::LateSound,
            WarningKind::OneChannel,
            WarningKind::JoinedStreams,
            WarningKind::Synthetic,
        ] {
            let text = serde_json::to_string(&kind).unwrap();
            assert_eq!(text, format!("\"{}\"", kind.as_str()));
        }
    }
}
