//! Whether the place that files lie in is still there.

use std::path::{Path, PathBuf};

/// The folders of an archive, as they were when the work began.
///
/// When a drive is unplugged or a share unmounted, every file in it is missing at once. Those files are not bad,
/// and to list them all as such would make the next run pass them over.
#[derive(Debug, Clone, Default)]
pub(super) struct Places(Vec<(PathBuf, Option<(u64, u64)>)>);

impl Places {
    pub(super) fn new<'a>(roots: impl Iterator<Item = &'a Path>) -> Self {
        let mut places: Vec<_> = roots
            .filter_map(|root| match root.is_dir() {
                true => Some(root),
                false => root.parent(),
            })
            .map(Path::to_owned)
            .collect();
        places.sort();
        places.dedup();
        let known = places.into_iter().map(|p| (identity(&p), p));
        Self(known.map(|(identity, p)| (p, identity)).collect())
    }

    /// The folder that has vanished and held `file`, which lay on `device` when it was found.
    pub(super) fn vanished(&self, file: &Path, device: u64) -> Option<PathBuf> {
        let mut holding = self.0.iter().filter(|(place, _)| file.starts_with(place));
        let lost = holding.find(|(place, then)| then.is_some() && identity(place) != *then);
        if let Some((place, _)) = lost {
            return Some(place.clone());
        }
        // A share that was mounted below the folder given: what is left of its path lies on another device.
        let there = file.ancestors().skip(1).find(|folder| folder.is_dir())?;
        let moved = identity(there).is_some_and(|(now, _)| device != 0 && now != device);
        moved.then(|| there.to_owned())
    }
}

/// Device and number of a folder.
#[cfg(unix)]
fn identity(folder: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let metadata = std::fs::metadata(folder).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

/// Whether a folder is there.
#[cfg(not(unix))]
fn identity(folder: &Path) -> Option<(u64, u64)> {
    folder.is_dir().then_some((0, 0))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_was_replaced_has_vanished_and_a_deleted_file_has_not() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("share");
        std::fs::create_dir(&root).unwrap();
        let file = root.join("sub/a.wav");
        let (device, _) = identity(&root).unwrap();
        let places = Places::new([root.as_path()].into_iter());
        assert_eq!(places.vanished(&file, device), None);
        // Another device than that of the file: something was unmounted.
        assert_eq!(places.vanished(&file, device + 1), Some(root.clone()));
        std::fs::rename(&root, dir.path().join("old")).unwrap();
        assert_eq!(places.vanished(&file, device), Some(root.clone()));
        std::fs::create_dir(&root).unwrap();
        assert_eq!(places.vanished(&file, device), Some(root));
    }
}
