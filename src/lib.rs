//! earwitness listens to a recording and says which aircraft it may be hearing.

/// Sample rate of all sound inside the library, in Hz; recordings are resampled to it.
pub const SAMPLE_RATE: u32 = audio::SAMPLE_RATE;

#[cfg(feature = "archive")]
pub mod archive;
pub mod audio;
pub mod channel;
pub mod dataset;
pub mod evaluate;
pub mod features;
pub mod fingerprint;
mod hex;
pub mod model;
pub mod render;
pub mod report;
pub mod signature;
mod slips;
pub mod spectrum;
pub mod taxonomy;
pub mod train;
pub mod verify;
pub mod whole_file;
