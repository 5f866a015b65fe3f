//! What the archive holds now, beside what the database knows of it: what is left to do.

use std::path::{Path, MAIN_SEPARATOR};

use rusqlite::{params, Connection, OptionalExtension};

use super::facts::{device, Facts};
use super::shard::Shard;
use super::store::{forget_error, Job, Store};
use super::walk::{Found, Roots};
use super::{name, ArchiveError};
use crate::hex::sha256_from_hex;

/// Files that are read from the database at a time: so many are held in memory, however many there are.
const PAGE: usize = 256;

/// What a run would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Files found, of this shard.
    pub found: u64,
    /// Files come upon that are of other shards; those that several roots hold count for each.
    pub elsewhere: u64,
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
    /// What is found is noted in the database; else it is only counted, and the database may be open to be read alone.
    pub keep: bool,
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
            plan.elsewhere += 1;
            return Ok(());
        }
        store.ask(|db| note(db, found, rules, &mut plan))
    })?;
    for root in roots.roots() {
        let files = look_after(store, root, rules.keep)?;
        if files > 0 && root.read_dir().is_ok_and(|mut d| d.next().is_none()) {
            let folder = name::to_text(root);
            return Err(ArchiveError::Emptied { folder, files });
        }
        plan.gone += files;
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
                sha256: sha256.as_deref().and_then(sha256_from_hex),
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
            want(db, &key, 0)?;
            return match rules.keep {
                true => unusable(db, &path, &key, unlisted.kind, &unlisted.message),
                false => Ok(()),
            };
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
            if rules.keep {
                insert(db, &path, &key, facts)?;
            }
            true
        }
        Some(known) => {
            if rules.keep && !known.present {
                let sql = "UPDATE files SET present = 1 WHERE path = ?";
                db.prepare_cached(sql)?.execute([&key])?;
            }
            if rules.keep && known.answered == Some(true) && known.error.is_some() {
                // It is of other settings.
                forget_error(db, &key)?;
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

/// Whether a file that has not changed is to be worked on. Its error may be of other settings: an answer under these counts first.
fn is_todo(known: &Known, rules: &Rules, plan: &mut Plan) -> bool {
    if known.answered == Some(true) {
        plan.done_before += 1;
        return false;
    }
    if let Some((kind, with_ffmpeg)) = &known.error {
        let wanted_ffmpeg =
            ["unsupported-codec", "not-audio", "ffmpeg-missing"].contains(&kind.as_str());
        if rules.retry_errors || (rules.ffmpeg && !with_ffmpeg && wanted_ffmpeg) {
            plan.retried += 1;
            return true;
        }
        plan.failed_before += 1;
        return false;
    }
    match known.answered {
        Some(_) => plan.again += 1,
        None => plan.new += 1,
    }
    true
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
    forget_error(db, key)?;
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
    insert(db, path, key, Facts::default())?;
    db.prepare_cached("INSERT OR REPLACE INTO errors VALUES (?, ?, ?, 0)")?
        .execute(params![key, kind, message])?;
    Ok(())
}

/// Looks for what the database knows at and below `root` and the walk did not come upon. Files that are no longer there are
/// marked, and their number given; folders that could not be looked into and now can are forgotten. Of a root that is itself not
/// there nothing is known.
fn look_after(store: &mut Store, root: &Path, keep: bool) -> Result<u64, ArchiveError> {
    if matches!(root.try_exists(), Ok(false)) {
        return Ok(0);
    }
    let root = name::to_text(root);
    let (below, end) = name::range_below(&root, MAIN_SEPARATOR);
    let (mut missing, mut folders) = (Vec::new(), Vec::new());
    store.ask(|db| {
        let mut statement = db.prepare(
            "SELECT path, path_bytes FROM files WHERE present AND (path = ?1 OR path >= ?2 AND path < ?3)
             AND path NOT IN (SELECT path FROM temp.wanted)",
        )?;
        let mut rows = statement.query([&root, &below, &end])?;
        while let Some(row) = rows.next()? {
            let key: String = row.get(0)?;
            let bytes: Option<Vec<u8>> = row.get(1)?;
            let path = bytes.as_deref().and_then(name::from_bytes);
            let path = path.unwrap_or_else(|| key.clone().into());
            match path.try_exists() {
                Ok(false) => missing.push(key),
                Ok(true) if path.is_dir() && path.read_dir().is_ok() => folders.push(key),
                // It is there, or lies where nobody can look.
                _ => {}
            }
        }
        Ok(())
    })?;
    let gone = missing.len() as u64;
    if keep {
        store.ask(|db| {
            for key in missing.iter().chain(&folders) {
                let sql = "UPDATE files SET present = 0 WHERE path = ?";
                db.prepare_cached(sql)?.execute([key])?;
            }
            folders.iter().try_for_each(|key| forget(db, key))
        })?;
    }
    Ok(gone)
}

/// A folder is no file: it was listed for its error alone. What was a file with an answer once stays.
fn forget(db: &Connection, key: &str) -> rusqlite::Result<()> {
    forget_error(db, key)?;
    db.prepare_cached("DELETE FROM files WHERE path = ? AND recording IS NULL")?
        .execute([key])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::walk::Walk;

    #[test]
    fn a_folder_that_can_be_looked_into_again_is_no_error_any_more() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("sub");
        std::fs::create_dir(&folder).unwrap();
        let mut store = Store::in_memory().unwrap();
        let key = |path: &Path| name::to_text(path);
        let mut unlisted = vec![key(&folder), key(dir.path()), key(&dir.path().join("gone"))];
        store
            .ask(|db| {
                let shut = |key: &String| unusable(db, Path::new(key), key, "io", "");
                unlisted.iter().try_for_each(shut)
            })
            .unwrap();
        let walk = Walk {
            paths: vec![dir.path().to_owned()],
            ..Walk::default()
        };
        let rules = Rules {
            settings: 0,
            shard: Shard::default(),
            retry_errors: false,
            ffmpeg: false,
            keep: false,
        };
        let texts = |store: &Store, sql: &str| -> Vec<String> {
            let read = |db: &Connection| {
                let mut statement = db.prepare(sql)?;
                let rows = statement.query_map([], |row| row.get(0))?;
                rows.collect()
            };
            store.ask(read).unwrap()
        };
        let roots = walk.roots().unwrap();
        // Looking alone changes nothing.
        assert_eq!(take(&mut store, &roots, &rules).unwrap().gone, 1);
        unlisted.sort();
        let sql = "SELECT path FROM unreadable ORDER BY path";
        assert_eq!(texts(&store, sql), unlisted);
        let rules = Rules {
            keep: true,
            ..rules
        };
        let plan = take(&mut store, &roots, &rules).unwrap();
        assert_eq!((plan.found, plan.gone), (0, 1));
        assert!(texts(&store, sql).is_empty());
        let left = texts(&store, "SELECT path FROM files");
        assert_eq!(left, [key(&dir.path().join("gone"))]);
    }
}
