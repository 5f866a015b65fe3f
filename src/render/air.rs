//! Air: the speed of sound and what the air absorbs.

use serde::{Deserialize, Serialize};

use super::error::{check_value, RenderError};

/// The state of the air, the same everywhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Air {
    /// Temperature, -30 to 50 degrees Celsius.
    pub temperature_c: f64,
    /// Relative humidity, 5-100 %.
    pub humidity_percent: f64,
    /// Pressure, 50-110 kPa.
    pub pressure_kpa: f64,
}

impl Air {
    pub(super) fn check(&self) -> Result<(), RenderError> {
        check_value(self.temperature_c, "air", "temperature_c", -30.0, 50.0)?;
        check_value(self.humidity_percent, "air", "humidity_percent", 5.0, 100.0)?;
        check_value(self.pressure_kpa, "air", "pressure_kpa", 50.0, 110.0)
    }

    /// Speed of sound, m/s: 343.2 sqrt(T/293.15 K), as ISO 9613-1 has it.
    pub fn sound_mps(&self) -> f64 {
        343.2 * ((self.temperature_c + 273.15) / 293.15).sqrt()
    }

    /// Pure-tone absorption at `hz` in dB per metre: ISO 9613-1:1993, equations 3 to 5 and B.2, B.3.
    pub fn absorption_db_per_m(&self, hz: f64) -> f64 {
        const REFERENCE_K: f64 = 293.15;
        const TRIPLE_POINT_K: f64 = 273.16;
        const REFERENCE_KPA: f64 = 101.325;
        let kelvin = self.temperature_c + 273.15;
        let pressure = self.pressure_kpa / REFERENCE_KPA;
        let saturation = 10f64.powf(-6.8346 * (TRIPLE_POINT_K / kelvin).powf(1.261) + 4.6151);
        // Molar concentration of water vapour, %.
        let vapour = self.humidity_percent * saturation / pressure;
        let oxygen_hz = pressure * (24.0 + 4.04e4 * vapour * (0.02 + vapour) / (0.391 + vapour));
        let warmth = kelvin / REFERENCE_K;
        let nitrogen_hz = pressure
            * warmth.powf(-0.5)
            * (9.0 + 280.0 * vapour * (-4.170 * (warmth.powf(-1.0 / 3.0) - 1.0)).exp());
        let relaxation = |weight: f64, theta_k: f64, relax_hz: f64| {
            weight * (-theta_k / kelvin).exp() / (relax_hz + hz * hz / relax_hz)
        };
        let classical = 1.84e-11 / pressure * warmth.sqrt();
        let relaxing = warmth.powf(-2.5)
            * (relaxation(0.01275, 2239.1, oxygen_hz) + relaxation(0.1068, 3352.0, nitrogen_hz));
        8.686 * hz * hz * (classical + relaxing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absorption_agrees_with_the_standards_table() {
        // ISO 9613-2:1996, table 2 (octave midbands, from ISO 9613-1), dB per km.
        let bands = [63.0, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0];
        let table = [
            (10.0, 70.0, [0.1, 0.4, 1.0, 1.9, 3.7, 9.7, 32.8, 117.0]),
            (20.0, 70.0, [0.1, 0.3, 1.1, 2.8, 5.0, 9.0, 22.9, 76.6]),
            (30.0, 70.0, [0.1, 0.3, 1.0, 3.1, 7.4, 12.7, 23.1, 59.3]),
            (15.0, 20.0, [0.3, 0.6, 1.2, 2.7, 8.2, 28.2, 88.8, 202.0]),
            (15.0, 50.0, [0.1, 0.5, 1.2, 2.2, 4.2, 10.8, 36.2, 129.0]),
            (15.0, 80.0, [0.1, 0.3, 1.1, 2.4, 4.1, 8.3, 23.7, 82.8]),
        ];
        for (temperature_c, humidity_percent, row) in table {
            let air = Air {
                temperature_c,
                humidity_percent,
                pressure_kpa: 101.325,
            };
            for (hz, expected) in bands.iter().zip(row) {
                let found = 1000.0 * air.absorption_db_per_m(*hz);
                let close = (found - expected).abs() < 0.06 + 0.015 * expected;
                assert!(
                    close,
                    "{temperature_c} C {humidity_percent} % {hz}: {found} {expected}"
                );
            }
        }
    }

    #[test]
    fn sound_travels_at_343_metres_per_second_at_20_degrees() {
        let air = Air {
            temperature_c: 20.0,
            humidity_percent: 50.0,
            pressure_kpa: 101.325,
        };
        assert!((air.sound_mps() - 343.2).abs() < 0.01);
    }
}
