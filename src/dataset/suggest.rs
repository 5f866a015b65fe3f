//! Which unlabelled recordings would teach a model the most, by its own answers about them.
//!
//! Uncertainty sampling (D. Lewis, W. Gale, "A sequential algorithm for training text classifiers", SIGIR 1994) alone picks
//! fifty recordings of one and the same doubtful machine, and does no better than chance here. So what is picked must also be
//! unlike what was picked before: the doubt is weighed with the distance to the nearest recording picked so far, as in
//! farthest-first traversal (T. Gonzalez, "Clustering to minimize the maximum intercluster distance", Theoretical Computer Science
//! 38, 1985). `earwitness evaluate --memory MEMORY --suggest 50` measures what that is worth.

use std::collections::BTreeSet;

/// A recording that a person could label.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Probability of each label; they sum to 1.
    pub probabilities: Vec<f64>,
    /// Its source group, as far as can be guessed; of one group one recording is picked.
    pub group: usize,
}

/// A recording that was picked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Suggestion {
    /// Its place in the list of candidates.
    pub place: usize,
    /// How far the model is in doubt: entropy of its probabilities, 0 (certain) to 1 (all labels alike).
    pub doubt: f64,
    /// How unlike what was picked before: Hellinger distance of the probabilities to the nearest, 0 (the same) to 1.
    pub distance: f64,
}

/// Picks up to `n`, the most useful first: one after the other, the recording with the largest product of doubt and squared
/// distance; ties go to the first in the list.
pub fn suggest(candidates: &[Candidate], n: usize) -> Vec<Suggestion> {
    let roots: Vec<Vec<f64>> = candidates
        .iter()
        .map(|c| c.probabilities.iter().map(|p| p.max(0.0).sqrt()).collect())
        .collect();
    let doubts: Vec<f64> = candidates.iter().map(|c| doubt(&c.probabilities)).collect();
    let mut distances = vec![1.0f64; candidates.len()];
    let mut taken = BTreeSet::new();
    let mut picked: Vec<Suggestion> = Vec::new();
    while picked.len() < n {
        let open = (0..candidates.len()).filter(|&i| !taken.contains(&candidates[i].group));
        let gain = |i: usize| doubts[i] * distances[i].powi(2);
        // The last of equals is the greatest; the first is wanted.
        let best = open.rev().max_by(|&a, &b| gain(a).total_cmp(&gain(b)));
        let Some(place) = best else { break };
        picked.push(Suggestion {
            place,
            doubt: doubts[place],
            distance: distances[place],
        });
        taken.insert(candidates[place].group);
        for (distance, root) in distances.iter_mut().zip(&roots) {
            *distance = distance.min(hellinger(root, &roots[place]));
        }
    }
    picked
}

/// Entropy as a share of the largest possible one.
fn doubt(probabilities: &[f64]) -> f64 {
    let terms = probabilities.iter().filter(|p| **p > 0.0);
    let entropy: f64 = terms.map(|p| -p * p.ln()).sum();
    let most = (probabilities.len().max(2) as f64).ln();
    (entropy / most).clamp(0.0, 1.0)
}

/// Of square roots of probabilities.
fn hellinger(a: &[f64], b: &[f64]) -> f64 {
    let squares: f64 = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum();
    (squares / 2.0).sqrt().min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(probabilities: [f64; 3], group: usize) -> Candidate {
        Candidate {
            probabilities: probabilities.to_vec(),
            group,
        }
    }

    fn places(picked: &[Suggestion]) -> Vec<usize> {
        picked.iter().map(|s| s.place).collect()
    }

    #[test]
    fn doubtful_recordings_come_before_certain_ones_and_unlike_ones_before_more_of_the_same() {
        let candidates = [
            candidate([1.0, 0.0, 0.0], 0),
            candidate([0.49, 0.51, 0.0], 1),
            candidate([0.5, 0.5, 0.0], 2),
            candidate([0.0, 0.6, 0.4], 3),
        ];
        // 1 is more doubtful than 3, but says what 2 says.
        let picked = suggest(&candidates, 3);
        assert_eq!(places(&picked), [2, 3, 1]);
        assert!((picked[0].doubt - 2f64.ln() / 3f64.ln()).abs() < 1e-12);
        assert_eq!(picked[0].distance, 1.0);
        assert!(picked[2].distance < 0.05);
    }

    #[test]
    fn of_a_source_group_one_recording_is_picked() {
        let candidates = [
            candidate([0.5, 0.5, 0.0], 7),
            candidate([0.0, 0.5, 0.5], 7),
            candidate([0.9, 0.1, 0.0], 8),
        ];
        assert_eq!(places(&suggest(&candidates, 9)), [0, 2]);
        assert!(suggest(&[], 5).is_empty());
    }
}
