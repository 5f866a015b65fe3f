//! `earwitness train --base`: new recordings into a base model, without the old sound.

use std::path::{Path, PathBuf};

use anyhow::Context;
use earwitness::evaluate::card::retrained_markdown;
use earwitness::evaluate::failures::failures;
use earwitness::evaluate::learnt_from::learnt_from;
use earwitness::evaluate::protocols::HeldOut;
use earwitness::evaluate::retraining::{hold_out, learning_curve, proof, Retrained};
use earwitness::model::store::Model;
use earwitness::train::extend::Extended;
use earwitness::train::fit::SegmentScores;
use earwitness::train::memory::Memory;
use earwitness::train::recipe::Recipe;
use earwitness::train::retrain::retrain;

use super::exit::Outcome;
use super::in_use::open_base;
use super::output::Output;
use super::progress::Steps;
use super::train::TrainArgs;
use super::training;

/// Runs the verb for `--base`.
///
/// # Errors
/// Recordings, base model or memory that cannot be used; each error names the remedy.
pub fn run(args: &TrainArgs, base: &str, add: &Path, quiet: bool) -> anyhow::Result<Outcome> {
    let (base, memory) = open_base(base, args.base_memory.as_deref())?;
    let mut recipe = match &args.recipe {
        None => memory.recipe()?,
        Some(path) => training::recipe(Some(path), None)?,
    };
    recipe.folds = memory.recipe()?.folds;
    recipe.seed = args.seed.unwrap_or(recipe.seed);
    recipe.id = name_of(&args.output);
    let mut manifest = training::recordings_at(add)?;
    manifest.check_files()?;
    training::take_sheets(&mut manifest, args.catalogue.as_deref(), quiet)?;
    training::say_passed_over(&manifest, quiet);
    let memory_path = memory_path(args);
    args.try_places(&manifest, memory_path.as_deref())?;
    let (model, made, found, brings_phases) = training::on_threads(args.jobs, || {
        let steps = Steps::new(quiet);
        let progress = |what: &str, done: usize, total: usize| steps.update(what, done, total);
        let extended = Extended::listen(&memory, &base, &manifest, &recipe, &progress)?;
        if !quiet {
            say(&base, &memory, &extended);
        }
        let folds = hold_out(&memory, &extended, &recipe, &progress)?;
        let curve = match args.no_curve {
            true => Vec::new(),
            false => learning_curve(&extended, &recipe, &progress)?,
        };
        let found = proof(&base, &memory, &extended, &recipe, &folds, curve)?;
        let model = retrain(
            &base,
            &extended,
            &recipe,
            folds.candidate,
            folds.judge,
            &progress,
        )?;
        let held_out = HeldOut {
            grouped: Some(found.figures.clone()),
            retrained: Some(Box::new(found.clone())),
            learnt_from: learnt_from(&extended.corpus),
            failures: failures(&extended.corpus, &folds.new),
            ..HeldOut::fresh()
        };
        let model = model.with_held_out(serde_json::to_value(&held_out)?)?;
        let scores = (folds.scores, folds.candidate);
        let made = match memory_path {
            None => None,
            Some(_) => Some(memory_of(&memory, &extended, &recipe, &model, scores, add)?),
        };
        Ok((model, made, found, extended.brings_phases))
    })?;
    // The larger one first: where the disk is too small for it, the model that is there stays as it was.
    if let Some((memory, path)) = made.zip(memory_path) {
        memory.save(&path)?;
    }
    model.save(&args.output)?;
    for path in &args.card {
        training::write_card(path, &model, None)?;
    }
    Output::stdout().write_once(retrained_markdown(&found).as_bytes())?;
    if !quiet {
        conclude(args, &model, &found, brings_phases);
    }
    Ok(Outcome::Done)
}

/// Where the memory of the new model goes.
fn memory_path(args: &TrainArgs) -> Option<PathBuf> {
    match (&args.memory, args.no_memory) {
        (_, true) => None,
        (Some(path), _) => Some(path.clone()),
        (None, _) => Some(args.output.with_extension("memory")),
    }
}

/// The memory of the new model, so that it can be a base in turn.
fn memory_of(
    base: &Memory,
    extended: &Extended,
    recipe: &Recipe,
    model: &Model,
    scores: (SegmentScores, usize),
    add: &Path,
) -> anyhow::Result<Memory> {
    let folder = match add.is_dir() {
        true => add,
        false => add.parent().unwrap_or(Path::new("")),
    };
    let (corpus, known, kept) = extended.to_keep(base, &scores.0);
    let kept = (kept, scores.1);
    Ok(Memory::of(&corpus, recipe, model, known, kept, folder)?)
}

/// What was found, before it takes time.
fn say(base: &Model, memory: &Memory, extended: &Extended) {
    let old = memory.header.sources.values().sum::<usize>();
    eprintln!(
        "base: {} ({:.12}), {old} recordings in its memory",
        base.header().id,
        base.sha256()
    );
    let corpus = &extended.corpus;
    let mut counts = std::collections::BTreeMap::new();
    for i in extended.added.clone().filter(|&i| extended.is_certain(i)) {
        let recording = &corpus.recordings[i];
        let (n, groups) = counts
            .entry(&corpus.labels[recording.label])
            .or_insert((0, std::collections::BTreeSet::new()));
        *n += 1;
        groups.insert(recording.group);
    }
    for (label, (n, groups)) in counts {
        let new = match memory.corpus.labels.contains(label) {
            true => "",
            false => " (a new label)",
        };
        eprintln!(
            "new: {n} recordings of {label}{new} from {} source groups",
            groups.len()
        );
    }
    for negation in &extended.negations {
        let recording = &corpus.recordings[negation.recording];
        eprintln!(
            "new: {} is not {}; it is learnt as {}, the likeliest other label",
            recording.path, negation.label, corpus.labels[recording.label]
        );
    }
    for guess in &extended.guesses {
        eprintln!("guess: {guess}; give a manifest with groups if that is wrong");
    }
    for (path, reason) in &corpus.left_out {
        eprintln!("warning: {path} is left out: {reason}");
    }
}

fn conclude(args: &TrainArgs, model: &Model, found: &Retrained, brings_phases: bool) {
    let output = args.output.display();
    eprintln!("{output}: {} ({})", model.header().learner, model.sha256());
    if brings_phases {
        eprintln!("note: dive and level flight were learnt anew; no figure here says how well they are told apart now");
    }
    let why = found.comparison.why_worse();
    if why.is_empty() {
        eprintln!(
            "{}; to use it: earwitness model promote {output}",
            found.comparison.not_worse()
        );
    } else {
        eprintln!("worse than the base: {}", why.join("; "));
    }
}

/// What a model in this file is called.
fn name_of(output: &Path) -> String {
    let stem = output.file_stem();
    stem.map_or_else(|| "retrained".into(), |s| s.to_string_lossy().into_owned())
}

/// Checks what clap cannot say in a few words.
///
/// # Errors
/// If `--add` lacks its base or the other way round.
pub fn base_and_add(args: &TrainArgs) -> anyhow::Result<Option<(&str, &Path)>> {
    match (&args.base, &args.add) {
        (None, None) => Ok(None),
        (base, Some(add)) => Ok(Some((base.as_deref().unwrap_or("default"), add))),
        (Some(_), None) => None.context("--base needs the new recordings: give them with --add"),
    }
}
