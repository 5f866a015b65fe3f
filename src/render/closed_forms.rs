//! Rendered sound against closed forms: what a textbook says must come out.

use std::f64::consts::TAU;

use realfft::RealFftPlanner;

use super::source::{EngineKind, EngineParams, Loading, PropellerParams, Source};
use super::*;

/// A steady, noiseless Shahed-like pusher in still, dry air over soft ground that reflects nothing.
fn plain(path: Path, speed_mps: f64) -> SceneParams {
    SceneParams {
        signature: "test".into(),
        phase: Phase::Cruise,
        seed: 1,
        source: Source::Propeller {
            engine: EngineParams {
                kind: EngineKind::Combustion {
                    firings_per_rev: 1.0,
                    chambers: 3,
                },
                gear: 1.0,
                unevenness: 0.0,
                cycle_jitter: 0.0,
                timing_jitter: 0.0,
                rise_ms: 0.5,
                resonances: vec![],
                noise_db: -60.0,
                noise_hz: 1000.0,
            },
            propeller: PropellerParams {
                blades: 2,
                tip_mach: 0.6,
                loading: Loading {
                    drag_ratio: 0.2,
                    unsteady: 0.3,
                    decay: 1.5,
                    cutoff: 40.0,
                },
                unevenness: 0.0,
                unsteadiness: 0.0,
                unsteady_s: 0.1,
                noise_db: -60.0,
                noise_hz: 1000.0,
                noise_modulation: 0.0,
            },
            engine_db: -60.0,
        },
        source_db_spl: 110.0,
        flight: FlightParams {
            path,
            speed_mps,
            shaft: ShaftParams {
                cruise_rps: 100.0,
                windmill: 0.6,
                limit: 3.0,
            },
        },
        wander: ShaftWander::NONE,
        air: Air {
            temperature_c: 20.0,
            humidity_percent: 50.0,
            pressure_kpa: 101.325,
        },
        ground: Ground {
            flow_resistivity: 2e5,
            evenness: 0.0,
        },
        turbulence: Turbulence {
            structure: 0.0,
            fade_s: 1.0,
        },
        listener_m: 1.5,
        impact: Impact {
            blast_db: None,
            blast_ms: 10.0,
            rumble_s: 0.5,
        },
        ambient_db: -120.0,
    }
}

/// A level pass; `passed_s` far off makes it an approach or a retreat.
fn pass(offset_m: f64, altitude_m: f64, passed_s: f64) -> Path {
    Path::Pass(PassParams {
        offset_m,
        altitude_m,
        climb_deg: 0.0,
        passed_s,
        throttle: 1.0,
    })
}

/// As good as at rest: 5 m/s across, heard at its closest half a second into the clip.
fn still(range_m: f64) -> SceneParams {
    plain(pass(range_m, 30.0, 0.5 - range_m / 343.2), 5.0)
}

fn render(params: SceneParams, seconds: f64) -> Rendered {
    params.check().unwrap().render(seconds)
}

/// Hann-windowed power spectrum and its bin width, Hz.
fn spectrum(samples: &[f32]) -> (Vec<f64>, f64) {
    let len = samples.len();
    let mut windowed: Vec<f64> = samples
        .iter()
        .enumerate()
        .map(|(n, x)| f64::from(*x) * (0.5 - 0.5 * (TAU * n as f64 / len as f64).cos()))
        .collect();
    let plan = RealFftPlanner::<f64>::new().plan_fft_forward(len);
    let mut out = plan.make_output_vec();
    plan.process(&mut windowed, &mut out).unwrap();
    let power = out.iter().map(|x| x.norm_sqr()).collect();
    (power, RATE / len as f64)
}

/// The strongest frequency between two others, between bins by a parabola through the log power.
fn peak_hz(samples: &[f32], low: f64, high: f64) -> f64 {
    let (power, width) = spectrum(samples);
    let range = (low / width) as usize..(high / width) as usize;
    let top = range
        .max_by(|a, b| power[*a].total_cmp(&power[*b]))
        .unwrap();
    let [a, b, c] = [top - 1, top, top + 1].map(|k| power[k].ln());
    width * (top as f64 + 0.5 * (a - c) / (a - 2.0 * b + c))
}

fn power_near(samples: &[f32], hz: f64) -> f64 {
    let (power, width) = spectrum(samples);
    let at = (hz / width).round() as usize;
    power[at - 3..=at + 3].iter().sum()
}

fn rms(samples: &[f32]) -> f64 {
    (samples.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / samples.len() as f64).sqrt()
}

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

#[test]
fn the_seed_decides_every_bit_and_nothing_else_does() {
    let ranges = SceneRanges::default().check().unwrap();
    let catalogue = crate::signature::Catalogue::built_in().unwrap();
    let harop = catalogue.get("harop").unwrap();
    let draw = |seed| Scene::draw(harop, Phase::Dive, &ranges, seed).unwrap();
    assert_eq!(draw(5), draw(5));
    let bits = |seed| -> Vec<u32> {
        draw(seed)
            .render(2.0)
            .samples
            .iter()
            .map(|x| x.to_bits())
            .collect()
    };
    assert_eq!(bits(5), bits(5));
    assert_ne!(bits(5), bits(6));
}

#[test]
fn every_signature_in_every_phase_is_finite_and_loud_enough_under_any_settings() {
    let catalogue = crate::signature::Catalogue::built_in().unwrap();
    for ranges in [SceneRanges::default(), SceneRanges::widened(0.25)] {
        let ranges = ranges.check().unwrap();
        for signature in catalogue.iter() {
            for (phase, _) in signature.phases() {
                for seed in 0..2 {
                    let scene = Scene::draw(signature, phase, &ranges, seed).unwrap();
                    check_clip(&scene.render(3.0));
                }
            }
        }
        for seed in 0..3 {
            check_clip(&Scene::draw_jet(&ranges, seed).unwrap().render(3.0));
        }
    }
}

fn check_clip(clip: &Rendered) {
    let name = &clip.truth.signature;
    assert_eq!(clip.samples.len(), 48_000);
    assert!(clip.samples.iter().all(|x| x.abs() <= 0.951), "{name}");
    let level = rms(&clip.samples);
    assert!((1e-4..0.5).contains(&level), "{name}: {level}");
    assert!(
        clip.samples.chunks(160).all(|x| rms(x) > 0.0),
        "{name}: digital silence"
    );
}

#[test]
fn extreme_parameters_stay_finite() {
    let mut params = plain(
        Path::Dive(DiveParams {
            altitude_m: 6000.0,
            angle_deg: 89.0,
            terminal_mps: 300.0,
            push_over_s: 0.2,
            throttle: 2.0,
            start_s: -20.0,
            impact_along_m: 0.0,
            impact_across_m: 0.0,
        }),
        300.0,
    );
    params.impact.blast_db = Some(60.0);
    params.turbulence.structure = 1e-4;
    if let Source::Propeller { propeller, .. } = &mut params.source {
        propeller.tip_mach = 0.95;
    }
    let clip = render(params, 5.0);
    assert!(clip.samples.iter().all(|x| x.is_finite()));
    assert!(render(still(1.0), 0.0).samples.is_empty());
    assert_eq!(render(still(1.0), 0.01).samples.len(), 160);
}

#[test]
fn a_dive_climbs_in_pitch_and_ends() {
    let catalogue = crate::signature::Catalogue::built_in().unwrap();
    let shahed = catalogue.get("shahed-136").unwrap();
    let ranges = SceneRanges::default().check().unwrap();
    let mut ended = 0;
    for seed in 0..30 {
        let scene = Scene::draw(shahed, Phase::Dive, &ranges, seed).unwrap();
        let spans = scene.phases(10.0);
        assert!(
            spans.iter().any(|span| span.phase == Some(Phase::Dive)),
            "{seed}"
        );
        assert_eq!(spans[0].start_s, 0.0);
        assert_eq!(spans.last().unwrap().end_s, 10.0);
        assert!(spans
            .windows(2)
            .all(|pair| pair[0].end_s == pair[1].start_s));
        ended += usize::from(spans.last().unwrap().phase.is_none());
    }
    assert!((8..=24).contains(&ended), "{ended} of 30 end in an impact");
}

#[test]
fn after_the_impact_there_is_no_comb() {
    let mut params = plain(
        Path::Dive(DiveParams {
            altitude_m: 300.0,
            angle_deg: 60.0,
            terminal_mps: 90.0,
            push_over_s: 2.0,
            throttle: 1.2,
            start_s: -3.0,
            impact_along_m: 100.0,
            impact_across_m: 50.0,
        }),
        50.0,
    );
    params.phase = Phase::Dive;
    params.ambient_db = -60.0;
    let scene = params.check().unwrap();
    let clip = scene.render(10.0);
    let ends = clip.truth.impact.unwrap().heard_s;
    assert!((1.0..8.0).contains(&ends), "{ends}");
    let n = (ends * RATE) as usize;
    let before = rms(&clip.samples[n - 3200..n - 160]);
    let after = rms(&clip.samples[n + 320..n + 3520]);
    assert!(after < 0.01 * before, "{before} {after}");
    for instant in &clip.truth.track {
        assert_eq!(instant.phase.is_none(), instant.time_s >= ends);
        assert_eq!(instant.blade_pass_hz.is_none(), instant.phase.is_none());
    }
    let agree = |span: &PhaseSpan| {
        let inside = |i: &&Instant| i.time_s > span.start_s && i.time_s < span.end_s;
        clip.truth
            .track
            .iter()
            .filter(inside)
            .all(|i| i.phase == span.phase)
    };
    assert!(scene.phases(10.0).iter().all(agree));
}

#[test]
fn what_cannot_be_rendered_says_why() {
    let catalogue = crate::signature::Catalogue::built_in().unwrap();
    let ranges = SceneRanges::default().check().unwrap();
    let lora = catalogue.get("lora").unwrap();
    let fault = Scene::draw(lora, Phase::Cruise, &ranges, 1).unwrap_err();
    assert!(fault.to_string().contains("no propeller"), "{fault}");
    let orbiter = catalogue.get("orbiter-3").unwrap();
    let fault = Scene::draw(orbiter, Phase::Dive, &ranges, 1).unwrap_err();
    assert!(fault.to_string().contains("cruise"), "{fault}");
}
