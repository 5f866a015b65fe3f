//! The air between aircraft and listener: how fast sound may be in it.

use super::super::Range;
use serde::{Deserialize, Serialize};

/// The air between aircraft and listener. Unchecked; [`check`](Self::check) makes it usable.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AirParams {
    /// Air temperature, -60 to 60 degrees Celsius.
    pub temperature_c: Range,
    /// Most wind along the line of sight, 0 to 40 m/s: carried by it, sound is faster or slower by as much.
    pub wind_mps: f64,
}

impl Default for AirParams {
    /// Any day that is flown on: -10 to 35 degrees, up to 5 m/s of wind along the line of sight.
    fn default() -> Self {
        Self {
            temperature_c: Range {
                low: -10.0,
                high: 35.0,
            },
            wind_mps: 5.0,
        }
    }
}

/// Checked [`AirParams`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ValidAir(AirParams);

/// A setting of [`AirParams`] is out of range.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("air: `{setting}` must be {range}")]
pub struct AirError {
    /// The setting.
    pub setting: &'static str,
    /// What it may be.
    pub range: &'static str,
}

impl AirParams {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`AirError`] names the setting that is out of range.
    pub fn check(self) -> Result<ValidAir, AirError> {
        let Range { low, high } = self.temperature_c;
        if !(-60.0 <= low && low <= high && high <= 60.0) {
            return Err(AirError {
                setting: "temperature_c",
                range: "an interval within -60 to 60",
            });
        }
        if !(0.0..=40.0).contains(&self.wind_mps) {
            return Err(AirError {
                setting: "wind_mps",
                range: "0 to 40",
            });
        }
        Ok(ValidAir(self))
    }
}

impl ValidAir {
    /// The settings.
    pub fn params(&self) -> &AirParams {
        &self.0
    }

    /// Speed of sound, m/s: 343.2 sqrt(T / 293.15 K) (ISO 9613-1:1993), more or less the wind.
    pub fn sound_mps(&self) -> Range {
        let at = |celsius: f64| 343.2 * ((celsius + 273.15) / 293.15).sqrt();
        Range {
            low: at(self.0.temperature_c.low) - self.0.wind_mps,
            high: at(self.0.temperature_c.high) + self.0.wind_mps,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_air_is_checked_and_named() {
        let wrong = AirParams {
            wind_mps: 99.0,
            ..AirParams::default()
        };
        assert!(wrong.check().unwrap_err().to_string().contains("wind_mps"));
        let sound = AirParams::default().check().unwrap().sound_mps();
        assert!(
            sound.holds(320.2) && sound.holds(356.8) && !sound.holds(358.0),
            "{sound:?}"
        );
    }
}
