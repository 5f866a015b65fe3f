//! Listening to the training recordings: features of each and of its copies, hashes, durations.

use super::error::TrainError;
use super::kinds::{Kinds, Noted};
use super::recipe::Augmentation;
use crate::audio::{self, ReadOptions, Source};
use crate::channel::{augment, ValidChainParams};
use crate::dataset::{
    assign_folds, join_neighbours, regroup, split_at_breaks, Manifest, Recording, Sound,
    SourceGroups,
};
use crate::features::Extractor;
use crate::fingerprint::Fingerprint;
use ndarray::Array2;
use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The label whose recordings are mixed under others.
pub const BACKGROUND: &str = "background";

/// What is known of one training recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    /// Index into [`Corpus::labels`].
    pub label: usize,
    /// Number of its source group, after duplicates were joined.
    pub group: usize,
    /// Fold of its group.
    pub fold: usize,
    /// Corpus that it came from.
    pub source: String,
    /// SHA-256 of the file.
    pub sha256: [u8; 32],
    /// Length in seconds.
    pub seconds: f64,
    /// Whether it is joined from clips that may come from several recordings.
    pub joined: bool,
    /// What its sound is known by.
    pub fingerprint: Fingerprint,
    /// The path as the manifest gives it.
    pub path: String,
    /// The note as the manifest gives it.
    pub note: String,
}

/// One row of features.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Index into [`Corpus::recordings`].
    pub recording: usize,
    /// 0 for the recording itself, else the number of its copy.
    pub copy: usize,
}

/// All training recordings as rows of features.
#[derive(Debug, Clone)]
pub struct Corpus {
    /// Labels, sorted.
    pub labels: Vec<String>,
    /// Recordings that could be read, in the order of the manifest.
    pub recordings: Vec<Heard>,
    /// One row per segment: `[rows][features]`.
    pub features: Array2<f32>,
    /// Where each row of `features` came from.
    pub rows: Vec<Row>,
    /// Why source groups of the manifest were joined, a sentence each.
    pub joins: Vec<String>,
    /// Recordings that could not be used, with the reason.
    pub left_out: Vec<(String, String)>,
}

/// Tells the caller how far a long task is.
pub type Progress<'a> = &'a (dyn Fn(&str, usize, usize) + Sync);

struct Decoded {
    samples: Vec<f32>,
    fingerprint: Fingerprint,
    sha256: [u8; 32],
}

impl Corpus {
    /// Reads every recording of `manifest`, makes copies as `augmentation` says, and measures all
    /// of them. Recordings that cannot be read or hold no sound are left out and listed.
    ///
    /// Copies are mixed only with backgrounds of their own fold, so that no fold hears another.
    ///
    /// # Errors
    /// [`TrainError::Data`] if fewer than two labels remain.
    pub fn listen(
        manifest: &Manifest,
        augmentation: &Augmentation,
        folds: usize,
        seed: u64,
        progress: Progress,
    ) -> Result<Self, TrainError> {
        let channel = augmentation
            .channel
            .clone()
            .check()
            .map_err(|e| TrainError::Recipe {
                name: "augmentation.channel".into(),
                fault: e.to_string(),
            })?;
        let done = AtomicUsize::new(0);
        let total = manifest.recordings.len();
        let decoded: Vec<Result<Decoded, String>> = manifest
            .recordings
            .par_iter()
            .map(|r| {
                let result = decode(&Source::Path(r.path.clone()));
                progress(
                    "reading recordings",
                    done.fetch_add(1, Ordering::Relaxed) + 1,
                    total,
                );
                result
            })
            .collect();

        let labels = manifest.labels();
        let mut corpus = Self {
            features: Array2::zeros((0, 0)),
            rows: Vec::new(),
            recordings: Vec::new(),
            left_out: Vec::new(),
            joins: Vec::new(),
            labels,
        };
        let (mut listed, mut samples) = (Vec::new(), Vec::new());
        for (recording, result) in manifest.recordings.iter().zip(decoded) {
            let path = recording.path.display().to_string();
            match result {
                Err(reason) => corpus.left_out.push((path, reason)),
                Ok(sound) => {
                    corpus.recordings.push(Heard {
                        label: corpus.labels.binary_search(&recording.label).unwrap_or(0),
                        group: 0,
                        fold: 0,
                        source: recording.source.clone(),
                        sha256: sound.sha256,
                        fingerprint: sound.fingerprint,
                        seconds: sound.samples.len() as f64 / f64::from(crate::SAMPLE_RATE),
                        joined: recording.may_hold_several(),
                        path,
                        note: recording.note.clone(),
                    });
                    listed.push(recording.clone());
                    samples.push(sound.samples);
                }
            }
        }
        regroup_neighbours(&mut listed, &samples);
        let groups: Vec<&str> = listed.iter().map(|r| r.group.as_str()).collect();
        corpus.find_groups(&groups)?;
        corpus.assign_folds(folds, seed);
        corpus.measure(&samples, augmentation, &channel, seed, progress);
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
    fn find_groups(&mut self, names: &[&str]) -> Result<(), TrainError> {
        let sounds: Vec<Sound> = self
            .recordings
            .iter()
            .zip(names)
            .map(|(recording, group)| Sound {
                name: &recording.path,
                label: &self.labels[recording.label],
                group,
                sha256: recording.sha256,
                fingerprint: &recording.fingerprint,
            })
            .collect();
        let found = SourceGroups::find(&sounds)?;
        self.joins = found.report(&sounds);
        for (recording, number) in self.recordings.iter_mut().zip(found.numbers) {
            recording.group = number;
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

    fn measure(
        &mut self,
        samples: &[Vec<f32>],
        augmentation: &Augmentation,
        channel: &ValidChainParams,
        seed: u64,
        progress: Progress,
    ) {
        let copies = self.copies(samples, augmentation);
        let jobs: Vec<Row> = (0..samples.len())
            .flat_map(|recording| (0..=copies[recording]).map(move |copy| Row { recording, copy }))
            .collect();
        let done = AtomicUsize::new(0);
        let measured: Vec<Vec<Vec<f32>>> = jobs
            .par_iter()
            .map(|&job| {
                let rows = self.measure_one(samples, job, channel, seed);
                progress(
                    "measuring",
                    done.fetch_add(1, Ordering::Relaxed) + 1,
                    jobs.len(),
                );
                rows
            })
            .collect();
        let width = crate::features::schema().len();
        let mut values = Vec::new();
        for (&job, rows) in jobs.iter().zip(&measured) {
            for row in rows {
                values.extend_from_slice(row);
                self.rows.push(job);
            }
        }
        // The rows all have the width of the schema, so the shape always fits.
        self.features =
            Array2::from_shape_vec((self.rows.len(), width), values).unwrap_or_default();
    }

    fn measure_one(
        &self,
        samples: &[Vec<f32>],
        job: Row,
        channel: &ValidChainParams,
        seed: u64,
    ) -> Vec<Vec<f32>> {
        let original = &samples[job.recording];
        let segments = if job.copy == 0 {
            Extractor::measure_all(original)
        } else {
            let draw = mix_seed(seed, job);
            let background = self
                .background_for(job.recording, draw)
                .map(|b| samples[b].as_slice());
            Extractor::measure_all(&augment(original, background, channel, draw))
        };
        segments.into_iter().filter_map(|s| s.features).collect()
    }

    /// A background recording of the same fold, never the recording itself.
    fn background_for(&self, recording: usize, draw: u64) -> Option<usize> {
        let label = self.labels.iter().position(|l| l == BACKGROUND)?;
        let fold = self.recordings[recording].fold;
        let fits = |&i: &usize| {
            i != recording && self.recordings[i].label == label && self.recordings[i].fold == fold
        };
        let candidates: Vec<usize> = (0..self.recordings.len()).filter(fits).collect();
        let pick = (draw >> 20) as usize % candidates.len().max(1);
        candidates.get(pick).copied()
    }

    /// Copies per recording, so that each label reaches its number of segments.
    fn copies(&self, samples: &[Vec<f32>], augmentation: &Augmentation) -> Vec<usize> {
        let seconds = |i: usize| (samples[i].len() / crate::SAMPLE_RATE as usize).max(2) - 1;
        let mut segments = vec![0usize; self.labels.len()];
        for (i, r) in self.recordings.iter().enumerate() {
            segments[r.label] += seconds(i);
        }
        let wanted = augmentation.segments_per_label as f64;
        let per_label: Vec<usize> = segments
            .iter()
            .map(|&n| match augmentation.max_copies {
                0 => 0,
                most => ((wanted / n.max(1) as f64).round() as usize).clamp(1, most),
            })
            .collect();
        self.recordings.iter().map(|r| per_label[r.label]).collect()
    }

    /// Takes out recordings without a single segment that holds sound.
    fn drop_silent(&mut self) {
        let mut sounds = vec![false; self.recordings.len()];
        for row in self.rows.iter().filter(|r| r.copy == 0) {
            sounds[row.recording] = true;
        }
        let mut renumbered = vec![0; sounds.len()];
        let mut kept = 0;
        for (i, &sound) in sounds.iter().enumerate() {
            renumbered[i] = kept;
            kept += usize::from(sound);
            if !sound {
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
            .map(|&i| Row {
                recording: renumbered[self.rows[i].recording],
                ..self.rows[i]
            })
            .collect();
        let mut sound = sounds.iter();
        self.recordings.retain(|_| *sound.next().unwrap_or(&false));
    }

    /// The kinds within the labels, by the notes of the recordings.
    pub fn kinds(&self) -> Kinds {
        let noted = self.recordings.iter().map(|r| Noted {
            label: r.label,
            group: r.group,
            note: &r.note,
        });
        Kinds::find(&noted.collect::<Vec<_>>(), self.labels.len())
    }

    /// Number of recordings of each label.
    pub fn label_counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.labels.len()];
        for r in &self.recordings {
            counts[r.label] += 1;
        }
        counts
    }
}

/// Puts clips that continue each other into one source group, whatever groups the list gives them.
fn regroup_neighbours(listed: &mut [Recording], samples: &[Vec<f32>]) {
    let runs = join_neighbours(listed);
    let parts: Vec<Vec<usize>> = runs
        .iter()
        .filter(|run| run.len() > 1)
        .flat_map(|run| split_at_breaks(run, |place| &samples[place]))
        .collect();
    regroup(listed, &parts);
}

/// A seed of its own for each copy of each recording (SplitMix64's finaliser).
fn mix_seed(seed: u64, job: Row) -> u64 {
    let mut z = seed
        ^ ((job.recording as u64) << 16)
        ^ (job.copy as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn decode(source: &Source) -> Result<Decoded, String> {
    let sha256 = audio::content_hash(source).map_err(|e| e.to_string())?;
    let mut reader = audio::open(source, &ReadOptions::default()).map_err(|e| e.to_string())?;
    let mut samples = Vec::new();
    while let Some(block) = reader.next_block().map_err(|e| e.to_string())? {
        samples.extend_from_slice(block);
    }
    Ok(Decoded {
        fingerprint: Fingerprint::of(&samples),
        samples,
        sha256,
    })
}
