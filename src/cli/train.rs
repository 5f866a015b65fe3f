//! `earwitness train`: a model from labelled recordings.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use earwitness::dataset::Manifest;
use earwitness::train::corpus::Corpus;
use earwitness::train::error::TrainError;
use earwitness::train::pipeline::train;
use earwitness::train::recipe::Recipe;

use super::exit::{Outcome, UsageError};
use super::progress::Steps;
use super::Verbosity;

/// Train a model from labelled recordings
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  earwitness train --manifest data/manifest.csv -o drones.earwitness --card CARD.md
  earwitness train --folders labelled/ -o drones.earwitness

A manifest is a CSV file with the columns path and label, and, if known, phase, group, source
and note; recordings of one group (cut from one original) are never split. Same recordings,
same recipe and same seed give the same bytes.")]
#[command(group = clap::ArgGroup::new("recordings").required(true))]
pub struct TrainArgs {
    /// CSV list of labelled recordings; paths are relative to it
    #[arg(long, value_name = "FILE", group = "recordings")]
    pub manifest: Option<PathBuf>,

    /// Folder that holds one folder of recordings per label
    #[arg(long, value_name = "DIR", group = "recordings")]
    pub folders: Option<PathBuf>,

    /// The model file to write
    #[arg(short, long, value_name = "MODEL")]
    pub output: PathBuf,

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
}

/// Runs the verb.
///
/// # Errors
/// Recordings, recipe or model file that cannot be used; each error names the remedy.
pub fn run(args: &TrainArgs, verbosity: Verbosity) -> anyhow::Result<Outcome> {
    let recipe = read_recipe(args.recipe.as_deref(), args.seed)?;
    let manifest = read_manifest(args)?;
    let steps = Steps::new(verbosity.quiet);
    let progress = |step: &str, done: usize, total: usize| steps.update(step, done, total);
    let (corpus, model) = in_threads(args.jobs, || {
        let Recipe {
            augmentation,
            folds,
            seed,
            ..
        } = &recipe;
        let corpus = Corpus::listen(&manifest, augmentation, *folds, *seed, &progress)?;
        let model = train(&corpus, &recipe, &progress)?;
        Ok::<_, TrainError>((corpus, model))
    })??;
    drop(steps);
    model.save(&args.output)?;
    if !verbosity.quiet {
        for (path, reason) in &corpus.left_out {
            eprintln!("left out: {path}: {reason}");
        }
        let (recordings, labels) = (corpus.recordings.len(), corpus.labels.len());
        let output = args.output.display();
        eprintln!("{output}: {labels} labels from {recordings} recordings");
    }
    Ok(match corpus.left_out.is_empty() {
        true => Outcome::Done,
        false => Outcome::SomeFailed,
    })
}

fn read_manifest(args: &TrainArgs) -> anyhow::Result<Manifest> {
    match (&args.manifest, &args.folders) {
        (Some(path), _) => Ok(Manifest::read(path)?),
        (None, Some(_)) => anyhow::bail!("reading label folders is not wired yet"),
        (None, None) => Err(UsageError("give --manifest or --folders".into()).into()),
    }
}

/// The recipe in the file named, or that of the default model, with `seed` in place of its own.
///
/// # Errors
/// If the file cannot be read, or is no recipe.
pub fn read_recipe(path: Option<&Path>, seed: Option<u64>) -> anyhow::Result<Recipe> {
    let recipe = match path {
        None => Recipe::default_model()?,
        Some(path) => {
            let name = path.display().to_string();
            let text = std::fs::read_to_string(path);
            let text = text.with_context(|| format!("cannot read the recipe {name}"))?;
            Recipe::from_toml(&name, &text)?
        }
    };
    let seed = seed.unwrap_or(recipe.seed);
    Ok(Recipe { seed, ..recipe })
}

/// Runs `work` on as many threads as `jobs` says, or one per processor.
///
/// # Errors
/// If the threads cannot be started.
pub fn in_threads<R: Send>(
    jobs: Option<NonZeroUsize>,
    work: impl FnOnce() -> R + Send,
) -> anyhow::Result<R> {
    // 0 lets rayon ask the system.
    let threads = jobs.map_or(0, NonZeroUsize::get);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.context("cannot start the threads; try fewer with --jobs")?;
    Ok(pool.install(work))
}
