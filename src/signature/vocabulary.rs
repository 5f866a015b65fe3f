//! The words of a sheet that others use too: kinds, families, labels.

use super::demand::Checker;
use super::raw::RawSignature;
use super::{Signature, SignatureError};
use crate::slips::meant;
use crate::taxonomy::{flies, reserved, TAXONOMY};

/// The kinds of the built-in sheets.
const KINDS: [&str; 4] = [
    "armed-uav",
    "ballistic-missile",
    "loitering-munition",
    "reconnaissance-uav",
];

/// The families of the labels that the project knows.
fn families() -> impl Iterator<Item = &'static str> {
    TAXONOMY.iter().map(|(_, family, _)| *family)
}

impl Checker<'_> {
    /// Kind and family are no slip for a known one, and what has a propeller is labelled as something that flies.
    pub fn vocabulary(&self, raw: &RawSignature) -> Result<(), SignatureError> {
        if let Some(fault) = reserved(&raw.label) {
            return self.invalid(
                "label",
                format!("is reserved: {fault}"),
                "write the airframe's id",
            );
        }
        if let Some(fault) = crate::taxonomy::reserved_family(&raw.family) {
            return self.invalid(
                "family",
                format!("is reserved: {fault}"),
                "write what it is built like, such as piston-uav",
            );
        }
        let near = [
            ("kind", &raw.kind, meant(&raw.kind, KINDS)),
            ("family", &raw.family, meant(&raw.family, families())),
        ];
        for (key, word, meant) in near {
            if let Some(meant) = meant {
                let remedy = format!(
                    "write `{meant}`; for another thing, a word that differs by more than a letter or two"
                );
                return self.invalid(key, format!("is `{word}`, no known one"), remedy);
            }
        }
        for (key, word) in [("family", &raw.family), ("label", &raw.label)] {
            if raw.propeller.is_some() && !flies(word) {
                let fault = format!("is `{word}`, which has no propeller");
                return self.invalid(key, fault, "name what flies: `shahed-136` of `piston-uav`");
            }
        }
        Ok(())
    }
}

impl Signature {
    /// What is new in this sheet's words, a sentence each: a kind or family that no label and no built-in sheet has.
    pub fn new_words(&self) -> Vec<String> {
        let known: [(&str, &str, Vec<&str>); 2] = [
            ("kind", &self.kind, KINDS.to_vec()),
            ("family", &self.family, families().collect()),
        ];
        let new = known
            .into_iter()
            .filter(|(_, word, known)| !known.contains(word));
        new.map(|(key, word, mut known)| {
            known.sort_unstable();
            known.dedup();
            format!("the {key} `{word}` is new; known are {}", known.join(", "))
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{check, Catalogue};
    use super::*;

    const SHAHED: &str = include_str!("../../models/signatures/shahed-136.toml");

    fn read(from: &str, to: &str) -> Result<Signature, String> {
        assert!(SHAHED.contains(from), "{from}");
        let text = SHAHED.replacen(from, to, 1);
        check::read("mine/shahed-136.toml", "shahed-136", &text).map_err(|e| e.to_string())
    }

    #[test]
    fn slips_name_what_was_meant() {
        for (from, to, says) in [
            ("\"piston-uav\"", "\"piston-uva\"", "write `piston-uav`"),
            (
                "\"loitering-munition\"",
                "\"loitering-muniton\"",
                "write `loitering-munition`",
            ),
            (
                "label = \"shahed-136\"",
                "label = \"background\"",
                "label is `background`",
            ),
            (
                "label = \"shahed-136\"",
                "label = \"unknown\"",
                "label is reserved",
            ),
            (
                "label = \"shahed-136\"",
                "label = \"military-uav\"",
                "label is reserved",
            ),
            ("\"piston-uav\"", "\"siren\"", "family is `siren`"),
            ("\"piston-uav\"", "\"unknown\"", "family is reserved"),
            ("\"piston-uav\"", "\"dive\"", "family is reserved"),
            ("\"piston-uav\"", "\"military-uav\"", "is a class"),
        ] {
            let fault = read(from, to).unwrap_err();
            assert!(
                fault.contains(says) && fault.starts_with("mine/shahed-136.toml"),
                "{to}: {fault}"
            );
        }
    }

    #[test]
    fn new_words_are_told_and_built_in_ones_are_known() {
        let new = read("\"piston-uav\"", "\"delta-wing-uav\"")
            .unwrap()
            .new_words();
        assert_eq!(new.len(), 1);
        assert!(
            new[0].contains("`delta-wing-uav` is new") && new[0].contains("piston-uav, rotary-uav")
        );
        for signature in Catalogue::built_in().unwrap().iter() {
            assert!(signature.new_words().is_empty(), "{}", signature.id());
        }
    }
}
