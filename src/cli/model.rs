//! `earwitness model`: what a model knows, and from what; which one is used.

use std::fmt::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};
use comfy_table::{presets, CellAlignment, ContentArrangement, Table};
use earwitness::evaluate::paired::Comparison;
use earwitness::evaluate::protocols::HeldOut;
use earwitness::model::header::Header;
use earwitness::model::store::{Model, ModelError};
use serde_json::json;

use super::compare;
use super::exit::Outcome;
use super::in_use::{find_memory, open_model, promoted_or_fail};
use super::output::{keep, Output};
use super::training;
use super::Verbosity;

/// Columns of text.
const WIDTH: u16 = 80;

/// Look into model files, and choose the one in use
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  earwitness model show
  earwitness model promote mine.earwitness
  earwitness model rollback")]
pub struct ModelArgs {
    #[command(subcommand)]
    verb: ModelVerb,
}

#[derive(Debug, Subcommand)]
enum ModelVerb {
    Show(ShowArgs),
    Promote(PromoteArgs),
    Rollback(RollbackArgs),
}

/// Show the labels of a model, what each was learnt from, and its held-out figures
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  earwitness model show
  earwitness model show drones.earwitness --format json
  earwitness model show --card card.html")]
struct ShowArgs {
    /// The model file; without it, the model in use: the promoted one, or the one that is built in
    model: Option<PathBuf>,

    /// Table for people, or the whole header as JSON for programs
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// Write the model's card to this file instead: a page with pictures if the name ends in .html, else Markdown
    #[arg(long, value_name = "FILE")]
    card: Option<PathBuf>,
}

/// Make a model the one that is used where none is named
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  earwitness model promote mine.model
  earwitness model promote other.model --on labelled/

A model that was retrained from the one in use brings its proof along; any other is compared with it on \
the recordings given with --on. One that is worse beyond chance, or without proof, needs --force; \
labels of fewer than five source groups have no say in that. Models \
are kept in the folder of your configuration (or where EARWITNESS_CONFIG says), never in the installation.")]
struct PromoteArgs {
    /// The model file
    model: PathBuf,

    /// Labelled recordings to compare on: a manifest, or a folder with a folder per label
    #[arg(long, value_name = "PATH")]
    on: Option<PathBuf>,

    /// Promote it although it is worse, or nobody knows
    #[arg(long)]
    force: bool,
}

/// Go back to the model before the promoted one
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  earwitness model rollback")]
struct RollbackArgs {}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    #[default]
    Table,
    Json,
}

/// Runs the verb.
///
/// # Errors
/// If there is no such model, or it cannot be read.
pub fn run(args: &ModelArgs, verbosity: Verbosity) -> anyhow::Result<Outcome> {
    match &args.verb {
        ModelVerb::Show(args) => show(args),
        ModelVerb::Promote(args) => promote(args, verbosity.quiet),
        ModelVerb::Rollback(_) => rollback(),
    }
}

/// Makes a model the one in use, if there is proof that it is no worse.
fn promote(args: &PromoteArgs, quiet: bool) -> anyhow::Result<Outcome> {
    let promoted = promoted_or_fail()?;
    let new = Model::load(&args.model)?;
    let why = match open_model(None) {
        // Without a model in use there is none to be worse than.
        Err(ModelError::NotEmbedded) => Vec::new(),
        Err(error) if args.force => vec![format!("the model in use cannot be read: {error}")],
        Err(error) => return Err(error.into()),
        Ok(current) => why_not(&current, &new, args, quiet)?,
    };
    let name = args.model.display();
    if !why.is_empty() && !args.force {
        anyhow::bail!(
            "{name} is not promoted: {}; --force promotes it all the same",
            why.join("; ")
        );
    }
    for reason in &why {
        eprintln!("warning: {name} is promoted although {reason}");
    }
    let memory = args.model.with_extension("memory");
    let memory = Some(memory).filter(|m| m.is_file() && *m != args.model);
    if memory.is_none() && !quiet {
        let beside = args.model.with_extension("memory");
        eprintln!(
            "warning: its training memory is not beside it ({}), so nothing can be added to it: train --base default will fail",
            beside.display()
        );
    }
    let model = promoted.promote(&args.model, memory.as_deref())?;
    let text = format!(
        "in use: {} ({})\nthe one before is kept: earwitness model rollback\n",
        model.header().id,
        model.sha256()
    );
    Output::stdout().write_once(text.as_bytes())?;
    Ok(Outcome::Done)
}

/// Why a model should not take the place of the one in use.
fn why_not(
    current: &Model,
    new: &Model,
    args: &PromoteArgs,
    quiet: bool,
) -> anyhow::Result<Vec<String>> {
    if let Some(on) = &args.on {
        let found = compare::on([current, new], on, false, None, quiet)?;
        return Ok(match found.comparison {
            Some(comparison) => why_worse(&comparison, quiet),
            None => vec!["nothing could be compared on these recordings".into()],
        });
    }
    let held_out: Option<HeldOut> = match &new.header().held_out {
        Some(value) => serde_json::from_value(value.clone()).ok(),
        None => None,
    };
    let learnt = current.learnt_sha256();
    if new.learnt_sha256() == learnt {
        return Ok(Vec::new());
    }
    Ok(match held_out.and_then(|h| h.retrained) {
        Some(proof) if proof.base_learnt_sha256 == learnt => why_worse(&proof.comparison, quiet),
        _ => vec![format!(
            "nothing shows that it is better than the model in use, {}: it was not retrained from it. Give labelled recordings \
             that neither has heard with --on",
            current.header().id
        )],
    })
}

/// Why the new model is worse; of which labels nothing can be told is said on standard error.
fn why_worse(comparison: &Comparison, quiet: bool) -> Vec<String> {
    let (untold, judged) = comparison.untold();
    if !quiet && judged > 0 && !untold.is_empty() {
        eprintln!("note: the comparison cannot tell of {}", untold.join(", "));
    }
    comparison.why_worse()
}

fn rollback() -> anyhow::Result<Outcome> {
    let before = promoted_or_fail()?.rollback()?;
    let text = match before {
        Some(sha256) => format!("in use again: the model {sha256}\n"),
        None => "in use again: the built-in model\n".to_owned(),
    };
    Output::stdout().write_once(text.as_bytes())?;
    Ok(Outcome::Done)
}

fn show(args: &ShowArgs) -> anyhow::Result<Outcome> {
    let model = open_model(args.model.as_deref())?;
    if let Some(path) = &args.card {
        keep(args.model.as_deref(), path)?;
        // A memory beside the model tells what an older file does not; nothing is missing without it.
        let named = args.model.as_ref().map(|m| m.display().to_string());
        let found = find_memory(named.as_deref().unwrap_or("default"), None);
        let found = found.unwrap_or_else(|error| {
            eprintln!("note: the card is written without the training memory: {error}");
            None
        });
        training::write_card(path, &model, found.as_ref().map(|(_, memory)| memory))?;
        return Ok(Outcome::Done);
    }
    let text = match args.format {
        Format::Table => describe(&model)?,
        Format::Json => as_json(&model)?,
    };
    Output::stdout().write_once(text.as_bytes())?;
    Ok(Outcome::Done)
}

/// The header with the hash of the file before it.
fn as_json(model: &Model) -> anyhow::Result<String> {
    let value = json!({ "sha256": model.sha256(), "header": model.header() });
    let text = serde_json::to_string_pretty(&value).context("cannot write the header as JSON")?;
    Ok(text + "\n")
}

fn describe(model: &Model) -> anyhow::Result<String> {
    let header = model.header();
    let made_by = format!("earwitness {}, seed {}", header.tool_version, header.seed);
    let facts = [
        ("model", header.id.clone()),
        ("sha256", model.sha256().to_owned()),
        ("file format", header.format.to_string()),
        ("feature version", header.feature_version.to_string()),
        ("learner", header.learner.clone()),
        ("made by", made_by),
    ];
    let mut text = String::new();
    for (name, value) in facts {
        writeln!(text, "{name:<16} {value}")?;
    }
    for table in [labels(header), sources(header)] {
        text.push('\n');
        for line in table.lines() {
            writeln!(text, "{}", line.trim_end())?;
        }
    }
    text.push('\n');
    text += "Grade A: learnt from real recordings of 10 source groups or more, B: of fewer,\n";
    text += "C: from rendered sound only. A group is all that was cut from one original.\n";
    if let Some(figures) = &header.held_out {
        let figures = serde_json::to_string_pretty(figures).context("cannot show the figures")?;
        writeln!(
            text,
            "\nOn recordings from groups never heard in training:\n{figures}"
        )?;
    }
    Ok(text)
}

/// A table without lines, as wide as a terminal at most.
fn plain_table() -> Table {
    let mut table = Table::new();
    table
        .load_preset(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(WIDTH);
    table
}

fn labels(header: &Header) -> Table {
    let mut table = plain_table();
    table.set_header([
        "label",
        "family",
        "grade",
        "recordings",
        "groups",
        "minutes",
        "rendered",
    ]);
    for l in &header.labels {
        table.add_row([
            l.label.clone(),
            l.family.clone(),
            format!("{:?}", l.grade),
            l.recordings.to_string(),
            l.groups.to_string(),
            format!("{:.1}", l.seconds / 60.0 + 0.0),
            l.rendered.to_string(),
        ]);
    }
    for column in 3..7 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

fn sources(header: &Header) -> Table {
    let mut table = plain_table();
    table.set_header(["label", "sources"]);
    for l in &header.labels {
        table.add_row([l.label.clone(), l.sources.join(", ")]);
    }
    table
}
