//! How many recordings of each label are in an archive, estimated from their probabilities.
//!
//! Counting answers doesn't say: where a label is rare, most that get it are mistakes. Probabilities were
//! calibrated for a prior; if the archive's true shares are others, they are wrong by the ratio of the two. The shares
//! that make the archive's own probabilities likeliest are found by expectation maximisation: M. Saerens, P. Latinne, C.
//! Decaestecker, "Adjusting the outputs of a classifier to new a priori probabilities", Neural Computation 14(1), 2002.
//!
//! From there shares and labels are drawn in turn, each given the other (Gibbs sampling: J. Diebolt, C. Robert,
//! "Estimation of finite mixture distributions through Bayesian sampling", J. R. Stat. Soc. B 56(2), 1994). How many
//! recordings had each label in these draws is the estimate, with an interval that holds what the sound leaves open of every
//! recording and of the shares. It does not hold what the model gets wrong about sounds of a kind that it has not learnt
//! from: a kind of engine that it takes for a drone raises the estimate as a drone would. Listening to a sample
//! (`export --format clips --per-bin`) is the remedy.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma};
use rayon::prelude::*;

/// Chains of draws; each is a series of its own, so that they can be drawn side by side.
const CHAINS: u64 = 8;
/// Draws of a chain that count ...
const DRAWS: usize = 100;
/// ... after these, in which it leaves the place where all begin.
const FORGOTTEN: usize = 25;
/// Steps of the expectation maximisation ...
const MOST_STEPS: usize = 500;
/// ... which ends when no share moves by more.
const STILL: f64 = 1e-6;
/// Least probability that is believed: half of the last digit that answers have.
pub(crate) const LEAST: f64 = 5e-5;

/// The probabilities of one recording, in the order of the labels.
#[derive(Debug, Clone, PartialEq)]
pub struct Posterior {
    /// One per label; they sum to about 1.
    pub probabilities: Vec<f64>,
    /// Recordings of one group share sound: alike ones are told rightly or wrongly together.
    pub group: usize,
}

/// Probabilities with the likelihood of each label multiplied by a factor, so that they sum to 1 again.
pub fn weighted(probabilities: &[f64], factors: &[f64]) -> Vec<f64> {
    let each = || probabilities.iter().zip(factors).map(|(p, f)| p * f);
    let sum: f64 = each().sum();
    match sum > 0.0 {
        true => each().map(|x| x / sum).collect(),
        false => probabilities.to_vec(),
    }
}

/// What is to be expected of one label.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Estimate {
    /// Recordings of it: the mean of what may be.
    pub expected: f64,
    /// Lower end of the 95 % interval, recordings.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Expected recordings of each label, for the prior that the probabilities were made with; empty if there are no
/// recordings. Groups are numbered from 0. The probabilities are those of answers, [`weighted`] by the
/// [count factors](super::judge::Judge::count_factor) of the model that gave them.
pub fn estimate(prior: &[f64], posteriors: &[Posterior]) -> Vec<Estimate> {
    if posteriors.is_empty() {
        return Vec::new();
    }
    let ratios = ratios(prior, posteriors);
    let weights = weights(posteriors);
    let start = maximise(prior, &ratios, &weights);
    let chains = (0..CHAINS).into_par_iter();
    let draws: Vec<Vec<f64>> = chains
        .flat_map_iter(|seed| counts_drawn(&start, &ratios, posteriors, &weights, seed))
        .collect();
    let estimate = |label: usize| {
        let mut counts: Vec<f64> = draws.iter().map(|counts| counts[label]).collect();
        counts.sort_by(f64::total_cmp);
        let at = |p: f64| counts[((counts.len() - 1) as f64 * p).round() as usize];
        let expected = counts.iter().sum::<f64>() / counts.len() as f64;
        // Where all but a few draws are alike, the mean lies beyond the quantile.
        Estimate {
            expected,
            low: at(0.025).min(expected),
            high: at(0.975).max(expected),
        }
    };
    (0..prior.len()).map(estimate).collect()
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

/// What each recording says of the shares: a group says as much as one recording, however many it holds.
fn weights(posteriors: &[Posterior]) -> Vec<f64> {
    let groups = posteriors.iter().map(|p| p.group + 1).max().unwrap_or(0);
    let mut members = vec![0usize; groups];
    for posterior in posteriors {
        members[posterior.group] += 1;
    }
    let each = posteriors.iter();
    each.map(|p| 1.0 / members[p.group] as f64).collect()
}

/// The shares under which the recordings, each of this weight, are likeliest.
fn maximise(start: &[f64], ratios: &[Vec<f64>], weights: &[f64]) -> Vec<f64> {
    let total: f64 = weights.iter().sum();
    let mut shares = start.to_vec();
    for _ in 0..MOST_STEPS {
        let mut next = vec![0.0; shares.len()];
        for (row, weight) in ratios.iter().zip(weights) {
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

/// How many recordings have each label, in draws of one chain.
fn counts_drawn(
    start: &[f64],
    ratios: &[Vec<f64>],
    posteriors: &[Posterior],
    weights: &[f64],
    seed: u64,
) -> Vec<Vec<f64>> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let groups = posteriors.iter().map(|p| p.group + 1).max().unwrap_or(0);
    let mut shares = start.to_vec();
    let mut draw = || {
        // One number for a whole group: copies get the same label, and what is unlike them may get another.
        let chance: Vec<f64> = (0..groups).map(|_| rng.gen()).collect();
        let mut counts = vec![0.0; shares.len()];
        let mut said = vec![0.0; shares.len()];
        for ((row, posterior), weight) in ratios.iter().zip(posteriors).zip(weights) {
            let label = drawn_label(row, &shares, chance[posterior.group]);
            counts[label] += 1.0;
            said[label] += weight;
        }
        shares = draw_shares(said.into_iter(), &mut rng);
        counts
    };
    let mut draws: Vec<_> = (0..FORGOTTEN + DRAWS).map(|_| draw()).collect();
    draws.split_off(FORGOTTEN)
}

/// The label at which the probabilities of a recording, added up, reach `chance` (0 to 1).
fn drawn_label(ratios: &[f64], shares: &[f64], chance: f64) -> usize {
    let each = || ratios.iter().zip(shares).map(|(r, s)| r * s);
    let wanted = chance * each().sum::<f64>();
    let mut sum = 0.0;
    let found = each().position(|p| {
        sum += p;
        sum > wanted
    });
    // Rounding may leave the sum a little short of the whole.
    found.unwrap_or_else(|| each().rposition(|p| p > 0.0).unwrap_or(0))
}

/// Shares given how many recordings there are of each label: a Dirichlet distribution with Jeffreys' prior, half a
/// recording of each label. With less, what is clearly heard once in a small archive is doubted; with more, large archives
/// are expected to hold some of what they have none of.
fn draw_shares(counts: impl Iterator<Item = f64>, rng: &mut ChaCha8Rng) -> Vec<f64> {
    let drawn: Vec<f64> = counts
        .map(|count| {
            let shape = count + 0.5;
            // Only a shape that is not above 0 is refused.
            Gamma::new(shape, 1.0).map_or(shape, |gamma| gamma.sample(rng))
        })
        .collect();
    let sum: f64 = drawn.iter().sum();
    drawn.iter().map(|x| x / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Recordings of two labels whose scores overlap (a normal score around +-1, and the posterior for equal shares),
    /// and how many of them have the first.
    fn archive(n: usize, share: f64, seed: u64) -> (Vec<Posterior>, f64) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut truth = 0.0;
        let posteriors = (0..n)
            .map(|group| {
                let is_first = rng.gen::<f64>() < share;
                truth += f64::from(u8::from(is_first));
                let gauss: f64 = (0..12).map(|_| rng.gen::<f64>()).sum::<f64>() - 6.0;
                let score = gauss + if is_first { 1.0 } else { -1.0 };
                // log LR of N(1,1) against N(-1,1) is 2 x.
                let p = 1.0 / (1.0 + (-2.0 * score).exp());
                Posterior {
                    probabilities: vec![p, 1.0 - p],
                    group,
                }
            })
            .collect();
        (posteriors, truth)
    }

    #[test]
    fn factors_weigh_likelihoods() {
        let found = weighted(&[0.5, 0.25, 0.25], &[1.0, 4.0, 1.0]);
        let wanted = [2.0 / 7.0, 4.0 / 7.0, 1.0 / 7.0];
        for (p, wanted) in found.iter().zip(wanted) {
            assert!((p - wanted).abs() < 1e-12, "{found:?}");
        }
        // Nothing is said of a recording without probabilities.
        assert_eq!(weighted(&[0.0, 0.0], &[2.0, 1.0]), [0.0, 0.0]);
    }

    #[test]
    fn the_share_of_a_rare_label_is_found_where_counting_answers_fails() {
        let (posteriors, truth) = archive(4000, 0.02, 1);
        let counted = posteriors
            .iter()
            .filter(|p| p.probabilities[0] > 0.5)
            .count();
        assert!(counted > 500, "{counted}");
        let found = estimate(&[0.5, 0.5], &posteriors);
        assert!((40.0..140.0).contains(&found[0].expected), "{found:?}");
        assert!(found[0].low < truth && found[0].high > truth, "{found:?}");
        let sum: f64 = found.iter().map(|e| e.expected).sum();
        assert!((sum - 4000.0).abs() < 1.0);
    }

    #[test]
    fn the_interval_holds_the_truth_about_as_often_as_it_says() {
        for (n, share) in [(400, 0.1), (40, 0.1), (12, 0.3)] {
            let held = (0..100).filter(|seed| {
                let (posteriors, truth) = archive(n, share, 100 + seed);
                let found = &estimate(&[0.5, 0.5], &posteriors)[0];
                found.low <= truth && truth <= found.high
            });
            // 95 are expected of 100; 87 or fewer have a chance of 0.1 %.
            let held = held.count();
            assert!(held >= 88, "{held} of {n} with {share}");
        }
    }

    #[test]
    fn a_doubtful_recording_leaves_a_doubt_and_a_clear_one_none() {
        let row = |group, clear: f64, doubtful: f64| Posterior {
            probabilities: vec![clear, doubtful, 1.0 - clear - doubtful],
            group,
        };
        let mut posteriors = vec![row(0, 0.9999, 0.0), row(1, 0.0, 0.6)];
        posteriors.extend((2..20).map(|group| row(group, 0.0, 0.0)));
        let found = estimate(&[0.3, 0.3, 0.4], &posteriors);
        let interval = |label: usize| (found[label].low.round(), found[label].high.round());
        assert_eq!(interval(0), (1.0, 1.0), "{found:?}");
        assert_eq!(interval(1), (0.0, 1.0), "{found:?}");
    }

    #[test]
    fn the_interval_holds_the_truth_where_one_clip_was_uploaded_again_and_again() {
        let held = (0..100).filter(|seed| {
            let (mut posteriors, mut truth) = archive(40, 0.3, 300 + seed);
            // Of one more clip of the first label there are 200 copies, heard alike.
            let (one, is_first) = archive(1, 0.3, 700 + seed);
            let copy = Posterior {
                group: 40,
                ..one[0].clone()
            };
            posteriors.extend(vec![copy; 200]);
            truth += 200.0 * is_first;
            let found = &estimate(&[0.5, 0.5], &posteriors)[0];
            found.low.round() <= truth && truth <= found.high.round()
        });
        // 95 are expected of 100; 87 or fewer have a chance of 0.1 %.
        let held = held.count();
        assert!(held >= 88, "{held}");
    }

    #[test]
    fn copies_widen_the_interval() {
        let (posteriors, _) = archive(100, 0.3, 7);
        let copies: Vec<Posterior> = (0..5).flat_map(|_| posteriors.clone()).collect();
        let width = |p: &[Posterior]| {
            let found = estimate(&[0.5, 0.5], p);
            (found[0].high - found[0].low) / p.len() as f64
        };
        assert!((width(&copies) / width(&posteriors) - 1.0).abs() < 0.05);
        assert!(estimate(&[0.5, 0.5], &[]).is_empty());
    }
}
