//! `earwitness query results.sqlite`: the common questions about an archive.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use earwitness::archive::query::overview;
use earwitness::archive::store::Reader;
use earwitness::report::archive::{as_json, as_text, write_html};

use super::exit::Outcome;
use super::output::{try_places, Output};
use super::rows::RowArgs;
use super::Verbosity;

/// Answer the common questions about an archive: top detections, counts, how many to expect, reused sound
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  earwitness query results.sqlite
  earwitness query results.sqlite --path '/data/2020/*' --label shahed-136 --top 50
  earwitness query results.sqlite --picture times.html

Conditions on labels and probabilities choose the detections and answers that are listed; how many \
recordings to expect is told of all files meant by --path, --since and --until.")]
pub struct QueryArgs {
    /// The database
    #[arg(value_name = "FILE")]
    database: PathBuf,

    #[command(flatten)]
    rows: RowArgs,

    /// How many of the likeliest detections to list
    #[arg(long, value_name = "N", default_value_t = 10)]
    top: usize,

    /// Text for people, or JSON for programs
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// Draw the detections over date and time of day into this page (HTML), where recordings carry a time
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,

    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
}

/// Runs the verb.
///
/// # Errors
/// Wrong usage, no such database, an output that cannot be written.
pub fn run(args: &QueryArgs, verbosity: Verbosity) -> anyhow::Result<Outcome> {
    let reader = Reader::open(&args.database)?;
    let found = overview(&reader, &args.rows.filter(&reader, verbosity)?, args.top)?;
    if let Some(picture) = &args.picture {
        let text = args.output.as_deref().unwrap_or(Path::new("-"));
        try_places([], [text, picture.as_path()])?;
    }
    // Before the picture is drawn: where one is refused, neither is written.
    let output = Output::beside(&reader, args.output.as_deref())?;
    if let Some(picture) = &args.picture {
        let mut output = Output::beside(&reader, Some(picture))?;
        write_html(&found, &mut output)?;
        output.finish()?;
    }
    let text = match args.format {
        Format::Text => as_text(&found),
        Format::Json => as_json(&found)? + "\n",
    };
    output.write_once(text.as_bytes())?;
    Ok(Outcome::Done)
}
