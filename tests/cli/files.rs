//! Which files are taken, in which order, by `features`, which shares that with `classify` and
//! needs no model.

use super::{earwitness, wav};
use predicates::prelude::*;
use std::path::Path;

/// The names in the order of the output, each once, relative to `dir`.
fn names(dir: &Path, arguments: &[&str], stdin: &[u8]) -> (Vec<String>, i32, String) {
    let output = earwitness()
        .current_dir(dir)
        .arg("features")
        .args(arguments)
        .write_stdin(stdin)
        .output()
        .unwrap();
    let mut rows = csv::Reader::from_reader(&output.stdout[..]);
    let mut names: Vec<String> = rows
        .records()
        .map(|row| row.unwrap()[0].to_owned())
        .collect();
    names.dedup();
    let stderr = String::from_utf8(output.stderr).unwrap();
    (names, output.status.code().unwrap(), stderr)
}

fn folder(files: &[&str]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for file in files {
        wav::write(&dir.path().join(file), 100.0);
    }
    dir
}

#[test]
fn files_come_in_the_order_given_each_once() {
    let dir = folder(&["a.wav", "b.wav"]);
    let (names, code, _) = names(dir.path(), &["b.wav", "a.wav", "./b.wav"], b"");
    assert_eq!((names, code), (vec!["b.wav".into(), "a.wav".into()], 0));
}

#[test]
fn a_folder_needs_r_and_says_so() {
    let dir = folder(&["in/a.wav"]);
    let (found, code, stderr) = names(dir.path(), &["in"], b"");
    assert_eq!((found.len(), code), (0, 3));
    assert!(stderr.contains("-r"), "{stderr}");
    let (found, code, _) = names(dir.path(), &["-r", "in"], b"");
    assert_eq!((found, code), (vec!["in/a.wav".into()], 0));
}

#[test]
fn under_r_only_recordings_are_taken_but_a_file_that_is_named_always_is() {
    let dir = folder(&["in/a.wav", "in/sound.dat", "in/.hidden.wav"]);
    let (found, ..) = names(dir.path(), &["-r", "in"], b"");
    assert_eq!(found, ["in/a.wav"]);
    let (found, ..) = names(dir.path(), &["in/sound.dat", "in/.hidden.wav"], b"");
    assert_eq!(found, ["in/sound.dat", "in/.hidden.wav"]);
}

#[test]
fn a_folder_without_recordings_is_a_failure() {
    let dir = folder(&["in/notes.txt"]);
    let (_, code, stderr) = names(dir.path(), &["-r", "in"], b"");
    assert_eq!(code, 1);
    assert!(stderr.contains("no audio or video file"), "{stderr}");
}

#[cfg(unix)]
#[test]
fn a_loop_of_links_ends() {
    let dir = folder(&["in/sub/a.wav"]);
    std::os::unix::fs::symlink("..", dir.path().join("in/sub/up")).unwrap();
    let (found, code, _) = names(dir.path(), &["-r", "in"], b"");
    assert_eq!((found, code), (vec!["in/sub/a.wav".into()], 0));
}

#[cfg(unix)]
#[test]
fn names_with_newlines_spaces_and_any_script_work() {
    let files = ["a\nb.wav", "a b.wav", "Կրակ дрон 无人机.wav", "-r.wav"];
    let dir = folder(&files);
    let (mut found, code, _) = names(dir.path(), &["-r", "."], b"");
    assert_eq!(code, 0);
    found.sort();
    let mut wanted = files.map(|f| format!("./{f}"));
    wanted.sort();
    assert_eq!(found, wanted);
    let (found, code, _) = names(dir.path(), &["--", "-r.wav"], b"");
    assert_eq!((found, code), (vec!["-r.wav".into()], 0));
}

#[test]
fn names_come_from_a_list_by_lines_or_by_nul() {
    let dir = folder(&["a b.wav", "c.wav"]);
    let wanted = ["c.wav", "a b.wav"];
    std::fs::write(dir.path().join("list"), "c.wav\r\n\na b.wav\n").unwrap();
    assert_eq!(names(dir.path(), &["--files-from", "list"], b"").0, wanted);
    let stdin = ["--files-from", "-"];
    assert_eq!(names(dir.path(), &stdin, b"c.wav\na b.wav").0, wanted);
    let nul = ["--files-from", "-", "-0"];
    assert_eq!(names(dir.path(), &nul, b"c.wav\0a b.wav\0").0, wanted);
}

#[test]
fn a_list_that_is_not_there_is_a_failure_that_names_it() {
    let dir = folder(&[]);
    let (_, code, stderr) = names(dir.path(), &["--files-from", "lost.txt"], b"");
    assert_eq!(code, 1);
    assert!(stderr.contains("lost.txt"), "{stderr}");
}

#[test]
fn a_dash_is_a_recording_on_standard_input() {
    let dir = folder(&["a.wav"]);
    let (found, code, _) = names(dir.path(), &["-", "a.wav"], &wav::comb(90.0, 1.0));
    assert_eq!((found, code), (vec!["-".into(), "a.wav".into()], 0));
}

#[test]
fn a_broken_file_stops_no_other() {
    let dir = folder(&["a.wav", "c.wav"]);
    std::fs::write(dir.path().join("b.wav"), "no sound").unwrap();
    let (found, code, stderr) = names(dir.path(), &["a.wav", "b.wav", "gone.wav", "c.wav"], b"");
    assert_eq!(found, ["a.wav", "c.wav"]);
    assert_eq!(code, 3);
    assert!(
        stderr.contains("b.wav: ") && stderr.contains("gone.wav: "),
        "{stderr}"
    );
}

#[test]
fn features_are_a_row_per_segment_with_the_columns_of_the_schema() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.wav"), wav::comb(110.0, 4.0)).unwrap();
    let features = earwitness()
        .current_dir(dir.path())
        .args(["features", "a.wav"])
        .output()
        .unwrap();
    let schema = earwitness()
        .args(["features", "--schema"])
        .output()
        .unwrap();
    let mut features = csv::Reader::from_reader(&features.stdout[..]);
    let mut schema = csv::Reader::from_reader(&schema.stdout[..]);
    let columns: Vec<String> = schema
        .records()
        .map(|row| row.unwrap()[0].to_owned())
        .collect();
    let header: Vec<String> = features.headers().unwrap().iter().map(Into::into).collect();
    assert_eq!(header[..3], ["path", "start_s", "end_s"]);
    assert_eq!(header[3..], columns);
    let rows: Vec<_> = features.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 3);
    let at = header.iter().position(|c| c == "comb.fundamental").unwrap();
    let hz = rows[1][at].parse::<f64>().unwrap().exp2();
    assert!((hz / 110.0 - 1.0).abs() < 0.02, "{hz} Hz");
}

#[test]
fn a_quiet_run_says_nothing_of_a_broken_file() {
    earwitness()
        .args(["features", "-q", "gone.wav"])
        .assert()
        .code(3)
        .stderr(predicate::str::is_empty());
}

#[test]
#[ignore = "slow: thousands of files"]
fn thousands_of_files_come_all_and_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = wav::comb(100.0, 0.6);
    let mut wanted = Vec::new();
    for i in 0..5000 {
        let name = format!("{:02}/{i:04}.wav", i / 100);
        std::fs::create_dir_all(dir.path().join(format!("{:02}", i / 100))).unwrap();
        std::fs::write(dir.path().join(&name), &bytes).unwrap();
        wanted.push(format!("./{name}"));
    }
    let (found, code, _) = names(dir.path(), &["-r", "."], b"");
    assert_eq!(code, 0);
    assert_eq!(found, wanted);
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_no_file_behind() {
    let dir = tempfile::tempdir().unwrap();
    let long = super::wav::comb(150.0, 600.0);
    std::fs::write(dir.path().join("long.wav"), long).unwrap();
    let mut run = std::process::Command::new(assert_cmd::cargo::cargo_bin!("earwitness"))
        .current_dir(dir.path())
        .args(["features", "long.wav", "-o", "out.csv", "-q"])
        .spawn()
        .unwrap();
    let hidden = || {
        let names = std::fs::read_dir(dir.path()).unwrap();
        names
            .filter(|n| {
                n.as_ref()
                    .unwrap()
                    .file_name()
                    .to_string_lossy()
                    .starts_with('.')
            })
            .count()
    };
    while hidden() == 0 && run.try_wait().unwrap().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    // It is known to the program a moment after it is there.
    std::thread::sleep(std::time::Duration::from_millis(50));
    let killed = std::process::Command::new("kill")
        .arg(run.id().to_string())
        .status();
    assert!(killed.unwrap().success());
    assert_eq!(run.wait().unwrap().code(), Some(130));
    assert_eq!(hidden(), 0);
    assert!(!dir.path().join("out.csv").exists());
}
