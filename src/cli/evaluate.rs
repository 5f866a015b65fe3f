//! `earwitness evaluate`: how often a model is right about recordings it has never heard.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::exit::Outcome;
use super::Verbosity;

/// Measure how often answers are right on labelled recordings
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  earwitness evaluate --manifest data/manifest.csv --card CARD.md
  earwitness evaluate --manifest other/manifest.csv --model drones.earwitness

Without --model, models are trained and tested in turn on folds that never split a source group.
With --floors, the exit code is 1 if a figure is worse than its floor.")]
pub struct EvaluateArgs {
    /// CSV list of labelled recordings; paths are relative to it
    #[arg(long, value_name = "FILE")]
    pub manifest: PathBuf,

    /// Test this model as it is instead of training new ones
    #[arg(short, long, value_name = "MODEL")]
    pub model: Option<PathBuf>,

    /// Folds of the cross-validation
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(2..=100))]
    pub folds: u16,

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

    /// Write the model card (Markdown) as well
    #[arg(long, value_name = "FILE")]
    pub card: Option<PathBuf>,

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
    /// Grouped, with long negatives joined from neighbouring clips: false alarms per hour
    LongNegatives,
    /// Grouped, with negatives encoded as AAC at 64 kbit/s (needs ffmpeg)
    Codec,
    /// One label after the other: is it answered `unknown`?
    LeaveLabelOut,
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
pub fn run(_args: &EvaluateArgs, _verbosity: Verbosity) -> anyhow::Result<Outcome> {
    anyhow::bail!("evaluation is not wired to the command line yet")
}
