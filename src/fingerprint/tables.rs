//! Where in the index a part of a word occurs.
//!
//! After a codec few words come through whole, but most have an undamaged part. A word's even and
//! odd bits, each cut into a low and a high half, are four parts of 8 bits; every pair of a low
//! and a high part is looked up (multi-index hashing: M. Norouzi, A. Punjani, D. Fleet, "Fast
//! search in Hamming space with multi-index hashing", CVPR 2012). Neighbouring bits share a band
//! and so depend on each other; even bits among themselves don't, which keeps the buckets even.

const BUCKETS: usize = 1 << 16;
/// A part that occurs this many times as often as the mean says little and costs much.
const CROWDED: usize = 16;

/// Positions by pair of parts, one table per pair.
#[derive(Debug, Clone)]
pub(super) struct Tables {
    tables: [Table; 4],
    crowd: usize,
}

#[derive(Debug, Clone)]
struct Table {
    /// Where each bucket begins in `positions`; one more than there are buckets.
    starts: Vec<u32>,
    positions: Vec<u32>,
}

impl Tables {
    pub(super) fn new(words: &[u32]) -> Self {
        Self {
            tables: std::array::from_fn(|pair| Table::new(words, pair)),
            crowd: CROWDED * (words.len() / BUCKETS + 1),
        }
    }

    /// Calls `found` with places in `query` and positions in the index whose words share a pair of
    /// parts, in batches; where they share several pairs, several times. Words of 0 are left out.
    /// With `thin`, every other word is looked up for one half of the pairs and the rest for the
    /// other half, which takes half the time and finds most of the same sound.
    ///
    /// The tables are large and the look-ups scattered, so what takes the time is waiting for
    /// memory: each table is gone through on its own, and a batch's reads don't wait for each other.
    pub(super) fn look_up(
        &self,
        query: &[u32],
        thin: bool,
        mut found: impl FnMut(&[(usize, usize)]),
    ) {
        const BATCH: usize = 512;
        let step = if thin { 2 } else { 1 };
        let mut hits = Vec::new();
        for (pair, table) in self.tables.iter().enumerate() {
            let mut start = (pair / 2) % step;
            while start < query.len() {
                let places = || (start..query.len()).step_by(step).take(BATCH);
                let mut buckets = [(0, 0); BATCH];
                for (bucket, at) in buckets.iter_mut().zip(places()) {
                    *bucket = table.bucket(keys(query[at])[pair]);
                }
                hits.clear();
                for (at, (first, end)) in places().zip(buckets) {
                    if query[at] != 0 && end - first <= self.crowd {
                        let positions = &table.positions[first..end];
                        hits.extend(positions.iter().map(|position| (at, *position as usize)));
                    }
                }
                found(&hits);
                start += BATCH * step;
            }
        }
    }
}

impl Table {
    /// A counting sort of the positions by key. Words of 0 are left out: they say nothing.
    fn new(words: &[u32], pair: usize) -> Self {
        let mut starts = vec![0u32; BUCKETS + 1];
        let heard = || words.iter().enumerate().filter(|(_, word)| **word != 0);
        for (_, word) in heard() {
            starts[keys(*word)[pair] + 1] += 1;
        }
        for bucket in 0..BUCKETS {
            starts[bucket + 1] += starts[bucket];
        }
        let mut next = starts.clone();
        let mut positions = vec![0; starts[BUCKETS] as usize];
        for (position, word) in heard() {
            let slot = &mut next[keys(*word)[pair]];
            positions[*slot as usize] = position as u32;
            *slot += 1;
        }
        Self { starts, positions }
    }

    /// Where in `positions` a key's bucket begins and ends.
    fn bucket(&self, key: usize) -> (usize, usize) {
        (self.starts[key] as usize, self.starts[key + 1] as usize)
    }
}

/// The four pairs of a low and a high part, 16 bits each.
fn keys(word: u32) -> [usize; 4] {
    let (even, odd) = (even_bits(word), even_bits(word >> 1));
    let pair = |low: u32, high: u32| (low & 0x00ff | high & 0xff00) as usize;
    [
        pair(even, even),
        pair(odd, odd),
        pair(even, odd),
        pair(odd, even),
    ]
}

/// Bits 0, 2, 4 ... 30 moved together.
pub(super) fn even_bits(word: u32) -> u32 {
    let mut bits = word & 0x5555_5555;
    bits = (bits | bits >> 1) & 0x3333_3333;
    bits = (bits | bits >> 2) & 0x0f0f_0f0f;
    bits = (bits | bits >> 4) & 0x00ff_00ff;
    (bits | bits >> 8) & 0x0000_ffff
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(words: &[u32], word: u32) -> Vec<usize> {
        let mut positions = Vec::new();
        Tables::new(words).look_up(&[word], false, |hits| {
            positions.extend(hits.iter().map(|(_, position)| *position));
        });
        positions.sort_unstable();
        positions.dedup();
        positions
    }

    #[test]
    fn even_bits_are_every_other_bit() {
        assert_eq!(even_bits(0b1101_0110), 0b1110);
        assert_eq!(even_bits(u32::MAX), 0xffff);
    }

    #[test]
    fn a_word_is_found_through_any_undamaged_pair_of_parts() {
        let words = [0x1234_5678, 0xffff_0000, 0];
        for damage in [
            0,
            0x5555_5555,
            0xaaaa_aaaa,
            0xaaaa_5555,
            0x5555_aaaa,
            0x0000_0011,
        ] {
            assert_eq!(found(&words, 0x1234_5678 ^ damage), [0], "{damage:x}");
        }
        let both_low_parts = 0x0000_0003;
        assert!(found(&words, 0x1234_5678 ^ both_low_parts).is_empty());
    }

    #[test]
    fn a_part_that_occurs_everywhere_is_passed_over() {
        let mut words = vec![0x1234_5678; 100];
        words[50] = 0x0fed_cba9;
        assert!(found(&words, 0x1234_5678).is_empty());
        assert_eq!(found(&words, 0x0fed_cba9), [50]);
    }

    #[test]
    fn a_thin_search_looks_half_as_often() {
        let query: Vec<u32> = (1..2000u32).map(|n| n.wrapping_mul(0x9e37_79b9)).collect();
        let looked_up = |thin: bool| {
            let mut hits = Vec::new();
            Tables::new(&query).look_up(&query, thin, |batch| hits.extend_from_slice(batch));
            hits.iter().filter(|(at, position)| at == position).count()
        };
        assert_eq!(looked_up(false), 4 * query.len());
        assert_eq!(looked_up(true), 2 * query.len());
    }
}
