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
        out.contains("agrees   recordings[0].heard.label: shahed-136"),
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
        out.contains("DIFFERS  recordings[0].heard.label: report harop, now shahed-136"),
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
        out.contains("DIFFERS  recordings[0].identity.sha256"),
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

#[test]
fn recordings_are_found_beside_the_report_or_its_folder() {
    let dir = tempfile::tempdir().unwrap();
    let far = dir.path().join("camera").join("clip.wav");
    fs::create_dir(far.parent().unwrap()).unwrap();
    fs::copy(sample("siren.wav"), &far).unwrap();
    assert_eq!(verify(dir.path(), &["camera/clip.wav", "-o", "out"]).2, 0);
    for place in ["clip.wav", "out/clip.wav"] {
        let moved = dir.path().join(place);
        fs::rename(&far, &moved).unwrap();
        let (out, err, code) = verify(dir.path(), &["--check", "out/report.json"]);
        assert_eq!(code, 0, "{place}: {out}{err}");
        fs::rename(&moved, &far).unwrap();
    }
}

#[test]
fn a_report_with_a_broken_upload_is_checked_with_it() {
    let dir = tempfile::tempdir().unwrap();
    fs::copy(sample("siren.wav"), dir.path().join("clip.wav")).unwrap();
    fs::write(dir.path().join("broken.mp4"), "no sound").unwrap();
    let inputs = ["clip.wav", "broken.mp4"];
    assert_eq!(
        verify(dir.path(), &[&inputs[..], &["-o", "out"]].concat()).2,
        3
    );
    let (out, err, code) = verify(dir.path(), &["--check", "out/report.json"]);
    assert_eq!(code, 0, "{out}{err}");
    fs::copy(sample("wind.wav"), dir.path().join("broken.mp4")).unwrap();
    let (out, _, code) = verify(dir.path(), &["--check", "out/report.json"]);
    assert!(code == 1 && out.contains("DIFFERS"), "{out}");
}
