//! Whether a codec alone raises false alarms: negatives as they are, and after AAC at 64 kbit/s.

use super::reencode::{Reencoder, AAC};
use super::trial::{each, read_samples, Trial};
use super::EvaluateError;
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
    /// Those above the threshold of each military label.
    pub thresholds: Vec<CodecThreshold>,
}

/// How many stand at or above one label's threshold of 1 % false alarms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CodecThreshold {
    /// The label.
    pub label: String,
    /// Negatives above it as they are.
    pub before: Share,
    /// The same after the codec.
    pub after: Share,
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
    let share = |of: &[Option<&Judgement>], counts: &dyn Fn(&Judgement) -> bool| {
        let groups = negatives.iter().map(|&i| trial.recorded()[i].group);
        Share::of_groups(groups.zip(of), |n| n.0, |(_, j)| j.is_some_and(counts))
    };
    let thresholds = trial.thresholds();
    let thresholds = thresholds.iter().map(|t| {
        Ok(CodecThreshold {
            label: t.label.to_owned(),
            before: share(&before, &|j| trial.is_above(j, t))?,
            after: share(&after, &|j| trial.is_above(j, t))?,
        })
    });
    Ok(Some(CodecControl {
        codec: format!("{} (ffmpeg)", AAC.name),
        answered_before: share(&before, &|j| trial.is_alarm(j))?,
        answered_after: share(&after, &|j| trial.is_alarm(j))?,
        thresholds: thresholds.collect::<Result<_, MetricError>>()?,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rise_is_that_of_the_worst_figure() {
        let share = |hits| Share::new(hits, 1000).unwrap();
        let control = CodecControl {
            codec: "none".into(),
            answered_before: share(5),
            answered_after: share(4),
            thresholds: vec![CodecThreshold {
                label: "harop".into(),
                before: share(10),
                after: share(13),
            }],
        };
        assert!((control.rise() - 0.003).abs() < 1e-12);
    }
}
