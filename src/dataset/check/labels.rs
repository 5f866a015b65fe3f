//! Labels: empty ones, and names that look like slips.

use std::collections::BTreeMap;

use super::{Finding, Severity};
use crate::dataset::Manifest;

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
    let allowed = match label.len().min(other.len()) {
        0..=3 => 0,
        4..=6 => 1,
        _ => 2,
    };
    let distance = edit_distance(label, other);
    (distance > 0 && distance <= allowed).then_some(distance)
}

/// Letters to put in, take out, exchange or swap with a neighbour to make `a` into `b` (optimal string alignment;
/// Damerau 1964).
pub fn edit_distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let exchange = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = exchange.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_slips_of_the_pen() {
        for (a, b, n) in [
            ("siren", "siren", 0),
            ("siren", "sirne", 1),
            ("siren", "sirens", 1),
            ("shahed-136", "shaheed-136", 1),
            ("", "abc", 3),
        ] {
            assert_eq!(edit_distance(a, b), n, "{a} {b}");
        }
    }

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
