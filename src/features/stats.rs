//! Small statistics that several families share.

use crate::spectrum::sum::{mean, sum_of, sum_of_pairs};

/// Mean and population standard deviation; zeros for no values.
pub fn mean_sd(values: &[f32]) -> (f32, f32) {
    if values.is_empty() {
        return (0.0, 0.0);
    }
    let mean = mean(values);
    let squares = sum_of(values, |v| (v - mean) * (v - mean));
    (mean, (squares / values.len() as f32).sqrt())
}

/// The `q`-quantile (0 to 1) by the nearest rank; reorders `values`; zero for none.
pub fn quantile(values: &mut [f32], q: f32) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let rank = rank(values.len(), q);
    *values.select_nth_unstable_by(rank, f32::total_cmp).1
}

/// The 5 %, 50 % and 95 % quantiles by the nearest rank; reorders `values`; zeros for none.
pub fn spread_quantiles(values: &mut [f32]) -> [f32; 3] {
    let n = values.len();
    if n == 0 {
        return [0.0; 3];
    }
    let [low, middle, high] = [0.05, 0.5, 0.95].map(|q| rank(n, q));
    let (below, median, above) = values.select_nth_unstable_by(middle, f32::total_cmp);
    // What is left on either side of the median is a quarter of the work.
    let median = *median;
    let of = |side: &mut [f32], rank: usize| match rank < side.len() {
        true => *side.select_nth_unstable_by(rank, f32::total_cmp).1,
        false => median,
    };
    let high = match high.checked_sub(middle + 1) {
        Some(rank) => of(above, rank),
        None => median,
    };
    [of(below, low), median, high]
}

fn rank(n: usize, q: f32) -> usize {
    ((n - 1) as f32 * q).round() as usize
}

/// Correlation of a series with itself `lag` steps later, -1 to 1; zero if too short or constant.
pub fn autocorrelation(values: &[f32], lag: usize) -> f32 {
    if values.len() < lag + 4 {
        return 0.0;
    }
    let mean = mean(values);
    let power = sum_of(values, |v| (v - mean) * (v - mean));
    if power <= 1e-9 {
        return 0.0;
    }
    sum_of_pairs(values, &values[lag..], |a, b| (a - mean) * (b - mean)) / power
}

/// Slope of a series per step by least squares; zero for fewer than three values.
pub fn slope(values: &[f32]) -> f32 {
    let n = values.len();
    if n < 3 {
        return 0.0;
    }
    let middle = (n - 1) as f32 / 2.0;
    let top: f32 = values
        .iter()
        .enumerate()
        .map(|(i, v)| (i as f32 - middle) * v)
        .sum();
    // The sum of the squared distances from the middle.
    let n = n as f64;
    top / (n * (n * n - 1.0) / 12.0) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_taken_together_are_those_taken_alone() {
        for n in 1..60usize {
            let values: Vec<f32> = (0..n).map(|i| ((i * 29 + 5) % 61) as f32).collect();
            let together = spread_quantiles(&mut values.clone());
            let alone = [0.05, 0.5, 0.95].map(|q| quantile(&mut values.clone(), q));
            assert_eq!(together, alone, "{n}");
        }
        assert_eq!(spread_quantiles(&mut []), [0.0; 3]);
    }

    #[test]
    fn the_slope_of_a_line_is_its_step() {
        let line: Vec<f32> = (0..7).map(|i| 3.0 - 0.25 * i as f32).collect();
        assert!((slope(&line) + 0.25).abs() < 1e-6);
        assert_eq!(slope(&line[..2]), 0.0);
    }
}
