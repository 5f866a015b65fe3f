//! What is kept of one recording and of the answer about it.

use serde::{Deserialize, Serialize};

use crate::model::answer::{Classification, Grade, SegmentAnswer};
use crate::model::listen::Listened;

/// A recording as it was read. What cannot be known is `None`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordingRow {
    /// Length of what was read, s.
    pub duration_s: f64,
    /// The file format: `wav`, `mp4` ...
    pub container: Option<String>,
    /// The codec, as people call it.
    pub codec: Option<String>,
    /// Sample rate of the decoded sound, Hz.
    pub sample_rate_hz: Option<u32>,
    /// Channels of the decoded sound.
    pub channels: Option<u32>,
    /// What decoded it.
    pub decoder: Option<String>,
    /// `fit`, `limited` or `unfit`.
    pub fitness: String,
    /// Root mean square level, dB re a full-scale square wave.
    pub rms_dbfs: Option<f64>,
    /// Highest amplitude, dB re full scale.
    pub peak_dbfs: Option<f64>,
    /// Share of samples at full scale.
    pub clipped_fraction: Option<f64>,
    /// Share of the time without sound.
    pub silent_fraction: Option<f64>,
    /// Upper limit of the sound, Hz.
    pub bandwidth_hz: Option<f64>,
}

/// One label's part in an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoreRow {
    /// The label.
    pub label: String,
    /// Calibrated probability under the prior.
    pub probability: f64,
    /// log10 likelihood ratio, where one is supported.
    pub log10_lr: Option<f64>,
    /// log10 of its likelihood over that of the likeliest label, whatever the prior.
    pub log10_likelihood: Option<f64>,
}

/// The answer about one segment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SegmentRow {
    /// Start, s.
    pub start_s: f64,
    /// End, s.
    pub end_s: f64,
    /// Best label.
    pub label: String,
    /// Its probability by the segment alone.
    pub probability: f64,
}

/// Everything that is kept about one recording under one model and prior.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The recording.
    pub recording: RecordingRow,
    /// `signature`, `family`, `class`, `unknown` or `unusable`.
    pub decision: String,
    /// Best label, or `unknown`.
    pub label: String,
    /// Its family.
    pub family: Option<String>,
    /// `cruise` or `dive`, where either is clear.
    pub phase: Option<String>,
    /// Probability of a dive, where phases are told.
    pub dive_probability: Option<f64>,
    /// Start and end of the dive, s.
    pub dive_s: Option<[f64; 2]>,
    /// Reference grade of the label.
    pub grade: Option<String>,
    /// Smallest and largest log10 LR that the recordings learnt from support.
    pub log10_lr_bounds: Option<[f64; 2]>,
    /// Labels that cannot be excluded.
    pub prediction_set: Vec<String>,
    /// Seconds in which the best label was the best of its segment.
    pub heard_s: f64,
    /// One plain sentence.
    pub statement: String,
    /// What was repaired, doubtful or should be known.
    pub warnings: Vec<String>,
    /// Each label's part, sorted by label; none if unusable.
    pub scores: Vec<ScoreRow>,
    /// The segments, in order.
    pub segments: Vec<SegmentRow>,
}

impl Answer {
    /// What the database keeps of an answer.
    pub fn new(listened: Listened) -> Self {
        let c = listened.classification;
        Self {
            recording: recording(&c),
            decision: text_of(&c.decision),
            phase: c.phase,
            dive_probability: c
                .phase_probabilities
                .as_ref()
                .and_then(|p| p.get("dive").copied()),
            dive_s: c.dive.map(|dive| [dive.start_s, dive.end_s]),
            grade: c.grade.map(|g| grade(g).to_owned()),
            log10_lr_bounds: c.log10_lr_bounds,
            scores: c
                .probabilities
                .iter()
                .map(|(label, probability)| ScoreRow {
                    label: label.clone(),
                    probability: *probability,
                    log10_lr: c.log10_lr.get(label).copied().flatten(),
                    log10_likelihood: c.log10_likelihoods.get(label).copied(),
                })
                .collect(),
            segments: c.segments.into_iter().map(SegmentRow::from).collect(),
            label: c.label,
            family: c.family,
            prediction_set: c.prediction_set,
            heard_s: c.heard_s,
            statement: c.statement,
            warnings: c.warnings,
        }
    }

    /// The part of a label.
    pub fn score(&self, label: &str) -> Option<&ScoreRow> {
        self.scores.iter().find(|score| score.label == label)
    }
}

fn recording(c: &Classification) -> RecordingRow {
    let stream = c.stream.as_ref();
    let quality = c.quality.as_ref();
    RecordingRow {
        duration_s: c.duration_s,
        container: stream.map(|s| s.container.clone()),
        codec: stream.map(|s| s.codec.clone()),
        sample_rate_hz: stream.map(|s| s.sample_rate),
        channels: stream.map(|s| s.channels as u32),
        decoder: stream.map(|s| s.decoder.clone()),
        fitness: text_of(&c.fitness),
        rms_dbfs: quality.map(|q| rounded(q.rms_dbfs)),
        peak_dbfs: quality.map(|q| rounded(q.peak_dbfs)),
        clipped_fraction: quality.map(|q| rounded(q.clipped_fraction)),
        silent_fraction: quality.map(|q| rounded(q.silent_fraction)),
        bandwidth_hz: quality.map(|q| rounded(q.bandwidth_hz)),
    }
}

/// The letter of a grade.
pub(crate) fn grade(grade: Grade) -> &'static str {
    match grade {
        Grade::A => "A",
        Grade::B => "B",
        Grade::C => "C",
    }
}

/// To four digits after the point, as everything in an answer.
fn rounded(x: f64) -> f64 {
    (x * 1e4).round() / 1e4 + 0.0
}

/// The word that JSON has for a plain variant.
fn text_of(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::new(),
    }
}

impl From<SegmentAnswer> for SegmentRow {
    fn from(s: SegmentAnswer) -> Self {
        Self {
            start_s: s.start_s,
            end_s: s.end_s,
            label: s.label,
            probability: s.probability,
        }
    }
}
