//! What `train` and `evaluate` share: recordings, recipe, threads, progress.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::Context;
use earwitness::dataset::check::Severity;
use earwitness::dataset::{Manifest, Unused};
use earwitness::evaluate::card::{card, card_html, pictures, HELD_OUT};
use earwitness::evaluate::protocols::HeldOut;
use earwitness::model::store::Model;
use earwitness::signature::Catalogue;
use earwitness::train::corpus::Corpus;
use earwitness::train::memory::Memory;
use earwitness::train::recipe::Recipe;
use earwitness::train::sheets;

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
    say_passed_over(manifest, quiet);
    if !quiet {
        for join in &corpus.joins {
            eprintln!("note: one source group: {join}");
        }
        for (path, reason) in &corpus.left_out {
            eprintln!("warning: {path} is left out: {reason}");
        }
    }
    Ok(corpus)
}

/// Says what is written down and not read, which lines of a manifest are passed over, and which folders are taken for source groups though they are called as phases.
pub fn say_passed_over(manifest: &Manifest, quiet: bool) {
    if quiet {
        return;
    }
    let told = |unused: &&Unused| unused.severity != Severity::Note;
    for unused in manifest.unused.iter().filter(told) {
        eprintln!("warning: {}; {}", unused.what, unused.remedy);
    }
    for line in &manifest.repeated {
        eprintln!("note: {line}: passed over");
    }
    for group in manifest.groups_called_as_phases() {
        eprintln!("note: the folder {group} is taken for one source group, not for a phase: phases that are learnt are cruise and dive");
    }
}

/// Takes family and class of new labels from sheets; labels without one are said.
pub fn take_sheets(
    manifest: &mut Manifest,
    catalogue: Option<&Path>,
    quiet: bool,
) -> anyhow::Result<()> {
    for label in sheets::take_sheets(manifest, catalogue)? {
        if !quiet {
            eprintln!(
                "note: {label} is a label of your own, and a family and class of its own; if it is an airframe, bring its sheet \
                 along, {label}.toml beside its folder or in --catalogue (models/signatures holds others)"
            );
        }
    }
    Ok(())
}

/// Writes the card of a model: HTML where the file's name ends so, else Markdown with its pictures beside it. What an older model
/// does not say of its data and failures is taken from its training memory, if that is at hand.
pub fn write_card(path: &Path, model: &Model, memory: Option<&Memory>) -> anyhow::Result<()> {
    let mut held_out = match &model.header().held_out {
        Some(value) => serde_json::from_value(value.clone())?,
        None => HeldOut::default(),
    };
    if let Some(memory) = memory {
        held_out.complete(memory)?;
    }
    let is_page = path
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("html"));
    if is_page {
        let text = card_html(model, &held_out);
        return Output::open(Some(path), [])?.write_once(text.as_bytes());
    }
    let mut shown = String::new();
    for picture in pictures(&held_out) {
        let file = path.with_extension(format!("{}.svg", picture.name));
        Output::open(Some(&file), [])?.write_once(picture.svg.as_bytes())?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        shown += &format!("![{}]({name})\n\n", picture.caption);
    }
    let after = |title: &str| match title == HELD_OUT {
        true => shown.clone(),
        false => String::new(),
    };
    let text = card(model, &held_out, after);
    Output::open(Some(path), [])?.write_once(text.as_bytes())
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
