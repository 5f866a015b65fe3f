//! Folds by source group, balanced over labels.

use rand::seq::SliceRandom;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Whether `text` can name a label: lower-case letters, digits and single hyphens.
pub fn is_valid_label(text: &str) -> bool {
    !text.is_empty()
        && text.split('-').all(|word| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        })
}

/// Assigns each recording a fold `0..folds`, never splitting a source group.
///
/// Greedy as scikit-learn's `StratifiedGroupKFold`: groups with the most uneven label counts go first, each
/// to the fold where the counts per label stay most even; ties go to the smallest fold. Counts
/// are relative to the size of the label, so that a rare label is spread as carefully as a common one.
/// The seed orders groups of like shape. `labels` and `groups` number labels and groups from 0 and have
/// one entry per recording.
///
/// # Panics
/// If `folds` is 0 or the two lists differ in length.
pub fn assign_folds(labels: &[usize], groups: &[usize], folds: usize, seed: u64) -> Vec<usize> {
    assert!(folds > 0);
    assert_eq!(labels.len(), groups.len());
    let n_labels = labels.iter().max().map_or(0, |l| l + 1);
    let n_groups = groups.iter().max().map_or(0, |g| g + 1);
    let mut counts = vec![vec![0.0f64; n_labels]; n_groups];
    let mut totals = vec![0.0f64; n_labels];
    for (&label, &group) in labels.iter().zip(groups) {
        counts[group][label] += 1.0;
        totals[label] += 1.0;
    }
    for count in &mut counts {
        for (c, total) in count.iter_mut().zip(&totals) {
            *c /= total.max(1.0);
        }
    }
    let mut order: Vec<usize> = (0..n_groups).collect();
    order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    let weight = |g: usize| counts[g].iter().sum::<f64>();
    order.sort_by(|&a, &b| weight(b).total_cmp(&weight(a)));

    let mut filled = vec![vec![0.0f64; n_labels]; folds];
    let mut fold_of = vec![0; n_groups];
    for group in order {
        let best = (0..folds)
            .min_by(|&a, &b| {
                let cost = |fold: usize| unevenness(&filled, fold, &counts[group]);
                let size = |fold: usize| filled[fold].iter().sum::<f64>();
                cost(a)
                    .total_cmp(&cost(b))
                    .then(size(a).total_cmp(&size(b)))
            })
            .unwrap_or(0);
        for (f, c) in filled[best].iter_mut().zip(&counts[group]) {
            *f += c;
        }
        fold_of[group] = best;
    }
    groups.iter().map(|&g| fold_of[g]).collect()
}

/// Variance over folds of each label's share, summed, if `added` went to `fold`.
fn unevenness(filled: &[Vec<f64>], fold: usize, added: &[f64]) -> f64 {
    let n = filled.len() as f64;
    let mut sum = 0.0;
    for (label, &extra) in added.iter().enumerate() {
        let share = |i: usize| filled[i][label] + if i == fold { extra } else { 0.0 };
        let mean = (0..filled.len()).map(share).sum::<f64>() / n;
        sum += (0..filled.len())
            .map(|i| (share(i) - mean).powi(2))
            .sum::<f64>()
            / n;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> (Vec<usize>, Vec<usize>) {
        // Label 0: 200 groups of one; label 1: 10 groups of five.
        let mut labels = vec![0; 200];
        let mut groups: Vec<usize> = (0..200).collect();
        for g in 0..10 {
            labels.extend([1; 5]);
            groups.extend([200 + g; 5]);
        }
        (labels, groups)
    }

    #[test]
    fn groups_stay_whole_and_labels_even() {
        let (labels, groups) = example();
        let folds = assign_folds(&labels, &groups, 5, 3);
        for (i, g) in groups.iter().enumerate() {
            let first = groups.iter().position(|x| x == g).unwrap();
            assert_eq!(folds[i], folds[first]);
        }
        for fold in 0..5 {
            let count = |label| {
                (0..labels.len())
                    .filter(|&i| folds[i] == fold && labels[i] == label)
                    .count()
            };
            assert_eq!((count(0), count(1)), (40, 10), "fold {fold}");
        }
    }

    #[test]
    fn the_seed_decides_and_repeats() {
        let (labels, groups) = example();
        assert_eq!(
            assign_folds(&labels, &groups, 5, 1),
            assign_folds(&labels, &groups, 5, 1)
        );
        assert_ne!(
            assign_folds(&labels, &groups, 5, 1),
            assign_folds(&labels, &groups, 5, 2)
        );
    }

    #[test]
    fn labels_are_words_joined_by_hyphens() {
        for good in ["siren", "shahed-136", "orbiter-1k"] {
            assert!(is_valid_label(good));
        }
        for bad in ["", "Siren", "a--b", "-a", "a b", "a/b", "ä"] {
            assert!(!is_valid_label(bad), "{bad}");
        }
    }
}
