//! How far two recordings agree around a place where a word of one occurs in the other.

use super::STRIDE;

/// Bits of a word.
const BITS: u32 = 32;
/// A word of the same sound has fewer differing bits than this, one of another sound more: it is
/// 37.5 % of the bits, between the worst of codecs (30 %) and chance (50 %).
const BREAK_EVEN: i32 = 12;
/// The extension ends where the sum has fallen this far below its best, about 16 words (1 s) of
/// other sound.
const DROP: i32 = 64;

/// A stretch over which two recordings were compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stretch {
    /// First word, in the stored recording.
    pub first: usize,
    /// One past the last word, in the stored recording.
    pub end: usize,
    /// Words in it that said something on both sides.
    pub words: u32,
    /// Bits that differ in those.
    pub errors: u32,
}

impl Stretch {
    /// Share of differing bits; 0.5 is chance.
    pub(super) fn error_rate(&self) -> f64 {
        f64::from(self.errors) / f64::from((self.words * BITS).max(1))
    }

    /// By how many standard deviations the agreement exceeds chance.
    ///
    /// Neighbouring words and bits are not quite independent: the scatter among different
    /// recordings is that of 28 free bits per word (measured).
    pub(super) fn sigmas(&self) -> f64 {
        const FREE_BITS: f64 = 28.0;
        2.0 * (0.5 - self.error_rate()) * (f64::from(self.words) * FREE_BITS).sqrt()
    }
}

/// One stored recording laid over a query, at a place where they may agree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Overlay<'a> {
    /// Every fourth word of the stored recording.
    pub stored: &'a [u32],
    /// Every word of the query.
    pub query: &'a [u32],
    /// Query word at the stored recording's first word; negative where the query begins later.
    pub shift: i64,
}

impl Overlay<'_> {
    /// Differing bits at a stored word; `None` outside the query, or where either is silent.
    fn errors(&self, word: usize) -> Option<u32> {
        let stored = *self.stored.get(word)?;
        let at = usize::try_from(self.shift + (word * STRIDE) as i64).ok()?;
        let query = *self.query.get(at)?;
        (stored != 0 && query != 0).then(|| (stored ^ query).count_ones())
    }

    /// The stretch around a stored word over which the recordings agree best: the sum of
    /// "agreeing or not" is followed both ways until it falls for good (the X-drop extension of
    /// S. F. Altschul et al., "Gapped BLAST and PSI-BLAST", Nucleic Acids Res. 25, 1997).
    pub(super) fn extend(&self, seed: usize) -> Stretch {
        let mut stretch = Stretch {
            first: seed,
            end: seed,
            words: 0,
            errors: 0,
        };
        let right = self.follow(seed..self.stored.len());
        stretch.end += right.steps;
        let left = self.follow((0..seed).rev());
        stretch.first -= left.steps;
        stretch.words = right.words + left.words;
        stretch.errors = right.errors + left.errors;
        stretch
    }

    fn follow(&self, words: impl Iterator<Item = usize>) -> Reach {
        let mut reach = Reach::default();
        let mut best = Reach::default();
        for word in words {
            reach.steps += 1;
            match self.errors(word) {
                Some(errors) => {
                    reach.words += 1;
                    reach.errors += errors;
                    reach.sum += BREAK_EVEN - errors as i32;
                }
                // Silence agrees and disagrees with nothing, but it can't go on for ever.
                None => reach.sum -= 1,
            }
            if reach.sum > best.sum {
                best = reach;
            } else if reach.sum < best.sum - DROP {
                break;
            }
        }
        best
    }
}

/// Differing bits, of 96, of a stored word and its two neighbours: a cheap look that turns away nearly every chance hit.
/// Where a neighbour is missing or silent it counts as chance. The same sound through the worst codecs has 24 on average.
#[inline(always)]
pub(super) fn errors_around(stored: &[u32], position: usize, query: &[u32], at: usize) -> u32 {
    let word =
        |words: &[u32], at: Option<usize>| at.and_then(|at| words.get(at)).copied().unwrap_or(0);
    let both = |before: u32, after: u32| u64::from(before) << 32 | u64::from(after);
    let stored_neighbours = both(
        word(stored, position.checked_sub(1)),
        word(stored, Some(position + 1)),
    );
    let query_neighbours = both(
        word(query, at.checked_sub(STRIDE)),
        word(query, Some(at + STRIDE)),
    );
    // Bits are counted in 64 as fast as in 32.
    (stored[position] ^ query[at]).count_ones()
        + (stored_neighbours ^ query_neighbours).count_ones()
}

/// Adds to `kept` those of `hits` (places in the query, positions among the stored words) around which no more than
/// `tolerated` bits differ.
#[inline(always)]
pub(super) fn keep_promising(
    stored: &[u32],
    query: &[u32],
    hits: &[(usize, usize)],
    tolerated: u32,
    kept: &mut Vec<(usize, usize)>,
) {
    for &(at, position) in hits {
        if errors_around(stored, position, query, at) <= tolerated {
            kept.push((at, position));
        }
    }
}

/// How far an extension got.
#[derive(Debug, Clone, Copy, Default)]
struct Reach {
    steps: usize,
    words: u32,
    errors: u32,
    sum: i32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::testing::random_words;

    #[test]
    fn the_common_part_is_found_between_other_sound() {
        let stored = random_words(1, 200);
        let mut query = random_words(2, 900);
        // Stored words 50..150 stand in the query from frame 301 on, one bit in 8 damaged.
        for word in 50..150 {
            query[301 + (word - 50) * STRIDE] = stored[word] ^ 0x0101_0101;
        }
        let overlay = Overlay {
            stored: &stored,
            query: &query,
            shift: 301 - 50 * STRIDE as i64,
        };
        assert!(errors_around(&stored, 100, &query, 301 + 50 * STRIDE) < 24);
        let stretch = overlay.extend(100);
        assert!(
            stretch.first.abs_diff(50) <= 2 && stretch.end.abs_diff(150) <= 2,
            "{stretch:?}"
        );
        assert!((stretch.error_rate() - 0.125).abs() < 0.01);
        assert!(stretch.sigmas() > 35.0);
    }

    #[test]
    fn other_sound_is_seldom_promising_and_never_agrees_for_long() {
        let (stored, query) = (random_words(3, 4000), random_words(4, 16_000));
        let overlay = Overlay {
            stored: &stored,
            query: &query,
            shift: 0,
        };
        let promising: Vec<usize> = (0..4000)
            .filter(|word| errors_around(&stored, *word, &query, word * STRIDE) <= 30)
            .collect();
        assert!(promising.len() < 20, "{}", promising.len());
        assert!(promising
            .iter()
            .all(|word| overlay.extend(*word).sigmas() < 7.0));
    }

    #[test]
    fn recordings_that_only_touch_share_nothing() {
        let words = random_words(5, 40);
        let overlay = Overlay {
            stored: &words,
            query: &words,
            shift: 10_000,
        };
        assert_eq!(overlay.extend(3).words, 0);
    }
}
