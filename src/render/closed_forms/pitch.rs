//! Where lines stand, and how they move.

use super::*;

#[test]
fn a_direct_approach_and_retreat_have_the_doppler_shift_of_the_textbook() {
    let (speed, sound) = (51.4, 343.2);
    // Passed low over the head a minute later, or before: straight towards, or away.
    let approach = render(plain(pass(0.0, 10.0, 60.0), speed), 1.0);
    let retreat = render(plain(pass(0.0, 10.0, -60.0), speed), 1.0);
    let heard = peak_hz(&approach.samples, 150.0, 300.0);
    assert!(
        (heard - 200.0 / (1.0 - speed / sound)).abs() < 0.05,
        "{heard}"
    );
    let heard = peak_hz(&retreat.samples, 150.0, 300.0);
    assert!(
        (heard - 200.0 / (1.0 + speed / sound)).abs() < 0.05,
        "{heard}"
    );
}

#[test]
fn the_closest_point_is_heard_later_by_the_way_and_without_a_shift_then() {
    let (speed, sound) = (60.0, 343.2);
    let clip = render(plain(pass(300.0, 100.0, 2.0), speed), 6.0);
    let closest = clip.truth.closest.unwrap();
    let range = 300f64.hypot(98.5);
    assert!((closest.distance_m - range).abs() < 1e-3);
    assert!((closest.emitted_s - 2.0).abs() < 1e-3);
    assert!((closest.heard_s - (2.0 + range / sound)).abs() < 1e-3);
    // There the pitch is that at rest, and falls fastest: its slope is -f v^2 / (c R).
    let n = (closest.heard_s * RATE) as usize;
    let at = |centre: usize| peak_hz(&clip.samples[centre - 3200..centre + 3200], 150.0, 260.0);
    assert!((at(n) - 200.0).abs() < 0.1, "{}", at(n));
    let slope = (at(n + 1600) - at(n - 1600)) / 0.2;
    let expected = -200.0 * speed * speed / (sound * range);
    assert!((slope / expected - 1.0).abs() < 0.05, "{slope} {expected}");
}

#[test]
fn the_truth_says_the_pitch_that_is_heard() {
    let mut params = plain(pass(150.0, 100.0, 1.0), 60.0);
    params.wander = ShaftWander {
        slow: 0.02,
        slow_s: 1.0,
        fast: 0.0,
        fast_s: 0.1,
    };
    let clip = render(params, 4.0);
    for instant in clip
        .truth
        .track
        .iter()
        .filter(|i| (0.3..3.7).contains(&i.time_s))
    {
        let n = (instant.time_s * RATE) as usize;
        let found = peak_hz(&clip.samples[n - 1600..n + 1600], 130.0, 280.0);
        let told = instant.blade_pass_hz.unwrap();
        assert!(
            (found - told).abs() < 1.2,
            "{}: {found} {told}",
            instant.time_s
        );
    }
}

#[test]
fn blade_pass_and_firing_lines_stand_where_they_should() {
    let mut params = still(100.0);
    if let Source::Propeller { engine_db, .. } = &mut params.source {
        *engine_db = 0.0;
    }
    let clip = render(params, 2.0).samples;
    // One firing per revolution of 100 per second: odd lines are the engine's, even ones both's.
    let quiet = power_near(&clip, 250.0).max(power_near(&clip, 150.0));
    for hz in [100.0, 200.0, 300.0, 400.0, 500.0, 600.0] {
        let line = power_near(&clip, hz);
        assert!(line > 1e4 * quiet, "{hz}: {line} {quiet}");
    }
    let alone = render(still(100.0), 2.0).samples;
    assert!(power_near(&alone, 100.0) < 1e-3 * power_near(&alone, 200.0));
}

#[test]
fn uneven_blades_and_chambers_make_orders_in_between() {
    let mut params = still(100.0);
    if let Source::Propeller {
        engine, propeller, ..
    } = &mut params.source
    {
        propeller.unevenness = 0.2;
        engine.unevenness = 0.3;
    }
    let clip = render(params.clone(), 2.0).samples;
    assert!(power_near(&clip, 100.0) > 1e-3 * power_near(&clip, 200.0));
    if let Source::Propeller { engine_db, .. } = &mut params.source {
        *engine_db = 60.0;
    }
    // Three chambers that take turns: thirds of the firing rate.
    let engine = render(params, 3.0).samples;
    assert!(power_near(&engine, 100.0 / 3.0) > 1e2 * power_near(&engine, 50.0));
}
