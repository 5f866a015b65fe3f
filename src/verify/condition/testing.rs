//! Sound for the tests of this folder.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// White noise of root mean square `rms`, nearly Gaussian.
pub(super) fn noise(seconds: f64, rms: f32, seed: u64) -> Vec<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let len = (seconds * 16_000.0) as usize;
    // Twelve even numbers have a variance of one.
    (0..len)
        .map(|_| rms * ((0..12).map(|_| rng.gen::<f32>()).sum::<f32>() - 6.0))
        .collect()
}

/// Noise that falls toward high frequencies the more, the nearer `pole` is to one.
pub(super) fn coloured(seconds: f64, rms: f32, pole: f32, seed: u64) -> Vec<f32> {
    let mut last = 0.0;
    let gain = (1.0 - pole * pole).sqrt();
    let filtered = noise(seconds, rms, seed).into_iter().map(|x| {
        last = pole * last + gain * x;
        last
    });
    filtered.collect()
}
