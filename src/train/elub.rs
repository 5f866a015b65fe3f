//! Empirical lower and upper bounds of LRs: where a small set of LRs stops being better than
//! saying nothing.
//!
//! Vergeer, van Es, de Jongh, Alberink and Stoel (2016), "Numerical likelihood ratios outputted
//! by LR systems are often based on extrapolation: when to stop extrapolating?", Science and
//! Justice 56, 482-491; the same grid and edge rules as `lir.algorithms.bayeserror.elub`.

/// Width of the grid of thresholds, in log10.
const STEP: f64 = 0.01;

/// Largest log10 LR considered.
const EXTREME: f64 = 9.0;

/// The bounds (lower <= 0 <= upper) of `log10_lrs`, or `None` if a side has no weight.
///
/// Under each hypothesis the weights sum to the number of independent units: with recordings of
/// one source group sharing a weight of 1, the bounds follow the number of groups. One
/// misleading unit is added to each side. With weights of 1 these are lir's bounds.
/// LRs must not be NaN; lengths must agree.
pub fn elub(log10_lrs: &[f64], is_h1: &[bool], weights: &[f64]) -> Option<(f64, f64)> {
    let lrs: Vec<f64> = log10_lrs
        .iter()
        .map(|x| x.clamp(-EXTREME, EXTREME))
        .collect();
    let (h1, h2) = (
        Side::new(&lrs, is_h1, weights, true),
        Side::new(&lrs, is_h1, weights, false),
    );
    if h1.total <= 0.0 || h2.total <= 0.0 {
        return None;
    }
    // No threshold beyond what the added misleading unit alone would cost.
    let lowest = lrs.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = lrs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let from = lowest.max(-(h1.total + 1.0).log10());
    let to = highest.min((h2.total + 1.0).log10());
    let first = ((from / STEP).floor() as i64).min(0);
    let last = ((to / STEP).floor() as i64 + 1).max(0);
    let mut lower = first as f64 * STEP;
    let mut upper = last as f64 * STEP;
    for i in first..=last {
        let threshold = i as f64 * STEP;
        let cost = 10f64.powf(threshold);
        // One misleading unit is refused under H1, one accepted under H2.
        let refused = 1.0 - h1.above(threshold) / (h1.total + 1.0);
        let accepted = (h2.above(threshold) + 1.0) / (h2.total + 1.0);
        let system = refused + cost * accepted;
        // Always answering LR 1 accepts below 0 and refuses from 0 on.
        let neutral = if threshold < 0.0 { cost } else { 1.0 };
        if neutral / system < 1.0 {
            if threshold <= 0.0 {
                lower = lower.max(threshold + STEP);
            }
            if threshold >= 0.0 {
                upper = upper.min(threshold - STEP);
            }
        }
    }
    Some((lower.min(0.0), upper.max(0.0)))
}

/// One hypothesis's LRs in rising order with the weight from each on up.
struct Side {
    sorted: Vec<f64>,
    from_here_up: Vec<f64>,
    total: f64,
}

impl Side {
    fn new(lrs: &[f64], is_h1: &[bool], weights: &[f64], side: bool) -> Self {
        let all = lrs.iter().zip(is_h1).zip(weights);
        let own = all.filter(|((_, h1), _)| **h1 == side);
        let mut own: Vec<(f64, f64)> = own.map(|((lr, _), w)| (*lr, *w)).collect();
        own.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut from_here_up = vec![0.0; own.len()];
        let mut sum = 0.0;
        for i in (0..own.len()).rev() {
            sum += own[i].1;
            from_here_up[i] = sum;
        }
        Self {
            sorted: own.iter().map(|(lr, _)| *lr).collect(),
            from_here_up,
            total: sum,
        }
    }

    /// Weight of the LRs above a log10 threshold.
    fn above(&self, threshold: f64) -> f64 {
        let first = self.sorted.partition_point(|lr| *lr <= threshold);
        self.from_here_up.get(first).copied().unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn separated(n: usize) -> (Vec<f64>, Vec<bool>) {
        let lrs = (0..2 * n).map(|i| if i < n { 5.0 } else { -5.0 }).collect();
        (lrs, (0..2 * n).map(|i| i < n).collect())
    }

    #[test]
    fn perfect_separation_is_bounded_by_the_number_of_units() {
        let (lrs, h1) = separated(50);
        let (lower, upper) = elub(&lrs, &h1, &[1.0; 100]).unwrap();
        assert!(upper > 1.5 && upper <= 51f64.log10() + STEP, "{upper}");
        assert!(lower < -1.5 && lower >= -51f64.log10() - STEP, "{lower}");
    }

    #[test]
    fn ten_recordings_of_one_group_count_once() {
        let (lrs, h1) = separated(50);
        let many = elub(&lrs, &h1, &[0.1; 100]).unwrap();
        let (few_lrs, few_h1) = separated(5);
        let few = elub(&few_lrs, &few_h1, &[1.0; 10]).unwrap();
        assert!((many.0 - few.0).abs() < 1e-9 && (many.1 - few.1).abs() < 1e-9);
    }

    #[test]
    fn misleading_lrs_close_the_bounds() {
        let lrs = [3.0, 3.0, 3.0, -3.0, -3.0, -3.0];
        let h1 = [false, false, true, true, true, false];
        let (lower, upper) = elub(&lrs, &h1, &[1.0; 6]).unwrap();
        assert_eq!((lower, upper), (0.0, 0.0));
        assert!(elub(&lrs, &[true; 6], &[1.0; 6]).is_none());
    }
}
