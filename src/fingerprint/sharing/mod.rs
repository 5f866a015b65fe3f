//! Which of many recordings share sound, in a time that grows little faster than their hours.
//!
//! An [`Index`](super::Index) answers about one recording; asked for each of `n` in turn its time grows with `n` squared,
//! since a part of 16 bits occurs everywhere in a large archive. Here parts grow with the archive, up to 24 of a
//! word's 32 bits, so that a look-up meets few places; look-ups are sorted, so that none waits for memory; and recordings
//! that are known to belong together are not compared again, so that a sound in a thousand files costs a thousand
//! comparisons and not a million.

use rayon::prelude::*;

mod table;

use table::{Neighbours, Table, PASSES};

use super::extend::{errors_around, Overlay};
use super::{span_s, Fingerprint, HOP, SAMPLE_RATE, STRIDE};

/// Agreement beyond chance that counts as the same sound, in standard deviations; higher than for one query
/// ([`super::Index`]), since an archive has more pairs, and one false link joins two groups.
const SAME_SOUND_SIGMAS: f64 = 10.0;
/// The shortest stretch that counts, as for one query.
const LEAST_WORDS: u32 = 12;
/// Most differing bits of a word and its two neighbours, of 96. Other sound that was found by 16 to 24 equal bits has 40
/// to 36 on average, the same sound through the worst codecs 20 to 18.
const TOLERATED: u32 = 26;
/// Words of the recordings that are searched at a time: 9 hours of sound. Each time, most of the table is read.
const BLOCK_WORDS: usize = 1 << 21;
/// A smaller table stays in a processor's second cache, or near it.
const CACHE_BYTES: usize = 4 << 20;
/// Look-ups that one thread does at a time.
const AT_A_TIME: usize = 1 << 14;
/// Groups in which one word is looked at.
const MOST_PLACES: usize = 8;

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

/// Recordings among which shared sound is looked for: 62.5 bytes per second of sound, and twice as much again while it
/// is looked for.
#[derive(Debug, Clone, Default)]
pub struct Sharing {
    /// One past the last word of each recording.
    ends: Vec<usize>,
    words: Vec<u32>,
}

/// What was found: enough links to join every group, not every pair in it.
#[derive(Debug, Clone, Default)]
pub struct Links {
    links: Vec<Link>,
    /// A recording of the same group, nearer to its first; itself for that one.
    parents: Vec<usize>,
}

impl Sharing {
    /// No recordings yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a recording; they are numbered from 0.
    pub fn add(&mut self, fingerprint: &Fingerprint) {
        self.words
            .extend(fingerprint.words().iter().step_by(STRIDE));
        self.ends.push(self.words.len());
    }

    /// Looks for what the recordings share. `fetch` gives each one's whole fingerprint again, several times: they need
    /// not be held in memory.
    ///
    /// The answer depends on the recordings and their order alone, not on the number of threads.
    ///
    /// # Errors
    /// Those of `fetch`.
    pub fn links<E>(
        &self,
        mut fetch: impl FnMut(usize) -> Result<Fingerprint, E>,
    ) -> Result<Links, E> {
        let mut links = Links {
            links: Vec::new(),
            parents: (0..self.ends.len()).collect(),
        };
        for pass in 0..PASSES {
            let table = Table::new(&self.words, pass);
            let mut next = 0;
            while next < self.ends.len() {
                let mut block = Block::starting_at(next);
                while next < self.ends.len() && block.words.len() < BLOCK_WORDS {
                    block.add(&fetch(next)?);
                    next += 1;
                }
                let found = self.search(&block, &table, &links);
                found.into_iter().for_each(|link| links.join(link));
            }
        }
        links.links.sort_by_key(|l| (l.earlier, l.later));
        Ok(links)
    }

    /// What the recordings of a block share with those before each of them, other than those of its group.
    ///
    /// A table of many hours lies outside the caches; then the look-ups are sorted: it is gone through from its beginning
    /// to its end instead of to and fro.
    fn search(&self, block: &Block, table: &Table, known: &Links) -> Vec<Link> {
        let mut look_ups = block.look_ups(table);
        if table.bytes() > CACHE_BYTES {
            look_ups.par_sort_unstable_by_key(|look_up| look_up.key);
        }
        let mut promising: Vec<Place> = look_ups
            .par_chunks(AT_A_TIME)
            .flat_map_iter(|look_ups| self.promising(block, look_ups, table, known))
            .collect();
        promising.par_sort_unstable();
        let later = |place: &Place| block.holding(place.at);
        promising
            .par_chunk_by(|a, b| later(a) == later(b))
            .flat_map_iter(|places| self.compare_all(block, later(&places[0]), places, known))
            .collect()
    }

    /// Places of earlier recordings that look like the words that are looked up, of at most [`MOST_PLACES`] groups for
    /// each: a sound that is everywhere is joined to its first ones, and so are all others that hold it.
    fn promising(
        &self,
        block: &Block,
        look_ups: &[LookUp],
        table: &Table,
        known: &Links,
    ) -> Vec<Place> {
        let mut promising = Vec::new();
        let mut groups = Vec::with_capacity(1 + MOST_PLACES);
        for look_up in look_ups {
            let entries = table.entries(look_up.key);
            let mut alike = entries
                .iter()
                .filter(|entry| entry.neighbours.are_like(look_up.neighbours))
                .peekable();
            if alike.peek().is_none() {
                continue;
            }
            let later = block.holding(look_up.at);
            let (query, at) = (block.query(later), look_up.at as usize - block.start(later));
            let before = self.start(later) as u32;
            let alike = alike.filter(|entry| {
                let position = entry.position as usize;
                entry.position < before
                    && errors_around(&self.words, position, query, at) <= TOLERATED
            });
            groups.clear();
            groups.push(known.root(later));
            for entry in alike {
                let group = known.root(self.holding(entry.position));
                if !groups.contains(&group) {
                    groups.push(group);
                    let position = entry.position;
                    promising.push(Place {
                        at: look_up.at,
                        position,
                    });
                    if groups.len() > MOST_PLACES {
                        break;
                    }
                }
            }
        }
        promising
    }

    /// Compares one recording with those that it meets at these places.
    fn compare_all(
        &self,
        block: &Block,
        later: usize,
        places: &[Place],
        known: &Links,
    ) -> Vec<Link> {
        let mut found: Vec<Link> = Vec::new();
        for place in places {
            let earlier = self.holding(place.position);
            let group = known.root(earlier);
            if found.iter().all(|link| known.root(link.earlier) != group) {
                let at = place.at as usize - block.start(later);
                let position = place.position as usize;
                found.extend(self.compare(earlier, later, block.query(later), at, position));
            }
        }
        found
    }

    /// The recording that has the word at this place.
    fn holding(&self, position: u32) -> usize {
        self.ends.partition_point(|end| *end <= position as usize)
    }

    /// First word of a recording.
    fn start(&self, recording: usize) -> usize {
        match recording {
            0 => 0,
            n => self.ends[n - 1],
        }
    }

    fn compare(
        &self,
        earlier: usize,
        later: usize,
        query: &[u32],
        at: usize,
        position: usize,
    ) -> Option<Link> {
        let start = self.start(earlier);
        let word = position - start;
        let shift = at as i64 - (word * STRIDE) as i64;
        let overlay = Overlay {
            stored: &self.words[start..self.ends[earlier]],
            query,
            shift,
        };
        let stretch = overlay.extend(word);
        let same = stretch.words >= LEAST_WORDS && stretch.sigmas() >= SAME_SOUND_SIGMAS;
        same.then(|| Link {
            earlier,
            later,
            score: 1.0 - 2.0 * stretch.error_rate(),
            offset_s: shift as f64 * HOP as f64 / SAMPLE_RATE,
            overlap_s: span_s(stretch.end - stretch.first),
        })
    }
}

/// A word of a recording that is searched, and a place where it may occur in an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    /// Among the words of the block.
    at: u32,
    /// Among the words of all recordings.
    position: u32,
}

/// A word of a recording that is searched.
#[derive(Debug, Clone, Copy)]
struct LookUp {
    key: u32,
    /// Among the words of the block.
    at: u32,
    neighbours: Neighbours,
}

/// Neighbouring recordings that are searched together, with all their words.
struct Block {
    /// Number of the first recording.
    first: usize,
    /// One past the last word of each recording.
    ends: Vec<usize>,
    words: Vec<u32>,
}

impl Block {
    fn starting_at(first: usize) -> Self {
        Self {
            first,
            ends: Vec::new(),
            words: Vec::new(),
        }
    }

    fn add(&mut self, fingerprint: &Fingerprint) {
        self.words.extend(fingerprint.words());
        self.ends.push(self.words.len());
    }

    /// Every word that says something. (Rows of known length are gathered in place, without a second one beside them.)
    fn look_ups(&self, table: &Table) -> Vec<LookUp> {
        let look_up = |at: usize| LookUp {
            key: table.key(self.words[at]),
            at: at as u32,
            neighbours: Neighbours::of(&self.words, at, STRIDE),
        };
        let all = (0..self.words.len()).into_par_iter();
        let mut look_ups: Vec<LookUp> = all.map(look_up).collect();
        look_ups.retain(|look_up| self.words[look_up.at as usize] != 0);
        look_ups
    }

    /// The recording that has the word at this place.
    fn holding(&self, at: u32) -> usize {
        self.first + self.ends.partition_point(|end| *end <= at as usize)
    }

    fn start(&self, recording: usize) -> usize {
        match recording - self.first {
            0 => 0,
            n => self.ends[n - 1],
        }
    }

    fn query(&self, recording: usize) -> &[u32] {
        &self.words[self.start(recording)..self.ends[recording - self.first]]
    }
}

impl Links {
    /// The links, sorted by their recordings.
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// The groups of two recordings and more, in order of their first ones; each sorted.
    pub fn groups(&self) -> Vec<Vec<usize>> {
        let mut members: std::collections::BTreeMap<usize, Vec<usize>> = Default::default();
        for recording in 0..self.parents.len() {
            members
                .entry(self.root(recording))
                .or_default()
                .push(recording);
        }
        members.into_values().filter(|m| m.len() > 1).collect()
    }

    fn root(&self, mut recording: usize) -> usize {
        while self.parents[recording] != recording {
            recording = self.parents[recording];
        }
        recording
    }

    /// The first recording of a group stands for it.
    fn join(&mut self, link: Link) {
        let (a, b) = (self.root(link.earlier), self.root(link.later));
        if a != b {
            self.links.push(link);
            self.parents[a.max(b)] = a.min(b);
            // Shortens the way for those that ask next.
            self.parents[link.later] = a.min(b);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::testing::random_words;
    use std::convert::Infallible;

    fn links(recordings: &[Vec<u32>]) -> Links {
        let of = |n: usize| recordings[n].iter().copied().collect::<Fingerprint>();
        let mut sharing = Sharing::new();
        (0..recordings.len()).for_each(|n| sharing.add(&of(n)));
        sharing.links(|n| Ok::<_, Infallible>(of(n))).unwrap()
    }

    /// One bit in eight of each word is damaged, at other places in each.
    fn damaged(words: &[u32], seed: u64) -> Vec<u32> {
        let masks: Vec<u32> = random_words(seed, 3 * words.len());
        let mask = |n: usize| masks[3 * n] & masks[3 * n + 1] & masks[3 * n + 2];
        words
            .iter()
            .enumerate()
            .map(|(n, word)| word ^ mask(n))
            .collect()
    }

    #[test]
    fn damaged_copies_out_of_step_are_grouped_and_others_are_not() {
        let mut recordings: Vec<Vec<u32>> = (0..20).map(|n| random_words(n, 1500)).collect();
        // Five seconds of recording 3 within 11, and of 11 within 17, out of step.
        let piece = damaged(&recordings[3][401..721], 100);
        recordings[11][103..423].copy_from_slice(&piece);
        let piece = damaged(&recordings[11][900..1220], 101);
        recordings[17][22..342].copy_from_slice(&piece);
        let found = links(&recordings);
        assert_eq!(found.groups(), [[3, 11, 17]]);
        let first = found.links()[0];
        assert_eq!((first.earlier, first.later), (3, 11));
        assert!((first.overlap_s - 5.2).abs() < 0.4, "{first:?}");
        assert!(
            (first.offset_s + (401.0 - 103.0) * 0.016).abs() < 0.03,
            "{first:?}"
        );
        assert!((first.score - 0.75).abs() < 0.1, "{first:?}");
    }

    #[test]
    fn a_sound_that_is_everywhere_is_one_group_with_a_link_for_each_member() {
        let sound: Vec<u32> = random_words(1, 600);
        let recordings: Vec<Vec<u32>> = (0..60).map(|n| damaged(&sound, n)).collect();
        let found = links(&recordings);
        assert_eq!(found.groups().len(), 1);
        assert_eq!(found.links().len(), 59);
    }

    #[test]
    fn nothing_and_silence_share_nothing() {
        assert!(links(&[]).groups().is_empty());
        assert!(links(&[vec![0; 500], vec![0; 500], vec![]])
            .groups()
            .is_empty());
    }
}
