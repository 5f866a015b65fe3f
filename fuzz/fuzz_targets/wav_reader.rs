//! Any bytes after a WAV magic are read to their end or refused, without a panic.
#![no_main]

mod read_all;

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: read_all::pass_over_contained_panics(), |data: &[u8]| {
    let magics = [*b"RIFF", *b"RIFX", *b"RF64", *b"BW64"];
    let Some((&choice, rest)) = data.split_first() else {
        return;
    };
    // Every input starts right, so that the fuzzer need not find that out.
    let mut file = magics[usize::from(choice) % magics.len()].to_vec();
    file.extend(&rest[..rest.len().min(4)]);
    file.extend(b"WAVE");
    file.extend(rest.get(4..).unwrap_or_default());
    read_all::read_all(file);
});
