//! Small statistics that several families share.

/// Mean and population standard deviation; zeros for no values.
pub fn mean_sd(values: impl Iterator<Item = f32> + Clone) -> (f32, f32) {
    let (mut n, mut sum) = (0usize, 0.0f32);
    for v in values.clone() {
        n += 1;
        sum += v;
    }
    if n == 0 {
        return (0.0, 0.0);
    }
    let mean = sum / n as f32;
    let variance = values.map(|v| (v - mean) * (v - mean)).sum::<f32>() / n as f32;
    (mean, variance.sqrt())
}

/// The `q`-quantile (0 to 1) by the nearest rank; reorders `values`; zero for none.
pub fn quantile(values: &mut [f32], q: f32) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let rank = ((values.len() - 1) as f32 * q).round() as usize;
    *values.select_nth_unstable_by(rank, f32::total_cmp).1
}

/// Correlation of a series with itself `lag` steps later, -1 to 1; zero if too short or constant.
pub fn autocorrelation(values: &[f32], lag: usize) -> f32 {
    if values.len() < lag + 4 {
        return 0.0;
    }
    let mean = values.iter().sum::<f32>() / values.len() as f32;
    let power: f32 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    if power <= 1e-9 {
        return 0.0;
    }
    let product: f32 = values
        .iter()
        .zip(&values[lag..])
        .map(|(a, b)| (a - mean) * (b - mean))
        .sum();
    product / power
}

/// Slope of a series per step by least squares; zero for fewer than three values.
pub fn slope(values: impl Iterator<Item = f32> + Clone) -> f32 {
    let n = values.clone().count();
    if n < 3 {
        return 0.0;
    }
    let middle = (n - 1) as f32 / 2.0;
    let (mut top, mut bottom) = (0.0, 0.0);
    for (i, v) in values.enumerate() {
        let t = i as f32 - middle;
        top += t * v;
        bottom += t * t;
    }
    top / bottom
}
