//! `earwitness completions SHELL`: for packagers.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::exit::Outcome;
use super::output::Output;
use super::Cli;

/// Print completions for a shell
#[derive(Debug, Args)]
#[command(
    hide = true,
    after_help = "Example:\n  earwitness completions bash > earwitness.bash"
)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Writes the completions to standard output.
pub fn run(args: &CompletionsArgs) -> anyhow::Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "earwitness", &mut script);
    Output::stdout().write_once(&script)?;
    Ok(Outcome::Done)
}
