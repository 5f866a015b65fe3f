//! False alarms per hour on long recordings that hold no munition and no military drone.
//!
//! Numbered clips of one collection were cut from videos of minutes. Where the sound of one goes on
//! in the next they are joined again, heard as one recording and judged by the model that
//! never heard their source group.

use super::trial::{each, Threshold, Trial};
use super::EvaluateError;
use crate::dataset::{join_neighbours, split_at_breaks, Recording};
use crate::evaluate::error::MetricError;
use crate::evaluate::figures::share::{Rate, Share};
use crate::model::judge::Judgement;
use crate::train::corpus::Progress;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// False alarms on long negatives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LongNegatives {
    /// Long recordings.
    pub recordings: usize,
    /// Clips that they were joined from.
    pub clips: usize,
    /// Their median length in seconds.
    pub median_s: f64,
    /// Length of the longest in seconds.
    pub longest_s: f64,
    /// Those answered as a munition or military drone, at any level.
    pub answered: Share,
    /// The same, per hour.
    pub answered_per_hour: Rate,
    /// The same for the clips one by one.
    pub clips_answered_per_hour: Rate,
    /// Per true label: those answered as a munition or military drone.
    pub by_label: Vec<(String, Share)>,
    /// Those above the threshold of each military label.
    pub thresholds: Vec<LongThreshold>,
}

/// How many stand at or above one label's threshold of 1 % false alarms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LongThreshold {
    /// The label.
    pub label: String,
    /// Its threshold, from the recordings as they are.
    pub log10_lr: f64,
    /// Long recordings above it, per hour.
    pub per_hour: Rate,
    /// Clips above it one by one, per hour.
    pub clips_per_hour: Rate,
}

/// Clips that were one recording.
struct Joined {
    clips: Vec<usize>,
    seconds: f64,
    judgement: Option<Judgement>,
}

/// Joins negatives and counts false alarms; `None` where no clips continue each other.
///
/// # Errors
/// [`EvaluateError`] if a recording cannot be read again.
pub fn long_negatives(
    trial: &Trial,
    progress: Progress,
) -> Result<Option<LongNegatives>, EvaluateError> {
    let negatives = trial.negatives();
    let listed: Vec<Recording> = negatives.iter().map(|&i| trial.listed(i).clone()).collect();
    let runs: Vec<Vec<usize>> = join_neighbours(&listed)
        .into_iter()
        .filter(|run| run.len() > 1)
        .map(|run| run.into_iter().map(|place| negatives[place]).collect())
        .collect();
    let joined = each(&runs, "long negatives", progress, |run| hear(trial, run))?;
    let joined: Vec<Joined> = joined.into_iter().flatten().collect();
    if joined.is_empty() {
        return Ok(None);
    }
    Ok(Some(count(trial, &joined)?))
}

/// The long recordings in a run of clips, judged.
fn hear(trial: &Trial, run: &[usize]) -> Result<Vec<Joined>, EvaluateError> {
    let sounds = run.iter().map(|&clip| trial.samples(clip));
    let sounds: Vec<Vec<f32>> = sounds.collect::<Result<_, _>>()?;
    let places: Vec<usize> = (0..run.len()).collect();
    let fold = |place: usize| trial.recorded()[run[place]].fold;
    let mut joined = Vec::new();
    for part in split_at_breaks(&places, |place| &sounds[place]) {
        // Clips that continue each other are one source group; were they not, no one model would
        // be deaf to all of them.
        for part in part.chunk_by(|&a, &b| fold(a) == fold(b)) {
            if part.len() < 2 {
                continue;
            }
            let samples: Vec<f32> = part.iter().flat_map(|&p| &sounds[p]).copied().collect();
            joined.push(Joined {
                clips: part.iter().map(|&p| run[p]).collect(),
                seconds: samples.len() as f64 / f64::from(crate::SAMPLE_RATE),
                judgement: trial.hear(run[part[0]], &samples),
            });
        }
    }
    Ok(joined)
}

fn count(trial: &Trial, joined: &[Joined]) -> Result<LongNegatives, MetricError> {
    let hours = joined.iter().map(|j| j.seconds).sum::<f64>() / 3600.0;
    let mut lengths: Vec<f64> = joined.iter().map(|j| j.seconds).collect();
    lengths.sort_by(f64::total_cmp);
    let label = |j: &Joined| trial.recorded()[j.clips[0]].label;
    let group = |clip: usize| trial.recorded()[clip].group;
    let whole = |counts: &dyn Fn(&Judgement) -> bool| {
        let alarms = joined
            .iter()
            .filter(|j| j.judgement.as_ref().is_some_and(counts));
        Rate::of_groups(alarms.map(|j| group(j.clips[0])), hours)
    };
    let clips = |counts: &dyn Fn(&Judgement) -> bool| {
        let clips = joined.iter().flat_map(|j| &j.clips);
        let alarms = clips.filter(|&&clip| counts(trial.judgement(clip)));
        Rate::of_groups(alarms.map(|&clip| group(clip)), hours)
    };
    let answered = |j: &Judgement| trial.is_alarm(j);
    let share_of = |picked: &dyn Fn(&Joined) -> bool| {
        let picked = joined.iter().filter(|j| picked(j));
        Share::of_groups(
            picked,
            |j| group(j.clips[0]),
            |j| j.judgement.as_ref().is_some_and(answered),
        )
    };
    let labels: BTreeSet<usize> = joined.iter().map(label).collect();
    let threshold = |t: &Threshold| {
        Ok(LongThreshold {
            label: t.label.to_owned(),
            log10_lr: t.log10_lr,
            per_hour: whole(&|j| trial.is_above(j, t))?,
            clips_per_hour: clips(&|j| trial.is_above(j, t))?,
        })
    };
    Ok(LongNegatives {
        recordings: joined.len(),
        clips: joined.iter().map(|j| j.clips.len()).sum(),
        median_s: lengths[lengths.len() / 2],
        longest_s: lengths.last().copied().unwrap_or(0.0),
        answered: share_of(&|_| true)?,
        answered_per_hour: whole(&answered)?,
        clips_answered_per_hour: clips(&answered)?,
        by_label: labels
            .into_iter()
            .map(|l| {
                Ok((
                    trial.corpus().labels[l].clone(),
                    share_of(&|j| label(j) == l)?,
                ))
            })
            .collect::<Result<_, MetricError>>()?,
        thresholds: trial
            .thresholds()
            .iter()
            .map(threshold)
            .collect::<Result<_, MetricError>>()?,
    })
}
