//! Rendered clips that were never trained on, over real backgrounds that were not either, through real codecs.

use super::by_snr::{by_snr, Outcome, SnrBin};
use super::reencode::{Codec, Reencoder, AAC, MP3, OPUS};
use super::sound::{self, Beneath, Mixed};
use super::trial::{each, read_samples, Trial};
use super::EvaluateError;
use crate::channel::Interval;
use crate::evaluate::error::MetricError;
use crate::evaluate::figures::share::Share;
use crate::model::judge::Judgement;
use crate::model::phase::PhaseJudgement;
use crate::train::corpus::{Progress, BACKGROUND};
use crate::train::recipe::Recipe;
use crate::train::rendered::{test_clips, RenderedClip};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// Clips of each signature.
const CLIPS: usize = 40;
/// Clips that are coded at a time.
const BATCH: usize = 12;
/// Their SNR over the background, dB.
const SNR_DB: Interval = Interval::new(0.0, 18.0);
/// Added to the seed of the recipe: scenes that training never draws.
const SEED: u64 = 0x7e57;
/// The codecs in turn.
const CODECS: [Codec; 3] = [AAC, OPUS, MP3];

/// Airframes that no ear can tell apart in level flight count as one.
const ALIKE: [&[&str]; 2] = [
    &["orbiter-1k", "orbiter-2", "orbiter-3"],
    &["harop", "hermes-450"],
];

/// Which clips are heard, and by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestSet {
    /// The distribution that the models learnt from, other seeds.
    AsLearnt,
    /// Shifted settings, by models that learnt from the distribution as it is.
    Shifted,
    /// Shifted settings, by models that learnt from that very distribution: what is possible at all.
    ShiftedAndLearnt,
}

impl TestSet {
    /// What reports call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::AsLearnt => "as in training, other seeds",
            Self::Shifted => "shifted settings",
            Self::ShiftedAndLearnt => "shifted settings, learnt from shifted settings",
        }
    }
}

/// How rendered clips fare.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rendered {
    /// Which distribution the clips are drawn from.
    pub set: String,
    /// The codecs.
    pub codecs: Vec<String>,
    /// Clips of each signature.
    pub rows: Vec<RenderedRow>,
    /// Clips whose likeliest family (by the sum over its labels) is the true one.
    pub family_right: Share,
    /// Mean over airframes of the share of clips whose likeliest airframe is the true one (the Orbiters counted as one,
    /// and Harop and Hermes 450 in level flight).
    pub airframe_balanced: f64,
    /// Clips of a diving Harop that are taken for a Harop in a dive.
    pub harop_dives: Share,
    /// Clips of munitions and drones that let their phase be heard (a dive: the comb climbs, or stands above all level
    /// flight of the airframe) and whose likelier phase is the true one.
    pub phase_right: Share,
    /// Clips of dives that cannot be heard to be one, and of which no phase is named.
    pub silent_dives_unnamed: Option<Share>,
    /// Clips whose prediction set holds the truth.
    pub coverage: Share,
    /// Mean number of labels in a prediction set.
    pub mean_set_size: f64,
    /// Clips answered at the level of a family or class, or not at all.
    pub undecided: Share,
    /// How clips fare by how far they stand above the background.
    #[serde(default)]
    pub by_snr: Vec<SnrBin>,
}

/// One signature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RenderedRow {
    /// The airframe.
    pub label: String,
    /// `cruise` or `dive`.
    pub phase: String,
    /// Likeliest family is the true one.
    pub family: Share,
    /// Likeliest airframe is the true one, or one that counts as the same.
    pub airframe: Share,
    /// Prediction set holds the true label.
    pub covered: Share,
    /// Answered as a munition or military drone at any level.
    pub detected: Share,
    /// What they are named, the most frequent first.
    pub answers: Vec<(String, usize)>,
}

struct Heard<'a> {
    clip: &'a RenderedClip,
    snr_db: f64,
    beneath: Beneath,
    judgement: Judgement,
    phase: Option<PhaseJudgement>,
}

/// Renders, mixes, codes and judges; each clip by the model of one fold, over a background of that fold. `None` without
/// ffmpeg on the `PATH`, or where the recipe renders nothing.
///
/// # Errors
/// [`EvaluateError`] if a clip cannot be made, coded or read again.
pub fn rendered(
    trial: &Trial,
    recipe: &Recipe,
    set: TestSet,
    progress: Progress,
) -> Result<Option<Rendered>, EvaluateError> {
    let Some(settings) = &recipe.rendered else {
        return Ok(None);
    };
    let Some(encoder) = Reencoder::new()? else {
        return Ok(None);
    };
    let shifted = set != TestSet::AsLearnt;
    let clips = test_clips(settings, CLIPS, recipe.seed ^ SEED, shifted)?;
    let numbered: Vec<(usize, &RenderedClip)> = clips.iter().enumerate().collect();
    let batches: Vec<(usize, &[(usize, &RenderedClip)])> =
        numbered.chunks(BATCH).enumerate().collect();
    let heard = each(&batches, "rendered clips", progress, |&(number, batch)| {
        hear(trial, recipe, &encoder, number, batch)
    })?;
    let heard: Vec<Heard> = heard.into_iter().flatten().collect();
    Ok(Some(count(trial, &heard, set)?))
}

fn hear<'a>(
    trial: &Trial,
    recipe: &Recipe,
    encoder: &Reencoder,
    number: usize,
    batch: &[(usize, &'a RenderedClip)],
) -> Result<Vec<Heard<'a>>, EvaluateError> {
    let codec = CODECS[number % CODECS.len()];
    let (mut files, mut mixes) = (Vec::new(), Vec::new());
    for (place, clip) in batch {
        let fold = place % recipe.folds;
        let (mixed, beneath) = over_background(trial, &clip.render(), SNR_DB, fold, *place)?;
        let path = encoder.folder().join(format!("{number}-{place}.wav"));
        sound::write(&path, mixed.samples.iter().map(|x| (x * 32_767.0) as i16))?;
        files.push(path);
        mixes.push((mixed.snr_db, beneath));
    }
    let paths: Vec<&Path> = files.iter().map(AsRef::as_ref).collect();
    let coded = encoder.encode(codec, &paths, number)?;
    let mut heard = Vec::new();
    for (((place, clip), file), (snr_db, beneath)) in batch.iter().zip(&coded).zip(mixes) {
        let samples = read_samples(file)?;
        let model = trial.model(place % recipe.folds);
        if let Some(judgement) = model.hear(&samples, trial.prior()) {
            heard.push(Heard {
                clip,
                snr_db,
                beneath,
                judgement,
                phase: model.hear_phase(&samples),
            });
        }
    }
    for file in files.iter().chain(&coded) {
        // The folder goes in any case.
        let _ = std::fs::remove_file(file);
    }
    Ok(heard)
}

/// Sound in the air over a background recording of `fold`, which the number of the clip picks, and what that was.
pub(super) fn over_background(
    trial: &Trial,
    clip: &[f32],
    snr_db: Interval,
    fold: usize,
    number: usize,
) -> Result<(Mixed, Beneath), EvaluateError> {
    let seed = number as u64;
    let labels = &trial.corpus().labels;
    let recordings = trial.recorded().iter().enumerate();
    let own: Vec<usize> = recordings
        .filter(|(_, r)| labels[r.label] == BACKGROUND && r.fold == fold)
        .map(|(i, _)| i)
        .collect();
    let (background, beneath) = match own.get(sound::pick(seed, own.len())) {
        Some(&i) => (trial.samples(i)?, Beneath::Group(trial.recorded()[i].group)),
        None => (Vec::new(), Beneath::Nothing(number)),
    };
    Ok((sound::over(clip, &background, snr_db, seed)?, beneath))
}

/// What counts as one with a label, by the label's own name or that of the first of its group.
fn counted_as<'a>(label: &'a str, phase: &str) -> &'a str {
    let group = ALIKE.iter().find(|group| {
        // A diving Harop is no Hermes 450: that one never dives.
        let counts = !(phase == "dive" && group.contains(&"harop"));
        counts && group.contains(&label)
    });
    group.map_or(label, |group| group[0])
}

/// The name that has most probability, where labels share names.
fn likeliest<'a>(judgement: &Judgement, name: impl Fn(usize) -> &'a str) -> &'a str {
    let mut shares: BTreeMap<&str, f64> = BTreeMap::new();
    for (label, probability) in judgement.probabilities.iter().enumerate() {
        *shares.entry(name(label)).or_default() += probability;
    }
    let best = shares.into_iter().max_by(|a, b| a.1.total_cmp(&b.1));
    best.map_or("", |(name, _)| name)
}

fn count(trial: &Trial, heard: &[Heard], set: TestSet) -> Result<Rendered, MetricError> {
    let infos = trial.infos();
    let best = |h: &Heard| &infos[h.judgement.best()];
    let number = |label: &str| infos.iter().position(|l| l.label == label);
    let in_set =
        |h: &Heard| number(&h.clip.label).is_some_and(|l| h.judgement.prediction_set.contains(&l));
    let family = |h: &Heard| {
        let likeliest = likeliest(&h.judgement, |l| &infos[l].family);
        number(&h.clip.label).is_some_and(|l| infos[l].family == likeliest)
    };
    let airframe = |h: &Heard| {
        let name = |label| counted_as(label, &h.clip.phase);
        name(&h.clip.label) == likeliest(&h.judgement, |l| name(&infos[l].label))
    };
    let mut by_signature: BTreeMap<(&str, &str), Vec<&Heard>> = BTreeMap::new();
    let mut by_airframe: BTreeMap<&str, Vec<&Heard>> = BTreeMap::new();
    for h in heard {
        let key = (h.clip.label.as_str(), h.clip.phase.as_str());
        by_signature.entry(key).or_default().push(h);
        let group = ALIKE.iter().find(|g| g.contains(&key.0));
        let name = group.map_or(key.0, |g| g[0]);
        by_airframe.entry(name).or_default().push(h);
    }
    let share = |of: &[&Heard], counts: &dyn Fn(&Heard) -> bool| {
        Share::of_groups(of.iter().copied(), |h| h.beneath, |h| counts(h))
    };
    let mut rows = Vec::new();
    for ((label, phase), own) in &by_signature {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for h in own {
            *counts.entry(&best(h).label).or_default() += 1;
        }
        let mut answers: Vec<(String, usize)> =
            counts.into_iter().map(|(l, n)| (l.to_owned(), n)).collect();
        answers.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        rows.push(RenderedRow {
            label: (*label).to_owned(),
            phase: (*phase).to_owned(),
            family: share(own, &family)?,
            airframe: share(own, &airframe)?,
            covered: share(own, &in_set)?,
            detected: share(own, &|h| trial.is_alarm(&h.judgement))?,
            answers,
        });
    }
    let shares: Vec<f64> = by_airframe
        .values()
        .map(|own| Ok(share(own, &airframe)?.share))
        .collect::<Result<_, MetricError>>()?;
    let all: Vec<&Heard> = heard.iter().collect();
    let diving_harop = |h: &&Heard| h.clip.label == "harop" && h.clip.phase == "dive";
    let diving_harops: Vec<&Heard> = heard.iter().filter(diving_harop).collect();
    let phase_right = |h: &Heard| h.phase.is_some_and(|p| p.likelier() == h.clip.phase);
    let flying = || heard.iter().filter(|h| h.clip.label != "jet");
    let (told, silent): (Vec<&Heard>, Vec<&Heard>) =
        flying().partition(|h| h.clip.phase_is_heard());
    let unnamed = |h: &Heard| h.phase.is_some_and(|p| p.named().is_none());
    let sizes: usize = heard.iter().map(|h| h.judgement.prediction_set.len()).sum();
    let outcomes: Vec<Outcome> = heard
        .iter()
        .map(|h| Outcome {
            snr_db: h.snr_db,
            beneath: h.beneath,
            family: family(h),
            airframe: airframe(h),
            phase: (h.clip.label != "jet" && h.clip.phase_is_heard()).then(|| phase_right(h)),
            covered: in_set(h),
        })
        .collect();
    Ok(Rendered {
        set: set.name().into(),
        codecs: CODECS.iter().map(|c| c.name.to_owned()).collect(),
        rows,
        family_right: share(&all, &family)?,
        airframe_balanced: shares.iter().sum::<f64>() / shares.len().max(1) as f64,
        harop_dives: share(&diving_harops, &|h| {
            best(h).label == "harop" && phase_right(h)
        })?,
        phase_right: share(&told, &phase_right)?,
        silent_dives_unnamed: match silent.is_empty() {
            true => None,
            false => Some(share(&silent, &unnamed)?),
        },
        coverage: share(&all, &in_set)?,
        mean_set_size: sizes as f64 / heard.len().max(1) as f64,
        undecided: share(&all, &|h| {
            !crate::model::decide::level(infos, &h.judgement).is_signature()
        })?,
        by_snr: by_snr(&outcomes)?,
    })
}
