//! The command line: one file per verb. Whatever a verb does, the library does.

mod archive;
mod batch;
mod classify;
mod compare;
mod completions;
mod dataset;
mod evaluate;
mod exit;
mod export;
mod features;
mod in_use;
mod inputs;
mod man;
mod model;
mod output;
mod parallel;
mod prior;
mod progress;
mod query;
mod render;
mod retrain;
mod rows;
mod signatures;
mod suggest;
mod train;
mod training;
mod verify;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use exit::Outcome;

/// Says which aircraft a recording may hold, how strongly the sound supports that, and when it
/// cannot tell.
#[derive(Debug, Parser)]
#[command(name = "earwitness", version, arg_required_else_help = true)]
#[command(after_help = "\
Example:
  earwitness classify clip.mp4

Exit codes: 0 all done, 1 failed, 2 wrong usage, 3 done but some inputs failed.")]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
    #[command(flatten)]
    verbosity: Verbosity,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Classify(classify::ClassifyArgs),
    Verify(verify::VerifyArgs),
    Archive(archive::ArchiveArgs),
    Query(query::QueryArgs),
    Export(export::ExportArgs),
    Suggest(suggest::SuggestArgs),
    Compare(compare::CompareArgs),
    Dataset(dataset::DatasetArgs),
    Features(features::FeaturesArgs),
    Model(model::ModelArgs),
    Render(render::RenderArgs),
    Signatures(signatures::SignaturesArgs),
    Train(train::TrainArgs),
    Evaluate(evaluate::EvaluateArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
    #[command(hide = true)]
    ArchiveWorker(archive::WorkerArgs),
}

/// How much is said on standard error.
#[derive(Debug, Clone, Copy, Args)]
struct Verbosity {
    /// Say nothing on standard error but what stops the program
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Say on standard error how each recording was read
    #[arg(short, long, global = true)]
    verbose: bool,
}

/// Parses the command line, calls the verb, and gives the exit code.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match dispatch(cli) {
        Ok(outcome) => outcome.into(),
        Err(error) => exit::fail(&error),
    }
}

fn dispatch(cli: Cli) -> anyhow::Result<Outcome> {
    let verbosity = cli.verbosity;
    match cli.verb {
        Verb::Classify(args) => classify::run(&args, verbosity),
        Verb::Verify(args) => verify::run(&args, verbosity),
        Verb::Archive(args) => archive::run(&args, verbosity),
        Verb::Query(args) => query::run(&args, verbosity),
        Verb::Export(args) => export::run(&args, verbosity),
        Verb::Suggest(args) => suggest::run(&args, verbosity),
        Verb::Features(args) => features::run(&args, verbosity),
        Verb::Compare(args) => compare::run(&args, verbosity),
        Verb::Dataset(args) => dataset::run(&args, verbosity),
        Verb::Model(args) => model::run(&args, verbosity),
        Verb::Render(args) => render::run(&args, verbosity),
        Verb::Signatures(args) => signatures::run(&args, verbosity),
        Verb::Train(args) => train::run(&args, verbosity),
        Verb::Evaluate(args) => evaluate::run(&args, verbosity),
        Verb::Completions(args) => completions::run(&args),
        Verb::Man(args) => man::run(&args),
        Verb::ArchiveWorker(args) => archive::work(&args),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        Cli::command().debug_assert();
    }

    /// Each verb without verbs of its own, and what stands below its options.
    fn below_the_options() -> Vec<(String, String)> {
        let mut texts = Vec::new();
        for verb in Cli::command().get_subcommands() {
            let leaves: Vec<_> = match verb.has_subcommands() {
                true => verb.get_subcommands().collect(),
                false => vec![verb],
            };
            for leaf in leaves {
                let text = leaf.get_after_help().map(ToString::to_string);
                texts.push((leaf.get_name().to_owned(), text.unwrap_or_default()));
            }
        }
        texts
    }

    #[test]
    fn every_verb_shows_an_example() {
        for (verb, text) in below_the_options() {
            assert!(text.contains("earwitness "), "{verb} has no example");
        }
    }

    #[test]
    fn paragraphs_of_help_are_broken_by_the_terminal_alone() {
        let is_prose = |line: &str| !line.is_empty() && !line.starts_with(' ');
        for (verb, text) in below_the_options() {
            let lines: Vec<&str> = text.lines().collect();
            let broken = lines
                .windows(2)
                .find(|pair| is_prose(pair[0]) && is_prose(pair[1]) && !pair[0].ends_with(':'));
            assert_eq!(broken, None, "{verb}");
        }
    }
}
