//! `earwitness man DIR`: manual pages, for packagers.

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, CommandFactory};

use super::exit::Outcome;
use super::Cli;

/// Write a manual page per verb
#[derive(Debug, Args)]
#[command(hide = true, after_help = "Example:\n  earwitness man target/man")]
pub struct ManArgs {
    /// The folder to write to; it is made if it is not there
    dir: PathBuf,
}

/// Writes `earwitness.1`, `earwitness-classify.1` and so on.
pub fn run(args: &ManArgs) -> anyhow::Result<Outcome> {
    let dir = &args.dir;
    let context = || format!("cannot write manual pages to {}", dir.display());
    std::fs::create_dir_all(dir).with_context(context)?;
    clap_mangen::generate_to(Cli::command(), dir).with_context(context)?;
    Ok(Outcome::Done)
}
