//! A training memory of any header and any payload, deflated and signed as they should be, is loaded or refused, and what
//! is loaded can be learnt from as far as it says so itself, without a panic. The input is the header's length (8 bytes,
//! little-endian), the header and the payload, not deflated, so that a change of it is a small change of what is read.
#![no_main]

use earwitness::train::memory::Memory;
use libfuzzer_sys::fuzz_target;
use miniz_oxide::deflate::compress_to_vec;
use sha2::{Digest, Sha256};

fuzz_target!(|data: &[u8]| {
    let Some((length, rest)) = data.split_first_chunk::<8>() else {
        return;
    };
    let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
    let (header, payload) = rest.split_at(length.min(rest.len()));
    // Every input starts and ends right, so that the fuzzer need not find out the digest.
    let mut file = b"EARWMEM\x01".to_vec();
    for block in [header, &compress_to_vec(payload, 1)] {
        file.extend((block.len() as u64).to_le_bytes());
        file.extend(block);
    }
    let digest = Sha256::digest(&file);
    file.extend(digest);
    let Ok(memory) = Memory::from_bytes("fuzz", &file) else {
        return;
    };
    let _ = memory.recipe();
    let corpus = &memory.corpus;
    assert_eq!(corpus.features.nrows(), corpus.rows.len());
    assert!(corpus.rows.iter().all(|row| row.recording < corpus.recordings.len()));
    assert!(corpus.recordings.iter().all(|r| r.label < corpus.labels.len()));
    let segments = memory.segments_per_label();
    assert_eq!(segments.len(), corpus.labels.len());
    for recording in corpus.recordings.iter().take(8) {
        let _ = memory.met(&recording.sha256, &recording.fingerprint);
    }
    for row in 0..corpus.rows.len().min(64) {
        let _ = corpus.teaches(row);
    }
    // What can be read can be written, and is the same again.
    let bytes = memory.to_bytes("fuzz").expect("it can be written");
    let again = Memory::from_bytes("fuzz", &bytes).expect("it can be read again");
    assert_eq!(again.corpus.rows.len(), corpus.rows.len());
});
