//! Sound and words for the tests of this folder.

use rand::distributions::{Distribution, Standard};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// White noise of at most `level`.
pub(super) fn noise(seed: u64, len: usize, level: f32) -> Vec<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..len).map(|_| rng.gen_range(-level..level)).collect()
}

/// Words of random bits.
pub(crate) fn random_words<T>(seed: u64, len: usize) -> Vec<T>
where
    Standard: Distribution<T>,
{
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..len).map(|_| rng.gen()).collect()
}
