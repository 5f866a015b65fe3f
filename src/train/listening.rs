//! Listening to the training recordings: reading, grouping, splitting into folds, measuring.

use super::corpus::{check_labels, Corpus, Heard, Origin, Progress};
use super::error::TrainError;
use super::reading::{decode_all, Decoded};
use super::recipe::Recipe;
use super::rendered::{self, RenderedClip};
use super::takes::{measure_takes, Sound, Take, Takes};
use crate::channel::{ChainParams, ValidChainParams};
use crate::dataset::{
    self, assign_folds, settle_groups, Annotations, Manifest, Recording, SourceGroups, Span,
};
use crate::fingerprint::Fingerprint;
use ndarray::Array2;

/// Shorter stretches with a label of their own are no recordings, s.
const SHORTEST_STRETCH_S: f64 = 2.0;

/// The channels that copies and rendered clips pass through.
pub(super) struct Channels {
    pub recorded: ValidChainParams,
    pub rendered: ValidChainParams,
}

impl Channels {
    pub(super) fn of(recipe: &Recipe) -> Result<Self, TrainError> {
        let check = |params: ChainParams| {
            params.check().map_err(|e| TrainError::Recipe {
                name: "augmentation.channel".into(),
                fault: e.to_string(),
            })
        };
        let copies = &recipe.augmentation.channel;
        let rendered = recipe.rendered.as_ref();
        Ok(Self {
            recorded: check(copies.clone())?,
            rendered: check(rendered.map_or_else(|| copies.clone(), |r| r.channel(copies)))?,
        })
    }
}

impl Corpus {
    /// Reads every recording of `manifest`, makes copies as `recipe` says, and measures all of
    /// them. Recordings that cannot be read or hold no sound are left out and listed.
    ///
    /// Copies are mixed only with backgrounds of their own fold, so that no fold hears another.
    ///
    /// # Errors
    /// [`TrainError::Data`] if fewer than two labels remain.
    pub fn listen(
        manifest: &Manifest,
        recipe: &Recipe,
        progress: Progress,
    ) -> Result<Self, TrainError> {
        let channels = Channels::of(recipe)?;
        let annotations = match recipe.annotations {
            true => Annotations::built_in()?,
            false => Annotations::default(),
        };
        let (manifest, negations) = manifest.without_negations();
        check_labels(&manifest.labels())?;
        let decoded = decode_all(&manifest.recordings, progress);
        let clips = match &recipe.rendered {
            Some(settings) => rendered::clips(settings, recipe.seed)?,
            None => Vec::new(),
        };
        let mut labels = manifest.labels();
        labels.extend(clips.iter().map(|clip| clip.label.clone()));
        labels.sort();
        labels.dedup();
        let mut corpus = Self {
            features: Array2::zeros((0, 0)),
            rows: Vec::new(),
            recordings: Vec::new(),
            left_out: Vec::new(),
            places: manifest.places.clone(),
            joins: Vec::new(),
            labels,
        };
        let (mut listed, mut samples) = (Vec::new(), Vec::new());
        for negation in negations {
            let reason = format!(
                "that it is no {} can only be learnt with --base",
                negation.label
            );
            let path = negation.path.display().to_string();
            corpus.left_out.push((path, reason));
        }
        for (recording, result) in manifest.recordings.iter().zip(decoded) {
            let path = recording.path.display().to_string();
            match result {
                Err(reason) => corpus.left_out.push((path, reason)),
                Ok(sound) => {
                    let spans = spans(recording, &annotations, &sound);
                    let seconds = sound.seconds();
                    corpus.recordings.push(Heard {
                        label: corpus.labels.binary_search(&recording.label).unwrap_or(0),
                        group: 0,
                        group_name: String::new(),
                        fold: 0,
                        source: recording.source.clone(),
                        sha256: sound.sha256,
                        fingerprint: sound.fingerprint,
                        seconds,
                        joined: recording.may_hold_several(),
                        path,
                        note: recording.note.clone(),
                        origin: Origin::Recorded,
                        spans,
                        stretch: recording.range,
                        fitness: Some(sound.fitness),
                    });
                    listed.push(recording.clone());
                    samples.push(sound.samples);
                }
            }
        }
        if corpus.recordings.is_empty() {
            // Rendered clips alone would take minutes, and come to nothing.
            let first = corpus.left_out.first();
            let why =
                first.map_or_else(String::new, |(path, reason)| format!("; {path}: {reason}"));
            return Err(TrainError::Data {
                fault: format!("none of the recordings can be used{why}"),
                remedy: "give recordings of at least two labels",
            });
        }
        let sound = |place: usize| Some(samples[place].as_slice());
        let guessed = settle_groups(&mut listed, manifest.groups_given, sound);
        corpus.find_groups(&listed)?;
        corpus.joins.extend(guessed);
        corpus.add_stretches(&mut samples);
        corpus.assign_folds(recipe.folds, recipe.seed);
        let mut sounds: Vec<Sound> = samples.into_iter().map(Sound::Recorded).collect();
        for (number, clip) in clips.into_iter().enumerate() {
            corpus.add_rendered(&clip, number % recipe.folds);
            sounds.push(Sound::Rendered(Box::new(clip)));
        }
        corpus.measure(&sounds, recipe, &channels, progress);
        corpus.drop_silent();
        if corpus.label_counts().iter().filter(|&&n| n > 0).count() < 2 {
            return Err(TrainError::Data {
                fault: "recordings of fewer than two labels can be used".into(),
                remedy: "give recordings of at least two labels",
            });
        }
        Ok(corpus)
    }

    /// Numbers the source groups: those of the manifest, joined where they share files or sound.
    fn find_groups(&mut self, listed: &[Recording]) -> Result<(), TrainError> {
        let sounds: Vec<dataset::Sound> = self
            .recordings
            .iter()
            .zip(listed)
            .map(|(recording, listed)| dataset::Sound {
                name: &recording.path,
                label: &self.labels[recording.label],
                phase: listed.phase.as_deref(),
                group: &listed.group,
                sha256: recording.sha256,
                stretch: recording.stretch,
                fingerprint: &recording.fingerprint,
            })
            .collect();
        let found = SourceGroups::find(&sounds)?;
        self.joins = found.report(&sounds);
        let found = found.numbers.into_iter().zip(listed);
        for (recording, (number, listed)) in self.recordings.iter_mut().zip(found) {
            recording.group = number;
            recording.group_name.clone_from(&listed.group);
        }
        Ok(())
    }

    fn assign_folds(&mut self, folds: usize, seed: u64) {
        let labels: Vec<usize> = self.recordings.iter().map(|r| r.label).collect();
        let groups: Vec<usize> = self.recordings.iter().map(|r| r.group).collect();
        for (recording, fold) in self
            .recordings
            .iter_mut()
            .zip(assign_folds(&labels, &groups, folds, seed))
        {
            recording.fold = fold;
        }
    }

    /// Makes recordings of their own of the stretches that are annotated with another label than their recording: what
    /// a phone heard before a drone came is a background, of the same source group.
    fn add_stretches(&mut self, samples: &mut Vec<Vec<f32>>) {
        for i in 0..self.recordings.len() {
            let whole = self.recordings[i].clone();
            for span in &whole.spans {
                let Ok(label) = self.labels.binary_search(&span.label) else {
                    continue;
                };
                let end_s = span.end_s.min(whole.seconds);
                if label == whole.label || end_s - span.start_s < SHORTEST_STRETCH_S {
                    continue;
                }
                let place = |s: f64| (s * f64::from(crate::SAMPLE_RATE)) as usize;
                let cut = samples[i][place(span.start_s)..place(end_s)].to_vec();
                self.recordings.push(Heard {
                    label,
                    fingerprint: Fingerprint::of(&cut),
                    seconds: end_s - span.start_s,
                    note: String::new(),
                    spans: Vec::new(),
                    stretch: Some((span.start_s, end_s)),
                    ..whole.clone()
                });
                samples.push(cut);
            }
        }
    }

    /// Adds a rendered clip, a source group of its own.
    fn add_rendered(&mut self, clip: &RenderedClip, fold: usize) {
        let group = self.recordings.iter().map(|r| r.group + 1).max();
        self.recordings.push(Heard {
            label: self.labels.binary_search(&clip.label).unwrap_or(0),
            group: group.unwrap_or(0),
            group_name: String::new(),
            fold,
            source: "rendered".into(),
            sha256: [0; 32],
            fingerprint: Fingerprint::of(&[]),
            seconds: clip.seconds,
            joined: false,
            path: clip.name(),
            note: clip.phase.clone(),
            origin: Origin::Rendered,
            spans: clip.spans(),
            stretch: None,
            fitness: None,
        });
    }

    /// Takes every recording for a source of its own and deals them to folds anew, as protocols do that know no sources. Pieces of one
    /// original then stand on both sides, and figures flatter.
    pub fn split_by_recording(&mut self, folds: usize, seed: u64) {
        for (number, recording) in self.recordings.iter_mut().enumerate() {
            recording.group = number;
        }
        self.assign_folds(folds, seed);
    }

    fn measure(
        &mut self,
        sounds: &[Sound],
        recipe: &Recipe,
        channels: &Channels,
        progress: Progress,
    ) {
        let takes = Takes {
            labels: &self.labels,
            recordings: &self.recordings,
            sounds,
            augmentation: &recipe.augmentation,
            channel: &channels.recorded,
            rendered_channel: &channels.rendered,
            seed: recipe.seed,
            first: 0,
            segments_before: &[],
            makes_backgrounds: false,
        };
        (self.rows, self.features) = measure_takes(&takes, progress);
    }

    /// Takes out recordings without a single segment that holds sound.
    fn drop_silent(&mut self) {
        let mut sounds = vec![false; self.recordings.len()];
        for row in self.rows.iter().filter(|r| r.take == Take::AsItIs) {
            sounds[row.recording] = true;
        }
        let mut renumbered = vec![None; sounds.len()];
        let mut kept = 0;
        for (i, &sound) in sounds.iter().enumerate() {
            if sound {
                renumbered[i] = Some(kept);
                kept += 1;
            } else {
                let reason = "it holds no sound, or less than half a second".to_owned();
                self.left_out
                    .push((self.recordings[i].path.clone(), reason));
            }
        }
        let keep: Vec<usize> = (0..self.rows.len())
            .filter(|&i| sounds[self.rows[i].recording])
            .collect();
        self.features = self.features.select(ndarray::Axis(0), &keep);
        self.rows = keep
            .iter()
            .filter_map(|&i| self.rows[i].renumbered(|recording| renumbered[recording]))
            .collect();
        let mut sound = sounds.iter();
        self.recordings.retain(|_| *sound.next().unwrap_or(&false));
    }
}

/// What is known of when it is heard: as it is annotated, else by the phase that it is listed with. Annotations are finer: they
/// tell a dive from the flight before it.
fn spans(listed: &Recording, annotations: &Annotations, sound: &Decoded) -> Vec<Span> {
    let mut spans = match listed.range {
        None => annotations.of(&sound.sha256).to_vec(),
        Some(_) => Vec::new(),
    };
    if spans.iter().all(|span| span.phase.is_none()) {
        spans.extend(phase_span(listed, sound.seconds()));
    }
    spans
}

/// What a list says of the phase: that of the whole recording, or of the labelled stretch of it.
pub(super) fn phase_span(listed: &Recording, seconds: f64) -> Option<Span> {
    let phase = listed.phase.as_ref().filter(|_| !listed.is_not)?;
    Some(Span {
        start_s: 0.0,
        end_s: seconds,
        label: listed.label.clone(),
        phase: Some(phase.clone()),
    })
}
