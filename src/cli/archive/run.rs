//! The run itself.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use earwitness::archive::walk::Walk;
use earwitness::archive::work::{Limits, Workers};
use earwitness::archive::{self, Options, Plan, Setup, Shard, Summary};
use earwitness::audio::shell::quoted;
use earwitness::report::span;

use super::progress::Narrator;
use super::worker;
use crate::cli::exit::{Outcome, UsageError};
use crate::cli::in_use::in_use;
use crate::cli::output::Output;
use crate::cli::prior::PriorWeights;
use crate::cli::Verbosity;

/// The options of a run.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Folders, recordings, or patterns in quotes such as 'video/**/*.mp4'
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// The database; it is made if it is not there
    #[arg(short, long, value_name = "FILE", required = true)]
    output: Option<PathBuf>,

    /// Take more paths from a file, one a line; `-` reads them from standard input
    #[arg(long, value_name = "LIST")]
    files_from: Option<PathBuf>,

    /// The paths in the list end in NUL instead of a newline, as `find -print0` writes them
    #[arg(short = '0', long, requires = "files_from")]
    null: bool,

    /// In folders, take only files that match this pattern, whatever their extension; may be repeated (as in a
    /// .gitignore: `*.wav`, `2020/**`, `/top/*`)
    #[arg(long, value_name = "PATTERN")]
    include: Vec<String>,

    /// Pass over files and folders that match this pattern; may be repeated
    #[arg(long, value_name = "PATTERN")]
    exclude: Vec<String>,

    /// Changes nothing: folders are always read with all that lies below them
    #[arg(short, long)]
    recursive: bool,

    /// Say what would be done, and do nothing
    #[arg(short = 'n', long)]
    dry_run: bool,

    /// Try files again that failed before
    #[arg(long)]
    retry_errors: bool,

    /// Do only one of several parts of the archive: `3/8` is the third of eight
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,

    /// Files to work on at the same time [default: one per processor]
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,

    /// Use this model instead of the one in use (the promoted one, or else the one built in)
    #[arg(short, long, value_name = "FILE")]
    model: Option<PathBuf>,

    /// What was likely before listening, as for `classify`
    #[arg(long, value_name = "PRIOR", default_value = "hierarchical")]
    prior: PriorWeights,

    /// Let ffmpeg, if it is on the PATH, decode what cannot be decoded here (AMR, AC-3, WMA ...)
    #[arg(long)]
    ffmpeg: bool,

    /// Give a file up after so many seconds, and 10 more for each megabyte of it
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::default().seconds)]
    time_limit: f64,

    /// Give a file up when the process at it takes more memory (watched on Linux)
    #[arg(long, value_name = "MB", default_value_t = Limits::default().memory_mb)]
    memory_limit: u64,

    /// Where the work is done: threads are for comparison, and for systems without processes
    #[arg(long, value_enum, default_value_t, hide = true)]
    workers: WorkerKind,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum WorkerKind {
    #[default]
    Processes,
    Threads,
}

impl RunArgs {
    fn options(&self) -> anyhow::Result<Options> {
        if self.paths.is_empty() && self.files_from.is_none() {
            let text = "nothing to archive is named; give a folder, or a list with --files-from";
            return Err(UsageError(text.into()).into());
        }
        if !(self.time_limit > 0.0 && self.time_limit.is_finite()) {
            return Err(UsageError("--time-limit must be above 0".into()).into());
        }
        let Some(output) = self.output.clone() else {
            return Err(UsageError("name the database with -o FILE".into()).into());
        };
        // Typed as for `classify`; there is nothing else that could be meant.
        let _ = self.recursive;
        let mut setup = Setup::new()
            .with_model(in_use(self.model.as_deref())?)
            .with_prior(self.prior.weights());
        setup.ffmpeg = self.ffmpeg;
        let jobs = self
            .jobs
            .or_else(|| std::thread::available_parallelism().ok());
        Ok(Options {
            walk: Walk {
                paths: self.paths.clone(),
                list: self.files_from.clone(),
                list_ends_in_nul: self.null,
                include: self.include.clone(),
                exclude: self.exclude.clone(),
            },
            output,
            setup,
            shard: self.shard.unwrap_or_default(),
            jobs: jobs.unwrap_or(NonZeroUsize::MIN),
            retry_errors: self.retry_errors,
            limits: Limits {
                seconds: self.time_limit,
                memory_mb: self.memory_limit,
                ..Limits::default()
            },
            workers: match self.workers {
                WorkerKind::Processes => Workers::Processes(worker::launcher()?),
                WorkerKind::Threads => Workers::Threads,
            },
            command: command(),
        })
    }
}

/// Runs the verb without a verb of its own.
pub fn run(args: &RunArgs, verbosity: Verbosity) -> anyhow::Result<Outcome> {
    let options = args.options().map_err(usage)?;
    if args.dry_run {
        return dry_run(&options);
    }
    let stop = stop_on_ctrl_c()?;
    let mut narrator = Narrator::new(verbosity, Arc::clone(&stop));
    let summary = archive::run(&options, &stop, &mut narrator).map_err(|e| usage(e.into()))?;
    narrator.finish();
    if !verbosity.quiet || summary.stopped {
        eprintln!("{}", conclusion(&summary, &options));
    }
    Ok(match (summary.stopped, summary.unreadable) {
        (true, _) => Outcome::Stopped,
        (false, 0) => Outcome::Done,
        (false, _) => Outcome::SomeFailed,
    })
}

fn dry_run(options: &Options) -> anyhow::Result<Outcome> {
    let (plan, changed) = archive::plan(options).map_err(|e| usage(e.into()))?;
    let text = format!(
        "{}\nnothing was done (--dry-run)\n",
        describe(&plan, changed)
    );
    Output::stdout().write_once(text.as_bytes())?;
    Ok(Outcome::Done)
}

/// Patterns, shards and priors that mean nothing are wrong usage.
fn usage(error: anyhow::Error) -> anyhow::Error {
    use earwitness::archive::ArchiveError as E;
    match error.downcast_ref::<E>() {
        Some(E::Pattern { .. } | E::Shard(_) | E::Prior(_)) => UsageError(error.to_string()).into(),
        _ => error,
    }
}

/// The first Ctrl-C (or SIGTERM, which clusters send) lets the files in work be finished, the second ends the
/// program: the database survives that too.
fn stop_on_ctrl_c() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(1);
        }
    })?;
    Ok(stop)
}

/// `12 files: 10 to classify (1.2 MB), 2 done before`, and in which shard.
pub fn describe(plan: &Plan, changed: bool) -> String {
    let mut parts = vec![format!(
        "{} to classify ({:.1} MB)",
        plan.todo,
        plan.todo_bytes as f64 / 1e6
    )];
    let mut add = |n: u64, text: &str| {
        if n > 0 {
            parts.push(format!("{n} {text}"));
        }
    };
    add(plan.done_before, "done before");
    add(plan.retried, "of them failed before and are tried again");
    add(
        plan.failed_before,
        "failed before (--retry-errors tries them again)",
    );
    add(plan.unlisted, "that cannot be looked into");
    let parts = parts.join(", ");
    let mut text = match (plan.found, plan.elsewhere) {
        (found, 0) => format!("{found} files: {parts}"),
        (0, _) => "none of the files found is in this shard".to_owned(),
        (found, _) => format!("{found} files in this shard: {parts}"),
    };
    if plan.gone > 0 {
        text += &format!(
            "\n{} known files are no longer there; their answers stay",
            plan.gone
        );
    }
    if changed {
        text += &format!(
            "\nmodel or prior has changed: {} files are classified again; the older answers stay beside the new (`earwitness export --table changed` lists what differs)",
            plan.again
        );
    } else if plan.again > 0 {
        text += &format!(
            "\n{} of them were classified under other settings only",
            plan.again
        );
    }
    text
}

fn conclusion(summary: &Summary, options: &Options) -> String {
    let database = options.output.display();
    let totals = &summary.totals;
    let sound = span(totals.sound_s);
    if summary.stopped {
        return format!(
            "stopped: {} of {} files done ({sound} of sound), and kept in {database}; run the same command to go on",
            totals.done, totals.todo
        );
    }
    let mut text = format!("{} files done ({sound} of sound)", totals.done);
    if summary.plan.done_before > 0 {
        text += &format!(", {} were done before", summary.plan.done_before);
    }
    if summary.unreadable > 0 {
        text += &format!(
            "; {} have no answer: `earwitness export {database} --table unreadable` says why",
            summary.unreadable
        );
    }
    if summary.reused_groups > 0 {
        let groups = summary.reused_groups;
        text += &format!("; {groups} groups of recordings share sound (view reused_sound)");
    }
    text += &format!("\n{database}: `earwitness query {database}` shows what is in it");
    text
}

/// The command line, as one would type it.
fn command() -> String {
    let words = std::env::args_os().map(|argument| quoted(&argument));
    words.collect::<Vec<_>>().join(" ")
}
