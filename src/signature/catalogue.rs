//! All signatures there are: the built-in ones, and those of a user's folder.

use super::check;
use super::{Signature, SignatureError};
use crate::hex::hex;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The files in `models/signatures`: id and text.
const BUILT_IN: [(&str, &str); 8] = [
    (
        "bayraktar-tb2",
        include_str!("../../models/signatures/bayraktar-tb2.toml"),
    ),
    ("harop", include_str!("../../models/signatures/harop.toml")),
    (
        "hermes-450",
        include_str!("../../models/signatures/hermes-450.toml"),
    ),
    ("lora", include_str!("../../models/signatures/lora.toml")),
    (
        "orbiter-1k",
        include_str!("../../models/signatures/orbiter-1k.toml"),
    ),
    (
        "orbiter-2",
        include_str!("../../models/signatures/orbiter-2.toml"),
    ),
    (
        "orbiter-3",
        include_str!("../../models/signatures/orbiter-3.toml"),
    ),
    (
        "shahed-136",
        include_str!("../../models/signatures/shahed-136.toml"),
    ),
];

/// Signatures by id, in alphabetical order.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalogue {
    signatures: BTreeMap<String, Signature>,
}

impl Catalogue {
    /// The signatures that the program knows by itself.
    ///
    /// # Errors
    /// [`SignatureError`] if a committed file is broken; a test sees to it that none is.
    pub fn built_in() -> Result<Self, SignatureError> {
        let mut signatures = BTreeMap::new();
        for (id, text) in BUILT_IN {
            let path = format!("models/signatures/{id}.toml");
            signatures.insert(id.to_owned(), check::read(&path, id, text)?);
        }
        Ok(Self { signatures })
    }

    /// Whether the program knows a signature of that id by itself.
    pub fn is_built_in(id: &str) -> bool {
        BUILT_IN.iter().any(|(own, _)| *own == id)
    }

    /// The built-in signatures and those in the `*.toml` files of a folder; a file whose id is that
    /// of a built-in one replaces it. Other files and folders in it are left alone.
    ///
    /// # Errors
    /// [`SignatureError`] for the first file (by name) that can't be read or is broken, and for a
    /// folder without any.
    pub fn load_dir(dir: &Path) -> Result<Self, SignatureError> {
        Self::built_in()?.with_dir(dir)
    }

    /// This catalogue and the files of a folder, as [`load_dir`](Self::load_dir).
    ///
    /// # Errors
    /// As [`load_dir`](Self::load_dir).
    pub fn with_dir(mut self, dir: &Path) -> Result<Self, SignatureError> {
        let fault = |source| SignatureError::Read {
            path: dir.display().to_string(),
            source,
        };
        let mut paths = Vec::new();
        for entry in fs::read_dir(dir).map_err(fault)? {
            let path = entry.map_err(fault)?.path();
            if path.extension().is_some_and(|e| e == "toml") && path.is_file() {
                paths.push(path);
            }
        }
        if paths.is_empty() {
            let path = dir.display().to_string();
            return Err(SignatureError::Empty { path });
        }
        paths.sort();
        for path in paths {
            let signature = Self::read_file(&path)?;
            self.signatures.insert(signature.id().to_owned(), signature);
        }
        Ok(self)
    }

    /// Reads one signature file.
    ///
    /// # Errors
    /// [`SignatureError`] if it can't be read or is broken.
    pub fn read_file(path: &Path) -> Result<Signature, SignatureError> {
        let name = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|source| SignatureError::Read {
            path: name.clone(),
            source,
        })?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        check::read(&name, &stem, &text)
    }

    /// The signature of that id, or of that name for people in any case: `shahed-136`, `geran-2`.
    ///
    /// # Errors
    /// [`SignatureError::UnknownName`] with the ids there are.
    pub fn get(&self, id: &str) -> Result<&Signature, SignatureError> {
        let called = |s: &&Signature| s.names().iter().any(|n| same_name(n, id));
        let found = self.signatures.get(id).or_else(|| self.iter().find(called));
        found.ok_or_else(|| SignatureError::UnknownName {
            name: id.to_owned(),
            known: self.signatures.keys().cloned().collect(),
        })
    }

    /// All of them, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Signature> {
        self.signatures.values()
    }

    /// SHA-256 over the files of all sheets in the order of their ids, in hex: what an answer that rests on them names.
    pub fn sha256(&self) -> String {
        let mut hasher = Sha256::new();
        for signature in self.iter() {
            hasher.update(signature.id());
            hasher.update(signature.sha256);
        }
        hex(&hasher.finalize())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.signatures.len()
    }

    /// Whether there are none; never so for what this module makes.
    pub fn is_empty(&self) -> bool {
        self.signatures.is_empty()
    }
}

/// Whether two names are one but for case.
fn same_name(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::super::Phase;
    use super::*;

    #[test]
    fn every_committed_file_is_built_in() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/models/signatures");
        let again = Catalogue::load_dir(Path::new(folder)).unwrap();
        assert_eq!(again, Catalogue::built_in().unwrap());
    }

    #[test]
    fn a_name_for_people_does_and_an_unknown_one_gets_the_known() {
        let catalogue = Catalogue::built_in().unwrap_or_else(|e| panic!("{e}"));
        let found = catalogue.get("geran-2").map(Signature::id).ok();
        assert_eq!(found, Some("shahed-136"));
        let message = catalogue.get("harpoon").unwrap_err().to_string();
        assert!(message.contains("harpoon") && message.contains("hermes-450, lora"));
    }

    #[test]
    fn a_file_adds_an_airframe_or_replaces_a_built_in_one() {
        let dir = tempfile::tempdir().unwrap();
        let (_, text) = BUILT_IN[7];
        let new = text.replace("id = \"shahed-136\"", "id = \"geran-9\"");
        fs::write(dir.path().join("geran-9.toml"), new).unwrap();
        let changed = text.replace("[140, 220]", "[150, 200]");
        fs::write(dir.path().join("shahed-136.toml"), changed).unwrap();
        fs::write(dir.path().join("notes.txt"), "no signature").unwrap();
        let catalogue = Catalogue::load_dir(dir.path()).unwrap();
        assert_eq!(catalogue.len(), BUILT_IN.len() + 1);
        let speed = |id: &str| catalogue.get(id).unwrap().speed(Phase::Cruise).unwrap();
        assert!((speed("shahed-136").span().high * 3.6 - 200.0).abs() < 1e-9);
        assert!((speed("geran-9").span().high * 3.6 - 220.0).abs() < 1e-9);
    }

    #[test]
    fn a_folder_that_is_not_there_or_holds_nothing_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let empty = Catalogue::load_dir(dir.path()).unwrap_err();
        assert!(matches!(empty, SignatureError::Empty { .. }));
        let missing = dir.path().join("missing");
        let message = Catalogue::load_dir(&missing).unwrap_err().to_string();
        assert!(message.contains("missing") && message.contains("check the path"));
    }

    #[test]
    fn all_built_in_files_load_and_only_munitions_dive() {
        let catalogue = Catalogue::built_in().unwrap_or_else(|e| panic!("{e}"));
        let ids: Vec<_> = catalogue.iter().map(Signature::id).collect();
        assert_eq!(ids, BUILT_IN.map(|(id, _)| id));
        for signature in catalogue.iter() {
            let dives = ["harop", "orbiter-1k", "shahed-136"].contains(&signature.id());
            assert_eq!(signature.phase(Phase::Dive).is_some(), dives);
            let cruises = signature.phase(Phase::Cruise).is_some();
            assert_eq!(cruises, signature.id() != "lora");
        }
    }
}
