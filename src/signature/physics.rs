//! The little physics that a sheet is checked against.

/// Speed of sound in m/s: dry air at 20 °C, as ISO 9613-1 takes it (343.2), rounded.
pub const SPEED_OF_SOUND: f64 = 343.0;

/// Mach number of a propeller's tips along their helix: `sqrt((pi n D)^2 + v^2) / c`.
///
/// `rev_per_s` is the propeller's rate, `diameter_m` its diameter, `speed_m_s` the airspeed. Above
/// about 0.9 a propeller loses thrust and gets very loud; designers stay below.
pub fn helical_tip_mach(rev_per_s: f64, diameter_m: f64, speed_m_s: f64) -> f64 {
    let turning = std::f64::consts::PI * rev_per_s * diameter_m;
    turning.hypot(speed_m_s) / SPEED_OF_SOUND
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tips_at_rest_and_in_flight() {
        let still = helical_tip_mach(100.0, 0.6, 0.0);
        assert!((still - 188.4956 / 343.0).abs() < 1e-6);
        let flying = helical_tip_mach(100.0, 0.6, 100.0);
        assert!((flying * 343.0 - 188.4956_f64.hypot(100.0)).abs() < 1e-3);
    }
}
