//! Sheets of new airframes, brought along with labelled recordings.

use std::path::{Path, PathBuf};

use crate::dataset::Manifest;
use crate::signature::{Catalogue, Signature, SignatureError};
use crate::taxonomy::{MILITARY, TAXONOMY};

/// Takes family and class of new labels from the sheets of their airframes: from those in the folder `catalogue`, and from
/// files called as a label beside the folders of labels (`lancet.toml` beside `lancet/`). Labels that the project knows keep
/// their place. Gives the labels that are new and have no sheet: each is a family and a class of its own.
///
/// # Errors
/// [`SignatureError`] for a sheet that cannot be read or is broken.
pub fn take_sheets(
    manifest: &mut Manifest,
    catalogue: Option<&Path>,
) -> Result<Vec<String>, SignatureError> {
    let known = |label: &str| TAXONOMY.iter().any(|(l, _, _)| *l == label);
    let mut labels = manifest.labels();
    labels.retain(|label| !known(label));
    let brought = match catalogue {
        Some(folder) => Some(Catalogue::load_dir(folder)?),
        None => None,
    };
    let mut without = Vec::new();
    for label in labels {
        let beside = sheet_beside(manifest, &label);
        let sheet = match (beside, &brought) {
            (Some(path), _) => Some(Catalogue::read_file(&path)?),
            (None, Some(brought)) => brought.iter().find(|s| s.label() == label).cloned(),
            (None, None) => None,
        };
        match sheet {
            Some(sheet) => {
                let place = (sheet.family().to_owned(), class_of(&sheet));
                manifest.places.insert(label, place);
            }
            None => without.push(label),
        }
    }
    Ok(without)
}

/// The files that [`take_sheets`] may read for these recordings.
pub fn sheet_files(manifest: &Manifest, catalogue: Option<&Path>) -> Vec<PathBuf> {
    let labels = manifest.labels().into_iter();
    let mut files: Vec<PathBuf> = labels
        .filter_map(|label| sheet_beside(manifest, &label))
        .collect();
    // A folder that cannot be read was told of when its sheets were.
    let inside = catalogue.and_then(|folder| std::fs::read_dir(folder).ok());
    let entries = inside.into_iter().flatten().flatten();
    files.extend(entries.map(|entry| entry.path()));
    files
}

fn sheet_beside(manifest: &Manifest, label: &str) -> Option<PathBuf> {
    let path = manifest.path.join(format!("{label}.toml"));
    (manifest.path.is_dir() && path.is_file()).then_some(path)
}

/// Sheets are of munitions and military drones; what has no propeller is told by what is heard of it.
fn class_of(sheet: &Signature) -> String {
    match sheet.propeller() {
        Some(_) => MILITARY.to_owned(),
        None => sheet.family().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(id: &str) -> String {
        let text = include_str!("../../models/signatures/shahed-136.toml");
        text.replace("id = \"shahed-136\"", &format!("id = \"{id}\""))
            .replace("label = \"shahed-136\"", &format!("label = \"{id}\""))
    }

    #[test]
    fn a_new_airframe_brings_its_family_along_and_others_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("new");
        for label in ["lancet", "gerbera", "zeppelin", "siren"] {
            std::fs::create_dir_all(root.join(label)).unwrap();
            std::fs::write(root.join(label).join("a.wav"), "").unwrap();
        }
        std::fs::write(root.join("lancet.toml"), sheet("lancet")).unwrap();
        let catalogue = dir.path().join("sheets");
        std::fs::create_dir(&catalogue).unwrap();
        std::fs::write(catalogue.join("gerbera.toml"), sheet("gerbera")).unwrap();
        let mut found = Manifest::from_folders(&root).unwrap();
        let without = take_sheets(&mut found, Some(&catalogue)).unwrap();
        assert_eq!(without, ["zeppelin"]);
        let place = ("piston-uav".to_owned(), MILITARY.to_owned());
        assert_eq!(found.places["lancet"], place);
        assert_eq!(found.places["gerbera"], place);
        assert_eq!(found.places.len(), 2);
        std::fs::write(root.join("lancet.toml"), "id = 3").unwrap();
        let fault = take_sheets(&mut found, None).unwrap_err().to_string();
        assert!(fault.contains("lancet.toml"), "{fault}");
    }
}
