//! How far an archive is: what was found and has no answer yet.

use rusqlite::OptionalExtension;

use super::findings::Standing;
use crate::archive::store::{Reader, RunState};
use crate::archive::{ArchiveError, Parts};

/// How much of the archive stands in the database.
///
/// # Errors
/// [`ArchiveError`] if the database cannot be read.
pub(super) fn standing(reader: &Reader) -> Result<Standing, ArchiveError> {
    let (known, answered, unreadable, fingerprints) = reader.ask(|db| {
        let count = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0));
        Ok((
            count("SELECT count(*) FROM files WHERE present")?,
            count("SELECT count(*) FROM answers_by_path")?,
            count("SELECT count(*) FROM unreadable")?,
            count("SELECT count(*) FROM fingerprints")?,
        ))
    })?;
    let compared = reader.ask(|db| {
        let sql = "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'recordings_grouped'";
        db.query_row(sql, [], |row| row.get::<_, i64>(0)).optional()
    })?;
    let lacking: Vec<String> = Parts::of(reader)?
        .splits()
        .map(|split| split.lacking())
        .filter(|text| !text.is_empty())
        .collect();
    let run = reader.latest_run()?;
    Ok(Standing {
        known,
        answered,
        unreadable,
        // Views of an earlier make list some files in both.
        waiting: (known - answered - unreadable).max(0),
        run: state(run.as_ref(), || reader.is_being_written()).to_owned(),
        not_compared: (fingerprints - compared.unwrap_or(0)).max(0),
        lacking: lacking.join("; "),
    })
}

fn state(run: Option<&RunState>, is_running: impl Fn() -> bool) -> &'static str {
    let Some(run) = run else { return "none" };
    match run.outcome.as_deref() {
        Some("finished") => "finished",
        Some("stopped") => "stopped",
        Some(_) => "failed",
        None if is_running() => "running",
        None => "killed",
    }
}

impl Standing {
    /// Whether nothing is left to do, as far as the database knows.
    pub fn is_whole(&self) -> bool {
        self.waiting == 0
            && self.run == "finished"
            && self.not_compared == 0
            && self.lacking.is_empty()
    }
}
