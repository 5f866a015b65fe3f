//! `earwitness evaluate`: how often a model is right about recordings it has never heard.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, ValueEnum};
use earwitness::evaluate::card::{left_out_markdown, markdown, HeldOut};
use earwitness::evaluate::floors::Floors;
use earwitness::evaluate::protocols::{grouped, leave_source_out};

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

Models are trained and tested in turn on folds that never split a source group.
With --floors, the exit code is 1 if a figure is worse than its floor.")]
#[command(group = clap::ArgGroup::new("recordings").required(true))]
pub struct EvaluateArgs {
    /// CSV list of labelled recordings; paths are relative to it
    #[arg(long, value_name = "FILE", group = "recordings")]
    pub manifest: Option<PathBuf>,

    /// Folder that holds one folder of recordings per label
    #[arg(long, value_name = "DIR", group = "recordings")]
    pub folders: Option<PathBuf>,

    /// Folds of the cross-validation
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(3..=20))]
    pub folds: Option<u16>,

    /// What is held out; may be given several times
    #[arg(long, value_enum, default_values_t = [Protocol::Grouped])]
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

/// What is held out of training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Protocol {
    /// One fold of source groups after the other
    Grouped,
    /// One source (corpus) after the other, for labels that have two or more
    LeaveSourceOut,
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
    let mut recipe = training::recipe(args.recipe.as_deref(), args.seed)?;
    recipe.folds = args.folds.map_or(recipe.folds, usize::from);
    let manifest = training::recordings(args.manifest.as_ref(), args.folders.as_ref())?;
    let floors = args.floors.as_deref().map(read_floors).transpose()?;
    let quiet = verbosity.quiet;
    let held_out = training::on_threads(args.jobs, || {
        let corpus = training::corpus(&manifest, &recipe, quiet)?;
        let steps = Steps::new(quiet);
        let progress = |what: &str, done: usize, total: usize| steps.update(what, done, total);
        let wants = |protocol| args.protocol.contains(&protocol);
        let mut held_out = HeldOut::default();
        if wants(Protocol::Grouped) || floors.is_some() {
            held_out.grouped = Some(grouped(&corpus, &recipe, &progress)?);
        }
        if wants(Protocol::LeaveSourceOut) {
            held_out.left_out = leave_source_out(&corpus, &recipe, &progress)?;
        }
        Ok(held_out)
    })?;
    Output::stdout().write_once(show(&held_out, args.format)?.as_bytes())?;
    let violations = match (&floors, &held_out.grouped) {
        (Some(floors), Some(figures)) => floors.violations(figures),
        _ => Vec::new(),
    };
    if violations.is_empty() {
        return Ok(Outcome::Done);
    }
    anyhow::bail!(
        "figures fell below their floors:\n  {}",
        violations.join("\n  ")
    )
}

fn read_floors(path: &Path) -> anyhow::Result<Floors> {
    let name = path.display();
    let text =
        std::fs::read_to_string(path).with_context(|| format!("{name}: cannot read the floors"))?;
    toml::from_str(&text).with_context(|| format!("{name}: not a list of floors"))
}

fn show(held_out: &HeldOut, format: Format) -> anyhow::Result<String> {
    if let Format::Json = format {
        return Ok(serde_json::to_string_pretty(held_out)? + "\n");
    }
    let mut text = held_out.grouped.as_ref().map(markdown).unwrap_or_default();
    if !held_out.left_out.is_empty() {
        text += "\n";
        text += &left_out_markdown(&held_out.left_out);
    }
    Ok(text)
}
