//! `earwitness classify PATH...`: what a recording may hold, and how strongly it says so.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use earwitness::audio::ReadOptions;
use earwitness::model::listen::ListenOptions;
use earwitness::report::{BlockWriter, CsvWriter, JsonLinesWriter, TableWriter, Writer};

use super::batch;
use super::exit::{usage_if, Outcome};
use super::in_use::open_model;
use super::inputs::InputArgs;
use super::output::{keep, Output};
use super::prior::PriorWeights;
use super::Verbosity;

/// Say what recordings may hold: label, grade, probability, likelihood ratio, prediction set
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  earwitness classify clip.mp4
  earwitness classify -r --format jsonl -o answers.jsonl recordings/
  find . -name '*.mp4' -print0 | earwitness classify --format csv --files-from - -0
  ffmpeg -i clip.amr -f wav - | earwitness classify -

Several recordings give a table, one gives a paragraph. Order and content of the output do not \
depend on --jobs. Exit code 3: some recordings could not be read; each says why.")]
pub struct ClassifyArgs {
    #[command(flatten)]
    inputs: InputArgs,

    /// Table for people; JSON lines (all there is to know, segment by segment) or CSV for programs
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// Write to a file, which appears when all is done, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Recordings to work on at the same time [default: one per processor]
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,

    /// Use this model instead of the one in use (the promoted one, or else the one built in)
    #[arg(short, long, value_name = "FILE")]
    model: Option<PathBuf>,

    /// What was likely before listening: `hierarchical` (classes equally likely, then families in
    /// a class, then labels in a family), or weights in place of some labels' shares:
    /// `shahed-136=0.5,engine=0.2`, each 0.000001 to 1000000. All are then scaled to sum to 1, so that a weight is not the share
    /// that it gives; the answer says which that is
    #[arg(long, value_name = "PRIOR", default_value = "hierarchical")]
    prior: PriorWeights,

    /// Let ffmpeg, if it is on the PATH, decode what cannot be decoded here (AMR, AC-3, WMA ...)
    #[arg(long)]
    ffmpeg: bool,

    /// Hear this audio track, counted from 1 over those of the file, instead of its default one
    #[arg(long, value_name = "N")]
    track: Option<NonZeroUsize>,

    /// Hear this channel alone, counted from 1, instead of the average of all
    #[arg(long, value_name = "N")]
    channel: Option<NonZeroUsize>,
}

/// Formats of the answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    #[default]
    Table,
    Jsonl,
    Csv,
}

/// Runs the verb.
///
/// # Errors
/// Wrong usage, no model, or an output that cannot be written.
pub fn run(args: &ClassifyArgs, verbosity: Verbosity) -> anyhow::Result<Outcome> {
    let inputs = args.inputs.collect()?;
    if let Some(output) = &args.output {
        // Before the model is read: what is wrong with the command is said at once.
        keep(args.inputs.read(&inputs), output)?;
    }
    let model = open_model(args.model.as_deref())?;
    let options = ListenOptions {
        read: ReadOptions::default()
            .with_ffmpeg(args.ffmpeg)
            .with_track(args.track.map(NonZeroUsize::get))
            .with_channel(args.channel.map(NonZeroUsize::get)),
        prior: args.prior.over(&model).map_err(|e| usage_if(true, e))?,
        prior_name: args.prior.name(),
    };
    let jobs = args.jobs.unwrap_or_else(processors);
    let output = Output::open(args.output.as_deref(), args.inputs.read(&inputs))?;
    let mut writer = args.format.writer(inputs.len());
    let classify = |source: &_| model.classify(source, &options);
    batch::run(&inputs, jobs, classify, writer.as_mut(), output, verbosity)
}

impl Format {
    fn writer(self, recordings: usize) -> Box<dyn Writer> {
        match self {
            Self::Table if recordings == 1 => Box::new(BlockWriter),
            Self::Table => Box::<TableWriter>::default(),
            Self::Jsonl => Box::new(JsonLinesWriter),
            Self::Csv => Box::new(CsvWriter),
        }
    }
}

/// One job for each processor that the system lets us have.
fn processors() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}
