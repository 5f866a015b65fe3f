//! One print laid over another at a lag: how far they agree, over which stretch, and how far they
//! agree at other lags.

use super::waveprint::STEP;

/// Words of a block, the unit in which agreement is counted: 64 ms, 128 complex samples.
const BLOCK: usize = 2;
/// Standard deviation of a block's correlation where nothing agrees.
const SPREAD: f64 = 11.313_708_498_984_761; // sqrt(128)
/// Largest agreement that a block is credited with, so that no single event, a shot or a click, makes a match.
const CREDIT: f64 = 3.0;
/// A stretch of fewer blocks, 0.77 s, counts as if the rest of it agreed by nothing.
const LEAST: usize = 12;
/// Most blocks that agreement at other lags is measured on, spread over the stretch.
const SAMPLED: usize = 480;
/// Other lags on each side that are looked at, in complex samples from 32 ms on: every one as far as 0.3 s, so that none
/// at which a steady comb falls into step is passed over, and beyond that one in 37, as far as 3.7 s.
const NEAR: i64 = 600;
const FAR: i64 = 7_400;
const FAR_APART: usize = 37;

/// Two prints, one laid over the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Overlay<'a> {
    pub query: &'a [u128],
    pub stored: &'a [u128],
    /// Complex sample of the stored print at which the query begins; negative where it begins earlier.
    pub shift: i64,
}

/// How two prints agree over a stretch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Agreement {
    /// First block of the query in the stretch.
    pub first: usize,
    /// One past its last.
    pub end: usize,
    /// Mean correlation, 0 for unrelated sound and 1 for the same samples.
    pub coherence: f64,
    /// Power of the summed correlation over what it is on average for unrelated noise of that length.
    pub power: f64,
    /// The same at other lags: what these two sounds reach by being alike. At least 1.
    pub elsewhere: f64,
}

impl Agreement {
    /// Power over what the same sounds reach elsewhere. For unrelated sounds, at one lag, it exceeds x with
    /// a probability of about exp(-x).
    pub(super) fn strength(&self) -> f64 {
        self.power / self.elsewhere
    }
}

/// A complex number, or `None` where one of the two is silent.
type Correlation = Option<(f64, f64)>;

impl Overlay<'_> {
    /// The stretch around the `window` (words of the query) over which the prints agree best, or `None` where they
    /// agree nowhere.
    ///
    /// The phase is that of the window (a copy is shifted by a fraction of a sample, and may be inverted). A
    /// block's correlation in that phase, less half of the window's mean, is summed; the stretch is the
    /// one with the greatest sum (J. Bentley, "Algorithm design techniques", CACM 27(9), 1984).
    pub(super) fn agreement(&self, window: (usize, usize)) -> Option<Agreement> {
        let all: Vec<Correlation> = (0..self.query.len().div_ceil(BLOCK))
            .map(|block| self.block(block, self.shift).map(limited))
            .collect();
        let inside = &all[window.0 / BLOCK..window.1.div_ceil(BLOCK)];
        let (sum, heard) = total(inside.iter());
        let size = sum.0.hypot(sum.1);
        if heard == 0 || size == 0.0 {
            return None;
        }
        let phase = (sum.0 / size, sum.1 / size);
        let toll = (0.5 * size / heard as f64).clamp(0.2, 1.0);
        let gains = all.iter().map(|c| match c {
            Some(c) => c.0 * phase.0 + c.1 * phase.1 - toll,
            None => -0.1,
        });
        let (first, end) = best_stretch(gains)?;
        let (sum, heard) = total(all[first..end].iter());
        let stretch: Vec<usize> = (first..end)
            .step_by((end - first).div_ceil(SAMPLED))
            .collect();
        let raw = (first..end).filter_map(|block| self.block(block, self.shift));
        let raw = raw.fold((0.0, 0.0), |a, c| (a.0 + c.0, a.1 + c.1));
        Some(Agreement {
            first,
            end,
            coherence: raw.0.hypot(raw.1) / (heard.max(1) as f64 * SPREAD),
            power: power(sum, heard),
            elsewhere: self.elsewhere(&stretch),
        })
    }

    /// What the blocks reach at other lags: the mean power, or more if the largest is more than so many lags of
    /// unrelated noise would show. The stored print goes round in a circle, so that a short one has other lags too.
    fn elsewhere(&self, blocks: &[usize]) -> f64 {
        let around = (self.stored.len() * STEP) as i64;
        let reach = around / 2 - STEP as i64;
        let near = STEP as i64..reach.min(NEAR);
        let far = (NEAR..reach.min(FAR)).step_by(FAR_APART);
        let lags = near.chain(far);
        let lags = lags.flat_map(|lag| [self.shift + lag, self.shift - lag]);
        let powers: Vec<f64> = lags
            .filter_map(|lag| {
                let c = blocks.iter().map(|b| self.circular(*b, lag).map(limited));
                let c: Vec<Correlation> = c.collect();
                let (sum, heard) = total(c.iter());
                // Where the other is mostly silent nothing can be learnt.
                (2 * heard >= blocks.len()).then(|| power(sum, heard))
            })
            .collect();
        if powers.is_empty() {
            return 1.0;
        }
        let n = powers.len() as f64;
        let mean = powers.iter().sum::<f64>() / n;
        let largest = powers.iter().fold(0.0f64, |a, b| a.max(*b));
        // The mean of the largest of n exponential variables is their harmonic number.
        mean.max(largest / (n.ln() + 0.577)).max(1.0)
    }

    /// Correlation of a block in units of its spread; outside the stored print it is silent.
    fn block(&self, block: usize, shift: i64) -> Correlation {
        self.correlate(block, shift, |n| {
            usize::try_from(n)
                .ok()
                .and_then(|n| self.stored.get(n))
                .copied()
        })
    }

    fn circular(&self, block: usize, shift: i64) -> Correlation {
        let len = self.stored.len() as i64;
        self.correlate(block, shift, |n| {
            Some(self.stored[n.rem_euclid(len) as usize])
        })
    }

    fn correlate(
        &self,
        block: usize,
        shift: i64,
        stored: impl Fn(i64) -> Option<u128>,
    ) -> Correlation {
        let (mut re, mut im, mut heard) = (0, 0, false);
        let words = self.query.iter().enumerate().skip(block * BLOCK);
        for (n, query) in words.take(BLOCK) {
            let at = shift + (n * STEP) as i64;
            let (word, bits) = (
                at.div_euclid(STEP as i64),
                2 * at.rem_euclid(STEP as i64) as u32,
            );
            let (low, high) = (stored(word).unwrap_or(0), stored(word + 1).unwrap_or(0));
            if *query == 0 || low == 0 || (bits > 0 && high == 0) {
                continue;
            }
            let there = match bits {
                0 => low,
                _ => low >> bits | high << (u128::BITS - bits),
            };
            heard = true;
            re += STEP as i32 - (query ^ there).count_ones() as i32;
            im += imaginary(*query, there);
        }
        heard.then(|| (f64::from(re) / SPREAD, f64::from(im) / SPREAD))
    }
}

/// Imaginary part of the sum of conj(a) b over a word's 64 complex samples of magnitude 1.
fn imaginary(a: u128, b: u128) -> i32 {
    const REAL: u128 = 0x5555_5555_5555_5555_5555_5555_5555_5555;
    let swapped = (b & REAL) << 1 | (b >> 1 & REAL);
    let differing = a ^ swapped;
    (differing & !REAL).count_ones() as i32 - (differing & REAL).count_ones() as i32
}

fn limited(c: (f64, f64)) -> (f64, f64) {
    let size = c.0.hypot(c.1);
    let factor = if size > CREDIT { CREDIT / size } else { 1.0 };
    (c.0 * factor, c.1 * factor)
}

fn total<'a>(blocks: impl Iterator<Item = &'a Correlation>) -> ((f64, f64), usize) {
    let heard = blocks.flatten();
    heard.fold(((0.0, 0.0), 0), |(sum, n), c| {
        ((sum.0 + c.0, sum.1 + c.1), n + 1)
    })
}

fn power(sum: (f64, f64), heard: usize) -> f64 {
    (sum.0 * sum.0 + sum.1 * sum.1) / heard.max(LEAST) as f64
}

/// Where the sum of consecutive values is greatest; `None` where none is above 0.
fn best_stretch(values: impl Iterator<Item = f64>) -> Option<(usize, usize)> {
    let (mut sum, mut start) = (0.0, 0);
    let mut best = (0.0, None);
    for (n, value) in values.enumerate() {
        if sum <= 0.0 {
            (sum, start) = (0.0, n);
        }
        sum += value;
        if sum > best.0 {
            best = (sum, Some((start, n + 1)));
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::testing::random_words;
    use crate::fingerprint::waveprint::unpack;
    use rustfft::num_complex::Complex32;

    #[test]
    fn counting_bits_is_multiplying_samples() {
        let (query, stored) = (random_words(1, 4), random_words(2, 9));
        let samples = |words: &[u128]| {
            let mut samples = vec![Complex32::default(); words.len() * STEP];
            for (word, into) in words.iter().zip(samples.chunks_exact_mut(STEP)) {
                unpack(*word, into);
            }
            samples
        };
        let (q, s) = (samples(&query), samples(&stored));
        for shift in [0usize, 1, 63, 64, 101] {
            let overlay = Overlay {
                query: &query,
                stored: &stored,
                shift: shift as i64,
            };
            let products = (128..256).map(|n| q[n].conj() * s[n + shift]);
            let sum: Complex32 = products.sum();
            let (re, im) = overlay.block(1, shift as i64).unwrap();
            assert!((re * SPREAD - f64::from(sum.re)).abs() < 1e-2, "{shift}");
            assert!((im * SPREAD - f64::from(sum.im)).abs() < 1e-2, "{shift}");
        }
    }

    #[test]
    fn the_shared_stretch_is_found_between_other_sound() {
        let stored = random_words(3, 400);
        let mut query = random_words(4, 300);
        query[100..200].copy_from_slice(&stored[250..350]);
        let overlay = Overlay {
            query: &query,
            stored: &stored,
            shift: 150 * STEP as i64,
        };
        let found = overlay.agreement((90, 180)).unwrap();
        assert!(
            found.first.abs_diff(50) <= 1 && found.end.abs_diff(100) <= 1,
            "{found:?}"
        );
        assert!(
            found.strength() > 200.0 && found.coherence > 0.9,
            "{found:?}"
        );
    }

    #[test]
    fn sounds_that_agree_at_every_lag_are_no_match_however_well_they_agree() {
        // Every word alike, as of a hum whose period divides 32 ms.
        let hum = vec![random_words(5, 1)[0]; 200];
        let overlay = Overlay {
            query: &hum,
            stored: &hum,
            shift: 0,
        };
        let found = overlay.agreement((0, 160)).unwrap();
        assert!(found.power > 500.0, "{found:?}");
        // A random word agrees with itself turned round by little; half of the lags fall on the period.
        let tone = vec![u128::MAX / 3; 200];
        let overlay = Overlay {
            query: &tone,
            stored: &tone,
            shift: 0,
        };
        assert!(overlay.agreement((0, 160)).unwrap().strength() < 10.0);
    }

    #[test]
    fn one_loud_event_is_no_match() {
        let (mut query, mut stored) = (random_words(6, 100), random_words(7, 100));
        query[50..54].copy_from_slice(&random_words(8, 4));
        stored[50..54].copy_from_slice(&random_words(8, 4));
        let overlay = Overlay {
            query: &query,
            stored: &stored,
            shift: 0,
        };
        let found = overlay.agreement((0, 100)).unwrap();
        assert!(found.strength() < 10.0, "{found:?}");
    }

    #[test]
    fn silence_and_sounds_that_do_not_meet_agree_nowhere() {
        let words = random_words(9, 50);
        let apart = Overlay {
            query: &words,
            stored: &words,
            shift: 10_000,
        };
        assert_eq!(apart.agreement((0, 50)), None);
        let silence = Overlay {
            query: &words,
            stored: &[0; 50],
            shift: 0,
        };
        assert_eq!(silence.agreement((0, 50)), None);
    }
}
