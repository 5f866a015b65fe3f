//! Detection where all recordings are equally long: length must not be what tells them apart.

use super::trial::{each, Trial};
use super::EvaluateError;
use crate::evaluate::error::MetricError;
use crate::evaluate::figures::label::Detection;
use crate::evaluate::figures::share::Share;
use crate::model::judge::Judgement;
use crate::train::corpus::Progress;
use serde::{Deserialize, Serialize};

/// Lengths to which recordings are cut, in seconds.
const LENGTHS_S: [u32; 2] = [2, 5];

/// How one label is detected among recordings of one length.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EqualDuration {
    /// The length in seconds.
    pub seconds: u32,
    /// The label.
    pub label: String,
    /// Its recordings that are as long.
    pub positives: usize,
    /// Its recordings left out: shorter, or silent in the middle.
    pub positives_left_out: usize,
    /// Recordings of other labels that are as long.
    pub negatives: usize,
    /// Those left out.
    pub negatives_left_out: usize,
    /// AUC, recall and threshold among them; `None` where one side is empty.
    #[serde(flatten)]
    pub detection: Option<Detection>,
    /// Positives answered as a munition or military drone, at any level.
    pub answered: Share,
    /// Negatives so answered. (Not `false_alarms`: those of [`Detection`] lie beside it in JSON.)
    pub others_answered: Share,
}

/// Cuts the middle out of every recording and judges it by the model that never heard its group.
///
/// # Errors
/// [`EvaluateError`] if a recording cannot be read again.
pub fn equal_durations(
    trial: &Trial,
    progress: Progress,
) -> Result<Vec<EqualDuration>, EvaluateError> {
    let all: Vec<usize> = (0..trial.recorded().len()).collect();
    let judged = each(&all, "equal durations", progress, |&i| {
        let samples = trial.samples(i)?;
        let judge = |seconds: u32| trial.hear(i, middle(&samples, seconds)?);
        Ok::<_, EvaluateError>(LENGTHS_S.map(judge))
    })?;
    let mut rows = Vec::new();
    for (place, &seconds) in LENGTHS_S.iter().enumerate() {
        let cuts: Vec<Option<&Judgement>> = judged.iter().map(|j| j[place].as_ref()).collect();
        for label in trial.military_labels() {
            rows.push(row(trial, seconds, label, &cuts)?);
        }
    }
    Ok(rows)
}

/// The middle of a recording; `None` if it is shorter.
fn middle(samples: &[f32], seconds: u32) -> Option<&[f32]> {
    let length = (seconds * crate::SAMPLE_RATE) as usize;
    let from = samples.len().checked_sub(length)? / 2;
    Some(&samples[from..from + length])
}

fn row(
    trial: &Trial,
    seconds: u32,
    label: usize,
    cuts: &[Option<&Judgement>],
) -> Result<EqualDuration, MetricError> {
    let recordings = trial.recorded();
    let side = |own: bool| {
        let cuts = recordings.iter().zip(cuts);
        cuts.filter(move |(r, _)| (r.label == label) == own)
    };
    // Each with its source group.
    let judged = |own: bool| side(own).filter_map(|(r, cut)| Some((r.group, (*cut)?)));
    let left_out = |own| side(own).filter(|(_, cut)| cut.is_none()).count();
    let answered = |own| Share::of_groups(judged(own), |j| j.0, |(_, j)| trial.is_alarm(j));
    let (mut strengths, mut is_label, mut groups) = (Vec::new(), Vec::new(), Vec::new());
    for own in [true, false] {
        for (group, judgement) in judged(own) {
            strengths.push(trial.strength(judgement, label));
            is_label.push(own);
            groups.push(group);
        }
    }
    Ok(EqualDuration {
        seconds,
        label: trial.corpus().labels[label].clone(),
        positives: judged(true).count(),
        positives_left_out: left_out(true),
        negatives: judged(false).count(),
        negatives_left_out: left_out(false),
        detection: Detection::new(&strengths, &is_label, &groups)?,
        answered: answered(true)?,
        others_answered: answered(false)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_read_back_whole() {
        let share = |hits| Share::new(hits, 4).unwrap();
        let row = EqualDuration {
            seconds: 2,
            label: "harop".into(),
            positives: 4,
            positives_left_out: 0,
            negatives: 4,
            negatives_left_out: 0,
            detection: Detection::new(&[1.0, 0.0], &[true, false], &[]).unwrap(),
            answered: share(3),
            others_answered: share(1),
        };
        assert!(row.detection.is_some());
        let text = serde_json::to_string(&row).unwrap();
        assert_eq!(serde_json::from_str::<EqualDuration>(&text).unwrap(), row);
    }

    #[test]
    fn the_middle_is_cut_out_and_short_recordings_have_none() {
        let samples: Vec<f32> = (0..48_000).map(|n| n as f32).collect();
        let cut = middle(&samples, 2).unwrap();
        assert_eq!((cut.len(), cut[0]), (32_000, 8_000.0));
        assert_eq!(middle(&samples, 3).unwrap().len(), 48_000);
        assert!(middle(&samples, 5).is_none());
    }
}
