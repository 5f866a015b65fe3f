//! Databases of several machines become one.

use std::path::{Path, PathBuf};

use rusqlite::{params, Connection};

use super::reuse;
use super::store::{set_current, Reader, RunState, Store, COUNT_FACTOR, LOG10_LIKELIHOOD};
use super::{ArchiveError, Parts, Shard};

/// Rows that follow from what they say have the same number everywhere, so that they are copied as they are.
const COPIED: [&str; 7] = [
    "settings",
    "runs",
    "recordings",
    "answers",
    "segments",
    "events",
    "fingerprints",
];

/// Files of which nothing is known yet.
const WAITING: &str = "files WHERE present AND path NOT IN (SELECT path FROM answers_by_path)
    AND path NOT IN (SELECT path FROM errors)";

/// What came of a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// Files in the new database.
    pub files: u64,
    /// Recordings in it.
    pub recordings: u64,
    /// Files without an answer.
    pub unreadable: u64,
    /// Groups of recordings that share sound.
    pub reused_groups: usize,
    /// The databases were made under different settings; views show those of the latest run.
    pub mixed_settings: bool,
    /// The shards that it is made from.
    pub parts: Parts,
    /// Databases of whole archives whose latest run was not finished.
    pub unfinished: Vec<String>,
    /// Files with neither an answer under the settings of the latest run nor an error.
    pub waiting: u64,
}

/// Joins databases into a new one. Of a file that several know, the entry counts that saw it last changed, and with it goes the
/// error, if it has one; an answer under the settings of the latest run counts before an error.
///
/// # Errors
/// [`ArchiveError`] if one is no database of this version, or the new one is there already or cannot be written.
pub fn merge(databases: &[PathBuf], output: &Path) -> Result<Merged, ArchiveError> {
    if output.exists() {
        return Err(ArchiveError::Exists {
            database: output.display().to_string(),
        });
    }
    let mut latest: Option<(String, i64)> = None;
    let mut mixed_settings = false;
    let mut parts = Parts::default();
    let mut unfinished = Vec::new();
    for path in databases {
        let reader = Reader::open(path)?;
        parts.add(Parts::of(&reader)?);
        let run = reader.latest_run()?;
        let is_of_all = |run: &RunState| run.shard == Shard::default().to_string();
        if run.as_ref().is_some_and(|run| {
            // Two of these may be of different archives, so that none stands for another.
            is_of_all(run) && run.outcome.as_deref() != Some("finished")
        }) {
            unfinished.push(reader.name().to_owned());
        }
        let current = reader.ask(|db| {
            db.query_row("SELECT settings FROM current_settings", [], |row| {
                row.get(0)
            })
        });
        let Ok(current) = current else {
            continue;
        };
        let when = run.map(|run| run.updated_at).unwrap_or_default();
        mixed_settings |= latest.as_ref().is_some_and(|(_, other)| *other != current);
        if latest.as_ref().is_none_or(|(then, _)| *then < when) {
            latest = Some((when, current));
        }
    }
    // It gets its name when it is whole.
    let mut partial = output.as_os_str().to_owned();
    partial.push(".merging");
    let partial = PathBuf::from(partial);
    let _ = std::fs::remove_file(&partial);
    let merged = join(databases, &partial, latest.map(|(_, settings)| settings));
    let renamed = merged.and_then(|merged| {
        std::fs::rename(&partial, output)
            .map(|()| merged)
            .map_err(|error| ArchiveError::ReadOnly {
                database: output.display().to_string(),
                fault: error.to_string(),
            })
    });
    for leftover in ["", "-wal", "-shm", "-journal"] {
        let mut name = partial.as_os_str().to_owned();
        name.push(leftover);
        let _ = std::fs::remove_file(name);
    }
    let lock = partial.file_name().map(|name| {
        let mut lock = std::ffi::OsString::from(".");
        lock.push(name);
        lock.push(".lock");
        partial.with_file_name(lock)
    });
    // Nobody else waits for this name.
    let _ = lock.map(std::fs::remove_file);
    let name = output.display().to_string();
    Ok(Merged {
        mixed_settings,
        parts,
        unfinished,
        ..renamed.map_err(|error| error.in_merging(&name))?
    })
}

fn join(
    databases: &[PathBuf],
    partial: &Path,
    settings: Option<i64>,
) -> Result<Merged, ArchiveError> {
    let mut store = Store::open(partial)?;
    for path in databases {
        let name = path.to_str().ok_or_else(|| {
            let name = path.display();
            ArchiveError::Merge(format!("{name}: its name is not UTF-8; rename it"))
        })?;
        store.ask(|db| db.execute("ATTACH ? AS other", [name]).map(|_| ()))?;
        store.begin()?;
        let copied = copy(&store.db);
        copied.map_err(|error| ArchiveError::database(name, error))?;
        store.commit()?;
        store.ask(|db| db.execute_batch("DETACH other"))?;
    }
    store.begin()?;
    store.ask(|db| {
        settings.map_or(Ok(()), |settings| set_current(db, settings))?;
        // Of what other settings answered, an error may be all that is known under these.
        db.execute_batch("DELETE FROM errors WHERE path IN (SELECT path FROM answers_by_path)")
    })?;
    store.commit()?;
    let reused_groups = reuse::group(&mut store, &mut |_| {})?;
    let count = |table: &str| {
        let sql = format!("SELECT count(*) FROM {table}");
        let count = store.ask(|db| db.query_row(&sql, [], |row| row.get::<_, i64>(0)))?;
        Ok::<_, ArchiveError>(count as u64)
    };
    let merged = Merged {
        files: count("files")?,
        recordings: count("recordings")?,
        unreadable: count("unreadable")?,
        reused_groups,
        waiting: count(WAITING)?,
        mixed_settings: false,
        parts: Parts::default(),
        unfinished: Vec::new(),
    };
    store.close()?;
    Ok(merged)
}

fn copy(db: &Connection) -> rusqlite::Result<()> {
    for table in COPIED {
        let sql = format!("INSERT OR IGNORE INTO main.{table} SELECT * FROM other.{table}");
        db.execute(&sql, params![])?;
    }
    let labels = "settings, label, family, class, grade, prior";
    let factor = COUNT_FACTOR.of(db, "other")?;
    let scores = "answer, label, probability, log10_lr";
    let likelihood = LOG10_LIKELIHOOD.of(db, "other")?;
    db.execute_batch(&format!(
        "INSERT OR IGNORE INTO main.labels ({labels}, count_factor) SELECT {labels}, {factor} FROM other.labels;
         INSERT OR IGNORE INTO main.scores ({scores}, log10_likelihood) SELECT {scores}, {likelihood} FROM other.scores;"
    ))?;
    db.execute_batch(
        // An error is about the file as it was in its own database: of the same state of a file any may be kept.
        "INSERT OR IGNORE INTO main.work SELECT * FROM other.work;
         DELETE FROM main.errors WHERE path IN (SELECT o.path FROM other.files o JOIN main.files f ON f.path = o.path
            WHERE (o.present, ifnull(o.modified_ns, 0)) > (f.present, ifnull(f.modified_ns, 0)));
         INSERT INTO main.files SELECT * FROM other.files WHERE true
         ON CONFLICT (path) DO UPDATE SET path_bytes = excluded.path_bytes, size_bytes = excluded.size_bytes,
            modified_ns = excluded.modified_ns, present = excluded.present, recorded_at = excluded.recorded_at,
            recorded_by = excluded.recorded_by, recording = excluded.recording
         WHERE (excluded.present, ifnull(excluded.modified_ns, 0), excluded.recording IS NOT NULL)
             > (files.present, ifnull(files.modified_ns, 0), files.recording IS NOT NULL);
         INSERT OR IGNORE INTO main.errors SELECT e.* FROM other.errors e
         JOIN other.files o ON o.path = e.path JOIN main.files f ON f.path = e.path
         WHERE o.present = f.present AND o.modified_ns IS f.modified_ns AND o.size_bytes IS f.size_bytes;",
    )
}
