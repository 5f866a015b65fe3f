//! What people write to label a recording: `harop`, `harop/dive`, `-harop`.

use super::duplicates::phases_differ;
use super::{is_valid_label, Recording};
use crate::taxonomy::reserved;
pub use crate::taxonomy::PHASES;
use thiserror::Error;

/// A label as somebody wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The label: lower-case words joined by hyphens.
    pub label: String,
    /// `cruise` or `dive`, if it was said.
    pub phase: Option<String>,
    /// Whether it says what the recording is *not*.
    pub is_not: bool,
}

/// Why a text is no label.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{fault}; {remedy}")]
pub struct NotALabel {
    /// What is wrong.
    pub fault: String,
    /// What to write instead.
    pub remedy: &'static str,
}

impl Said {
    /// Reads `harop`, `harop/dive` (an airframe in a phase) or `-harop` (anything but a Harop). Spaces around it
    /// don't count.
    ///
    /// # Errors
    /// [`NotALabel`], also for the words that answers use for families, classes and what they can't tell.
    pub fn parse(text: &str) -> Result<Self, NotALabel> {
        let text = text.trim();
        let no = |fault: String, remedy| Err(NotALabel { fault, remedy });
        let (is_not, positive) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (label, phase) = match positive.split_once('/') {
            Some((label, phase)) => (label, Some(phase)),
            None => (positive, None),
        };
        if !is_valid_label(label) {
            return no(format!("`{text}` is not a label"), LABEL_REMEDY);
        }
        if let Some(fault) = reserved(label) {
            return no(fault, RESERVED_REMEDY);
        }
        if phase.is_some_and(|phase| !PHASES.contains(&phase)) {
            let fault = format!("`{text}` names a phase that is not learnt");
            return no(fault, PHASE_REMEDY);
        }
        if is_not && phase.is_some() {
            let fault = format!("`{text}` says of one phase that it is not heard");
            return no(fault, LABEL_REMEDY);
        }
        Ok(Self {
            label: label.to_owned(),
            phase: phase.map(str::to_owned),
            is_not,
        })
    }
}

impl Recording {
    /// Its label as it would be written: `harop/dive`, `-harop`.
    pub fn said(&self) -> String {
        match (&self.phase, self.is_not) {
            (_, true) => format!("-{}", self.label),
            (Some(phase), false) => format!("{}/{phase}", self.label),
            (None, false) => self.label.clone(),
        }
    }

    /// Whether the labels of two recordings of the same sound cannot both be right: two different ones, one and its negation,
    /// or two phases.
    pub fn contradicts(&self, other: &Self) -> bool {
        match (self.is_not, other.is_not) {
            (true, true) => false,
            (false, false) => {
                self.label != other.label
                    || phases_differ(self.phase.as_deref(), other.phase.as_deref())
            }
            _ => self.label == other.label,
        }
    }
}

/// What to do with other phases.
pub(super) const PHASE_REMEDY: &str =
    "the phases are cruise and dive (loiter and pass are cruise); leave it out for any other, and write it into the column note \
     of a manifest: what five recordings of three source groups share is learnt as a kind of its own within the label";

/// Folder names that are phases people speak of, and none that is learnt.
const OTHER_PHASES: [&str; 14] = [
    "approach", "climb", "descent", "flyby", "hover", "idle", "landing", "launch", "level",
    "loiter", "pass", "start", "takeoff", "taxi",
];

/// Whether a folder's name is a phase that is not learnt.
pub(super) fn is_other_phase(name: &str) -> bool {
    let name = name.to_lowercase().replace(['-', '_', ' '], "");
    OTHER_PHASES.contains(&name.as_str())
}

/// What to write instead of what was not understood.
const LABEL_REMEDY: &str =
    "use lower-case letters, digits and hyphens, such as shahed-136; with a phase shahed-136/dive; for what it is not -shahed-136";

/// What to do about a word that answers use.
pub(crate) const RESERVED_REMEDY: &str =
    "label recordings with what is heard, such as shahed-136 or siren, and leave out those of which you can't tell";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_and_negations_are_understood() {
        let said = |text: &str| {
            let s = Said::parse(text).unwrap();
            (s.label, s.phase, s.is_not)
        };
        assert_eq!(said(" shahed-136 "), ("shahed-136".into(), None, false));
        assert_eq!(
            said("harop/dive"),
            ("harop".into(), Some("dive".into()), false)
        );
        assert_eq!(said("-harop"), ("harop".into(), None, true));
    }

    #[test]
    fn other_phases_are_refused_with_what_to_do() {
        let fault = Said::parse("harop/climb").unwrap_err().to_string();
        assert!(
            fault.contains("cruise and dive") && fault.contains("column note"),
            "{fault}"
        );
        assert!(is_other_phase("Take-off") && !is_other_phase("night-of-may-3"));
    }

    #[test]
    fn words_of_answers_are_refused_with_what_to_do() {
        for text in ["unknown", "-unknown", "military-uav", "piston-uav/dive"] {
            let fault = Said::parse(text).unwrap_err();
            assert!(fault.fault.contains("not a label"), "{fault}");
            assert_eq!(fault.remedy, RESERVED_REMEDY);
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for text in ["", "-", "Harop", "harop/climb", "-harop/dive", "a/b/c"] {
            assert!(Said::parse(text).is_err(), "{text}");
        }
    }
}
