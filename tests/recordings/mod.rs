//! The real recordings, where they are.

use std::path::{Path, PathBuf};

use earwitness::dataset::Manifest;

/// The manifest in `EARWITNESS_DATA`, else in `../shared/data`; `None`, with a message, where there is none.
pub fn manifest() -> Option<Manifest> {
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
        return None;
    }
    Some(Manifest::read(&path).expect("the manifest can be read"))
}
