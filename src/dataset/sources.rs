//! Splits that leave one corpus out: what a model knows of a label from other people's recordings.

use std::collections::{BTreeMap, BTreeSet};

/// Training and test recordings with one source left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceSplit {
    /// The source that is tested.
    pub source: String,
    /// Labels that are tested: the source has them, and another has them too.
    pub labels: Vec<usize>,
    /// Recordings to learn from: all that are of other sources, and of groups that the source has
    /// no recording of.
    pub train: Vec<usize>,
    /// The source's recordings of those labels.
    pub test: Vec<usize>,
}

/// Splits for every source that shares a label with another, in the order of the sources' names.
///
/// All three lists have one entry per recording; `labels` and `groups` number labels and source
/// groups, the latter after duplicates were joined: where one upload is in two corpora, its copy
/// in the other one is not learnt from.
///
/// # Panics
/// If the lists differ in length.
pub fn leave_sources_out(labels: &[usize], groups: &[usize], sources: &[&str]) -> Vec<SourceSplit> {
    assert_eq!(labels.len(), groups.len());
    assert_eq!(labels.len(), sources.len());
    let mut by_source: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, source) in sources.iter().enumerate() {
        by_source.entry(source).or_default().push(place);
    }
    let split = |(source, held): (&str, Vec<usize>)| {
        let held_groups: BTreeSet<usize> = held.iter().map(|place| groups[*place]).collect();
        let train: Vec<usize> = (0..labels.len())
            .filter(|place| sources[*place] != source && !held_groups.contains(&groups[*place]))
            .collect();
        let known: BTreeSet<usize> = train.iter().map(|place| labels[*place]).collect();
        let test: Vec<usize> = held
            .into_iter()
            .filter(|place| known.contains(&labels[*place]))
            .collect();
        let tested: BTreeSet<usize> = test.iter().map(|place| labels[*place]).collect();
        SourceSplit {
            source: source.to_owned(),
            labels: tested.into_iter().collect(),
            train,
            test,
        }
    };
    by_source
        .into_iter()
        .map(split)
        .filter(|split| !split.test.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_labels_with_another_source_are_tested() {
        let labels = [0, 0, 1, 2, 0];
        let groups = [0, 1, 2, 3, 4];
        let sources = ["a", "a", "a", "b", "b"];
        let splits = leave_sources_out(&labels, &groups, &sources);
        assert_eq!(splits.len(), 2);
        assert_eq!(
            (splits[0].source.as_str(), &splits[0].labels[..]),
            ("a", &[0][..])
        );
        assert_eq!(
            (&splits[0].test[..], &splits[0].train[..]),
            (&[0, 1][..], &[3, 4][..])
        );
        assert_eq!(
            (&splits[1].test[..], &splits[1].train[..]),
            (&[4][..], &[0, 1, 2][..])
        );
    }

    #[test]
    fn an_upload_that_is_in_both_corpora_is_not_learnt_from() {
        let splits = leave_sources_out(&[0, 0, 0, 0], &[7, 8, 7, 9], &["a", "a", "b", "b"]);
        assert_eq!(splits[0].train, [3]);
        assert_eq!(splits[1].train, [1]);
    }
}
