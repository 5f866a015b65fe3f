//! Real uploads that share sound are found, and no recordings of two labels are:
//! `EARWITNESS_DATA=../shared/data cargo test --release --test reuse_recordings -- --ignored --nocapture`.

use std::path::{Path, PathBuf};

use earwitness::dataset::Manifest;
use earwitness::evaluate::protocols::reuse;

#[test]
#[ignore = "reads, codes and compares all recordings of the manifest"]
fn what_shares_sound_is_found_and_nothing_else() {
    let folder = std::env::var_os("EARWITNESS_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let path = folder.join("manifest.csv");
    if !path.is_file() {
        eprintln!(
            "skipped: no {}; set EARWITNESS_DATA to the folder of the recordings",
            path.display()
        );
        return;
    }
    let manifest = Manifest::read(&path).expect("the manifest can be read");
    let found = reuse(&manifest, &|_, _, _| {}).expect("the recordings can be compared");
    assert!(
        found.pairs.of_two_labels.is_empty(),
        "{:?}",
        found.pairs.of_two_labels
    );
    assert!(
        found.pairs.shared > 0,
        "the manifest is known to hold duplicates"
    );
    assert!(found.pairs.accident_rate().is_some_and(|rate| rate < 1e-8));
    if found.copies.is_empty() {
        eprintln!("skipped: ffmpeg is not installed, no copies to look for");
    }
    for row in &found.copies {
        println!("{}: {} of {}", row.done, row.found.hits, row.found.n);
        assert!(row.found.share >= 0.98, "{}: {:?}", row.done, row.missed);
    }
}
