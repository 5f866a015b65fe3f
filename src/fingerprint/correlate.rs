//! Where in a long row of prints a short one may lie: cross-correlation by blocks of the fast
//! Fourier transform (overlap-save; A. Oppenheim, R. Schafer, "Discrete-Time Signal Processing", 8.7).

use std::sync::Arc;

use rayon::prelude::*;
use rustfft::{num_complex::Complex32, Fft, FftPlanner};

use super::waveprint::{unpack, STEP};

/// Complex samples of a transform, 16.4 s.
const BLOCK: usize = 32_768;
/// Most words of a query that are looked for at once: 5.12 s.
pub(super) const WINDOW_WORDS: usize = 160;
/// Words from one block to the next: all lags at which a whole window lies inside the block.
const STRIDE_WORDS: usize = BLOCK / STEP - WINDOW_WORDS;
/// Power of the correlation from which a lag is looked at more closely. Two unrelated sounds exceed x with
/// probability exp(-x) at a lag: among the 7 million of an hour, this is exceeded once.
const LEAST_POWER: f32 = 16.0;
/// Of neighbouring lags the strongest counts, one in 32 ms.
const CELL: usize = STEP;

/// A stretch of a query, transformed.
pub(super) struct Window {
    /// The query it is from.
    pub query: usize,
    /// First word.
    pub start: usize,
    /// Words.
    pub len: usize,
    heard: usize,
    /// The conjugate of its transform.
    spectrum: Vec<Complex32>,
}

/// A lag at which a window agrees with something.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Peak {
    /// The window.
    pub window: usize,
    /// Where in the row the window begins, in complex samples.
    pub lag: i64,
    /// Squared magnitude of the correlation over what it is on average where nothing agrees.
    pub power: f32,
}

/// Cuts queries into windows of equal length, at most [`WINDOW_WORDS`]; those in which nothing is heard are left out.
pub(super) fn windows(queries: &[&[u128]]) -> Vec<Window> {
    let transform = FftPlanner::new().plan_fft_forward(BLOCK);
    let mut windows = Vec::new();
    for (query, words) in queries.iter().enumerate() {
        let count = words.len().div_ceil(WINDOW_WORDS).max(1);
        for part in 0..count {
            let (start, end) = (part * words.len() / count, (part + 1) * words.len() / count);
            let heard = words[start..end].iter().filter(|word| **word != 0).count();
            if heard > 0 {
                windows.push(Window {
                    query,
                    start,
                    len: end - start,
                    heard: heard * STEP,
                    spectrum: conjugate_spectrum(&words[start..end], transform.as_ref()),
                });
            }
        }
    }
    windows
}

fn conjugate_spectrum(words: &[u128], transform: &dyn Fft<f32>) -> Vec<Complex32> {
    let mut samples = vec![Complex32::default(); BLOCK];
    for (word, into) in words.iter().zip(samples.chunks_exact_mut(STEP)) {
        unpack(*word, into);
    }
    transform.process(&mut samples);
    samples.iter_mut().for_each(|x| *x = x.conj());
    samples
}

/// The lags at which windows agree with a row of `len` words, by place in the row and then by window.
/// `word` gives the row's words. On all threads; the result does not depend on their number.
pub(super) fn peaks(
    windows: &[Window],
    len: usize,
    word: impl Fn(usize) -> u128 + Sync,
) -> Vec<Peak> {
    let mut planner = FftPlanner::new();
    let (forward, back) = (
        planner.plan_fft_forward(BLOCK),
        planner.plan_fft_inverse(BLOCK),
    );
    let blocks = (len + WINDOW_WORDS).div_ceil(STRIDE_WORDS);
    let found = (0..blocks).into_par_iter().map(|block| {
        // The first lags begin before the row does.
        let first = (block * STRIDE_WORDS) as i64 - WINDOW_WORDS as i64;
        let mut row = vec![Complex32::default(); BLOCK];
        for (n, into) in row.chunks_exact_mut(STEP).enumerate() {
            let at = usize::try_from(first + n as i64)
                .ok()
                .filter(|at| *at < len);
            unpack(at.map_or(0, &word), into);
        }
        forward.process(&mut row);
        in_block(windows, &row, first * STEP as i64, &back)
    });
    found.flatten_iter().collect()
}

fn in_block(
    windows: &[Window],
    row: &[Complex32],
    first: i64,
    back: &Arc<dyn Fft<f32>>,
) -> Vec<Peak> {
    let mut product = vec![Complex32::default(); BLOCK];
    let mut scratch = vec![Complex32::default(); back.get_inplace_scratch_len()];
    let mut found = Vec::new();
    for (number, window) in windows.iter().enumerate() {
        for ((into, x), w) in product.iter_mut().zip(row).zip(&window.spectrum) {
            *into = x * w;
        }
        back.process_with_scratch(&mut product, &mut scratch);
        let scale = 1.0 / (BLOCK as f32 * BLOCK as f32 * window.heard as f32);
        for (cell, lags) in product[..STRIDE_WORDS * STEP]
            .chunks_exact(CELL)
            .enumerate()
        {
            let (mut at, mut power) = (0, 0.0);
            for (n, x) in lags.iter().enumerate() {
                if x.norm_sqr() > power {
                    (at, power) = (n, x.norm_sqr());
                }
            }
            if power * scale > LEAST_POWER {
                found.push(Peak {
                    window: number,
                    lag: first + (cell * CELL + at) as i64,
                    power: power * scale,
                });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::testing::random_words;

    #[test]
    fn a_query_is_cut_into_equal_windows_without_silent_ones() {
        let mut words = random_words(1, 400);
        words[0..140].fill(0);
        let cut = windows(&[&words, &[], &words[150..152]]);
        let places: Vec<_> = cut.iter().map(|w| (w.query, w.start, w.len)).collect();
        assert_eq!(places, [(0, 133, 133), (0, 266, 134), (2, 0, 2)]);
        assert_eq!(cut[0].heard, 126 * STEP);
    }

    #[test]
    fn a_stretch_is_found_wherever_it_lies_in_the_row() {
        let row = random_words(1, 1500);
        for start in [0, 1, 191, 192, 193, 351, 352, 353, 1440] {
            let cut = windows(&[&row[start..start + 60]]);
            let found = peaks(&cut, row.len(), |n| row[n]);
            let best = found
                .iter()
                .max_by(|a, b| a.power.total_cmp(&b.power))
                .unwrap();
            assert_eq!(best.lag, (start * STEP) as i64);
            assert!((best.power - 60.0 * STEP as f32).abs() < 1.0, "{best:?}");
        }
    }

    #[test]
    fn a_window_that_begins_before_the_row_or_ends_after_it_is_found() {
        let row = random_words(2, 100);
        let mut query = random_words(3, 100);
        query[60..].copy_from_slice(&row[..40]);
        let found = peaks(&windows(&[&query]), row.len(), |n| row[n]);
        assert!(
            found.iter().any(|p| p.lag == -60 * STEP as i64),
            "{found:?}"
        );
        query[..40].copy_from_slice(&row[60..]);
        let found = peaks(&windows(&[&query]), row.len(), |n| row[n]);
        assert!(found.iter().any(|p| p.lag == 60 * STEP as i64), "{found:?}");
    }

    #[test]
    fn chance_exceeds_the_threshold_about_as_seldom_as_it_should() {
        let row = random_words(4, 50_000);
        let query = random_words(5, 160);
        // 3.2 million lags, exp(-16) of which are expected to exceed it: 0.4.
        assert!(peaks(&windows(&[&query]), row.len(), |n| row[n]).len() <= 4);
    }
}
