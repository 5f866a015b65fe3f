use super::*;

/// A sample that the program made: wind.
#[cfg(feature = "embedded-model")]
fn wind() -> Vec<f32> {
    use crate::audio::{self, ReadOptions, Source};
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/wind.wav");
    let mut reader = audio::open(&Source::Path(path.into()), &ReadOptions::default()).unwrap();
    let mut samples = Vec::new();
    while let Some(block) = reader.next_block().unwrap() {
        samples.extend_from_slice(block);
    }
    samples
}

#[test]
fn the_places_where_half_are_heard_hold_from_there_on() {
    assert_eq!(trials::half(&[0, 3, 6, 6], 6), Some(1));
    assert_eq!(trials::half(&[3, 2, 4, 6], 6), Some(2));
    assert_eq!(trials::half(&[6, 6], 6), Some(0));
    assert_eq!(trials::half(&[6, 2], 6), None);
    assert_eq!(trials::half(&[0, 0], 6), None);
}

#[cfg(feature = "embedded-model")]
fn heard_in(samples: &[f32], bandwidth_hz: f64) -> Audible {
    heard_under(&[], samples, bandwidth_hz)
}

#[cfg(feature = "embedded-model")]
fn heard_under(weights: &[(&str, f64)], samples: &[f32], bandwidth_hz: f64) -> Audible {
    let mut background = Background::new();
    samples
        .chunks(8192)
        .for_each(|block| background.push(block));
    let model = Model::embedded().unwrap();
    let header = model.header();
    let labels: Vec<&str> = header.labels.iter().map(|l| l.label.as_str()).collect();
    let prior = header.hierarchical_prior().unwrap();
    let prior = prior.with_weights(&labels, weights).unwrap();
    audible(
        &model,
        &prior,
        &Catalogue::built_in().unwrap(),
        background,
        bandwidth_hz,
    )
    .unwrap()
}

#[test]
#[cfg(feature = "embedded-model")]
fn in_noise_the_known_munitions_are_heard_from_some_ratio_on_and_out_to_some_range() {
    let found = heard_in(&wind(), 8_000.0);
    assert_eq!(found.alarms_without, 0.0);
    let of = |label: &str, phase: &str| {
        let mut rows = found.signatures.iter();
        rows.find(|s| s.label == label && s.phase == phase).unwrap()
    };
    for label in ["bayraktar-tb2", "hermes-450", "shahed-136"] {
        let row = of(label, "cruise");
        assert!(row.heard.windows(2).all(|w| w[0] <= w[1]), "{row:?}");
        assert_eq!(row.heard.len(), found.snrs_db.len());
        let quiet = row.ranges[0].range_m;
        let busy = row.ranges[2].range_m;
        assert!(row.heard_from_snr_db.is_some(), "{row:?}");
        assert!(quiet[0] <= quiet[1] && busy[1] < quiet[1], "{row:?}");
    }
    let again = heard_in(&wind(), 8_000.0);
    assert_eq!(found, again);
    let text = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Audible>(&text).unwrap(), found);
}

#[test]
#[cfg(feature = "embedded-model")]
fn over_silence_nothing_can_be_said() {
    let found = heard_in(&[0.0; 100_000], 0.0);
    assert_eq!((found.pieces, found.signatures.len()), (0, 0));
}

#[test]
#[cfg(feature = "embedded-model")]
fn under_the_prior_of_the_report_what_was_unlikely_beforehand_has_to_be_louder() {
    let usual = heard_in(&wind(), 8_000.0);
    let doubted = heard_under(&[("background", 1e6)], &wind(), 8_000.0);
    let total = |found: &Audible| -> usize { found.signatures.iter().flat_map(|s| &s.heard).sum() };
    assert!(
        total(&doubted) < total(&usual),
        "{} {}",
        total(&doubted),
        total(&usual)
    );
}
