//! Kinds within labels: what the notes of a manifest tell apart.

use std::collections::{BTreeMap, BTreeSet};

/// Fewest recordings that make a kind.
const MIN_RECORDINGS: usize = 5;
/// Fewest source groups that make a kind: fewer would name a recording session, not a kind.
const MIN_GROUPS: usize = 3;

/// The kinds that a classifier may learn in place of the labels.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kinds {
    /// Label of each kind. Every label has at least one: the recordings that are of no kind.
    pub label_of: Vec<usize>,
    /// Kind of each recording.
    pub of_recording: Vec<usize>,
}

/// What is known of a recording before its features.
#[derive(Debug, Clone, Copy)]
pub struct Noted<'a> {
    /// Number of its label.
    pub label: usize,
    /// Number of its source group.
    pub group: usize,
    /// The note in the manifest; what stands before the first semicolon names the kind.
    pub note: &'a str,
}

impl Kinds {
    /// Finds the kinds of `n_labels` labels: notes that five recordings or more from three source
    /// groups or more of one label share.
    pub fn find(recordings: &[Noted], n_labels: usize) -> Self {
        let mut shared: BTreeMap<(usize, &str), (usize, BTreeSet<usize>)> = BTreeMap::new();
        for r in recordings {
            let (count, groups) = shared.entry((r.label, name(r.note))).or_default();
            *count += 1;
            groups.insert(r.group);
        }
        shared.retain(|_, (n, groups)| *n >= MIN_RECORDINGS && groups.len() >= MIN_GROUPS);
        // The rest of each label comes first, under its own number.
        let mut label_of: Vec<usize> = (0..n_labels).collect();
        let mut numbers = BTreeMap::new();
        for &(label, note) in shared.keys() {
            numbers.insert((label, note), label_of.len());
            label_of.push(label);
        }
        let kind = |r: &Noted| numbers.get(&(r.label, name(r.note))).copied();
        Self {
            of_recording: recordings
                .iter()
                .map(|r| kind(r).unwrap_or(r.label))
                .collect(),
            label_of,
        }
    }
}

fn name(note: &str) -> &str {
    note.split(';').next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(label: usize, group: usize, note: &str) -> Noted<'_> {
        Noted { label, group, note }
    }

    #[test]
    fn a_note_that_many_groups_share_is_a_kind() {
        let mut recordings: Vec<Noted> = (0..6).map(|i| noted(1, i, "rain; indoors")).collect();
        recordings.push(noted(1, 9, "bells"));
        let kinds = Kinds::find(&recordings, 2);
        assert_eq!(kinds.label_of, [0, 1, 1]);
        assert_eq!(kinds.of_recording, [2, 2, 2, 2, 2, 2, 1]);
    }

    #[test]
    fn the_same_note_under_two_labels_is_two_kinds() {
        let mut recordings: Vec<Noted> = (0..5).map(|i| noted(0, i, "train")).collect();
        recordings.extend((0..5).map(|i| noted(1, i, "train")));
        let kinds = Kinds::find(&recordings, 2);
        assert_eq!(kinds.label_of, [0, 1, 0, 1]);
        assert_eq!(kinds.of_recording, [2, 2, 2, 2, 2, 3, 3, 3, 3, 3]);
    }

    #[test]
    fn clips_of_few_sessions_are_no_kind() {
        let recordings: Vec<Noted> = (0..40).map(|i| noted(0, i % 2, "light")).collect();
        assert_eq!(Kinds::find(&recordings, 1).label_of, [0]);
    }
}
