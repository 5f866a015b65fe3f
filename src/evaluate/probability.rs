//! How good probabilities are: log loss, Brier score, reliability.

use super::error::{same_length, within, MetricError};
use super::interval::{korn_graubard, Interval};
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
    /// Mean of the stated probabilities; `None` for an empty bin.
    pub stated: Option<f64>,
    /// Share of answers that were right; `None` for an empty bin.
    pub observed: Option<f64>,
    /// 95 % interval of that share by Korn and Graubard ([`korn_graubard`]); `None` for an empty bin or without groups.
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
    const NAME: &str = "reliability";
    same_length(NAME, "probabilities", stated.len(), came_true.len())?;
    if !groups.is_empty() {
        same_length(NAME, "groups", stated.len(), groups.len())?;
    }
    let proper = stated.iter().all(|p| (0.0..=1.0).contains(p));
    within(proper, NAME, "probabilities", "0 to 1")?;
    within((1..=1000).contains(&n_bins), NAME, "bins", "1 to 1000")?;
    let mut stated_in = vec![0.0f64; n_bins];
    // Per bin and group: answers that were right, answers in all.
    let mut clusters: Vec<BTreeMap<Option<&G>, (usize, usize)>> = vec![BTreeMap::new(); n_bins];
    for (place, (p, hit)) in stated.iter().zip(came_true).enumerate() {
        let bin = ((p * n_bins as f64) as usize).min(n_bins - 1);
        stated_in[bin] += p;
        let own = clusters[bin].entry(groups.get(place)).or_default();
        own.0 += usize::from(*hit);
        own.1 += 1;
    }
    let edge = |i: usize| i as f64 / n_bins as f64;
    let bins = stated_in.iter().zip(clusters).enumerate();
    bins.map(|(i, (stated, clusters))| {
        let clusters: Vec<(usize, usize)> = clusters.into_values().collect();
        let sum = |of: fn(&(usize, usize)) -> usize| clusters.iter().map(of).sum::<usize>();
        let n = sum(|c| c.1);
        let mean = |sum: f64| (n > 0).then(|| sum / n as f64);
        Ok(ReliabilityBin {
            from: edge(i),
            to: edge(i + 1),
            n,
            stated: mean(*stated),
            observed: mean(sum(|c| c.0) as f64),
            interval: match n == 0 || groups.is_empty() {
                true => None,
                false => Some(korn_graubard(&clusters, 0.95)?),
            },
        })
    })
    .collect()
}

/// Expected calibration error: the mean gap between stated and observed over the bins, weighted
/// by their counts (Naeini et al. 2015). `None` if all bins are empty.
pub fn calibration_error(bins: &[ReliabilityBin]) -> Option<f64> {
    let n: usize = bins.iter().map(|b| b.n).sum();
    let gap = |b: &ReliabilityBin| Some(b.n as f64 * (b.stated? - b.observed?).abs());
    (n > 0).then(|| bins.iter().filter_map(gap).sum::<f64>() / n as f64)
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
        // Two of one group that agree are taken for one.
        let all_right = bins[1].interval.unwrap();
        assert!((all_right.low - 0.025).abs() < 1e-9 && all_right.high == 1.0);
        let error = calibration_error(&bins).unwrap();
        assert!((error - (2.0 * 0.4 + 2.0 * 0.25) / 4.0).abs() < 1e-12);
    }
}
