//! The random draws of training.

use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A seeded source of draws with its buffer.
pub(super) struct Noise {
    pub(super) rng: ChaCha8Rng,
    bytes: Vec<u8>,
}

impl Noise {
    /// Each `stream` of a seed is independent of the others.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self {
            rng,
            bytes: Vec::new(),
        }
    }

    /// Inverted dropout: zeroes a share of `values` and scales up the rest, and notes in `kept`
    /// what each was multiplied by. The share is rounded to 1/256.
    pub(super) fn drop_out(&mut self, values: &mut [f32], kept: &mut [f32], share: f32) {
        let limit = (share * 256.0).round() as u8;
        let scale = 256.0 / (256.0 - f32::from(limit));
        self.bytes.resize(values.len(), 0);
        self.rng.fill_bytes(&mut self.bytes);
        for ((value, kept), byte) in values.iter_mut().zip(kept).zip(&self.bytes) {
            *kept = if *byte < limit { 0.0 } else { scale };
            *value *= *kept;
        }
    }

    /// A standard normal draw (Box and Muller 1958).
    pub(super) fn normal(&mut self) -> f32 {
        let radius = (-2.0 * (1.0 - self.rng.gen::<f64>()).ln()).sqrt();
        (radius * (std::f64::consts::TAU * self.rng.gen::<f64>()).cos()) as f32
    }

    /// A draw from Beta(a, a) for a <= 1 (Jöhnk 1964); 1 for a = 0.
    pub(super) fn beta(&mut self, a: f32) -> f32 {
        if a <= 0.0 {
            return 1.0;
        }
        let power = 1.0 / f64::from(a);
        // Accepted half the time at a = 1 and nearly always for small a.
        for _ in 0..1000 {
            let x = self.rng.gen::<f64>().powf(power);
            let y = self.rng.gen::<f64>().powf(power);
            if x + y > 0.0 && x + y <= 1.0 {
                return (x / (x + y)) as f32;
            }
        }
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropout_keeps_the_mean() {
        let mut values = vec![1.0f32; 40_000];
        let mut kept = values.clone();
        Noise::new(1, 0).drop_out(&mut values, &mut kept, 0.25);
        let mean = values.iter().sum::<f32>() / 40_000.0;
        let zeros = values.iter().filter(|v| **v == 0.0).count();
        assert!((mean - 1.0).abs() < 0.02, "{mean}");
        assert!((zeros as f32 / 40_000.0 - 0.25).abs() < 0.01);
        assert_eq!(values, kept);
    }

    #[test]
    fn draws_have_their_moments() {
        let mut noise = Noise::new(2, 0);
        let n = 20_000;
        let normals: Vec<f32> = (0..n).map(|_| noise.normal()).collect();
        let square = normals.iter().map(|x| x * x).sum::<f32>() / n as f32;
        assert!((square - 1.0).abs() < 0.05, "{square}");
        // Var of Beta(a, a) is 1 / (4 (2a + 1)).
        let betas: Vec<f32> = (0..n).map(|_| noise.beta(0.5)).collect();
        let spread = betas.iter().map(|x| (x - 0.5).powi(2)).sum::<f32>() / n as f32;
        assert!((spread - 0.125).abs() < 0.01, "{spread}");
    }
}
