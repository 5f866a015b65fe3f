//! What the way through the air and the ground does.

use super::*;

#[test]
fn twice_as_far_is_six_decibels_less() {
    let level = |range: f64| {
        let clip = render(still(range), 1.0);
        let power = power_near(&clip.samples, 200.0).sqrt();
        20.0 * (power * clip.truth.pascal_per_unit).log10()
    };
    for range in [100.0f64, 200.0, 400.0] {
        // The aircraft stands 28.5 m above the listener, and the air takes its little.
        let (near, far) = (range.hypot(28.5), (2.0 * range).hypot(28.5));
        let taken = still(range).air.absorption_db_per_m(200.0) * (far - near);
        let drop = level(range) - level(2.0 * range) - taken;
        assert!(
            (drop - 20.0 * (far / near).log10()).abs() < 0.05,
            "{range}: {drop}"
        );
    }
}

#[test]
fn the_air_takes_what_the_standard_says() {
    let line = |range: f64, hz: f64| {
        let clip = render(still(range), 1.0);
        20.0 * (power_near(&clip.samples, hz).sqrt() * clip.truth.pascal_per_unit).log10()
    };
    let air = still(100.0).air;
    for hz in [1000.0, 2000.0, 4000.0] {
        let lost = line(100.0, hz) - line(400.0, hz);
        let (near, far) = (100f64.hypot(28.5), 400f64.hypot(28.5));
        let expected = 20.0 * (far / near).log10() + air.absorption_db_per_m(hz) * (far - near);
        assert!((lost - expected).abs() < 0.8, "{hz}: {lost} {expected}");
    }
}

#[test]
fn hard_ground_makes_a_comb_of_notches_where_the_ways_differ_by_half_waves() {
    // A circle around the listener keeps the geometry.
    let circle = Path::Orbit(OrbitParams {
        centre_m: 0.0,
        radius_m: 100.0,
        altitude_m: 40.0,
        bearing_deg: 0.0,
    });
    let mut params = plain(circle, 30.0);
    params.listener_m = 2.0;
    params.ground = Ground {
        flow_resistivity: 1e9,
        evenness: 1.0,
    };
    // Noise has every frequency.
    if let Source::Propeller { propeller, .. } = &mut params.source {
        propeller.noise_db = 20.0;
        propeller.noise_hz = 700.0;
    }
    let hard = render(params.clone(), 20.0);
    params.ground.evenness = 0.0;
    let free = render(params, 20.0);
    let bands = |clip: &Rendered| {
        let scale = clip.truth.pascal_per_unit.powi(2);
        let mut sum = vec![0.0; 401];
        for chunk in clip.samples.chunks_exact(3200) {
            for (slot, power) in sum.iter_mut().zip(spectrum(chunk).0) {
                *slot += power * scale;
            }
        }
        sum
    };
    let ratio: Vec<f64> = bands(&hard)
        .iter()
        .zip(bands(&free))
        .map(|(a, b)| a / b)
        .collect();
    let difference = 100f64.hypot(42.0) - 100f64.hypot(38.0);
    let at = |waves: f64| {
        // Bins are 5 Hz wide; the lines of the propeller at 200, 400 ... don't matter to a ratio.
        let bin = (waves * 343.2 / difference / 5.0).round() as usize;
        ratio[bin - 1..=bin + 1].iter().sum::<f64>() / 3.0
    };
    for n in [1.0, 2.0, 3.0] {
        assert!(at(n - 0.5) < 0.15, "notch {n}: {}", at(n - 0.5));
        assert!((3.4..4.6).contains(&at(n)), "crest {n}: {}", at(n));
    }
}
