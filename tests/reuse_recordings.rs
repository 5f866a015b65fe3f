//! Real uploads that share sound are found, and no recordings of two labels are:
//! `EARWITNESS_DATA=../shared/data cargo test --release --test reuse_recordings -- --ignored --nocapture`.

mod recordings;

use earwitness::evaluate::protocols::reuse;

#[test]
#[ignore = "reads, codes and compares all recordings of the manifest"]
fn what_shares_sound_is_found_and_nothing_else() {
    let Some(manifest) = recordings::manifest() else {
        return;
    };
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
