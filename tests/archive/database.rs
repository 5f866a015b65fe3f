//! What stands in the database.

use super::{archive, finish, made};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Tables that say what was found; `runs` and `work` say who found it when.
const FOUND: [&str; 13] = [
    "settings",
    "labels",
    "recordings",
    "files",
    "errors",
    "answers",
    "scores",
    "segments",
    "events",
    "fingerprints",
    "shared_sound",
    "sound_groups",
    "meta",
];

pub fn open(database: &Path) -> Connection {
    Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap()
}

/// Every row of what was found, sorted.
pub fn rows(database: &Path) -> Vec<String> {
    let db = open(database);
    let intact: String = db
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(intact, "ok");
    let broken = db.prepare("PRAGMA foreign_key_check").unwrap().exists([]);
    assert!(!broken.unwrap());
    let mut all = Vec::new();
    for table in FOUND {
        let mut statement = db.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let cells = (0..columns).map(|n| match row.get_ref(n).unwrap() {
                ValueRef::Blob(bytes) => format!("{bytes:02x?}"),
                other => format!("{other:?}"),
            });
            all.push(format!("{table}: {}", cells.collect::<Vec<_>>().join("|")));
        }
    }
    all.sort();
    all
}

/// The first rows in which two databases differ, if any.
pub fn difference(a: &[String], b: &[String]) -> Option<String> {
    let only = |here: &[String], there: &[String]| {
        let missing = here.iter().find(|row| there.binary_search(row).is_err());
        missing.map(|row| row.chars().take(300).collect::<String>())
    };
    match (only(a, b), only(b, a)) {
        (None, None) if a.len() == b.len() => None,
        (first, second) => Some(format!(
            "{} and {} rows\n{first:?}\n{second:?}",
            a.len(),
            b.len()
        )),
    }
}

pub fn count(database: &Path, sql: &str) -> i64 {
    open(database).query_row(sql, [], |row| row.get(0)).unwrap()
}

pub fn texts(database: &Path, sql: &str) -> Vec<String> {
    let db = open(database);
    let mut statement = db.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Every corrupt file is listed with its kind and every good one answered.
pub fn check(database: &Path, made: &made::Made) {
    let db = open(database);
    let mut statement = db
        .prepare("SELECT path, kind, message FROM unreadable")
        .unwrap();
    let found: BTreeMap<PathBuf, String> = statement
        .query_map([], |row| {
            let message: String = row.get(2)?;
            let path: String = row.get(0)?;
            assert!(message.starts_with(&path), "{message}");
            Ok((path.into(), row.get(1)?))
        })
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let wanted = made
        .bad
        .iter()
        .map(|(path, kind)| (path.clone(), (*kind).to_owned()));
    assert_eq!(found, wanted.collect());
    let answered = texts(database, "SELECT path FROM answers_by_path ORDER BY path");
    let mut good: Vec<String> = made
        .good
        .iter()
        .map(|p| p.to_str().unwrap().to_owned())
        .collect();
    good.sort();
    assert_eq!(answered, good);
}

#[test]
fn what_is_kept_depends_neither_on_jobs_nor_on_where_the_work_is_done() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("in");
    let made = made::make(&folder, 300, 15);
    let run = |name: &str, more: &[&str]| {
        let database = dir.path().join(name);
        let (code, said) = finish(archive(&folder, &database, more));
        assert_eq!(code, 3, "{said}");
        check(&database, &made);
        rows(&database)
    };
    let one = run("one.sqlite", &["--jobs", "1"]);
    for more in [
        &["--jobs", "3"][..],
        &["--workers", "threads", "--jobs", "2"],
    ] {
        let other = run(&format!("{}.sqlite", more[1]), more);
        assert_eq!(difference(&one, &other), None);
    }
}

#[test]
fn events_segments_and_scores_agree_with_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let database = dir.path().join("r.sqlite");
    let (code, said) = finish(archive(&samples, &database, &[]));
    assert_eq!(code, 0, "{said}");
    assert!(count(&database, "SELECT count(*) FROM detections") > 0);
    for contradiction in [
        // An event's segments are those that lie in it.
        "SELECT count(*) FROM events e WHERE segments <> (SELECT count(*) FROM segments s
            WHERE s.answer = e.answer AND s.label = e.label AND s.start_s >= e.start_s AND s.end_s <= e.end_s)",
        "SELECT count(*) FROM events e WHERE abs(peak_probability - (SELECT max(probability) FROM segments s
            WHERE s.answer = e.answer AND s.start_s >= e.start_s AND s.end_s <= e.end_s)) > 1e-9",
        "SELECT count(*) FROM (SELECT sum(probability) AS p FROM scores GROUP BY answer) WHERE abs(p - 1) > 0.002",
        "SELECT count(*) FROM answers a JOIN scores s ON s.answer = a.id AND s.label = a.label
            WHERE s.probability <> a.probability",
        "SELECT count(*) FROM answers WHERE phase = 'dive' AND dive_start_s IS NULL",
        "SELECT count(*) FROM recordings WHERE length(sha256) <> 64 OR duration_s <= 0 OR codec IS NULL",
    ] {
        assert_eq!(count(&database, contradiction), 0, "{contradiction}");
    }
    let dives = "SELECT count(*) FROM detections WHERE phase = 'dive' AND path LIKE '%harop-dive%'";
    assert!(count(&database, dives) > 0);
}

#[test]
fn the_documents_name_every_table_view_and_column() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("in");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("a.wav"), made::wav(1, 12_000)).unwrap();
    let database = dir.path().join("r.sqlite");
    assert_eq!(finish(archive(&folder, &database, &[])).0, 0);
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/archive.md");
    let document = std::fs::read_to_string(document).unwrap();
    let sql = "SELECT m.name || '.' || c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c
        WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite_%'";
    for column in texts(&database, sql) {
        let (table, name) = column.split_once('.').unwrap();
        assert!(document.contains(&format!("`{table}`")), "{table}");
        assert!(document.contains(&format!("`{name}`")), "{column}");
    }
}
