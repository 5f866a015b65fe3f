//! `earwitness archive status`: how far a run is, from another terminal.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use earwitness::archive::store::{Reader, RunState, Totals};
use earwitness::archive::time::Moment;
use earwitness::archive::{Parts, Split};

use super::progress::progress_line;
use crate::cli::exit::Outcome;
use crate::cli::output::Output;

/// Say how far a run is, or how the last one ended
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  earwitness archive status results.sqlite")]
pub struct StatusArgs {
    /// The database
    #[arg(value_name = "FILE")]
    database: PathBuf,
}

pub fn run(args: &StatusArgs) -> anyhow::Result<Outcome> {
    let reader = Reader::open(&args.database)?;
    let text = match reader.latest_run()? {
        Some(run) => described(&run, &reader)?,
        None => "no run yet\n".to_owned(),
    };
    Output::stdout().write_once(text.as_bytes())?;
    Ok(Outcome::Done)
}

fn described(run: &RunState, reader: &Reader) -> anyhow::Result<String> {
    let totals = Totals {
        found: run.files_found as u64,
        todo: run.files_todo as u64,
        todo_bytes: run.bytes_todo as u64,
        done: run.files_done as u64,
        done_bytes: run.bytes_done as u64,
        failed: run.files_failed as u64,
        sound_s: run.sound_s,
    };
    let seconds = unix(&run.updated_at).zip(unix(&run.started_at));
    let seconds = seconds.map_or(0, |(now, then)| (now - then).max(0));
    let (known, answered, unreadable) = reader.ask(|db| {
        let count = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0));
        Ok((
            count("SELECT count(*) FROM files WHERE present")?,
            count("SELECT count(*) FROM answers_by_path")?,
            count("SELECT count(*) FROM unreadable")?,
        ))
    })?;
    let parts = Parts::of(reader)?;
    let shards: String = parts.splits().map(|split| in_it(&split)).collect();
    Ok(format!(
        "{}\n{} on {}, shard {}\n{}\n{shards}in all: {known} files known, {answered} answered, {unreadable} without an answer\n",
        run.command,
        state(run, reader.is_being_written()),
        run.host,
        run.shard,
        progress_line(&totals, Duration::from_secs(seconds as u64)),
    ))
}

/// The shards in the database, and what it lacks: a line of its own.
fn in_it(split: &Split) -> String {
    let finished = match split.finished.is_empty() {
        true => "none yet".to_owned(),
        false => split.named(&split.finished),
    };
    let told = [finished, split.lacking()];
    let told: Vec<String> = told.into_iter().filter(|text| !text.is_empty()).collect();
    format!("shards in it: {}\n", told.join("; "))
}

fn state(run: &RunState, is_running: bool) -> String {
    match (&run.outcome, &run.ended_at) {
        (Some(outcome), Some(ended)) => format!("{outcome} at {ended}"),
        _ if is_running => format!(
            "running since {} as process {}",
            run.started_at, run.process
        ),
        _ => format!(
            "killed after {} (run the same command to go on)",
            run.updated_at
        ),
    }
}

fn unix(text: &str) -> Option<i64> {
    Moment::parse(text.trim_end_matches('Z')).map(Moment::to_unix)
}
