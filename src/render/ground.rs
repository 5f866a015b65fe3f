//! The ground: what it reflects.

use std::f64::consts::{PI, TAU};

use realfft::num_complex::Complex;
use serde::{Deserialize, Serialize};

use super::error::{check_value, RenderError};

/// Flat ground of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ground {
    /// Effective flow resistivity, 1e3-1e9 Pa s/m2: snow 3e4, forest floor 1e5, grass 2e5, sand or
    /// soil 5e5-2e6, asphalt and concrete from 2e7 (T. F. W. Embleton, J. E. Piercy, G. A. Daigle,
    /// "Effective flow resistivity of ground surfaces", J. Acoust. Soc. Am. 74 (1983)).
    pub flow_resistivity: f64,
    /// Share of the reflection that is left by roughness, slopes and what stands about, 0-1.
    pub evenness: f64,
}

impl Ground {
    pub(super) fn check(&self) -> Result<(), RenderError> {
        check_value(
            self.flow_resistivity,
            "ground",
            "flow_resistivity",
            1e3,
            1e9,
        )?;
        check_value(self.evenness, "ground", "evenness", 0.0, 1.0)
    }

    /// Characteristic impedance over that of air, time convention exp(-i w t): Y. Miki, "Acoustical
    /// properties of porous materials", J. Acoust. Soc. Jpn. (E) 11 (1990), which mends the
    /// one-parameter law of M. E. Delany and E. N. Bazley (1970) at low frequencies.
    pub fn impedance(&self, hz: f64) -> Complex<f64> {
        let ratio = (1000.0 * hz.max(1.0) / self.flow_resistivity).powf(-0.632);
        Complex::new(1.0 + 5.50 * ratio, 8.43 * ratio)
    }
}

/// Reflection of spherical waves.
pub(super) struct Reflection {
    faddeeva: Faddeeva,
}

impl Reflection {
    pub(super) fn new() -> Self {
        Self {
            faddeeva: Faddeeva::new(),
        }
    }

    /// The spherical-wave reflection coefficient Q = R + (1 - R) F(d), time convention exp(-i w t),
    /// by the Weyl-Van der Pol formula: K. Attenborough, K. M. Li, K. Horoshenkov, "Predicting
    /// Outdoor Sound" (2007), ch. 2; C. F. Chien, W. W. Soroka, J. Sound Vib. 43 (1975).
    ///
    /// `impedance` of a locally reacting ground, `rise` the sine of the angle between ray and
    /// ground, `wavenumber_range` = k R with R the length of the reflected way.
    pub(super) fn coefficient(
        &self,
        impedance: Complex<f64>,
        rise: f64,
        wavenumber_range: f64,
    ) -> Complex<f64> {
        let admittance = impedance.inv();
        let plane = (rise - admittance) / (rise + admittance);
        // sqrt(i k R / 2) = sqrt(k R) / 2 (1 + i).
        let half = 0.5 * wavenumber_range.max(0.0).sqrt();
        let distance = Complex::new(half, half) * (admittance + rise);
        let loss = if distance.norm_sqr() > 400.0 {
            // F(d) -> -1/(2 d^2) far from grazing.
            -0.5 / (distance * distance)
        } else {
            1.0 + Complex::<f64>::i() * PI.sqrt() * distance * self.faddeeva.at(distance)
        };
        plane + (1.0 - plane) * loss
    }
}

/// exp(-z^2) erfc(-i z) for Im z >= 0: J. A. C. Weideman, "Computation of the complex error
/// function", SIAM J. Numer. Anal. 31 (1994), with 24 terms.
struct Faddeeva {
    terms: [f64; Faddeeva::TERMS],
}

impl Faddeeva {
    const TERMS: usize = 24;

    fn scale() -> f64 {
        (Self::TERMS as f64 / 2f64.sqrt()).sqrt()
    }

    fn new() -> Self {
        let scale = Self::scale();
        let half = 2 * Self::TERMS as i32;
        let terms = std::array::from_fn(|n| {
            let sum: f64 = (1 - half..half)
                .map(|k| {
                    let angle = PI * f64::from(k) / f64::from(half);
                    let t = scale * (0.5 * angle).tan();
                    (-t * t).exp() * (scale * scale + t * t) * ((n + 1) as f64 * angle).cos()
                })
                .sum();
            sum / f64::from(2 * half)
        });
        Self { terms }
    }

    fn at(&self, z: Complex<f64>) -> Complex<f64> {
        let scale = Self::scale();
        let turned = Complex::<f64>::i() * z;
        let below = (scale - turned).inv();
        let ratio = (scale + turned) * below;
        let sum = self
            .terms
            .iter()
            .rev()
            .fold(Complex::new(0.0, 0.0), |sum, term| sum * ratio + term);
        2.0 * sum * below * below + below / PI.sqrt()
    }
}

/// Wavenumber, 1/m.
pub(super) fn wavenumber(hz: f64, sound_mps: f64) -> f64 {
    TAU * hz / sound_mps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_complex_error_function_agrees_with_scipy() {
        // scipy.special.wofz
        let table = [
            ((0.0, 0.0), (1.0, 0.0)),
            (
                (1.0, 1.0),
                (0.304_744_205_256_912_5, 0.208_218_938_202_831_6),
            ),
            (
                (3.0, 0.5),
                (0.037_126_366_054_692_4, 0.192_983_755_300_362_4),
            ),
            (
                (0.1, 2.0),
                (0.254_978_192_266_411_6, 0.010_664_203_845_765_8),
            ),
        ];
        let faddeeva = Faddeeva::new();
        for ((re, im), (w_re, w_im)) in table {
            let found = faddeeva.at(Complex::new(re, im));
            let error = (found - Complex::new(w_re, w_im)).norm();
            assert!(error < 1e-6, "{re} {im}: {found}");
        }
    }

    #[test]
    fn hard_ground_reflects_all_and_grazing_sound_on_soft_ground_is_inverted() {
        let reflection = Reflection::new();
        let hard = Ground {
            flow_resistivity: 1e9,
            evenness: 1.0,
        };
        let q = reflection.coefficient(hard.impedance(500.0), 0.5, 1000.0);
        assert!((q - 1.0).norm() < 0.02, "{q}");
        let soft = Ground {
            flow_resistivity: 1e5,
            evenness: 1.0,
        };
        let q = reflection.coefficient(soft.impedance(2000.0), 1e-3, 1e6);
        assert!((q + 1.0).norm() < 0.1, "{q}");
    }

    #[test]
    fn nothing_is_reflected_louder_than_it_came_at_high_angles() {
        let reflection = Reflection::new();
        for resistivity in [1e4, 2e5, 2e7] {
            let ground = Ground {
                flow_resistivity: resistivity,
                evenness: 1.0,
            };
            for hz in [30.0, 300.0, 3000.0] {
                let kr = wavenumber(hz, 340.0) * 500.0;
                let q = reflection.coefficient(ground.impedance(hz), 0.6, kr);
                assert!(q.norm() < 1.02, "{resistivity} {hz} {q}");
            }
        }
    }
}
