//! `earwitness signatures`: what is known about each airframe, and what lines that predicts.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use earwitness::model::store::{Model, ModelError};
use earwitness::report::signatures::{list_json, list_table, show_json, show_table};
use earwitness::signature::Catalogue;

use super::exit::Outcome;
use super::output::Output;

/// List the airframes that are known by published figures, or show one
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  earwitness signatures
  earwitness signatures show harop
  earwitness signatures --catalogue my-airframes/ --format json

A folder given with --catalogue holds one TOML file per airframe, named as its id. It adds \
to the built-in ones or, where the id is that of one, replaces it. The built-in files are \
in models/signatures: copy the nearest and change it; what is wrong in it will be said.")]
pub struct SignaturesArgs {
    #[command(subcommand)]
    verb: Option<SignaturesVerb>,

    /// Table for people, or JSON for programs
    #[arg(long, value_enum, default_value_t, global = true)]
    format: Format,

    /// Folder with signature files of your own
    #[arg(long, value_name = "DIR", global = true)]
    catalogue: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum SignaturesVerb {
    Show(ShowArgs),
}

/// Show the figures of an airframe with their sources, the lines they predict, and what it can't be
/// told from
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  earwitness signatures show harop
  earwitness signatures show shahed-136 --format json")]
struct ShowArgs {
    /// The airframe, as the list calls it
    name: String,
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
/// If a signature file is broken, or there is no such signature.
pub fn run(args: &SignaturesArgs) -> anyhow::Result<Outcome> {
    let catalogue = match &args.catalogue {
        Some(dir) => Catalogue::load_dir(dir)?,
        None => Catalogue::built_in()?,
    };
    let model = match Model::embedded() {
        Ok(model) => Some(model),
        Err(ModelError::NotEmbedded) => None,
        Err(error) => return Err(error.into()),
    };
    let model = model.as_ref();
    let text = match (&args.verb, args.format) {
        (None, Format::Table) => list_table(&catalogue, model),
        (None, Format::Json) => list_json(&catalogue, model),
        (Some(SignaturesVerb::Show(show)), format) => {
            let signature = catalogue.get(&show.name)?;
            match format {
                Format::Table => show_table(signature, &catalogue, model),
                Format::Json => show_json(signature, &catalogue, model),
            }
        }
    };
    Output::stdout().write_once(text.as_bytes())?;
    Ok(Outcome::Done)
}
