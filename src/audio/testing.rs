//! What tests of files share.

use std::path::Path;
use std::process::Command;

/// The file at `path`, made with ffmpeg; `None`, with a message, where there is none.
pub(super) fn made_by_ffmpeg<'a>(
    path: &Path,
    arguments: impl IntoIterator<Item = &'a str>,
) -> Option<Vec<u8>> {
    let run = Command::new("ffmpeg")
        .args(["-nostdin", "-y", "-v", "error"])
        .args(arguments)
        .arg(path)
        .output();
    let Ok(output) = run else {
        eprintln!("skipped: needs ffmpeg");
        return None;
    };
    let why = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {why}", path.display());
    Some(std::fs::read(path).unwrap())
}
