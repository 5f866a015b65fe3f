//! Any bytes are read to their end or refused, without a panic of ours. Panics within a decoder
//! are contained by the reader.
#![no_main]

mod read_all;

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: read_all::pass_over_contained_panics(), |data: &[u8]| {
    read_all::read_all(data.to_vec());
});
