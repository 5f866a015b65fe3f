//! What somebody has written down and nobody reads: columns of a manifest, labels in a list beside folders of labels, clips in
//! folders beside a list, label tracks without their recording.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::check::Severity;
use super::folders::{collect, entries, may_be_sound};
use super::labels::Said;
use super::tracks::{is_track, tracks_of};
use super::{DatasetError, Recording};
use crate::slips::edit_distance;

/// The columns of a manifest that are read.
const COLUMNS: [&str; 8] = [
    "path", "label", "phase", "start_s", "end_s", "group", "source", "note",
];
/// Slips that a column's name may differ by to be refused, and to be asked about. Words for people (`name`, `place`) are as
/// near to a column as two slips.
const SLIPS: [usize; 2] = [1, 2];
/// Lines and files that are named one by one.
const NAMED: usize = 4;

/// Something that is not used.
#[derive(Debug, Clone, PartialEq)]
pub struct Unused {
    /// Stable kebab-case name of the kind, for programs.
    pub kind: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is not used, a sentence without its full stop.
    pub what: String,
    /// What to do about it.
    pub remedy: &'static str,
}

/// The columns of the manifest at `path` that are not read.
///
/// # Errors
/// [`DatasetError::Line`] for one that differs by a single slip from a column that is read and is not there.
pub(super) fn columns(
    path: &Path,
    headers: &csv::StringRecord,
) -> Result<Vec<Unused>, DatasetError> {
    let others = headers
        .iter()
        .filter(|h| !h.is_empty() && !COLUMNS.contains(h));
    let absent: Vec<&str> = COLUMNS
        .into_iter()
        .filter(|column| !headers.iter().any(|h| h == *column))
        .collect();
    let mut unused = Vec::new();
    let mut for_people = Vec::new();
    for column in others {
        let plain = column.to_lowercase().replace([' ', '-'], "_");
        let near = absent
            .iter()
            .map(|known| (edit_distance(&plain, known), *known));
        let [refused, asked] = SLIPS;
        match near.min() {
            Some((slips, meant)) if slips <= refused => {
                return Err(DatasetError::Line {
                    path: path.to_owned(),
                    line: 1,
                    fault: format!("the column `{column}` is not read, and looks like `{meant}`"),
                    remedy: "name it so if that is meant; if not, give it a name that differs by more than two letters",
                })
            }
            Some((slips, meant)) if slips <= asked => unused.push(Unused {
                kind: "column-name",
                severity: Severity::Fault,
                what: format!("the column `{column}` is not read, and may be meant as `{meant}`"),
                remedy: "name it so if that is meant; if not, give it a name that differs by more than two letters",
            }),
            _ => for_people.push(format!("`{column}`")),
        }
    }
    if !for_people.is_empty() {
        unused.push(Unused {
            kind: "columns-not-read",
            severity: Severity::Note,
            what: format!("columns that are not read: {}", for_people.join(", ")),
            remedy: "leave them if they are for people; what is read is path, label, phase, start_s, end_s, group, source and note",
        });
    }
    Ok(unused)
}

/// Labels in the lists of `folder` (CSV files with the columns `path` and `label`) that its folders of labels don't say: of files
/// that are none of the `recordings`, or lie under another label, without their phase, or not as what they are not.
pub(super) fn lists_beside(folder: &Path, recordings: &[Recording]) -> Vec<Unused> {
    let names: BTreeSet<_> = recordings
        .iter()
        .filter_map(|r| r.path.file_name())
        .collect();
    let mut found = Vec::new();
    for list in files_in(folder) {
        let mut lost = Vec::new();
        for (line, path, label) in labelled_lines(&list) {
            let place = folder.join(&path);
            let moved = !place.exists() && place.file_name().is_some_and(|n| names.contains(n));
            let is_it = |r: &&Recording| {
                r.path == place || (moved && r.path.file_name() == place.file_name())
            };
            let said = Said::parse(&label);
            let says_so = |r: &Recording| {
                said.as_ref().is_ok_and(|said| {
                    let same = (&r.label, r.is_not) == (&said.label, said.is_not);
                    same && (said.phase.is_none() || said.phase == r.phase)
                })
            };
            if !recordings.iter().filter(is_it).any(says_so) {
                lost.push(format!("line {line}: {path} is `{label}`"));
            }
        }
        if lost.is_empty() {
            continue;
        }
        let name = list.file_name().unwrap_or_default().to_string_lossy();
        found.push(Unused {
            kind: "labels-not-used",
            severity: Severity::Warning,
            what: format!(
                "{} labels of {name} are not used, as the folders of labels are read ({})",
                lost.len(),
                some(&lost)
            ),
            remedy: "move these recordings into folders of their labels, or give the list in place of the folder, with all labels in it",
        });
    }
    found
}

/// Files that lines without a label name, and that were moved into a folder of a label: beside a list, folders are not read.
pub(super) fn folders_beside(folder: &Path, unlabelled: &[PathBuf]) -> Option<Unused> {
    let moved = unlabelled.iter().filter(|path| !folder.join(path).exists());
    let names: BTreeSet<_> = moved.filter_map(|path| path.file_name()).collect();
    if names.is_empty() {
        return None;
    }
    let mut sorted = Vec::new();
    for entry in entries(folder).ok()? {
        if entry.is_folder && Said::parse(&entry.name).is_ok() {
            collect(&entry, &mut sorted).ok()?;
        }
    }
    sorted.retain(|path| path.file_name().is_some_and(|n| names.contains(n)));
    (!sorted.is_empty()).then(|| Unused {
        kind: "folders-not-used",
        severity: Severity::Warning,
        what: format!(
            "{} recordings that the list has no label for lie in folders of labels, which are not read beside a list ({})",
            sorted.len(),
            shown_from(folder, &sorted)
        ),
        remedy: "write their paths and labels into the list, or give the folder in place of the list",
    })
}

/// Label tracks below `folder` that no recording lies beside.
pub(super) fn lone_tracks(folder: &Path) -> Vec<Unused> {
    let mut lone = Vec::new();
    look_for_tracks(folder, &mut lone);
    if lone.is_empty() {
        return Vec::new();
    }
    vec![Unused {
        kind: "track-alone",
        severity: Severity::Warning,
        what: format!(
            "{} label tracks have no recording beside them ({})",
            lone.len(),
            shown_from(folder, &lone)
        ),
        remedy: "put each beside its recording and call it as that: night.txt beside night.wav",
    }]
}

fn look_for_tracks(folder: &Path, lone: &mut Vec<PathBuf>) {
    // A folder that cannot be read was told of when its recordings were listed.
    let Ok(inside) = entries(folder) else { return };
    let sounds = inside
        .iter()
        .filter(|e| !e.is_folder && may_be_sound(&e.path));
    let theirs: BTreeSet<PathBuf> = sounds.flat_map(|e| tracks_of(&e.path)).collect();
    for entry in inside {
        if entry.is_folder {
            look_for_tracks(&entry.path, lone);
        } else if !theirs.contains(&entry.path) && is_track(&entry.path) {
            lone.push(entry.path);
        }
    }
}

/// Lines of a list with a label: number, path, label with its phase. None of a table that is no such list.
fn labelled_lines(list: &Path) -> Vec<(u64, String, String)> {
    let reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_path(list);
    let Ok(mut reader) = reader else {
        return Vec::new();
    };
    let place = |headers: &csv::StringRecord, name| headers.iter().position(|h| h == name);
    let columns = reader
        .headers()
        .ok()
        .and_then(|h| Some((place(h, "path")?, place(h, "label")?, place(h, "phase"))));
    let Some((path, label, phase)) = columns else {
        return Vec::new();
    };
    let line = |record: csv::StringRecord| {
        let label = record.get(label).filter(|label| !label.is_empty())?;
        let number = record.position().map_or(0, csv::Position::line);
        let phase = phase.and_then(|phase| record.get(phase));
        let said = match phase.filter(|phase| !phase.is_empty() && !label.contains('/')) {
            Some(phase) => format!("{label}/{phase}"),
            None => label.to_owned(),
        };
        Some((number, record.get(path)?.to_owned(), said))
    };
    reader.records().filter_map(|r| line(r.ok()?)).collect()
}

/// The CSV files right in a folder.
fn files_in(folder: &Path) -> Vec<PathBuf> {
    let is_list = |path: &PathBuf| {
        path.extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("csv"))
    };
    let inside = entries(folder).unwrap_or_default().into_iter();
    inside
        .filter(|entry| !entry.is_folder)
        .map(|entry| entry.path)
        .filter(is_list)
        .collect()
}

/// Paths as seen from a folder, the first few by name.
pub(super) fn shown_from(folder: &Path, paths: &[impl AsRef<Path>]) -> String {
    let seen = |path: &Path| {
        let seen = path.strip_prefix(folder).unwrap_or(path);
        seen.display().to_string()
    };
    some(&paths.iter().map(|p| seen(p.as_ref())).collect::<Vec<_>>())
}

/// The first few, and how many more there are.
fn some(all: &[String]) -> String {
    let shown = all[..all.len().min(NAMED)].join(", ");
    match all.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Manifest;
    use super::*;
    use std::fs;

    fn kinds(unused: &[Unused]) -> Vec<&str> {
        unused.iter().map(|u| u.kind).collect()
    }

    fn write(root: &Path, file: &str, text: &str) {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(text: &str) -> Result<Manifest, DatasetError> {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "m.csv", text);
        Manifest::read(&dir.path().join("m.csv"))
    }

    #[test]
    fn a_misspelt_column_is_told_and_others_are_for_people() {
        for slip in ["gruop", "Group", "groups"] {
            let fault = read(&format!("path,label,{slip}\na.wav,siren,g\n")).unwrap_err();
            let fault = fault.to_string();
            assert!(fault.contains("line 1") && fault.contains(slip), "{fault}");
            assert!(fault.contains("looks like `group`"), "{fault}");
        }
        // What stands there in its own name is not meant by another column.
        let found = read("path,label,group,groups,colour\na.wav,siren,g,,red\n").unwrap();
        assert_eq!(kinds(&found.unused), ["columns-not-read"]);
        assert!(found.unused[0].what.contains("`groups`, `colour`"));
        let found = read("path,label,grupo\na.wav,siren,g\n").unwrap();
        assert_eq!(kinds(&found.unused), ["column-name"]);
        assert_eq!(found.unused[0].severity, Severity::Fault);
    }

    #[test]
    fn labels_of_a_list_beside_folders_are_told_if_the_folders_lack_them() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "shahed-136/a.wav", "x");
        for clip in ["b.wav", "c.wav", "d.wav"] {
            write(dir.path(), clip, "x");
        }
        write(dir.path(), "answers.csv", "clip,model_says\nb.wav,siren\n");
        let list = "path,label\na.wav,shahed-136\nb.wav,harop\nc.wav,harop/dive\nd.wav,\n";
        write(dir.path(), "labels.csv", list);
        let found = Manifest::from_folders(dir.path()).unwrap();
        assert_eq!(kinds(&found.unused), ["labels-not-used"]);
        let what = &found.unused[0].what;
        assert!(
            what.contains("2 labels of labels.csv") && what.contains("line 3: b.wav is `harop`"),
            "{what}"
        );
        // Sorted as the list says, nothing is lost; under another label, it is.
        fs::remove_file(dir.path().join("b.wav")).unwrap();
        write(dir.path(), "harop/b.wav", "x");
        fs::remove_file(dir.path().join("c.wav")).unwrap();
        write(dir.path(), "siren/c.wav", "x");
        let found = Manifest::from_folders(dir.path()).unwrap();
        assert!(
            found.unused[0].what.contains("1 labels") && found.unused[0].what.contains("c.wav")
        );
        // Read as a list, what was moved and has no label is lost.
        write(
            dir.path(),
            "labels.csv",
            "path,label\na.wav,\nd.wav,siren\n",
        );
        let found = Manifest::read(&dir.path().join("labels.csv")).unwrap();
        assert_eq!(kinds(&found.unused), ["folders-not-used"]);
        assert!(found.unused[0].what.contains("shahed-136/a.wav"));
    }

    #[test]
    fn phases_and_negations_of_a_list_beside_folders_are_told_too() {
        let dir = tempfile::tempdir().unwrap();
        for file in [
            "harop/a.wav",
            "harop/b.wav",
            "siren/c.wav",
            "harop/dive/d.wav",
            "harop/dive/e.wav",
        ] {
            write(dir.path(), file, "x");
        }
        let list = "path,label,phase\na.wav,-harop,\nb.wav,harop,dive\nc.wav,siren,\nd.wav,harop/dive,\ne.wav,harop,\n";
        write(dir.path(), "labels.csv", list);
        let found = Manifest::from_folders(dir.path()).unwrap();
        let what = &found.unused[0].what;
        for part in [
            "2 labels of labels.csv",
            "a.wav is `-harop`",
            "b.wav is `harop/dive`",
        ] {
            assert!(what.contains(part), "{what}");
        }
    }

    #[test]
    fn a_folder_with_nothing_but_a_filled_in_list_names_the_list() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "b.wav", "x");
        write(dir.path(), "labels.csv", "path,label\nb.wav,harop\n");
        let fault = Manifest::from_folders(dir.path()).unwrap_err().to_string();
        assert!(
            fault.contains("labels.csv") && fault.contains("in place of the folder"),
            "{fault}"
        );
    }

    #[test]
    fn a_label_track_without_its_recording_is_told() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "siren/a.wav", "x");
        write(dir.path(), "siren/a.txt", "0\t2\tsiren\n");
        write(dir.path(), "siren/notes.txt", "Recorded by a neighbour.\n");
        assert!(Manifest::from_folders(dir.path())
            .unwrap()
            .unused
            .is_empty());
        write(dir.path(), "siren/night.txt", "0\t2\tsiren\n");
        write(dir.path(), "raid.txt", "0\t2\tharop\nand so on\n");
        let found = Manifest::from_folders(dir.path()).unwrap().unused;
        assert_eq!(kinds(&found), ["track-alone"]);
        assert!(
            found[0].what.contains("raid.txt, siren/night.txt"),
            "{}",
            found[0].what
        );
    }
}
