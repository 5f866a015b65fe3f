//! Labels that look swapped: confident learning (Northcutt, Jiang and Chuang 2021, "Confident learning: estimating
//! uncertainty in dataset labels").
//!
//! A recording is suspect where a model that never heard its source group finds another label as likely as it usually finds that
//! label on recordings that bear it; or, beyond that method, where it finds another label likelier than all the rest together and
//! its own hardly at all.

use super::corpus::Corpus;
use crate::model::calibration::log_sum_exp;
use crate::model::judge::Judgement;
use serde::{Deserialize, Serialize};

/// Fewest recordings of a label by which its usual probability is known.
const FEWEST: usize = 3;

/// Share of what a label is usually given, up to which a recording is hardly of it.
const HARDLY: f64 = 0.2;

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
            let is_hardly = p[own] <= HARDLY * usual(own);
            let is_confident = |l: &usize| {
                p[*l] >= usual(*l) || (is_hardly && p[*l] > 0.5 && usual(*l).is_finite())
            };
            let confident = (0..n_labels).filter(is_confident);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::corpus::{Heard, Places};
    use ndarray::Array2;

    /// Ten recordings of each of two labels with these probabilities of the first.
    fn doubted(of_first: [f64; 20]) -> Vec<String> {
        let heard = |i: usize| Heard::plain(i, i / 10, i, 0);
        let corpus = Corpus {
            labels: vec!["a".into(), "b".into()],
            recordings: (0..20).map(heard).collect(),
            features: Array2::zeros((0, 0)),
            rows: Vec::new(),
            joins: Vec::new(),
            left_out: Vec::new(),
            places: Places::new(),
        };
        let judgements: Vec<Option<Judgement>> = of_first
            .iter()
            .map(|p| {
                Some(Judgement {
                    log_likelihoods: vec![p.ln(), (1.0 - p).ln()],
                    probabilities: vec![*p, 1.0 - p],
                    log10_lr: vec![None, None],
                    prediction_set: Vec::new(),
                })
            })
            .collect();
        let found = suspects(&corpus, &judgements, &|i| i != 19);
        found.into_iter().map(|s| s.path).collect()
    }

    #[test]
    fn the_most_doubtful_come_first_and_only_those_asked_for() {
        let mut p = [0.9; 20];
        p[10..].fill(0.1);
        p[3] = 0.02;
        p[12] = 0.95;
        p[19] = 0.99;
        assert_eq!(doubted(p), ["3.wav", "12.wav"]);
    }

    #[test]
    fn labels_that_are_hard_to_tell_are_not_doubted_for_that() {
        let mut p = [0.55; 20];
        p[10..].fill(0.45);
        p[0] = 0.48;
        assert!(doubted(p).is_empty());
    }
}
