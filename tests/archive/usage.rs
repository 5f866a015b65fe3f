//! Wrong usage of the verbs that read a database, and readers that go away.

use super::{archive, earwitness, finish, made, text};
use std::fs;
use std::path::PathBuf;

struct Place {
    dir: tempfile::TempDir,
    folder: PathBuf,
    database: PathBuf,
}

fn place() -> Place {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("in");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("a.wav"), made::wav(1, 32_000)).unwrap();
    let database = dir.path().join("r.sqlite");
    assert_eq!(finish(archive(&folder, &database, &[])).0, 0);
    Place {
        dir,
        folder,
        database,
    }
}

#[test]
fn a_label_that_the_database_does_not_have_is_refused_with_those_that_it_has() {
    let place = place();
    for verb in ["query", "export", "suggest"] {
        for wrong in ["shaheed-136", "'; DROP TABLE files; --"] {
            let output = earwitness(&[verb, text(&place.database), "--label", wrong]);
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{verb}: {said}");
            assert!(
                said.contains(wrong) && said.contains("shahed-136, siren"),
                "{said}"
            );
        }
        let more = ["--label", "shahed-136", "--format"];
        let format = if verb == "query" { "json" } else { "jsonl" };
        let known = [&[verb, text(&place.database)], &more[..], &[format]].concat();
        assert_eq!(earwitness(&known).status.code(), Some(0), "{verb}");
    }
}

#[test]
fn what_is_no_database_is_not_told_to_be_written_elsewhere() {
    let place = place();
    let other = place.dir.path().join("README.md");
    fs::write(
        &other,
        "not a database, but long enough to be read as one".repeat(20),
    )
    .unwrap();
    for verb in [&["query"][..], &["export"], &["archive", "status"]] {
        let output = earwitness(&[verb, &[text(&other)]].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(
            said.contains("is not a database of `earwitness archive`"),
            "{said}"
        );
        assert!(!said.contains("with -o"), "{said}");
    }
    // Where it was to be written, that is the remedy.
    let (_, said) = finish(archive(&place.folder, &other, &[]));
    assert!(said.contains("name another file with -o"), "{said}");
}

#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let place = place();
    let (database, folder) = (text(&place.database), text(&place.folder));
    let recording = place.folder.join("a.wav");
    for arguments in [
        &["archive", "status", database][..],
        &["archive", folder, "-o", database, "--dry-run"],
        &["query", database],
        &["export", database],
        &["features", "--schema"],
        &["features", text(&recording)],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = std::process::Command::new(assert_cmd::cargo::cargo_bin!("earwitness"))
            .args(arguments)
            .stdout(writer)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            (output.status.code(), said.as_str()),
            (Some(0), ""),
            "{arguments:?}"
        );
    }
}
