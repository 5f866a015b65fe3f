//! `earwitness train`: a model from labelled recordings.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::Args;
use earwitness::dataset::Manifest;
use earwitness::evaluate::protocols::{self, Protocol};
use earwitness::train::memory::Memory;
use earwitness::train::pipeline::train;
use earwitness::train::sheets;

use super::exit::Outcome;
use super::output::try_places;
use super::progress::Steps;
use super::retrain;
use super::training;
use super::Verbosity;

/// Train a model from labelled recordings
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  earwitness train --manifest data/manifest.csv -o drones.earwitness --card CARD.md
  earwitness train --folders labelled/ -o drones.earwitness
  earwitness train --base default --add new-recordings/ -o mine.model

With --base, new recordings are learnt together with the training memory of the base model; the old \
sound is not needed. Labels come from folders (harop/, harop/dive/, -harop/ for what is no Harop), from \
label tracks of Audacity and tables of Raven beside the recordings, or from a manifest.

A manifest is a CSV file with the columns path and label, and, if known, phase, group, source \
and note; recordings of one group (cut from one original) are never split. Same recordings, \
same recipe and same seed give the same bytes.")]
#[command(group = clap::ArgGroup::new("recordings").required(true))]
pub struct TrainArgs {
    /// CSV list of labelled recordings; paths are relative to it
    #[arg(long, value_name = "FILE", group = "recordings")]
    pub manifest: Option<PathBuf>,

    /// Folder that holds one folder of recordings per label
    #[arg(long, value_name = "DIR", group = "recordings")]
    pub folders: Option<PathBuf>,

    /// Base model: a file with its memory beside it, `built-in`, or `default` for the one in use
    #[arg(long, value_name = "MODEL", conflicts_with_all = ["manifest", "folders"])]
    pub base: Option<String>,

    /// New recordings to learn together with those of the base: a folder with a folder per label, or a manifest
    #[arg(long, value_name = "PATH", group = "recordings")]
    pub add: Option<PathBuf>,

    /// Training memory of the base, if it does not lie beside it
    #[arg(long, value_name = "FILE", requires = "add")]
    pub base_memory: Option<PathBuf>,

    /// Leave out the learning curve, which takes about a third of the time
    #[arg(long, requires = "add")]
    pub no_curve: bool,

    /// Write no training memory beside the new model; it cannot be a base then
    #[arg(long, requires = "add")]
    pub no_memory: bool,

    /// The model file to write
    #[arg(short, long, value_name = "MODEL")]
    pub output: PathBuf,

    /// Folder with sheets of new airframes, named as their labels: which family they are of. A sheet may also lie beside the
    /// folder of its label: lancet.toml beside lancet/
    #[arg(long, value_name = "DIR")]
    pub catalogue: Option<PathBuf>,

    /// Settings of augmentation, learners and calibration (TOML) instead of the defaults
    #[arg(long, value_name = "FILE")]
    pub recipe: Option<PathBuf>,

    /// Seed of every random choice, instead of the recipe's
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,

    /// Threads [default: one per processor]
    #[arg(short, long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,

    /// Write the training memory as well: what was learnt from as feature vectors, so that others can add recordings without
    /// having these
    #[arg(long, value_name = "FILE")]
    pub memory: Option<PathBuf>,

    /// Write the model card as well: a page with pictures if the name ends in .html, else Markdown; may be given twice
    #[arg(long, value_name = "FILE")]
    pub card: Vec<PathBuf>,
}

impl TrainArgs {
    /// Makes sure that what comes of it can be written, and is written over nothing that is read.
    ///
    /// # Errors
    /// As [`try_places`].
    pub fn try_places(&self, manifest: &Manifest, memory: Option<&Path>) -> anyhow::Result<()> {
        let recordings = manifest.recordings.iter().map(|r| r.path.as_path());
        let base = self.base.as_deref().map(Path::new);
        let base_memory = base.map(|base| base.with_extension("memory"));
        let sheets = sheets::sheet_files(manifest, self.catalogue.as_deref());
        let read = recordings
            .chain([manifest.path.as_path()])
            .chain(self.recipe.as_deref())
            .chain(base)
            .chain(base_memory.as_deref())
            .chain(self.base_memory.as_deref())
            .chain(sheets.iter().map(PathBuf::as_path));
        let outputs = [self.output.as_path()].into_iter().chain(memory);
        let cards = self.card.iter().map(PathBuf::as_path);
        try_places(read, outputs.chain(cards))
    }
}

/// Runs the verb.
///
/// # Errors
/// Recordings, recipe or model file that cannot be used; each error names the remedy.
pub fn run(args: &TrainArgs, verbosity: Verbosity) -> anyhow::Result<Outcome> {
    if let Some((base, add)) = retrain::base_and_add(args)? {
        return retrain::run(args, base, add, verbosity.quiet);
    }
    let recipe = training::recipe(args.recipe.as_deref(), args.seed)?;
    let mut manifest = training::recordings(args.manifest.as_ref(), args.folders.as_ref())?;
    let quiet = verbosity.quiet;
    training::take_sheets(&mut manifest, args.catalogue.as_deref(), quiet)?;
    args.try_places(&manifest, args.memory.as_deref())?;
    let model = training::on_threads(args.jobs, || {
        let corpus = training::corpus(&manifest, &recipe, quiet)?;
        let steps = Steps::new(quiet);
        let progress = |what: &str, done: usize, total: usize| steps.update(what, done, total);
        let model = train(&corpus, &recipe, &progress)?;
        if let Some(path) = &args.memory {
            let folder = manifest.folder();
            Memory::with_fits(&corpus, &recipe, &model, folder, &progress)?.save(path)?;
        }
        if args.card.is_empty() {
            return Ok(model);
        }
        let held_out = protocols::run(&Protocol::ALL, &manifest, &corpus, &recipe, &progress)?;
        training::say_skipped(&held_out, quiet);
        Ok(model.with_held_out(serde_json::to_value(held_out)?)?)
    })?;
    model.save(&args.output)?;
    for path in &args.card {
        training::write_card(path, &model, None)?;
    }
    if !quiet {
        eprintln!(
            "{}: {} ({})",
            args.output.display(),
            model.header().learner,
            model.sha256()
        );
    }
    Ok(Outcome::Done)
}
