//! How a pitch strays from what flight and Doppler ask for: the shaft's speed wanders, and each measurement errs.

/// A wander that forgets itself (an Ornstein-Uhlenbeck process) and independent errors on top of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Noise {
    /// Time constant of the wander, s.
    pub(super) time_s: f64,
    /// Variance of a measurement's error over that of the wander.
    pub(super) error: f64,
}

/// The noises that are weighed against each other: a wander as fast as a measurement to one that is a drift over
/// most recordings.
pub(super) fn all() -> Vec<Noise> {
    let times = [0.3, 1.0, 2.5, 6.0, 15.0, 40.0];
    let errors = [0.03, 0.3, 3.0];
    let pairs = times
        .iter()
        .flat_map(|&time_s| errors.iter().map(move |&error| Noise { time_s, error }));
    pairs.collect()
}

/// Turns a series with such noise into one with independent errors of equal variance: the scaled innovations of the
/// Kalman filter, linear in what goes in (Harvey, "Forecasting, structural time series models and the Kalman
/// filter", 3.4). One plan does for all series at the same times.
pub(super) struct Whitener {
    /// Per point: how much of the state is left, gain, and one over the innovation's standard deviation.
    steps: Vec<(f64, f64, f64)>,
    /// Minus half of the logarithm of the innovations' variances, summed.
    pub(super) log_scale: f64,
}

impl Whitener {
    pub(super) fn new(times_s: &[f64], noise: Noise) -> Self {
        let mut steps = Vec::with_capacity(times_s.len());
        let mut log_scale = 0.0;
        let mut variance = 1.0;
        let mut before: Option<f64> = None;
        for &time in times_s {
            let keep = before.map_or(0.0, |b| (-(time - b) / noise.time_s).exp());
            let predicted = keep * keep * variance + (1.0 - keep * keep);
            let innovation = predicted + noise.error;
            let gain = predicted / innovation;
            variance = predicted * (1.0 - gain);
            log_scale -= 0.5 * innovation.ln();
            steps.push((keep, gain, 1.0 / innovation.sqrt()));
            before = Some(time);
        }
        Self { steps, log_scale }
    }

    /// The independent errors of a series.
    pub(super) fn whiten(&self, series: impl Iterator<Item = f64>, out: &mut Vec<f64>) {
        out.clear();
        let mut state = 0.0;
        for (&(keep, gain, scale), value) in self.steps.iter().zip(series) {
            let predicted = keep * state;
            let innovation = value - predicted;
            state = predicted + gain * innovation;
            out.push(scale * innovation);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innovations_have_the_likelihood_of_the_full_covariance() {
        let times = [0.0, 0.3, 0.7, 1.9];
        let noise = Noise {
            time_s: 1.3,
            error: 0.4,
        };
        let y = [0.5, -0.2, 0.9, 0.1];
        let whitener = Whitener::new(&times, noise);
        let mut white = Vec::new();
        whitener.whiten(y.iter().copied(), &mut white);
        let found: f64 = whitener.log_scale - 0.5 * white.iter().map(|w| w * w).sum::<f64>();
        // By Cholesky of the covariance itself.
        let n = times.len();
        let mut l = vec![vec![0.0f64; n]; n];
        for i in 0..n {
            for j in 0..=i {
                let lag: f64 = times[i] - times[j];
                let mut sum = (-lag / noise.time_s).exp();
                if i == j {
                    sum += noise.error;
                }
                let (own, other) = (&l[i], &l[j]);
                sum -= own
                    .iter()
                    .zip(other)
                    .take(j)
                    .map(|(a, b)| a * b)
                    .sum::<f64>();
                l[i][j] = if i == j { sum.sqrt() } else { sum / l[j][j] };
            }
        }
        let mut z = [0.0; 4];
        let mut expected = 0.0;
        for i in 0..n {
            let known: f64 = (0..i).map(|k| l[i][k] * z[k]).sum();
            z[i] = (y[i] - known) / l[i][i];
            expected -= l[i][i].ln() + 0.5 * z[i] * z[i];
        }
        assert!((found - expected).abs() < 1e-12, "{found} for {expected}");
    }
}
