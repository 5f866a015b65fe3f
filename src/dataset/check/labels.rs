//! Labels: empty ones, and names that look like slips.

use std::collections::BTreeMap;

use super::{Finding, Severity};
use crate::dataset::Manifest;
use crate::slips::{allowed, edit_distance};

/// Findings about the names of the labels.
pub(super) fn findings(manifest: &Manifest, known: &[String]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = manifest
        .empty_labels
        .iter()
        .map(|label| Finding {
            kind: "empty-label",
            severity: Severity::Fault,
            label: Some(label.clone()),
            paths: Vec::new(),
            what: format!("the folder `{label}` holds no recording"),
            remedy:
                "put recordings into it, or delete the folder; nothing can be learnt of that label"
                    .into(),
        })
        .collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for recording in &manifest.recordings {
        *counts.entry(&recording.label).or_default() += 1;
    }
    for (label, n) in &counts {
        if known.iter().any(|k| k == label) {
            continue;
        }
        let others = counts.iter().filter(|(other, m)| other != &label && *m > n);
        let others = others.map(|(other, _)| *other);
        let candidates = known.iter().map(String::as_str).chain(others);
        let near = candidates
            .filter_map(|other| Some((slips(label, other)?, other)))
            .min();
        let Some((_, meant)) = near else { continue };
        findings.push(Finding {
            kind: "label-name",
            severity: Severity::Fault,
            label: Some((*label).to_owned()),
            paths: Vec::new(),
            what: format!("`{label}` ({n} recordings) is no known label and looks like `{meant}`"),
            remedy: format!(
                "rename it to `{meant}`; if it is another thing, give it a name that differs by more than a letter or two"
            ),
        });
    }
    findings
}

/// How many slips make one label of the other; `None` if they are too many for their length. Digits are
/// what tells types apart: `orbiter-2` is no slip for `orbiter-3`.
fn slips(label: &str, other: &str) -> Option<usize> {
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    let letters =
        |text: &str| -> String { text.chars().filter(char::is_ascii_lowercase).collect() };
    let (own, theirs) = (digits(label), digits(other));
    // The number left out (`shahed`) or run together (`shahed136`) is a slip.
    if own != theirs && !own.is_empty() && !theirs.is_empty() {
        return None;
    }
    if letters(label) == letters(other) && own != theirs {
        // `orbiter-1k` against `orbiter-k` reads the same; a bare type against several is told by its caller.
        return (own.is_empty() && letters(label).len() >= 4).then_some(1);
    }
    let distance = edit_distance(label, other);
    (distance > 0 && distance <= allowed(label, other)).then_some(distance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_told_from_other_types() {
        assert_eq!(slips("hellicopter", "helicopter"), Some(1));
        assert_eq!(slips("shahed136", "shahed-136"), Some(1));
        assert_eq!(slips("shahed", "shahed-136"), Some(1));
        assert_eq!(slips("orbiter-4", "orbiter-3"), None);
        assert_eq!(slips("shahed-131", "shahed-136"), None);
        assert_eq!(slips("jet", "set"), None);
        assert_eq!(slips("lancet", "siren"), None);
    }
}
