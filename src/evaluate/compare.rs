//! Two models as they are, on recordings that neither has heard.

use super::paired::{Comparison, PairedCase, Side};
use super::protocols::EvaluateError;
use crate::dataset::{settle_groups, Manifest, Recording, Sound, SourceGroups};
use crate::features::Extractor;
use crate::model::judge::Judgement;
use crate::model::prior::Prior;
use crate::model::store::Model;
use crate::train::corpus::Progress;
use crate::train::reading::{decode_all, Decoded};
use rayon::prelude::*;
use serde::Serialize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Version of [`Compared`] as JSON: it grows with every change of meaning. Fields may be added without.
pub const COMPARISON_SCHEMA: &str = "earwitness.comparison/1";

/// What two models make of labelled recordings; `docs/output.md` has its fields.
#[derive(Debug, Clone, Serialize)]
pub struct Compared {
    /// [`COMPARISON_SCHEMA`].
    pub schema: &'static str,
    /// The first model, then the second.
    pub models: [Named; 2],
    /// The figures; `None` if nothing could be compared.
    pub comparison: Option<Comparison>,
    /// Recordings that one of the models was trained on, with which and how; they are left out, or counted all the same.
    pub known: Vec<(String, String)>,
    /// Whether those are among the figures.
    pub known_included: bool,
    /// Recordings that could not be read or hold no sound, with the reason.
    pub left_out: Vec<(String, String)>,
    /// Source groups that were guessed, as nobody has given any, a sentence each.
    pub guesses: Vec<String>,
}

/// A model by its name and file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Named {
    /// Name of the model.
    pub id: String,
    /// SHA-256 of its file, in hex.
    pub sha256: String,
    /// Seconds of sound whose measured segments it judges in a second, on one thread.
    pub times_real_time: f64,
}

/// One recording as both heard it.
struct Both {
    known: Option<String>,
    judged: Option<[Judgement; 2]>,
    took: [Duration; 2],
}

/// Judges the recordings of `manifest` by both models. Recordings that one of them was trained on are left out unless
/// `include_known`.
///
/// # Errors
/// [`EvaluateError`] if a figure cannot be computed.
pub fn compare(
    models: [&Model; 2],
    manifest: &Manifest,
    include_known: bool,
    progress: Progress,
) -> Result<Compared, EvaluateError> {
    let (manifest, _) = manifest.without_negations();
    let priors = [
        models[0].header().hierarchical_prior()?,
        models[1].header().hierarchical_prior()?,
    ];
    let mut left_out = Vec::new();
    let (mut listed, mut read): (Vec<Recording>, Vec<Decoded>) = Default::default();
    let decoded = decode_all(&manifest.recordings, progress);
    for (recording, result) in manifest.recordings.iter().zip(decoded) {
        match result {
            Ok(sound) => {
                listed.push(recording.clone());
                read.push(sound);
            }
            Err(reason) => left_out.push((recording.path.display().to_string(), reason)),
        }
    }
    let done = AtomicUsize::new(0);
    let both: Vec<Both> = read
        .par_iter()
        .map(|sound| {
            let both = judge(models, &priors, sound);
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            progress("judging", done, read.len());
            both
        })
        .collect();
    let sound = |place: usize| Some(read[place].samples.as_slice());
    let guesses = settle_groups(&mut listed, manifest.groups_given, sound);
    let groups = groups(&listed, &read)?;
    let mut known = Vec::new();
    let mut cases = Vec::new();
    let (mut took, mut seconds) = ([Duration::ZERO; 2], 0.0);
    let each = listed.iter().zip(&read).zip(both).zip(groups);
    for (((recording, sound), both), group) in each {
        let path = recording.path.display().to_string();
        if let Some(how) = both.known {
            known.push((path.clone(), how));
            if !include_known {
                continue;
            }
        }
        let Some([a, b]) = both.judged else {
            left_out.push((path, "it holds no sound".into()));
            continue;
        };
        took = [took[0] + both.took[0], took[1] + both.took[1]];
        seconds += sound.samples.len() as f64 / f64::from(crate::SAMPLE_RATE);
        cases.push(PairedCase {
            path,
            label: recording.label.clone(),
            group,
            is_new: false,
            a,
            b,
        });
    }
    let side = |k: usize| Side {
        infos: &models[k].header().labels,
        prior: &priors[k],
    };
    let named = |k: usize| Named {
        id: models[k].header().id.clone(),
        sha256: models[k].sha256().to_owned(),
        times_real_time: seconds / took[k].as_secs_f64().max(1e-9),
    };
    Ok(Compared {
        schema: COMPARISON_SCHEMA,
        models: [named(0), named(1)],
        comparison: match cases.is_empty() {
            true => None,
            false => Some(Comparison::new(&cases, side(0), side(1))?),
        },
        known,
        known_included: include_known,
        left_out,
        guesses,
    })
}

fn judge(models: [&Model; 2], priors: &[Prior; 2], sound: &Decoded) -> Both {
    let segments = Extractor::measure_all(&sound.samples).into_iter();
    let segments: Vec<Vec<f32>> = segments.filter_map(|s| s.features).collect();
    let mut took = [Duration::ZERO; 2];
    let mut by = |k: usize| {
        let started = Instant::now();
        let judgement = models[k].judge_segments(&segments, &priors[k]);
        took[k] = started.elapsed();
        judgement
    };
    let judged = by(0).zip(by(1)).map(|(a, b)| [a, b]);
    let known = models.iter().find_map(|model| {
        let how = model.knows(&sound.sha256, &sound.fingerprint)?;
        Some(format!("{} was trained on {how}", model.header().id))
    });
    Both {
        known,
        judged,
        took,
    }
}

/// The number of each recording's source group: as they are settled, joined where they share sound.
fn groups(listed: &[Recording], read: &[Decoded]) -> Result<Vec<usize>, EvaluateError> {
    let names: Vec<String> = listed
        .iter()
        .map(|r| r.path.display().to_string())
        .collect();
    let sounds: Vec<Sound> = listed
        .iter()
        .zip(read)
        .zip(&names)
        .map(|((recording, sound), name)| Sound {
            name,
            label: "",
            phase: None,
            stretch: recording.range,
            group: &recording.group,
            sha256: sound.sha256,
            fingerprint: &sound.fingerprint,
        })
        .collect();
    Ok(SourceGroups::find(&sounds)?.numbers)
}
