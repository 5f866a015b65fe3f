//! Many fingerprints, and which of them share sound with another.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::extend::{keep_promising, Overlay, Stretch};
use super::tables::Tables;
use super::{span_s, Fingerprint, HOP, SAMPLE_RATE, STRIDE};
use crate::spectrum::sum::in_lanes;

/// Most differing bits of a word and its two neighbours, of 96; other sound that was found by 16 equal bits has 40.
const TOLERATED: u32 = 30;
/// A query longer than two minutes is searched with half the look-ups: what it shares with another
/// recording is seldom short, and its time counts.
const LONG_WORDS: usize = 7500;

/// Agreement beyond chance that counts as the same sound, in standard deviations. The strongest
/// measured between recordings that share no sound is 8.3, among 2.5 million pairs.
const SAME_SOUND_SIGMAS: f64 = 9.0;
/// The shortest stretch that counts: what a recording of one second holds, less a word.
const LEAST_WORDS: u32 = 12;

/// Sound that a recording of an [`Index`] shares with a query.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Match {
    /// The recording, as it was named to [`Index::add`].
    pub id: u32,
    /// Agreement: 1 where all bits are the same, 0 where half of them are, as by chance. Copies
    /// through codecs of 32-64 kbit/s have 0.4-0.9.
    pub score: f64,
    /// Where in the query the recording begins, s; negative where the query begins later.
    pub offset_s: f64,
    /// Where in the query the common sound begins, s.
    pub start_s: f64,
    /// How long the common sound is, s.
    pub overlap_s: f64,
}

/// Fingerprints of many recordings: 62.5 bytes per second of sound, and in memory, once it has been
/// searched, five times that and 1 MB.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct Index {
    entries: Vec<Entry>,
    words: Vec<u32>,
    tables: OnceLock<Tables>,
}

/// One recording's place among the words.
#[derive(Debug, Clone, Copy)]
struct Entry {
    id: u32,
    start: usize,
    end: usize,
}

impl Index {
    /// No recordings yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a recording. Several may have the same `id`; [`matches`](Self::matches) then gives the best.
    pub fn add(&mut self, id: u32, fingerprint: &Fingerprint) {
        self.add_words(id, fingerprint.words().iter().step_by(STRIDE).copied());
    }

    fn add_words(&mut self, id: u32, words: impl Iterator<Item = u32>) {
        let start = self.words.len();
        self.words.extend(words);
        let end = self.words.len();
        self.entries.push(Entry { id, start, end });
        self.tables = OnceLock::new();
    }

    /// How many recordings it holds.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The recordings that share at least a second of sound with the query, at most one match per
    /// id (the strongest), by falling overlap.
    ///
    /// The time taken grows with the query's length and hardly with the number of recordings; the
    /// first call after [`add`](Self::add) also sorts the words.
    pub fn matches(&self, query: &Fingerprint) -> Vec<Match> {
        let tables = self.tables.get_or_init(|| Tables::new(&self.words));
        let mut search = Search {
            index: self,
            query: query.words(),
            best: HashMap::new(),
            done: HashMap::new(),
        };
        let thin = query.words().len() > LONG_WORDS;
        let (stored, query) = (&self.words[..], query.words());
        let mut promising = Vec::new();
        tables.look_up(query, thin, |hits| {
            promising.clear();
            // Looking at the words before finding out whose they are turns nearly all away cheaply: bits are counted by
            // an instruction where the processor has one.
            in_lanes!(keep_promising(
                stored,
                query,
                hits,
                TOLERATED,
                &mut promising
            ));
            for (at, position) in &promising {
                search.consider(*at, *position);
            }
        });
        search.into_matches()
    }

    /// The entry that holds a position among the words.
    fn entry_at(&self, position: usize) -> usize {
        self.entries.partition_point(|entry| entry.end <= position)
    }
}

/// One query's progress.
struct Search<'a> {
    index: &'a Index,
    query: &'a [u32],
    /// The strongest stretch so far and its shift, per id.
    best: HashMap<u32, (Stretch, i64)>,
    /// How far an entry has been found to agree at a shift: one common second has dozens of seeds.
    done: HashMap<(usize, i64), usize>,
}

impl Search<'_> {
    fn consider(&mut self, at: usize, position: usize) {
        let index = self.index;
        let number = index.entry_at(position);
        let Entry { id, start, end } = index.entries[number];
        let word = position - start;
        let shift = at as i64 - (word * STRIDE) as i64;
        if self
            .done
            .get(&(number, shift))
            .is_some_and(|done| word < *done)
        {
            return;
        }
        let overlay = Overlay {
            stored: &index.words[start..end],
            query: self.query,
            shift,
        };
        let stretch = overlay.extend(word);
        if stretch.words < LEAST_WORDS || stretch.sigmas() < SAME_SOUND_SIGMAS {
            return;
        }
        self.done.insert((number, shift), stretch.end);
        let best = self.best.entry(id).or_insert((stretch, shift));
        if stretch.sigmas() > best.0.sigmas() {
            *best = (stretch, shift);
        }
    }

    fn into_matches(self) -> Vec<Match> {
        let mut matches: Vec<Match> = self
            .best
            .into_iter()
            .map(|(id, (stretch, shift))| Match {
                id,
                score: 1.0 - 2.0 * stretch.error_rate(),
                offset_s: seconds(shift),
                start_s: seconds(shift + (stretch.first * STRIDE) as i64).max(0.0),
                overlap_s: span_s(stretch.end - stretch.first),
            })
            .collect();
        matches.sort_by(|a, b| b.overlap_s.total_cmp(&a.overlap_s).then(a.id.cmp(&b.id)));
        matches
    }
}

/// Where a word of a query begins, s.
fn seconds(word: i64) -> f64 {
    word as f64 * HOP as f64 / SAMPLE_RATE
}

/// What of an index is written to a file: ids, word counts, words.
#[derive(Serialize, Deserialize)]
struct Stored {
    ids: Vec<u32>,
    counts: Vec<u32>,
    words: Vec<u32>,
}

impl From<Index> for Stored {
    fn from(index: Index) -> Self {
        let counts = index
            .entries
            .iter()
            .map(|entry| (entry.end - entry.start) as u32);
        Self {
            ids: index.entries.iter().map(|entry| entry.id).collect(),
            counts: counts.collect(),
            words: index.words,
        }
    }
}

impl From<Stored> for Index {
    /// Counts that don't fit the words are cut to them: a damaged file gives an index that finds
    /// less, not a panic.
    fn from(stored: Stored) -> Self {
        let mut index = Index::new();
        let mut rest = stored.words.into_iter();
        for (id, count) in stored.ids.into_iter().zip(stored.counts) {
            index.add_words(id, rest.by_ref().take(count as usize));
        }
        index
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(ids: &[u32], counts: &[u32], words: usize) -> Stored {
        Stored {
            ids: ids.to_vec(),
            counts: counts.to_vec(),
            words: (1..=words as u32)
                .map(|n| n.wrapping_mul(0x9e37_79b9))
                .collect(),
        }
    }

    #[test]
    fn an_index_survives_being_written_and_read() {
        let index = Index::from(stored(&[7, 3], &[30, 20], 50));
        let text = serde_json::to_string(&index).unwrap();
        let read: Index = serde_json::from_str(&text).unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
    }

    #[test]
    fn a_damaged_index_finds_less_but_does_not_fail() {
        let index = Index::from(stored(&[1, 2, 3], &[40, u32::MAX], 50));
        assert_eq!(index.len(), 2);
        assert_eq!(index.entries[1].end, 50);
        assert!(index.matches(&Fingerprint::default()).is_empty());
    }

    #[test]
    fn every_position_belongs_to_its_recording() {
        let index = Index::from(stored(&[1, 2, 3], &[10, 0, 10], 20));
        let numbers: Vec<usize> = [0, 9, 10, 19].iter().map(|p| index.entry_at(*p)).collect();
        assert_eq!(numbers, [0, 0, 2, 2]);
    }
}
