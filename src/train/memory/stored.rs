//! What of a memory is written, and what must hold of what is read.

use super::codes::Codes;
use super::{Memory, MemoryHeader};
use crate::audio::Fitness;
use crate::dataset::Span;
use crate::fingerprint::Fingerprint;
use crate::hex::{hex, sha256_from_hex};
use crate::model::memory::TrainingMemory;
use crate::train::corpus::{Corpus, Heard, Origin};
use crate::train::fit::SegmentScores;
use crate::train::recipe::Recipe;
use crate::train::takes::{Row, Take};
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use std::marker::PhantomData;

/// Held-out log-probabilities are kept in thousandths, down to -65.535.
const SCORE_STEPS: f32 = 1000.0;
/// Most recordings and rows that are read: far above any real memory. A few bytes of a file become many in the computer's memory.
const MOST_RECORDINGS: usize = 1 << 20;
const MOST_ROWS: usize = 1 << 23;
/// Most labelled stretches of a recording.
const MOST_SPANS: usize = 1 << 12;

/// The payload of a memory file.
#[derive(Serialize, Deserialize)]
pub(super) struct Payload {
    #[serde(deserialize_with = "at_most::<_, _, MOST_RECORDINGS>")]
    pub recordings: Vec<StoredRecording>,
    #[serde(deserialize_with = "at_most::<_, _, MOST_ROWS>")]
    pub rows: Vec<StoredRow>,
    pub features: Codes,
    /// Of each recording's segments one after the other, a number per label.
    pub scores: Vec<u16>,
    pub known: TrainingMemory,
}

/// Start and end in s, label, phase.
type StoredSpan = (f32, f32, String, Option<String>);

/// Reads a list, and gives up where it is longer than any real one.
fn at_most<'de, D: Deserializer<'de>, T: Deserialize<'de>, const N: usize>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    struct Bounded<T, const N: usize>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>, const N: usize> Visitor<'de> for Bounded<T, N> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
            write!(f, "a list of at most {N}")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut of: A) -> Result<Vec<T>, A::Error> {
            let mut list = Vec::new();
            while let Some(item) = of.next_element()? {
                if list.len() == N {
                    return Err(A::Error::custom(format!("a list of more than {N}")));
                }
                list.push(item);
            }
            Ok(list)
        }
    }

    deserializer.deserialize_seq(Bounded::<T, N>(PhantomData))
}

/// A recording of a memory.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredRecording {
    label: usize,
    group: usize,
    fold: usize,
    source: String,
    /// In hex; empty for what was rendered.
    sha256: String,
    seconds: f32,
    joined: bool,
    path: String,
    note: String,
    #[serde(deserialize_with = "at_most::<_, _, MOST_SPANS>")]
    spans: Vec<StoredSpan>,
    stretch: Option<(f64, f64)>,
    /// Memories of an earlier make end before this, or after it.
    #[serde(default)]
    fitness: Option<Fitness>,
    #[serde(default)]
    group_name: String,
}

impl StoredRecording {
    pub(super) fn of(heard: &Heard) -> Self {
        let recorded = heard.origin == Origin::Recorded;
        Self {
            label: heard.label,
            group: heard.group,
            fold: heard.fold,
            source: heard.source.clone(),
            sha256: match recorded {
                true => hex(&heard.sha256),
                false => String::new(),
            },
            seconds: heard.seconds as f32,
            joined: heard.joined,
            path: heard.path.clone(),
            note: heard.note.clone(),
            spans: heard
                .spans
                .iter()
                .map(|s| {
                    (
                        s.start_s as f32,
                        s.end_s as f32,
                        s.label.clone(),
                        s.phase.clone(),
                    )
                })
                .collect(),
            stretch: heard.stretch,
            fitness: heard.fitness,
            group_name: heard.group_name.clone(),
        }
    }

    fn into_heard(self, n_labels: usize, folds: usize) -> Result<Heard, String> {
        let origin = match self.sha256.is_empty() {
            true => Origin::Rendered,
            false => Origin::Recorded,
        };
        if self.label >= n_labels || self.fold >= folds || self.group > u32::MAX as usize {
            return Err(format!(
                "{}: its label, fold or group does not exist",
                self.path
            ));
        }
        if !(self.seconds.is_finite() && self.seconds >= 0.0) {
            return Err(format!("{}: it has no length", self.path));
        }
        let times = self.spans.iter().flat_map(|span| [span.0, span.1]);
        let stretch = self.stretch.iter();
        let ends = stretch.flat_map(|(from, to)| [*from as f32, *to as f32]);
        if times.chain(ends).any(|s| !s.is_finite()) {
            return Err(format!("{}: a time in it is not finite", self.path));
        }
        let span = |(start, end, label, phase): StoredSpan| Span {
            start_s: f64::from(start),
            end_s: f64::from(end),
            label,
            phase,
        };
        Ok(Heard {
            sha256: match origin {
                Origin::Recorded => sha256_from_hex(&self.sha256)
                    .ok_or_else(|| format!("{}: its SHA-256 is none", self.path))?,
                Origin::Rendered => [0; 32],
            },
            label: self.label,
            group: self.group,
            fold: self.fold,
            source: self.source,
            seconds: f64::from(self.seconds),
            joined: self.joined,
            fingerprint: Fingerprint::of(&[]),
            path: self.path,
            note: self.note,
            origin,
            spans: self.spans.into_iter().map(span).collect(),
            stretch: self.stretch,
            fitness: self.fitness,
            group_name: self.group_name,
        })
    }
}

/// Where a row comes from: recording, take (0 as it is, 255 noise, else the number of the copy), start in samples, and the
/// recording beneath it, which memories of an earlier make do not say.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredRow(usize, u8, usize, #[serde(default)] Option<usize>);

const AS_IT_IS: u8 = 0;
const NOISE: u8 = 255;

impl StoredRow {
    pub(super) fn of(row: &Row) -> Self {
        let take = match row.take {
            Take::AsItIs => AS_IT_IS,
            // A recipe makes at most 50.
            Take::Copy(number) => number.min(254) as u8,
            Take::Noise => NOISE,
        };
        Self(row.recording, take, row.start, row.beneath)
    }

    fn into_row(self) -> Row {
        Row {
            recording: self.0,
            take: match self.1 {
                AS_IT_IS => Take::AsItIs,
                NOISE => Take::Noise,
                number => Take::Copy(usize::from(number)),
            },
            beneath: self.3,
            start: self.2,
        }
    }
}

/// The scores of the only candidate in a row.
pub(super) fn flatten(scores: &SegmentScores) -> Vec<u16> {
    let rows = scores.candidates.iter().flatten().flatten().flatten();
    rows.map(|score| (-score * SCORE_STEPS).round().clamp(0.0, 65_535.0) as u16)
        .collect()
}

impl Payload {
    /// The memory, after every size and number was checked.
    pub(super) fn into_memory(self, header: MemoryHeader) -> Result<Memory, String> {
        let n_labels = header.labels.len();
        if n_labels < 2 || !header.labels.windows(2).all(|w| w[0] < w[1]) {
            return Err("its labels are fewer than two, or not sorted".into());
        }
        let recipe = Recipe::from_toml("its recipe", &header.recipe);
        let folds = recipe.map_err(|e| e.to_string())?.folds;
        let recordings: Vec<Heard> = self
            .recordings
            .into_iter()
            .map(|r| r.into_heard(n_labels, folds))
            .collect::<Result<_, _>>()?;
        if !recordings.is_sorted_by_key(|r| r.origin == Origin::Rendered) {
            return Err("rendered clips stand before real recordings".into());
        }
        let rows: Vec<Row> = self.rows.into_iter().map(StoredRow::into_row).collect();
        let is_there = |recording: usize| recording < recordings.len();
        let is_whole = |row: &Row| is_there(row.recording) && row.beneath.is_none_or(is_there);
        if !rows.iter().all(is_whole) {
            return Err("a row belongs to no recording".into());
        }
        let features = self.features.decode();
        let features = features.ok_or("its feature vectors are damaged")?;
        if features.dim() != (rows.len(), header.n_features) {
            return Err("its feature vectors do not fit its rows".into());
        }
        let mut scores = self.scores.chunks_exact(n_labels);
        let mut per_recording = vec![Vec::new(); recordings.len()];
        for row in rows.iter().filter(|row| row.take == Take::AsItIs) {
            let own = scores.next().ok_or("its held-out scores are cut off")?;
            let own = own.iter().map(|s| -f32::from(*s) / SCORE_STEPS).collect();
            per_recording[row.recording].push(own);
        }
        if scores.next().is_some() {
            return Err("it has more held-out scores than segments".into());
        }
        Ok(Memory {
            corpus: Corpus {
                labels: header.labels.clone(),
                recordings,
                features,
                rows,
                joins: Vec::new(),
                left_out: Vec::new(),
                places: header.places.clone(),
            },
            header,
            known: self.known,
            held_out: SegmentScores {
                candidates: vec![per_recording],
            },
        })
    }
}
