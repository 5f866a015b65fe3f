//! Random signals: white noise, and quantities that wander slowly about their mean.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// White noise of mean 0 and variance 1.
///
/// Each number is the sum of four uniform ones: near enough to the normal distribution (kurtosis
/// 2.7 instead of 3), all the more after any filter, and several times cheaper.
pub(super) struct White {
    rng: ChaCha8Rng,
}

impl White {
    /// The noise of a seed; sources that share a seed take different streams.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self { rng }
    }

    pub(super) fn next(&mut self) -> f32 {
        /// Standard deviation of the sum of four 16-bit uniform numbers: 65536 / sqrt(3).
        const DEVIATION: f32 = 37_837.227;
        let bits: u64 = self.rng.gen();
        let sum = (bits & 0xffff)
            + ((bits >> 16) & 0xffff)
            + ((bits >> 32) & 0xffff)
            + ((bits >> 48) & 0xffff);
        (sum as f32 - 131_070.0) / DEVIATION
    }
}

/// A quantity that wanders about 0: white noise through two equal first-order low-passes, so that
/// it has no kinks (an Ornstein-Uhlenbeck process has: its path is nowhere smooth).
#[derive(Debug, Clone)]
pub(super) struct Wander {
    memory: f32,
    drive: f32,
    first: f32,
    value: f32,
}

impl Wander {
    /// Standard deviation `sigma`, time constant `time_s`, asked for every `step_s`. It starts
    /// in its steady state.
    pub(super) fn new(sigma: f64, time_s: f64, step_s: f64, white: &mut White) -> Self {
        let memory = (-step_s / time_s.max(1e-6)).exp();
        // Two cascaded poles a: the variance of unit noise through (1-a)^2/(1-a z)^2 is
        // (1-a)^4 (1+a^2)/(1-a^2)^3.
        let gain = (1.0 - memory).powi(4) * (1.0 + memory * memory)
            / (1.0 - memory * memory).powi(3).max(1e-300);
        let mut wander = Self {
            memory: memory as f32,
            drive: (sigma / gain.sqrt().max(1e-30)) as f32,
            first: 0.0,
            value: 0.0,
        };
        // The steady state: both poles filled with noise of the right deviation and covariance,
        // E[first value] = E[first^2] / (1 + a).
        let spread = f64::from(wander.drive) * ((1.0 - memory) / (1.0 + memory)).sqrt();
        let left = sigma * sigma - (spread / (1.0 + memory)).powi(2);
        wander.first = spread as f32 * white.next();
        wander.value =
            wander.first / (1.0 + memory) as f32 + left.max(0.0).sqrt() as f32 * white.next();
        wander
    }

    pub(super) fn next(&mut self, white: &mut White) -> f32 {
        let fresh = 1.0 - self.memory;
        self.first = self.memory * self.first + fresh * self.drive * white.next();
        self.value = self.memory * self.value + fresh * self.first;
        self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_noise_has_the_moments_it_says() {
        let mut white = White::new(1, 0);
        let draws: Vec<f64> = (0..100_000).map(|_| f64::from(white.next())).collect();
        let moment = |p: i32| draws.iter().map(|x| x.powi(p)).sum::<f64>() / draws.len() as f64;
        assert!(moment(1).abs() < 0.02);
        assert!((moment(2) - 1.0).abs() < 0.02);
        assert!((moment(4) - 2.7).abs() < 0.1);
    }

    #[test]
    fn wandering_keeps_its_deviation_from_the_start() {
        let mut white = White::new(2, 0);
        for time_s in [0.004, 0.1, 2.0] {
            let mut squares = 0.0;
            let (runs, steps) = (400, 50);
            for _ in 0..runs {
                let mut wander = Wander::new(3.0, time_s, 0.004, &mut white);
                for _ in 0..steps {
                    squares += f64::from(wander.next(&mut white)).powi(2);
                }
            }
            let deviation = (squares / f64::from(runs * steps)).sqrt();
            assert!((deviation - 3.0).abs() < 0.5, "{time_s}: {deviation}");
        }
    }
}
