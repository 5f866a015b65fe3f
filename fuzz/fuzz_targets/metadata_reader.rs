//! What any bytes say about themselves is read, or they are refused, without a panic of ours. The seeds are those of
//! the container reader.
#![no_main]

mod read_all;

use earwitness::audio::{metadata, Source};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: read_all::pass_over_contained_panics(), |data: &[u8]| {
    let found = metadata(&Source::memory("fuzz", data.to_vec())).expect("memory can be read");
    assert!(found.tags.len() <= 200);
    assert!(found.tags.iter().all(|tag| !tag.value.is_empty()));
});
