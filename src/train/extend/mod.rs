//! New recordings beside a training memory: one corpus of both, without the old sound.

mod keep;
mod new;
mod place;

use super::corpus::{check_labels, Corpus, Heard, Origin, Progress};
use super::error::TrainError;
use super::listening::{phase_span, Channels};
use super::memory::Memory;
use super::pipeline::label_infos;
use super::recipe::Recipe;
use super::takes::{measure_takes, Sound, Take, Takes};
use crate::dataset::Manifest;
use crate::features::Extractor;
use crate::model::header::LabelInfo;
use crate::model::memory::TrainingMemory;
use crate::model::store::Model;
use keep::merge;
use ndarray::Array2;
use new::{read, New};
use place::place_groups;
use std::collections::BTreeSet;
use std::ops::Range;

/// A training memory with new recordings in it.
#[derive(Debug, Clone)]
pub struct Extended {
    /// Old real recordings, then the new ones, then what was rendered.
    pub corpus: Corpus,
    /// Where the new ones stand.
    pub added: Range<usize>,
    /// Those of the new ones of which is known only what they are not. Their label is the likeliest of the others, by
    /// the base model: they are learnt from, never tested on.
    pub negations: Vec<Negation>,
    /// Number in the corpus of each label of the memory.
    pub label_of: Vec<usize>,
    /// Hashes and fingerprints of all real recordings, in the order of the corpus.
    pub known: TrainingMemory,
    /// Whether the new recordings bring phases.
    pub brings_phases: bool,
    /// How many of the new recordings share a source group with old ones.
    pub joined: BTreeSet<usize>,
    /// Source groups that were guessed, a sentence each.
    pub guesses: Vec<String>,
}

/// A recording of which is known only what it is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Negation {
    /// Place in the corpus.
    pub recording: usize,
    /// What it is not, by number in the corpus; `None` for a label that nothing is learnt of.
    pub is_not: Option<usize>,
    /// How that was written.
    pub label: String,
}

impl Extended {
    /// Listens to the recordings of `manifest` and puts them beside those of `memory`. What the memory holds already,
    /// under the same or another label, is left out and listed; so is what would tie source groups of several folds
    /// together, since no fold could be tested without it.
    ///
    /// Copies are made as the recipe says; where the recipe mixes in backgrounds, new backgrounds of the same fold are
    /// taken or, for want of any, noise that the program makes: the old ones are not there.
    ///
    /// # Errors
    /// [`TrainError::Data`] if nothing new remains.
    pub fn listen(
        memory: &Memory,
        base: &Model,
        manifest: &Manifest,
        recipe: &Recipe,
        progress: Progress,
    ) -> Result<Self, TrainError> {
        check_labels(memory.corpus.labels.iter().chain(&manifest.labels()))?;
        let mut left_out = Vec::new();
        let (mut new, guesses) = read(manifest, &mut left_out, progress);
        let places = place_groups(memory, &mut new, recipe, &mut left_out)?;
        let labels = all_labels(memory, &new);
        let number = |label: &str| labels.iter().position(|l| l == label);
        let label_of: Vec<usize> = memory
            .corpus
            .labels
            .iter()
            .filter_map(|label| number(label))
            .collect();
        let n_old = memory.corpus.n_recorded();
        let mut negations = Vec::new();
        let mut heard = Vec::new();
        let mut sounds = Vec::new();
        for (new, place) in new.into_iter().zip(places) {
            let New {
                listed,
                sound,
                seconds,
            } = new;
            let label = match listed.is_not {
                false => number(&listed.label),
                true => {
                    likeliest_other(base, &sound.samples, &listed.label).and_then(|l| number(&l))
                }
            };
            let path = listed.path.display().to_string();
            let Some(label) = label else {
                left_out.push((path, "it holds no sound".into()));
                continue;
            };
            if listed.is_not {
                negations.push(Negation {
                    recording: n_old + heard.len(),
                    is_not: number(&listed.label),
                    label: listed.label.clone(),
                });
            }
            heard.push(Heard {
                label,
                group: place.group,
                group_name: listed.group.clone(),
                fold: place.fold.unwrap_or(0),
                source: listed.source.clone(),
                sha256: sound.sha256,
                seconds,
                joined: listed.may_hold_several(),
                fingerprint: sound.fingerprint,
                path,
                note: listed.note.clone(),
                origin: Origin::Recorded,
                spans: phase_span(&listed, seconds).into_iter().collect(),
                stretch: listed.range,
                fitness: Some(sound.fitness),
            });
            sounds.push(Sound::Recorded(sound.samples));
        }
        if heard.is_empty() {
            return Err(TrainError::Data {
                fault: nothing_new(&left_out),
                remedy: "give recordings that can be read and that the base model has not learnt",
            });
        }
        let mut before = vec![0; labels.len()];
        for (&label, segments) in label_of.iter().zip(memory.segments_per_label()) {
            before[label] = segments;
        }
        let channels = Channels::of(recipe)?;
        let takes = Takes {
            labels: &labels,
            recordings: &heard,
            sounds: &sounds,
            augmentation: &recipe.augmentation,
            channel: &channels.recorded,
            rendered_channel: &channels.rendered,
            seed: recipe.seed,
            first: memory.corpus.recordings.len(),
            segments_before: &before,
            makes_backgrounds: true,
        };
        let (rows, features) = measure_takes(&takes, progress);
        let brings_phases = heard
            .iter()
            .any(|h| h.spans.iter().any(|s| s.phase.is_some()));
        let old_groups: BTreeSet<usize> =
            memory.corpus.recordings.iter().map(|r| r.group).collect();
        let joined = (0..heard.len())
            .filter(|&i| old_groups.contains(&heard[i].group))
            .map(|i| n_old + i)
            .collect();
        let known = memory
            .known
            .with(n_old, heard.iter().map(|h| (&h.sha256, &h.fingerprint)));
        let added = n_old..n_old + heard.len();
        let mut corpus = merge(
            memory,
            &label_of,
            labels,
            heard,
            rows,
            &features,
            &manifest.places,
        );
        corpus.left_out = left_out;
        Ok(Self {
            corpus,
            added,
            negations,
            label_of,
            known,
            brings_phases,
            joined,
            guesses,
        })
    }

    /// Whether a recording says for certain what it is: all but the negations do.
    pub fn is_certain(&self, recording: usize) -> bool {
        self.negations.iter().all(|n| n.recording != recording)
    }

    /// What each label is learnt from; a guessed label is no recording of it, and raises no grade.
    pub fn label_infos(&self) -> Vec<LabelInfo> {
        let recordings = self.corpus.recordings.iter().enumerate();
        let certain = recordings.filter(|(i, _)| self.is_certain(*i));
        label_infos(&Corpus {
            labels: self.corpus.labels.clone(),
            recordings: certain.map(|(_, r)| r.clone()).collect(),
            features: Array2::zeros((0, 0)),
            rows: Vec::new(),
            joins: Vec::new(),
            left_out: Vec::new(),
            places: self.corpus.places.clone(),
        })
    }
}

fn nothing_new(left_out: &[(String, String)]) -> String {
    match left_out.first() {
        None => "there is nothing new in it".into(),
        Some((path, reason)) => format!(
            "none of the {} new recordings can be used; {path}: {reason}",
            left_out.len()
        ),
    }
}

fn all_labels(memory: &Memory, new: &[New]) -> Vec<String> {
    let mut labels = memory.corpus.labels.clone();
    let said = new.iter().filter(|n| !n.listed.is_not);
    labels.extend(said.map(|n| n.listed.label.clone()));
    labels.sort();
    labels.dedup();
    labels
}

/// The label that `base` finds likeliest, `is_not` left aside; `None` if there is no sound.
fn likeliest_other(base: &Model, samples: &[f32], is_not: &str) -> Option<String> {
    let segments = Extractor::measure_all(samples).into_iter();
    let rows: Vec<Vec<f32>> = segments.filter_map(|s| s.features).collect();
    let prior = base.header().hierarchical_prior().ok()?;
    let judgement = base.judge_segments(&rows, &prior)?;
    let labels = &base.header().labels;
    let best = judgement.likeliest_among(|l| labels[l].label != is_not);
    Some(labels[best].label.clone())
}

/// Whether any segment of a recording was heard as it is.
pub fn has_segments(corpus: &Corpus) -> Vec<bool> {
    let mut has = vec![false; corpus.recordings.len()];
    for row in corpus.rows.iter().filter(|r| r.take == Take::AsItIs) {
        has[row.recording] = true;
    }
    has
}
