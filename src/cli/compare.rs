//! `earwitness compare A B`: which of two models is better, and whether that could be chance.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use earwitness::evaluate::card::comparison_markdown;
use earwitness::evaluate::compare::{compare, Compared};
use earwitness::model::store::Model;

use super::evaluate::Format;
use super::exit::Outcome;
use super::in_use::open_model;
use super::output::Output;
use super::progress::Steps;
use super::training;
use super::Verbosity;

/// Compare two models on the same labelled recordings
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  earwitness compare default mine.model --on manifest.csv
  earwitness compare old.model new.model --on labelled/ --format json

Recordings that either model was trained on, by file or by sound, are named and left out. Intervals are \
95 %, by bootstrap over source groups. Labels of fewer than five source groups are not judged (`cannot tell`); those \
judged share a chance of 0.025 of a false loss, by Holm's procedure.")]
pub struct CompareArgs {
    /// The first model: a file, or `default` for the one in use
    a: PathBuf,

    /// The second model
    b: PathBuf,

    /// Labelled recordings: a manifest, or a folder with a folder per label
    #[arg(long, value_name = "PATH")]
    on: PathBuf,

    /// Count recordings that a model was trained on as well
    #[arg(long)]
    include_known: bool,

    /// Threads [default: one per processor]
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,

    /// Table for people, or JSON for programs
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

const NOTHING: &str =
    "nothing could be compared: every recording was left out; give others, or --include-known";

/// Runs the verb.
///
/// # Errors
/// Models or recordings that cannot be used.
pub fn run(args: &CompareArgs, verbosity: Verbosity) -> anyhow::Result<Outcome> {
    let models = [open(&args.a)?, open(&args.b)?];
    let found = on(
        [&models[0], &models[1]],
        &args.on,
        args.include_known,
        args.jobs,
        verbosity.quiet,
    )?;
    let text = match args.format {
        Format::Json => serde_json::to_string_pretty(&found)? + "\n",
        Format::Table => as_text(&found)?,
    };
    Output::stdout().write_once(text.as_bytes())?;
    if found.comparison.is_none() {
        anyhow::bail!(NOTHING);
    }
    match found.left_out.is_empty() {
        true => Ok(Outcome::Done),
        false => Ok(Outcome::SomeFailed),
    }
}

fn open(path: &std::path::Path) -> anyhow::Result<Model> {
    Ok(match path.as_os_str() == "default" {
        true => open_model(None)?,
        false => Model::load(path)?,
    })
}

/// Compares two models on the recordings at `path`; what is left out is said on standard error.
///
/// # Errors
/// Recordings that cannot be used.
pub fn on(
    models: [&Model; 2],
    path: &std::path::Path,
    include_known: bool,
    jobs: Option<NonZeroUsize>,
    quiet: bool,
) -> anyhow::Result<Compared> {
    let manifest = training::recordings_at(path)?;
    manifest.check_files()?;
    let found = training::on_threads(jobs, || {
        let steps = Steps::new(quiet);
        let progress = |what: &str, done: usize, total: usize| steps.update(what, done, total);
        Ok(compare(models, &manifest, include_known, &progress)?)
    })?;
    if !quiet {
        for guess in &found.guesses {
            eprintln!("note: one source group: {guess}");
        }
        let fate = if include_known {
            "is counted though"
        } else {
            "is left out:"
        };
        for (path, how) in &found.known {
            eprintln!("note: {path} {fate} {how}");
        }
        for (path, reason) in &found.left_out {
            eprintln!("warning: {path} is left out: {reason}");
        }
    }
    Ok(found)
}

fn as_text(found: &Compared) -> anyhow::Result<String> {
    let Some(comparison) = &found.comparison else {
        anyhow::bail!(NOTHING);
    };
    let [a, b] = &found.models;
    let mut text = String::new();
    for (name, model) in [("first", a), ("second", b)] {
        text += &format!(
            "{name}: {} ({:.12}), judges {:.0} times real time after measuring\n",
            model.id, model.sha256, model.times_real_time
        );
    }
    text.push('\n');
    let names = match a.id == b.id {
        true => ["first", "second"],
        false => [a.id.as_str(), b.id.as_str()],
    };
    text += &comparison_markdown(comparison, names[0], names[1]);
    let why = comparison.why_worse();
    text += &match (comparison.why_nothing_is_shown(), why.is_empty()) {
        (Some(reason), _) => format!("\nThe second model: {reason}.\n"),
        (None, true) => format!("\nThe second model: {}.\n", comparison.not_worse()),
        (None, false) => format!("\nThe second model is worse: {}.\n", why.join("; ")),
    };
    Ok(text)
}
