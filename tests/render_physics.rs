//! Rendered sound seen from outside: closed forms, and what no seed may do.

use earwitness::render::{
    DiveParams, Ground, Impact, OrbitParams, Path, Phase, Rendered, Scene, SceneParams,
    SceneRanges, ShaftWander, Source, Turbulence,
};
use earwitness::signature::Catalogue;
use realfft::num_complex::Complex;
use realfft::RealFftPlanner;

const RATE: f64 = 16_000.0;

/// A drawn scene without what is random on the way, over ground that reflects nothing.
fn plain(phase: Phase, path: Path) -> SceneParams {
    let ranges = SceneRanges::default().check().unwrap();
    let catalogue = Catalogue::built_in().unwrap();
    let shahed = catalogue.get("shahed-136").unwrap();
    let mut params = Scene::draw(shahed, phase, &ranges, 3)
        .unwrap()
        .params()
        .clone();
    params.flight.path = path;
    params.flight.speed_mps = 60.0;
    params.wander = ShaftWander::NONE;
    params.turbulence = Turbulence {
        structure: 0.0,
        fade_s: 1.0,
    };
    params.ground = Ground {
        flow_resistivity: 1e9,
        evenness: 0.0,
    };
    params.ambient_db = -120.0;
    params
}

fn render(params: SceneParams, seconds: f64) -> Rendered {
    params.check().unwrap().render(seconds)
}

fn spectrum(samples: &[f32]) -> Vec<Complex<f64>> {
    let mut input: Vec<f64> = samples.iter().map(|x| f64::from(*x)).collect();
    let plan = RealFftPlanner::<f64>::new().plan_fft_forward(input.len());
    let mut out = plan.make_output_vec();
    plan.process(&mut input, &mut out).unwrap();
    out
}

/// Mean power in Pa^2 of half-overlapped Hann windows of `len` samples.
fn power(clip: &Rendered, len: usize) -> Vec<f64> {
    let mut sum = vec![0.0; len / 2 + 1];
    for start in (0..clip.samples.len() - len).step_by(len / 2) {
        let windowed: Vec<f32> = clip.samples[start..start + len]
            .iter()
            .enumerate()
            .map(|(n, x)| {
                let turn = std::f64::consts::TAU * n as f64 / len as f64;
                x * (0.5 - 0.5 * turn.cos()) as f32
            })
            .collect();
        for (slot, bin) in sum.iter_mut().zip(spectrum(&windowed)) {
            *slot += bin.norm_sqr() * clip.truth.pascal_per_unit.powi(2);
        }
    }
    sum
}

#[test]
fn hard_ground_shapes_the_spectrum_as_two_ways_that_differ_in_length_do() {
    // A circle about the listener keeps both ways as long as they are, so there is no Doppler effect.
    let mut params = plain(
        Phase::Cruise,
        Path::Orbit(OrbitParams {
            centre_m: 0.0,
            radius_m: 50.0,
            altitude_m: 30.0,
            bearing_deg: 0.0,
        }),
    );
    params.listener_m = 2.0;
    if let Source::Propeller { propeller, .. } = &mut params.source {
        propeller.noise_db = 20.0;
        propeller.noise_hz = 800.0;
        propeller.noise_modulation = 0.0;
    }
    const LEN: usize = 4096;
    let free = power(&render(params.clone(), 20.0), LEN);
    params.ground.evenness = 1.0;
    let clip = render(params, 20.0);
    let both = power(&clip, LEN);
    let (direct, reflected) = (50f64.hypot(28.0), 50f64.hypot(32.0));
    // The source is the same to the bit, so the ratio is |1 + r1/r2 exp(i k (r2 - r1))|^2.
    let ratio = |hz: f64| {
        both[(hz * LEN as f64 / RATE).round() as usize]
            / free[(hz * LEN as f64 / RATE).round() as usize]
    };
    let notch = |n: f64| (n + 0.5) * clip.truth.sound_mps / (reflected - direct);
    for n in 1..8 {
        let lowest = |middle: f64| {
            (-40..=40)
                .map(|step| middle + f64::from(step))
                .min_by(|a, b| ratio(*a).total_cmp(&ratio(*b)))
                .unwrap()
        };
        let expected = notch(f64::from(n));
        let found = lowest(expected);
        assert!(
            (found / expected - 1.0).abs() < 0.01 + 4.0 / expected,
            "{n}: {found} {expected}"
        );
        assert!(ratio(found) < 0.03, "{n}: {}", ratio(found));
        let crest = ratio(notch(f64::from(n) + 0.5));
        let most = (1.0 + direct / reflected).powi(2);
        assert!((crest / most - 1.0).abs() < 0.06, "{n}: {crest} {most}");
    }
}

/// A shallow dive towards the listener that is heard to end some seconds before the clip does.
fn struck() -> SceneParams {
    let mut params = plain(
        Phase::Dive,
        Path::Dive(DiveParams {
            altitude_m: 150.0,
            angle_deg: 15.0,
            terminal_mps: 110.0,
            push_over_s: 2.0,
            throttle: 1.2,
            start_s: -8.0,
            impact_along_m: -150.0,
            impact_across_m: 0.0,
        }),
    );
    params.impact = Impact {
        blast_db: Some(20.0),
        blast_ms: 10.0,
        rumble_s: 4.0,
    };
    params
}

#[test]
fn what_has_struck_the_ground_stands_still() {
    let clip = render(struck(), 10.0);
    let after: Vec<_> = clip
        .truth
        .track
        .iter()
        .filter(|i| i.phase.is_none())
        .collect();
    assert!(after.len() > 20);
    for instant in after {
        assert_eq!(instant.doppler, 1.0, "{}", instant.time_s);
        // A map from hearing to emission that is no straight line within the steps of 4 ms hums at 250 Hz.
        let way_s = instant.slant_range_m / clip.truth.sound_mps;
        let late = instant.time_s - instant.emitted_s - way_s;
        assert!(late.abs() < 1e-9, "{}: {late}", instant.time_s);
        assert_eq!(instant.speed_mps, 0.0, "{}", instant.time_s);
        assert_eq!(instant.propeller_rpm, 0.0, "{}", instant.time_s);
    }
}

#[test]
fn every_seed_gives_a_scene() {
    let catalogue = Catalogue::built_in().unwrap();
    for ranges in [SceneRanges::default(), SceneRanges::widened(0.25)] {
        let ranges = ranges.check().unwrap();
        for signature in catalogue.iter() {
            for (phase, _) in signature.phases() {
                // 2801, 3319 and 3783 once asked for a propeller that windmills at 0.9500000000000001.
                for seed in (0..200).chain([2801, 3319, 3783]) {
                    let scene = Scene::draw(signature, phase, &ranges, seed);
                    let id = signature.id();
                    assert!(scene.is_ok(), "{id}/{phase} {seed}: {}", scene.unwrap_err());
                }
            }
        }
    }
}
