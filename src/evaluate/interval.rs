//! Intervals for shares, of independent trials (Clopper and Pearson 1934) and of clusters (Korn and Graubard 1998), and for counts
//! (Garwood 1936), of events that come in bursts too (Fay and Feuer 1997).

use super::error::{within, MetricError};
use super::special::{beta_quantile, gamma_quantile, student_quantile};
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
/// one. A single trial that differs tells no more: no interval ends short of the one that would stand there without it.
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
    let (hits, n) = sums(&clusters);
    // Checks what is given.
    clopper_pearson(hits as usize, n as usize, confidence)?;
    let number = clusters.len() as f64;
    Ok(of_clusters(&clusters, n, number, confidence))
}

/// A cluster of trials that weigh differently.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct WeightedCluster {
    /// Weight of the trials that are hits.
    pub hits: f64,
    /// Weight of all its trials.
    pub weight: f64,
    /// How many trials it holds.
    pub trials: usize,
}

/// [`korn_graubard`] where trials have weights, as those of a survey do. Clusters of unequal weight are worth fewer (Kish 1965) where
/// each is taken for one trial, and as degrees of freedom; those that weigh nothing are passed over.
///
/// # Errors
/// [`MetricError`] if nothing weighs anything, hits weigh more than all trials of a cluster, or `confidence` is not inside 0 to 1.
pub fn weighted_korn_graubard(
    clusters: &[WeightedCluster],
    confidence: f64,
) -> Result<Interval, MetricError> {
    const NAME: &str = "weighted Korn-Graubard interval";
    let inside = confidence > 0.0 && confidence < 1.0;
    within(inside, NAME, "the confidence", "between 0 and 1")?;
    let proper = |c: &WeightedCluster| {
        c.weight.is_finite() && c.hits >= 0.0 && c.hits <= c.weight * (1.0 + 1e-9)
    };
    let limits = "not below 0, and those of hits no more than those of all";
    within(clusters.iter().all(proper), NAME, "weights", limits)?;
    let own = || clusters.iter().filter(|c| c.weight > 0.0);
    let n: usize = own().map(|c| c.trials).sum();
    within(n > 0, NAME, "the number of trials that weigh", "above 0")?;
    let clusters: Vec<(f64, f64)> = own().map(|c| (c.hits.min(c.weight), c.weight)).collect();
    let (_, weight) = sums(&clusters);
    let squares: f64 = clusters.iter().map(|c| c.1 * c.1).sum();
    let worth = weight * weight / squares;
    Ok(of_clusters(&clusters, n as f64, worth, confidence))
}

fn sums(clusters: &[(f64, f64)]) -> (f64, f64) {
    clusters
        .iter()
        .fold((0.0, 0.0), |(hits, n), own| (hits + own.0, n + own.1))
}

/// Of clusters of hits and trials, by weight: `n` trials in all, in clusters that are worth `number` of equal weight.
fn of_clusters(clusters: &[(f64, f64)], n: f64, number: f64, confidence: f64) -> Interval {
    let (hits, weight) = sums(clusters);
    let share = hits / weight;
    // Each a cluster of its own, and alike.
    if (number - n).abs() < 1e-9 * n {
        // Without weights these are whole, and stay so.
        let hits = if weight == n { hits } else { share * n };
        return exact(hits, n, confidence);
    }
    // Sums of weights miss each other by rounding.
    let all_agree = !(1e-12..=1.0 - 1e-12).contains(&share);
    if all_agree || number < 2.0 {
        let share = if all_agree { share.round() } else { share };
        return exact(share * number, number, confidence);
    }
    // Linearised variance of a ratio whose numerator and denominator are sums over clusters.
    let squares = clusters.iter().map(|(h, w)| (h - share * w).powi(2));
    let count = clusters.len() as f64;
    let variance = count / (count - 1.0) * squares.sum::<f64>() / (weight * weight);
    let alone = share * (1.0 - share) / variance;
    let narrower =
        student_quantile(confidence, n - 1.0) / student_quantile(confidence, number - 1.0);
    let worth = (alone * narrower * narrower).min(n);
    let found = exact(share * worth, worth, confidence);
    // With a rare event the variance is that of the one cluster that has it, which may say anything.
    Interval {
        low: found.low.min(exact(number, number, confidence).low),
        high: found.high.max(exact(0.0, number, confidence).high),
    }
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

/// Garwood's interval of the mean of a Poisson count: `events` were seen, at `confidence` (for
/// example 0.95). No event gives 0 to 3.689.
///
/// # Errors
/// [`MetricError`] if `confidence` is not inside 0 to 1.
pub fn poisson_mean(events: usize, confidence: f64) -> Result<Interval, MetricError> {
    poisson_bursts(&vec![1; events], confidence)
}

/// The interval of the mean of a count whose events come in bursts, of which those seen had so many events each: M. Fay, E. Feuer,
/// "Confidence intervals for directly standardized rates: a method based on the gamma distribution", Statistics in Medicine 16,
/// 1997, where a burst is a Poisson event that weighs as many as came with it. Where all come singly, or none came, it is Garwood's.
/// Empty bursts are passed over.
///
/// # Errors
/// As [`poisson_mean`].
pub fn poisson_bursts(bursts: &[usize], confidence: f64) -> Result<Interval, MetricError> {
    let inside = confidence > 0.0 && confidence < 1.0;
    let name = "Poisson interval";
    within(inside, name, "the confidence", "between 0 and 1")?;
    let tail = (1.0 - confidence) / 2.0;
    let bursts = || bursts.iter().map(|&events| events as f64);
    let (mean, variance) = bursts().fold((0.0, 0.0), |(m, v), b| (m + b, v + b * b));
    // The next burst may be as large as the largest seen.
    let next = bursts().fold(0.0, f64::max).max(1.0);
    // The gamma variable with a mean and a variance.
    let quantile = |p: f64, mean: f64, variance: f64| {
        variance / mean * gamma_quantile(p, mean * mean / variance)
    };
    let low = match mean > 0.0 {
        true => quantile(tail, mean, variance),
        false => 0.0,
    };
    let high = quantile(1.0 - tail, mean + next, variance + next * next);
    Ok(Interval { low, high })
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn an_event_more_never_lowers_the_upper_end() {
        // Where one group of 89 has the event, its variance is that of nine trials in 801.
        let rare = |hits: usize| {
            let own = |i| if i < hits { (1, 9) } else { (0, 9) };
            korn_graubard(&(0..89).map(own).collect::<Vec<_>>(), 0.95).unwrap()
        };
        let none = rare(0);
        assert!((none.high - (1.0 - 0.025f64.powf(1.0 / 89.0))).abs() < 1e-9);
        let mut before = none;
        for hits in 1..12 {
            let found = rare(hits);
            assert!(found.high >= before.high, "{hits}: {found:?} {before:?}");
            assert!(found.low >= before.low, "{hits}: {found:?} {before:?}");
            before = found;
        }
        // And the same from above.
        let missed = |hits: usize| {
            let own = |i| if i < hits { (8, 9) } else { (9, 9) };
            korn_graubard(&(0..89).map(own).collect::<Vec<_>>(), 0.95).unwrap()
        };
        assert!((missed(1).low - missed(0).low).abs() < 1e-12);
        assert!((missed(1).low - (1.0 - none.high)).abs() < 1e-9);
    }

    fn weighted(clusters: &[(usize, usize)], weight: impl Fn(usize) -> f64) -> Interval {
        let clusters = clusters.iter().enumerate().map(|(i, &(hits, trials))| {
            let weight = weight(i);
            WeightedCluster {
                hits: weight * hits as f64,
                weight: weight * trials as f64,
                trials,
            }
        });
        weighted_korn_graubard(&clusters.collect::<Vec<_>>(), 0.95).unwrap()
    }

    #[test]
    fn equal_weights_change_nothing_and_unequal_ones_widen() {
        let clusters: Vec<(usize, usize)> = (0..30).map(|i| (i % 3 + i % 2, 4)).collect();
        let plain = korn_graubard(&clusters, 0.95).unwrap();
        let same = weighted(&clusters, |_| 0.25);
        assert!((same.low - plain.low).abs() < 1e-9 && (same.high - plain.high).abs() < 1e-9);
        // Half of the weight on two clusters.
        let uneven = weighted(&clusters, |i| if i < 2 { 14.0 } else { 1.0 });
        assert!(uneven.high - uneven.low > 1.5 * (plain.high - plain.low));
        // All right: as many trials as the clusters are worth.
        let all = weighted(&[(2, 2), (2, 2), (2, 2)], |i| [2.0, 1.0, 1.0][i]);
        assert!((all.low - 0.025f64.powf(6.0 / 16.0)).abs() < 1e-9 && all.high == 1.0);
        // One of each, alike: independent trials.
        let alone = weighted(&[(1, 1), (0, 1), (1, 1)], |_| 0.1);
        let plain = clopper_pearson(2, 3, 0.95).unwrap();
        assert!((alone.low - plain.low).abs() < 1e-9 && (alone.high - plain.high).abs() < 1e-9);
        assert!(weighted_korn_graubard(&[WeightedCluster::default()], 0.95).is_err());
    }

    #[test]
    fn alarms_that_come_together_say_less_of_their_rate() {
        let single = poisson_bursts(&[1; 6], 0.95).unwrap();
        assert_eq!(single, poisson_mean(6, 0.95).unwrap());
        let together = poisson_bursts(&[0, 4, 1, 1], 0.95).unwrap();
        assert!(together.low < single.low && together.high > single.high);
        // Six in one burst are one event of six.
        let one = poisson_mean(1, 0.95).unwrap();
        let burst = poisson_bursts(&[6], 0.95).unwrap();
        assert!((burst.high - 6.0 * one.high).abs() < 1e-9);
        assert!((burst.low - 6.0 * one.low).abs() < 1e-9);
        assert!((poisson_bursts(&[], 0.95).unwrap().high - 3.689).abs() < 1e-3);
    }
}
