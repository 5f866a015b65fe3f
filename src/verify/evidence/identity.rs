//! Which file this is.

use super::VerifyError;
use crate::audio::{self, AudioError, Metadata, Passage, Source, StreamInfo};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Which file this is, and how its sound lies in it.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// Name of the file without its folder.
    pub name: String,
    /// Size, bytes.
    pub bytes: u64,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// File format.
    pub container: String,
    /// Codec, with its profile where it has one.
    pub codec: String,
    /// Sample rate of the decoded sound, Hz.
    pub sample_rate: u32,
    /// What the codec's profile means, where it has one.
    pub profile: Option<String>,
    /// Channels of the decoded sound.
    pub channels: usize,
    /// Audio tracks in the file; one of them is read.
    pub audio_tracks: usize,
    /// When the sound starts after the video, s; silence was put before it, so that all times are those of the video.
    #[serde(default)]
    pub sound_starts_s: f64,
    /// What decoded it.
    pub decoder: String,
    /// Length of the sound that was read, s, with the silence before it.
    pub duration_s: f64,
    /// The passage that was looked at, s from the start of the recording; all of it unless one was asked for.
    pub passage: Passage,
    /// What the file says about itself: unverified, and changed by every program and site that it went through.
    pub metadata: Metadata,
    /// Length according to the header, s; a claim.
    pub declared_duration_s: Option<f64>,
}

impl Identity {
    pub(super) fn of(
        source: &Source,
        sha256: &str,
        stream: &StreamInfo,
        duration_s: f64,
        passage: Passage,
    ) -> Result<Self, VerifyError> {
        let bytes = match source {
            Source::Memory { bytes, .. } => bytes.len() as u64,
            Source::Path(path) => std::fs::metadata(path)
                .map_err(|error| AudioError::io(source, error))?
                .len(),
        };
        let name = source.name();
        let own = Path::new(&name).file_name();
        Ok(Self {
            name: own.map_or(name.clone(), |n| n.to_string_lossy().into_owned()),
            bytes,
            sha256: sha256.to_owned(),
            container: stream.container.clone(),
            codec: stream.codec.clone(),
            profile: stream.profile().map(str::to_owned),
            passage,
            metadata: audio::metadata(source)?,
            sample_rate: stream.sample_rate,
            channels: stream.channels,
            audio_tracks: stream.audio_tracks,
            sound_starts_s: stream.sound_starts_s,
            decoder: stream.decoder.clone(),
            duration_s,
            declared_duration_s: stream.declared_duration_s,
        })
    }
}
