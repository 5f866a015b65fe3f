//! Proof that retraining helped: what was held out, the base recipe in the same folds, the learning curve.

mod curve;
mod doubts;
mod folds;

pub use curve::{learning_curve, CurvePoint};
pub use doubts::doubts;
pub(super) use folds::judges;
pub use folds::{hold_out, Folds};

use super::figures::{figures, Case, Figures};
use super::paired::{Comparison, PairedCase, Side};
use super::protocols::EvaluateError;
use crate::model::header::LabelInfo;
use crate::model::store::Model;
use crate::train::extend::Extended;
use crate::train::memory::Memory;
use crate::train::pipeline::{hierarchical_prior, label_infos};
use crate::train::recipe::Recipe;
use crate::train::suspect::{suspects, Suspect};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What retraining was made from and what it is worth; stored in the model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Retrained {
    /// Name of the base model.
    pub base: String,
    /// What the base model learnt, in hex: the same for two files that differ in figures alone.
    pub base_learnt_sha256: String,
    /// What was held out, in words.
    pub protocol: String,
    /// What is new.
    pub added: Vec<Added>,
    /// The figures of the new model over old and new recordings, held out.
    pub figures: Figures,
    /// The base recipe and the new one on the same held-out recordings, old and new.
    pub comparison: Comparison,
    /// The same on the new recordings alone; `None` if there are none that the base model does not share sound with.
    pub on_new: Option<Comparison>,
    /// Recordings of which was known only what they are not.
    pub negations: Vec<Negated>,
    /// Whether more recordings would help.
    pub curve: Vec<CurvePoint>,
    /// New recordings whose label held-out models doubt.
    pub suspects: Vec<Suspect>,
}

/// What is new of a label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Added {
    /// The label.
    pub label: String,
    /// New recordings.
    pub recordings: usize,
    /// Their source groups.
    pub groups: usize,
    /// Reference grade before and after; the first is `None` for a new label.
    pub grades: (
        Option<crate::model::answer::Grade>,
        crate::model::answer::Grade,
    ),
    /// In how many folds it was heard in training and tested.
    pub folds: usize,
}

/// Recordings that are not of a label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Negated {
    /// What they are not.
    pub label: String,
    /// How many.
    pub recordings: usize,
    /// How many the base recipe and the new one name so nevertheless (likeliest label).
    pub named: [usize; 2],
}

/// Everything that is said about a retraining before its last fit: figures of the held-out models in `folds`.
///
/// # Errors
/// [`EvaluateError`] if a figure cannot be computed.
pub fn proof(
    base: &Model,
    memory: &Memory,
    extended: &Extended,
    recipe: &Recipe,
    folds: &Folds,
    curve: Vec<CurvePoint>,
) -> Result<Retrained, EvaluateError> {
    let corpus = &extended.corpus;
    let infos = extended.label_infos();
    let prior = hierarchical_prior(corpus)?;
    let base_infos = label_infos(&memory.corpus);
    let base_prior = hierarchical_prior(&memory.corpus)?;
    let tested = tested(extended, folds);
    let case = |&i: &usize| {
        let recording = &corpus.recordings[i];
        let judgement = folds.new[i].clone()?;
        Some(Case {
            label: recording.label,
            group: recording.group,
            joined: recording.joined,
            fitness: recording.fitness,
            judgement,
        })
    };
    let cases: Vec<Case> = tested.iter().filter_map(case).collect();
    let paired = |&i: &usize| {
        let recording = &corpus.recordings[i];
        Some(PairedCase {
            path: recording.path.clone(),
            label: corpus.labels[recording.label].clone(),
            group: recording.group,
            is_new: extended.added.contains(&i),
            a: folds.base[i].clone()?,
            b: folds.new[i].clone()?,
        })
    };
    let paired: Vec<PairedCase> = tested.iter().filter_map(paired).collect();
    let a = Side {
        infos: &base_infos,
        prior: &base_prior,
    };
    let b = Side {
        infos: &infos,
        prior: &prior,
    };
    let new: Vec<PairedCase> = paired.iter().filter(|c| c.is_new).cloned().collect();
    let added = added(extended, &infos, &base_infos, recipe.folds);
    // Of a label that is all in one fold, the fits that judge it have learnt nothing.
    let is_learnt = |label: &str| added.iter().any(|a| a.label == label && a.folds > 0);
    let doubted = |i: usize| {
        let label = &corpus.labels[corpus.recordings[i].label];
        extended.added.contains(&i) && extended.is_certain(i) && is_learnt(label)
    };
    let suspects = suspects(corpus, &folds.new, &doubted);
    let protocol = format!(
        "{} folds by source group; every recording is judged by a fit that heard no recording of its group, calibrated on the \
         other folds. Fits of the folds have fewer networks and fewer, smaller trees than the model, the base recipe's as well as \
         the new one's; old recordings are judged by base fits in the same folds, new ones by a base fit on all old recordings. \
         Which learner answers was chosen on these very folds, for the base too",
        recipe.folds
    );
    Ok(Retrained {
        base: base.header().id.clone(),
        base_learnt_sha256: base.learnt_sha256().to_owned(),
        added,
        figures: figures(&protocol, &cases, &infos, &prior)?,
        protocol,
        comparison: Comparison::new(&paired, a, b)?,
        on_new: match new.is_empty() {
            true => None,
            false => Some(Comparison::new(&new, a, b)?),
        },
        negations: negations(extended, folds, &base_infos),
        curve,
        suspects,
    })
}

/// Real recordings that were judged held out and whose label is certain.
fn tested(extended: &Extended, folds: &Folds) -> Vec<usize> {
    let recorded = 0..extended.corpus.n_recorded();
    recorded
        .filter(|&i| extended.is_certain(i) && folds.new[i].is_some())
        .collect()
}

fn added(
    extended: &Extended,
    infos: &[LabelInfo],
    base: &[LabelInfo],
    n_folds: usize,
) -> Vec<Added> {
    let corpus = &extended.corpus;
    let mut of: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for i in extended.added.clone().filter(|&i| extended.is_certain(i)) {
        of.entry(corpus.recordings[i].label).or_default().push(i);
    }
    of.into_iter()
        .map(|(label, own)| {
            let groups: BTreeSet<usize> = own.iter().map(|&i| corpus.recordings[i].group).collect();
            let folds: BTreeSet<usize> = corpus.recordings[..corpus.n_recorded()]
                .iter()
                .filter(|r| r.label == label)
                .map(|r| r.fold)
                .collect();
            let before = base.iter().find(|l| l.label == infos[label].label);
            Added {
                label: infos[label].label.clone(),
                recordings: own.len(),
                groups: groups.len(),
                grades: (before.map(|l| l.grade), infos[label].grade),
                // With one fold alone nothing of the label is learnt when it is tested.
                folds: match folds.len() {
                    1 => 0,
                    n => n.min(n_folds),
                },
            }
        })
        .collect()
}

fn negations(extended: &Extended, folds: &Folds, base_infos: &[LabelInfo]) -> Vec<Negated> {
    let mut of: BTreeMap<&str, Negated> = BTreeMap::new();
    for negation in &extended.negations {
        let i = negation.recording;
        let row = of.entry(&negation.label).or_insert_with(|| Negated {
            label: negation.label.clone(),
            recordings: 0,
            named: [0, 0],
        });
        row.recordings += 1;
        let by_base = folds.base[i]
            .as_ref()
            .map(|j| &base_infos[j.likeliest()].label);
        row.named[0] += usize::from(by_base == Some(&negation.label));
        let by_new = folds.new[i]
            .as_ref()
            .map(crate::model::judge::Judgement::likeliest);
        row.named[1] += usize::from(by_new.is_some() && by_new == negation.is_not);
    }
    of.into_values().collect()
}
