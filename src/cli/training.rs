//! What `train` and `evaluate` share: recordings, recipe, threads, progress.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::Context;
use earwitness::dataset::Manifest;
use earwitness::evaluate::card::{card, card_html};
use earwitness::evaluate::protocols::HeldOut;
use earwitness::model::store::Model;
use earwitness::signature::Catalogue;
use earwitness::train::corpus::Corpus;
use earwitness::train::recipe::Recipe;

use super::output::Output;
use super::progress::Steps;

/// The recipe named, or the default model's, with another seed if one is given.
pub fn recipe(path: Option<&Path>, seed: Option<u64>) -> anyhow::Result<Recipe> {
    let mut recipe = match path {
        None => Recipe::default_model()?,
        Some(path) => {
            let name = path.display().to_string();
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("{name}: cannot read the recipe"))?;
            Recipe::from_toml(&name, &text)?
        }
    };
    recipe.seed = seed.unwrap_or(recipe.seed);
    Ok(recipe)
}

/// Reads the manifest and listens to its recordings; what was left out or joined is said on
/// standard error.
pub fn corpus(manifest: &Manifest, recipe: &Recipe, quiet: bool) -> anyhow::Result<Corpus> {
    manifest.check_files()?;
    let bar = Steps::new(quiet);
    let corpus = Corpus::listen(manifest, recipe, &|what, done, total| {
        bar.update(what, done, total);
    })?;
    drop(bar);
    if !quiet {
        for line in &manifest.repeated {
            eprintln!("note: {line}: passed over");
        }
        for join in &corpus.joins {
            eprintln!("note: one source group: {join}");
        }
        for (path, reason) in &corpus.left_out {
            eprintln!("warning: {path} is left out: {reason}");
        }
    }
    Ok(corpus)
}

/// Writes the card of a model: HTML where the file's name ends so, else Markdown.
pub fn write_card(path: &Path, model: &Model) -> anyhow::Result<()> {
    let held_out = match &model.header().held_out {
        Some(value) => serde_json::from_value(value.clone())?,
        None => HeldOut::default(),
    };
    let is_page = path
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("html"));
    let text = match is_page {
        true => card_html(model.header(), &held_out),
        false => card(model.header(), &held_out),
    };
    Output::open(Some(path))?.write_once(text.as_bytes())
}

/// Says on standard error which protocols could not be run.
pub fn say_skipped(held_out: &HeldOut, quiet: bool) {
    for line in held_out.skipped.iter().filter(|_| !quiet) {
        eprintln!("skipped: {line}");
    }
}

/// Runs `task` on so many threads.
pub fn on_threads<T: Send>(
    jobs: Option<NonZeroUsize>,
    task: impl FnOnce() -> anyhow::Result<T> + Send,
) -> anyhow::Result<T> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(jobs.map_or(0, NonZeroUsize::get))
        .build()?;
    pool.install(task)
}

/// The recipe without rendered clips where none of the labels is one that they stand for: a set of three labels is judged
/// among these three, not among signatures that nobody asked for.
pub fn without_foreign_renders(mut recipe: Recipe, manifest: &Manifest) -> anyhow::Result<Recipe> {
    let catalogue = Catalogue::built_in()?;
    let labels = manifest.labels();
    let is_rendered = |label: &String| {
        label == "jet"
            || catalogue
                .iter()
                .any(|s| s.label() == label && s.propeller().is_some())
    };
    if !labels.iter().any(is_rendered) {
        recipe.rendered = None;
    }
    Ok(recipe)
}

/// A manifest, or a folder of folders, whichever is there.
pub fn recordings_at(path: &Path) -> anyhow::Result<Manifest> {
    match path.is_dir() {
        true => Ok(Manifest::from_folders(path)?),
        false => Ok(Manifest::read(path)?),
    }
}

/// A manifest, or a folder of folders.
pub fn recordings(
    manifest: Option<&PathBuf>,
    folders: Option<&PathBuf>,
) -> anyhow::Result<Manifest> {
    match (manifest, folders) {
        (Some(path), _) => Ok(Manifest::read(path)?),
        (None, Some(folder)) => Ok(Manifest::from_folders(folder)?),
        (None, None) => anyhow::bail!("give the labelled recordings with --manifest or --folders"),
    }
}
