//! Whether a codec alone raises false alarms: negatives as they are, and after AAC at 64 kbit/s.

use super::reencode::{Reencoder, AAC};
use super::trial::{each, read_samples, Trial};
use super::EvaluateError;
use crate::evaluate::bootstrap::Bootstrap;
use crate::evaluate::error::MetricError;
use crate::evaluate::figures::share::Share;
use crate::model::judge::Judgement;
use crate::train::corpus::Progress;
use serde::{Deserialize, Serialize};

/// Recordings that are coded at a time.
const BATCH: usize = 16;

/// False alarms before and after the codec.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CodecControl {
    /// The codec.
    pub codec: String,
    /// Negatives answered as a munition or military drone as they are.
    pub answered_before: Share,
    /// The same after the codec.
    pub answered_after: Share,
    /// 95 % interval of the rise of that share, each negative beside itself; `None` in figures of models up to
    /// `earwitness-default-7`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_rise: Option<[f64; 2]>,
    /// Those above the threshold of each military label.
    pub thresholds: Vec<CodecThreshold>,
}

/// How many stand at or above one label's threshold of 1 % false alarms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CodecThreshold {
    /// The label.
    pub label: String,
    /// Negatives above it as they are: 1 % or nearly so by construction, so that the interval means nothing.
    pub before: Share,
    /// The same after the codec.
    pub after: Share,
    /// 95 % interval of the rise, as [`CodecControl::answered_rise`]; it takes the threshold as given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rise: Option<[f64; 2]>,
}

impl CodecControl {
    /// The largest rise of a share of false alarms, as a share; below 0 where all fall.
    pub fn rise(&self) -> f64 {
        let rises = self
            .thresholds
            .iter()
            .map(|t| t.after.share - t.before.share);
        rises.fold(
            self.answered_after.share - self.answered_before.share,
            f64::max,
        )
    }
}

/// Codes every negative anew and judges it by the model that never heard its group; `None` without
/// ffmpeg on the `PATH`.
///
/// # Errors
/// [`EvaluateError`] if a recording cannot be coded or read again.
pub fn codec_control(
    trial: &Trial,
    progress: Progress,
) -> Result<Option<CodecControl>, EvaluateError> {
    let Some(encoder) = Reencoder::new()? else {
        return Ok(None);
    };
    // A stretch of a file cannot be coded without the rest.
    let whole = |i: &usize| trial.recorded()[*i].stretch.is_none();
    let negatives: Vec<usize> = trial.negatives().into_iter().filter(whole).collect();
    let batches: Vec<(usize, &[usize])> = negatives.chunks(BATCH).enumerate().collect();
    let coded = each(&batches, "codec control", progress, |&(number, batch)| {
        let paths = batch.iter().map(|&i| trial.listed(i).path.as_path());
        let files = encoder.encode(AAC, &paths.collect::<Vec<_>>(), number)?;
        let judged = batch.iter().zip(&files).map(|(&i, file)| {
            let samples = read_samples(file);
            // Its space is wanted for the others; the folder goes in any case.
            let _ = std::fs::remove_file(file);
            Ok(trial.hear(i, &samples?))
        });
        judged.collect::<Result<Vec<_>, EvaluateError>>()
    })?;
    let coded: Vec<Option<Judgement>> = coded.into_iter().flatten().collect();
    let before: Vec<Option<&Judgement>> = negatives
        .iter()
        .map(|&i| Some(trial.judgement(i)))
        .collect();
    let after: Vec<Option<&Judgement>> = coded.iter().map(Option::as_ref).collect();
    let groups: Vec<usize> = negatives
        .iter()
        .map(|&i| trial.recorded()[i].group)
        .collect();
    let share = |of: &[Option<&Judgement>], counts: &dyn Fn(&Judgement) -> bool| {
        let of = groups.iter().zip(of);
        Share::of_groups(of, |n| *n.0, |(_, j)| j.is_some_and(counts))
    };
    let rises = |counts: &dyn Fn(&Judgement) -> bool| {
        let alarms = |of: &[Option<&Judgement>]| -> Vec<bool> {
            of.iter().map(|j| j.is_some_and(counts)).collect()
        };
        rise(&alarms(&before), &alarms(&after), &groups)
    };
    let thresholds = trial.thresholds();
    let thresholds = thresholds.iter().map(|t| {
        Ok(CodecThreshold {
            label: t.label.to_owned(),
            before: share(&before, &|j| trial.is_above(j, t))?,
            after: share(&after, &|j| trial.is_above(j, t))?,
            rise: rises(&|j| trial.is_above(j, t))?,
        })
    });
    Ok(Some(CodecControl {
        codec: format!("{} (ffmpeg)", AAC.name),
        answered_before: share(&before, &|j| trial.is_alarm(j))?,
        answered_after: share(&after, &|j| trial.is_alarm(j))?,
        answered_rise: rises(&|j| trial.is_alarm(j))?,
        thresholds: thresholds.collect::<Result<_, MetricError>>()?,
    }))
}

/// 95 % interval of how much larger a share of recordings is after than before, by bootstrap over source groups: those alarmed both
/// times, or never, cancel. Where none is gained, or none lost, nothing of that varies; then it could be as many as none of the same
/// groups allows (Korn and Graubard). `None` without recordings.
fn rise(
    before: &[bool],
    after: &[bool],
    groups: &[usize],
) -> Result<Option<[f64; 2]>, MetricError> {
    let changes: Vec<f64> = before
        .iter()
        .zip(after)
        .map(|(b, a)| f64::from(u8::from(*a)) - f64::from(u8::from(*b)))
        .collect();
    if changes.is_empty() {
        return Ok(None);
    }
    let mean = |drawn: &[usize]| {
        let sum: f64 = drawn.iter().map(|&i| changes[i]).sum();
        Some(sum / drawn.len() as f64)
    };
    let found = Bootstrap::default().interval(groups, &[], mean)?;
    let changed = |by: f64| {
        let each = groups.iter().zip(&changes);
        Share::of_groups(each, |(group, _)| **group, |(_, change)| **change == by)
    };
    let (lost, gained) = (changed(-1.0)?, changed(1.0)?);
    let none = |of: &Share, end: f64| if of.hits == 0 { of.high } else { end };
    Ok(Some([
        found.low.min(-none(&lost, -found.low)),
        found.high.max(none(&gained, found.high)),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alarms_before_and_after_cancel_and_none_gained_is_not_none_for_sure() {
        let groups: Vec<usize> = (0..200).map(|i| i / 2).collect();
        let before: Vec<bool> = (0..200).map(|i| i < 60).collect();
        // Ten groups more: the sixty that stay say nothing of the rise.
        let after: Vec<bool> = (0..200).map(|i| i < 80).collect();
        let [low, high] = rise(&before, &after, &groups).unwrap().unwrap();
        assert!(low < 0.1 && 0.1 < high && high < 0.17, "{low} {high}");
        // None is lost: in a hundred groups up to 0.036 may be.
        let least = -(1.0 - 0.025f64.powf(0.01));
        assert!((low - least).abs() < 1e-9, "{low}");
        // Nothing changes.
        let [low, high] = rise(&before, &before, &groups).unwrap().unwrap();
        assert!((low - least).abs() < 1e-9 && (high + least).abs() < 1e-9);
        // Some gained, some lost.
        let other: Vec<bool> = (0..200).map(|i| (20..80).contains(&i)).collect();
        let [low, high] = rise(&before, &other, &groups).unwrap().unwrap();
        assert!((-0.12..0.0).contains(&low) && (0.0..0.12).contains(&high));
        assert_eq!(rise(&[], &[], &[]).unwrap(), None);
    }

    #[test]
    fn the_rise_is_that_of_the_worst_figure() {
        let share = |hits| Share::new(hits, 1000).unwrap();
        let control = CodecControl {
            codec: "none".into(),
            answered_before: share(5),
            answered_after: share(4),
            answered_rise: None,
            thresholds: vec![CodecThreshold {
                label: "harop".into(),
                before: share(10),
                after: share(13),
                rise: None,
            }],
        };
        assert!((control.rise() - 0.003).abs() < 1e-12);
    }
}
