//! `earwitness suggest results.sqlite`: which recordings of an archive to label.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use earwitness::archive::query::{suggest, Row, Suggest};
use earwitness::archive::store::Reader;
use earwitness::report::archive::{CsvWriter, Exporter, JsonLinesWriter, SortingFolder};

use super::exit::{Outcome, UsageError};
use super::output::{new_folder, Output};
use super::rows::RowArgs;
use super::Verbosity;

/// Suggest which recordings of an archive to label, so that a model learns the most: clips to sort
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  earwitness suggest results.sqlite -n 50 -o to-label/
  earwitness suggest results.sqlite -n 50 --format csv
  earwitness suggest results.sqlite -n 20 --label shahed-136 --max-probability 0.8 -o to-label/

Picked are recordings about which the model is in doubt, each unlike those picked before, one of each \
source group as far as groups can be guessed from shared sound, names and times. The folder holds a clip \
of each, a list to be filled in and a README; clips that were moved into folders of labels go straight \
into `earwitness train --base default --add to-label/`.")]
pub struct SuggestArgs {
    /// The database
    #[arg(value_name = "FILE")]
    database: PathBuf,

    /// How many recordings
    #[arg(short = 'n', long, value_name = "N", default_value_t = 50)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=100_000))]
    number: u32,

    /// Clips to sort, or only the list of what to listen to
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    #[command(flatten)]
    rows: RowArgs,

    /// The folder for clips, or the file for a list instead of standard output
    #[arg(short, long, value_name = "PLACE")]
    output: Option<PathBuf>,

    /// Longest clip, s: of a longer recording, the part about which the model is most in doubt
    #[arg(long, value_name = "SECONDS", default_value_t = 15.0)]
    longest: f64,

    /// Let ffmpeg decode what cannot be decoded here
    #[arg(long)]
    ffmpeg: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    #[default]
    Clips,
    Csv,
    Jsonl,
}

/// Runs the verb.
///
/// # Errors
/// Wrong usage, no such database, an output that cannot be written.
pub fn run(args: &SuggestArgs, verbosity: Verbosity) -> anyhow::Result<Outcome> {
    // Shorter than a segment, nothing can be learnt.
    if !args.longest.is_finite() || args.longest < 2.0 {
        return Err(UsageError("--longest must be 2 or more".into()).into());
    }
    let reader = Reader::open(&args.database)?;
    let wanted = Suggest {
        recordings: args.number as usize,
        longest_s: args.longest,
    };
    let rows = suggest(&reader, &args.rows.filter(&reader, verbosity)?, wanted)?;
    if rows.len() < wanted.recordings && !verbosity.quiet {
        eprintln!(
            "note: {} can be suggested, no more: one recording of each source group, none that the model was trained on or \
             cannot answer about",
            rows.len()
        );
    }
    if args.format == Format::Clips {
        return clips(args, &rows, &reader, verbosity);
    }
    let mut output = Output::beside(&reader, args.output.as_deref())?;
    let out = Box::new(&mut output);
    match args.format {
        Format::Jsonl => write(&rows, &mut JsonLinesWriter::new(out))?,
        _ => write(&rows, &mut CsvWriter::new(Suggest::columns(), out)?)?,
    }
    output.finish()?;
    Ok(Outcome::Done)
}

fn write(rows: &[Row], exporter: &mut dyn Exporter) -> anyhow::Result<()> {
    for row in rows {
        exporter.row(row)?;
    }
    Ok(exporter.end()?)
}

fn clips(
    args: &SuggestArgs,
    rows: &[Row],
    reader: &Reader,
    verbosity: Verbosity,
) -> anyhow::Result<Outcome> {
    let folder = new_folder(args.output.as_deref())?;
    let labels = Suggest::labels(reader)?;
    let mut exporter = SortingFolder::new(reader, folder.clone(), labels, args.ffmpeg);
    write(rows, &mut exporter)?;
    for failure in exporter.failed() {
        eprintln!("not cut: {failure}");
    }
    if !verbosity.quiet {
        let (cut, readme) = (exporter.cut(), folder.join("README.txt"));
        let folder = folder.display();
        eprintln!(
            "{cut} clips in {folder}; {} says what to do with them",
            readme.display()
        );
    }
    Ok(match exporter.failed().is_empty() {
        true => Outcome::Done,
        false => Outcome::SomeFailed,
    })
}
