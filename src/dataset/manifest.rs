//! The manifest: one labelled recording a line.

use super::{is_valid_label, DatasetError};
use serde::Deserialize;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// One labelled recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// The file.
    pub path: PathBuf,
    /// What it holds: lower-case words joined by hyphens.
    pub label: String,
    /// `cruise`, `dive`, or `None` where it was not labelled.
    pub phase: Option<String>,
    /// The source group: everything cut from one original recording.
    pub group: String,
    /// The corpus or collection it came from.
    pub source: String,
    /// Anything else that is known about it.
    pub note: String,
}

impl Recording {
    /// Whether its note says that it is joined from clips that may come from several recordings.
    pub fn may_hold_several(&self) -> bool {
        self.note.contains("more than one recording")
    }
}

/// The labelled recordings of one manifest or folder tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Where the list came from.
    pub path: PathBuf,
    /// The recordings in the order of the list.
    pub recordings: Vec<Recording>,
    /// Lines that name a recording a second time; they are passed over.
    pub repeated: Vec<String>,
}

#[derive(Deserialize)]
struct Line {
    path: PathBuf,
    label: String,
    #[serde(default)]
    phase: String,
    #[serde(default)]
    group: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    note: String,
}

impl Manifest {
    /// Reads a CSV file with a header line and the columns `path` and `label`, and, if known, `phase`,
    /// `group`, `source` and `note`; other columns are ignored. Paths are relative to
    /// the manifest's folder. A recording without a group is a group of its own.
    ///
    /// # Errors
    /// [`DatasetError`] names the manifest, the line and the fault.
    pub fn read(path: &Path) -> Result<Self, DatasetError> {
        let read_error = |error| DatasetError::Read {
            path: path.to_owned(),
            error,
        };
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_path(path)
            .map_err(read_error)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut recordings = Vec::new();
        let mut first_line: HashMap<PathBuf, (u64, String)> = HashMap::new();
        let mut repeated = Vec::new();
        let headers = reader.headers().map_err(read_error)?.clone();
        for record in reader.records() {
            let record = record.map_err(read_error)?;
            let line = record.position().map_or(0, csv::Position::line);
            let fault = |fault: String, remedy| DatasetError::Line {
                path: path.to_owned(),
                line,
                fault,
                remedy,
            };
            let entry: Line = record
                .deserialize(Some(&headers))
                .map_err(|e| fault(e.to_string(), "give at least the columns path and label"))?;
            check_line(&entry).map_err(|(what, remedy)| fault(what, remedy))?;
            if let Some((first, label)) = first_line.get(&entry.path) {
                let name = entry.path.display();
                if *label != entry.label {
                    let what = format!(
                        "{name} is `{}` here and `{label}` in line {first}",
                        entry.label
                    );
                    return Err(fault(what, "give each recording one label"));
                }
                repeated.push(format!("line {line} repeats {name} of line {first}"));
                continue;
            }
            first_line.insert(entry.path.clone(), (line, entry.label.clone()));
            recordings.push(entry.into_recording(folder));
        }
        if recordings.is_empty() {
            return Err(DatasetError::Unusable {
                path: path.to_owned(),
                fault: "it lists no recording".into(),
                remedy: "add a line path,label,group,source for each",
            });
        }
        Ok(Self {
            path: path.to_owned(),
            recordings,
            repeated,
        })
    }

    /// Checks that every listed file is there.
    ///
    /// # Errors
    /// [`DatasetError::Missing`] with all that are not.
    pub fn check_files(&self) -> Result<(), DatasetError> {
        let files = self.recordings.iter().map(|r| &r.path);
        let missing: Vec<PathBuf> = files.filter(|p| !p.is_file()).cloned().collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(DatasetError::Missing {
            path: self.path.clone(),
            missing,
        })
    }

    /// The labels, sorted, each once.
    pub fn labels(&self) -> Vec<String> {
        let mut labels: Vec<String> = self.recordings.iter().map(|r| r.label.clone()).collect();
        labels.sort();
        labels.dedup();
        labels
    }
}

fn check_line(entry: &Line) -> Result<(), (String, &'static str)> {
    if entry.path.as_os_str().is_empty() {
        return Err(("the path is empty".into(), "name the recording"));
    }
    if !is_valid_label(&entry.label) {
        let what = format!("`{}` is not a label", entry.label);
        return Err((
            what,
            "use lower-case letters, digits and hyphens, such as shahed-136",
        ));
    }
    if !matches!(entry.phase.as_str(), "" | "cruise" | "dive") {
        return Err((
            format!("`{}` is not a phase", entry.phase),
            "use cruise, dive, or leave it empty",
        ));
    }
    Ok(())
}

impl Line {
    fn into_recording(self, folder: &Path) -> Recording {
        let group = if self.group.is_empty() {
            self.path.display().to_string()
        } else {
            self.group
        };
        Recording {
            path: folder.join(self.path),
            label: self.label,
            phase: (!self.phase.is_empty()).then_some(self.phase),
            group,
            source: if self.source.is_empty() {
                "unstated".into()
            } else {
                self.source
            },
            note: self.note,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Manifest, DatasetError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.csv");
        std::fs::write(&path, text).unwrap();
        Manifest::read(&path)
    }

    #[test]
    fn optional_columns_may_be_absent_and_unknown_ones_are_ignored() {
        let m = read("label,path,colour\nsiren,a b.wav,red\n").unwrap();
        assert_eq!(m.recordings[0].label, "siren");
        assert!(m.recordings[0].path.ends_with("a b.wav"));
        assert_eq!(
            (
                m.recordings[0].group.as_str(),
                m.recordings[0].source.as_str()
            ),
            ("a b.wav", "unstated")
        );
        assert_eq!(m.recordings[0].phase, None);
    }

    #[test]
    fn faults_name_the_line() {
        for (text, wanted) in [
            ("path,label\na.wav,Siren!\n", "line 2"),
            (
                "path,label\na.wav,siren\na.wav,engine\n",
                "`siren` in line 2",
            ),
            ("path,label,phase\na.wav,siren,climb\n", "not a phase"),
            ("file,label\na.wav,siren\n", "path and label"),
            ("path,label\n", "lists no recording"),
        ] {
            let message = read(text).unwrap_err().to_string();
            assert!(message.contains(wanted), "{text:?}: {message}");
        }
    }
}
