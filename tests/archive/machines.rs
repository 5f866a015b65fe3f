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
