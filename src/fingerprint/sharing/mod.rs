//! Which of many recordings share sound, in a time that grows little faster than their hours.
//!
//! An [`Index`](super::Index) answers about one recording; asked for each of `n` in turn its time grows with `n` squared,
//! since a part of 16 bits occurs everywhere in a large archive. Here parts grow with the archive, up to 24 of a
//! word's 32 bits, so that a look-up meets few places; look-ups are sorted, so that none waits for memory; and recordings
//! that are known to belong together are not compared again, so that a sound in a thousand files costs a thousand
//! comparisons and not a million.

use rayon::prelude::*;

mod block;
mod links;
mod row;
mod table;

use block::{Block, LookUp, Searched};
use row::Row;
use table::{Table, PASSES};

pub use links::{Link, Links};

use super::extend::{errors_around, Overlay};
use super::{span_s, Fingerprint, HOP, SAMPLE_RATE, STRIDE};
use crate::spectrum::sum::in_lanes;

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

/// Recordings among which shared sound is looked for: 62.5 bytes per second of sound, and twice as much again while it
/// is looked for.
#[derive(Debug, Clone, Default)]
pub struct Sharing {
    row: Row,
}

impl Sharing {
    /// No recordings yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a recording; they are numbered from 0.
    pub fn add(&mut self, fingerprint: &Fingerprint) {
        let words = fingerprint.words().iter().step_by(STRIDE);
        self.row.push(words.copied());
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
        let mut links = Links::none(self.row.recordings());
        let mut last: Option<Block> = None;
        for pass in 0..PASSES {
            let table = Table::new(self.row.words(), pass);
            let mut next = 0;
            while next < self.row.recordings() {
                // Of a small archive there is but one block: it is not fetched again.
                let block = match last.take().filter(|block| block.first() == next) {
                    Some(block) => block,
                    None => self.block(next, &mut fetch)?,
                };
                next = block.end();
                let found = self.search(&block, &table, &links);
                found.into_iter().for_each(|link| links.join(link));
                last = Some(block);
            }
        }
        links.sort();
        Ok(links)
    }

    /// The recordings from `first` on that are searched together.
    fn block<E>(
        &self,
        first: usize,
        mut fetch: impl FnMut(usize) -> Result<Fingerprint, E>,
    ) -> Result<Block, E> {
        let mut block = Block::starting_at(first);
        while block.end() < self.row.recordings() && block.len() < BLOCK_WORDS {
            block.add(fetch(block.end())?);
        }
        Ok(block)
    }

    /// What a block's words share with recordings before each of their own, other than those of its group.
    ///
    /// A table of many hours lies outside the caches; then the look-ups are sorted: it is gone through from its beginning
    /// to its end instead of to and fro.
    fn search(&self, block: &Block, table: &Table, known: &Links) -> Vec<Link> {
        let promising =
            |look_ups: &[LookUp]| in_lanes!(self.promising(block, look_ups, table, known));
        if table.bytes() <= CACHE_BYTES {
            let places = block
                .portions(AT_A_TIME)
                .into_par_iter()
                .flat_map_iter(|portion| promising(&block.look_ups(portion, table)))
                .collect();
            return self.compare_all(block, places, known);
        }
        let portions = block.portions(look_ups_at_a_time(table)).into_iter();
        let links = portions.flat_map(|portion| {
            let look_ups = block.sorted_look_ups(portion, table);
            let places = look_ups
                .par_chunks(AT_A_TIME)
                .flat_map_iter(promising)
                .collect();
            drop(look_ups);
            self.compare_all(block, places, known)
        });
        links.collect()
    }

    /// Places of earlier recordings that look like the words that are looked up, of at most [`MOST_PLACES`] groups for
    /// each: a sound that is everywhere is joined to its first ones, and so are all others that hold it.
    #[inline(always)]
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
            let later = block.searched(look_up.at);
            let before = self.row.start(later.recording) as u32;
            let alike = alike.filter(|entry| {
                let position = entry.position as usize;
                entry.position < before
                    && errors_around(self.row.words(), position, later.query, later.at) <= TOLERATED
            });
            groups.clear();
            groups.push(known.root(later.recording));
            for entry in alike {
                let group = known.root(self.row.holding(entry.position));
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

    /// Compares the recordings in which these places lie with those that they meet there.
    fn compare_all(&self, block: &Block, mut places: Vec<Place>, known: &Links) -> Vec<Link> {
        places.par_sort_unstable();
        places
            .par_chunk_by(|a, b| block.recording(a.at) == block.recording(b.at))
            .flat_map_iter(|places| self.compare_one(block, places, known))
            .collect()
    }

    /// Compares one recording, in which all these places lie, with those that it meets there.
    fn compare_one(&self, block: &Block, places: &[Place], known: &Links) -> Vec<Link> {
        let mut found: Vec<Link> = Vec::new();
        for place in places {
            let group = known.root(self.row.holding(place.position));
            if found.iter().all(|link| known.root(link.earlier) != group) {
                found.extend(self.compare(&block.searched(place.at), place.position));
            }
        }
        found
    }

    fn compare(&self, later: &Searched, position: u32) -> Option<Link> {
        let earlier = self.row.holding(position);
        let word = position as usize - self.row.start(earlier);
        let shift = later.at as i64 - (word * STRIDE) as i64;
        let overlay = Overlay {
            stored: self.row.of(earlier),
            query: later.query,
            shift,
        };
        let stretch = overlay.extend(word);
        let same = stretch.words >= LEAST_WORDS && stretch.sigmas() >= SAME_SOUND_SIGMAS;
        same.then(|| Link {
            earlier,
            later: later.recording,
            score: 1.0 - 2.0 * stretch.error_rate(),
            offset_s: shift as f64 * HOP as f64 / SAMPLE_RATE,
            overlap_s: span_s(stretch.end - stretch.first),
        })
    }
}

/// So many look-ups are sorted and done together that each pays for few bytes of the table, which they read from end to
/// end, and not for more, since they take memory.
fn look_ups_at_a_time(table: &Table) -> usize {
    const BYTES_EACH: usize = 32;
    (table.bytes() / BYTES_EACH).max(1 << 17)
}

/// A word of a recording that is searched, and a place where it may occur in an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    /// Among the words of the block.
    at: u32,
    /// Among the words of all recordings.
    position: u32,
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
    fn what_is_sorted_for_is_found_as_well() {
        // 300,000 words are kept of these, whose table is larger than the caches.
        let mut recordings: Vec<Vec<u32>> = (0..30).map(|n| random_words(n, 40_000)).collect();
        let piece = damaged(&recordings[2][30_001..30_321], 100);
        recordings[27][12_345..12_665].copy_from_slice(&piece);
        let mut sharing = Sharing::new();
        recordings
            .iter()
            .for_each(|words| sharing.add(&words.iter().copied().collect()));
        assert!(Table::new(sharing.row.words(), 0).bytes() > CACHE_BYTES);
        assert_eq!(links(&recordings).groups(), [[2, 27]]);
    }

    #[test]
    fn nothing_and_silence_share_nothing() {
        assert!(links(&[]).groups().is_empty());
        assert!(links(&[vec![0; 500], vec![0; 500], vec![]])
            .groups()
            .is_empty());
    }
}
