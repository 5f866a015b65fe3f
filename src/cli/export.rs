//! `earwitness export results.sqlite`: an archive's answers for other programs.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use earwitness::archive::query::{Filter, Table};
use earwitness::archive::store::Reader;
use earwitness::report::archive::{
    export, AudacityFolder, AudacityWriter, ClipOptions, Clips, CsvWriter, ExportError, Exporter,
    JsonLinesWriter, ParquetWriter, RavenFolder, RavenWriter,
};

use super::exit::{Outcome, UsageError};
use super::output::{new_folder, Output};
use super::rows::{usage, RowArgs};
use super::Verbosity;

/// Export an archive's answers: tables, Raven selections, Audacity labels, clips to listen to
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  earwitness export results.sqlite --format csv --min-probability 0.8 -o detections.csv
  earwitness export results.sqlite --table recordings --format parquet -o recordings.parquet
  earwitness export results.sqlite --table unreadable
  earwitness export results.sqlite --table changed
  earwitness export results.sqlite --format raven -o tables/
  earwitness export results.sqlite --format clips --label harop --per-bin 10 -o listen/

Rows come in the order of their paths and times. raven and audacity write one file for each \
recording into a folder (a name that ends in / or is a folder); raven can also write one table of \
all. clips cuts the sound of each detection to WAV, with a list, clips.csv, into a new or empty folder.")]
pub struct ExportArgs {
    /// The database
    #[arg(value_name = "FILE")]
    database: PathBuf,

    /// What to write
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// Which rows: csv, jsonl and parquet write any, the other formats detections
    #[arg(long, value_enum, default_value_t)]
    table: TableKind,

    #[command(flatten)]
    rows: RowArgs,

    /// The file or folder to write, instead of standard output
    #[arg(short, long, value_name = "PLACE")]
    output: Option<PathBuf>,

    /// Clips: seconds of sound left before and after each detection [default: 1]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    margin: Option<f64>,

    /// Clips: of longer detections, cut only so many seconds [default: 30]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    longest: Option<f64>,

    /// Clips: cut at most so many for each tenth of probability, chosen as if by chance, from as many recordings as possible
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    per_bin: Option<u32>,

    /// Clips: let ffmpeg decode what cannot be decoded here
    #[arg(long)]
    ffmpeg: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    #[default]
    Csv,
    Jsonl,
    Parquet,
    Raven,
    Audacity,
    Clips,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum TableKind {
    /// Stretches that sound like something other than background
    #[default]
    Detections,
    /// A row for each file that could be read
    Recordings,
    /// A row for each segment
    Segments,
    /// Files that could not be read, and why
    Unreadable,
    /// Groups of files that share sound
    ReusedSound,
    /// Files whose answer is another than that of another model or prior; conditions speak of the new one
    Changed,
}

impl From<TableKind> for Table {
    fn from(kind: TableKind) -> Self {
        match kind {
            TableKind::Detections => Self::Detections,
            TableKind::Recordings => Self::Recordings,
            TableKind::Segments => Self::Segments,
            TableKind::Unreadable => Self::Unreadable,
            TableKind::ReusedSound => Self::ReusedSound,
            TableKind::Changed => Self::Changed,
        }
    }
}

impl ExportArgs {
    /// One of the options given that say how clips are cut.
    fn option_of_clips(&self) -> Option<&'static str> {
        let given = [
            ("--margin", self.margin.is_some()),
            ("--longest", self.longest.is_some()),
            ("--per-bin", self.per_bin.is_some()),
            ("--ffmpeg", self.ffmpeg),
        ];
        given.iter().find(|(_, is)| *is).map(|(option, _)| *option)
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    let value: Option<f64> = text.parse().ok();
    let value = value.filter(|s| s.is_finite() && *s >= 0.0);
    value.ok_or_else(|| "give a number of seconds, 0 or more".to_owned())
}

/// Runs the verb.
///
/// # Errors
/// Wrong usage, no such database, an output that cannot be written.
pub fn run(args: &ExportArgs, verbosity: Verbosity) -> anyhow::Result<Outcome> {
    let of_detections = [Format::Raven, Format::Audacity, Format::Clips].contains(&args.format);
    if of_detections && args.table != TableKind::Detections {
        let text = "raven, audacity and clips write detections; leave --table out, or take csv, jsonl or parquet";
        return Err(UsageError(text.into()).into());
    }
    if args.format != Format::Clips {
        if let Some(option) = args.option_of_clips() {
            let text = format!("{option} is for --format clips alone; leave it out");
            return Err(UsageError(text).into());
        }
    }
    let reader = Reader::open(&args.database)?;
    let filter = args.rows.filter(&reader, verbosity)?;
    // Before anything is made to be written to.
    Table::from(args.table).check(&filter).map_err(usage)?;
    if args.format == Format::Clips {
        return clips(args, &reader, &filter, verbosity);
    }
    match folder(args) {
        Some(folder) => {
            let mut exporter: Box<dyn Exporter> = match args.format {
                Format::Raven => Box::new(RavenFolder::new(folder)?),
                _ => Box::new(AudacityFolder::new(folder)?),
            };
            write(args, &reader, &filter, exporter.as_mut())?;
        }
        None => {
            let mut output = Output::beside(&reader, args.output.as_deref())?;
            to_one_file(args, &reader, &filter, &mut output)?;
            output.finish()?;
        }
    }
    Ok(Outcome::Done)
}

/// The folder to write to, where the format can be split and a folder is named.
fn folder(args: &ExportArgs) -> Option<PathBuf> {
    let splits = [Format::Raven, Format::Audacity].contains(&args.format);
    let named = args.output.clone().filter(|_| splits)?;
    let ends_in_slash = named.as_os_str().as_encoded_bytes().ends_with(b"/");
    (ends_in_slash || named.is_dir()).then_some(named)
}

fn to_one_file(
    args: &ExportArgs,
    reader: &Reader,
    filter: &Filter,
    output: &mut Output,
) -> anyhow::Result<()> {
    let columns = Table::from(args.table).columns();
    let out = Box::new(output);
    let mut exporter: Box<dyn Exporter + '_> = match args.format {
        Format::Jsonl => Box::new(JsonLinesWriter::new(out)),
        Format::Parquet => Box::new(ParquetWriter::new(columns, out)?),
        Format::Raven => Box::new(RavenWriter::new(out)?),
        Format::Audacity => Box::new(AudacityWriter::new(out)),
        Format::Csv | Format::Clips => Box::new(CsvWriter::new(columns, out)?),
    };
    write(args, reader, filter, exporter.as_mut())
}

fn write(
    args: &ExportArgs,
    reader: &Reader,
    filter: &Filter,
    exporter: &mut dyn Exporter,
) -> anyhow::Result<()> {
    match export(reader, args.table.into(), filter, exporter) {
        Ok(_) => Ok(()),
        Err(ExportError::Io(error)) => {
            Err(anyhow::Error::from(error).context("cannot write the export"))
        }
        Err(error @ ExportError::SeveralRecordings { .. }) => {
            Err(UsageError(error.to_string()).into())
        }
        Err(error) => Err(error.into()),
    }
}

fn clips(
    args: &ExportArgs,
    reader: &Reader,
    filter: &Filter,
    verbosity: Verbosity,
) -> anyhow::Result<Outcome> {
    let folder = new_folder(args.output.as_deref())?;
    let mut exporter = Clips::new(
        reader,
        folder.clone(),
        ClipOptions {
            margin_s: args.margin.unwrap_or(1.0),
            longest_s: args.longest.unwrap_or(30.0),
            per_bin: args.per_bin.map(|n| n as usize),
            ffmpeg: args.ffmpeg,
        },
    );
    write(args, reader, filter, &mut exporter)?;
    for failure in exporter.failed() {
        eprintln!("not cut: {failure}");
    }
    if !verbosity.quiet {
        eprintln!("{} clips in {}", exporter.cut(), folder.display());
    }
    Ok(match exporter.failed().is_empty() {
        true => Outcome::Done,
        false => Outcome::SomeFailed,
    })
}
