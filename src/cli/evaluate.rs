//! `earwitness evaluate`: how often a model is right about recordings it has never heard.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, ValueEnum};
use earwitness::dataset::Manifest;
use earwitness::evaluate::card::{given_model_markdown, markdown, new_label_svg, sections};
use earwitness::evaluate::floors::Floors;
use earwitness::evaluate::protocols::{self, given_model, GivenModel, HeldOut};
use earwitness::model::store::Model;
use earwitness::train::memory::Memory;
use serde::Serialize;

use super::exit::Outcome;
use super::output::Output;
use super::progress::Steps;
use super::training;
use super::Verbosity;

/// Measure how often answers are right on labelled recordings
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  earwitness evaluate --manifest data/manifest.csv
  earwitness evaluate --manifest data/manifest.csv --protocol leave-source-out --format json
  earwitness evaluate --manifest data/manifest.csv --protocol all --floors floors.toml
  earwitness evaluate --folders three-labels/ --folds 10
  earwitness evaluate --folders three-labels/ --folds 10 --by-recording
  earwitness evaluate --model drones.earwitness --folders new-recordings/
  earwitness evaluate --memory models/default.memory --learn-anew multirotor,shahed-136
  earwitness evaluate --memory models/default.memory --suggest 50 --draws 20

Without --model, models are trained and tested in turn on folds that never split a source group. \
With it, nothing is trained: the model is tested as it is, on recordings that it was not trained on. \
A folder of labels that no rendered clip stands for is judged among its own labels alone. \
With --floors, the exit code is 1 if a figure is worse than its floor.")]
#[command(group = clap::ArgGroup::new("recordings").required(true))]
pub struct EvaluateArgs {
    /// CSV list of labelled recordings; paths are relative to it
    #[arg(long, value_name = "FILE", group = "recordings")]
    pub manifest: Option<PathBuf>,

    /// Folder that holds one folder of recordings per label
    #[arg(long, value_name = "DIR", group = "recordings")]
    pub folders: Option<PathBuf>,

    /// Training memory of a model, in place of recordings: takes labels out of it, and learns them again from 5, 10 and
    /// 20 recordings
    #[arg(long, value_name = "FILE", group = "recordings")]
    #[arg(conflicts_with_all = ["model", "folds", "protocol", "recipe", "floors"])]
    pub memory: Option<PathBuf>,

    /// Labels that are taken out of the memory, with commas between them
    #[arg(
        long,
        value_name = "LABELS",
        value_delimiter = ',',
        requires = "memory"
    )]
    #[arg(default_value = "multirotor,shahed-136")]
    pub learn_anew: Vec<String>,

    /// Take some of the memory for an archive in place of that: is it worth more to label so many suggested recordings
    /// than as many drawn by chance?
    #[arg(long, value_name = "N", requires = "memory", conflicts_with_all = ["learn_anew", "picture"])]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub suggest: Option<u16>,

    /// Draws of the recordings that are learnt from
    #[arg(long, value_name = "N", requires = "memory", default_value_t = 10)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub draws: u16,

    /// Write the learning curves of the labels as a picture (SVG)
    #[arg(long, value_name = "FILE", requires = "memory")]
    pub picture: Option<PathBuf>,

    /// Test this model as it is instead of training others. Recordings that it was trained on, by
    /// file or by sound, are named and left out
    #[arg(short, long, value_name = "MODEL")]
    #[arg(conflicts_with_all = ["folds", "protocol", "recipe", "seed", "floors"])]
    pub model: Option<PathBuf>,

    /// Count recordings that the model was trained on as well
    #[arg(long, requires = "model")]
    pub include_known: bool,

    /// Folds of the cross-validation
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(3..=20))]
    pub folds: Option<u16>,

    /// Take every recording for a source of its own, as published figures mostly do: pieces of one original then stand on both
    /// sides, and figures flatter
    #[arg(long, conflicts_with_all = ["model", "memory", "floors"])]
    pub by_recording: bool,

    /// What is measured; several with commas between them
    #[arg(long, value_enum, value_delimiter = ',', default_value = "grouped")]
    pub protocol: Vec<Protocol>,

    /// Settings of augmentation, learners and calibration (TOML) instead of the defaults
    #[arg(long, value_name = "FILE")]
    pub recipe: Option<PathBuf>,

    /// Seed of every random choice, instead of the recipe's
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,

    /// Threads [default: one per processor]
    #[arg(short, long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,

    /// Table for people, or JSON for programs
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,

    /// Compare with the smallest (or largest) figures allowed (TOML)
    #[arg(long, value_name = "FILE")]
    pub floors: Option<PathBuf>,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Protocol {
    /// One fold of source groups after the other is held out
    Grouped,
    /// False alarms per hour: clips that continue each other, joined into long recordings
    LongNegatives,
    /// Detection where all recordings are cut to 2 s and to 5 s
    EqualDurations,
    /// False alarms before and after AAC at 64 kbit/s (needs ffmpeg)
    CodecControl,
    /// How many recordings of each label an archive holds: what `query` expects against what is there
    Counts,
    /// One source (corpus) after the other is held out, for labels that have two or more
    LeaveSourceOut,
    /// One label after the other is held out: is it answered `unknown`?
    LeaveLabelOut,
    /// Dives told from level flight, and from engines and sirens
    Phases,
    /// Rendered clips that were never trained on, through AAC, Opus and MP3 (needs ffmpeg)
    Rendered,
    /// Rendered clips of shifted settings, by models that learn from such clips: what is possible at all
    /// (needs ffmpeg)
    Ceiling,
    /// How far each signature can be heard: detection of rendered clips against SNR and distance
    Audibility,
    /// Munitions and military drones learnt from rendered sound alone, tested on real recordings
    Transfer,
    /// Combs and passes of rendered flights against their truth, and of real recordings against
    /// fundamentals read by eye; no model has a part in it
    Tracks,
    /// Sound found again after a codec, a cut, gain and speech, and in no other recording (needs
    /// ffmpeg); no model has a part in it
    Reuse,
    /// All of these that judge models: all but tracks and reuse
    All,
}

/// Formats of the figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    #[default]
    Table,
    Json,
}

/// Runs the verb.
///
/// # Errors
/// Recordings or models that cannot be used, and figures worse than their floors.
pub fn run(args: &EvaluateArgs, verbosity: Verbosity) -> anyhow::Result<Outcome> {
    if let Some(memory) = &args.memory {
        return learnt_anew(args, memory, verbosity.quiet);
    }
    let manifest = training::recordings(args.manifest.as_ref(), args.folders.as_ref())?;
    match &args.model {
        Some(model) => as_it_is(args, &Model::load(model)?, &manifest, verbosity.quiet),
        None => cross_validated(args, &manifest, verbosity.quiet),
    }
}

/// Takes labels out of a training memory and learns them again from a few recordings.
fn learnt_anew(args: &EvaluateArgs, memory: &Path, quiet: bool) -> anyhow::Result<Outcome> {
    let memory = Memory::load(memory)?;
    let mut recipe = memory.recipe()?;
    recipe.seed = args.seed.unwrap_or(recipe.seed);
    let draws = usize::from(args.draws);
    if let Some(n) = args.suggest {
        let suggested = training::on_threads(args.jobs, || {
            let steps = Steps::new(quiet);
            let progress = |what: &str, done: usize, total: usize| steps.update(what, done, total);
            let n = usize::from(n);
            Ok(protocols::suggested(
                &memory.corpus,
                &recipe,
                n,
                draws,
                &progress,
            )?)
        })?;
        let found = HeldOut {
            suggested: Some(suggested),
            ..HeldOut::fresh()
        };
        print(&found, args.format, || all_sections(&found))?;
        return Ok(Outcome::Done);
    }
    let new_labels = training::on_threads(args.jobs, || {
        let steps = Steps::new(quiet);
        let progress = |what: &str, done: usize, total: usize| steps.update(what, done, total);
        let each = args.learn_anew.iter();
        let each = each.map(|label| {
            protocols::new_label(&memory.corpus, &recipe, label, draws, &progress)
                .with_context(|| format!("{label} cannot be learnt anew"))
        });
        each.collect::<anyhow::Result<Vec<_>>>()
    })?;
    if let Some(path) = &args.picture {
        Output::open(Some(path), [])?.write_once(new_label_svg(&new_labels).as_bytes())?;
    }
    let found = HeldOut {
        new_labels,
        ..HeldOut::fresh()
    };
    print(&found, args.format, || all_sections(&found))?;
    Ok(Outcome::Done)
}

/// Trains and tests in turn.
fn cross_validated(
    args: &EvaluateArgs,
    manifest: &Manifest,
    quiet: bool,
) -> anyhow::Result<Outcome> {
    let mut recipe = training::recipe(args.recipe.as_deref(), args.seed)?;
    recipe.folds = args.folds.map_or(recipe.folds, usize::from);
    if args.folders.is_some() && args.recipe.is_none() {
        recipe = training::without_foreign_renders(recipe, manifest)?;
    }
    let floors = args.floors.as_deref().map(read_floors).transpose()?;
    let wanted: Vec<_> = args.protocol.iter().flat_map(|p| p.protocols()).collect();
    let has = |protocol| args.protocol.contains(&protocol);
    let held_out = training::on_threads(args.jobs, || {
        let mut found = HeldOut::fresh();
        // What has no part for a model needs no features, which take long to hear.
        if !wanted.is_empty() {
            let mut corpus = training::corpus(manifest, &recipe, quiet)?;
            if args.by_recording {
                corpus.split_by_recording(recipe.folds, recipe.seed);
                if !quiet {
                    eprintln!("note: every recording is taken for a source of its own; these figures flatter");
                }
            }
            let steps = Steps::new(quiet);
            let progress = |what: &str, done: usize, total: usize| steps.update(what, done, total);
            found = protocols::run(&wanted, manifest, &corpus, &recipe, &progress)?;
        }
        if has(Protocol::Tracks) || has(Protocol::Reuse) {
            manifest.check_files()?;
            let steps = Steps::new(quiet);
            let progress = |what: &str, done: usize, total: usize| steps.update(what, done, total);
            if has(Protocol::Tracks) {
                found.tracks = Some(protocols::tracks(manifest, &progress)?);
            }
            if has(Protocol::Reuse) {
                found.take_reuse(protocols::reuse(manifest, &progress)?);
            }
        }
        Ok(found)
    })?;
    print(&held_out, args.format, || all_sections(&held_out))?;
    training::say_skipped(&held_out, quiet);
    let violations = floors.map_or_else(Vec::new, |floors| floors.violations(&held_out));
    if violations.is_empty() {
        return Ok(Outcome::Done);
    }
    anyhow::bail!(
        "figures fell below their floors:\n  {}",
        violations.join("\n  ")
    )
}

/// Tests a model without training.
fn as_it_is(
    args: &EvaluateArgs,
    model: &Model,
    manifest: &Manifest,
    quiet: bool,
) -> anyhow::Result<Outcome> {
    manifest.check_files()?;
    let found = training::on_threads(args.jobs, || {
        let steps = Steps::new(quiet);
        let progress = |what: &str, done: usize, total: usize| steps.update(what, done, total);
        Ok(given_model(model, manifest, args.include_known, &progress)?)
    })?;
    if !quiet {
        say_what_is_missing(&found);
    }
    print(&found, args.format, || given_model_markdown(&found))?;
    match found.unreadable.is_empty() {
        true => Ok(Outcome::Done),
        false => Ok(Outcome::SomeFailed),
    }
}

fn say_what_is_missing(found: &GivenModel) {
    let fate = if found.known_included {
        "is counted though"
    } else {
        "is left out:"
    };
    for guess in &found.guesses {
        eprintln!("note: one source group: {guess}");
    }
    for known in &found.known {
        eprintln!(
            "note: {} {fate} the model was trained on {}",
            known.path, known.how
        );
    }
    for path in &found.unusable {
        eprintln!("warning: {path} is left out: it cannot carry an answer");
    }
    for (path, reason) in &found.unreadable {
        eprintln!("warning: {path} is left out: {reason}");
    }
}

impl Protocol {
    fn protocols(self) -> Vec<protocols::Protocol> {
        let one = match self {
            Self::Grouped => protocols::Protocol::Grouped,
            Self::LongNegatives => protocols::Protocol::LongNegatives,
            Self::EqualDurations => protocols::Protocol::EqualDurations,
            Self::CodecControl => protocols::Protocol::CodecControl,
            Self::Counts => protocols::Protocol::Counts,
            Self::LeaveSourceOut => protocols::Protocol::LeaveSourceOut,
            Self::LeaveLabelOut => protocols::Protocol::LeaveLabelOut,
            Self::Phases => protocols::Protocol::Phases,
            Self::Rendered => protocols::Protocol::Rendered,
            Self::Ceiling => protocols::Protocol::Ceiling,
            Self::Audibility => protocols::Protocol::Audibility,
            Self::Transfer => protocols::Protocol::Transfer,
            Self::Tracks | Self::Reuse => return Vec::new(),
            Self::All => return protocols::Protocol::ALL.to_vec(),
        };
        vec![one]
    }
}

fn read_floors(path: &Path) -> anyhow::Result<Floors> {
    let name = path.display();
    let text =
        std::fs::read_to_string(path).with_context(|| format!("{name}: cannot read the floors"))?;
    toml::from_str(&text).with_context(|| format!("{name}: not a list of floors"))
}

fn print(
    figures: &impl Serialize,
    format: Format,
    as_text: impl FnOnce() -> String,
) -> anyhow::Result<()> {
    let text = match format {
        Format::Table => as_text(),
        Format::Json => serde_json::to_string_pretty(figures)? + "\n",
    };
    Output::stdout().write_once(text.as_bytes())
}

/// Every protocol under its title; a single one needs none.
fn all_sections(held_out: &HeldOut) -> String {
    let sections = sections(held_out);
    if let ([_], Some(figures)) = (sections.as_slice(), &held_out.grouped) {
        return markdown(figures);
    }
    let each = sections.iter();
    let each = each.map(|(title, text)| format!("## {title}\n\n{}\n", text.trim_end()));
    each.collect::<Vec<_>>().join("\n")
}
