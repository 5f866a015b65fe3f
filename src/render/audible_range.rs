//! From a level above the ambient noise to a distance.

use super::Air;

/// Ambient levels, dB re 20 uPa: a quiet night in the country, a suburb by day, a busy street (the usual order of
/// magnitude, as in EN 12354 and WHO's guidelines for community noise; not measured here).
pub const AMBIENT_DB: [f64; 3] = [35.0, 50.0, 65.0];

/// Where most of the sound of pistons and propellers lies, Hz: absorption is that of this frequency.
const SOUND_HZ: f64 = 500.0;

/// The slant range in m at which an aircraft of `source_db` (dB re 20 uPa at 1 m) stands `snr_db` above ambient noise of
/// `ambient_db`: spherical spreading and absorption at 500 Hz, 15 degrees Celsius and 70 % humidity (ISO 9613-1); no ground, no wind, no
/// obstacles. From 1 m to 100 km.
pub fn audible_range_m(source_db: f64, ambient_db: f64, snr_db: f64) -> f64 {
    let air = Air {
        temperature_c: 15.0,
        humidity_percent: 70.0,
        pressure_kpa: 101.325,
    };
    let absorption = air.absorption_db_per_m(SOUND_HZ);
    let loss_db = source_db - ambient_db - snr_db;
    let loss = |m: f64| 20.0 * m.log10() + absorption * m;
    let (mut near, mut far) = (1.0, 1e5);
    // Bisection: the loss grows with distance.
    for _ in 0..60 {
        let middle = 0.5 * (near + far);
        if loss(middle) < loss_db {
            near = middle;
        } else {
            far = middle;
        }
    }
    near
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_absorption_sixty_decibels_are_a_kilometre() {
        // 2 dB/km at 500 Hz: somewhat less than the 1000 m of spreading alone.
        let range = audible_range_m(110.0, 50.0, 0.0);
        assert!((700.0..900.0).contains(&range), "{range}");
        assert!((audible_range_m(60.0, 35.0, 5.0) - 10.0).abs() < 0.1);
    }
}
