//! Files, models and settings change between runs.

use super::database::{count, rows, texts};
use super::{archive, earwitness, finish, made, text};
use std::fs;
use std::path::Path;

struct Place {
    _dir: tempfile::TempDir,
    folder: std::path::PathBuf,
    database: std::path::PathBuf,
}

fn place(files: u64) -> Place {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("in");
    fs::create_dir(&folder).unwrap();
    for n in 0..files {
        fs::write(folder.join(format!("{n}.wav")), made::wav(n, 12_000)).unwrap();
    }
    let database = dir.path().join("r.sqlite");
    Place {
        _dir: dir,
        folder,
        database,
    }
}

const ANSWERS: &str = "SELECT count(*) FROM work";
const PATHS: &str = "SELECT path FROM answers_by_path ORDER BY path";

impl Place {
    fn run(&self, more: &[&str]) -> (i32, String) {
        finish(archive(&self.folder, &self.database, more))
    }

    fn names(&self) -> Vec<String> {
        let paths = texts(&self.database, PATHS);
        let name = |path: &String| {
            Path::new(path)
                .strip_prefix(&self.folder)
                .unwrap()
                .to_owned()
        };
        paths.iter().map(|p| text(&name(p)).to_owned()).collect()
    }
}

#[test]
fn a_finished_archive_is_done_at_once_and_nothing_changes() {
    let place = place(4);
    assert_eq!(place.run(&[]).0, 0);
    let before = rows(&place.database);
    let (code, said) = place.run(&[]);
    assert_eq!(code, 0);
    assert!(
        said.contains("4 files: 0 to classify (0.0 MB), 4 done before"),
        "{said}"
    );
    assert_eq!(rows(&place.database), before);
}

#[test]
fn renamed_copied_and_linked_files_are_known_by_what_they_hold() {
    let place = place(3);
    fs::copy(place.folder.join("1.wav"), place.folder.join("copy.wav")).unwrap();
    assert_eq!(place.run(&[]).0, 0);
    // The copy was classified once, and is listed under both names.
    assert_eq!(count(&place.database, ANSWERS), 3);
    assert_eq!(place.names(), ["0.wav", "1.wav", "2.wav", "copy.wav"]);
    fs::create_dir(place.folder.join("sub")).unwrap();
    fs::rename(
        place.folder.join("0.wav"),
        place.folder.join("sub/moved.wav"),
    )
    .unwrap();
    let (code, said) = place.run(&[]);
    assert_eq!(code, 0);
    assert!(said.contains("1 known files are no longer there"), "{said}");
    assert_eq!(count(&place.database, ANSWERS), 3);
    assert_eq!(
        place.names(),
        ["1.wav", "2.wav", "copy.wav", "sub/moved.wav"]
    );
}

#[test]
fn a_file_that_changed_is_classified_again() {
    let place = place(2);
    assert_eq!(place.run(&[]).0, 0);
    fs::write(place.folder.join("0.wav"), made::wav(9, 20_000)).unwrap();
    let (_, said) = place.run(&[]);
    assert!(said.contains("2 files: 1 to classify"), "{said}");
    let durations =
        "SELECT CAST(round(1000 * duration_s) AS TEXT) FROM answers_by_path ORDER BY path";
    assert_eq!(texts(&place.database, durations), ["1250.0", "750.0"]);
}

#[test]
fn another_prior_gives_new_answers_beside_the_old_ones() {
    let place = place(3);
    assert_eq!(place.run(&[]).0, 0);
    let expected = || {
        let output = earwitness(&["query", text(&place.database), "--format", "json"]);
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        json["expected"].clone()
    };
    let before = expected();
    assert!(before.as_array().is_some_and(|labels| labels.len() > 8));
    let prior = ["--prior", "multirotor=1000000"];
    let (code, said) = place.run(&[&prior[..], &["--dry-run"]].concat());
    assert_eq!((code, count(&place.database, ANSWERS)), (0, 3), "{said}");
    let (code, said) = place.run(&prior);
    assert_eq!(code, 0);
    assert!(
        said.contains("model or prior has changed: 3 files are classified again"),
        "{said}"
    );
    assert_eq!(count(&place.database, ANSWERS), 6);
    // How many recordings have a label does not depend on what was likely beforehand.
    assert_eq!(expected(), before);
    assert_eq!(
        count(&place.database, "SELECT count(*) FROM answers_by_path"),
        3
    );
    let named =
        "SELECT count(*) FROM changed_answers WHERE new_label = 'multirotor' AND old_label <> 'multirotor'";
    assert!(count(&place.database, named) > 0);
    let changed = count(&place.database, "SELECT count(*) FROM changed_answers");
    let database = text(&place.database);
    let said = |arguments: &[&str]| {
        let output = earwitness(arguments);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let csv = said(&["export", database, "--table", "changed"]);
    assert!(csv.starts_with("path,old_label,new_label,"), "{csv}");
    assert_eq!(csv.lines().count() as i64, changed + 1, "{csv}");
    let of_new = [
        "export",
        database,
        "--table",
        "changed",
        "--label",
        "multirotor",
    ];
    assert_eq!(
        said(&of_new).lines().count() as i64,
        count(&place.database, named) + 1
    );
    let words = said(&["query", database]);
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let wanted = format!("{changed} of 3 answers are others than under earwitness-default");
    assert!(words.contains(&wanted), "{words}");
    assert!(
        words.contains("prior hierarchical: `earwitness export --table changed`"),
        "{words}"
    );
    let json: serde_json::Value =
        serde_json::from_str(&said(&["query", database, "--format", "json"])).unwrap();
    assert_eq!(json["changed"][0]["changed"], changed);
    assert_eq!(json["changed"][0]["files"], 3);
    let none = ["query", database, "--format", "json", "--path", "*none*"];
    let none: serde_json::Value = serde_json::from_str(&said(&none)).unwrap();
    assert_eq!(none["changed"], serde_json::json!([]));
    // Back again: everything is there.
    let (_, said) = place.run(&[]);
    assert!(said.contains("0 to classify"), "{said}");
    assert_eq!(
        count(
            &place.database,
            "SELECT count(*) FROM answers_by_path WHERE label = 'multirotor'"
        ),
        0
    );
}

#[test]
fn what_failed_is_left_alone_until_it_changes_or_is_asked_for() {
    let place = place(1);
    fs::write(place.folder.join("bad.wav"), "no sound").unwrap();
    fs::write(place.folder.join("empty.wav"), "").unwrap();
    assert_eq!(place.run(&[]).0, 3);
    let (code, said) = place.run(&[]);
    assert_eq!(code, 3);
    assert!(
        said.contains("0 to classify (0.0 MB), 1 done before, 2 failed before"),
        "{said}"
    );
    let (code, said) = place.run(&["--retry-errors"]);
    assert_eq!(code, 3);
    assert!(
        said.contains("2 of them failed before and are tried again"),
        "{said}"
    );
    fs::write(place.folder.join("empty.wav"), made::wav(5, 12_000)).unwrap();
    assert_eq!(place.run(&[]).0, 3);
    assert_eq!(
        texts(&place.database, "SELECT kind FROM unreadable"),
        ["not-audio"]
    );
    assert_eq!(place.names(), ["0.wav", "empty.wav"]);
}

#[test]
fn a_dry_run_says_what_would_be_done_and_makes_nothing() {
    let place = place(2);
    let output = archive(&place.folder, &place.database, &["--dry-run"])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("2 files: 2 to classify"), "{said}");
    assert!(!place.database.exists());
    let (code, said) = finish(archive(Path::new("/proc/sys/abi"), &place.database, &[]));
    assert_eq!(code, 1);
    assert!(said.contains("nothing to do"), "{said}");
    assert!(!place.database.exists());
}

#[test]
fn lists_and_patterns_choose_files() {
    let place = place(4);
    let list = place.folder.join("list.txt");
    let line = |n: u32| format!("{}\n", text(&place.folder.join(format!("{n}.wav"))));
    fs::write(&list, line(0) + &line(2)).unwrap();
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("earwitness"));
    command.args([
        "archive",
        "--files-from",
        text(&list),
        "-o",
        text(&place.database),
    ]);
    assert_eq!(finish(command).0, 0);
    assert_eq!(place.names(), ["0.wav", "2.wav"]);
    let pattern = place.folder.join("[13].*");
    let (code, _) = finish(archive(&pattern, &place.database, &["--exclude", "3*"]));
    assert_eq!(
        (code, place.names()),
        (0, vec!["0.wav".into(), "1.wav".into(), "2.wav".into()])
    );
}

#[cfg(unix)]
#[test]
fn names_that_are_no_text_are_kept_and_found_again() {
    use std::os::unix::ffi::OsStrExt;
    let place = place(0);
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9 \n\xd5\xa1.wav");
    fs::write(place.folder.join(name), made::wav(1, 12_000)).unwrap();
    assert_eq!(place.run(&[]).0, 0);
    assert_eq!(place.names(), ["caf\\xe9 \n\u{561}.wav"]);
    let (code, said) = place.run(&[]);
    assert!(code == 0 && said.contains("0 to classify"), "{said}");
}

#[test]
fn a_dry_run_leaves_the_database_alone() {
    let place = place(2);
    assert_eq!(place.run(&["--dry-run"]).0, 0);
    assert!(!place.database.exists());
    assert_eq!(place.run(&[]).0, 0);
    fs::write(place.folder.join("new.wav"), made::wav(9, 12_000)).unwrap();
    fs::remove_file(place.folder.join("0.wav")).unwrap();
    let lock = place.database.with_file_name(".r.sqlite.lock");
    fs::remove_file(&lock).unwrap();
    let before = fs::read(&place.database).unwrap();
    let mut command = archive(&place.folder, &place.database, &["--dry-run"]);
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("2 files: 1 to classify"), "{said}");
    assert!(said.contains("1 known files are no longer there"), "{said}");
    assert_eq!(fs::read(&place.database).unwrap(), before);
    // It was not even locked: a run may be under way.
    let left = fs::read_dir(place.database.parent().unwrap()).unwrap();
    assert_eq!(left.count(), 2, "the folder and the database");
}

#[test]
fn a_folder_that_is_not_there_changes_nothing_of_what_is_known_of_it() {
    let place = place(2);
    let others = place.folder.with_file_name("others");
    fs::create_dir(&others).unwrap();
    fs::write(others.join("a.wav"), made::wav(7, 12_000)).unwrap();
    let both = |more: &[&str]| place.run(&[&[text(&others)], more].concat());
    assert_eq!(both(&[]).0, 0);
    let before = rows(&place.database);
    let away = place.folder.with_file_name("away");
    fs::rename(&place.folder, &away).unwrap();
    for more in [&[][..], &["--dry-run"]] {
        let (code, said) = both(more);
        assert_eq!(code, 1, "{said}");
        assert!(
            said.contains(text(&place.folder)) && said.contains("is not there"),
            "{said}"
        );
        assert_eq!(rows(&place.database), before);
    }
    // Where nothing is mounted the place of a share is an empty folder.
    fs::create_dir(&place.folder).unwrap();
    for more in [&[][..], &["--dry-run"]] {
        let (code, said) = both(more);
        assert!(
            code == 1 && said.contains("is empty, and held 2 files"),
            "{said}"
        );
        assert_eq!(rows(&place.database), before);
    }
    fs::remove_dir(&place.folder).unwrap();
    fs::rename(&away, &place.folder).unwrap();
    let (code, said) = both(&[]);
    assert!(code == 0 && said.contains("0 to classify"), "{said}");
    // Nothing is made for a slip of the keys.
    let new = others.with_file_name("new.sqlite");
    assert_eq!(finish(archive(&away, &new, &[])).0, 1);
    let left = fs::read_dir(others.parent().unwrap()).unwrap();
    let made = left.filter(|entry| text(&entry.as_ref().unwrap().path()).contains("new.sqlite"));
    assert_eq!(made.count(), 0);
}
