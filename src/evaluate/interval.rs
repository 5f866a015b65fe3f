//! Intervals for shares, of independent trials (Clopper and Pearson 1934) and of clusters (Korn and Graubard 1998), and for counts
//! (Garwood 1936).

use super::error::{within, MetricError};
use serde::Serialize;

/// An interval with its ends included.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The Clopper-Pearson interval of a share: `hits` of `n` independent trials, at `confidence`
/// (for example 0.95). 0 of 24 gives 0 to 0.142.
///
/// # Errors
/// [`MetricError`] if `hits > n`, `n` is 0, or `confidence` is not inside 0 to 1.
pub fn clopper_pearson(hits: usize, n: usize, confidence: f64) -> Result<Interval, MetricError> {
    const NAME: &str = "Clopper-Pearson interval";
    let inside = confidence > 0.0 && confidence < 1.0;
    within(inside, NAME, "the confidence", "between 0 and 1")?;
    let counts_ok = n > 0 && hits <= n;
    within(
        counts_ok,
        NAME,
        "hits",
        "at most the number of trials, which is above 0",
    )?;
    Ok(exact(hits as f64, n as f64, confidence))
}

/// The interval of a share of trials that come in clusters, `(hits, trials)` each, as `clopper_pearson` has it for as many
/// independent trials as they are worth: E. Korn, B. Graubard, "Confidence intervals for proportions with small expected number of
/// positive counts estimated from survey data", Survey Methodology 24(2), 1998. Clusters without trials are passed over. Where
/// all trials agree, nothing tells how alike those of a cluster are, and each cluster is taken for one trial; so is it where there is but
/// one.
///
/// # Errors
/// As [`clopper_pearson`].
pub fn korn_graubard(
    clusters: &[(usize, usize)],
    confidence: f64,
) -> Result<Interval, MetricError> {
    let clusters: Vec<(f64, f64)> = clusters
        .iter()
        .filter(|(_, n)| *n > 0)
        .map(|&(hits, n)| (hits as f64, n as f64))
        .collect();
    let (hits, n) = clusters
        .iter()
        .fold((0.0, 0.0), |(hits, n), own| (hits + own.0, n + own.1));
    // Checks what is given.
    let independent = clopper_pearson(hits as usize, n as usize, confidence)?;
    let number = clusters.len() as f64;
    if number == n {
        return Ok(independent);
    }
    let share = hits / n;
    if share == 0.0 || share == 1.0 || number < 2.0 {
        return Ok(exact(share * number, number, confidence));
    }
    // Linearised variance of a ratio whose numerator and denominator are sums over clusters.
    let squares = clusters.iter().map(|(h, n)| (h - share * n).powi(2));
    let variance = number / (number - 1.0) * squares.sum::<f64>() / (n * n);
    let alone = share * (1.0 - share) / variance;
    let narrower =
        student_quantile(confidence, n - 1.0) / student_quantile(confidence, number - 1.0);
    let worth = (alone * narrower * narrower).min(n);
    Ok(exact(share * worth, worth, confidence))
}

/// For `hits` of `n`, which need not be whole.
fn exact(hits: f64, n: f64, confidence: f64) -> Interval {
    let tail = (1.0 - confidence) / 2.0;
    let rest = n - hits;
    let low = match hits > 0.0 {
        true => beta_quantile(tail, hits, rest + 1.0),
        false => 0.0,
    };
    let high = match rest > 0.0 {
        true => beta_quantile(1.0 - tail, hits + 1.0, rest),
        false => 1.0,
    };
    Interval { low, high }
}

/// Student's t beyond which, to either side, `1 - confidence` lies.
fn student_quantile(confidence: f64, freedom: f64) -> f64 {
    let x = beta_quantile(1.0 - confidence, 0.5 * freedom, 0.5);
    (freedom * (1.0 - x) / x).sqrt()
}

/// Garwood's interval of the mean of a Poisson count: `events` were seen, at `confidence` (for
/// example 0.95). No event gives 0 to 3.689.
///
/// # Errors
/// [`MetricError`] if `confidence` is not inside 0 to 1.
pub fn poisson_mean(events: usize, confidence: f64) -> Result<Interval, MetricError> {
    let inside = confidence > 0.0 && confidence < 1.0;
    let name = "Poisson interval";
    within(inside, name, "the confidence", "between 0 and 1")?;
    let tail = (1.0 - confidence) / 2.0;
    // At the upper end so few events are as unlikely as so many are at the lower end.
    let high = mean_where(|mean| poisson_at_most(events, mean) > tail, events);
    let low = match events.checked_sub(1) {
        None => 0.0,
        Some(fewer) => mean_where(|mean| 1.0 - poisson_at_most(fewer, mean) < tail, events),
    };
    Ok(Interval { low, high })
}

/// The mean up to which `is_below` holds, by bisection.
fn mean_where(is_below: impl Fn(f64) -> bool, events: usize) -> f64 {
    let n = events as f64;
    let (mut low, mut high) = (0.0, n + 10.0 * (n + 1.0).sqrt() + 20.0);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if is_below(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// Probability of at most `events` where `mean` are expected.
fn poisson_at_most(events: usize, mean: f64) -> f64 {
    let ln_mean = mean.ln();
    let mut ln_term = -mean;
    let mut sum = ln_term.exp();
    for k in 1..=events {
        ln_term += ln_mean - (k as f64).ln();
        sum += ln_term.exp();
    }
    sum.min(1.0)
}

/// The value below which a Beta(a, b) variable lies with probability `p`, by bisection.
fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    let (mut low, mut high) = (0.0f64, 1.0f64);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if beta_share(middle, a, b) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// The regularised incomplete beta function I_x(a, b), by its continued fraction (NIST DLMF
/// 8.17.22, evaluated by Lentz's method).
fn beta_share(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    // The fraction converges fast below the mean only; above it, use the symmetry.
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta_share(1.0 - x, b, a);
    }
    let front = a * x.ln() + b * (1.0 - x).ln() - ln_beta(a, b);
    front.exp() * beta_fraction(x, a, b) / a
}

fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let keep = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / keep(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for m in 1..1000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for term in [even, odd] {
            d = 1.0 / keep(1.0 + term * d);
            c = keep(1.0 + term / c);
            change = c * d;
            fraction *= change;
        }
        if (change - 1.0).abs() < 1e-15 {
            break;
        }
    }
    fraction
}

fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

/// Natural logarithm of the gamma function for x >= 0.5 (Stirling's series, NIST DLMF 5.11.1,
/// after shifting x above 10).
fn ln_gamma(x: f64) -> f64 {
    let mut shifted = x;
    let mut product = 1.0f64;
    while shifted < 10.0 {
        product *= shifted;
        shifted += 1.0;
    }
    let inverse = 1.0 / (shifted * shifted);
    let series = (1.0 / 12.0
        - inverse * (1.0 / 360.0 - inverse * (1.0 / 1260.0 - inverse * (1.0 / 1680.0))))
        / shifted;
    let half_ln_tau = 0.5 * std::f64::consts::TAU.ln();
    (shifted - 0.5) * shifted.ln() - shifted + half_ln_tau + series - product.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gamma_of_whole_numbers_is_the_factorial() {
        assert!((ln_gamma(6.0) - 120f64.ln()).abs() < 1e-11);
        assert!((ln_gamma(0.5) - std::f64::consts::PI.sqrt().ln()).abs() < 1e-10);
    }

    #[test]
    fn none_of_n_has_the_closed_form() {
        let found = clopper_pearson(0, 24, 0.95).unwrap();
        assert_eq!(found.low, 0.0);
        assert!((found.high - (1.0 - 0.025f64.powf(1.0 / 24.0))).abs() < 1e-10);
        let all = clopper_pearson(24, 24, 0.95).unwrap();
        assert!((all.low - (1.0 - found.high)).abs() < 1e-10);
    }

    #[test]
    fn clusters_are_worth_as_many_trials_as_they_say_different_things() {
        let alone = korn_graubard(&[(1, 1), (0, 1), (1, 1), (1, 1)], 0.95).unwrap();
        assert_eq!(alone, clopper_pearson(3, 4, 0.95).unwrap());
        // Twenty clusters of ten that agree within: twenty trials, whatever is in them.
        let agreeing: Vec<(usize, usize)> =
            (0..20).map(|i| (if i < 12 { 10 } else { 0 }, 10)).collect();
        let found = korn_graubard(&agreeing, 0.95).unwrap();
        let twenty = clopper_pearson(12, 20, 0.95).unwrap();
        let two_hundred = clopper_pearson(120, 200, 0.95).unwrap();
        let width = |i: Interval| i.high - i.low;
        assert!(
            width(found) > width(twenty) && width(found) < 1.1 * width(twenty),
            "{found:?}"
        );
        // Six of ten in each: no cluster is like itself.
        let mixed = korn_graubard(&[(6, 10); 20], 0.95).unwrap();
        assert!((mixed.low - two_hundred.low).abs() < 1e-12, "{mixed:?}");
        // All right, or one cluster: a trial each.
        let all = korn_graubard(&[(9, 9), (5, 5), (1, 1)], 0.95).unwrap();
        assert_eq!(all, clopper_pearson(3, 3, 0.95).unwrap());
        assert!(korn_graubard(&[], 0.95).is_err());
    }

    #[test]
    fn students_t_is_that_of_the_tables() {
        for (freedom, wanted) in [(1.0, 12.706), (6.0, 2.447), (30.0, 2.042), (1000.0, 1.962)] {
            let found = student_quantile(0.95, freedom);
            assert!((found - wanted).abs() < 1e-3, "{freedom}: {found}");
        }
    }

    #[test]
    fn poisson_intervals_agree_with_published_tables() {
        // Garwood 1936 (Ulm 1990, table 1): 95 %, two-sided.
        for (events, low, high) in [(0, 0.0, 3.689), (1, 0.0253, 5.572), (10, 4.795, 18.39)] {
            let found = poisson_mean(events, 0.95).unwrap();
            assert!((found.low - low).abs() < 1e-3, "{events}: {found:?}");
            assert!((found.high - high).abs() < 6e-3, "{events}: {found:?}");
        }
        let many = poisson_mean(2000, 0.95).unwrap();
        assert!(
            (many.low - 1913.3).abs() < 1.0 && (many.high - 2089.6).abs() < 1.0,
            "{many:?}"
        );
    }

    #[test]
    fn impossible_counts_are_refused() {
        assert!(clopper_pearson(3, 2, 0.95).is_err());
        assert!(clopper_pearson(0, 0, 0.95).is_err());
        assert!(clopper_pearson(1, 2, 1.0).is_err());
    }
}
