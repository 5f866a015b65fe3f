//! How good probabilities are: log loss, Brier score, reliability.

use super::error::{same_length, within, MetricError};
use super::interval::{weighted_korn_graubard, Interval, WeightedCluster};
use ndarray::ArrayView2;
use serde::Serialize;
use std::collections::BTreeMap;

/// Smallest probability that the log loss counts; a certain wrong answer costs 34.5.
const FLOOR: f64 = 1e-15;

fn check(
    metric: &'static str,
    probabilities: &ArrayView2<f64>,
    truth: &[usize],
) -> Result<(), MetricError> {
    same_length(metric, "true labels", truth.len(), probabilities.nrows())?;
    let known = truth.iter().all(|label| *label < probabilities.ncols());
    within(known, metric, "labels", "below the number of columns")?;
    let proper = probabilities
        .iter()
        .all(|p| (-1e-9..=1.0 + 1e-9).contains(p));
    within(proper, metric, "probabilities", "0 to 1")?;
    if truth.is_empty() {
        return Err(MetricError::Undefined {
            metric,
            needs: "at least one answer",
        });
    }
    Ok(())
}

/// Mean negative natural logarithm of the true label's probability (rows x labels).
///
/// # Errors
/// [`MetricError`] for no rows, labels out of range, or probabilities outside 0 to 1.
pub fn log_loss(probabilities: ArrayView2<f64>, truth: &[usize]) -> Result<f64, MetricError> {
    check("log loss", &probabilities, truth)?;
    let rows = probabilities.rows().into_iter().zip(truth);
    let sum: f64 = rows.map(|(row, label)| -row[*label].max(FLOOR).ln()).sum();
    Ok(sum / truth.len() as f64)
}

/// Mean squared distance between the probabilities and the truth, summed over labels: 0 to 2
/// (Brier 1950).
///
/// # Errors
/// As [`log_loss`].
pub fn brier(probabilities: ArrayView2<f64>, truth: &[usize]) -> Result<f64, MetricError> {
    check("Brier score", &probabilities, truth)?;
    let distance = |(row, label): (ndarray::ArrayView1<f64>, &usize)| -> f64 {
        let hit = |k: usize| f64::from(u8::from(k == *label));
        row.iter()
            .enumerate()
            .map(|(k, p)| (p - hit(k)).powi(2))
            .sum()
    };
    let sum: f64 = probabilities
        .rows()
        .into_iter()
        .zip(truth)
        .map(distance)
        .sum();
    Ok(sum / truth.len() as f64)
}

/// One bin of a reliability diagram.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReliabilityBin {
    /// Lower end of the bin, a probability.
    pub from: f64,
    /// Upper end of the bin, excluded but for the last.
    pub to: f64,
    /// Answers in the bin.
    pub n: usize,
    /// What they weigh: as many as there are, where they have no weights.
    pub weight: f64,
    /// Mean of the stated probabilities; `None` for an empty bin.
    pub stated: Option<f64>,
    /// Share of answers that were right; `None` for an empty bin.
    pub observed: Option<f64>,
    /// 95 % interval of that share by Korn and Graubard ([`weighted_korn_graubard`]); `None` for an empty bin or without groups.
    pub interval: Option<Interval>,
}

/// Stated probabilities against observed shares in `n_bins` bins of equal width. `groups` are the source groups of the answers,
/// or empty: then there are no intervals.
///
/// # Errors
/// [`MetricError`] for lengths that differ, probabilities outside 0 to 1, or no bins.
pub fn reliability<G: Ord>(
    stated: &[f64],
    came_true: &[bool],
    groups: &[G],
    n_bins: usize,
) -> Result<Vec<ReliabilityBin>, MetricError> {
    weighted_reliability(stated, came_true, groups, &vec![1.0; stated.len()], n_bins)
}

/// [`reliability`] where each answer counts as much as its weight, not below 0: means, shares and intervals are weighted.
///
/// # Errors
/// As [`reliability`], and for weights below 0.
pub fn weighted_reliability<G: Ord>(
    stated: &[f64],
    came_true: &[bool],
    groups: &[G],
    weights: &[f64],
    n_bins: usize,
) -> Result<Vec<ReliabilityBin>, MetricError> {
    const NAME: &str = "reliability";
    same_length(NAME, "probabilities", stated.len(), came_true.len())?;
    same_length(NAME, "weights", stated.len(), weights.len())?;
    if !groups.is_empty() {
        same_length(NAME, "groups", stated.len(), groups.len())?;
    }
    let proper = stated.iter().all(|p| (0.0..=1.0).contains(p));
    within(proper, NAME, "probabilities", "0 to 1")?;
    let proper = weights.iter().all(|w| w.is_finite() && *w >= 0.0);
    within(proper, NAME, "weights", "numbers, not below 0")?;
    within((1..=1000).contains(&n_bins), NAME, "bins", "1 to 1000")?;
    let mut stated_in = vec![0.0f64; n_bins];
    let mut clusters: Vec<BTreeMap<Option<&G>, WeightedCluster>> = vec![BTreeMap::new(); n_bins];
    for (place, (p, hit)) in stated.iter().zip(came_true).enumerate() {
        let bin = ((p * n_bins as f64) as usize).min(n_bins - 1);
        let weight = weights[place];
        stated_in[bin] += weight * p;
        let own = clusters[bin].entry(groups.get(place)).or_default();
        own.hits += if *hit { weight } else { 0.0 };
        own.weight += weight;
        own.trials += 1;
    }
    let edge = |i: usize| i as f64 / n_bins as f64;
    let bins = stated_in.iter().zip(clusters).enumerate();
    bins.map(|(i, (stated, clusters))| {
        let clusters: Vec<WeightedCluster> = clusters.into_values().collect();
        let weight: f64 = clusters.iter().map(|c| c.weight).sum();
        let mean = |sum: f64| (weight > 0.0).then(|| sum / weight);
        Ok(ReliabilityBin {
            from: edge(i),
            to: edge(i + 1),
            n: clusters.iter().map(|c| c.trials).sum(),
            weight,
            stated: mean(*stated),
            observed: mean(clusters.iter().map(|c| c.hits).sum()),
            interval: match weight == 0.0 || groups.is_empty() {
                true => None,
                false => Some(weighted_korn_graubard(&clusters, 0.95)?),
            },
        })
    })
    .collect()
}

/// Expected calibration error: the mean gap between stated and observed over the bins, weighted
/// by what they weigh, without weights their counts (Naeini et al. 2015). `None` if all bins are empty.
pub fn calibration_error(bins: &[ReliabilityBin]) -> Option<f64> {
    let weight: f64 = bins.iter().map(|b| b.weight).sum();
    let gap = |b: &ReliabilityBin| Some(b.weight * (b.stated? - b.observed?).abs());
    (weight > 0.0).then(|| bins.iter().filter_map(gap).sum::<f64>() / weight)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn even_guesses_cost_ln_of_the_number_of_labels() {
        let even = array![[0.25, 0.25, 0.25, 0.25], [0.25, 0.25, 0.25, 0.25]];
        assert!((log_loss(even.view(), &[0, 3]).unwrap() - 4f64.ln()).abs() < 1e-12);
        assert!((brier(even.view(), &[0, 3]).unwrap() - 0.75).abs() < 1e-12);
    }

    #[test]
    fn a_certain_wrong_answer_costs_a_finite_sum() {
        let wrong = array![[1.0, 0.0]];
        let cost = log_loss(wrong.view(), &[1]).unwrap();
        assert!((cost - 34.538776).abs() < 1e-5);
        assert!(log_loss(array![[1.5, -0.5]].view(), &[0]).is_err());
    }

    #[test]
    fn bins_hold_their_ends_and_weigh_by_count() {
        let bins = reliability(
            &[0.1, 0.1, 1.0, 0.5],
            &[false, true, true, true],
            &[0, 1, 2, 2],
            2,
        )
        .unwrap();
        assert_eq!((bins[0].n, bins[1].n), (2, 2));
        assert_eq!(bins[1].stated, Some(0.75));
        assert_eq!(bins[1].observed, Some(1.0));
        assert_eq!((bins[0].weight, bins[1].weight), (2.0, 2.0));
        // Two of one group that agree are taken for one.
        let all_right = bins[1].interval.unwrap();
        assert!((all_right.low - 0.025).abs() < 1e-9 && all_right.high == 1.0);
        let error = calibration_error(&bins).unwrap();
        assert!((error - (2.0 * 0.4 + 2.0 * 0.25) / 4.0).abs() < 1e-12);
    }

    #[test]
    fn answers_count_what_they_weigh() {
        let found = weighted_reliability(
            &[0.6, 0.7, 0.9],
            &[true, false, true],
            &[0, 1, 2],
            &[3.0, 1.0, 0.0],
            2,
        );
        let bin = &found.unwrap()[1];
        assert_eq!((bin.n, bin.weight), (3, 4.0));
        assert_eq!(bin.observed, Some(0.75));
        assert!((bin.stated.unwrap() - 0.625).abs() < 1e-12);
        assert!(weighted_reliability(&[0.5], &[true], &[0], &[-1.0], 2).is_err());
        // What weighs nothing says nothing.
        let none = weighted_reliability(&[0.5], &[true], &[0], &[0.0], 1).unwrap();
        assert_eq!((none[0].observed, none[0].interval), (None, None));
    }
}
