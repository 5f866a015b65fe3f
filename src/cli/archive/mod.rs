//! `earwitness archive PATH... -o results.sqlite`: many recordings, and a database that remembers.

mod merge;
mod progress;
mod run;
mod status;
mod worker;

use clap::{Args, Subcommand};

use super::exit::Outcome;
use super::Verbosity;

pub use worker::WorkerArgs;

/// Classify a whole archive into a database that can be resumed, queried and exported
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(after_help = "\
Examples:
  earwitness archive recordings/ -o results.sqlite
  earwitness archive /mnt/2020 'video/**/*.mp4' --exclude '*-thumb*' -o results.sqlite
  find . -name '*.wav' -print0 | earwitness archive --files-from - -0 -o results.sqlite
  earwitness archive recordings/ -o results.sqlite --dry-run
  earwitness archive status results.sqlite
  earwitness archive recordings/ -o part3.sqlite --shard 3/8
  earwitness archive merge part*.sqlite -o results.sqlite

Interrupt it as you like and run the same command again: it goes on where it stopped. Files that \
cannot be read are listed in the database with the reason, and are left alone until they change or \
--retry-errors is given. Exit code 3: some have no answer. `earwitness query` and `earwitness \
export` read the database; docs/archive.md documents it.")]
pub struct ArchiveArgs {
    #[command(subcommand)]
    verb: Option<ArchiveVerb>,
    #[command(flatten)]
    run: run::RunArgs,
}

#[derive(Debug, Subcommand)]
enum ArchiveVerb {
    Status(status::StatusArgs),
    Merge(merge::MergeArgs),
}

/// Runs the verb.
///
/// # Errors
/// Wrong usage, no model, a database that cannot be written.
pub fn run(args: &ArchiveArgs, verbosity: Verbosity) -> anyhow::Result<Outcome> {
    match &args.verb {
        Some(ArchiveVerb::Status(args)) => status::run(args),
        Some(ArchiveVerb::Merge(args)) => merge::run(args, verbosity),
        None => run::run(&args.run, verbosity),
    }
}

/// Answers requests of another earwitness.
///
/// # Errors
/// If the pipes fail.
pub fn work(_: &WorkerArgs) -> anyhow::Result<Outcome> {
    worker::run()
}
