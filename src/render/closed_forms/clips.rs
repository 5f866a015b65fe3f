//! Whole clips: the same bytes, finite, with a beginning and an end.

use super::*;

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
fn the_loudest_whole_tenth_of_a_dive_has_its_level() {
    let catalogue = crate::signature::Catalogue::built_in().unwrap();
    let ranges = SceneRanges {
        clip_s: 10.0,
        ..SceneRanges::default()
    };
    let ranges = ranges.check().unwrap();
    let harop = catalogue.get("harop").unwrap();
    let mut levelled = 0;
    for seed in 0..12 {
        let scene = Scene::draw(harop, Phase::Dive, &ranges, seed).unwrap();
        let clip = scene.render(10.0);
        let alive = clip.truth.phases.iter().filter(|span| span.phase.is_some());
        let end = (alive.fold(0.0, |end: f64, span| end.max(span.end_s)) * RATE) as usize;
        let tenths = clip.samples[..end].windows(1600).step_by(16);
        let loudest = tenths.map(rms).fold(0.0, f64::max);
        let peak = clip
            .samples
            .iter()
            .fold(0.0f32, |peak, x| peak.max(x.abs()));
        // A blast that would pass full scale turns all of it down.
        if peak < 0.949 {
            assert!((0.098..0.115).contains(&loudest), "{seed}: {loudest}");
            levelled += 1;
        }
    }
    assert!(levelled >= 4, "{levelled}");
}

#[test]
fn any_number_of_seconds_comes_to_an_end() {
    let scene = still(1.0).check().unwrap();
    for none in [f64::NAN, -1.0, f64::NEG_INFINITY] {
        assert!(scene.render(none).samples.is_empty());
        assert_eq!(scene.track(none), scene.track(0.0));
        assert!(scene.phases(none).is_empty());
    }
    let most = Scene::MOST_SECONDS;
    assert_eq!(scene.track(f64::INFINITY), scene.track(most));
    assert_eq!(scene.phases(f64::INFINITY), scene.phases(most));
}

#[test]
fn a_dive_that_never_lands_is_refused() {
    let path = |altitude_m, terminal_mps| {
        Path::Dive(DiveParams {
            altitude_m,
            angle_deg: 5.0,
            terminal_mps,
            push_over_s: 1.0,
            throttle: 1.0,
            start_s: 0.0,
            impact_along_m: 0.0,
            impact_across_m: 500.0,
        })
    };
    let fault = plain(path(6000.0, 5.0), 30.0).check().unwrap_err();
    let text = fault.to_string();
    assert!(matches!(fault, RenderError::NeverLands { .. }), "{text}");
    assert!(text.contains("6000") && text.contains("1200 s"), "{text}");
    // What lands late lands: 500 m at 0.44 m/s.
    let lands = plain(path(500.0, 5.0), 30.0).check().unwrap();
    assert!(lands.flight().impact().unwrap()[2] < 0.1);
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

#[test]
fn the_track_of_a_scene_is_that_of_its_truth() {
    let catalogue = crate::signature::Catalogue::built_in().unwrap();
    let ranges = SceneRanges::default().check().unwrap();
    for (name, phase) in [
        ("harop", Phase::Dive),
        ("shahed-136", Phase::Cruise),
        ("bayraktar-tb2", Phase::Cruise),
    ] {
        let signature = catalogue.get(name).unwrap();
        let scene = Scene::draw(signature, phase, &ranges, 3).unwrap();
        let track = scene.track(3.0);
        let truth = scene.render(3.0).truth.track;
        assert_eq!(track.len(), truth.len());
        for (told, true_) in track.iter().zip(&truth) {
            assert_eq!(
                (
                    told.time_s,
                    told.phase,
                    told.blade_pass_hz,
                    told.slant_range_m
                ),
                (
                    true_.time_s,
                    true_.phase,
                    true_.blade_pass_hz,
                    true_.slant_range_m
                ),
                "{name}"
            );
        }
    }
}
