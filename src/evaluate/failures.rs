//! The recordings that a model answers worst of those that it never heard: what it is not to be trusted with.

use crate::model::judge::Judgement;
use crate::train::corpus::Corpus;
use crate::train::memory::Memory;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

use super::protocols::EvaluateError;
use super::retraining::judges;
use crate::train::pipeline::hierarchical_prior;

/// Recordings that are named of each label.
const PER_LABEL: usize = 3;

/// A recording that was answered wrongly by a model that never heard its source group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// The recording.
    pub path: String,
    /// The corpus that it is from.
    pub source: String,
    /// What else is known of it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// What it is.
    pub label: String,
    /// Its probability, 0 to 1.
    pub probability: f64,
    /// What was answered.
    pub said: String,
    /// Its probability.
    pub said_probability: f64,
}

/// Of each label the recordings with the least probability of it, among those whose best label is another; one of each source
/// group. `judgements` has one entry per recording of the corpus, `None` for those that were not judged; `labels` are those of the
/// judgements.
pub fn failures(corpus: &Corpus, judgements: &[Option<Judgement>]) -> Vec<Failure> {
    let mut found = Vec::new();
    for (label, name) in corpus.labels.iter().enumerate() {
        let mut wrong: Vec<(f64, usize)> = corpus.recordings[..corpus.n_recorded()]
            .iter()
            .zip(judgements)
            .enumerate()
            .filter(|(_, (r, _))| r.label == label)
            .filter_map(|(i, (_, judgement))| {
                let judgement = judgement.as_ref()?;
                (judgement.best() != label).then(|| (judgement.probabilities[label], i))
            })
            .collect();
        wrong.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut groups = BTreeSet::new();
        let worst = wrong
            .into_iter()
            .filter(|(_, i)| groups.insert(corpus.recordings[*i].group))
            .take(PER_LABEL);
        for (probability, i) in worst {
            let Some(judgement) = &judgements[i] else {
                continue;
            };
            let recording = &corpus.recordings[i];
            found.push(Failure {
                path: recording.path.clone(),
                source: recording.source.clone(),
                note: recording.note.clone(),
                label: name.clone(),
                probability,
                said: corpus.labels[judgement.best()].clone(),
                said_probability: judgement.probabilities[judgement.best()],
            });
        }
    }
    found
}

/// What the quick fits that its held-out scores are from made of each recording of a training memory; `None` for those without
/// sound.
///
/// # Errors
/// [`EvaluateError`] if the scores cannot be calibrated.
pub fn judgements_of(memory: &Memory) -> Result<Vec<Option<Judgement>>, EvaluateError> {
    let corpus = &memory.corpus;
    let Some(segments) = memory.held_out.candidates.first() else {
        return Ok(vec![None; corpus.recordings.len()]);
    };
    let prior = hierarchical_prior(corpus)?;
    let by_fold = judges(corpus, &memory.recipe()?, segments, &prior, &|_| true)?;
    let judged = |i: usize| {
        let judge = by_fold.get(corpus.recordings[i].fold)?.as_ref()?;
        (!segments[i].is_empty()).then(|| judge.judge(&segments[i], &prior))
    };
    Ok((0..corpus.recordings.len()).map(judged).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::corpus::{Heard, Places};
    use ndarray::Array2;

    fn judgement(probabilities: [f64; 2]) -> Option<Judgement> {
        Some(Judgement {
            log_likelihoods: probabilities.iter().map(|p| p.ln()).collect(),
            probabilities: probabilities.to_vec(),
            log10_lr: vec![None; 2],
            prediction_set: Vec::new(),
        })
    }

    #[test]
    fn the_worst_of_each_label_are_named_once_per_source_group() {
        let groups = [0, 1, 1, 2, 3, 4];
        let recordings = (0..6)
            .map(|i| Heard::plain(i, usize::from(i == 5), groups[i], 0))
            .collect();
        let corpus = Corpus {
            labels: vec!["a".into(), "b".into()],
            recordings,
            features: Array2::zeros((0, 0)),
            rows: Vec::new(),
            joins: Vec::new(),
            left_out: Vec::new(),
            places: Places::new(),
        };
        let judgements = [
            judgement([0.9, 0.1]),
            judgement([0.2, 0.8]),
            judgement([0.1, 0.9]),
            None,
            judgement([0.3, 0.7]),
            judgement([0.6, 0.4]),
        ];
        let found = failures(&corpus, &judgements);
        let named: Vec<&str> = found.iter().map(|f| f.path.as_str()).collect();
        assert_eq!(named, ["2.wav", "4.wav", "5.wav"]);
        assert_eq!((found[2].said.as_str(), found[2].probability), ("a", 0.4));
    }
}
