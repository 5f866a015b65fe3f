//! Any bytes between a model's magic and a digest that fits them are loaded or refused, and what is
//! loaded answers, without a panic.
#![no_main]

use earwitness::audio::{ReadOptions, Source};
use earwitness::model::listen::ListenOptions;
use earwitness::model::store::Model;
use libfuzzer_sys::fuzz_target;
use sha2::{Digest, Sha256};

/// One second of 16 kHz, 16-bit, mono WAV: a comb at 200 Hz in noise.
fn sound() -> Vec<u8> {
    const N: u32 = 16_000;
    let mut wav = b"RIFF".to_vec();
    wav.extend((36 + 2 * N).to_le_bytes());
    wav.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wav.extend(N.to_le_bytes());
    wav.extend((2 * N).to_le_bytes());
    wav.extend(b"\x02\0\x10\0data");
    wav.extend((2 * N).to_le_bytes());
    let mut state = 1u32;
    for n in 0..N {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = (state >> 20) as i16 - 2_048;
        let pulse = if n % 80 < 8 { 4_000 } else { 0 };
        wav.extend((noise + pulse).to_le_bytes());
    }
    wav
}

fuzz_target!(|data: &[u8]| {
    // Every input starts and ends right, so that the fuzzer need not find out the digest.
    let mut file = b"EARWITN\x01".to_vec();
    file.extend(data);
    let digest = Sha256::digest(&file);
    file.extend(digest);
    let Ok(model) = Model::from_bytes("fuzz", &file) else {
        return;
    };
    let Ok(prior) = model.header().hierarchical_prior() else {
        return;
    };
    let options = ListenOptions {
        read: ReadOptions::default(),
        prior,
        prior_name: "hierarchical".to_owned(),
    };
    let answer = model.classify(&Source::memory("sound", sound()), &options);
    assert!(answer.is_ok());
});
