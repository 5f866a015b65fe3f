//! Which of many recordings share sound, in a time that grows little faster than their hours.
//!
//! An [`Index`](super::Index) answers about one recording; asked for each of `n` in turn its time grows with `n` squared,
//! since a part of 16 bits occurs everywhere in a large archive. Here parts grow with the archive, up to 24 of a
//! word's 32 bits, so that a look-up meets a few places at most; and recordings that are known to belong together are not
//! compared again, so that a sound in a thousand files costs a thousand comparisons and not a million.

use rayon::prelude::*;

use super::extend::{is_promising, Overlay};
use super::{span_s, Fingerprint, HOP, SAMPLE_RATE, STRIDE};

/// Agreement beyond chance that counts as the same sound, in standard deviations; higher than for one query
/// ([`super::Index`]), since an archive has more pairs, and one false link joins two groups.
const SAME_SOUND_SIGMAS: f64 = 10.0;
/// The shortest stretch that counts, as for one query.
const LEAST_WORDS: u32 = 12;
/// Parts of a word: each look-up leaves one of them out.
const PASSES: usize = 4;
/// Least and most bits that are looked up.
const KEY_BITS: std::ops::RangeInclusive<u32> = 16..=24;
/// A part of a word that occurs this many times, beyond what is common, is passed over.
const CROWDED: usize = 4096;
/// Words of a query that are looked up together.
const AT_A_TIME: usize = 1024;
/// Queries that are searched at a time: half an hour of sound and more.
const BLOCK_WORDS: usize = 1 << 17;

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

/// Recordings among which shared sound is looked for: 62.5 bytes per second of sound, and as much again while it is
/// looked for.
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
                let mut block = Vec::new();
                let mut words = 0;
                while next < self.ends.len() && words < BLOCK_WORDS {
                    let fingerprint = fetch(next)?;
                    words += fingerprint.words().len();
                    block.push((next, fingerprint));
                    next += 1;
                }
                let found: Vec<Vec<Link>> = block
                    .par_iter()
                    .map(|(later, query)| self.search(*later, query.words(), &table, &links))
                    .collect();
                found
                    .into_iter()
                    .flatten()
                    .for_each(|link| links.join(link));
            }
        }
        links.links.sort_by_key(|l| (l.earlier, l.later));
        Ok(links)
    }

    /// What a recording shares with those before it, other than those of its group.
    fn search(&self, later: usize, query: &[u32], table: &Table, known: &Links) -> Vec<Link> {
        let group = known.root(later);
        let before = match later {
            0 => 0,
            n => self.ends[n - 1],
        };
        let mut found: Vec<Link> = Vec::new();
        let mut places: Vec<(usize, &[u32])> = Vec::with_capacity(AT_A_TIME);
        let mut candidates: Vec<(usize, usize)> = Vec::new();
        // Large tables lie outside the caches. Each of these loops asks for many places in them before any answer decides
        // what comes next, so that the answers are waited for together.
        for first in (0..query.len()).step_by(AT_A_TIME) {
            let end = query.len().min(first + AT_A_TIME);
            places.clear();
            let heard = (first..end).filter(|at| query[*at] != 0);
            places.extend(heard.map(|at| (at, table.places(query[at]))));
            candidates.clear();
            for (at, positions) in &places {
                let earlier = positions.iter().map(|position| *position as usize);
                candidates.extend(
                    earlier
                        .take_while(|position| *position < before)
                        .map(|position| (*at, position)),
                );
            }
            candidates.retain(|(at, position)| is_promising(&self.words, *position, query, *at));
            for (at, position) in &candidates {
                let earlier = self.ends.partition_point(|end| *end <= *position);
                let is_known = known.root(earlier) == group
                    || found.iter().any(|link| link.earlier == earlier);
                if !is_known {
                    found.extend(self.compare(earlier, later, query, *at, *position));
                }
            }
        }
        found
    }

    fn compare(
        &self,
        earlier: usize,
        later: usize,
        query: &[u32],
        at: usize,
        position: usize,
    ) -> Option<Link> {
        let start = match earlier {
            0 => 0,
            n => self.ends[n - 1],
        };
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

/// Where in the row of all words a part of a word occurs.
struct Table {
    pass: usize,
    bits: u32,
    /// Where each bucket begins; one more than there are.
    starts: Vec<u32>,
    positions: Vec<u32>,
    crowd: usize,
}

impl Table {
    /// A counting sort of the positions. Words of 0 are left out: they say nothing.
    fn new(words: &[u32], pass: usize) -> Self {
        let bits = (words.len().max(2).ilog2() + 2).clamp(*KEY_BITS.start(), *KEY_BITS.end());
        let key = |word: u32| key(word, pass, bits);
        let mut starts = vec![0u32; (1 << bits) + 1];
        for word in words.iter().filter(|word| **word != 0) {
            starts[key(*word) + 1] += 1;
        }
        for bucket in 0..1 << bits {
            starts[bucket + 1] += starts[bucket];
        }
        let mut positions = vec![0; starts[1 << bits] as usize];
        // Filled from the back, each start moves to the front of its bucket: no second row of them is needed.
        let heard = words.iter().enumerate().filter(|(_, word)| **word != 0);
        for (position, word) in heard.rev() {
            let slot = &mut starts[key(*word) + 1];
            *slot -= 1;
            positions[*slot as usize] = position as u32;
        }
        starts.remove(0);
        starts.push(positions.len() as u32);
        Self {
            pass,
            bits,
            starts,
            positions,
            crowd: CROWDED + 16 * (words.len() >> bits),
        }
    }

    /// Positions whose words share this part, ascending.
    fn places(&self, word: u32) -> &[u32] {
        let bucket = key(word, self.pass, self.bits);
        let (first, end) = (
            self.starts[bucket] as usize,
            self.starts[bucket + 1] as usize,
        );
        match end - first <= self.crowd {
            true => &self.positions[first..end],
            false => &[],
        }
    }
}

/// The word's four parts (low and high half of its even and of its odd bits) but one; of the last of these
/// only as many bits as are wanted.
fn key(word: u32, pass: usize, bits: u32) -> usize {
    let (even, odd) = (
        super::tables::even_bits(word),
        super::tables::even_bits(word >> 1),
    );
    let parts = [even & 0xff, odd & 0xff, even >> 8, odd >> 8];
    let part = |n: usize| parts[(pass + n) % 4];
    let whole = part(1) << 16 | part(2) << 8 | part(3);
    (whole >> (24 - bits)) as usize & ((1 << bits) - 1)
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

    #[test]
    fn every_position_is_in_the_bucket_of_its_word() {
        let words: Vec<u32> = random_words(5, 3000);
        for pass in 0..PASSES {
            let table = Table::new(&words, pass);
            for (position, word) in words.iter().enumerate() {
                let places = table.places(*word);
                assert!(places.contains(&(position as u32)));
                assert!(places.is_sorted());
            }
        }
    }
}
