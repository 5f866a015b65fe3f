//! `earwitness model show`: what a model knows, and from what.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};
use comfy_table::{presets, CellAlignment, ContentArrangement, Table};
use earwitness::model::header::Header;
use earwitness::model::store::{Model, ModelError};
use serde_json::json;

use super::exit::Outcome;
use super::output::Output;

/// Columns of text.
const WIDTH: u16 = 80;

/// Look into model files
#[derive(Debug, Args)]
pub struct ModelArgs {
    #[command(subcommand)]
    verb: ModelVerb,
}

#[derive(Debug, Subcommand)]
enum ModelVerb {
    Show(ShowArgs),
}

/// Show the labels of a model, what each was learnt from, and its held-out figures
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  earwitness model show
  earwitness model show drones.earwitness --format json")]
struct ShowArgs {
    /// The model file; without it, the model that is built in
    model: Option<PathBuf>,

    /// Table for people, or the whole header as JSON for programs
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

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
pub fn run(args: &ModelArgs) -> anyhow::Result<Outcome> {
    let ModelVerb::Show(args) = &args.verb;
    let model = open_model(args.model.as_deref())?;
    let text = match args.format {
        Format::Table => describe(&model)?,
        Format::Json => as_json(&model)?,
    };
    Output::stdout().write_once(text.as_bytes())?;
    Ok(Outcome::Done)
}

/// The model in the file named, or the one that is built in.
///
/// # Errors
/// [`ModelError`]: each names the file, the fault and the remedy.
pub fn open_model(path: Option<&Path>) -> Result<Model, ModelError> {
    match path {
        Some(path) => Model::load(path),
        None => Model::embedded(),
    }
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
