//! Second-order sections that shape the sources.
//!
//! Coefficients by the bilinear transform: R. Bristow-Johnson, "Cookbook formulae for audio
//! equalizer biquad filter coefficients".

use std::f64::consts::TAU;

use super::super::SOURCE_RATE;

/// One section, transposed direct form II.
#[derive(Debug, Clone)]
pub(super) struct Section {
    b: [f64; 3],
    a: [f64; 2],
    state: [f64; 2],
}

impl Section {
    fn new(b: [f64; 3], a: [f64; 3]) -> Self {
        Self {
            b: b.map(|v| v / a[0]),
            a: [a[1] / a[0], a[2] / a[0]],
            state: [0.0; 2],
        }
    }

    fn angle(hz: f64, q: f64) -> (f64, f64) {
        let (sin, cos) = (TAU * hz.clamp(1.0, 0.49 * SOURCE_RATE) / SOURCE_RATE).sin_cos();
        (cos, sin / (2.0 * q.max(0.1)))
    }

    /// A resonance with gain 1 at `hz`.
    pub(super) fn band_pass(hz: f64, q: f64) -> Self {
        let (cos, alpha) = Self::angle(hz, q);
        Self::new([alpha, 0.0, -alpha], [1.0 + alpha, -2.0 * cos, 1.0 - alpha])
    }

    pub(super) fn low_pass(hz: f64, q: f64) -> Self {
        let (cos, alpha) = Self::angle(hz, q);
        let b = 0.5 * (1.0 - cos);
        Self::new([b, 2.0 * b, b], [1.0 + alpha, -2.0 * cos, 1.0 - alpha])
    }

    pub(super) fn high_pass(hz: f64, q: f64) -> Self {
        let (cos, alpha) = Self::angle(hz, q);
        let b = 0.5 * (1.0 + cos);
        Self::new([b, -2.0 * b, b], [1.0 + alpha, -2.0 * cos, 1.0 - alpha])
    }

    pub(super) fn step(&mut self, x: f64) -> f64 {
        let y = self.b[0] * x + self.state[0];
        self.state[0] = self.b[1] * x - self.a[0] * y + self.state[1];
        self.state[1] = self.b[2] * x - self.a[1] * y;
        y
    }

    /// Mean square of unit white noise after these sections.
    pub(super) fn noise_power(sections: &[Self]) -> f64 {
        /// Frequencies at which the response is summed.
        const POINTS: usize = 2000;
        let power = |k: usize| {
            let angle = 0.5 * TAU * (k as f64 + 0.5) / POINTS as f64;
            sections
                .iter()
                .map(|section| section.power(angle))
                .product::<f64>()
        };
        (0..POINTS).map(power).sum::<f64>() / POINTS as f64
    }

    /// |H|^2 at an angle on the unit circle.
    fn power(&self, angle: f64) -> f64 {
        let (sin, cos) = angle.sin_cos();
        let (sin2, cos2) = (2.0 * angle).sin_cos();
        let square = |c: [f64; 3]| {
            let re = c[0] + c[1] * cos + c[2] * cos2;
            let im = c[1] * sin + c[2] * sin2;
            re * re + im * im
        };
        square(self.b) / square([1.0, self.a[0], self.a[1]]).max(1e-30)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::noise::White;
    use super::*;

    #[test]
    fn the_noise_power_is_what_noise_has_afterwards() {
        let mut sections = [
            Section::high_pass(800.0, 0.7),
            Section::low_pass(2500.0, 0.7),
        ];
        let expected = Section::noise_power(&sections);
        let mut white = White::new(1, 0);
        let total: f64 = (0..200_000)
            .map(|_| {
                let mut value = f64::from(white.next());
                for section in &mut sections {
                    value = section.step(value);
                }
                value * value
            })
            .sum();
        let found = total / 200_000.0;
        assert!((found / expected - 1.0).abs() < 0.05, "{found} {expected}");
    }
}
