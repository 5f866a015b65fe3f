//! The manifest: one labelled recording a line.

use super::duplicates::phases_differ;
use super::labels::{is_other_phase, Said, PHASE_REMEDY};
use super::unused::{columns, folders_beside};
use super::{DatasetError, Unused};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

/// One labelled recording, or a labelled stretch of one.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// The file.
    pub path: PathBuf,
    /// What it holds: lower-case words joined by hyphens.
    pub label: String,
    /// `cruise`, `dive`, or `None` where it was not labelled.
    pub phase: Option<String>,
    /// Whether it is known only not to hold what its label says.
    pub is_not: bool,
    /// From when to when the label holds, s; `None` for all of it. The rest of the recording is unlabelled.
    pub range: Option<(f64, f64)>,
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
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// Where the list came from.
    pub path: PathBuf,
    /// The recordings in the order of the list.
    pub recordings: Vec<Recording>,
    /// Lines that are passed over: they name a recording a second time, or have no label yet.
    pub repeated: Vec<String>,
    /// What somebody has written down beside them, and is not read.
    pub unused: Vec<Unused>,
    /// Folders of labels that hold no recording.
    pub empty_labels: Vec<String>,
    /// Whether a person has given source groups.
    pub groups_given: bool,
    /// Family and class of labels that bring a sheet of their airframe along ([`crate::train::sheets::take_sheets`]).
    pub places: BTreeMap<String, (String, String)>,
}

#[derive(Deserialize)]
struct Line {
    path: PathBuf,
    label: String,
    #[serde(default)]
    phase: String,
    #[serde(default)]
    start_s: String,
    #[serde(default)]
    end_s: String,
    #[serde(default)]
    group: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    note: String,
}

impl Manifest {
    /// Reads a CSV file with a header line and the columns `path` and `label`, and, if known, `phase`,
    /// `start_s` and `end_s` (the label holds between them alone; a line for each stretch),
    /// `group`, `source` and `note`; other columns are ignored ([`Manifest::unused`]), but not one that looks like a slip for a
    /// column that is not there. The label may be written with its phase (`harop/dive`), or
    /// say what the recording is not (`-harop`); a line with an empty label is passed over. Paths are relative to
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
        let mut first_line: HashMap<Stretch, (u64, String)> = HashMap::new();
        let mut repeated = Vec::new();
        let mut groups_given = false;
        let mut unlabelled: Vec<(u64, PathBuf)> = Vec::new();
        let headers = reader.headers().map_err(read_error)?.clone();
        let mut unused = columns(path, &headers)?;
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
            if entry.label.is_empty() && !entry.path.as_os_str().is_empty() {
                unlabelled.push((line, entry.path));
                continue;
            }
            let recording = entry
                .checked(folder)
                .map_err(|(what, remedy)| fault(what, remedy))?;
            groups_given |= !entry.group.is_empty();
            let stretch = entry.stretch();
            if let Some((first, label)) = first_line.get(&stretch) {
                let name = entry.path.display();
                let said = recording.said();
                if *label != said {
                    let what = format!("{name} is `{said}` here and `{label}` in line {first}");
                    return Err(fault(what, "give each recording one label and one phase"));
                }
                repeated.push(format!("line {line} repeats {name} of line {first}"));
                continue;
            }
            first_line.insert(stretch, (line, recording.said()));
            recordings.push(recording);
        }
        if recordings.is_empty() {
            let (fault, remedy) = match unlabelled.len() {
                0 => (
                    "it lists no recording".into(),
                    "add a line path,label,group,source for each",
                ),
                n => (
                    format!("none of its {n} lines has a label"),
                    "listen to the recordings and fill in the column label",
                ),
            };
            return Err(DatasetError::Unusable {
                path: path.to_owned(),
                fault,
                remedy,
            });
        }
        if let Some((first, _)) = unlabelled.first() {
            let n = unlabelled.len();
            repeated.push(format!(
                "{n} lines have no label, the first is line {first}"
            ));
        }
        let unlabelled: Vec<PathBuf> = unlabelled.into_iter().map(|(_, path)| path).collect();
        unused.extend(folders_beside(folder, &unlabelled));
        Ok(Self {
            path: path.to_owned(),
            recordings,
            repeated,
            unused,
            empty_labels: Vec::new(),
            groups_given,
            places: BTreeMap::new(),
        })
    }

    /// Groups of files that stand in a folder called as a phase that is not learnt (`harop/climb`), each once.
    pub fn groups_called_as_phases(&self) -> BTreeSet<&str> {
        let groups = self.recordings.iter().map(|r| r.group.as_str());
        groups
            .filter(|_| !self.groups_given)
            .filter(|g| {
                g.split_once('/')
                    .is_some_and(|(_, name)| is_other_phase(name))
            })
            .collect()
    }

    /// The folder that paths are relative to.
    pub fn folder(&self) -> &Path {
        match self.path.is_dir() {
            true => &self.path,
            false => self.path.parent().unwrap_or(Path::new("")),
        }
    }

    /// A path as it is listed, wherever the program was started.
    pub fn as_listed(&self, path: &str) -> String {
        let listed = Path::new(path).strip_prefix(self.folder());
        listed.map_or_else(|_| path.to_owned(), |listed| listed.display().to_string())
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

    /// The list without the recordings of which is known only what they are not, and those.
    pub fn without_negations(&self) -> (Self, Vec<Recording>) {
        let (negations, rest) = self.recordings.iter().cloned().partition(|r| r.is_not);
        let rest = Self {
            recordings: rest,
            ..self.clone()
        };
        (rest, negations)
    }

    /// The labels, sorted, each once; not those that only say what a recording is not.
    pub fn labels(&self) -> Vec<String> {
        let said = self.recordings.iter().filter(|r| !r.is_not);
        let mut labels: Vec<String> = said.map(|r| r.label.clone()).collect();
        labels.sort();
        labels.dedup();
        labels
    }
}

/// A file and which stretch of it, as they are written.
type Stretch = (PathBuf, String, String);

impl Line {
    fn stretch(&self) -> Stretch {
        (self.path.clone(), self.start_s.clone(), self.end_s.clone())
    }

    fn checked(&self, folder: &Path) -> Result<Recording, (String, &'static str)> {
        if self.path.as_os_str().is_empty() {
            return Err(("the path is empty".into(), "name the recording"));
        }
        let said = Said::parse(&self.label).map_err(|no| (no.fault, no.remedy))?;
        if !matches!(self.phase.as_str(), "" | "cruise" | "dive") {
            return Err((format!("`{}` is not a phase", self.phase), PHASE_REMEDY));
        }
        let column = (!self.phase.is_empty()).then_some(self.phase.as_str());
        if column.is_some() && said.is_not {
            return Err((
                format!(
                    "`{}` with the phase {} says of one phase that it is not heard",
                    self.label, self.phase
                ),
                "leave the phase out: a negation is of the whole label",
            ));
        }
        if phases_differ(said.phase.as_deref(), column) {
            return Err((
                format!(
                    "`{}` has the phase {} in its column",
                    self.label, self.phase
                ),
                "give it one phase, in the label or in the column",
            ));
        }
        let or = |text: &str, other: &str| match text.is_empty() {
            true => other.to_owned(),
            false => text.to_owned(),
        };
        Ok(Recording {
            path: folder.join(&self.path),
            label: said.label,
            phase: said.phase.or(column.map(str::to_owned)),
            is_not: said.is_not,
            range: self.range()?,
            group: or(&self.group, &self.path.display().to_string()),
            source: or(&self.source, "unstated"),
            note: self.note.clone(),
        })
    }

    fn range(&self) -> Result<Option<(f64, f64)>, (String, &'static str)> {
        if self.start_s.is_empty() && self.end_s.is_empty() {
            return Ok(None);
        }
        let number = |text: &str| text.parse::<f64>().ok().filter(|x| x.is_finite());
        match (number(&self.start_s), number(&self.end_s)) {
            (Some(start), Some(end)) if start >= 0.0 && end > start => Ok(Some((start, end))),
            _ => Err((
                format!(
                    "`{}` to `{}` is no stretch of time",
                    self.start_s, self.end_s
                ),
                "give start_s and end_s in seconds, the end after the start, or leave both empty",
            )),
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
    fn recordings_are_called_as_they_are_listed_from_wherever_the_manifest_is_read() {
        let manifest = read("path,label\na/b.wav,siren\n").unwrap();
        let path = manifest.recordings[0].path.display().to_string();
        assert!(path.len() > "a/b.wav".len());
        assert_eq!(manifest.as_listed(&path), "a/b.wav");
        assert_eq!(manifest.as_listed("elsewhere/b.wav"), "elsewhere/b.wav");
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
    fn a_recording_may_be_listed_once_for_each_stretch() {
        let text = "path,label,start_s,end_s\na.wav,harop/dive,0,2.5\na.wav,-harop,4,6\na.wav,-harop,4,6\n";
        let m = read(text).unwrap();
        assert_eq!(m.recordings.len(), 2);
        assert_eq!(m.recordings[0].range, Some((0.0, 2.5)));
        assert_eq!(m.recordings[0].phase.as_deref(), Some("dive"));
        assert_eq!(m.repeated.len(), 1);
        assert_eq!(m.labels(), ["harop"]);
        assert_eq!(m.without_negations().1.len(), 1);
    }

    #[test]
    fn lines_without_a_label_wait_for_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("m.csv");
        std::fs::write(&path, "path,label\na.wav,\nb.wav,siren\nc.wav,\n").unwrap();
        let found = Manifest::read(&path).unwrap();
        assert_eq!(found.recordings.len(), 1);
        assert_eq!(
            found.repeated,
            ["2 lines have no label, the first is line 2"]
        );
        std::fs::write(&path, "path,label\na.wav,\n").unwrap();
        let fault = Manifest::read(&path).unwrap_err().to_string();
        assert!(fault.contains("none of its 1 lines has a label"), "{fault}");
    }

    #[test]
    fn faults_name_the_line() {
        for (text, wanted) in [
            ("path,label\na.wav,Siren!\n", "line 2"),
            ("path,label\na.wav,unknown\n", "leave out those"),
            (
                "path,label\na.wav,siren\na.wav,engine\n",
                "`siren` in line 2",
            ),
            ("path,label,phase\na.wav,siren,climb\n", "not a phase"),
            ("path,label,phase\na.wav,harop/dive,cruise\n", "one phase"),
            ("path,label,phase\na.wav,-harop,dive\n", "negation"),
            (
                "path,label,phase\na.wav,harop,dive\na.wav,harop,cruise\n",
                "`harop/dive` in line 2",
            ),
            ("path,label,start_s,end_s\na.wav,siren,3,2\n", "no stretch"),
            ("file,label\na.wav,siren\n", "path and label"),
            ("path,label\n", "lists no recording"),
        ] {
            let message = read(text).unwrap_err().to_string();
            assert!(message.contains(wanted), "{text:?}: {message}");
        }
    }
}
