//! The rows about runs, and about the settings that they go by.

use rusqlite::{params, Connection, OptionalExtension};

use super::Store;
use crate::archive::answer;
use crate::archive::settings::Settings;
use crate::archive::{time, ArchiveError};

/// What a run has done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Totals {
    /// Files found.
    pub found: u64,
    /// Files of these to work on.
    pub todo: u64,
    /// Their bytes.
    pub todo_bytes: u64,
    /// Files worked on, those that failed included.
    pub done: u64,
    /// Their bytes.
    pub done_bytes: u64,
    /// Files that failed.
    pub failed: u64,
    /// Seconds of sound classified.
    pub sound_s: f64,
}

/// The facts about a run that stand from its beginning.
#[derive(Debug, Clone)]
pub(in crate::archive) struct Planned<'a> {
    pub(in crate::archive) id: i64,
    pub(in crate::archive) settings: &'a Settings,
    pub(in crate::archive) command: &'a str,
    pub(in crate::archive) shard: String,
    pub(in crate::archive) workers: usize,
    pub(in crate::archive) ffmpeg: bool,
}

impl Store {
    /// Remembers the settings, and that they are the current ones.
    pub(in crate::archive) fn put_settings(&mut self, s: &Settings) -> Result<(), ArchiveError> {
        self.begin()?;
        self.ask(|db| {
            db.execute(
                "INSERT OR IGNORE INTO settings VALUES (?, ?, ?, ?)",
                params![s.id, s.model_id, s.model_sha256, s.prior],
            )?;
            for l in &s.labels {
                db.execute(
                    "INSERT OR IGNORE INTO labels VALUES (?, ?, ?, ?, ?, ?, ?)",
                    params![
                        s.id,
                        l.label,
                        l.family,
                        l.class,
                        answer::grade(l.grade),
                        l.prior,
                        l.count_factor
                    ],
                )?;
            }
            set_current(db, s.id)
        })
    }

    /// The settings that were current before, if any.
    pub(in crate::archive) fn current_settings(&self) -> Result<Option<i64>, ArchiveError> {
        let sql = "SELECT settings FROM current_settings";
        self.ask(|db| db.query_row(sql, [], |row| row.get(0)).optional())
    }

    /// Remembers that a run begins.
    pub(in crate::archive) fn begin_run(
        &mut self,
        run: &Planned,
        totals: &Totals,
    ) -> Result<(), ArchiveError> {
        self.begin()?;
        let now = time::now();
        self.ask(|db| {
            db.execute(
                "INSERT INTO runs VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10, NULL, NULL, ?11, ?12, ?13, 0, 0, 0, 0)",
                params![
                    run.id,
                    run.settings.id,
                    concat!("earwitness ", env!("CARGO_PKG_VERSION")),
                    run.command,
                    host(),
                    std::process::id(),
                    run.shard,
                    run.workers as i64,
                    run.ffmpeg,
                    now,
                    totals.found as i64,
                    totals.todo as i64,
                    totals.todo_bytes as i64,
                ],
            )
        })?;
        Ok(())
    }

    /// Remembers how far a run is, and how it ended if it did.
    pub(in crate::archive) fn update_run(
        &mut self,
        run: i64,
        totals: &Totals,
        outcome: Option<&str>,
    ) -> Result<(), ArchiveError> {
        self.begin()?;
        let now = time::now();
        let ended = outcome.map(|_| now.as_str());
        self.ask(|db| {
            db.prepare_cached(
                "UPDATE runs SET updated_at = ?2, ended_at = ?3, outcome = ?4, files_done = ?5, bytes_done = ?6,
                 files_failed = ?7, sound_s = ?8 WHERE id = ?1",
            )?
            .execute(params![
                run,
                now,
                ended,
                outcome,
                totals.done as i64,
                totals.done_bytes as i64,
                totals.failed as i64,
                totals.sound_s,
            ])
        })?;
        Ok(())
    }
}

/// Makes settings the current ones.
pub(in crate::archive) fn set_current(db: &Connection, settings: i64) -> rusqlite::Result<()> {
    db.execute(
        "INSERT OR REPLACE INTO meta VALUES ('current_settings', ?)",
        [settings.to_string()],
    )?;
    Ok(())
}

/// The name of this computer, as far as it can be known.
fn host() -> String {
    let from_file = || std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let host = from_file().or_else(|| std::env::var("HOSTNAME").ok());
    let host = host.or_else(|| std::env::var("COMPUTERNAME").ok());
    host.map_or_else(|| "unknown".to_owned(), |host| host.trim().to_owned())
}
