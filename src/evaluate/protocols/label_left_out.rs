//! One label after the other left out of training: what is made of sound that was never learnt?

use super::EvaluateError;
use crate::evaluate::error::MetricError;
use crate::evaluate::figures::alarm::is_alarm;
use crate::evaluate::figures::share::Share;
use crate::model::decide::{level, Level};
use crate::model::header::LabelInfo;
use crate::model::judge::Judgement;
use crate::train::corpus::{Corpus, Heard, Origin, Progress, BACKGROUND};
use crate::train::error::TrainError;
use crate::train::fit::{Fitted, SegmentScores};
use crate::train::held_out::{choose, fit_judge};
use crate::train::pipeline::{hierarchical_prior, label_infos};
use crate::train::recipe::Recipe;
use crate::train::takes::{Row, Take};
use ndarray::Axis;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Fewest labels from which one can be left out.
const MIN_LABELS: usize = 3;

/// What was answered about the recordings of a label that was not learnt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelLeftOut {
    /// The label.
    pub label: String,
    /// Its recordings answered `unknown`.
    pub unknown: Share,
    /// Its recordings answered as a munition or military drone, at any level.
    pub military: Share,
    /// What was named instead, the most frequent first.
    pub answers: Vec<(String, usize)>,
}

impl LabelLeftOut {
    /// Counts the answers of a model with the labels `infos` about recordings of another label, each with its source group.
    ///
    /// # Errors
    /// None in practice.
    pub fn new<'a>(
        label: &str,
        infos: &[LabelInfo],
        judgements: impl Iterator<Item = (usize, &'a Judgement)> + Clone,
    ) -> Result<Self, MetricError> {
        let levels = || {
            judgements
                .clone()
                .map(|(group, j)| (group, level(infos, j)))
        };
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for name in levels().filter_map(|(_, level)| named(level, infos)) {
            *counts.entry(name).or_default() += 1;
        }
        let mut answers: Vec<(String, usize)> = counts.into_iter().collect();
        answers.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        Ok(Self {
            label: label.to_owned(),
            unknown: Share::of_groups(levels(), |l| l.0, |(_, level)| level.label().is_none())?,
            military: Share::of_groups(judgements, |j| j.0, |(_, j)| is_alarm(infos, j))?,
            answers,
        })
    }
}

/// What an answer names.
fn named(level: Level, infos: &[LabelInfo]) -> Option<String> {
    match level {
        Level::Signature(label) => Some(infos[label].label.clone()),
        Level::Family(label) => Some(format!("family {}", infos[label].family)),
        Level::Class(label) => Some(format!("class {}", infos[label].class)),
        Level::NothingFits | Level::TooMuchFits => None,
    }
}

/// Trains without each label in turn that has real recordings, and judges those; nothing for fewer than three labels.
///
/// Each recording is judged by the fit that left out its fold: of the same kind as those that the
/// judge was learnt from.
///
/// # Errors
/// [`EvaluateError`] if a model cannot be trained.
pub fn leave_label_out(
    corpus: &Corpus,
    recipe: &Recipe,
    progress: Progress,
) -> Result<Vec<LabelLeftOut>, EvaluateError> {
    if corpus.labels.len() < MIN_LABELS {
        return Ok(Vec::new());
    }
    let mut rows = Vec::new();
    let recorded = corpus.recordings[..corpus.n_recorded()].iter();
    let labels: BTreeSet<usize> = recorded.map(|r| r.label).collect();
    for label in labels {
        progress("leaving a label out", label, corpus.labels.len());
        let (rest, strangers) = split(corpus, label);
        let scored: Vec<(SegmentScores, SegmentScores)> = (0..recipe.folds)
            .into_par_iter()
            .map(|fold| {
                let in_fold = |corpus: &Corpus, i: usize| corpus.recordings[i].fold == fold;
                let fitted = Fitted::fit(&rest, recipe, &|i| !in_fold(&rest, i))?;
                Ok((
                    fitted.score(&rest, &|i| in_fold(&rest, i))?,
                    fitted.score(&strangers, &|i| in_fold(&strangers, i))?,
                ))
            })
            .collect::<Result<_, TrainError>>()?;
        let (known, unknown): (Vec<_>, Vec<_>) = scored.into_iter().unzip();
        let (known, unknown) = (SegmentScores::merged(known), SegmentScores::merged(unknown));
        let everything = |_: usize| true;
        let prior = hierarchical_prior(&rest)?;
        let candidate = choose(&rest, recipe, &known, &everything)?;
        let held_out = &known.candidates[candidate];
        let judge = fit_judge(&rest, recipe, held_out, &prior, &everything)?;
        let judgements: Vec<Judgement> = unknown.candidates[candidate]
            .iter()
            .map(|segments| judge.judge(segments, &prior))
            .collect();
        rows.push(LabelLeftOut::new(
            &corpus.labels[label],
            &label_infos(&rest),
            strangers
                .recordings
                .iter()
                .map(|r| r.group)
                .zip(&judgements),
        )?);
    }
    Ok(rows)
}

/// The corpus without a label and all that shares its source groups, and the recordings of the
/// label. Without backgrounds there are no copies either, as backgrounds are mixed into those.
fn split(corpus: &Corpus, label: usize) -> (Corpus, Corpus) {
    let groups: BTreeSet<usize> = corpus
        .recordings
        .iter()
        .filter(|r| r.label == label)
        .map(|r| r.group)
        .collect();
    let with_copies = corpus.labels[label] != BACKGROUND;
    let rest = part(corpus, label, with_copies, |r| !groups.contains(&r.group));
    let strangers = part(corpus, label, false, |r| {
        r.label == label && r.origin == Origin::Recorded
    });
    (rest, strangers)
}

/// The recordings that `keeps` picks, with `label` taken out of the list of labels.
fn part(
    corpus: &Corpus,
    label: usize,
    with_copies: bool,
    keeps: impl Fn(&Heard) -> bool,
) -> Corpus {
    let mut labels = corpus.labels.clone();
    labels.remove(label);
    let mut numbers = vec![None; corpus.recordings.len()];
    let mut recordings = Vec::new();
    for (i, recording) in corpus.recordings.iter().enumerate() {
        if keeps(recording) {
            numbers[i] = Some(recordings.len());
            // The label taken out has no number any more; that of its recordings is never used.
            let renumbered = recording.label - usize::from(recording.label > label);
            recordings.push(Heard {
                label: renumbered,
                ..recording.clone()
            });
        }
    }
    // Rendered clips are heard over backgrounds or not at all.
    let kept = |row: &Row| match with_copies {
        true => row.beneath.is_none_or(|i| numbers[i].is_some()),
        false => row.take == Take::AsItIs,
    };
    let (places, rows): (Vec<usize>, Vec<Row>) = corpus
        .rows
        .iter()
        .enumerate()
        .filter(|(_, row)| kept(row))
        .filter_map(|(place, row)| Some((place, row.renumbered(|recording| numbers[recording])?)))
        .unzip();
    Corpus {
        labels,
        recordings,
        features: corpus.features.select(Axis(0), &places),
        rows,
        joins: Vec::new(),
        left_out: Vec::new(),
        places: corpus.places.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::figures::testing::{infos, judgement};
    use ndarray::Array2;

    /// Labels a, background, c with two recordings each, each with one copy; the last of `c` lies
    /// in a group of `a`.
    fn corpus() -> Corpus {
        let recordings: Vec<Heard> = (0..6)
            .map(|i| Heard::plain(i, i / 2, if i == 5 { 0 } else { i }, i % 2))
            .collect();
        let rows: Vec<Row> = (0..12)
            .map(|n| Row {
                recording: n / 2,
                take: [Take::AsItIs, Take::Copy(1)][n % 2],
                beneath: None,
                start: 0,
            })
            .collect();
        Corpus {
            labels: ["a", BACKGROUND, "c"].map(String::from).to_vec(),
            recordings,
            features: Array2::from_shape_fn((12, 1), |(n, _)| n as f32),
            rows,
            joins: Vec::new(),
            left_out: Vec::new(),
            places: Default::default(),
        }
    }

    #[test]
    fn what_shares_a_group_with_the_label_is_not_learnt_either() {
        let (rest, strangers) = split(&corpus(), 0);
        let paths = |c: &Corpus| {
            c.recordings
                .iter()
                .map(|r| r.path.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(rest.labels, [BACKGROUND, "c"]);
        assert_eq!(paths(&rest), ["2.wav", "3.wav", "4.wav"]);
        assert_eq!(
            rest.recordings.iter().map(|r| r.label).collect::<Vec<_>>(),
            [0, 0, 1]
        );
        assert_eq!(paths(&strangers), ["0.wav", "1.wav"]);
        assert_eq!(
            rest.features.column(0).to_vec(),
            [4.0, 5.0, 6.0, 7.0, 8.0, 9.0]
        );
        assert_eq!(strangers.features.column(0).to_vec(), [0.0, 2.0]);
        assert_eq!(strangers.rows[1].recording, 1);
    }

    #[test]
    fn answers_are_counted_by_what_they_name() {
        let answers = [
            judgement([0.9, 0.1, 0.0], &[0, 1]),
            judgement([0.1, 0.9, 0.0], &[1]),
            judgement([0.0, 1.0, 0.0], &[1]),
            judgement([0.5, 0.4, 0.1], &[0, 1]),
            judgement([0.5, 0.4, 0.1], &[]),
        ];
        let found = LabelLeftOut::new("jet", &infos(), (0..).zip(&answers)).unwrap();
        assert_eq!((found.unknown.hits, found.unknown.n), (2, 5));
        assert_eq!(found.military.hits, 1);
        assert_eq!(found.answers, [("engine".into(), 2), ("harop".into(), 1)]);
    }

    #[test]
    fn what_a_group_of_the_label_is_heard_beneath_is_not_learnt() {
        let mut corpus = corpus();
        // A copy of label c over the recording of `c` in a group of `a`, and one over a background.
        (corpus.rows[9].beneath, corpus.rows[7].beneath) = (Some(5), Some(2));
        let (rest, _) = split(&corpus, 0);
        assert_eq!(rest.features.column(0).to_vec(), [4.0, 5.0, 6.0, 7.0, 8.0]);
        assert_eq!(rest.rows[3].beneath, Some(0));
    }

    #[test]
    fn without_backgrounds_no_copies_are_learnt() {
        let (rest, _) = split(&corpus(), 1);
        assert!(rest.rows.iter().all(|row| row.take == Take::AsItIs));
        assert_eq!(rest.rows.len(), 4);
    }
}
