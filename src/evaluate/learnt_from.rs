//! What a model was learnt from, by label and corpus.

use crate::train::corpus::{Corpus, Origin};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What one corpus holds of one label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LearntFrom {
    /// The label.
    pub label: String,
    /// The corpus.
    pub source: String,
    /// Recordings.
    pub recordings: usize,
    /// Their source groups.
    pub groups: usize,
    /// Recordings of the largest of these groups.
    pub largest_group: usize,
    /// Their length, s.
    pub seconds: f64,
}

/// One row for each label and corpus that there are recordings of, in the order of their names.
pub fn learnt_from(corpus: &Corpus) -> Vec<LearntFrom> {
    let mut of: BTreeMap<(&str, &str), (f64, Vec<usize>)> = BTreeMap::new();
    let recorded = corpus.recordings.iter();
    for r in recorded.filter(|r| r.origin == Origin::Recorded) {
        let own = of.entry((&corpus.labels[r.label], &r.source)).or_default();
        own.0 += r.seconds;
        own.1.push(r.group);
    }
    let rows = of.into_iter().map(|((label, source), (seconds, members))| {
        let groups: BTreeSet<usize> = members.iter().copied().collect();
        let size = |group: &usize| members.iter().filter(|g| *g == group).count();
        LearntFrom {
            label: label.to_owned(),
            source: source.to_owned(),
            recordings: members.len(),
            groups: groups.len(),
            largest_group: groups.iter().map(size).max().unwrap_or(0),
            seconds,
        }
    });
    rows.collect()
}
