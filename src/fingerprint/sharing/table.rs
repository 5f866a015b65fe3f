//! Where among all words a part of a word occurs.

use rayon::prelude::*;

/// Parts of a word: each look-up leaves one of them out.
pub(super) const PASSES: usize = 4;
/// Least and most bits that are looked up.
const KEY_BITS: std::ops::RangeInclusive<u32> = 16..=24;
/// A part of a word that occurs this many times, beyond what is common, is passed over.
const CROWDED: usize = 4096;

/// Keys that begin with the same bits are sorted together: so many of these parcels fit into the caches one at a time.
const PARCEL_BITS: u32 = 8;

/// Where in the row of all words a part of a word occurs.
pub(super) struct Table {
    pass: usize,
    bits: u32,
    /// Where each bucket begins; one more than there are.
    starts: Vec<u32>,
    entries: Vec<Entry>,
    crowd: usize,
}

/// Where a word occurs, and between which others.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Entry {
    pub position: u32,
    pub neighbours: Neighbours,
}

/// Half of the bits of the words before and after a word. That they are alike is seen without looking for the words
/// themselves, which lie anywhere in memory.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Neighbours(u32);

impl Neighbours {
    /// Those of the word at a place; `stride` words away. A missing one counts as silence.
    pub(super) fn of(words: &[u32], at: usize, stride: usize) -> Self {
        let word = |at: Option<usize>| at.and_then(|at| words.get(at)).copied().unwrap_or(0);
        let before = word(at.checked_sub(stride));
        let after = word(Some(at + stride));
        Self(before & 0x5555_5555 | after & 0xaaaa_aaaa)
    }

    /// Whether fewer than 12 of the 32 bits differ. Of different sound 16 do on average, and 6 % of pairs pass; of the same sound through
    /// the worst codecs 8 do, and 92 % pass.
    #[inline(always)]
    pub(super) fn are_like(self, other: Self) -> bool {
        const TOLERATED: u32 = 12;
        (self.0 ^ other.0).count_ones() < TOLERATED
    }
}

impl Table {
    /// Sorts the positions by their words' keys, in two steps, since one step over a table that is larger than the caches
    /// would wait for memory at every word. Words of 0 are left out: they say nothing.
    pub(super) fn new(words: &[u32], pass: usize) -> Self {
        let bits = (words.len().max(2).ilog2() + 2).clamp(*KEY_BITS.start(), *KEY_BITS.end());
        let buckets = 1 << (bits - PARCEL_BITS);
        let parcel_and_bucket = |word: u32| {
            let key = key(word, pass, bits);
            (key / buckets, (key % buckets) as u16)
        };
        let heard = || words.iter().enumerate().filter(|(_, word)| **word != 0);

        let mut sizes = [0; 1 << PARCEL_BITS];
        heard().for_each(|(_, word)| sizes[parcel_and_bucket(*word).0] += 1);
        let heard_in_all = sizes.iter().sum::<u32>() as usize;
        let mut next = starts_of(&sizes);
        let mut entries = vec![Entry::default(); heard_in_all];
        let mut buckets_of = vec![0; heard_in_all];
        for (position, word) in heard() {
            let (parcel, bucket) = parcel_and_bucket(*word);
            let slot = next[parcel] as usize;
            entries[slot] = Entry {
                position: position as u32,
                neighbours: Neighbours::of(words, position, 1),
            };
            buckets_of[slot] = bucket;
            next[parcel] += 1;
        }

        let mut starts = vec![0; (1 << bits) + 1];
        let (mut entries_left, mut buckets_left) = (entries.as_mut_slice(), buckets_of.as_slice());
        let parcels: Vec<_> = starts
            .chunks_exact_mut(buckets)
            .zip(starts_of(&sizes))
            .zip(sizes)
            .map(|((starts, first), size)| {
                let these = ..size as usize;
                let entries = entries_left.split_off_mut(these).unwrap_or_default();
                let buckets = buckets_left.split_off(these).unwrap_or_default();
                (starts, first, entries, buckets)
            })
            .collect();
        parcels
            .into_par_iter()
            .for_each(|(starts, first, entries, buckets)| {
                buckets
                    .iter()
                    .for_each(|bucket| starts[*bucket as usize] += 1);
                starts.copy_from_slice(&starts_of(starts));
                let mut next = starts.to_vec();
                let unsorted = entries.to_vec();
                for (entry, bucket) in unsorted.iter().zip(buckets) {
                    let slot = &mut next[*bucket as usize];
                    entries[*slot as usize] = *entry;
                    *slot += 1;
                }
                starts.iter_mut().for_each(|start| *start += first);
            });
        starts[1 << bits] = heard_in_all as u32;
        Self {
            pass,
            bits,
            starts,
            entries,
            crowd: CROWDED + 16 * (words.len() >> bits),
        }
    }

    /// What it takes in memory.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.starts.as_slice()) + size_of_val(self.entries.as_slice())
    }

    /// By what a word is looked up. Look-ups in the order of their keys go through the table from its beginning to its end.
    pub(super) fn key(&self, word: u32) -> u32 {
        key(word, self.pass, self.bits) as u32
    }

    /// The words that have this key, in their order.
    #[inline(always)]
    pub(super) fn entries(&self, key: u32) -> &[Entry] {
        let bucket = key as usize;
        let (first, end) = (
            self.starts[bucket] as usize,
            self.starts[bucket + 1] as usize,
        );
        match end - first <= self.crowd {
            true => &self.entries[first..end],
            false => &[],
        }
    }
}

/// Where each of a row of sizes begins.
fn starts_of(sizes: &[u32]) -> Vec<u32> {
    let mut sum = 0;
    let starts = sizes.iter().map(|size| {
        sum += size;
        sum - size
    });
    starts.collect()
}

/// The word's four parts (low and high half of its even and of its odd bits) but one; of the last of these
/// only as many bits as are wanted.
fn key(word: u32, pass: usize, bits: u32) -> usize {
    let (even, odd) = (
        super::super::tables::even_bits(word),
        super::super::tables::even_bits(word >> 1),
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

    #[test]
    fn every_position_is_in_the_bucket_of_its_word() {
        let words: Vec<u32> = random_words(5, 3000);
        for pass in 0..PASSES {
            let table = Table::new(&words, pass);
            for (position, word) in words.iter().enumerate() {
                let entries = table.entries(table.key(*word));
                assert!(entries.iter().any(|e| e.position == position as u32));
                assert!(entries.is_sorted_by_key(|e| e.position));
            }
        }
    }
}
