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

#[test]
fn what_would_leave_nothing_is_refused_with_what_to_change() {
    let place = place();
    let database = text(&place.database);
    let days = ["--since", "2020-10-04", "--until", "2020-10-03"];
    let same = ["--since", "2020-10-03", "--until", "2020-10-03"];
    let bounds = ["--min-probability", "0.8", "--max-probability", "0.2"];
    for (verb, wrong, named) in [
        ("query", &bounds[..], "--max-probability 0.2"),
        ("query", &days, "--until 2020-10-03"),
        ("export", &same, "--since 2020-10-03"),
        ("suggest", &bounds, "--min-probability 0.8"),
        (
            "export",
            &["--table", "unreadable", "--label", "harop"],
            "no labels",
        ),
        (
            "export",
            &["--table", "unreadable", "--min-probability", "0"],
            "--min-probability",
        ),
        (
            "export",
            &["--table", "unreadable", "--since", "2020-10-03"],
            "no times",
        ),
        (
            "export",
            &["--table", "segments", "--phase", "dive"],
            "no phases",
        ),
        (
            "export",
            &["--table", "reused-sound", "--label", "harop"],
            "no labels",
        ),
        (
            "export",
            &["--per-bin", "3"],
            "--per-bin is for --format clips",
        ),
        (
            "export",
            &["--format", "raven", "--margin", "1"],
            "--margin",
        ),
        (
            "export",
            &["--format", "jsonl", "--longest", "5"],
            "--longest",
        ),
        ("export", &["--ffmpeg"], "--ffmpeg"),
        (
            "export",
            &["--format", "clips", "--per-bin", "0"],
            "--per-bin",
        ),
        ("export", &["--format", "clips", "--margin=-1"], "--margin"),
    ] {
        let out = place.dir.path().join("out");
        let more = ["-o", text(&out)];
        let output = earwitness(&[&[verb, database], wrong, &more].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{verb} {wrong:?}: {said}");
        assert!(said.contains(named), "{verb} {wrong:?}: {said}");
        assert!(!out.exists(), "{verb} {wrong:?}");
    }
}

#[test]
fn a_pattern_that_no_path_is_like_is_told_how_paths_are_written() {
    let place = place();
    for (pattern, is_idle) in [("in/*", true), ("*in/*", false)] {
        let output = earwitness(&["query", text(&place.database), "--path", pattern]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{said}");
        let told = said.contains("is like `in/*`; they are absolute");
        assert_eq!(told, is_idle, "{said}");
    }
}

#[test]
fn a_folder_means_what_lies_below_it() {
    let place = place();
    let sub = place.folder.join("20 [old]");
    fs::create_dir(&sub).unwrap();
    fs::write(sub.join("b.wav"), made::wav(2, 32_000)).unwrap();
    assert_eq!(finish(archive(&place.folder, &place.database, &[])).0, 0);
    let files = |pattern: &str| {
        let database = text(&place.database);
        let output = earwitness(&["query", database, "--format", "json", "--path", pattern]);
        let said = String::from_utf8(output.stderr).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        (json["counts"]["files"].as_i64().unwrap(), said)
    };
    let folder = text(&place.folder);
    for (pattern, wanted) in [
        (folder.to_owned(), 2),
        (format!("{folder}/"), 2),
        (format!("{folder}/?.wav"), 1),
        (format!("{folder}/*[[]old]"), 1),
        (format!("{folder}/[ab].wav"), 1),
    ] {
        let (files, said) = files(&pattern);
        assert_eq!((files, said.as_str()), (wanted, ""), "{pattern}");
    }
    // What helps is such as some path is like.
    for (pattern, helps) in [
        ("in", "some are like `*/in`".to_owned()),
        (
            &format!("{folder}/20 [old]"),
            format!("some are like `{folder}/20 [[]old]`"),
        ),
        (
            "in/20 [old]/",
            "some are like `*/in/20 [[]old]/`".to_owned(),
        ),
        ("elsewhere", "`[[]` for a bracket itself".to_owned()),
    ] {
        let (files, said) = files(pattern);
        assert!(files == 0 && said.contains(&helps), "{pattern}: {said}");
    }
}

#[test]
fn options_of_other_verbs_are_taken_or_told_what_is_wrong() {
    let place = place();
    let (code, said) = finish(archive(&place.folder, &place.database, &["-r"]));
    assert!(code == 0 && said.contains("1 done before"), "{said}");
    let out = place.dir.path().join("x.html");
    for more in [
        &["--picture", text(&out), "-o", text(&out)][..],
        &["--picture", "-"],
    ] {
        let output = earwitness(&[&["query", text(&place.database)], more].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("cannot be written to one file"), "{said}");
        assert!(!out.exists() && output.stdout.is_empty());
    }
}
