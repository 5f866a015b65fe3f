//! Writing a database.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{params, Connection, OptionalExtension};

use super::lock::Lock;
use super::{schema, Job};
use crate::archive::answer::{self, Answer};
use crate::archive::events::events;
use crate::archive::recorded::RecordedAt;
use crate::archive::settings::Settings;
use crate::archive::{id, name, time, ArchiveError};

/// What is lost at most if the power fails.
const COMMIT_EVERY: Duration = Duration::from_secs(1);

/// A database opened to be written, by this process alone.
#[derive(Debug)]
pub(in crate::archive) struct Store {
    pub(in crate::archive) db: Connection,
    pub(in crate::archive) name: String,
    /// When the transaction under way began.
    begun: Option<Instant>,
    _lock: Option<Lock>,
}

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
    /// Opens or makes a database.
    pub(in crate::archive) fn open(path: &Path) -> Result<Self, ArchiveError> {
        let name = path.display().to_string();
        let lock = Lock::take(path)?;
        let db = Connection::open(path).map_err(|e| ArchiveError::database(&name, e))?;
        let store = Self {
            db,
            name,
            begun: None,
            _lock: Some(lock),
        };
        store.ask(|db| {
            db.busy_timeout(Duration::from_secs(30))?;
            db.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
            // A commit is on the disk when it returns: once a second, that costs nothing.
            db.pragma_update(None, "synchronous", "FULL")?;
            db.pragma_update(None, "cache_size", -32_768)?;
            db.set_prepared_statement_cache_capacity(64);
            Ok(())
        })?;
        schema::prepare(&store.db, &store.name)?;
        Ok(store)
    }

    /// A database that is thrown away.
    pub(in crate::archive) fn in_memory() -> Result<Self, ArchiveError> {
        let name = "memory".to_owned();
        let db = Connection::open_in_memory().map_err(|e| ArchiveError::database(&name, e))?;
        schema::prepare(&db, &name)?;
        Ok(Self {
            db,
            name,
            begun: None,
            _lock: None,
        })
    }

    /// Runs `work` on the connection and says what went wrong as [`ArchiveError`].
    pub(in crate::archive) fn ask<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, ArchiveError> {
        work(&self.db).map_err(|error| ArchiveError::database(&self.name, error))
    }

    /// Begins a transaction, if none is under way.
    pub(in crate::archive) fn begin(&mut self) -> Result<(), ArchiveError> {
        if self.begun.is_none() {
            self.ask(|db| db.execute_batch("BEGIN IMMEDIATE"))?;
            self.begun = Some(Instant::now());
        }
        Ok(())
    }

    /// Whether what was written waits longer than it should.
    pub(in crate::archive) fn is_due(&self) -> bool {
        self.begun
            .is_some_and(|begun| begun.elapsed() >= COMMIT_EVERY)
    }

    /// Makes what was written last.
    pub(in crate::archive) fn commit(&mut self) -> Result<(), ArchiveError> {
        if self.begun.take().is_some() {
            let result = self.ask(|db| db.execute_batch("COMMIT"));
            if result.is_err() {
                self.roll_back();
            }
            return result;
        }
        Ok(())
    }

    /// Forgets what was written since the last commit.
    pub(in crate::archive) fn roll_back(&mut self) {
        self.begun = None;
        // After an error SQLite may have done so itself.
        if !self.db.is_autocommit() {
            let _ = self.db.execute_batch("ROLLBACK");
        }
    }

    /// Puts everything into the one file and lets go of it. Where someone reads at this moment, the write-ahead
    /// log stays beside it until the next run, which harms nothing.
    pub(in crate::archive) fn close(mut self) -> Result<(), ArchiveError> {
        self.commit()?;
        let _ = self.db.busy_timeout(Duration::ZERO);
        let _ = self.db.execute_batch("PRAGMA optimize");
        let _ = self
            .db
            .pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()));
        Ok(())
    }

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
                    "INSERT OR IGNORE INTO labels VALUES (?, ?, ?, ?, ?, ?)",
                    params![
                        s.id,
                        l.label,
                        l.family,
                        l.class,
                        answer::grade(l.grade),
                        l.prior
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

    /// Whether a recording has an answer under these settings.
    pub(in crate::archive) fn is_answered(
        &self,
        sha256: &[u8; 32],
        settings: i64,
    ) -> Result<bool, ArchiveError> {
        let answer = id::answer(id::recording(sha256), settings);
        self.ask(|db| {
            db.prepare_cached("SELECT 1 FROM answers WHERE id = ?")?
                .exists([answer])
        })
    }

    /// Says which recording a file holds, and takes it off the list of errors.
    pub(in crate::archive) fn link(
        &mut self,
        job: &Job,
        sha256: &[u8; 32],
    ) -> Result<(), ArchiveError> {
        self.begin()?;
        self.ask(|db| {
            db.prepare_cached("UPDATE files SET recording = ? WHERE path = ?")?
                .execute(params![id::recording(sha256), job.key])?;
            forget_error(db, &job.key)
        })
    }

    /// Remembers when a file was recorded.
    pub(in crate::archive) fn put_recorded_at(
        &mut self,
        job: &Job,
        recorded: Option<&RecordedAt>,
    ) -> Result<(), ArchiveError> {
        let Some(recorded) = recorded else {
            return Ok(());
        };
        self.begin()?;
        self.ask(|db| {
            db.prepare_cached("UPDATE files SET recorded_at = ?, recorded_by = ? WHERE path = ?")?
                .execute(params![
                    recorded.moment.to_string(),
                    recorded.by.as_str(),
                    job.key
                ])
        })?;
        Ok(())
    }

    /// Remembers why a file has no answer.
    pub(in crate::archive) fn put_error(
        &mut self,
        key: &str,
        kind: &str,
        message: &str,
        ffmpeg: bool,
    ) -> Result<(), ArchiveError> {
        self.begin()?;
        self.ask(|db| {
            db.prepare_cached("INSERT OR REPLACE INTO errors VALUES (?, ?, ?, ?)")?
                .execute(params![key, kind, message, ffmpeg])
        })?;
        Ok(())
    }

    /// Keeps an answer about the recording in a file.
    pub(in crate::archive) fn put_answer(
        &mut self,
        job: &Job,
        sha256: &[u8; 32],
        answer: &Answer,
        origin: Origin,
    ) -> Result<(), ArchiveError> {
        self.begin()?;
        self.ask(|db| {
            put_recording(db, sha256, job.size, answer)?;
            put_answer(db, id::recording(sha256), answer, origin)
        })?;
        self.link(job, sha256)
    }
}

/// Under which settings, in which run and in how many seconds an answer was found.
#[derive(Debug, Clone, Copy)]
pub(in crate::archive) struct Origin {
    pub(in crate::archive) settings: i64,
    pub(in crate::archive) run: i64,
    pub(in crate::archive) seconds: f64,
}

/// Makes settings the current ones.
pub(in crate::archive) fn set_current(db: &Connection, settings: i64) -> rusqlite::Result<()> {
    db.execute(
        "INSERT OR REPLACE INTO meta VALUES ('current_settings', ?)",
        [settings.to_string()],
    )?;
    Ok(())
}

fn forget_error(db: &Connection, key: &str) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM errors WHERE path = ?")?
        .execute([key])?;
    Ok(())
}

fn put_recording(
    db: &Connection,
    sha256: &[u8; 32],
    size: u64,
    answer: &Answer,
) -> rusqlite::Result<()> {
    let hash = crate::model::store::hex(sha256);
    let known = db
        .prepare_cached("SELECT 1 FROM recordings WHERE sha256 = ?")?
        .exists([&hash])?;
    if known {
        return Ok(());
    }
    let (id, r) = (id::recording(sha256), &answer.recording);
    db.prepare_cached(
        "INSERT INTO recordings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        id,
        hash,
        size as i64,
        r.duration_s,
        r.container,
        r.codec,
        r.sample_rate_hz,
        r.channels,
        r.decoder,
        r.fitness,
        r.rms_dbfs,
        r.peak_dbfs,
        r.clipped_fraction,
        r.silent_fraction,
        r.bandwidth_hz,
    ])?;
    db.prepare_cached("INSERT INTO fingerprints VALUES (?, ?)")?
        .execute(params![id, answer.fingerprint])?;
    Ok(())
}

fn put_answer(db: &Connection, recording: i64, a: &Answer, origin: Origin) -> rusqlite::Result<()> {
    let id = id::answer(recording, origin.settings);
    let score = a.score(&a.label);
    let json = |list: &[String]| serde_json::Value::from(list.to_vec()).to_string();
    db.prepare_cached(
        "INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        id,
        recording,
        origin.settings,
        a.decision,
        a.label,
        a.family,
        a.phase,
        a.grade,
        score.map(|s| s.probability),
        score.and_then(|s| s.log10_lr),
        a.log10_lr_bounds.map(|b| b[0]),
        a.log10_lr_bounds.map(|b| b[1]),
        a.dive_probability,
        a.dive_s.map(|d| d[0]),
        a.dive_s.map(|d| d[1]),
        json(&a.prediction_set),
        a.heard_s,
        a.statement,
        json(&a.warnings),
    ])?;
    db.prepare_cached("INSERT INTO work VALUES (?, ?, ?, ?)")?
        .execute(params![id, origin.run, time::now(), origin.seconds])?;
    let mut scores = db.prepare_cached("INSERT INTO scores VALUES (?, ?, ?, ?)")?;
    for s in &a.scores {
        scores.execute(params![id, s.label, s.probability, s.log10_lr])?;
    }
    let mut segments = db.prepare_cached("INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?)")?;
    for (number, s) in a.segments.iter().enumerate() {
        let number = number as i64;
        segments.execute(params![
            id,
            number,
            s.start_s,
            s.end_s,
            s.label,
            s.probability
        ])?;
    }
    let mut rows = db.prepare_cached("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")?;
    for (number, e) in events(a).iter().enumerate() {
        rows.execute(params![
            id,
            number as i64,
            e.label,
            e.phase,
            e.start_s,
            e.end_s,
            e.segments as i64,
            e.peak,
            e.mean
        ])?;
    }
    Ok(())
}

/// The name of this computer, as far as it can be known.
fn host() -> String {
    let from_file = || std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let host = from_file().or_else(|| std::env::var("HOSTNAME").ok());
    let host = host.or_else(|| std::env::var("COMPUTERNAME").ok());
    host.map_or_else(|| "unknown".to_owned(), |host| host.trim().to_owned())
}

impl Job {
    /// The name in the database of the folder that the file is in, and of the file in it.
    pub(in crate::archive) fn folder_and_name(&self) -> (String, String) {
        let folder = self.path.parent().map(name::to_text).unwrap_or_default();
        let file = self.path.file_name().map(Path::new);
        (folder, file.map(name::to_text).unwrap_or_default())
    }
}
