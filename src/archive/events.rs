//! Neighbouring segments of one label become one event.

use super::answer::{Answer, SegmentRow};

/// A stretch of a recording in which every segment is likest one label.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The label.
    pub label: String,
    /// `dive` or `cruise`, where the answer about the recording has this label and a phase.
    pub phase: Option<String>,
    /// Start of its first segment, s.
    pub start_s: f64,
    /// End of its last one, s.
    pub end_s: f64,
    /// How many there are.
    pub segments: usize,
    /// Highest probability among them.
    pub peak: f64,
    /// Mean of their probabilities.
    pub mean: f64,
}

/// The events of a recording, in order. Segments belong together if one begins before the other has ended.
pub fn events(answer: &Answer) -> Vec<Event> {
    let belong = |a: &SegmentRow, b: &SegmentRow| a.label == b.label && b.start_s <= a.end_s;
    let runs = answer.segments.chunk_by(belong);
    runs.map(|run| event(run, answer)).collect()
}

fn event(run: &[SegmentRow], answer: &Answer) -> Event {
    let probabilities = || run.iter().map(|s| s.probability);
    let (start_s, end_s) = (run[0].start_s, run[run.len() - 1].end_s);
    let mean = probabilities().sum::<f64>() / run.len() as f64;
    Event {
        phase: phase(answer, &run[0].label, start_s, end_s),
        label: run[0].label.clone(),
        start_s,
        end_s,
        segments: run.len(),
        peak: probabilities().fold(0.0, f64::max),
        mean: (mean * 1e4).round() / 1e4,
    }
}

/// A recording that dives also flies level before: only what the dive overlaps is one.
fn phase(answer: &Answer, label: &str, start_s: f64, end_s: f64) -> Option<String> {
    let phase = answer.phase.as_ref().filter(|_| answer.label == label)?;
    match (phase.as_str(), answer.dive_s) {
        ("dive", Some([from, to])) => (start_s < to && end_s > from).then(|| phase.clone()),
        _ => Some(phase.clone()),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::archive::answer::RecordingRow;

    /// An answer with these segments, one a second.
    pub(crate) fn answer(segments: &[(&str, f64)]) -> Answer {
        let segment = |(n, (label, probability)): (usize, &(&str, f64))| SegmentRow {
            start_s: n as f64,
            end_s: n as f64 + 2.0,
            label: (*label).into(),
            probability: *probability,
        };
        Answer {
            recording: RecordingRow {
                duration_s: segments.len() as f64 + 1.0,
                container: Some("wav".into()),
                codec: None,
                sample_rate_hz: Some(16_000),
                channels: Some(1),
                decoder: None,
                fitness: "fit".into(),
                rms_dbfs: None,
                peak_dbfs: None,
                clipped_fraction: None,
                silent_fraction: None,
                bandwidth_hz: Some(8000.0),
            },
            decision: "signature".into(),
            label: segments.first().map_or("unknown", |s| s.0).into(),
            family: None,
            phase: None,
            dive_probability: None,
            dive_s: None,
            grade: None,
            log10_lr_bounds: None,
            prediction_set: Vec::new(),
            heard_s: 0.0,
            statement: String::new(),
            warnings: Vec::new(),
            scores: Vec::new(),
            segments: segments.iter().enumerate().map(segment).collect(),
        }
    }

    #[test]
    fn neighbours_of_one_label_are_one_event_and_silence_parts_them() {
        let mut answer = answer(&[
            ("siren", 0.5),
            ("siren", 0.9),
            ("engine", 0.6),
            ("siren", 0.4),
        ]);
        let found = events(&answer);
        let spans: Vec<_> = found
            .iter()
            .map(|e| (e.start_s, e.end_s, e.segments))
            .collect();
        assert_eq!(spans, [(0.0, 3.0, 2), (2.0, 4.0, 1), (3.0, 5.0, 1)]);
        assert_eq!((found[0].peak, found[0].mean), (0.9, 0.7));
        answer.segments[1].start_s = 7.0;
        answer.segments[1].end_s = 9.0;
        assert_eq!(events(&answer).len(), 4);
    }

    #[test]
    fn level_flight_before_a_dive_is_no_dive() {
        let mut answer = answer(&[("harop", 0.5), ("wind", 0.5), ("wind", 0.5), ("harop", 0.5)]);
        answer.phase = Some("dive".into());
        answer.dive_s = Some([3.0, 5.0]);
        let phases: Vec<_> = events(&answer).into_iter().map(|e| e.phase).collect();
        assert_eq!(phases, [None, None, Some("dive".into())]);
        answer.phase = Some("cruise".into());
        assert_eq!(events(&answer)[0].phase.as_deref(), Some("cruise"));
    }
}
