//! Recordings that are searched together, and the look-ups for their words.

use std::ops::Range;

use rayon::prelude::*;

use super::row::Row;
use super::table::{Neighbours, Table};
use crate::fingerprint::{Fingerprint, STRIDE};

/// Neighbouring recordings that are searched together, with all their words.
pub(super) struct Block {
    /// Number of the first recording.
    first: usize,
    row: Row,
}

/// A word that is searched.
#[derive(Debug, Clone, Copy)]
pub(super) struct LookUp {
    pub key: u32,
    /// Among the words of the block.
    pub at: u32,
    pub neighbours: Neighbours,
}

/// A recording that holds a word, and where.
pub(super) struct Searched<'a> {
    /// Its number.
    pub recording: usize,
    /// Its words.
    pub query: &'a [u32],
    /// The word among them.
    pub at: usize,
}

impl Block {
    pub(super) fn starting_at(first: usize) -> Self {
        let row = Row::default();
        Self { first, row }
    }

    pub(super) fn add(&mut self, fingerprint: Fingerprint) {
        self.row.push_own(fingerprint.into_words());
    }

    /// Number of the first recording.
    pub(super) fn first(&self) -> usize {
        self.first
    }

    /// One past the number of the last.
    pub(super) fn end(&self) -> usize {
        self.first + self.row.recordings()
    }

    /// How many words.
    pub(super) fn len(&self) -> usize {
        self.row.words().len()
    }

    /// All its words, so many at a time.
    pub(super) fn portions(&self, words: usize) -> Vec<Range<usize>> {
        let all = self.len();
        let starts = (0..all).step_by(words);
        starts.map(|start| start..all.min(start + words)).collect()
    }

    /// Every word of a range that says something.
    pub(super) fn look_ups(&self, range: Range<usize>, table: &Table) -> Vec<LookUp> {
        let heard = range.filter(|at| self.row.words()[*at] != 0);
        heard.map(|at| self.look_up(at, table)).collect()
    }

    /// The same in the order of their keys. (Rows of known length are gathered in place, without a second one beside
    /// them.)
    pub(super) fn sorted_look_ups(&self, range: Range<usize>, table: &Table) -> Vec<LookUp> {
        let all = range.into_par_iter();
        let mut look_ups: Vec<LookUp> = all.map(|at| self.look_up(at, table)).collect();
        look_ups.retain(|look_up| self.row.words()[look_up.at as usize] != 0);
        look_ups.par_sort_unstable_by_key(|look_up| look_up.key);
        look_ups
    }

    fn look_up(&self, at: usize, table: &Table) -> LookUp {
        let words = self.row.words();
        LookUp {
            key: table.key(words[at]),
            at: at as u32,
            neighbours: Neighbours::of(words, at, STRIDE),
        }
    }

    /// The recording that has the word at this place.
    pub(super) fn recording(&self, at: u32) -> usize {
        self.first + self.row.holding(at)
    }

    /// The same with its words.
    pub(super) fn searched(&self, at: u32) -> Searched<'_> {
        let own = self.row.holding(at);
        Searched {
            recording: self.first + own,
            query: self.row.of(own),
            at: at as usize - self.row.start(own),
        }
    }
}
