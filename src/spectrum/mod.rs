//! Samples become frames: short-time spectra, mel bands, combs and tracks.
//!
//! Two frame lengths serve two ends. Short frames ([`SHORT`], 64 ms) follow
//! timbre and modulation; long frames ([`LONG`], 256 ms) separate the lines of
//! a blade-pass comb, which may lie only 50 Hz apart.

mod comb;
mod lines;
mod log;
mod mel;
mod overview;
mod real_power;
mod shape;
mod stft;
pub(crate) mod sum;
mod track;

pub use comb::{Comb, CombScorer, CombTrack, COMB_MAX_HZ, COMB_MIN_HZ};
pub use lines::{LineSpectrum, LINE_BINS};
pub use log::{floor_of, ln, ln_in_place, power_db, POWER_FLOOR};
pub use mel::{Dct, MelBank};
pub use overview::{Band, Overview, OverviewBuilder, MOST_COLUMNS};
pub(crate) use real_power::RealPower;
pub use shape::{Shape, ShapeMeter};
pub use stft::{hann, FrameSize, Stft, LONG, SHORT};
pub use track::{
    hop_s as track_hop_s, track, OrderLevel, Track, TrackError, TrackParams, TrackPoint, Tracker,
    ValidTrackParams,
};
