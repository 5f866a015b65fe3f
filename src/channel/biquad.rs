//! Second-order sections, and the Butterworth filters made from them.
//!
//! Coefficients by the bilinear transform with pre-warping: R. Bristow-Johnson, "Cookbook
//! formulae for audio equalizer biquad filter coefficients".

use std::f64::consts::PI;

use super::SAMPLE_RATE;

/// One second-order section in transposed direct form II. Double precision, because the poles of
/// a 50 Hz high-pass lie so near the unit circle that single precision would drift.
#[derive(Debug, Clone)]
struct Biquad {
    b: [f64; 3],
    a: [f64; 2],
    state: [f64; 2],
}

impl Biquad {
    fn new(b: [f64; 3], a: [f64; 3]) -> Self {
        Self {
            b: b.map(|v| v / a[0]),
            a: [a[1] / a[0], a[2] / a[0]],
            state: [0.0; 2],
        }
    }

    fn step(&mut self, x: f64) -> f64 {
        let y = self.b[0] * x + self.state[0];
        self.state[0] = self.b[1] * x - self.a[0] * y + self.state[1];
        self.state[1] = self.b[2] * x - self.a[1] * y;
        y
    }
}

/// A Butterworth filter of even order: -3.01 dB at its cut-off, 6 dB per octave and order beyond.
#[derive(Debug, Clone)]
pub(super) struct Butterworth {
    sections: Vec<Biquad>,
}

impl Butterworth {
    /// A low-pass of order `2 * sections` at `cutoff_hz`, which is kept below the Nyquist rate.
    pub(super) fn low_pass(cutoff_hz: f64, sections: usize) -> Self {
        Self::build(cutoff_hz, sections, |cos| {
            [(1.0 - cos) / 2.0, 1.0 - cos, (1.0 - cos) / 2.0]
        })
    }

    /// A high-pass of order `2 * sections` at `cutoff_hz`.
    pub(super) fn high_pass(cutoff_hz: f64, sections: usize) -> Self {
        Self::build(cutoff_hz, sections, |cos| {
            [(1.0 + cos) / 2.0, -(1.0 + cos), (1.0 + cos) / 2.0]
        })
    }

    fn build(cutoff_hz: f64, sections: usize, numerator: impl Fn(f64) -> [f64; 3]) -> Self {
        let omega = 2.0 * PI * cutoff_hz.clamp(1.0, 0.495 * SAMPLE_RATE) / SAMPLE_RATE;
        let (sin, cos) = omega.sin_cos();
        let sections = (0..sections)
            .map(|k| {
                // The pole pair's angle on the Butterworth circle sets the section's Q.
                let angle = PI * (2 * k + 1) as f64 / (4 * sections) as f64;
                let alpha = sin * angle.cos();
                Biquad::new(numerator(cos), [1.0 + alpha, -2.0 * cos, 1.0 - alpha])
            })
            .collect();
        Self { sections }
    }

    /// Filters in place, carrying the state on from the last call.
    pub(super) fn run(&mut self, samples: &mut [f32]) {
        for sample in samples {
            let mut value = f64::from(*sample);
            for section in &mut self.sections {
                value = section.step(value);
            }
            *sample = value as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{gain_db, tone};
    use super::*;

    fn response_db(filter: &Butterworth, hz: f64) -> f64 {
        let input = tone(hz, 1.0, 32_000);
        let mut output = input.clone();
        filter.clone().run(&mut output);
        gain_db(&input[16_000..], &output[16_000..])
    }

    /// |H|^2 of a bilinear Butterworth low-pass: the frequency axis is warped by the tangent.
    fn closed_form_db(cutoff: f64, hz: f64, order: i32) -> f64 {
        let warp = |f: f64| (PI * f / SAMPLE_RATE).tan();
        -10.0 * (1.0 + (warp(hz) / warp(cutoff)).powi(2 * order)).log10()
    }

    #[test]
    fn low_pass_follows_the_closed_form() {
        for sections in [1, 2, 4] {
            let filter = Butterworth::low_pass(1000.0, sections);
            for hz in [200.0, 1000.0, 1500.0, 2000.0] {
                let expected = closed_form_db(1000.0, hz, 2 * sections as i32);
                assert!(
                    (response_db(&filter, hz) - expected).abs() < 0.05,
                    "{sections} {hz}"
                );
            }
        }
    }

    #[test]
    fn high_pass_mirrors_it() {
        let filter = Butterworth::high_pass(100.0, 1);
        assert!((response_db(&filter, 100.0) + 3.01).abs() < 0.05);
        assert!((response_db(&filter, 25.0) + 24.1).abs() < 0.2);
        assert!(response_db(&filter, 1000.0).abs() < 0.01);
    }
}
