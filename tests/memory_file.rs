//! The training memory of the default model: that it is its own, and that a damaged one is refused.
#![cfg(feature = "embedded-model")]

use earwitness::model::store::Model;
use earwitness::train::memory::{Memory, MemoryError};
use sha2::{Digest, Sha256};
use std::path::Path;

/// Largest memory that the repository holds.
const LIMIT: u64 = 15_000_000;

/// The bytes of the memory; nothing where this is the published crate, which leaves it out.
fn bytes() -> Option<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/default.memory");
    let bytes = std::fs::read(path).ok();
    if bytes.is_none() {
        eprintln!("skipped: models/default.memory is not there");
    }
    bytes
}

#[test]
fn it_is_the_memory_of_the_model_that_is_built_in() {
    let Some(bytes) = bytes() else { return };
    assert!(bytes.len() as u64 <= LIMIT, "{}", bytes.len());
    let memory = Memory::from_bytes("default.memory", &bytes).unwrap();
    let model = Model::embedded().unwrap();
    memory.belongs_to(&model, "default.memory").unwrap();
    let labels: Vec<&String> = model.header().labels.iter().map(|l| &l.label).collect();
    assert_eq!(memory.corpus.labels.iter().collect::<Vec<_>>(), labels);
    let recordings: usize = model.header().labels.iter().map(|l| l.recordings).sum();
    assert_eq!(memory.corpus.n_recorded(), recordings);
    assert_eq!(memory.recipe().unwrap().to_toml(), model.header().recipe);
    // Nothing of the machine that it was made on.
    assert!(memory
        .corpus
        .recordings
        .iter()
        .all(|r| !r.path.starts_with('/')));
    // What is read and written again is the same, so a retrained memory loses nothing more.
    assert!(memory.to_bytes("again").unwrap() == bytes);
}

#[test]
fn a_memory_that_was_cut_or_changed_is_refused_by_name() {
    let Some(bytes) = bytes() else { return };
    for n in [0, 7, 16, 4000, bytes.len() / 2, bytes.len() - 1] {
        let error = Memory::from_bytes("bad.memory", &bytes[..n]).unwrap_err();
        assert!(matches!(error, MemoryError::Damaged { .. }));
        assert!(error.to_string().starts_with("bad.memory: "), "{error}");
    }
    for at in [9, 700, bytes.len() / 3, bytes.len() - 40, bytes.len() - 1] {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let error = Memory::from_bytes("bad.memory", &changed).unwrap_err();
        assert!(error.to_string().contains("checksum"), "{error}");
    }
}

/// The bytes after `change`, under a digest that fits them.
fn signed(bytes: &[u8], key: &[u8], digit: u8) -> Vec<u8> {
    let mut bytes = bytes[..bytes.len() - 32].to_vec();
    let at = bytes.windows(key.len()).position(|w| w == key).unwrap() + key.len();
    bytes[at] = digit;
    let digest = Sha256::digest(&bytes);
    bytes.extend(digest);
    bytes
}

#[test]
fn one_of_a_later_version_is_refused_with_what_to_do() {
    let Some(bytes) = bytes() else { return };
    let later = signed(&bytes, b"\"format\": ", b'9');
    let error = Memory::from_bytes("new.memory", &later).unwrap_err();
    assert!(matches!(error, MemoryError::Format { found: 9, .. }));
    assert!(error.to_string().starts_with("new.memory: "), "{error}");
    let later = signed(&bytes, b"\"feature_version\": ", b'9');
    let said = Memory::from_bytes("new.memory", &later)
        .unwrap_err()
        .to_string();
    // What has to be given again, by corpus.
    assert!(said.contains("ESC-50 ("), "{said}");
}

#[test]
fn one_that_is_not_there_says_where_to_get_it() {
    let error = Memory::load(Path::new("nowhere/default.memory")).unwrap_err();
    assert!(matches!(error, MemoryError::Absent { .. }));
    assert!(error.to_string().contains("source repository"), "{error}");
}
