//! Several machines share the work.

use super::database::{count, difference, rows};
use super::{archive, earwitness, finish, made, text};
use std::path::PathBuf;

#[test]
fn shards_together_are_the_whole() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("in");
    let made = made::make(&folder, 120, 12);
    // The same sound in files that fall into different shards.
    for n in 0..6 {
        std::fs::write(
            folder.join(format!("same{n}.wav")),
            made::wav(7_777, 80_000),
        )
        .unwrap();
    }
    let whole = dir.path().join("whole.sqlite");
    assert_eq!(finish(archive(&folder, &whole, &[])).0, 3);
    assert_eq!(
        count(&whole, "SELECT count(*) FROM unreadable") as usize,
        made.bad.len()
    );
    let shards: Vec<PathBuf> = (1..=3)
        .map(|n| dir.path().join(format!("{n}.sqlite")))
        .collect();
    for (n, shard) in shards.iter().enumerate() {
        let code = finish(archive(
            &folder,
            shard,
            &["--shard", &format!("{}/3", n + 1)],
        ))
        .0;
        assert!(code == 3 || code == 0);
        assert!(count(shard, "SELECT count(*) FROM files") < 80);
    }
    let all = dir.path().join("all.sqlite");
    let mut arguments = vec!["archive", "merge", "-o", text(&all)];
    arguments.extend(shards.iter().map(|shard| text(shard)));
    let merged = earwitness(&arguments);
    assert!(
        merged.status.success(),
        "{}",
        String::from_utf8_lossy(&merged.stderr)
    );
    assert_eq!(difference(&rows(&whole), &rows(&all)), None);
    assert_eq!(count(&all, "SELECT count(*) FROM runs"), 3);
    // What is merged can be gone on with.
    let (code, said) = finish(archive(&folder, &all, &[]));
    assert!(code == 3 && said.contains("0 to classify"), "{said}");
    let (code, said) = finish(archive(&folder, &all, &["--shard", "2/3"]));
    assert!(code == 3 && said.contains("0 to classify"), "{said}");
    let again = earwitness(&arguments);
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("is there already"));
}

#[test]
fn what_is_no_database_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.sqlite");
    std::fs::write(
        &path,
        "not a database, but long enough to be taken for something else",
    )
    .unwrap();
    for arguments in [
        &["query", text(&path)][..],
        &["export", text(&path)],
        &["archive", "status", text(&path)],
        &["archive", text(dir.path()), "-o", text(&path)],
    ] {
        let output = earwitness(arguments);
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("is not a database of"), "{said}");
    }
    let missing = earwitness(&["query", text(&dir.path().join("no.sqlite"))]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("no such database"));
}

#[test]
fn a_shard_to_which_no_file_belongs_is_done() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("in");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("a.wav"), made::wav(1, 12_000)).unwrap();
    let mut files = Vec::new();
    for n in 1..=3 {
        let shard = dir.path().join(format!("{n}.sqlite"));
        let (code, said) = finish(archive(&folder, &shard, &["--shard", &format!("{n}/3")]));
        assert_eq!(code, 0, "{said}");
        let held = count(&shard, "SELECT count(*) FROM files");
        let none = said.contains("none of the files found is in this shard");
        assert_eq!(none, held == 0, "{said}");
        let query = earwitness(&["query", text(&shard)]);
        assert!(query.status.success(), "{query:?}");
        files.push(held);
    }
    files.sort_unstable();
    assert_eq!(files, [0, 0, 1]);
    // Nothing at all is nothing of any shard.
    let none = dir.path().join("none");
    std::fs::create_dir(&none).unwrap();
    let database = dir.path().join("none.sqlite");
    let (code, said) = finish(archive(&none, &database, &["--shard", "1/3"]));
    assert!(code == 1 && said.contains("nothing to do"), "{said}");
    let list = dir.path().join("list.txt");
    std::fs::write(&list, "\n").unwrap();
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("earwitness"));
    command.args([
        "archive",
        "--files-from",
        text(&list),
        "-o",
        text(&database),
    ]);
    let (code, said) = finish(command);
    assert!(
        code == 1 && said.contains("list of files is empty"),
        "{said}"
    );
    assert!(!database.exists());
}

#[test]
fn shards_that_are_missing_or_were_not_finished_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("in");
    std::fs::create_dir(&folder).unwrap();
    for n in 0..4 {
        std::fs::write(folder.join(format!("{n}.wav")), made::wav(n, 12_000)).unwrap();
    }
    let part = |n: usize| dir.path().join(format!("{n}.sqlite"));
    for n in 1..=3 {
        let shard = format!("{n}/3");
        assert_eq!(
            finish(archive(&folder, &part(n), &["--shard", &shard])).0,
            0
        );
    }
    // A splitting that was tried before counts no more.
    assert_eq!(finish(archive(&folder, &part(4), &["--shard", "5/8"])).0, 0);
    std::thread::sleep(std::time::Duration::from_secs(1));
    assert_eq!(finish(archive(&folder, &part(4), &["--shard", "1/3"])).0, 0);
    let merge = |name: &str, parts: &[usize]| {
        let all = dir.path().join(name);
        let parts: Vec<PathBuf> = parts.iter().map(|n| part(*n)).collect();
        let mut arguments = vec!["archive", "merge", "-o", text(&all)];
        arguments.extend(parts.iter().map(|part| text(part)));
        let merged = earwitness(&arguments);
        let status = earwitness(&["archive", "status", text(&all)]);
        (
            merged.status.code(),
            String::from_utf8(merged.stderr).unwrap(),
            String::from_utf8(status.stdout).unwrap(),
        )
    };
    let (code, said, status) = merge("whole.sqlite", &[4, 2, 3]);
    assert!(code == Some(0) && !said.contains("warning"), "{said}");
    assert!(status.contains("shards in it: 1/3 to 3/3\n"), "{status}");
    let (code, said, status) = merge("part.sqlite", &[1, 3]);
    assert!(code == Some(3) && said.contains("(missing: 2/3)"), "{said}");
    assert!(
        status.contains("shards in it: 1/3, 3/3; missing: 2/3\n"),
        "{status}"
    );
    let db = super::database::open(&part(2));
    let stopped = db.execute("UPDATE runs SET outcome = 'stopped'", []);
    assert_eq!(stopped.unwrap(), 1);
    drop(db);
    let (code, said, status) = merge("stopped.sqlite", &[1, 2, 3]);
    assert!(
        code == Some(3) && said.contains("(not finished: 2/3)"),
        "{said}"
    );
    assert!(status.contains("not finished: 2/3\n"), "{status}");
}
