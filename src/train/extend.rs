//! New recordings beside a training memory: one corpus of both, without the old sound.

use super::corpus::{Corpus, Heard, Origin, Progress};
use super::error::TrainError;
use super::fit::SegmentScores;
use super::listening::{decode_all, identity, Channels, Decoded};
use super::memory::Memory;
use super::pipeline::label_infos;
use super::recipe::Recipe;
use super::takes::{measure_takes, Row, Sound, Take, Takes};
use crate::dataset::guess::{apply_guesses, guess_groups};
use crate::dataset::{self, assign_folds, Manifest, Recording, SourceGroups, Span};
use crate::features::Extractor;
use crate::model::header::LabelInfo;
use crate::model::memory::TrainingMemory;
use crate::model::store::Model;
use crate::SAMPLE_RATE;
use ndarray::{concatenate, Array2, Axis};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

/// Share of a recording that the memory must hold for it to teach nothing new.
const ALL_OF_IT: f64 = 0.8;

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

/// What a new recording is before it is measured.
struct New {
    listed: Recording,
    sound: Decoded,
    seconds: f64,
}

/// A new recording's place among the groups of the memory.
#[derive(Debug, Clone, Copy)]
struct Place {
    group: usize,
    fold: Option<usize>,
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
                fold: place.fold.unwrap_or(0),
                source: listed.source.clone(),
                sha256: sound.sha256,
                seconds,
                joined: listed.may_hold_several(),
                fingerprint: sound.fingerprint,
                path,
                note: listed.note.clone(),
                origin: Origin::Recorded,
                spans: phase_span(&listed, seconds),
                stretch: listed.range,
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
        let mut corpus = merge(memory, &label_of, labels, heard, rows, &features);
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
        })
    }

    /// What a memory keeps: corpus, what its recordings are known by, and `scores`, all without the negations. Their guessed
    /// labels would be taken for certain the next time; who wants them learnt then gives them again.
    pub fn to_keep(
        &self,
        memory: &Memory,
        scores: &SegmentScores,
    ) -> (Corpus, TrainingMemory, SegmentScores) {
        let mut places = vec![None; self.corpus.recordings.len()];
        let mut recordings = Vec::new();
        for (i, recording) in self.corpus.recordings.iter().enumerate() {
            if self.is_certain(i) {
                places[i] = Some(recordings.len());
                recordings.push(recording.clone());
            }
        }
        let rows = self.corpus.rows.iter().enumerate();
        let (kept, rows): (Vec<usize>, Vec<Row>) = rows
            .filter_map(|(place, row)| {
                let recording = places[row.recording]?;
                Some((place, Row { recording, ..*row }))
            })
            .unzip();
        let new = self.added.clone().filter(|&i| self.is_certain(i));
        let new = new.map(|i| &self.corpus.recordings[i]);
        let known = memory
            .known
            .with(self.added.start, new.map(|r| (&r.sha256, &r.fingerprint)));
        let of = |per_recording: &Vec<Vec<Vec<f32>>>| {
            let each = per_recording.iter().zip(&places);
            let kept = each.filter(|(_, place)| place.is_some());
            kept.map(|(segments, _)| segments.clone()).collect()
        };
        let scores = SegmentScores {
            candidates: scores.candidates.iter().map(of).collect(),
        };
        let corpus = Corpus {
            labels: self.corpus.labels.clone(),
            recordings,
            features: self.corpus.features.select(Axis(0), &kept),
            rows,
            joins: Vec::new(),
            left_out: Vec::new(),
        };
        (corpus, known, scores)
    }

    /// What the memory's models said of its recordings, at the places that these have in the corpus; labels as in the memory.
    pub fn old_scores(&self, memory: &Memory) -> SegmentScores {
        let n_old = memory.corpus.n_recorded();
        let moved = memory.held_out.candidates.iter().map(|per_recording| {
            let mut out = vec![Vec::new(); self.corpus.recordings.len()];
            for (i, segments) in per_recording.iter().enumerate() {
                let place = match i < n_old {
                    true => i,
                    false => i + self.added.len(),
                };
                out[place].clone_from(segments);
            }
            out
        });
        SegmentScores {
            candidates: moved.collect(),
        }
    }
}

/// Reads the recordings and guesses groups where nobody has given any.
fn read(
    manifest: &Manifest,
    left_out: &mut Vec<(String, String)>,
    progress: Progress,
) -> (Vec<New>, Vec<String>) {
    let mut listed = Vec::new();
    let mut sounds = Vec::new();
    for (recording, result) in manifest
        .recordings
        .iter()
        .zip(decode_all(&manifest.recordings, progress))
    {
        match result {
            Err(reason) => left_out.push((recording.path.display().to_string(), reason)),
            Ok(sound) => {
                listed.push(recording.clone());
                sounds.push(sound);
            }
        }
    }
    let mut said = Vec::new();
    if !manifest.groups_given {
        let guesses = guess_groups(&listed, |place| Some(sounds[place].samples.as_slice()));
        for guess in &guesses {
            said.push(format!(
                "{} recordings are taken as one source, `{}`: {}",
                guess.members.len(),
                guess.name,
                guess.why
            ));
        }
        apply_guesses(&mut listed, &guesses);
    }
    let new = listed.into_iter().zip(sounds).map(|(listed, sound)| New {
        seconds: sound.samples.len() as f64 / f64::from(SAMPLE_RATE),
        listed,
        sound,
    });
    (new.collect(), said)
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

/// Numbers the source groups of the new recordings, among those of the memory where they share sound, and gives each a
/// fold. Those that cannot be used are taken out of `new`.
fn place_groups(
    memory: &Memory,
    new: &mut Vec<New>,
    recipe: &Recipe,
    left_out: &mut Vec<(String, String)>,
) -> Result<Vec<Place>, TrainError> {
    let old = &memory.corpus.recordings;
    let by_hash: HashMap<[u8; 32], usize> = (0..memory.corpus.n_recorded())
        .map(|i| (identity(&old[i]), i))
        .collect();
    // What each shares with which old recordings.
    let mut met: Vec<BTreeSet<usize>> = Vec::new();
    new.retain(|n| {
        let (shares, refusal) = meet(memory, &by_hash, n);
        if let Some(reason) = refusal {
            left_out.push((n.listed.path.display().to_string(), reason));
            return false;
        }
        met.push(shares);
        true
    });
    let identities: Vec<[u8; 32]> = new.iter().map(New::identity).collect();
    drop_contradictions(new, &identities, &mut met, left_out);
    let paths: Vec<String> = new
        .iter()
        .map(|n| n.listed.path.display().to_string())
        .collect();
    let sounds: Vec<dataset::Sound> = new
        .iter()
        .zip(&paths)
        .map(|(n, path)| dataset::Sound {
            name: path,
            label: "",
            group: &n.listed.group,
            sha256: n.identity(),
            fingerprint: &n.sound.fingerprint,
        })
        .collect();
    let numbers = SourceGroups::find(&sounds)?.numbers;
    drop(sounds);
    let mut old_of: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (number, met) in numbers.iter().zip(&met) {
        old_of.entry(*number).or_default().extend(met);
    }
    let next = old.iter().map(|r| r.group + 1).max().unwrap_or(0);
    let mut places: Vec<Option<Place>> = Vec::new();
    for number in &numbers {
        let folds: BTreeSet<usize> = old_of[number].iter().map(|&i| old[i].fold).collect();
        let first = old_of[number].first().map(|&i| old[i].group);
        places.push(match folds.len() {
            0 | 1 => Some(Place {
                group: first.unwrap_or(next + number),
                fold: folds.first().copied(),
            }),
            _ => None,
        });
    }
    let mut kept = places.iter();
    new.retain(|n| {
        let keep = kept.next().is_some_and(Option::is_some);
        if !keep {
            let reason = "its source group shares sound with recordings of several folds of the memory, so that \
                          nothing could be tested without it";
            left_out.push((n.listed.path.display().to_string(), reason.into()));
        }
        keep
    });
    let mut places: Vec<Place> = places.into_iter().flatten().collect();
    deal_folds(new, &mut places, recipe);
    Ok(places)
}

/// Deals the groups that share nothing with the memory to the folds.
fn deal_folds(new: &[New], places: &mut [Place], recipe: &Recipe) {
    let free: Vec<usize> = (0..new.len())
        .filter(|&i| places[i].fold.is_none())
        .collect();
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    let mut groups: BTreeMap<usize, usize> = BTreeMap::new();
    let labels: Vec<usize> = free
        .iter()
        .map(|&i| {
            let n = names.len();
            *names.entry(new[i].listed.label.as_str()).or_insert(n)
        })
        .collect();
    let numbers: Vec<usize> = free
        .iter()
        .map(|&i| {
            let n = groups.len();
            *groups.entry(places[i].group).or_insert(n)
        })
        .collect();
    let folds = assign_folds(&labels, &numbers, recipe.folds, recipe.seed);
    for (i, fold) in free.into_iter().zip(folds) {
        places[i].fold = Some(fold);
    }
}

impl New {
    /// Two stretches of one file are two recordings.
    fn identity(&self) -> [u8; 32] {
        match self.listed.range {
            None => self.sound.sha256,
            Some((from, to)) => super::listening::stretch_identity(&self.sound.sha256, from, to),
        }
    }

    fn agrees_with(&self, label: &str) -> bool {
        (label == self.listed.label) != self.listed.is_not
    }
}

/// The recordings of the memory that a new one shares sound with, and why it cannot be used, if it can't.
fn meet(
    memory: &Memory,
    by_hash: &HashMap<[u8; 32], usize>,
    new: &New,
) -> (BTreeSet<usize>, Option<String>) {
    let name = |i: usize| {
        let old = &memory.corpus.recordings[i];
        (old.path.as_str(), memory.corpus.labels[old.label].as_str())
    };
    let reason = |i: usize, what: &str| {
        let (path, label) = name(i);
        match new.agrees_with(label) {
            true => format!("the training memory holds {what} as {path} ({label}); it is not learnt twice"),
            false => format!(
                "the training memory holds {what} as {path}, labelled `{label}`: listen to it and correct one of the labels"
            ),
        }
    };
    if let Some(&i) = by_hash.get(&new.identity()) {
        return (BTreeSet::new(), Some(reason(i, "the same file")));
    }
    let found = memory.known.sounds(&new.sound.fingerprint);
    let n_old = memory.corpus.n_recorded();
    let all_of_it = found
        .iter()
        .find(|m| m.overlap_s >= ALL_OF_IT * new.seconds && (m.id as usize) < n_old);
    if let Some(m) = all_of_it {
        let what = format!("{:.1} s of its sound", m.overlap_s);
        return (BTreeSet::new(), Some(reason(m.id as usize, &what)));
    }
    let met = found.iter().map(|m| m.id as usize).filter(|&i| i < n_old);
    (met.collect(), None)
}

/// Takes out files that stand under two labels.
fn drop_contradictions(
    new: &mut Vec<New>,
    identities: &[[u8; 32]],
    met: &mut Vec<BTreeSet<usize>>,
    left_out: &mut Vec<(String, String)>,
) {
    let mut said: HashMap<[u8; 32], BTreeSet<(&str, bool)>> = HashMap::new();
    for (n, identity) in new.iter().zip(identities) {
        let own = (n.listed.label.as_str(), n.listed.is_not);
        said.entry(*identity).or_default().insert(own);
    }
    let mut seen = BTreeSet::new();
    let refusal: Vec<Option<String>> = identities
        .iter()
        .map(|identity| {
            let labels = &said[identity];
            if labels.len() > 1 {
                let names: Vec<&str> = labels.iter().map(|(label, _)| *label).collect();
                return Some(format!(
                    "the same file stands under several labels ({}): correct one, or take one out",
                    names.join(", ")
                ));
            }
            (!seen.insert(*identity)).then(|| "it is the same file as another new one".to_owned())
        })
        .collect();
    let mut each = refusal.iter();
    met.retain(|_| each.next().is_some_and(Option::is_none));
    let mut each = refusal.into_iter();
    new.retain(|n| match each.next().flatten() {
        None => true,
        Some(reason) => {
            left_out.push((n.listed.path.display().to_string(), reason));
            false
        }
    });
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

/// What is known of the phase: the whole recording, or the labelled stretch of it.
fn phase_span(listed: &Recording, seconds: f64) -> Vec<Span> {
    let phase = listed.phase.iter().filter(|_| !listed.is_not);
    phase
        .map(|phase| Span {
            start_s: 0.0,
            end_s: seconds,
            label: listed.label.clone(),
            phase: Some(phase.clone()),
        })
        .collect()
}

/// Old real recordings, new ones, old rendered ones.
fn merge(
    memory: &Memory,
    label_of: &[usize],
    labels: Vec<String>,
    heard: Vec<Heard>,
    rows: Vec<Row>,
    features: &Array2<f32>,
) -> Corpus {
    let n_old = memory.corpus.n_recorded();
    let n_new = heard.len();
    // Groups of rendered clips are numbered like any; new ones come after all of them.
    let mut old = memory.corpus.recordings.clone();
    for recording in &mut old {
        recording.label = label_of[recording.label];
    }
    let rendered = old.split_off(n_old);
    let mut recordings = old;
    recordings.extend(heard);
    recordings.extend(rendered);
    let moved = |row: &Row| Row {
        recording: match row.recording < n_old {
            true => row.recording,
            false => row.recording + n_new,
        },
        ..*row
    };
    let mut all_rows: Vec<Row> = memory.corpus.rows.iter().map(moved).collect();
    all_rows.extend(rows.into_iter().map(|row| Row {
        recording: row.recording + n_old,
        ..row
    }));
    let stacked = concatenate(Axis(0), &[memory.corpus.features.view(), features.view()]);
    Corpus {
        labels,
        recordings,
        // Both have the width of the schema.
        features: stacked.unwrap_or_default(),
        rows: all_rows,
        joins: Vec::new(),
        left_out: Vec::new(),
    }
}

/// Whether any segment of a recording was heard as it is.
pub fn has_segments(corpus: &Corpus) -> Vec<bool> {
    let mut has = vec![false; corpus.recordings.len()];
    for row in corpus.rows.iter().filter(|r| r.take == Take::AsItIs) {
        has[row.recording] = true;
    }
    has
}
