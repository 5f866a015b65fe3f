//! Sound that recordings share, and the groups that it joins.

use std::collections::BTreeMap;

/// Sound that two recordings share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// The recording that was added earlier.
    pub earlier: usize,
    /// The one that was added later.
    pub later: usize,
    /// Agreement: 1 where all bits are the same, 0 where half of them are, as by chance.
    pub score: f64,
    /// Where in the later recording the earlier one begins, s; negative where the later one begins later.
    pub offset_s: f64,
    /// How long the common sound is, s.
    pub overlap_s: f64,
}

/// What was found: enough links to join every group, not every pair in it.
#[derive(Debug, Clone, Default)]
pub struct Links {
    links: Vec<Link>,
    /// A recording of the same group, nearer to its first; itself for that one.
    parents: Vec<usize>,
}

impl Links {
    /// None yet among so many recordings.
    pub(super) fn none(recordings: usize) -> Self {
        Self {
            links: Vec::new(),
            parents: (0..recordings).collect(),
        }
    }

    /// Brings them into the order of their recordings.
    pub(super) fn sort(&mut self) {
        self.links.sort_by_key(|l| (l.earlier, l.later));
    }

    /// The links, sorted by their recordings.
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// The groups of two recordings and more, in order of their first ones; each sorted.
    pub fn groups(&self) -> Vec<Vec<usize>> {
        let mut members: BTreeMap<usize, Vec<usize>> = Default::default();
        for recording in 0..self.parents.len() {
            members
                .entry(self.root(recording))
                .or_default()
                .push(recording);
        }
        members.into_values().filter(|m| m.len() > 1).collect()
    }

    pub(super) fn root(&self, mut recording: usize) -> usize {
        while self.parents[recording] != recording {
            recording = self.parents[recording];
        }
        recording
    }

    /// Joins two groups; the first recording of both stands for the new one.
    pub(super) fn join(&mut self, link: Link) {
        let (a, b) = (self.root(link.earlier), self.root(link.later));
        if a != b {
            self.links.push(link);
            self.parents[a.max(b)] = a.min(b);
            // Shortens the way for those that ask next.
            self.parents[link.later] = a.min(b);
        }
    }
}
