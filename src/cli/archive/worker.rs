//! The program as a worker of itself; nobody calls it by hand.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;
use earwitness::archive::work::{serve, Launcher};

use crate::cli::exit::Outcome;

/// Name of the hidden verb.
pub const VERB: &str = "archive-worker";

/// Classify what another earwitness sends (it starts this by itself)
#[derive(Debug, Args)]
#[command(after_help = "`earwitness archive` starts as many of these as it needs.")]
pub struct WorkerArgs {}

/// Works until nobody asks any more.
pub fn run() -> anyhow::Result<Outcome> {
    serve(std::io::stdin(), std::io::stdout().lock())?;
    Ok(Outcome::Done)
}

/// How this program starts itself.
pub fn launcher() -> anyhow::Result<Launcher> {
    // On Linux this names the program that runs, also if another version was installed in its place meanwhile.
    let running = PathBuf::from("/proc/self/exe");
    let program = match cfg!(target_os = "linux") && running.exists() {
        true => running,
        false => std::env::current_exe()?,
    };
    Ok(Launcher {
        program,
        arguments: vec![OsString::from(VERB)],
    })
}
