//! One corpus (source) after the other left out of training.

use super::EvaluateError;
use crate::evaluate::error::MetricError;
use crate::evaluate::figures::alarm::is_alarm;
use crate::evaluate::figures::share::Share;
use crate::train::corpus::{Corpus, Progress};
use crate::train::fit::Fitted;
use crate::train::held_out::{choose, fit_judge, out_of_fold};
use crate::train::pipeline::{hierarchical_prior, label_infos};
use crate::train::recipe::Recipe;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How one label of one corpus fares with a model that never heard that corpus.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The corpus left out.
    pub source: String,
    /// The label, known from other corpora.
    pub label: String,
    /// Recordings whose best label is the true one.
    pub right: Share,
    /// Recordings answered as a munition or military drone, at any level.
    pub military: Share,
    /// The label most often given instead of the true one, with its count.
    pub taken_for: Option<(String, usize)>,
}

/// What was answered about one recording of a corpus left out.
struct Answer {
    group: usize,
    best: usize,
    military: bool,
}

/// Trains without each corpus in turn and tests on it, for the labels that other corpora hold too.
///
/// # Errors
/// [`EvaluateError`] if a model cannot be trained.
pub fn leave_source_out(
    corpus: &Corpus,
    recipe: &Recipe,
    progress: Progress,
) -> Result<Vec<LeftOut>, EvaluateError> {
    let prior = hierarchical_prior(corpus)?;
    let infos = label_infos(corpus);
    let mut sources_of: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    let recorded = corpus.n_recorded();
    for r in &corpus.recordings[..recorded] {
        sources_of.entry(r.label).or_default().insert(&r.source);
    }
    let testable = |i: usize| i < recorded && sources_of[&corpus.recordings[i].label].len() > 1;
    let sources: BTreeSet<&str> = (0..recorded)
        .filter(|&i| testable(i))
        .map(|i| corpus.recordings[i].source.as_str())
        .collect();
    let mut rows = Vec::new();
    for (done, source) in sources.iter().enumerate() {
        progress("leaving a corpus out", done, sources.len());
        // A source group that shares sound with the corpus left out must not be trained on either.
        let shared: BTreeSet<usize> = corpus
            .recordings
            .iter()
            .filter(|r| r.source == *source)
            .map(|r| r.group)
            .collect();
        let others = |i: usize| !shared.contains(&corpus.recordings[i].group);
        let held_out = out_of_fold(corpus, recipe, &others)?;
        let candidate = choose(corpus, recipe, &held_out, &others)?;
        let judge = fit_judge(
            corpus,
            recipe,
            &held_out.candidates[candidate],
            &prior,
            &others,
        )?;
        let fitted = Fitted::fit(corpus, recipe, &others)?;
        let scores = fitted.score(corpus, &|i| {
            corpus.recordings[i].source == *source && testable(i)
        })?;
        let mut by_label: BTreeMap<usize, Vec<Answer>> = BTreeMap::new();
        for (i, segments) in scores.candidates[candidate].iter().enumerate() {
            if !segments.is_empty() {
                let judgement = judge.judge(segments, &prior);
                let recording = &corpus.recordings[i];
                by_label.entry(recording.label).or_default().push(Answer {
                    group: recording.group,
                    best: judgement.best(),
                    military: is_alarm(&infos, &judgement),
                });
            }
        }
        for (label, answers) in by_label {
            rows.push(left_out(corpus, source, label, &answers)?);
        }
    }
    Ok(rows)
}

fn left_out(
    corpus: &Corpus,
    source: &str,
    label: usize,
    answers: &[Answer],
) -> Result<LeftOut, MetricError> {
    let mut wrong: BTreeMap<usize, usize> = BTreeMap::new();
    for answer in answers.iter().filter(|a| a.best != label) {
        *wrong.entry(answer.best).or_default() += 1;
    }
    let worst = wrong.into_iter().max_by_key(|&(_, n)| n);
    Ok(LeftOut {
        source: source.to_owned(),
        label: corpus.labels[label].clone(),
        right: Share::of_groups(answers, |a| a.group, |a| a.best == label)?,
        military: Share::of_groups(answers, |a| a.group, |a| a.military)?,
        taken_for: worst.map(|(l, n)| (corpus.labels[l].clone(), n)),
    })
}
