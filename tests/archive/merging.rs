//! Errors, and runs that were not finished, where settings and databases meet.

use super::database::{count, open, texts};
use super::{archive, earwitness, finish, made, text};
use std::fs;
use std::path::{Path, PathBuf};

const UNREADABLE: &str = "SELECT kind FROM unreadable";
const ANSWERED: &str = "SELECT count(*) FROM answers_by_path";

fn folder(dir: &Path, files: u64) -> PathBuf {
    let folder = dir.join("in");
    fs::create_dir(&folder).unwrap();
    for n in 0..files {
        fs::write(folder.join(format!("{n}.wav")), made::wav(n, 12_000)).unwrap();
    }
    folder
}

/// Exit code and standard error of a merge.
fn merge(databases: &[&Path], output: &Path) -> (Option<i32>, String) {
    let databases = databases.iter().map(|path| text(path));
    let arguments = ["archive", "merge", "-o", text(output)].into_iter();
    let merged = earwitness(&arguments.chain(databases).collect::<Vec<_>>());
    let said = String::from_utf8(merged.stderr).unwrap();
    (merged.status.code(), said)
}

/// As if the latest run had failed over `0.wav`, which other settings answered.
fn fail_the_first(database: &Path) {
    let changed = open(database).execute_batch(
        "CREATE TEMP TABLE failed AS SELECT answer FROM answers_by_path WHERE name = '0.wav';
         DELETE FROM work WHERE answer IN (SELECT answer FROM failed);
         DELETE FROM scores WHERE answer IN (SELECT answer FROM failed);
         DELETE FROM segments WHERE answer IN (SELECT answer FROM failed);
         DELETE FROM events WHERE answer IN (SELECT answer FROM failed);
         DELETE FROM answers WHERE id IN (SELECT answer FROM failed);
         INSERT INTO errors SELECT path, 'memory-limit', 'took too much', 0 FROM files WHERE name = '0.wav';",
    );
    changed.unwrap();
}

#[test]
fn an_error_is_of_the_settings_under_which_it_came() {
    let dir = tempfile::tempdir().unwrap();
    let folder = folder(dir.path(), 3);
    let database = dir.path().join("r.sqlite");
    let prior = ["--prior", "siren=3"];
    for more in [&[][..], &prior] {
        assert_eq!(finish(archive(&folder, &database, more)).0, 0);
    }
    fail_the_first(&database);
    // Joined with another or with none, it keeps its error, and the answer under the older settings.
    let all = dir.path().join("all.sqlite");
    let (code, said) = merge(&[&database], &all);
    assert!(
        code == Some(0) && said.contains("1 without an answer"),
        "{said}"
    );
    assert_eq!(
        (count(&all, ANSWERED), texts(&all, UNREADABLE)),
        (2, vec!["memory-limit".to_owned()])
    );
    assert_eq!(count(&all, "SELECT count(*) FROM answers"), 5);
    // The first settings answered all: nothing is to be done again.
    let (code, said) = finish(archive(&folder, &database, &["--dry-run"]));
    assert!(code == 0, "{said}");
    let (code, said) = finish(archive(&folder, &database, &[]));
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("0 to classify (0.0 MB), 3 done before"),
        "{said}"
    );
    assert_eq!(count(&database, "SELECT count(*) FROM errors"), 0);
    // And an answer under the settings of the latest run is none of an unreadable file.
    let (code, said) = finish(archive(&folder, &database, &prior));
    assert!(code == 0 && said.contains("1 to classify"), "{said}");
    fail_the_first(&database);
    let first = "SELECT value FROM meta WHERE key = 'current_settings'";
    let first = texts(
        &all,
        &format!("SELECT CAST(id AS TEXT) FROM settings WHERE CAST(id AS TEXT) <> ({first})"),
    );
    let db = open(&database);
    db.execute(
        "UPDATE meta SET value = ? WHERE key = 'current_settings'",
        [&first[0]],
    )
    .unwrap();
    drop(db);
    assert_eq!(texts(&database, UNREADABLE), [""; 0]);
    assert_eq!(count(&database, ANSWERED), 3);
}

#[test]
fn the_error_of_a_file_is_that_of_its_latest_state() {
    let dir = tempfile::tempdir().unwrap();
    let folder = folder(dir.path(), 1);
    let at = |name: &str| dir.path().join(name);
    fs::write(folder.join("bad.wav"), "").unwrap();
    assert_eq!(finish(archive(&folder, &at("old.sqlite"), &[])).0, 3);
    std::thread::sleep(std::time::Duration::from_millis(20));
    fs::write(folder.join("bad.wav"), "no sound").unwrap();
    assert_eq!(finish(archive(&folder, &at("new.sqlite"), &[])).0, 3);
    let (old, new) = (at("old.sqlite"), at("new.sqlite"));
    for (n, both) in [[&old, &new], [&new, &old]].into_iter().enumerate() {
        let all = at(&format!("{n}.sqlite"));
        assert_eq!(merge(&[both[0], both[1]], &all).0, Some(0));
        assert_eq!(texts(&all, UNREADABLE), ["not-audio"], "{n}");
        let size = "SELECT size_bytes FROM unreadable";
        assert_eq!(count(&all, size), 8);
    }
    // Of the same state of a file, what is known of it is kept, whichever database is first.
    let other = at("other.sqlite");
    let prior = ["--prior", "siren=3"];
    std::thread::sleep(std::time::Duration::from_secs(1));
    assert_eq!(finish(archive(&folder, &other, &prior)).0, 3);
    fail_the_first(&other);
    for (n, both) in [[&other, &new], [&new, &other]].into_iter().enumerate() {
        let all = at(&format!("mixed{n}.sqlite"));
        assert_eq!(merge(&[both[0], both[1]], &all).0, Some(0));
        let mut kinds = texts(&all, UNREADABLE);
        kinds.sort();
        assert_eq!(kinds, ["memory-limit", "not-audio"], "{n}");
    }
}

#[test]
fn an_archive_that_was_not_gone_through_is_said_to_be_so() {
    let dir = tempfile::tempdir().unwrap();
    let folder = folder(dir.path(), 4);
    let database = dir.path().join("r.sqlite");
    assert_eq!(finish(archive(&folder, &database, &[])).0, 0);
    let query = |database: &Path| {
        let words = earwitness(&["query", text(database)]);
        let words = String::from_utf8(words.stdout).unwrap();
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let json = earwitness(&["query", text(database), "--format", "json"]);
        let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
        (words, json["standing"].clone())
    };
    let (words, standing) = query(&database);
    assert!(!words.contains("Not all"), "{words}");
    assert_eq!(standing["run"], "finished");
    let (code, said) = merge(&[&database], &dir.path().join("whole.sqlite"));
    assert!(code == Some(0) && !said.contains("warning"), "{said}");
    fail_the_first(&database);
    let stopped = open(&database).execute_batch(
        "DELETE FROM errors; DELETE FROM meta WHERE key = 'recordings_grouped';
         UPDATE runs SET outcome = 'stopped'",
    );
    stopped.unwrap();
    let (words, standing) = query(&database);
    assert!(
        words.contains(
            "Not all of the archive: 3 of 4 files known have an answer under these settings, 0 an error; \
             the run was not finished (stopped); 4 recordings came since sound was compared."
        ),
        "{words}"
    );
    let wanted = serde_json::json!({"known": 4, "answered": 3, "unreadable": 0, "waiting": 1, "run": "stopped",
        "not_compared": 4, "lacking": ""});
    assert_eq!(standing, wanted);
    let all = dir.path().join("all.sqlite");
    let (code, said) = merge(&[&database], &all);
    assert_eq!(code, Some(3), "{said}");
    assert!(
        said.contains("not finished: ")
            && said.contains("r.sqlite; 1 files known have neither answer nor error)"),
        "{said}"
    );
    let (words, standing) = query(&all);
    assert!(words.contains("3 of 4 files known"), "{words}");
    assert_eq!(standing["not_compared"], 0);
    // A part of an archive is told to be one.
    let part = dir.path().join("part.sqlite");
    assert_eq!(finish(archive(&folder, &part, &["--shard", "1/3"])).0, 0);
    let (words, standing) = query(&part);
    assert!(
        words.contains("not all shards are in it (missing: 2/3 to 3/3)"),
        "{words}"
    );
    assert_eq!(standing["lacking"], "missing: 2/3 to 3/3");
}

#[test]
fn a_damaged_database_is_told_how_what_is_left_is_saved() {
    let dir = tempfile::tempdir().unwrap();
    let folder = folder(dir.path(), 8);
    let database = dir.path().join("r.sqlite");
    assert_eq!(finish(archive(&folder, &database, &[])).0, 0);
    let mut bytes = fs::read(&database).unwrap();
    let page = usize::from(u16::from_be_bytes([bytes[16], bytes[17]]));
    // The schema stays.
    let roots = texts(
        &database,
        "SELECT CAST(rootpage AS TEXT) FROM sqlite_schema WHERE name IN ('answers', 'files', 'runs')",
    );
    for root in roots {
        let root: usize = root.parse().unwrap();
        bytes[(root - 1) * page..root * page].fill(0xff);
    }
    fs::write(&database, bytes).unwrap();
    let all = dir.path().join("all.sqlite");
    for arguments in [
        &["query", text(&database)][..],
        &["export", text(&database)],
        &["archive", "merge", text(&database), "-o", text(&all)],
        &["archive", text(&folder), "-o", text(&database)],
    ] {
        let output = earwitness(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(
            said.contains("is damaged (") && said.contains(".recover"),
            "{arguments:?}: {said}"
        );
        assert!(!said.contains("same command"), "{arguments:?}: {said}");
        assert!(!all.exists());
    }
}
