//! A tree of folders, one per label, in place of a manifest.

use std::fs;
use std::path::{Path, PathBuf};

use super::{is_valid_label, DatasetError, Manifest, Recording};

/// Extensions that are not recordings and often lie beside them.
const NOT_SOUND: [&str; 12] = [
    "csv", "json", "jsonl", "md", "txt", "toml", "yaml", "yml", "pdf", "png", "jpg", "html",
];

impl Manifest {
    /// Lists the recordings under `folder`: one folder per label, named as the label, with
    /// recordings in it. A file in the label's folder is a source group of its own; all files in a
    /// folder below (however deep) are one group named after it. The source is the name of `folder`.
    ///
    /// Hidden files and text, tables and pictures are passed over; links to folders are not
    /// followed. The list is sorted by path.
    ///
    /// # Errors
    /// [`DatasetError::Unusable`] where a folder's name is no label, a folder cannot be read, or
    /// nothing is found.
    pub fn from_folders(folder: &Path) -> Result<Self, DatasetError> {
        let source = folder
            .canonicalize()
            .ok()
            .and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
            .unwrap_or_else(|| "unstated".into());
        let mut recordings = Vec::new();
        for entry in entries(folder)?.into_iter().filter(|entry| entry.is_folder) {
            if !is_valid_label(&entry.name) {
                return Err(unusable(
                    &entry.path,
                    format!("`{}` is not a label", entry.name),
                    "rename the folder with lower-case letters, digits and hyphens, such as shahed-136",
                ));
            }
            for inside in entries(&entry.path)? {
                let mut paths = Vec::new();
                collect(&inside, &mut paths)?;
                recordings.extend(paths.into_iter().map(|path| Recording {
                    path,
                    label: entry.name.clone(),
                    phase: None,
                    group: format!("{}/{}", entry.name, inside.name),
                    source: source.clone(),
                    note: String::new(),
                }));
            }
        }
        if recordings.is_empty() {
            return Err(unusable(
                folder,
                "it holds no recording in a folder of a label".into(),
                "put recordings into one folder per label, such as siren/a.wav",
            ));
        }
        Ok(Self {
            path: folder.to_owned(),
            recordings,
            repeated: Vec::new(),
        })
    }
}

struct Entry {
    path: PathBuf,
    name: String,
    is_folder: bool,
}

/// What lies in a folder, sorted by name; without hidden files and links to folders.
fn entries(folder: &Path) -> Result<Vec<Entry>, DatasetError> {
    let unreadable = |error: std::io::Error| {
        unusable(
            folder,
            error.to_string(),
            "give a folder that exists and may be read",
        )
    };
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let kind = entry.file_type().map_err(unreadable)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // A link may lead to a file; one that leads to a folder could lead round in a circle.
        let is_file = kind.is_file() || (kind.is_symlink() && entry.path().is_file());
        if !name.starts_with('.') && (kind.is_dir() || is_file) {
            entries.push(Entry {
                path: entry.path(),
                name,
                is_folder: kind.is_dir(),
            });
        }
    }
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(entries)
}

fn collect(entry: &Entry, paths: &mut Vec<PathBuf>) -> Result<(), DatasetError> {
    if entry.is_folder {
        for inside in entries(&entry.path)? {
            collect(&inside, paths)?;
        }
    } else if may_be_sound(&entry.path) {
        paths.push(entry.path.clone());
    }
    Ok(())
}

fn may_be_sound(path: &Path) -> bool {
    let extension = path
        .extension()
        .map(|e| e.to_string_lossy().to_ascii_lowercase());
    !extension.is_some_and(|e| NOT_SOUND.contains(&e.as_str()))
}

fn unusable(path: &Path, fault: String, remedy: &'static str) -> DatasetError {
    DatasetError::Unusable {
        path: path.to_owned(),
        fault,
        remedy,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for file in files {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, b"x").unwrap();
        }
        root
    }

    #[test]
    fn folders_are_labels_and_folders_in_them_are_groups() {
        let root = tree(&[
            "siren/b.wav",
            "siren/a.wav",
            "shahed-136/night/1.mp4",
            "shahed-136/night/part/2.mp4",
            "shahed-136/notes.txt",
            "siren/.hidden.wav",
            "README.md",
        ]);
        let list = Manifest::from_folders(root.path()).unwrap().recordings;
        let found: Vec<(&str, &str)> = list
            .iter()
            .map(|r| (r.label.as_str(), r.group.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                ("shahed-136", "shahed-136/night"),
                ("shahed-136", "shahed-136/night"),
                ("siren", "siren/a.wav"),
                ("siren", "siren/b.wav"),
            ]
        );
        assert!(list[0].path.ends_with("shahed-136/night/1.mp4"));
    }

    #[test]
    fn faults_name_the_folder_and_the_remedy() {
        let message = |root: &Path| Manifest::from_folders(root).unwrap_err().to_string();
        let bad = tree(&["Shahed 136/a.wav"]);
        assert!(message(bad.path()).contains("rename the folder"));
        let empty = tree(&["siren/.hidden.wav", "loose.wav"]);
        assert!(message(empty.path()).contains("holds no recording"));
        assert!(message(&empty.path().join("absent")).contains("absent"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_round_in_a_circle_is_not_followed() {
        let root = tree(&["siren/a.wav"]);
        std::os::unix::fs::symlink(root.path(), root.path().join("siren/round")).unwrap();
        assert_eq!(
            Manifest::from_folders(root.path())
                .unwrap()
                .recordings
                .len(),
            1
        );
    }
}
