//! The whole account: one or several recordings, what made it, and how to make it again.

use super::evidence::{gather, Drawn, Evidence, VerifyError, VerifyOptions, LIMITS};
use super::nearest::{nearest, Nearest};
use super::physics::PhysicsParams;
use super::shared::{shared, Shared};
use crate::audio::{Passage, Source};
use crate::features;
use crate::model::store::Model;
use crate::signature::Catalogue;
use serde::{Deserialize, Serialize};

/// Version of [`Report`] as it is written to JSON.
pub const REPORT_SCHEMA: &str = "earwitness.report/1";

/// The account of one recording, or of several of one event.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`REPORT_SCHEMA`].
    pub schema: String,
    /// What made it.
    pub made_by: MadeBy,
    /// All settings that change what is found.
    pub settings: Settings,
    /// What no sound can show.
    pub limits: String,
    /// The recordings, in the order given.
    pub recordings: Vec<Evidence>,
    /// Which of them hold the same sound, and so are one witness.
    pub shared: Vec<Shared>,
    /// Recordings that could not be read.
    pub unreadable: Vec<Unreadable>,
    /// This run: the only part that differs from run to run.
    pub run: Run,
}

/// Versions and hashes of everything that an answer depends on.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeBy {
    /// Name of the program.
    pub tool: String,
    /// Its version.
    pub version: String,
    /// Name of the model.
    pub model: String,
    /// SHA-256 of the model file, hex.
    pub model_sha256: String,
    /// Version of the features.
    pub features: u32,
    /// SHA-256 over the sheets of the catalogue, hex.
    pub catalogue_sha256: String,
}

/// The settings.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The prior.
    pub prior: String,
    /// How lines are measured.
    pub physics: PhysicsParams,
    /// Labels of H1 in the question asked.
    pub h1: Vec<String>,
    /// Labels of H2.
    pub h2: Vec<String>,
    /// Earlier recordings, or folders of them, that were searched for the same sound, as they were named.
    pub against: Vec<String>,
    /// The passage that was looked at.
    pub passage: Passage,
    /// Whether ffmpeg was allowed to decode.
    pub ffmpeg: bool,
    /// The audio track that was asked for, counted from 1; null for the default one.
    #[serde(default)]
    pub track: Option<usize>,
    /// The channel that was asked for, counted from 1; null for the average.
    #[serde(default)]
    pub channel: Option<usize>,
}

/// A recording that could not be read, beside others that could.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreadable {
    /// The recording as it was named.
    pub name: String,
    /// The fault, for programs.
    pub kind: String,
    /// The fault and the remedy, for people.
    pub message: String,
}

/// One run.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// When, in UTC, ISO 8601.
    pub at: String,
    /// The command line.
    pub command: String,
    /// The recordings as they were named.
    pub inputs: Vec<String>,
}

/// The account with what pictures are drawn from, one per recording.
#[derive(Debug, Clone)]
pub struct Verified {
    /// The account.
    pub report: Report,
    /// What is drawn.
    pub drawn: Vec<Drawn>,
    /// What the likeliest airframe of each recording would sound like.
    pub references: Vec<Option<Nearest>>,
}

/// Verifies one recording, or several of one event; `done` hears how many are finished. One that cannot be read is listed, and
/// the others go on.
///
/// # Errors
/// [`VerifyError`] names the file or the setting, the fault and the remedy; [`VerifyError::NothingRead`] with all of them where none of several can be read.
pub fn verify(
    model: &Model,
    catalogue: &Catalogue,
    sources: &[Source],
    options: &VerifyOptions,
    run: Run,
    done: &mut dyn FnMut(usize),
) -> Result<Verified, VerifyError> {
    let mut recordings = Vec::new();
    let mut drawn = Vec::new();
    let mut prints = Vec::new();
    let mut unreadable = Vec::new();
    for (n, source) in sources.iter().enumerate() {
        match gather(model, catalogue, source, options) {
            Ok(found) => {
                recordings.push(found.evidence);
                drawn.push(found.drawn);
                prints.push(found.print);
            }
            Err(VerifyError::Audio(error)) if sources.len() > 1 => unreadable.push(Unreadable {
                name: source.name(),
                kind: error.kind().to_owned(),
                message: error.to_string(),
            }),
            Err(error) => return Err(error),
        }
        done(n + 1);
    }
    if recordings.is_empty() {
        return Err(VerifyError::NothingRead { unreadable });
    }
    let references = recordings
        .iter()
        .map(|evidence| nearest(catalogue, evidence))
        .collect::<Result<_, _>>()?;
    let shared = shared(&recordings, &prints);
    let header = model.header();
    Ok(Verified {
        report: Report {
            schema: REPORT_SCHEMA.to_owned(),
            made_by: MadeBy {
                tool: env!("CARGO_PKG_NAME").to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                model: header.id.clone(),
                model_sha256: model.sha256().to_owned(),
                features: features::FEATURE_VERSION,
                catalogue_sha256: catalogue.sha256(),
            },
            settings: Settings {
                prior: options.listen.prior_name.clone(),
                physics: options.physics.clone(),
                h1: options.h1.clone(),
                h2: options.h2.clone(),
                against: options.against_named.clone(),
                passage: options.listen.read.passage,
                ffmpeg: options.listen.read.ffmpeg,
                track: options.listen.read.track,
                channel: options.listen.read.channel,
            },
            limits: LIMITS.to_owned(),
            recordings,
            shared,
            unreadable,
            run,
        },
        drawn,
        references,
    })
}
