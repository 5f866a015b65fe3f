//! What training has heard: recordings, and features of each and of its copies.

use super::error::TrainError;
use super::kinds::{Kinds, Noted};
use super::sample::Samples;
use super::takes::{Row, Take};
use crate::audio::Fitness;
use crate::dataset::{Span, RESERVED_REMEDY};
use crate::features::SEGMENT_S;
use crate::fingerprint::Fingerprint;
use crate::taxonomy;
use linfa::DatasetBase;
use ndarray::{Array1, Array2, Axis};
use std::collections::BTreeMap;

/// The label whose recordings are mixed under others.
pub const BACKGROUND: &str = "background";

/// What is known of one training recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    /// Index into [`Corpus::labels`].
    pub label: usize,
    /// Number of its source group, after duplicates were joined.
    pub group: usize,
    /// Its source group as the list names it, which says something within its corpus; empty for what was rendered, and where
    /// a training memory of an earlier make does not say.
    pub group_name: String,
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
    /// The note as the manifest gives it; of rendered sound, the phase.
    pub note: String,
    /// Whether it was recorded or rendered.
    pub origin: Origin,
    /// What is heard when, as far as it is annotated.
    pub spans: Vec<Span>,
    /// From when to when it is cut from the file, s, if it is but a stretch of it.
    pub stretch: Option<(f64, f64)>,
    /// What its file is fit for; `None` for rendered sound, and where a memory of an earlier make does not say.
    pub fitness: Option<Fitness>,
}

/// Where the sound of a training recording comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// From the world.
    Recorded,
    /// From a signature.
    Rendered,
}

/// All training recordings as rows of features.
#[derive(Debug, Clone)]
pub struct Corpus {
    /// Labels, sorted.
    pub labels: Vec<String>,
    /// Recordings that could be read, in the order of the manifest, then the rendered ones.
    pub recordings: Vec<Heard>,
    /// One row per segment: `[rows][features]`.
    pub features: Array2<f32>,
    /// Where each row of `features` came from.
    pub rows: Vec<Row>,
    /// Why source groups of the manifest were joined, a sentence each.
    pub joins: Vec<String>,
    /// Recordings that could not be used, with the reason.
    pub left_out: Vec<(String, String)>,
    /// Family and class of labels that the project does not know, by label.
    pub places: Places,
}

/// Family and class by label, beside [`crate::taxonomy`].
pub type Places = BTreeMap<String, (String, String)>;

/// Refuses labels that are words of answers: "like that of unknown" says nothing.
///
/// # Errors
/// [`TrainError::Data`] names the first.
pub(super) fn check_labels<'a>(
    labels: impl IntoIterator<Item = &'a String>,
) -> Result<(), TrainError> {
    match labels
        .into_iter()
        .find_map(|label| taxonomy::reserved(label))
    {
        Some(fault) => Err(TrainError::Data {
            fault,
            remedy: RESERVED_REMEDY,
        }),
        None => Ok(()),
    }
}

/// Tells the caller how far a long task is.
pub type Progress<'a> = &'a (dyn Fn(&str, usize, usize) + Sync);

impl Corpus {
    /// The kinds within the labels, by the notes of the recordings.
    pub fn kinds(&self) -> Kinds {
        let noted = self.recordings.iter().map(|r| Noted {
            label: r.label,
            group: r.group,
            note: &r.note,
        });
        Kinds::find(&noted.collect::<Vec<_>>(), self.labels.len())
    }

    /// Family and class of a label: its own, or those that the project knows.
    pub fn place<'a>(&'a self, label: &'a str) -> (&'a str, &'a str) {
        match self.places.get(label) {
            Some((family, class)) => (family, class),
            None => taxonomy::place(label),
        }
    }

    /// Whether a recording was rendered.
    pub fn is_rendered(&self, recording: usize) -> bool {
        self.recordings[recording].origin == Origin::Rendered
    }

    /// Of each rendered recording, how many of its label and phase stand before it; 0 of real ones.
    pub fn clip_numbers(&self) -> Vec<usize> {
        let mut seen: BTreeMap<(usize, &str), usize> = BTreeMap::new();
        let numbers = self.recordings.iter().map(|heard| match heard.origin {
            Origin::Recorded => 0,
            Origin::Rendered => {
                let next = seen.entry((heard.label, &heard.note)).or_default();
                *next += 1;
                *next - 1
            }
        });
        numbers.collect()
    }

    /// Number of real recordings; they come first.
    pub fn n_recorded(&self) -> usize {
        let recorded = |r: &&Heard| r.origin == Origin::Recorded;
        self.recordings.iter().filter(recorded).count()
    }

    /// Whether a row teaches its recording's label: not where the annotations say that something else is heard.
    pub fn teaches(&self, row: usize) -> bool {
        let row = self.rows[row];
        let recording = &self.recordings[row.recording];
        let start_s = row.start as f64 / f64::from(crate::SAMPLE_RATE);
        let other = recording
            .spans
            .iter()
            .filter(|span| span.label != self.labels[recording.label]);
        let heard_s: f64 = other
            .map(|span| span.overlap_s(start_s, start_s + SEGMENT_S))
            .sum();
        heard_s < 0.5 * SEGMENT_S
    }

    /// The rows of the recordings that `picks` picks, but for those beneath which one is heard that it doesn't pick.
    pub(super) fn rows_of<'a>(
        &'a self,
        picks: &'a dyn Fn(usize) -> bool,
    ) -> impl Iterator<Item = usize> + 'a {
        let rows = self.rows.iter().enumerate();
        let picked =
            rows.filter(move |(_, row)| picks(row.recording) && row.beneath.is_none_or(picks));
        picked.map(|(place, _)| place)
    }

    /// The same of those heard as they are.
    pub(super) fn rows_as_they_are(&self, picks: &dyn Fn(usize) -> bool) -> Vec<usize> {
        let rows = self.rows_of(picks);
        rows.filter(|&i| self.rows[i].take == Take::AsItIs)
            .collect()
    }

    /// The features of each recording's segments, heard as they are.
    pub fn segments_as_they_are(&self) -> Vec<Vec<Vec<f32>>> {
        let mut segments = vec![Vec::new(); self.recordings.len()];
        let rows = self.rows.iter().zip(self.features.rows());
        for (row, features) in rows.filter(|(row, _)| row.take == Take::AsItIs) {
            segments[row.recording].push(features.to_vec());
        }
        segments
    }

    /// The features of these rows with what is to be learnt of each, and how much it weighs.
    pub(super) fn samples(
        &self,
        rows: &[usize],
        targets: Array1<usize>,
        weights: Vec<f32>,
    ) -> Samples {
        let data = DatasetBase::new(self.features.select(Axis(0), rows), targets);
        data.with_weights(Array1::from(weights))
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

#[cfg(test)]
impl Heard {
    /// A recording of three seconds of which nothing is known but this.
    pub(crate) fn plain(number: usize, label: usize, group: usize, fold: usize) -> Self {
        Self {
            label,
            group,
            group_name: String::new(),
            fold,
            source: "s".into(),
            sha256: [number as u8; 32],
            seconds: 3.0,
            joined: false,
            fingerprint: Fingerprint::of(&[]),
            path: format!("{number}.wav"),
            note: String::new(),
            origin: Origin::Recorded,
            spans: Vec::new(),
            stretch: None,
            fitness: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_answers_are_not_learnt() {
        let labels = |named: &[&str]| named.iter().map(|l| l.to_string()).collect::<Vec<_>>();
        assert!(check_labels(&labels(&["siren", "lancet"])).is_ok());
        let fault = check_labels(&labels(&["siren", "unknown"])).unwrap_err();
        assert!(fault.to_string().contains("`unknown`"), "{fault}");
    }

    #[test]
    fn nothing_is_heard_beneath_a_row_that_is_not_picked_itself() {
        let row = |recording, take, beneath| Row {
            recording,
            take,
            beneath,
            start: 0,
        };
        let copy = Take::Copy(1);
        let rows = vec![
            row(0, Take::AsItIs, None),
            row(1, Take::AsItIs, None),
            row(1, copy, Some(0)),
            row(1, copy, Some(2)),
            row(2, copy, None),
        ];
        let corpus = Corpus {
            labels: Vec::new(),
            recordings: (0..3).map(|n| Heard::plain(n, 0, n, 0)).collect(),
            features: Array2::zeros((rows.len(), 1)),
            rows,
            joins: Vec::new(),
            left_out: Vec::new(),
            places: Places::new(),
        };
        let of = |picks: &dyn Fn(usize) -> bool| corpus.rows_of(picks).collect::<Vec<_>>();
        assert_eq!(of(&|_| true), [0, 1, 2, 3, 4]);
        assert_eq!(of(&|i| i != 2), [0, 1, 2]);
        assert_eq!(of(&|i| i == 1), [1]);
        assert_eq!(corpus.rows_as_they_are(&|_| true), [0, 1]);
    }
}
