//! Old and new as one corpus, and what of it a memory keeps.

use super::Extended;
use crate::model::memory::TrainingMemory;
use crate::train::corpus::{Corpus, Heard, Places};
use crate::train::fit::SegmentScores;
use crate::train::memory::Memory;
use crate::train::takes::Row;
use ndarray::{concatenate, Array2, Axis};

impl Extended {
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
                Some((place, row.renumbered(|recording| places[recording])?))
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
            places: self.corpus.places.clone(),
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

/// Old real recordings, new ones, old rendered ones.
pub(super) fn merge(
    memory: &Memory,
    label_of: &[usize],
    labels: Vec<String>,
    heard: Vec<Heard>,
    rows: Vec<Row>,
    features: &Array2<f32>,
    brought: &Places,
) -> Corpus {
    let mut places = memory.corpus.places.clone();
    places.extend(brought.clone());
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
    let moved = |recording: usize| match recording < n_old {
        true => recording,
        false => recording + n_new,
    };
    let old_rows = memory.corpus.rows.iter();
    let old_rows = old_rows.filter_map(|row| row.renumbered(|i| Some(moved(i))));
    let new_rows = rows.into_iter();
    let new_rows = new_rows.filter_map(|row| row.renumbered(|i| Some(i + n_old)));
    let all_rows = old_rows.chain(new_rows).collect();
    let stacked = concatenate(Axis(0), &[memory.corpus.features.view(), features.view()]);
    Corpus {
        labels,
        recordings,
        // Both have the width of the schema.
        features: stacked.unwrap_or_default(),
        rows: all_rows,
        joins: Vec::new(),
        left_out: Vec::new(),
        places,
    }
}
