//! `earwitness archive merge`: the databases of several machines become one.

use std::path::PathBuf;

use clap::Args;
use earwitness::archive::{self, Split};

use crate::cli::exit::Outcome;
use crate::cli::Verbosity;

/// Join databases, such as those of --shard, into a new one
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  earwitness archive merge part1.sqlite part2.sqlite -o results.sqlite

Exit code 3: they are joined, but a shard is missing or was not finished.")]
pub struct MergeArgs {
    /// The databases
    #[arg(value_name = "FILE", required = true)]
    databases: Vec<PathBuf>,

    /// The new database
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

pub fn run(args: &MergeArgs, verbosity: Verbosity) -> anyhow::Result<Outcome> {
    let merged = archive::merge(&args.databases, &args.output)?;
    if !verbosity.quiet {
        eprintln!(
            "{}: {} files, {} recordings, {} without an answer, {} groups that share sound",
            args.output.display(),
            merged.files,
            merged.recordings,
            merged.unreadable,
            merged.reused_groups
        );
        if merged.mixed_settings {
            eprintln!("the databases were made with different models or priors: the views show the answers of the latest run only");
        }
    }
    let lacking: Vec<String> = merged
        .parts
        .splits()
        .filter(|split| !split.is_whole())
        .map(|split| lacks(&split))
        .collect();
    if lacking.is_empty() {
        return Ok(Outcome::Done);
    }
    if !verbosity.quiet {
        eprintln!(
            "warning: not all of the archive is in it ({}); run what is missing, and merge all of them into another database",
            lacking.join("; ")
        );
    }
    Ok(Outcome::SomeFailed)
}

/// `missing: 2/3; not finished: 3/3`.
pub fn lacks(split: &Split) -> String {
    let told = [
        ("missing", &split.missing),
        ("not finished", &split.unfinished),
    ];
    let told = told.into_iter().filter(|(_, numbers)| !numbers.is_empty());
    let told = told.map(|(what, numbers)| format!("{what}: {}", split.named(numbers)));
    told.collect::<Vec<_>>().join("; ")
}
