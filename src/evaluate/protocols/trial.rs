//! A cross-validation whose models stay at hand, to judge other versions of the recordings: joined, cut,
//! coded anew.

use super::fold_model::FoldModel;
use super::nested::{cross_validate, CrossValidation};
use super::EvaluateError;
use crate::audio::{self, AudioError, ReadOptions, Source};
use crate::dataset::{Manifest, Recording};
use crate::evaluate::f1::{MacroF1, Said};
use crate::evaluate::failures::{failures, Failure};
use crate::evaluate::figures::alarm::{is_alarm, is_military, military_labels, strength};
use crate::evaluate::figures::{figures, Case, Figures};
use crate::model::header::LabelInfo;
use crate::model::judge::Judgement;
use crate::model::phase::PhaseJudgement;
use crate::model::prevalence::weighted;
use crate::model::prior::Prior;
use crate::train::corpus::{Corpus, Heard, Progress};
use crate::train::error::TrainError;
use crate::train::pipeline::{hierarchical_prior, label_infos};
use crate::train::recipe::Recipe;
use rayon::prelude::*;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The outcome of nested cross-validation, with the models of its outer folds.
pub struct Trial<'a> {
    corpus: &'a Corpus,
    /// What the manifest says of each real recording of the corpus.
    listed: Vec<&'a Recording>,
    infos: Vec<LabelInfo>,
    prior: Prior,
    found: CrossValidation,
    figures: Figures,
}

/// A military label with the threshold that lets 1 % of the other recordings through.
pub struct Threshold<'a> {
    /// Number of the label.
    number: usize,
    /// The label.
    pub label: &'a str,
    /// The threshold, as a log10 LR without bounds.
    pub log10_lr: f64,
}

impl<'a> Trial<'a> {
    /// Cross-validates `corpus`, which was listened to from `manifest`.
    ///
    /// # Errors
    /// [`EvaluateError`] if a model cannot be trained, a metric is undefined, or the corpus holds
    /// what the manifest does not list.
    pub fn run(
        manifest: &'a Manifest,
        corpus: &'a Corpus,
        recipe: &Recipe,
        progress: Progress,
    ) -> Result<Self, EvaluateError> {
        let by_path: HashMap<String, &Recording> = manifest
            .recordings
            .iter()
            .map(|r| (r.path.display().to_string(), r))
            .collect();
        let find = |path: &String| {
            by_path.get(path).copied().ok_or_else(|| TrainError::Data {
                fault: format!("{path} is not listed in {}", manifest.path.display()),
                remedy: "give the manifest that the recordings come from",
            })
        };
        let recorded = &corpus.recordings[..corpus.n_recorded()];
        let listed = recorded.iter().map(|r| find(&r.path));
        let listed = listed.collect::<Result<_, _>>()?;
        let prior = hierarchical_prior(corpus)?;
        let infos = label_infos(corpus);
        let found = cross_validate(corpus, recipe, &prior, progress)?;
        let cases = recorded.iter().zip(&found.judgements);
        let cases: Vec<Case> = cases
            .map(|(recording, judgement)| Case {
                label: recording.label,
                group: recording.group,
                joined: recording.joined,
                fitness: recording.fitness,
                judgement: judgement.clone(),
            })
            .collect();
        let groups: BTreeSet<usize> = recorded.iter().map(|r| r.group).collect();
        let by = match groups.len() == recorded.len() {
            true => "recording",
            false => "source group",
        };
        let protocol = format!(
            "nested {}-fold cross-validation by {by}, one answer per recording, hierarchical prior. Choice of the learner \
             (folds chose: {}), calibration, LR bounds and prediction sets come from inner folds of the other groups",
            recipe.folds,
            found.chosen.join(", ")
        );
        let mut figures = figures(&protocol, &cases, &infos, &prior)?;
        figures.f1 = macro_f1(&cases, &found.segments);
        Ok(Self {
            figures,
            corpus,
            listed,
            infos,
            prior,
            found,
        })
    }

    /// The figures of the recordings as they are.
    pub fn figures(&self) -> &Figures {
        &self.figures
    }

    /// The recordings that were answered worst.
    pub(super) fn failures(&self) -> Vec<Failure> {
        let judgements: Vec<_> = self.found.judgements.iter().cloned().map(Some).collect();
        failures(self.corpus, &judgements)
    }

    /// The recordings of the corpus.
    pub(super) fn corpus(&self) -> &Corpus {
        self.corpus
    }

    /// What the manifest says of a recording.
    pub(super) fn listed(&self, recording: usize) -> &Recording {
        self.listed[recording]
    }

    /// What the model that never heard it made of a recording.
    pub(super) fn judgement(&self, recording: usize) -> &Judgement {
        &self.found.judgements[recording]
    }

    /// Probabilities of a recording as labels are counted by, by the model that never heard it.
    pub(super) fn counting(&self, recording: usize) -> Vec<f64> {
        let judge = self.model(self.corpus.recordings[recording].fold).judge();
        let factors: Vec<f64> = (0..self.infos.len())
            .map(|l| judge.count_factor(l))
            .collect();
        weighted(&self.judgement(recording).probabilities, &factors)
    }

    /// Judges `samples` by the model that never heard the source group of `recording`.
    pub(super) fn hear(&self, recording: usize, samples: &[f32]) -> Option<Judgement> {
        let model: &FoldModel = &self.found.models[self.corpus.recordings[recording].fold];
        model.hear(samples, &self.prior)
    }

    /// The model that never heard a fold.
    pub(super) fn model(&self, fold: usize) -> &FoldModel {
        &self.found.models[fold]
    }

    /// What the model that never heard it heard of the phase of any recording of the corpus.
    pub(super) fn phase(&self, recording: usize) -> Option<PhaseJudgement> {
        self.found.phases[recording]
    }

    /// The labels of the models.
    pub(super) fn infos(&self) -> &[LabelInfo] {
        &self.infos
    }

    /// The prior of the answers.
    pub(super) fn prior(&self) -> &Prior {
        &self.prior
    }

    /// The samples of a recording, 16 kHz mono.
    pub(super) fn samples(&self, recording: usize) -> Result<Vec<f32>, AudioError> {
        let samples = read_samples(&self.listed[recording].path)?;
        let place = |s: f64| (s * f64::from(crate::SAMPLE_RATE)) as usize;
        Ok(match self.corpus.recordings[recording].stretch {
            Some((from, to)) => samples[place(from)..place(to).min(samples.len())].to_vec(),
            None => samples,
        })
    }

    /// The real recordings of the corpus.
    pub(super) fn recorded(&self) -> &[Heard] {
        &self.corpus.recordings[..self.listed.len()]
    }

    /// Real recordings of labels that are no munition and no military drone.
    pub(super) fn negatives(&self) -> Vec<usize> {
        let all = self.recorded().iter().enumerate();
        let negatives = all.filter(|(_, r)| !is_military(&self.infos, r.label));
        negatives.map(|(i, _)| i).collect()
    }

    /// Labels of munitions and military drones that have real recordings, by number.
    pub(super) fn military_labels(&self) -> Vec<usize> {
        let recorded = |label: &usize| self.infos[*label].recordings > 0;
        military_labels(&self.infos)
            .into_iter()
            .filter(recorded)
            .collect()
    }

    /// Whether the answer is a munition or military drone.
    pub(super) fn is_alarm(&self, judgement: &Judgement) -> bool {
        is_alarm(&self.infos, judgement)
    }

    /// How strongly a recording speaks for a label.
    pub(super) fn strength(&self, judgement: &Judgement, label: usize) -> f64 {
        strength(judgement, &self.prior, label)
    }

    /// The threshold of each military label that was found on the recordings as they are.
    pub(super) fn thresholds(&self) -> Vec<Threshold<'_>> {
        let labels = self.military_labels().into_iter();
        labels
            .filter_map(|number| {
                let label = &self.corpus.labels[number];
                let detection = self.figures.label(label)?.detection.as_ref()?;
                Some(Threshold {
                    number,
                    label,
                    log10_lr: detection.threshold?,
                })
            })
            .collect()
    }

    /// Whether a recording stands at or above a threshold.
    pub(super) fn is_above(&self, judgement: &Judgement, threshold: &Threshold) -> bool {
        self.strength(judgement, threshold.number) >= threshold.log10_lr
    }
}

/// Among the labels that occur, as if nobody asked for another.
fn macro_f1(cases: &[Case], segments: &[Vec<Vec<f64>>]) -> Option<MacroF1> {
    let occurring: BTreeSet<usize> = cases.iter().map(|c| c.label).collect();
    let recordings: Vec<Said> = cases
        .iter()
        .map(|c| Said {
            truth: c.label,
            said: c.judgement.likeliest_among(|l| occurring.contains(&l)),
            group: c.group,
        })
        .collect();
    let best = |row: &[f64]| {
        let own = occurring.iter().copied();
        own.max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap_or(0)
    };
    let each = recordings.iter().zip(segments);
    let segments: Vec<Said> = each
        .flat_map(|(said, rows)| {
            rows.iter().map(|row| Said {
                said: best(row),
                ..*said
            })
        })
        .collect();
    MacroF1::new(&recordings, &segments)
}

/// The samples of the recording at `path`, 16 kHz mono.
pub(super) fn read_samples(path: &Path) -> Result<Vec<f32>, AudioError> {
    let mut reader = audio::open(&Source::Path(path.to_owned()), &ReadOptions::default())?;
    let mut samples = Vec::new();
    while let Some(block) = reader.next_block()? {
        samples.extend_from_slice(block);
    }
    Ok(samples)
}

/// Calls `work` for each item on all threads, says how far it is, and keeps the order.
pub(super) fn each<T: Sync, R: Send, E: Send>(
    items: &[T],
    what: &str,
    progress: Progress,
    work: impl Fn(&T) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E> {
    let done = AtomicUsize::new(0);
    items
        .par_iter()
        .map(|item| {
            let result = work(item);
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            progress(what, done, items.len());
            result
        })
        .collect()
}
