//! Everything about one recording, in one reading of it.

use super::{
    agreement, alternatives, asked, reference, summary, Evidence, FitFor, Heard, Identity, Measured,
};
use crate::audio::{self, AudioError, Passage, Source};
use crate::fingerprint::known::{self, Known};
use crate::fingerprint::search::{self, Against, Query};
use crate::fingerprint::{Fingerprint, Waveprint, WaveprintBuilder};
use crate::model::answer::{Decision, SegmentAnswer};
use crate::model::compare::HypothesisError;
use crate::model::listen::ListenOptions;
use crate::model::store::Model;
use crate::model::tap::Tap;
use crate::render::RenderError;
use crate::signature::Catalogue;
use crate::spectrum::{Overview, OverviewBuilder};
use crate::verify::audible::{audible, AudibleError, Background};
use crate::verify::condition::ConditionMeter;
use crate::verify::physics::{Comb, Examiner, PhysicsError, PhysicsParams, ValidPhysicsParams};
use crate::verify::Unreadable;
use ndarray::Array2;
use std::path::PathBuf;
use std::sync::Arc;
use thiserror::Error;

/// Why there is no evidence.
#[derive(Debug, Error)]
pub enum VerifyError {
    /// The recording, or one that it is compared with, cannot be read.
    #[error(transparent)]
    Audio(#[from] AudioError),
    /// None of several recordings can be read.
    #[error("none of the {} recordings can be read: {}", unreadable.len(), messages(unreadable))]
    NothingRead {
        /// Each with its fault.
        unreadable: Vec<Unreadable>,
    },
    /// The hypotheses make no sense.
    #[error(transparent)]
    Hypotheses(#[from] HypothesisError),
    /// A setting is out of range.
    #[error(transparent)]
    Physics(#[from] PhysicsError),
    /// A user's sheet is beyond what can be rendered.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// It can't be said how far anything would have been heard.
    #[error(transparent)]
    Audible(#[from] AudibleError),
}

fn messages(unreadable: &[Unreadable]) -> String {
    let all: Vec<&str> = unreadable.iter().map(|u| u.message.as_str()).collect();
    all.join("; ")
}

/// How a recording is verified.
#[derive(Debug, Clone)]
pub struct VerifyOptions {
    /// How it is heard.
    pub listen: ListenOptions,
    /// How its lines are measured.
    pub physics: PhysicsParams,
    /// Labels of the first hypothesis of a question; none for no question.
    pub h1: Vec<String>,
    /// Labels of the second; none for all others.
    pub h2: Vec<String>,
    /// Earlier recordings that may hold the same sound.
    pub against: Vec<PathBuf>,
    /// Databases of archives that may.
    pub archives: Vec<Arc<dyn Known>>,
    /// What they were named by: files, databases, or the folders that they lie in.
    pub against_named: Vec<String>,
}

impl VerifyOptions {
    /// Checks what was asked for before anything is read: hypotheses of labels that `model` knows, settings within their range.
    ///
    /// # Errors
    /// [`VerifyError::Hypotheses`] and [`VerifyError::Physics`].
    pub fn check(&self, model: &Model) -> Result<(), VerifyError> {
        asked::hypotheses(model, &self.h1, &self.h2)?;
        self.physics.clone().check()?;
        Ok(())
    }
}

/// The evidence and what pictures are drawn from.
#[derive(Debug, Clone)]
pub struct Gathered {
    /// What is known.
    pub evidence: Evidence,
    /// What is drawn.
    pub drawn: Drawn,
    /// What the sound is known by.
    pub print: Waveprint,
}

/// What pictures and tables are made from, and is too much for a report.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// The combs with their tracks, the strongest first.
    pub combs: Vec<Comb>,
    /// Where in the recording the first sample of the passage stands, s; the times of all that is drawn count from it.
    pub starts_s: f64,
    /// The segments.
    pub segments: Vec<SegmentAnswer>,
    /// Spectrogram of all that was looked at.
    pub overview: Overview,
    /// Labels of the model.
    pub labels: Vec<String>,
    /// Probabilities of the labels by each segment alone: a row per segment, a column per label.
    pub probabilities: Array2<f32>,
}

/// All that measures a recording while the model hears it.
struct Measuring {
    examiner: Examiner,
    meter: ConditionMeter,
    background: Background,
    overview: OverviewBuilder,
    printer: WaveprintBuilder,
    fingerprint: Fingerprint,
}

impl Measuring {
    fn new(physics: ValidPhysicsParams) -> Self {
        Self {
            examiner: Examiner::new(physics),
            meter: ConditionMeter::new(),
            background: Background::new(),
            overview: OverviewBuilder::new(),
            printer: WaveprintBuilder::new(),
            fingerprint: Fingerprint::default(),
        }
    }
}

impl Tap for Measuring {
    fn samples(&mut self, block: &[f32]) {
        self.examiner.push(block);
        self.printer.push(block);
        self.overview.push(block);
        self.meter.push(block);
        self.background.push(block);
    }

    fn words(&mut self, words: &[u32]) {
        self.fingerprint.extend(words);
    }
}

/// Listens to a recording once and gathers all that is known of it.
///
/// # Errors
/// [`VerifyError`] names the file or the setting, the fault and the remedy.
pub fn gather(
    model: &Model,
    catalogue: &Catalogue,
    source: &Source,
    options: &VerifyOptions,
) -> Result<Gathered, VerifyError> {
    let hypotheses = asked::hypotheses(model, &options.h1, &options.h2)?;
    let mut measuring = Measuring::new(options.physics.clone().check()?);
    let sha256 = audio::content_hash(source)?;
    let listened = model.listen(source, sha256, &options.listen, &mut measuring)?;
    let Measuring {
        examiner,
        meter,
        background,
        overview,
        printer,
        fingerprint,
    } = measuring;
    let print = printer.finish();
    let physics = examiner.finish(catalogue);
    let mut classification = listened.classification;
    let measured = Measured::of(&physics, options.listen.read.passage.start_s());
    let quality = classification.quality.take().unwrap_or_default();
    let condition = FitFor {
        overall: classification.fitness,
        condition: meter.finish(&quality, options.listen.read.passage.start_s()),
        quality,
        warnings: std::mem::take(&mut classification.warnings),
    };
    let stream = classification.stream.take().unwrap_or_default();
    let identity = Identity::of(
        source,
        &classification.sha256,
        &stream,
        classification.duration_s,
        options.listen.read.passage,
    )?;
    let others = alternatives::alternatives(&classification, model.header(), &physics.candidates);
    let segments = classification.segments.clone();
    // Of a passage: from here on times count from the start of the recording.
    let starts_s = options.listen.read.passage.start_s();
    let heard = Heard::of(classification, others).later(starts_s);
    // Of sound that cancelled nothing tells how far it would have been heard.
    let is_lost = condition.quality.is_cancelled();
    let is_asked = heard.is_nothing() && heard.decision != Decision::Unusable;
    let audible = match is_asked && !is_lost {
        true => {
            let bandwidth_hz = condition.quality.bandwidth_hz;
            Some(audible(
                model,
                &options.listen.prior,
                catalogue,
                background,
                bandwidth_hz,
            )?)
        }
        false => None,
    };
    let named = std::iter::once(heard.label.as_str());
    let named = named.chain(heard.alternatives.iter().map(|a| a.label.as_str()));
    let references = reference::references(model.header(), condition.overall, named);
    let agreement = agreement::agreement(&heard, &measured);
    let asked = asked::answer(
        model,
        hypotheses.as_ref(),
        listened.judgement.as_ref(),
        &options.listen.prior,
    );
    let reuse = reuse(
        &Query {
            path: match source {
                Source::Path(path) => Some(path),
                _ => None,
            },
            sha256: &sha256,
            print: &print,
            fingerprint: &fingerprint,
        },
        options,
    );
    Ok(Gathered {
        drawn: Drawn {
            combs: physics.combs,
            starts_s,
            segments,
            overview: overview.finish(),
            labels: model
                .header()
                .labels
                .iter()
                .map(|l| l.label.clone())
                .collect(),
            probabilities: listened.probabilities,
        },
        evidence: Evidence {
            summary: summary::summary(
                &heard,
                &condition,
                &agreement,
                asked.as_ref(),
                reuse.as_ref(),
            ),
            identity,
            fitness: condition,
            heard,
            asked,
            physics: measured,
            agreement,
            audible,
            references,
            outside: listened.outside,
            reuse,
        },
        print,
    })
}

fn reuse(query: &Query, options: &VerifyOptions) -> Option<Against> {
    if options.against.is_empty() && options.archives.is_empty() {
        return None;
    }
    let read = &options.listen.read;
    // The earlier ones are searched from end to end.
    let whole = read.clone().with_passage(Passage::default());
    let whole = whole.with_track(None).with_channel(None);
    let mut found = search::among(query, &options.against, &whole);
    for archive in &options.archives {
        known::look_up(&mut found, archive.as_ref(), query, &whole);
    }
    let by_s = read.passage.start_s();
    for found in &mut found.matches {
        found.start_s += by_s;
        found.end_s += by_s;
    }
    for found in &mut found.by_fingerprint {
        found.start_s += by_s;
        found.end_s += by_s;
    }
    Some(found)
}
