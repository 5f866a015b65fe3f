//! Model files that were cut off, changed or made up.
#![cfg(feature = "embedded-model")]

use earwitness::audio::{ReadOptions, Source};
use earwitness::model::listen::ListenOptions;
use earwitness::model::store::{Model, ModelError};
use sha2::{Digest, Sha256};

const MODEL: &[u8] = include_bytes!("../models/default.earwitness");
const DIGEST: usize = 32;

/// The model's bytes after `change`, under a digest that fits them.
fn signed(change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = MODEL[..MODEL.len() - DIGEST].to_vec();
    change(&mut bytes);
    let digest = Sha256::digest(&bytes);
    bytes.extend(digest);
    bytes
}

fn message(bytes: &[u8]) -> String {
    match Model::from_bytes("bad.earwitness", bytes) {
        Ok(_) => panic!("the model was taken"),
        Err(e) => e.to_string(),
    }
}

/// Where the header ends.
fn header_end() -> usize {
    let length = MODEL[8..16].try_into().unwrap();
    16 + usize::try_from(u64::from_le_bytes(length)).unwrap()
}

fn small_numbers() -> impl Iterator<Item = u64> {
    let mut state = 11u64;
    std::iter::repeat_with(move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state >> 20
    })
}

#[test]
fn a_file_that_was_cut_off_is_refused_by_name() {
    for n in [0, 7, 8, 12, 40, 5_000, MODEL.len() / 2, MODEL.len() - 1] {
        let said = message(&MODEL[..n]);
        assert!(said.starts_with("bad.earwitness: "), "{said}");
    }
}

#[test]
fn a_changed_byte_is_noticed() {
    for at in small_numbers().take(20) {
        let mut bytes = MODEL.to_vec();
        bytes[8 + at as usize % (MODEL.len() - 8)] ^= 4;
        assert!(message(&bytes).contains("checksum"));
    }
}

#[test]
fn lengths_that_lie_are_refused() {
    for length in [0, 1, MODEL.len() as u64, u64::MAX, 1 << 62] {
        for at in [8, header_end()] {
            let bytes = signed(|b| b[at..at + 8].copy_from_slice(&length.to_le_bytes()));
            message(&bytes);
        }
    }
}

#[test]
fn another_feature_version_is_refused_with_the_remedy() {
    let bytes = signed(|b| {
        let key = b"\"feature_version\": ";
        let at = b.windows(key.len()).position(|w| w == key).unwrap() + key.len();
        b[at] = b'9';
    });
    let error = Model::from_bytes("old.earwitness", &bytes).unwrap_err();
    assert!(matches!(error, ModelError::Version { .. }));
    assert!(error.to_string().contains("train it again"), "{error}");
}

#[test]
fn a_file_of_a_later_version_is_refused_with_the_version_that_made_it() {
    let bytes = signed(|b| {
        let key = b"\"format\": ";
        let at = b.windows(key.len()).position(|w| w == key).unwrap() + key.len();
        b[at] = b'9';
    });
    let error = Model::from_bytes("new.earwitness", &bytes).unwrap_err();
    assert!(matches!(error, ModelError::Version { found: 9, .. }));
    let said = error.to_string();
    assert!(said.starts_with("new.earwitness: "), "{said}");
    assert!(
        said.contains("file format 9") && said.contains("use the version 0.1.0"),
        "{said}"
    );
}

#[test]
fn one_bit_anywhere_is_noticed() {
    for place in small_numbers().take(400) {
        let mut bytes = MODEL.to_vec();
        let at = place as usize % bytes.len();
        bytes[at] ^= 1 << (place % 7);
        message(&bytes);
    }
}

#[test]
fn a_header_that_asks_for_other_labels_does_not_fit_its_payload() {
    let bytes = signed(|b| {
        let key = b"\"n_features\": 2";
        let at = b.windows(key.len()).position(|w| w == key).unwrap() + key.len() - 1;
        b[at] = b'3';
    });
    assert!(message(&bytes).contains("features"));
}

#[test]
fn no_changed_payload_makes_loading_or_answering_panic() {
    let sound: Vec<u8> = sample();
    let (from, to) = (header_end() + 8, MODEL.len() - DIGEST);
    let mut places = small_numbers();
    let mut taken = 0;
    for round in 0..60 {
        let bytes = signed(|b| {
            for _ in 0..=round % 4 {
                let at = from + places.next().unwrap() as usize % (to - from);
                b[at] = places.next().unwrap() as u8;
            }
        });
        if let Ok(model) = Model::from_bytes("changed", &bytes) {
            taken += 1;
            let source = Source::memory("sound", sound.clone());
            let (prior_name, prior) = (
                "hierarchical".to_owned(),
                model.header().hierarchical_prior().unwrap(),
            );
            let options = ListenOptions {
                read: ReadOptions::default(),
                prior,
                prior_name,
            };
            let answer = model.classify(&source, &options).unwrap();
            let sum: f64 = answer.probabilities.values().sum();
            assert!((sum - 1.0).abs() < 0.01, "{sum}");
        }
    }
    assert!(
        taken > 0,
        "no change got past the checks, so answering was not tried"
    );
}

fn sample() -> Vec<u8> {
    std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/samples/wind.wav")).unwrap()
}
