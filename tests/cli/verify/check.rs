//! `--check`: a report is run again.

use super::{sample, verify};
use std::fs;

#[test]
fn a_report_agrees_with_itself_and_a_changed_one_is_told_where() {
    let dir = tempfile::tempdir().unwrap();
    fs::copy(sample("shahed-136-cruise.wav"), dir.path().join("clip.wav")).unwrap();
    assert_eq!(
        verify(dir.path(), &["clip.wav", "-o", "out", "--h1", "shahed-136"]).2,
        0
    );
    let (out, err, code) = verify(dir.path(), &["--check", "out/report.json"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(
        out.contains("agrees   recordings[1].heard.label: shahed-136"),
        "{out}"
    );
    assert!(!out.contains("DIFFERS"));
    let text = fs::read_to_string(dir.path().join("out/report.json")).unwrap();
    let changed = text.replacen("\"label\": \"shahed-136\"", "\"label\": \"harop\"", 1);
    assert_ne!(text, changed);
    fs::write(dir.path().join("out/report.json"), changed).unwrap();
    let (out, err, code) = verify(dir.path(), &["--check", "out/report.json"]);
    assert_eq!(code, 1);
    assert!(
        out.contains("DIFFERS  recordings[1].heard.label: report harop, now shahed-136"),
        "{out}"
    );
    assert!(err.contains("1 of "), "{err}");
}

#[test]
fn another_file_under_the_same_name_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let clip = dir.path().join("clip.wav");
    fs::copy(sample("siren.wav"), &clip).unwrap();
    assert_eq!(verify(dir.path(), &["clip.wav", "-o", "out"]).2, 0);
    fs::copy(sample("wind.wav"), &clip).unwrap();
    let (out, _, code) = verify(dir.path(), &["--check", "out/report.json"]);
    assert_eq!(code, 1);
    assert!(
        out.contains("DIFFERS  recordings[1].identity.sha256"),
        "{out}"
    );
}

#[test]
fn what_is_no_report_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(
        dir.path().join("report.json"),
        "{\"schema\":\"earwitness.report/99\"}",
    )
    .unwrap();
    let (_, err, code) = verify(dir.path(), &["--check", "report.json"]);
    assert!(code == 1 && err.contains("report/99"), "{err}");
    let (_, err, code) = verify(dir.path(), &["--check", "none.json"]);
    assert!(code == 1 && err.contains("none.json"), "{err}");
}
