//! The recordings in a folder.

use std::io;
use std::path::Path;

use ignore::overrides::Override;
use ignore::{Match, WalkBuilder};

use super::{Found, Unlisted};

/// What is taken for a recording in a folder, in any case. Among them are formats that need
/// ffmpeg: better an error that names the codec than a file that is silently left out.
pub const EXTENSIONS: &[&str] = &[
    "wav", "wave", "rf64", "bw64", "aif", "aiff", "aifc", "caf", "flac", "mp3", "mp2", "m4a",
    "m4b", "aac", "ogg", "oga", "opus", "wma", "amr", "awb", "ac3", "eac3", "mka", "mp4", "m4v",
    "mov", "3gp", "3g2", "mkv", "webm", "ogv", "avi", "wmv", "asf", "mpg", "mpeg", "ts", "mts",
    "m2ts", "flv",
];

/// The recordings under `folder`, each folder sorted by the bytes of its names. Links are
/// followed; one that leads back to a folder above it adds nothing and is passed over. What
/// cannot be looked into comes as [`Found::Unlisted`].
pub fn walk(folder: &Path) -> impl Iterator<Item = Found> + '_ {
    walk_with(folder, Override::empty(), false)
}

/// [`walk`] with patterns; `any_name` takes every file that they let through, whatever its extension.
pub(super) fn walk_with(
    folder: &Path,
    patterns: Override,
    any_name: bool,
) -> impl Iterator<Item = Found> + '_ {
    WalkBuilder::new(folder)
        .standard_filters(false)
        .overrides(patterns.clone())
        .hidden(true)
        .follow_links(true)
        .sort_by_file_name(|a, b| a.cmp(b))
        .build()
        .filter_map(move |found| match found {
            Ok(entry) => {
                let is_dir = entry.file_type().is_some_and(|kind| kind.is_dir());
                let is_wanted = !is_dir && (any_name || is_recording(entry.path()));
                is_wanted.then(|| Found::File(entry.into_path()))
            }
            Err(error) => unlisted(folder, &error, &patterns, any_name),
        })
}

fn is_recording(path: &Path) -> bool {
    path.extension().is_some_and(|extension| {
        EXTENSIONS
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    })
}

/// What is said of a fault, if it matters: the walk passes over no name itself that it could not look at.
fn unlisted(
    folder: &Path,
    error: &ignore::Error,
    patterns: &Override,
    any_name: bool,
) -> Option<Found> {
    let path = path_of(error).unwrap_or(folder);
    let kind = error.io_error().map(io::Error::kind);
    // A dangling link is a missing file; of the others some are folders, which include patterns need not match.
    let is_missing = kind == Some(io::ErrorKind::NotFound);
    if is_loop(error) || (path != folder && is_passed_over(path, !is_missing, patterns)) {
        return None;
    }
    let kind = match kind {
        // It matters if it would have been a recording.
        Some(io::ErrorKind::NotFound) if !any_name && !is_recording(path) => return None,
        Some(io::ErrorKind::NotFound) => return Some(Found::File(path.to_owned())),
        Some(io::ErrorKind::PermissionDenied) => "permission-denied",
        _ => "io",
    };
    let name = path.to_string_lossy().into_owned();
    let fault = error
        .io_error()
        .map_or(error.to_string(), ToString::to_string);
    let message =
        format!("{name}: cannot be looked into: {fault}; make it readable (chmod u+rx) or copy it");
    Some(Found::Unlisted(Unlisted {
        path: path.to_owned(),
        kind,
        message,
    }))
}

/// Whether patterns leave a name out, or it is hidden and none asks for it.
fn is_passed_over(path: &Path, is_dir: bool, patterns: &Override) -> bool {
    match patterns.matched(path, is_dir) {
        Match::Ignore(_) => true,
        Match::Whitelist(_) => false,
        Match::None => path
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b".")),
    }
}

fn is_loop(error: &ignore::Error) -> bool {
    match error {
        ignore::Error::Loop { .. } => true,
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithPath { err, .. } => is_loop(err),
        _ => false,
    }
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } => path_of(err),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn names(folder: &Path) -> Vec<String> {
        let relative = |found: Found| {
            let name = found.path().to_string_lossy().into_owned();
            let folder = folder.to_string_lossy();
            name.trim_start_matches(&*folder).replace('\\', "/")
        };
        walk(folder).map(relative).collect()
    }

    #[test]
    fn recordings_come_sorted_and_other_files_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("sub")).unwrap();
        for name in ["z.MP4", "a.wav", "sub/ü б.opus", "cover.jpg", ".a.wav"] {
            fs::write(dir.path().join(name), "").unwrap();
        }
        assert_eq!(names(dir.path()), ["/a.wav", "/sub/ü б.opus", "/z.MP4"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_a_folder_above_ends_the_walk_there() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("sub")).unwrap();
        fs::write(dir.path().join("sub/a.wav"), "").unwrap();
        std::os::unix::fs::symlink(dir.path(), dir.path().join("sub/up")).unwrap();
        std::os::unix::fs::symlink("self.wav", dir.path().join("self.wav")).unwrap();
        let found = names(dir.path());
        assert!(found.contains(&"/sub/a.wav".to_owned()), "{found:?}");
        assert_eq!(found.len(), 2, "{found:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_dangling_link_with_the_name_of_a_recording_is_reported() {
        let dir = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("gone", dir.path().join("a.wav")).unwrap();
        std::os::unix::fs::symlink("gone", dir.path().join("a.txt")).unwrap();
        std::os::unix::fs::symlink("gone", dir.path().join("._a.wav")).unwrap();
        assert_eq!(names(dir.path()), ["/a.wav"]);
    }
}
