//! Normally distributed random numbers.

use std::f64::consts::TAU;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Standard normal numbers from a seed: G. E. P. Box, M. E. Muller, "A note on the generation of
/// random normal deviates", Ann. Math. Statist. 29 (1958).
pub(super) struct Gauss {
    rng: ChaCha8Rng,
    spare: Option<f32>,
}

impl Gauss {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            rng: ChaCha8Rng::seed_from_u64(seed),
            spare: None,
        }
    }

    /// The next number: mean 0, variance 1.
    pub(super) fn next(&mut self) -> f32 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        // 1 - u is in (0, 1], where the logarithm is finite.
        let radius = (-2.0 * (1.0 - self.rng.gen::<f32>()).ln()).sqrt();
        let (sin, cos) = (TAU as f32 * self.rng.gen::<f32>()).sin_cos();
        self.spare = Some(radius * sin);
        radius * cos
    }

    /// `len` numbers.
    pub(super) fn fill(&mut self, len: usize) -> Vec<f32> {
        (0..len).map(|_| self.next()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_the_normal_distribution() {
        let draws = Gauss::new(7).fill(100_000);
        let moment =
            |p: i32| draws.iter().map(|x| f64::from(*x).powi(p)).sum::<f64>() / draws.len() as f64;
        assert!(moment(1).abs() < 0.02);
        assert!((moment(2) - 1.0).abs() < 0.02);
        assert!((moment(4) - 3.0).abs() < 0.1);
    }
}
