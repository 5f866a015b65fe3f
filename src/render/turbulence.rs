//! Turbulent air makes sound come and go, the more the higher and the farther.

use realfft::num_complex::Complex;
use serde::{Deserialize, Serialize};

use super::error::{check_value, RenderError};
use super::ground::wavenumber;
use super::noise::{Wander, White};

/// The turbulence of the air.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Turbulence {
    /// Structure parameter of the acoustic refractive index, 0-1e-4 m^(-2/3): 1e-8 on a still
    /// night, 1e-5 in strong wind and sun (G. A. Daigle, J. E. Piercy, T. F. W. Embleton,
    /// "Line-of-sight propagation through atmospheric turbulence near the ground", J. Acoust.
    /// Soc. Am. 74 (1983)).
    pub structure: f64,
    /// How long a fade lasts, 0.02-10 s.
    pub fade_s: f64,
}

impl Turbulence {
    pub(super) fn check(&self) -> Result<(), RenderError> {
        check_value(self.structure, "turbulence", "structure", 0.0, 1e-4)?;
        check_value(self.fade_s, "turbulence", "fade_s", 0.02, 10.0)
    }

    /// Standard deviation of the log-amplitude (nepers) at `hz` over `range_m`: for weak
    /// fluctuations of a spherical wave sigma^2 = 0.124 C^2 k^(7/6) R^(11/6) (V. I. Tatarskii,
    /// "The Effects of the Turbulent Atmosphere on Wave Propagation", 1971); strong ones saturate
    /// where the field is Gaussian, at 5.6 dB.
    pub fn deviation(&self, hz: f64, range_m: f64, sound_mps: f64) -> f64 {
        const SATURATED: f64 = 0.41;
        let weak = 0.124
            * self.structure
            * wavenumber(hz, sound_mps).powf(7.0 / 6.0)
            * range_m.powf(11.0 / 6.0);
        (weak * SATURATED / (weak + SATURATED)).sqrt()
    }
}

/// The fading of one path: complex gains at a few frequencies, block by block.
pub(super) struct Fading {
    turbulence: Turbulence,
    common: [Wander; 2],
    bands: Vec<[Wander; 2]>,
    white: White,
}

impl Fading {
    /// Frequencies at which the gain is drawn, Hz; in between it is interpolated.
    pub(super) const BANDS_HZ: [f64; 10] = [
        60.0, 125.0, 250.0, 500.0, 1000.0, 1700.0, 2800.0, 4200.0, 6000.0, 8000.0,
    ];

    pub(super) fn new(turbulence: &Turbulence, block_s: f64, seed: u64, stream: u64) -> Self {
        let mut white = White::new(seed, stream);
        let mut pair = |time_s: f64| {
            // Neighbouring bands fade half alike.
            let sigma = 0.5f64.sqrt();
            [
                Wander::new(sigma, time_s, block_s, &mut white),
                Wander::new(sigma, time_s, block_s, &mut white),
            ]
        };
        let common = pair(turbulence.fade_s);
        let bands = Self::BANDS_HZ
            .iter()
            .map(|hz| {
                // Higher sound feels smaller eddies, which the wind carries past sooner.
                let time_s = turbulence.fade_s * (500.0 / hz).sqrt().clamp(0.3, 2.0);
                pair(time_s)
            })
            .collect();
        Self {
            turbulence: turbulence.clone(),
            common,
            bands,
            white,
        }
    }

    /// The gains of the next block. The mean power stays what it is without turbulence. Phase
    /// fluctuates by half again as much as log-amplitude (presumed: it depends on the outer scale).
    pub(super) fn next(
        &mut self,
        range_m: f64,
        sound_mps: f64,
    ) -> [Complex<f32>; Self::BANDS_HZ.len()] {
        let white = &mut self.white;
        let common = [self.common[0].next(white), self.common[1].next(white)];
        let mut gains = [Complex::new(1.0, 0.0); Self::BANDS_HZ.len()];
        for ((gain, band), hz) in gains.iter_mut().zip(&mut self.bands).zip(Self::BANDS_HZ) {
            let sigma = self.turbulence.deviation(hz, range_m, sound_mps) as f32;
            let level = (common[0] + band[0].next(white)) * sigma - sigma * sigma;
            let phase = 1.5 * sigma * (common[1] + band[1].next(white));
            *gain = Complex::from_polar(level.exp(), phase);
        }
        gains
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fades_grow_with_frequency_and_range_and_saturate() {
        let turbulence = Turbulence {
            structure: 1e-7,
            fade_s: 0.5,
        };
        let at = |hz: f64, range: f64| turbulence.deviation(hz, range, 340.0);
        let slope = (at(200.0, 200.0) / at(100.0, 200.0)).log2();
        assert!((slope - 7.0 / 12.0).abs() < 0.02, "{slope}");
        let slope = (at(100.0, 200.0) / at(100.0, 100.0)).log2();
        assert!((slope - 11.0 / 12.0).abs() < 0.02, "{slope}");
        assert!((at(8000.0, 1e5) - 0.41f64.sqrt()).abs() < 0.01);
    }

    #[test]
    fn the_mean_power_stays() {
        let turbulence = Turbulence {
            structure: 1e-6,
            fade_s: 0.05,
        };
        let mut fading = Fading::new(&turbulence, 0.016, 3, 1);
        let blocks = 30_000;
        let mean = (0..blocks)
            .map(|_| f64::from(fading.next(500.0, 340.0)[5].norm_sqr()))
            .sum::<f64>()
            / f64::from(blocks);
        assert!((mean - 1.0).abs() < 0.1, "{mean}");
    }
}
