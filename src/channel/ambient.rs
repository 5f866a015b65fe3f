//! What a phone hears where there is nothing to hear.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::chain::EffectParams;
use super::gauss::Gauss;
use super::noise::colour;
use super::{db_to_amplitude, mean_square, Interval, WindParams, SAMPLE_RATE};

/// Root mean square of the result: -30 dBFS. What follows in the channel varies it.
const LEVEL: f32 = 0.03;

/// `len` samples of nothing but noise: from white to brown, every second time under wind that is up to 30 dB
/// stronger, and every second time of a level that wanders.
///
/// The channel puts noise and wind on recordings of every label. Learnt without a label's sound, as
/// background, they can speak for none.
pub fn ambient_noise(len: usize, seed: u64) -> Vec<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut samples = Gauss::new(rng.gen()).fill(len);
    colour(&mut samples, rng.gen_range(0.0..2.0));
    if rng.gen_bool(0.5) {
        let params = WindParams {
            snr_db: Interval::new(-30.0, 0.0),
            ..WindParams::default()
        };
        params.draw(&mut rng).apply(&mut samples);
    }
    if rng.gen_bool(0.5) {
        swell(&mut samples, &mut rng);
    }
    let level = mean_square(&samples).sqrt() as f32;
    if level > 0.0 {
        samples.iter_mut().for_each(|x| *x *= LEVEL / level);
    }
    samples
}

/// Lets the level wander as turbulence does, at random rates rather than in waves: a first-order
/// random process in dB with a time constant of 0.1 to 2 s and a standard deviation of up to 8 dB.
fn swell(samples: &mut [f32], rng: &mut ChaCha8Rng) {
    /// The level changes slowly: it is computed once per this many samples, 4 ms.
    const STEP: usize = 64;
    let steps = rng.gen_range(0.1..2.0) * SAMPLE_RATE / STEP as f64;
    let spread_db = rng.gen_range(2.0..8.0);
    let keep = (-1.0 / steps).exp();
    let mut gauss = Gauss::new(rng.gen());
    let mut level = f64::from(gauss.next());
    for block in samples.chunks_mut(STEP) {
        level = keep * level + (1.0 - keep * keep).sqrt() * f64::from(gauss.next());
        let gain = db_to_amplitude(spread_db * level) as f32;
        block.iter_mut().for_each(|x| *x *= gain);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_decides_and_the_level_is_the_same() {
        assert_eq!(ambient_noise(8000, 3), ambient_noise(8000, 3));
        assert_ne!(ambient_noise(8000, 3), ambient_noise(8000, 4));
        for seed in 0..20 {
            let level = mean_square(&ambient_noise(16_000, seed)).sqrt();
            assert!((level - f64::from(LEVEL)).abs() < 1e-4, "{seed}: {level}");
        }
        assert!(ambient_noise(0, 1).is_empty());
    }
}
