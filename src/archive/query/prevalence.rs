//! How many recordings of an archive to expect of each label, estimated from their probabilities.
//!
//! Counting answers doesn't say: where a label is rare, most that get it are mistakes. Probabilities were
//! calibrated for a prior; if the archive's true shares are others, they are wrong by the ratio of the two. The shares
//! that make the archive's own probabilities likeliest are found by expectation maximisation: M. Saerens, P. Latinne, C.
//! Decaestecker, "Adjusting the outputs of a classifier to new a priori probabilities", Neural Computation 14(1), 2002.
//!
//! The interval is that of the bootstrap over groups of recordings that share sound (B. Efron, R. Tibshirani, "An
//! Introduction to the Bootstrap", 1993): it holds the chance of which recordings are in the archive. It does not hold
//! what the model gets wrong about sounds of a kind that it has not learnt from: a kind of engine that it takes for a
//! drone raises the estimate as a drone would. Listening to a sample (`export --format clips --per-bin`) is the
//! remedy.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Resamples of the bootstrap.
pub const RESAMPLES: u64 = 200;
/// Steps of the expectation maximisation ...
const MOST_STEPS: usize = 500;
/// ... which ends when no share moves by more.
const STILL: f64 = 1e-6;
/// Probabilities have four digits: what stands for 0 may be as much as half of the last.
const LEAST: f64 = 5e-5;

/// The probabilities of one recording, in the order of the labels.
#[derive(Debug, Clone, PartialEq)]
pub struct Posterior {
    /// One per label; they sum to about 1.
    pub probabilities: Vec<f64>,
    /// Recordings of one group share sound, and are drawn together.
    pub group: usize,
}

/// What is to be expected of one label.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Estimate {
    /// Recordings of it.
    pub expected: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Expected recordings of each label, for the prior that the probabilities were made with; empty if there are no
/// recordings. Groups are numbered from 0.
pub fn estimate(prior: &[f64], posteriors: &[Posterior]) -> Vec<Estimate> {
    if posteriors.is_empty() {
        return Vec::new();
    }
    let ratios = ratios(prior, posteriors);
    let once = vec![1.0; posteriors.len()];
    let shares = maximise(prior, &ratios, &once);
    let resampled: Vec<Vec<f64>> = (0..RESAMPLES)
        .into_par_iter()
        .map(|seed| {
            let weights = resample(posteriors, seed);
            // From the answer on the whole it takes few steps to that on a resample.
            maximise(&shares, &ratios, &weights)
        })
        .collect();
    let n = posteriors.len() as f64;
    let interval = |label: usize| {
        let mut found: Vec<f64> = resampled.iter().map(|shares| shares[label]).collect();
        found.sort_by(f64::total_cmp);
        let at = |p: f64| found[((found.len() - 1) as f64 * p).round() as usize];
        (at(0.025), at(0.975))
    };
    let estimate = |(label, share): (usize, &f64)| {
        let (low, high) = interval(label);
        Estimate {
            expected: n * share,
            low: n * low,
            high: n * high,
        }
    };
    shares.iter().enumerate().map(estimate).collect()
}

/// What the sound says of each label, apart from the prior: proportional to its likelihood.
fn ratios(prior: &[f64], posteriors: &[Posterior]) -> Vec<Vec<f64>> {
    let ratio = |(p, prior): (&f64, &f64)| p.max(LEAST) / prior.max(f64::MIN_POSITIVE);
    let row = |posterior: &Posterior| {
        let row: Vec<f64> = posterior
            .probabilities
            .iter()
            .zip(prior)
            .map(ratio)
            .collect();
        let sum: f64 = row.iter().sum();
        row.iter().map(|x| x / sum).collect()
    };
    posteriors.iter().map(row).collect()
}

/// The shares under which the recordings, each counted so often, are likeliest.
fn maximise(start: &[f64], ratios: &[Vec<f64>], weights: &[f64]) -> Vec<f64> {
    let total: f64 = weights.iter().sum();
    let mut shares = start.to_vec();
    for _ in 0..MOST_STEPS {
        let mut next = vec![0.0; shares.len()];
        for (row, weight) in ratios.iter().zip(weights).filter(|(_, w)| **w > 0.0) {
            let sum: f64 = row.iter().zip(&shares).map(|(r, s)| r * s).sum();
            for ((n, r), s) in next.iter_mut().zip(row).zip(&shares) {
                *n += weight * r * s / (sum * total);
            }
        }
        let moved = next.iter().zip(&shares).map(|(a, b)| (a - b).abs());
        let moved = moved.fold(0.0, f64::max);
        shares = next;
        if moved < STILL {
            break;
        }
    }
    shares
}

/// How often each recording is drawn when as many groups are drawn as there are.
fn resample(posteriors: &[Posterior], seed: u64) -> Vec<f64> {
    let groups = posteriors.iter().map(|p| p.group + 1).max().unwrap_or(0);
    let mut drawn = vec![0.0; groups];
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    for _ in 0..groups {
        drawn[rng.gen_range(0..groups)] += 1.0;
    }
    posteriors.iter().map(|p| drawn[p.group]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Recordings of two labels whose scores overlap: a normal score around +-1, and the posterior for equal shares.
    fn archive(n: usize, share: f64, seed: u64) -> Vec<Posterior> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        (0..n)
            .map(|group| {
                let is_first = rng.gen::<f64>() < share;
                let gauss: f64 = (0..12).map(|_| rng.gen::<f64>()).sum::<f64>() - 6.0;
                let score = gauss + if is_first { 1.0 } else { -1.0 };
                // log LR of N(1,1) against N(-1,1) is 2 x.
                let p = 1.0 / (1.0 + (-2.0 * score).exp());
                Posterior {
                    probabilities: vec![p, 1.0 - p],
                    group,
                }
            })
            .collect()
    }

    #[test]
    fn the_share_of_a_rare_label_is_found_where_counting_answers_fails() {
        let posteriors = archive(4000, 0.02, 1);
        let counted = posteriors
            .iter()
            .filter(|p| p.probabilities[0] > 0.5)
            .count();
        assert!(counted > 500, "{counted}");
        let found = estimate(&[0.5, 0.5], &posteriors);
        assert!((40.0..140.0).contains(&found[0].expected), "{found:?}");
        assert!(found[0].low < 80.0 && found[0].high > 80.0, "{found:?}");
        let sum: f64 = found.iter().map(|e| e.expected).sum();
        assert!((sum - 4000.0).abs() < 1.0);
    }

    #[test]
    fn the_interval_holds_the_truth_about_as_often_as_it_says() {
        let truths = 40.0;
        let held = (0..30).filter(|seed| {
            let found = estimate(&[0.5, 0.5], &archive(400, 0.1, 100 + seed));
            found[0].low <= truths && truths <= found[0].high
        });
        // 95 % of 30 is 28.5; 24 or fewer has a chance of 0.2 %.
        assert!(held.count() >= 25);
    }

    #[test]
    fn copies_widen_the_interval() {
        let posteriors = archive(100, 0.3, 7);
        let copies: Vec<Posterior> = (0..5).flat_map(|_| posteriors.clone()).collect();
        let width = |p: &[Posterior]| {
            let found = estimate(&[0.5, 0.5], p);
            (found[0].high - found[0].low) / p.len() as f64
        };
        assert!((width(&copies) / width(&posteriors) - 1.0).abs() < 0.05);
        assert!(estimate(&[0.5, 0.5], &[]).is_empty());
    }
}
