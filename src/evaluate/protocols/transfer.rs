//! What rendered sound is worth: a model that never heard a real recording of a munition or military drone is
//! tested on real ones.

use super::nested::cross_validate_learning;
use super::EvaluateError;
use crate::dataset::{Manifest, Recording};
use crate::evaluate::figures::alarm::{class_strength, is_alarm, is_military, strength};
use crate::evaluate::figures::label::Detection;
use crate::evaluate::figures::share::Share;
use crate::model::header::LabelInfo;
use crate::model::judge::Judgement;
use crate::model::prior::Prior;
use crate::train::corpus::{Corpus, Progress};
use crate::train::pipeline::{hierarchical_prior, label_infos};
use crate::train::recipe::Recipe;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The source groups by which the renderer was tuned, a name a line: they prove nothing.
const TUNING_GROUPS: &str = include_str!("../../../models/annotations/renderer-tuning-groups.txt");

/// How a model that knows an airframe from renders alone fares on its real recordings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transfer {
    /// The airframe.
    pub label: String,
    /// Among all real recordings of other labels: those of groups by which the renderer was not tuned, without
    /// joined clips.
    pub sealed: TransferFigures,
    /// All of its real recordings.
    pub all: TransferFigures,
    /// Real recordings of other labels that are answered as a munition or military drone, at any level.
    pub false_alarms: Share,
    /// What the sealed recordings are named, the most frequent first.
    pub answers: Vec<(String, usize)>,
}

/// Detection of some recordings among the real negatives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TransferFigures {
    /// By the LR of all munitions and military drones against the rest.
    pub military: Detection,
    /// By the LR of the label itself.
    pub label: Detection,
    /// Answered as a munition or military drone, at any level.
    pub answered: Share,
}

/// One real recording and what the model that had no real munition to learn from made of it.
struct Heard<'a> {
    label: usize,
    group: usize,
    is_sealed: bool,
    judgement: &'a Judgement,
}

/// Cross-validates a model that learns munitions and military drones from rendered sound alone. One row per airframe
/// that has real recordings to test on; none if nothing was rendered.
///
/// # Errors
/// [`EvaluateError`] if a model cannot be trained.
pub fn transfer(
    manifest: &Manifest,
    corpus: &Corpus,
    recipe: &Recipe,
    progress: Progress,
) -> Result<Vec<Transfer>, EvaluateError> {
    let recorded = corpus.n_recorded();
    let rendered: BTreeSet<usize> = corpus.recordings[recorded..]
        .iter()
        .map(|r| r.label)
        .collect();
    let infos = label_infos(corpus);
    let prior = hierarchical_prior(corpus)?;
    let own = corpus.recordings[..recorded].iter().map(|r| r.label);
    let testable: BTreeSet<usize> = own
        .filter(|&l| is_military(&infos, l) && rendered.contains(&l))
        .collect();
    if testable.is_empty() {
        return Ok(Vec::new());
    }
    // What shares its sound with a recording of a drone is not learnt either.
    let held_back: BTreeSet<usize> = corpus.recordings[..recorded]
        .iter()
        .filter(|r| is_military(&infos, r.label))
        .map(|r| r.group)
        .collect();
    let learns = |i: usize| !held_back.contains(&corpus.recordings[i].group);
    let found = cross_validate_learning(corpus, recipe, &prior, &learns, progress)?;
    let listed: HashMap<String, &Recording> = manifest
        .recordings
        .iter()
        .map(|r| (r.path.display().to_string(), r))
        .collect();
    let tuned: BTreeSet<&str> = TUNING_GROUPS.lines().map(str::trim).collect();
    let is_tuned = |path: &str| {
        let listed = listed.get(path);
        listed.is_none_or(|r| tuned.contains(r.group.as_str()))
    };
    // A group that shares sound with one of the tuning groups is as known as that.
    let tuned_groups: BTreeSet<usize> = corpus.recordings[..recorded]
        .iter()
        .filter(|r| is_tuned(&r.path))
        .map(|r| r.group)
        .collect();
    let all = corpus.recordings[..recorded].iter().zip(&found.judgements);
    let heard: Vec<Heard> = all
        .map(|(recording, judgement)| Heard {
            label: recording.label,
            group: recording.group,
            is_sealed: !recording.joined && !tuned_groups.contains(&recording.group),
            judgement,
        })
        .collect();
    let rows = testable.into_iter();
    rows.map(|label| row(&heard, label, &infos, &prior))
        .collect()
}

fn row(
    heard: &[Heard],
    label: usize,
    infos: &[LabelInfo],
    prior: &Prior,
) -> Result<Transfer, EvaluateError> {
    let negatives = || heard.iter().filter(|h| !is_military(infos, h.label));
    let sealed = || heard.iter().filter(|h| h.label == label && h.is_sealed);
    let own = || heard.iter().filter(|h| h.label == label);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for h in sealed() {
        *counts.entry(&infos[h.judgement.best()].label).or_default() += 1;
    }
    let mut answers: Vec<(String, usize)> = counts
        .into_iter()
        .map(|(name, n)| (name.to_owned(), n))
        .collect();
    answers.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    Ok(Transfer {
        label: infos[label].label.clone(),
        sealed: figures(sealed(), negatives(), infos, prior)?,
        all: figures(own(), negatives(), infos, prior)?,
        false_alarms: Share::of_groups(negatives(), |h| h.group, |h| is_alarm(infos, h.judgement))?,
        answers,
    })
}

/// Detection of `positives` among `negatives`.
fn figures<'a>(
    positives: impl Iterator<Item = &'a Heard<'a>> + Clone,
    negatives: impl Iterator<Item = &'a Heard<'a>>,
    infos: &[LabelInfo],
    prior: &Prior,
) -> Result<TransferFigures, EvaluateError> {
    let own = positives.clone().map(|h| (h, true));
    let cases: Vec<(&Heard, bool)> = own.chain(negatives.map(|h| (h, false))).collect();
    let truth: Vec<bool> = cases.iter().map(|(_, own)| *own).collect();
    let groups: Vec<usize> = cases.iter().map(|(h, _)| h.group).collect();
    let nothing = EvaluateError::Nothing {
        what: "real recordings on both sides of the transfer test",
    };
    let Some(number) = positives.clone().next().map(|h| h.label) else {
        return Err(nothing);
    };
    let detect = |of: &dyn Fn(&Judgement) -> f64| {
        let strengths: Vec<f64> = cases.iter().map(|(h, _)| of(h.judgement)).collect();
        Detection::new(&strengths, &truth, &groups)
    };
    let military = detect(&|j| class_strength(infos, j, prior))?;
    let label = detect(&|j| strength(j, prior, number))?;
    let (Some(military), Some(label)) = (military, label) else {
        return Err(nothing);
    };
    Ok(TransferFigures {
        military,
        label,
        answered: Share::of_groups(positives, |h| h.group, |h| is_alarm(infos, h.judgement))?,
    })
}
