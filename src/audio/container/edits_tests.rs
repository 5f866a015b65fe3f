//! Edit lists as cutters, cameras and joiners write them.

use super::*;

/// Seconds; the sound is 30 s long.
fn timeline(edits: &[(f64, Option<f64>)]) -> Timeline {
    let edits: Vec<Edit> = edits
        .iter()
        .map(|&(duration, time)| Edit {
            duration: (duration * 1_000.0) as u64,
            media_time: time.map(|s| (s * 48_000.0) as u64),
        })
        .collect();
    let clocks = Clocks {
        movie: 1_000,
        track: 48_000,
        rate: 16_000,
        frames: Some(480_000),
        dropped: 0,
    };
    Timeline::new(&edits, &clocks)
}

/// Plays `len` frames, each of which holds its own number, in blocks of 700.
fn play(mut played: Played, len: usize) -> Vec<f32> {
    let mut heard = Vec::new();
    let all: Vec<f32> = (0..len).map(|i| i as f32).collect();
    for block in all.chunks(700) {
        if played.is_over() {
            break;
        }
        let mut frames = Frames::default();
        frames.reset(16_000, 1);
        frames.planes_mut()[0].extend_from_slice(block);
        played.keep(&mut frames);
        heard.extend_from_slice(&frames.planes()[0]);
    }
    heard
}

fn assert_plays(line: &Timeline, expected: impl Iterator<Item = usize>) {
    let expected: Vec<f32> = expected.map(|i| i as f32).collect();
    assert!(play(line.played.clone(), 480_000) == expected);
}

#[test]
fn a_cut_promises_only_what_it_plays() {
    let line = timeline(&[(20.0, Some(10.0))]);
    assert_plays(&line, 160_000..480_000);
    assert_eq!((line.promised_s, line.hidden_s), (Some(20.0), 10.0));
    assert!(!line.is_jumbled);
}

#[test]
fn the_sound_ends_where_its_edit_does() {
    let line = timeline(&[(5.0, Some(0.0))]);
    assert_plays(&line, 0..80_000);
    assert_eq!((line.promised_s, line.hidden_s), (Some(5.0), 25.0));
    // What an encoder pads is no hidden sound.
    let line = timeline(&[(29.95, Some(0.0))]);
    assert_plays(&line, 0..480_000);
    assert_eq!(line.promised_s, Some(30.0));
}

#[test]
fn an_empty_edit_delays_the_sound() {
    let line = timeline(&[(2.0, None), (3.0, None), (25.0, Some(0.064))]);
    assert_eq!(line.delay_s, 5.0);
    assert_eq!(timeline(&[(2.0, None)]).delay_s, 2.0);
}

#[test]
fn parts_are_played_one_after_the_other() {
    let line = timeline(&[(1.0, Some(2.0)), (0.01, Some(4.0)), (2.0, Some(5.0))]);
    assert_plays(
        &line,
        (32_000..48_000)
            .chain(64_000..64_160)
            .chain(80_000..112_000),
    );
    assert!(!line.is_jumbled);
    let whole = timeline(&[(2.0, Some(0.0)), (28.0, Some(2.0))]);
    assert_plays(&whole, 0..480_000);
}

#[test]
fn what_is_played_backwards_is_heard_as_it_is_stored_and_said() {
    let line = timeline(&[(2.0, Some(10.0)), (2.0, Some(0.0))]);
    assert!(line.is_jumbled);
    assert_plays(&line, 160_000..480_000);
    assert!(timeline(&[(2.0, Some(0.0)), (1.0, None), (2.0, Some(2.0))]).is_jumbled);
}

#[test]
fn absurd_lists_cost_nothing() {
    let edits = [Edit {
        duration: u64::MAX,
        media_time: Some(u64::MAX),
    }; 2];
    let clocks = Clocks {
        movie: 0,
        track: 0,
        rate: 384_000,
        frames: None,
        dropped: 312,
    };
    let line = Timeline::new(&edits, &clocks);
    assert_eq!(line.promised_s, None);
    assert!(play(line.played, 2_000).is_empty());
}
