//! What the container says about its sound, corrected by what was decoded.

use serde::{Deserialize, Serialize};

/// The sound of a recording as it lies in the file.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct StreamInfo {
    /// The file format: `wav`, `rf64`, `mp4`, `ogg` ...
    pub container: String,
    /// The codec, as people call it: `PCM 16-bit`, `AAC-LC`, `Opus` ...
    pub codec: String,
    /// Sample rate of the decoded sound, in Hz; from the decoder, not from the header.
    pub sample_rate: u32,
    /// Channels of the decoded sound; from the decoder, not from the header.
    pub channels: usize,
    /// Duration according to the header, in seconds; a claim, not a measurement.
    pub declared_duration_s: Option<f64>,
    /// Audio tracks in the file; one of them is read.
    pub audio_tracks: usize,
    /// When the sound starts after the video, in seconds, by the file's own clock; silence stands before it. 0 or more.
    #[serde(default)]
    pub sound_starts_s: f64,
    /// What decodes it: `earwitness`, `symphonia`, `ropus`, `ffmpeg 5.1` ...
    pub decoder: String,
}

impl StreamInfo {
    /// The profile of the codec, where it has several: the audio object type of AAC (ISO/IEC 14496-3), the band of AMR.
    pub fn profile(&self) -> Option<&'static str> {
        Some(match self.codec.as_str() {
            "AAC-LC" => "Low Complexity",
            "HE-AAC" => "High Efficiency: spectral band replication, so that the upper half of the band is synthetic",
            "HE-AAC v2" => "High Efficiency 2: spectral band replication and parametric stereo, so that the upper half of the band is synthetic",
            "AAC Main" => "Main",
            "AAC SSR" => "Scalable Sample Rate",
            "AAC LTP" => "Long Term Prediction",
            "AAC-LD" => "Low Delay",
            "AAC-ELD" => "Enhanced Low Delay",
            "xHE-AAC" => "Extended High Efficiency",
            "AMR-NB" => "narrow band: a model of the voice up to 4 kHz",
            "AMR-WB" => "wide band: a model of the voice up to 7 kHz",
            _ => return None,
        })
    }
}
