//! Channels of all kinds become one.

use super::*;

fn frames(planes: &[&[f32]]) -> Frames {
    let mut frames = Frames::default();
    frames.reset(16_000, planes.len());
    for (plane, samples) in frames.planes_mut().iter_mut().zip(planes) {
        plane.extend_from_slice(samples);
    }
    frames
}

fn mix(planes: &[&[f32]]) -> (Vec<f32>, Mixdown) {
    let mut frames = frames(planes);
    let all = 0..frames.len();
    let mut mixdown = Mixdown::new(&mut frames, all.clone(), None);
    let mut mono = Vec::new();
    mixdown.mix(&mut frames, all, &mut mono);
    (mono, mixdown)
}

fn tone(amplitude: f32) -> Vec<f32> {
    (0..4000)
        .map(|i| amplitude * (i as f32 * 0.1).sin())
        .collect()
}

#[test]
fn channels_are_averaged() {
    assert_eq!(mix(&[&[0.5, 1.0], &[0.0, 0.5]]).0, [0.25, 0.75]);
    assert_eq!(mix(&[&[0.25], &[0.25], &[0.25], &[0.75]]).0, [0.375]);
}

#[test]
fn of_channels_in_opposite_phase_the_louder_is_taken() {
    let (quiet, loud) = (tone(0.45), tone(-0.5));
    let (mono, mixdown) = mix(&[&quiet, &loud]);
    assert_eq!(mono, loud);
    assert_eq!(
        mixdown.warnings(&|n| format!("line {n}"))[0].kind,
        WarningKind::ChannelsCancel
    );
}

#[test]
fn unrelated_channels_and_a_dead_one_are_no_cancellation() {
    let left = tone(0.5);
    let right: Vec<f32> = (0..4000).map(|i| 0.5 * (i as f32 * 0.173).sin()).collect();
    assert!(mix(&[&left, &right])
        .1
        .warnings(&|n| format!("line {n}"))
        .is_empty());
    assert!(mix(&[&left, &[0.0; 4000]])
        .1
        .warnings(&|n| format!("line {n}"))
        .is_empty());
    assert!(mix(&[&[0.0; 4000], &[0.0; 4000]])
        .1
        .warnings(&|n| format!("line {n}"))
        .is_empty());
}

#[test]
fn cancellation_that_begins_later_is_reported() {
    let (first, later) = (tone(0.001), tone(0.5));
    let opposite: Vec<f32> = later.iter().map(|s| -s).collect();
    let mut start = frames(&[&first, &first]);
    let mut mixdown = Mixdown::new(&mut start, 0..4000, None);
    let mut mono = Vec::new();
    mixdown.mix(&mut start, 0..4000, &mut mono);
    mixdown.mix(&mut frames(&[&later, &opposite]), 0..4000, &mut mono);
    let message = &mixdown.warnings(&|n| format!("line {n}"))[0].message;
    assert!(message.contains("--channel 1"), "{message}");
    assert!(message.ends_with("line 1 ; line 2"), "{message}");
    assert_eq!(mixdown.cancelled_s(), 0.25);
}

#[test]
fn a_channel_that_was_asked_for_is_taken() {
    let (quiet, loud) = (tone(0.1), tone(-0.5));
    let mut frames = frames(&[&quiet, &loud]);
    let mut mixdown = Mixdown::new(&mut frames, 0..4000, Some(0));
    let mut mono = Vec::new();
    mixdown.mix(&mut frames, 0..4000, &mut mono);
    assert_eq!(mono, quiet);
    let warnings = mixdown.warnings(&|_| String::new());
    assert_eq!(warnings[0].kind, WarningKind::OneChannel);
}

#[test]
fn what_is_no_number_becomes_silence_and_costs_no_other_channel() {
    let (mono, mixdown) = mix(&[&[f32::NAN, 0.5, f32::INFINITY], &[0.5, 0.5, 1e30]]);
    assert_eq!(mono, [0.25, 0.5, 0.0]);
    assert_eq!(mixdown.non_finite(), 3);
    assert_eq!(
        mixdown.warnings(&|n| format!("line {n}"))[0].kind,
        WarningKind::NonFiniteSamples
    );
}

#[test]
fn clipped_samples_are_counted_at_both_rails() {
    let (_, mixdown) = mix(&[&[1.0, -1.0, 127.0 / 128.0, 0.9]]);
    assert_eq!(mixdown.clipped_fraction(), 0.75);
}

#[test]
fn what_stands_outside_the_passage_is_cleaned_and_not_counted() {
    let mut frames = frames(&[&[f32::NAN, 1.0, 0.5, f32::NAN], &[1.0, 0.5, 0.5, 0.5]]);
    let mut mixdown = Mixdown::new(&mut frames, 2..3, None);
    let mut mono = Vec::new();
    mixdown.mix(&mut frames, 2..3, &mut mono);
    assert_eq!(mono, [0.5, 0.75, 0.5, 0.25]);
    assert_eq!((mixdown.non_finite(), mixdown.clipped_fraction()), (0, 0.0));
}

#[test]
fn samples_in_another_unit_are_reported() {
    let (_, mixdown) = mix(&[&[12_000.0, -3.0]]);
    assert_eq!(
        mixdown.warnings(&|n| format!("line {n}"))[0].kind,
        WarningKind::OverFullScale
    );
}
