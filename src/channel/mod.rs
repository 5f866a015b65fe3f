//! What a phone, its codec and its surroundings do to any sound, real or rendered alike.
//!
//! In training every sound, whatever its label, goes through the same random channel: a class
//! whose recordings all passed through one codec would otherwise teach the codec. The settings
//! are a [`ChainParams`] (a section per effect, written as TOML), checked into
//! [`ValidChainParams`]; a seed draws a [`Chain`] from them; [`augment`] does both and applies it.
//!
//! All sound here is mono at 16 kHz, full scale +-1. The default chain runs at about 700 times real
//! time on one core (clips of 2-5 s, release build).

mod agc;
mod ambient;
mod band;
mod biquad;
mod chain;
mod clip;
mod convolve;
mod error;
mod gain;
mod gauss;
mod interval;
mod lossy;
mod mdct;
mod mix;
mod narrowband;
mod noise;
mod params;
mod phone;
mod pitch;
mod reverb;
mod shift;
#[cfg(test)]
mod testing;
mod wind;

pub use agc::{Agc, AgcParams};
pub use ambient::ambient_noise;
pub use band::{Band, BandParams};
pub use chain::{Chain, Effect};
pub use clip::{Clip, ClipParams};
pub use error::ChannelError;
pub use gain::{Gain, GainParams, Polarity, PolarityParams};
pub use interval::Interval;
pub use lossy::{Lossy, LossyParams};
pub use mix::{Mix, MixParams};
pub use narrowband::{Narrowband, NarrowbandParams};
pub use noise::{Noise, NoiseParams};
pub use params::{ChainParams, ValidChainParams};
pub use pitch::{Pitch, PitchParams};
pub use reverb::{Reverb, ReverbParams};
pub use shift::{Shift, ShiftParams};
pub use wind::{Wind, WindParams};

/// Samples per second of everything that passes through the channel.
const SAMPLE_RATE: f64 = 16_000.0;

/// Draws a channel from `params` and `seed` and passes `samples` through it.
///
/// `samples` and `background` are 16 kHz mono, full scale +-1. The result is
/// floor(len / pitch ratio) samples long, as long as the input where the pitch is not changed, and
/// lies within full scale. `background` is used where the drawn chain mixes one in: pass a
/// recording that is not of a label to be recognised, and from the same fold as the sound.
/// Deterministic: the same input, settings and seed give the same samples on the same machine.
pub fn augment(
    samples: &[f32],
    background: Option<&[f32]>,
    params: &ValidChainParams,
    seed: u64,
) -> Vec<f32> {
    let mut samples = samples.to_vec();
    Chain::draw(params, seed).apply(&mut samples, background);
    samples
}

/// The mean square; 0 for no samples.
fn mean_square(samples: &[f32]) -> f64 {
    let sum: f64 = samples.iter().map(|x| f64::from(*x) * f64::from(*x)).sum();
    sum / samples.len().max(1) as f64
}

/// The largest magnitude.
fn peak(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |peak, x| peak.max(x.abs()))
}

fn db_to_power(db: f64) -> f64 {
    10f64.powf(db / 10.0)
}

fn db_to_amplitude(db: f64) -> f64 {
    10f64.powf(db / 20.0)
}

/// Adds `noise` at `snr_db` below `samples` in mean square. Nothing is added where either is
/// silent: there would be no level to relate to.
fn add_at_snr(samples: &mut [f32], noise: &[f32], snr_db: f64) {
    let (signal, under) = (mean_square(samples), mean_square(noise));
    if signal <= 0.0 || under <= 0.0 {
        return;
    }
    let gain = ((signal / under).sqrt() * db_to_amplitude(-snr_db)) as f32;
    for (sample, noise) in samples.iter_mut().zip(noise) {
        *sample += gain * noise;
    }
}
