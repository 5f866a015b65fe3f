//! What the archive holds now, beside what the database knows of it: what is left to do.

use std::path::Path;

use rusqlite::{params, Connection, OptionalExtension};

use super::facts::{device, Facts};
use super::shard::Shard;
use super::store::{Job, Store};
use super::walk::{Found, Roots};
use super::{name, ArchiveError};

/// Files that are read from the database at a time: so many are held in memory, however many there are.
const PAGE: usize = 256;

/// What a run would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Files found, of this shard.
    pub found: u64,
    /// Files to work on ...
    pub todo: u64,
    /// ... their bytes ...
    pub todo_bytes: u64,
    /// ... those of them that were never looked at, or have changed since ...
    pub new: u64,
    /// ... those that were answered under other settings ...
    pub again: u64,
    /// ... and those that failed and are tried again.
    pub retried: u64,
    /// Files with an answer under these settings.
    pub done_before: u64,
    /// Files that failed before and are left alone.
    pub failed_before: u64,
    /// Folders and files that could not be looked at.
    pub unlisted: u64,
    /// Files that the database knows and that are no longer there.
    pub gone: u64,
}

/// How the files found are to be treated.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    /// The settings whose answers count.
    pub settings: i64,
    /// Which part of the archive is meant.
    pub shard: Shard,
    /// Files that failed are tried again.
    pub retry_errors: bool,
    /// ffmpeg may be used: what failed for want of it is tried again.
    pub ffmpeg: bool,
}

/// Goes through the archive and notes in the database what is there, what has changed, and what has gone; the
/// list of what is to do stands in a temporary table.
pub(super) fn take(store: &mut Store, roots: &Roots, rules: &Rules) -> Result<Plan, ArchiveError> {
    store.ask(|db| {
        db.execute_batch(
            "DROP TABLE IF EXISTS temp.wanted;
             CREATE TEMP TABLE wanted (path TEXT PRIMARY KEY, todo INTEGER NOT NULL, device INTEGER NOT NULL) WITHOUT ROWID;",
        )
    })?;
    store.begin()?;
    let mut plan = Plan::default();
    roots.walk(|root, found| {
        if !rules.shard.holds(&root.path, found.path()) {
            return Ok(());
        }
        store.ask(|db| note(db, found, rules, &mut plan))
    })?;
    for root in roots.roots() {
        plan.gone += mark_gone(store, root)?;
    }
    Ok(plan)
}

/// The next files to work on after the one named `after`.
pub(super) fn page(store: &Store, after: &str) -> Result<Vec<Job>, ArchiveError> {
    store.ask(|db| {
        let mut statement = db.prepare_cached(
            "SELECT f.path, f.path_bytes, f.size_bytes, f.modified_ns, w.device, r.sha256
             FROM temp.wanted w JOIN files f ON f.path = w.path LEFT JOIN recordings r ON r.id = f.recording
             WHERE w.todo AND w.path > ?1 ORDER BY w.path LIMIT ?2",
        )?;
        let jobs = statement.query_map(params![after, PAGE as i64], |row| {
            let key: String = row.get(0)?;
            let bytes: Option<Vec<u8>> = row.get(1)?;
            let sha256: Option<String> = row.get(5)?;
            let path = bytes.as_deref().and_then(name::from_bytes);
            Ok(Job {
                path: path.unwrap_or_else(|| key.clone().into()),
                key,
                facts: Facts {
                    size: row.get::<_, Option<i64>>(2)?.unwrap_or(0) as u64,
                    modified_ns: row.get::<_, Option<i64>>(3)?.unwrap_or(0),
                },
                device: row.get::<_, i64>(4)? as u64,
                sha256: sha256.as_deref().and_then(from_hex),
            })
        })?;
        jobs.collect()
    })
}

/// What the database knows of a file.
struct Known {
    facts: Option<Facts>,
    present: bool,
    /// Whether it has an answer under the settings of the run, or under others only.
    answered: Option<bool>,
    /// The kind of its error, and whether ffmpeg was allowed then.
    error: Option<(String, bool)>,
}

fn known(db: &Connection, key: &str, settings: i64) -> rusqlite::Result<Option<Known>> {
    db.prepare_cached(
        "SELECT f.size_bytes, f.modified_ns, f.present, f.recording IS NOT NULL,
            EXISTS (SELECT 1 FROM answers a WHERE a.recording = f.recording AND a.settings = ?2),
            e.kind, e.ffmpeg
         FROM files f LEFT JOIN errors e ON e.path = f.path WHERE f.path = ?1",
    )?
    .query_row(params![key, settings], |row| {
        let size: Option<i64> = row.get(0)?;
        let modified: Option<i64> = row.get(1)?;
        let kind: Option<String> = row.get(5)?;
        let ffmpeg: Option<bool> = row.get(6)?;
        let is_linked: bool = row.get(3)?;
        Ok(Known {
            facts: size.zip(modified).map(|(size, modified_ns)| Facts {
                size: size as u64,
                modified_ns,
            }),
            present: row.get(2)?,
            answered: is_linked.then_some(row.get(4)?),
            error: kind.map(|kind| (kind, ffmpeg.unwrap_or(false))),
        })
    })
    .optional()
}

/// Notes one thing found.
fn note(db: &Connection, found: Found, rules: &Rules, plan: &mut Plan) -> rusqlite::Result<()> {
    let path = found.path().to_owned();
    let key = name::to_text(&path);
    let metadata = match found {
        Found::File(ref path) => std::fs::metadata(path),
        Found::Unlisted(unlisted) => {
            plan.found += 1;
            plan.unlisted += 1;
            return unusable(db, &path, &key, unlisted.kind, &unlisted.message);
        }
    };
    let (facts, device) = match &metadata {
        Ok(metadata) => (Facts::of(metadata), device(metadata)),
        // The reader says what is wrong with it, and how to mend that.
        Err(_) => (Facts::default(), 0),
    };
    if !want(db, &key, device)? {
        return Ok(());
    }
    plan.found += 1;
    let known = known(db, &key, rules.settings)?;
    let same = |k: &Known| k.facts == Some(facts);
    let todo = match known.as_ref().filter(|k| same(k)) {
        None => {
            plan.new += 1;
            insert(db, &path, &key, facts)?;
            true
        }
        Some(known) => {
            if !known.present {
                let sql = "UPDATE files SET present = 1 WHERE path = ?";
                db.prepare_cached(sql)?.execute([&key])?;
            }
            is_todo(known, rules, plan)
        }
    };
    if todo {
        plan.todo += 1;
        plan.todo_bytes += facts.size;
        let sql = "UPDATE temp.wanted SET todo = 1 WHERE path = ?";
        db.prepare_cached(sql)?.execute([&key])?;
    }
    Ok(())
}

/// Whether a file that has not changed is to be worked on.
fn is_todo(known: &Known, rules: &Rules, plan: &mut Plan) -> bool {
    if let Some((kind, with_ffmpeg)) = &known.error {
        let wanted_ffmpeg = ["unsupported-codec", "ffmpeg-missing"].contains(&kind.as_str());
        if rules.retry_errors || (rules.ffmpeg && !with_ffmpeg && wanted_ffmpeg) {
            plan.retried += 1;
            return true;
        }
        plan.failed_before += 1;
        return false;
    }
    match known.answered {
        Some(true) => plan.done_before += 1,
        Some(false) => plan.again += 1,
        None => plan.new += 1,
    }
    known.answered != Some(true)
}

/// Puts a file on the list; whether it was not there yet.
fn want(db: &Connection, key: &str, device: u64) -> rusqlite::Result<bool> {
    let sql = "INSERT OR IGNORE INTO temp.wanted VALUES (?, 0, ?)";
    let added = db
        .prepare_cached(sql)?
        .execute(params![key, device as i64])?;
    Ok(added == 1)
}

/// A file that is new or has changed.
fn insert(db: &Connection, path: &Path, key: &str, facts: Facts) -> rusqlite::Result<()> {
    let job = Job {
        path: path.to_owned(),
        key: key.to_owned(),
        facts,
        device: 0,
        sha256: None,
    };
    let (folder, file) = job.folder_and_name();
    db.prepare_cached("DELETE FROM errors WHERE path = ?")?
        .execute([key])?;
    db.prepare_cached(
        "INSERT INTO files VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, NULL, NULL, NULL)
         ON CONFLICT (path) DO UPDATE SET size_bytes = ?5, modified_ns = ?6, present = 1, recorded_at = NULL,
            recorded_by = NULL, recording = NULL",
    )?
    .execute(params![
        key,
        name::bytes_unless_text(path),
        folder,
        file,
        facts.size as i64,
        facts.modified_ns
    ])?;
    Ok(())
}

/// What cannot even be looked at.
fn unusable(
    db: &Connection,
    path: &Path,
    key: &str,
    kind: &str,
    message: &str,
) -> rusqlite::Result<()> {
    want(db, key, 0)?;
    insert(db, path, key, Facts::default())?;
    db.prepare_cached("INSERT OR REPLACE INTO errors VALUES (?, ?, ?, 0)")?
        .execute(params![key, kind, message])?;
    Ok(())
}

/// Files below `root` that the database knows, that the walk did not come upon, and that are no longer there.
fn mark_gone(store: &mut Store, root: &Path) -> Result<u64, ArchiveError> {
    let below = match name::to_text(root) {
        text if text.ends_with('/') => text,
        text => text + "/",
    };
    // What begins with "a/" lies between "a/" and "a0", the sign after the slash.
    let end = format!("{}0", below.trim_end_matches('/'));
    let missing: Vec<String> = store.ask(|db| {
        let mut statement = db.prepare(
            "SELECT path, path_bytes FROM files WHERE present AND path >= ?1 AND path < ?2
             AND path NOT IN (SELECT path FROM temp.wanted)",
        )?;
        let rows = statement.query_map([&below, &end], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, Option<Vec<u8>>>(1)?))
        })?;
        let mut missing = Vec::new();
        for row in rows {
            let (key, bytes) = row?;
            let path = bytes.as_deref().and_then(name::from_bytes);
            let path = path.unwrap_or_else(|| key.clone().into());
            if !path.exists() {
                missing.push(key);
            }
        }
        Ok(missing)
    })?;
    store.ask(|db| {
        for key in &missing {
            db.prepare_cached("UPDATE files SET present = 0 WHERE path = ?")?
                .execute([key])?;
        }
        Ok(())
    })?;
    Ok(missing.len() as u64)
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (n, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * n..2 * n + 2)?, 16).ok()?;
    }
    Some(bytes)
}
