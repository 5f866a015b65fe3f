//! The learning curve: would more recordings help?

use crate::evaluate::figures::alarm::strength;
use crate::evaluate::protocols::EvaluateError;
use crate::evaluate::roc::auc;
use crate::model::judge::Judgement;
use crate::model::pooling::mean_scores;
use crate::train::corpus::Progress;
use crate::train::extend::Extended;
use crate::train::fit::Fitted;
use crate::train::pipeline::hierarchical_prior;
use crate::train::recipe::Recipe;
use rand::seq::SliceRandom;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Shares of the new source groups that are learnt from.
const SHARES: [f64; 4] = [0.0, 0.25, 0.5, 1.0];

/// What is heard of the new recordings when so many of them are learnt from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// Share of the new source groups of the other folds that was learnt from.
    pub share: f64,
    /// New recordings learnt from, on average over folds.
    pub recordings: f64,
    /// Share of the held-out new recordings whose likeliest label is the true one, labels weighing alike.
    pub balanced_accuracy: f64,
    /// Area under the ROC curve of each label that has new recordings: its new ones, held out, against all others
    /// of the fold.
    pub auc: Vec<(String, f64)>,
}

/// Learns from growing shares of the new recordings by a small learner ([`Recipe::smallest`]), fold by fold, and tests on
/// the new recordings of the fold left out, against the old ones of the same fold.
///
/// # Errors
/// [`EvaluateError`] if a fit fails.
pub fn learning_curve(
    extended: &Extended,
    recipe: &Recipe,
    progress: Progress,
) -> Result<Vec<CurvePoint>, EvaluateError> {
    let corpus = &extended.corpus;
    let small = recipe.smallest();
    let new: Vec<usize> = extended
        .added
        .clone()
        .filter(|&i| extended.is_certain(i))
        .collect();
    let folds: BTreeSet<usize> = new.iter().map(|&i| corpus.recordings[i].fold).collect();
    let jobs: Vec<(usize, usize)> = (0..SHARES.len())
        .flat_map(|share| folds.iter().map(move |&fold| (share, fold)))
        .collect();
    progress("learning curve", 1, 1);
    let tested: Vec<Tested> = jobs
        .par_iter()
        .map(|&(share, fold)| {
            let learnt = learnt(extended, &new, fold, SHARES[share], recipe.seed);
            let uses = |i: usize| {
                let is_new = extended.added.contains(&i);
                corpus.recordings[i].fold != fold && (!is_new || learnt.contains(&i))
            };
            let fitted = Fitted::fit(corpus, &small, &uses)?;
            let in_fold = |i: usize| {
                corpus.recordings[i].fold == fold
                    && !corpus.is_rendered(i)
                    && extended.is_certain(i)
            };
            let scores = fitted.score(corpus, &in_fold)?;
            let of = |i: usize| {
                let segments = &scores.candidates[0][i];
                (!segments.is_empty()).then(|| (i, mean_scores(segments, corpus.labels.len())))
            };
            Ok::<_, EvaluateError>(Tested {
                share,
                learnt: learnt.len(),
                scores: (0..corpus.recordings.len()).filter_map(of).collect(),
            })
        })
        .collect::<Result<_, _>>()?;
    if tested.iter().all(|t| t.learnt == 0) {
        return Ok(Vec::new());
    }
    Ok(SHARES
        .iter()
        .enumerate()
        .filter_map(|(number, &share)| {
            let own: Vec<&Tested> = tested.iter().filter(|t| t.share == number).collect();
            point(extended, share, &own)
        })
        .collect())
}

/// What one fit was tested on.
struct Tested {
    share: usize,
    learnt: usize,
    /// Mean scores of the recordings of the fold.
    scores: Vec<(usize, Vec<f64>)>,
}

/// The new recordings of the other folds that are learnt from: whole groups, label by label, drawn by the seed; at least one
/// group of a label unless the share is 0.
fn learnt(
    extended: &Extended,
    new: &[usize],
    fold: usize,
    share: f64,
    seed: u64,
) -> BTreeSet<usize> {
    let corpus = &extended.corpus;
    let mut groups: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for &i in new.iter().filter(|&&i| corpus.recordings[i].fold != fold) {
        let recording = &corpus.recordings[i];
        groups
            .entry(recording.label)
            .or_default()
            .insert(recording.group);
    }
    let mut kept = BTreeSet::new();
    for (label, groups) in groups {
        let mut groups: Vec<usize> = groups.into_iter().collect();
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(label as u64);
        groups.shuffle(&mut rng);
        let wanted = (share * groups.len() as f64).ceil() as usize;
        kept.extend(groups.into_iter().take(wanted).map(|g| (label, g)));
    }
    new.iter()
        .copied()
        .filter(|&i| {
            let r = &corpus.recordings[i];
            r.fold != fold && kept.contains(&(r.label, r.group))
        })
        .collect()
}

fn point(extended: &Extended, share: f64, tested: &[&Tested]) -> Option<CurvePoint> {
    let corpus = &extended.corpus;
    let mut right: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    let mut strengths: BTreeMap<usize, Vec<(f64, bool)>> = BTreeMap::new();
    let labels: BTreeSet<usize> = extended
        .added
        .clone()
        .filter(|&i| extended.is_certain(i))
        .map(|i| corpus.recordings[i].label)
        .collect();
    let prior = hierarchical_prior(corpus).ok()?;
    for (i, scores) in tested.iter().flat_map(|t| &t.scores) {
        let truth = corpus.recordings[*i].label;
        let judgement = Judgement::of_scores(scores.clone());
        let is_new = extended.added.contains(i);
        for &label in &labels {
            // Old recordings of the label itself prove nothing about the new ones.
            if is_new || truth != label {
                let own = is_new && truth == label;
                let strength = strength(&judgement, &prior, label);
                strengths.entry(label).or_default().push((strength, own));
            }
        }
        if is_new {
            let (hits, all) = right.entry(truth).or_default();
            *hits += usize::from(judgement.likeliest() == truth);
            *all += 1;
        }
    }
    let shares: Vec<f64> = right
        .values()
        .map(|(hits, all)| *hits as f64 / *all as f64)
        .collect();
    if shares.is_empty() {
        return None;
    }
    let auc = strengths.into_iter().filter_map(|(label, rows)| {
        let (values, own): (Vec<f64>, Vec<bool>) = rows.into_iter().unzip();
        Some((corpus.labels[label].clone(), auc(&values, &own).ok()?))
    });
    Some(CurvePoint {
        share,
        recordings: tested.iter().map(|t| t.learnt as f64).sum::<f64>() / tested.len() as f64,
        balanced_accuracy: shares.iter().sum::<f64>() / shares.len() as f64,
        auc: auc.collect(),
    })
}
