//! A tree of folders, one per label, in place of a manifest.

use std::fs;
use std::path::{Path, PathBuf};

use super::labels::{Said, PHASES};
use super::texts::unread_texts;
use super::tracks::marks_beside;
use super::unused::{lists_beside, lone_tracks};
use super::{DatasetError, Manifest, Recording};

/// Extensions that are not recordings and often lie beside them.
const NOT_SOUND: [&str; 12] = [
    "csv", "json", "jsonl", "md", "txt", "toml", "yaml", "yml", "pdf", "png", "jpg", "html",
];

impl Manifest {
    /// Lists the recordings under `folder`: one folder per label, named as the label, with
    /// recordings in it. A file in the label's folder is a source group of its own; all files in a
    /// folder below (however deep) are one group named after it, but folders called `cruise` and `dive` right in the
    /// label's are phases, and hold files and groups in turn: `harop/dive/night` and `harop/cruise/night` are one group, and so
    /// is `-harop/night`. A folder `-harop` holds what is no Harop. The source is
    /// the name of `folder`.
    ///
    /// A recording with a label track beside it ([`super::marks_beside`]) counts where it is marked and is unlabelled
    /// elsewhere; a mark without words has the label of the folder. Such recordings may also lie in `folder` itself.
    ///
    /// Hidden files and text, tables and pictures are passed over; links to folders are not
    /// followed. The list is sorted by path.
    ///
    /// # Errors
    /// [`DatasetError::Unusable`] where a folder's name is no label, a folder cannot be read, or
    /// nothing is found; [`DatasetError::Line`] for a broken label track.
    pub fn from_folders(folder: &Path) -> Result<Self, DatasetError> {
        let source = folder
            .canonicalize()
            .ok()
            .and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
            .unwrap_or_else(|| "unstated".into());
        let mut list = Listed {
            source,
            recordings: Vec::new(),
        };
        let mut empty_labels = Vec::new();
        for entry in entries(folder)? {
            if !entry.is_folder {
                if may_be_sound(&entry.path) {
                    list.add_marked(&entry.path, None, &entry.name)?;
                }
                continue;
            }
            let said = Said::parse(&entry.name)
                .map_err(|no| unusable(&entry.path, no.fault, no.remedy))?;
            let before = list.recordings.len();
            for inside in entries(&entry.path)? {
                let is_phase = inside.is_folder && PHASES.contains(&inside.name.as_str());
                if !is_phase || said.is_not {
                    list.add(&inside, &said, &entry.name)?;
                    continue;
                }
                let said = Said {
                    phase: Some(inside.name.clone()),
                    ..said.clone()
                };
                let name = format!("{}/{}", entry.name, inside.name);
                for inside in entries(&inside.path)? {
                    list.add(&inside, &said, &name)?;
                }
            }
            if list.recordings.len() == before {
                empty_labels.push(entry.name);
            }
        }
        let mut unused = lists_beside(folder, &list.recordings);
        if list.recordings.is_empty() {
            let mut fault =
                "it holds no recording in a folder of a label, and none with a label track"
                    .to_owned();
            for unused in &unused {
                fault += &format!("; {}", unused.what);
            }
            let remedy = match unused.is_empty() {
                true => "put recordings into one folder per label, such as siren/a.wav",
                false => "put recordings into one folder per label, such as siren/a.wav, or give the list in place of the folder",
            };
            return Err(unusable(folder, fault, remedy));
        }
        unused.extend(lone_tracks(folder));
        unused.extend(unread_texts(folder));
        Ok(Self {
            path: folder.to_owned(),
            recordings: list.recordings,
            repeated: Vec::new(),
            unused,
            empty_labels,
            groups_given: false,
            places: Default::default(),
        })
    }
}

/// The list under way.
struct Listed {
    source: String,
    recordings: Vec<Recording>,
}

impl Listed {
    /// A file, or all files of a group, in the folder called `folder` of a label.
    fn add(&mut self, inside: &Entry, said: &Said, folder: &str) -> Result<(), DatasetError> {
        let mut paths = Vec::new();
        collect(inside, &mut paths)?;
        // One session that is sorted by phase, or into what is and what isn't, is one source still.
        let group = match inside.is_folder {
            true => format!("{}/{}", said.label, inside.name),
            false => format!("{folder}/{}", inside.name),
        };
        for path in paths {
            if self.add_marked(&path, Some(said), &group)? {
                continue;
            }
            let recording = self.recording(path, said.clone(), &group);
            self.recordings.push(recording);
        }
        Ok(())
    }

    /// The marked stretches of a recording; `false` if no label track lies beside it.
    fn add_marked(
        &mut self,
        path: &Path,
        folder: Option<&Said>,
        group: &str,
    ) -> Result<bool, DatasetError> {
        let Some((track, marks)) = marks_beside(path)? else {
            return Ok(false);
        };
        for mark in marks {
            let said = match (mark.text.is_empty(), folder) {
                (true, Some(said)) => Ok(said.clone()),
                _ => Said::parse(&mark.text),
            };
            let said = said.map_err(|no| DatasetError::Line {
                path: track.clone(),
                line: mark.line,
                fault: no.fault,
                remedy: no.remedy,
            })?;
            self.recordings.push(Recording {
                range: Some((mark.start_s, mark.end_s)),
                ..self.recording(path.to_owned(), said, group)
            });
        }
        Ok(true)
    }

    fn recording(&self, path: PathBuf, said: Said, group: &str) -> Recording {
        Recording {
            path,
            label: said.label,
            phase: said.phase,
            is_not: said.is_not,
            range: None,
            group: group.to_owned(),
            source: self.source.clone(),
            note: String::new(),
        }
    }
}

/// A file or folder within a folder.
pub(super) struct Entry {
    pub(super) path: PathBuf,
    pub(super) name: String,
    pub(super) is_folder: bool,
}

/// What lies in a folder, sorted by name; without hidden files and links to folders.
pub(super) fn entries(folder: &Path) -> Result<Vec<Entry>, DatasetError> {
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

/// The recordings that an entry is or holds.
pub(super) fn collect(entry: &Entry, paths: &mut Vec<PathBuf>) -> Result<(), DatasetError> {
    if entry.is_folder {
        for inside in entries(&entry.path)? {
            collect(&inside, paths)?;
        }
    } else if may_be_sound(&entry.path) {
        paths.push(entry.path.clone());
    }
    Ok(())
}

/// Whether a file's name is not that of text, a table or a picture.
pub(super) fn may_be_sound(path: &Path) -> bool {
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
    fn phases_negations_and_label_tracks_are_understood() {
        let root = tree(&[
            "harop/dive/a.wav",
            "harop/dive/night/1.wav",
            "-harop/b.wav",
            "siren/notes.txt",
            "siren/c.wav",
            "loose.wav",
            "unmarked.wav",
            "engine/read-me.txt",
        ]);
        fs::write(
            root.path().join("siren/c.txt"),
            "0\t2\t\n5\t9\tharop/cruise\n",
        )
        .unwrap();
        fs::write(root.path().join("loose.txt"), "1\t3.5\tbackground\n").unwrap();
        let list = Manifest::from_folders(root.path()).unwrap();
        let found: Vec<_> = list
            .recordings
            .iter()
            .map(|r| {
                let phase = r.phase.as_deref().unwrap_or("");
                (r.label.as_str(), phase, r.is_not, r.range, r.group.as_str())
            })
            .collect();
        assert_eq!(
            found,
            [
                ("harop", "", true, None, "-harop/b.wav"),
                ("harop", "dive", false, None, "harop/dive/a.wav"),
                ("harop", "dive", false, None, "harop/night"),
                ("background", "", false, Some((1.0, 3.5)), "loose.wav"),
                ("siren", "", false, Some((0.0, 2.0)), "siren/c.wav"),
                ("harop", "cruise", false, Some((5.0, 9.0)), "siren/c.wav"),
            ]
        );
        assert_eq!(list.empty_labels, ["engine"]);
        assert_eq!(list.labels(), ["background", "harop", "siren"]);
    }

    #[test]
    fn a_session_that_is_sorted_by_phase_is_one_group() {
        let root = tree(&[
            "harop/dive/may-3/a.wav",
            "harop/cruise/may-3/b.wav",
            "harop/may-3/c.wav",
            "-harop/may-3/d.wav",
            "harop/dive/a.wav",
            "harop/cruise/a.wav",
        ]);
        let list = Manifest::from_folders(root.path()).unwrap().recordings;
        let groups: Vec<&str> = list.iter().map(|r| r.group.as_str()).collect();
        let session = "harop/may-3";
        assert_eq!(
            groups,
            [
                session,
                "harop/cruise/a.wav",
                session,
                "harop/dive/a.wav",
                session,
                session
            ]
        );
    }

    #[test]
    fn faults_name_the_folder_and_the_remedy() {
        let message = |root: &Path| Manifest::from_folders(root).unwrap_err().to_string();
        let bad = tree(&["Shahed 136/a.wav"]);
        assert!(message(bad.path()).contains("lower-case letters"));
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
