//! Isotonic regression by pooling adjacent violators (Ayer et al. 1955), the best monotone map
//! from scores to shares.

/// The nondecreasing values closest to `targets` in weighted squares, in the order given.
///
/// Entries of weight 0 take the value of the block they fall into; those before the first of any weight fall into none,
/// and are minus infinity. Lengths must agree; the
/// shorter counts.
pub fn pool_adjacent_violators(targets: &[f64], weights: &[f64]) -> Vec<f64> {
    struct Block {
        sum: f64,
        weight: f64,
        n: usize,
    }
    impl Block {
        fn mean(&self) -> f64 {
            if self.weight > 0.0 {
                self.sum / self.weight
            } else {
                f64::NEG_INFINITY
            }
        }
    }
    let mut blocks: Vec<Block> = Vec::new();
    for (target, weight) in targets.iter().zip(weights) {
        let mut block = Block {
            sum: target * weight,
            weight: *weight,
            n: 1,
        };
        while blocks
            .last()
            .is_some_and(|last| last.mean() >= block.mean())
        {
            if let Some(last) = blocks.pop() {
                block.sum += last.sum;
                block.weight += last.weight;
                block.n += last.n;
            }
        }
        blocks.push(block);
    }
    let values = blocks
        .iter()
        .flat_map(|b| std::iter::repeat_n(b.mean(), b.n));
    values.collect()
}

/// The PAV-calibrated share of `is_h1` at each score: nondecreasing in the score, equal for
/// equal scores, in the order of the input. Each side's weights are scaled to sum to 1, so the
/// share's odds are a likelihood ratio.
///
/// Scores must not be NaN; lengths must agree.
pub fn isotonic_shares(scores: &[f64], is_h1: &[bool], weights: &[f64]) -> Vec<f64> {
    let total = |side: bool| -> f64 {
        let own = is_h1.iter().zip(weights).filter(|(h1, _)| **h1 == side);
        own.map(|(_, w)| w).sum()
    };
    let (h1, h2) = (total(true), total(false));
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|a, b| scores[*a].total_cmp(&scores[*b]));
    // Equal scores form one entry, so that they cannot be told apart.
    let mut entries: Vec<(f64, f64)> = Vec::new();
    let mut entry_of = vec![0; scores.len()];
    let mut previous = None;
    for &i in &order {
        if previous != Some(scores[i]) {
            entries.push((0.0, 0.0));
            previous = Some(scores[i]);
        }
        if let Some(entry) = entries.last_mut() {
            let weight = weights[i] / if is_h1[i] { h1 } else { h2 };
            entry.0 += if is_h1[i] { weight } else { 0.0 };
            entry.1 += weight;
        }
        entry_of[i] = entries.len() - 1;
    }
    let share = |(sum, weight): &(f64, f64)| if *weight > 0.0 { sum / weight } else { 0.0 };
    let targets: Vec<f64> = entries.iter().map(share).collect();
    let masses: Vec<f64> = entries.iter().map(|(_, weight)| *weight).collect();
    let pooled = pool_adjacent_violators(&targets, &masses);
    entry_of.iter().map(|entry| pooled[*entry]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn violators_are_pooled_by_weight() {
        let found = pool_adjacent_violators(&[1.0, 3.0, 2.0, 4.0], &[1.0, 1.0, 3.0, 1.0]);
        assert_eq!(found, [1.0, 2.25, 2.25, 4.0]);
    }

    #[test]
    fn a_falling_run_becomes_one_block() {
        let found = pool_adjacent_violators(&[3.0, 2.0, 1.0], &[1.0; 3]);
        assert_eq!(found, [2.0; 3]);
    }

    #[test]
    fn equal_scores_share_a_value_and_sides_weigh_alike() {
        let scores = [0.1, 0.5, 0.5, 0.9];
        let found = isotonic_shares(&scores, &[false, true, false, false], &[1.0; 4]);
        // The one H1 weighs as much as the three H2; above 0.1: 1 against 2/3.
        assert_eq!(found[0], 0.0);
        assert!((found[1] - 0.6).abs() < 1e-12);
        assert!(found[1] == found[2] && found[2] == found[3]);
    }
}
