//! Labels that look swapped: confident learning (Northcutt, Jiang and Chuang 2021, "Confident learning: estimating
//! uncertainty in dataset labels").
//!
//! A recording is suspect where a model that never heard its source group finds another label as likely as it finds that
//! label on recordings that bear it.

use super::corpus::Corpus;
use crate::model::calibration::log_sum_exp;
use crate::model::judge::Judgement;
use serde::{Deserialize, Serialize};

/// Fewest recordings of a label by which its usual probability is known.
const FEWEST: usize = 3;

/// A recording whose label is doubted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suspect {
    /// The recording.
    pub path: String,
    /// The label that it bears.
    pub label: String,
    /// The label that held-out models find likelier.
    pub likelier: String,
    /// Probability of each of the two, all labels equally likely beforehand.
    pub probability: [f64; 2],
}

/// The recordings among those that `wanted` picks whose label held-out judgements doubt, the most doubtful first.
pub fn suspects(
    corpus: &Corpus,
    judgements: &[Option<Judgement>],
    wanted: &dyn Fn(usize) -> bool,
) -> Vec<Suspect> {
    let n_labels = corpus.labels.len();
    let flat: Vec<Option<Vec<f64>>> = judgements
        .iter()
        .map(|j| j.as_ref().map(|j| flat_probabilities(&j.log_likelihoods)))
        .collect();
    let judged = || (0..corpus.recordings.len()).filter_map(|i| Some((i, flat[i].as_ref()?)));
    let mut sums = vec![(0.0, 0usize); n_labels];
    for (i, p) in judged() {
        let label = corpus.recordings[i].label;
        sums[label].0 += p[label];
        sums[label].1 += 1;
    }
    // What a label is usually given where it is right; a label that is hardly there is never suspected.
    let usual = |label: usize| match sums[label] {
        (sum, n) if n >= FEWEST => sum / n as f64,
        _ => f64::INFINITY,
    };
    let mut found: Vec<(f64, usize, Suspect)> = judged()
        .filter(|(i, _)| wanted(*i))
        .filter_map(|(i, p)| {
            let own = corpus.recordings[i].label;
            let confident = (0..n_labels).filter(|&l| p[l] >= usual(l));
            let best = confident.max_by(|&a, &b| p[a].total_cmp(&p[b]))?;
            if best == own || p[best] <= p[own] {
                return None;
            }
            let suspect = Suspect {
                path: corpus.recordings[i].path.clone(),
                label: corpus.labels[own].clone(),
                likelier: corpus.labels[best].clone(),
                probability: [p[own], p[best]],
            };
            Some((p[own] - p[best], i, suspect))
        })
        .collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    found.into_iter().map(|(_, _, suspect)| suspect).collect()
}

fn flat_probabilities(log_likelihoods: &[f64]) -> Vec<f64> {
    let whole = log_sum_exp(log_likelihoods);
    log_likelihoods.iter().map(|l| (l - whole).exp()).collect()
}
