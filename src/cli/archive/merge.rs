//! `earwitness archive merge`: the databases of several machines become one.

use std::path::PathBuf;

use clap::Args;
use earwitness::archive;

use crate::cli::exit::Outcome;
use crate::cli::Verbosity;

/// Join databases, such as those of --shard, into a new one
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  earwitness archive merge part1.sqlite part2.sqlite -o results.sqlite

Exit code 3: they are joined, but a shard is missing, or one of them was not finished.")]
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
    let splits = merged.parts.splits().map(|split| split.lacking());
    let mut lacking: Vec<String> = splits.filter(|text| !text.is_empty()).collect();
    if !merged.unfinished.is_empty() {
        lacking.push(format!("not finished: {}", merged.unfinished.join(", ")));
    }
    if lacking.is_empty() {
        return Ok(Outcome::Done);
    }
    if !verbosity.quiet {
        let waiting = match merged.waiting {
            0 => String::new(),
            n => format!("; {n} files known have neither answer nor error"),
        };
        eprintln!(
            "warning: not all of the archive is in it ({}{waiting}); run what is missing, and merge all of them into another database",
            lacking.join("; ")
        );
    }
    Ok(Outcome::SomeFailed)
}
