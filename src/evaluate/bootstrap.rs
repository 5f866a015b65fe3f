//! Intervals by resampling source groups: recordings of one group are not independent, so
//! whole groups are drawn (Davison and Hinkley 1997, section 3.8).

use super::error::{same_length, within, MetricError};
use super::interval::Interval;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use std::collections::BTreeMap;

const NAME: &str = "group bootstrap";

/// How to resample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bootstrap {
    /// Number of resampled sets, 2000 by default.
    pub replicates: usize,
    /// Confidence of the interval, 0.95 by default.
    pub confidence: f64,
    /// Seed of the draws.
    pub seed: u64,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self {
            replicates: 2000,
            confidence: 0.95,
            seed: 0,
        }
    }
}

impl Bootstrap {
    /// The percentile interval of `statistic`, which gets the item numbers of a resampled set
    /// (repeats included) and may answer `None` where it is undefined.
    ///
    /// `groups` names the source group of each item. `strata` names a stratum per item (or is
    /// empty): groups are drawn within the stratum of their first item, so that a rare label is
    /// present in every set. The result does not depend on the number of threads.
    ///
    /// # Errors
    /// [`MetricError`] for lengths that differ, settings out of range, or a statistic that is
    /// undefined in more than half of the sets.
    pub fn interval<G, F>(
        &self,
        groups: &[G],
        strata: &[usize],
        statistic: F,
    ) -> Result<Interval, MetricError>
    where
        G: Ord,
        F: Fn(&[usize]) -> Option<f64> + Sync,
    {
        let found = self.intervals(groups, strata, 1, |items| vec![statistic(items)])?;
        found
            .into_iter()
            .flatten()
            .next()
            .ok_or(MetricError::Undefined {
                metric: NAME,
                needs: "a statistic that is defined in most resampled sets",
            })
    }

    /// The intervals of `n` statistics of the same resampled sets, as [`Bootstrap::interval`] has each; `None` of one that is
    /// undefined in more than half of them.
    ///
    /// # Errors
    /// [`MetricError`] for lengths that differ or settings out of range.
    pub fn intervals<G, F>(
        &self,
        groups: &[G],
        strata: &[usize],
        n: usize,
        statistics: F,
    ) -> Result<Vec<Option<Interval>>, MetricError>
    where
        G: Ord,
        F: Fn(&[usize]) -> Vec<Option<f64>> + Sync,
    {
        let inside = self.confidence > 0.0 && self.confidence < 1.0;
        within(inside, NAME, "the confidence", "between 0 and 1")?;
        let enough = (10..=1_000_000).contains(&self.replicates);
        within(enough, NAME, "replicates", "10 to 1000000")?;
        if !strata.is_empty() {
            same_length(NAME, "strata", strata.len(), groups.len())?;
        }
        let n_items = groups.len();
        let strata = members(groups, strata);
        let rows: Vec<Vec<Option<f64>>> = (0..self.replicates)
            .into_par_iter()
            .map(|replicate| {
                let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
                rng.set_stream(replicate as u64);
                let mut drawn = Vec::with_capacity(n_items);
                for stratum in &strata {
                    for _ in 0..stratum.len() {
                        drawn.extend_from_slice(&stratum[rng.gen_range(0..stratum.len())]);
                    }
                }
                statistics(&drawn)
            })
            .collect();
        let of = |place: usize| {
            let values = rows.iter().filter_map(|row| *row.get(place)?);
            self.percentiles(values.filter(|value| !value.is_nan()).collect())
        };
        Ok((0..n).map(of).collect())
    }

    /// `None` where there are too few values.
    fn percentiles(&self, mut values: Vec<f64>) -> Option<Interval> {
        if values.is_empty() || values.len() * 2 < self.replicates {
            return None;
        }
        values.sort_by(f64::total_cmp);
        let tail = (1.0 - self.confidence) / 2.0;
        Some(Interval {
            low: quantile(&values, tail),
            high: quantile(&values, 1.0 - tail),
        })
    }
}

/// Item numbers by stratum and group, in the order of their names.
fn members<G: Ord>(groups: &[G], strata: &[usize]) -> Vec<Vec<Vec<usize>>> {
    let mut by_group: BTreeMap<&G, Vec<usize>> = BTreeMap::new();
    for (item, group) in groups.iter().enumerate() {
        by_group.entry(group).or_default().push(item);
    }
    let mut by_stratum: BTreeMap<usize, Vec<Vec<usize>>> = BTreeMap::new();
    for items in by_group.into_values() {
        let stratum = items.first().and_then(|i| strata.get(*i)).copied();
        by_stratum
            .entry(stratum.unwrap_or(0))
            .or_default()
            .push(items);
    }
    by_stratum.into_values().collect()
}

/// Linear interpolation between order statistics (numpy's default).
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let at = share * (sorted.len() - 1) as f64;
    let below = at.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (at - below as f64) * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(values: &[f64]) -> impl Fn(&[usize]) -> Option<f64> + Sync + '_ {
        |items| Some(items.iter().map(|i| values[*i]).sum::<f64>() / items.len() as f64)
    }

    #[test]
    fn groups_of_copies_widen_the_interval() {
        let values: Vec<f64> = (0..400).map(|i| f64::from((i / 20) % 2)).collect();
        let alone: Vec<usize> = (0..400).collect();
        let grouped: Vec<usize> = (0..400).map(|i| i / 20).collect();
        let boot = Bootstrap::default();
        let narrow = boot.interval(&alone, &[], mean(&values)).unwrap();
        let wide = boot.interval(&grouped, &[], mean(&values)).unwrap();
        // 20 coins: 1.96 * 0.5 / sqrt(20) = 0.219 on each side; 400: 0.049.
        assert!((wide.high - 0.5 - 0.219).abs() < 0.04, "{wide:?}");
        assert!((narrow.high - 0.5 - 0.049).abs() < 0.01, "{narrow:?}");
    }

    #[test]
    fn the_thread_count_changes_nothing() {
        let values: Vec<f64> = (0..50).map(|i| f64::from(i * i % 17)).collect();
        let groups: Vec<usize> = (0..50).map(|i| i / 3).collect();
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| {
                Bootstrap::default()
                    .interval(&groups, &[], mean(&values))
                    .unwrap()
            })
        };
        assert_eq!(run(1), run(4));
    }

    #[test]
    fn strata_keep_a_rare_label_in_every_set() {
        let labels = [0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
        let groups: Vec<usize> = (0..10).collect();
        let rare = |items: &[usize]| Some(items.iter().filter(|i| **i == 9).count() as f64);
        let found = Bootstrap::default()
            .interval(&groups, &labels, rare)
            .unwrap();
        assert_eq!(
            found,
            Interval {
                low: 1.0,
                high: 1.0
            }
        );
    }

    #[test]
    fn an_undefined_statistic_is_an_error() {
        let found = Bootstrap::default().interval(&[1, 2], &[], |_| None);
        assert!(matches!(found, Err(MetricError::Undefined { .. })));
    }
}
