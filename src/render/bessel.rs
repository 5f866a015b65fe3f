//! Bessel functions of the first kind, all orders at once.

/// Fills `out[n]` with J_n(`x`) for n = 0, 1, ... and `x` >= 0.
///
/// Miller's backward recurrence J_{n-1} = (2n/x) J_n - J_{n+1}, started above every order asked
/// for and scaled by J_0 + 2 (J_2 + J_4 + ...) = 1: M. Abramowitz, I. A. Stegun, "Handbook of
/// Mathematical Functions", 9.12.
pub(super) fn bessel_j(x: f64, out: &mut [f64]) {
    /// Beyond this the recurrence is scaled down, long before it overflows.
    const LARGE: f64 = 1e150;
    out.fill(0.0);
    let Some(first) = out.first_mut() else { return };
    if x < 1e-12 {
        *first = 1.0;
        return;
    }
    let top = out.len().max(x as usize);
    // An even start, far enough up that the start's error has died away.
    let start = 2 * ((top + 15 + (40.0 * top as f64).sqrt() as usize) / 2);
    let (mut above, mut here, mut sum) = (0.0, 1e-300, 0.0);
    for n in (0..=start).rev() {
        if n < out.len() {
            out[n] = here;
        }
        if n % 2 == 0 {
            sum += if n == 0 { here } else { 2.0 * here };
        }
        let below = 2.0 * n as f64 / x * here - above;
        above = here;
        here = below;
        if here.abs() > LARGE {
            let scale = 1.0 / LARGE;
            above *= scale;
            here *= scale;
            sum *= scale;
            out.iter_mut().for_each(|value| *value *= scale);
        }
    }
    out.iter_mut().for_each(|value| *value /= sum);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scipy.special.jv, scipy 1.x.
    const REFERENCE: [(usize, f64, f64); 9] = [
        (0, 1.0, 0.765_197_686_557_966_6),
        (1, 1.0, 0.440_050_585_744_933_5),
        (2, 0.5, 0.030_604_023_458_682_64),
        (4, 2.5, 0.073_781_880_054_255_2),
        (10, 5.0, 0.001_467_802_647_310_474),
        (20, 15.0, 0.007_360_234_079_223_473),
        (3, 30.0, 0.129_211_228_759_725),
        (0, 30.0, -0.086_367_983_581_040_21),
        (100, 60.0, 4.783_274_407_878_071e-15),
    ];

    #[test]
    fn agrees_with_reference_values() {
        for (order, x, expected) in REFERENCE {
            let mut values = vec![0.0; 128];
            bessel_j(x, &mut values);
            let error = (values[order] - expected).abs();
            assert!(error < 1e-10, "J_{order}({x}) = {} {error}", values[order]);
        }
    }

    #[test]
    fn small_and_large_arguments_stay_finite_and_sum_to_one() {
        for x in [0.0, 1e-9, 1e-3, 0.3, 7.0, 180.0] {
            let mut values = vec![0.0; 400];
            bessel_j(x, &mut values);
            let sum: f64 = values[0] * values[0]
                + 2.0 * values[1..].iter().map(|value| value * value).sum::<f64>();
            assert!((sum - 1.0).abs() < 1e-9, "{x}: {sum}");
        }
    }
}
