//! `earwitness signatures`: what is known about each airframe, and what lines that predicts.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use earwitness::model::store::{Model, ModelError};
use earwitness::report::signatures::{list_json, list_table, show_json, show_table};
use earwitness::signature::{Catalogue, Signature, SignatureError};

use super::exit::{usage_if, Outcome};
use super::output::Output;
use super::Verbosity;

/// List the airframes that are known by published figures, or show one
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  earwitness signatures
  earwitness signatures show harop
  earwitness signatures --catalogue my-airframes/ --format json

A folder given with --catalogue holds one TOML file per airframe, named as its id. It adds \
to the built-in ones or, where the id is that of one, replaces it. The built-in files are \
in models/signatures: copy the nearest and change it; what is wrong in it will be said, and new \
kinds and families are noted.")]
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
pub fn run(args: &SignaturesArgs, verbosity: Verbosity) -> anyhow::Result<Outcome> {
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
    let named = match &args.verb {
        Some(SignaturesVerb::Show(show)) => Some(known(&catalogue, &show.name)?),
        None => None,
    };
    let shown = |s: &&Signature| named.is_none_or(|n| n.id() == s.id());
    for signature in catalogue.iter().filter(shown) {
        for new in signature.new_words().iter().filter(|_| !verbosity.quiet) {
            eprintln!("note: {}: {new}", signature.id());
        }
    }
    let text = match (named, args.format) {
        (None, Format::Table) => list_table(&catalogue, model),
        (None, Format::Json) => list_json(&catalogue, model),
        (Some(signature), Format::Table) => show_table(signature, &catalogue, model),
        (Some(signature), Format::Json) => show_json(signature, &catalogue, model),
    };
    Output::stdout().write_once(text.as_bytes())?;
    Ok(Outcome::Done)
}

/// The signature of that name; an unknown one is wrong usage.
fn known<'a>(catalogue: &'a Catalogue, name: &str) -> anyhow::Result<&'a Signature> {
    let is_usage = |e: &SignatureError| matches!(e, SignatureError::UnknownName { .. });
    catalogue.get(name).map_err(|e| usage_if(is_usage(&e), e))
}
