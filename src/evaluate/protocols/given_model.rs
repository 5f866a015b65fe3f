//! A model as it is, on recordings that it has not heard: nothing is trained.

use super::label_left_out::LabelLeftOut;
use super::trial::each;
use super::EvaluateError;
use crate::audio::{ReadOptions, Source};
use crate::dataset::{needs_sound, settle_groups, Manifest, Recording, Sound, SourceGroups};
use crate::evaluate::figures::{figures, Case, Figures};
use crate::model::examine::Examined;
use crate::model::listen::ListenOptions;
use crate::model::store::Model;
use crate::train::corpus::Progress;
use crate::train::reading::decode_all;
use serde::Serialize;
use std::collections::BTreeSet;

/// What a model makes of labelled recordings.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GivenModel {
    /// Name of the model.
    pub model: String,
    /// SHA-256 of its file, in hex.
    pub sha256: String,
    /// The figures over recordings of labels that it knows; `None` without any.
    pub figures: Option<Figures>,
    /// What it answered about labels that it does not know.
    pub strangers: Vec<Stranger>,
    /// Recordings that it was trained on.
    pub known: Vec<KnownRecording>,
    /// Whether those are among the figures.
    pub known_included: bool,
    /// Recordings that could be read but carry no answer.
    pub unusable: Vec<String>,
    /// Recordings that could not be read, with the reason.
    pub unreadable: Vec<(String, String)>,
    /// Source groups that were guessed, as nobody has given any, a sentence each.
    pub guesses: Vec<String>,
}

/// What was answered about a label that the model does not know.
pub type Stranger = LabelLeftOut;

/// A recording that the model was trained on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KnownRecording {
    /// The recording.
    pub path: String,
    /// How it is known.
    pub how: String,
}

/// Judges the recordings of `manifest`. Those that the model was trained on, by file or by sound, are
/// left out of the figures unless `include_known`.
///
/// # Errors
/// [`EvaluateError`] if a figure cannot be computed.
pub fn given_model(
    model: &Model,
    manifest: &Manifest,
    include_known: bool,
    progress: Progress,
) -> Result<GivenModel, EvaluateError> {
    let infos = &model.header().labels;
    let prior = model.header().hierarchical_prior()?;
    let options = ListenOptions {
        read: ReadOptions::default(),
        prior: prior.clone(),
        prior_name: "hierarchical".into(),
    };
    let (manifest, _) = manifest.without_negations();
    let results = each(&manifest.recordings, "judging", progress, |recording| {
        let source = Source::Path(recording.path.clone());
        Ok::<_, EvaluateError>(model.examine(&source, &options))
    })?;

    let mut found = GivenModel {
        model: model.header().id.clone(),
        sha256: model.sha256().to_owned(),
        figures: None,
        strangers: Vec::new(),
        known: Vec::new(),
        known_included: include_known,
        unusable: Vec::new(),
        unreadable: Vec::new(),
        guesses: Vec::new(),
    };
    let mut judged = Vec::new();
    for (recording, result) in manifest.recordings.iter().zip(results) {
        let path = recording.path.display().to_string();
        match result {
            Err(error) => found.unreadable.push((path, error.to_string())),
            Ok(examined) => {
                if let Some(known) = examined.known {
                    let how = known.to_string();
                    found.known.push(KnownRecording {
                        path: path.clone(),
                        how,
                    });
                    if !include_known {
                        continue;
                    }
                }
                match examined.judgement {
                    None => found.unusable.push(path),
                    Some(_) => judged.push((path, recording, examined)),
                }
            }
        }
    }

    let number = |label: &str| infos.iter().position(|l| l.label == label);
    let (groups, guesses) = source_groups(&judged, manifest.groups_given, progress)?;
    found.guesses = guesses;
    let mut cases = Vec::new();
    let mut strange: BTreeSet<&str> = BTreeSet::new();
    for ((_, recording, examined), group) in judged.iter().zip(&groups) {
        match (number(&recording.label), &examined.judgement) {
            (Some(label), Some(judgement)) => cases.push(Case {
                label,
                group: *group,
                joined: recording.may_hold_several(),
                fitness: Some(examined.fitness),
                judgement: judgement.clone(),
            }),
            _ => drop(strange.insert(&recording.label)),
        }
    }
    if !cases.is_empty() {
        let heard = if include_known {
            "heard or not"
        } else {
            "never heard"
        };
        let protocol = format!(
            "the model as it is, on recordings {heard} in training (by file and by sound), one answer per \
             recording, hierarchical prior"
        );
        found.figures = Some(figures(&protocol, &cases, infos, &prior)?);
    }
    for label in strange {
        let grouped = groups.iter().copied().zip(&judged);
        let own = grouped.filter(|(_, (_, r, _))| r.label == label);
        let judgements =
            own.filter_map(|(group, (_, _, heard))| Some((group, heard.judgement.as_ref()?)));
        found
            .strangers
            .push(LabelLeftOut::new(label, infos, judgements)?);
    }
    Ok(found)
}

/// The number of each recording's source group, joined where they share sound, and which were guessed. Those whose sound
/// helps to settle them are heard once more: judging keeps no samples.
fn source_groups(
    judged: &[(String, &Recording, Examined)],
    given: bool,
    progress: Progress,
) -> Result<(Vec<usize>, Vec<String>), EvaluateError> {
    let mut listed: Vec<Recording> = judged.iter().map(|(_, r, _)| (*r).clone()).collect();
    let needed = needs_sound(&listed, given);
    let places: Vec<usize> = (0..listed.len()).filter(|&i| needed[i]).collect();
    let wanted: Vec<Recording> = places.iter().map(|&i| listed[i].clone()).collect();
    let mut samples: Vec<Option<Vec<f32>>> = vec![None; listed.len()];
    for (place, sound) in places.into_iter().zip(decode_all(&wanted, progress)) {
        samples[place] = sound.ok().map(|sound| sound.samples);
    }
    let guesses = settle_groups(&mut listed, given, |place| samples[place].as_deref());
    let sounds: Vec<Sound> = judged
        .iter()
        .zip(&listed)
        .map(|((path, _, examined), listed)| Sound {
            name: path,
            label: &listed.label,
            phase: listed.phase.as_deref(),
            stretch: listed.range,
            group: &listed.group,
            sha256: examined.sha256,
            fingerprint: &examined.fingerprint,
        })
        .collect();
    Ok((SourceGroups::find(&sounds)?.numbers, guesses))
}
