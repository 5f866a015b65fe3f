//! `--against`: is this sound in an earlier recording?

use super::{json, sample, samples, verify, wav};
use std::fs;
use std::process::Command;

#[test]
fn old_sound_under_a_new_name_is_found_and_other_sound_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let earlier = dir.path().join("earlier");
    fs::create_dir(&earlier).unwrap();
    for name in [
        "shahed-136-cruise.wav",
        "siren.wav",
        "wind.wav",
        "multirotor.wav",
    ] {
        fs::copy(sample(name), earlier.join(name)).unwrap();
    }
    fs::write(earlier.join("broken.mp3"), b"none").unwrap();
    let own = samples("shahed-136-cruise.wav");
    let cut = own[32_000..128_000].iter().map(|s| s / 3);
    fs::write(dir.path().join("new.wav"), wav::pcm(cut)).unwrap();
    let (out, err, code) = verify(
        dir.path(),
        &["new.wav", "-o", "out", "--against", "earlier"],
    );
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("in 1 of 4 earlier recordings"), "{out}");
    let reuse = json(dir.path())["recordings"][0]["reuse"].clone();
    let matches = reuse["matches"].as_array().unwrap();
    assert_eq!(matches.len(), 1, "{reuse}");
    assert!(matches[0]["id"]
        .as_str()
        .unwrap()
        .ends_with("shahed-136-cruise.wav"));
    let there = matches[0]["other_start_s"].as_f64().unwrap();
    assert!((there - 2.0).abs() < 0.3, "{there}");
    assert_eq!(reuse["unreadable"].as_array().unwrap().len(), 1);
    let page = fs::read_to_string(dir.path().join("out/report.html")).unwrap();
    assert!(page.contains("The same sound is in 1 earlier recording"));
}

#[test]
fn the_very_same_file_is_said_to_be_that() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("earlier")).unwrap();
    fs::copy(sample("siren.wav"), dir.path().join("earlier/old.wav")).unwrap();
    fs::copy(sample("siren.wav"), dir.path().join("new.wav")).unwrap();
    let (_, _, code) = verify(
        dir.path(),
        &["new.wav", "-o", "out", "--against", "earlier"],
    );
    assert_eq!(code, 0);
    let same = json(dir.path())["recordings"][0]["reuse"]["same_file"].clone();
    assert_eq!(same.as_array().unwrap().len(), 1);
}

#[test]
fn an_archive_is_searched_by_its_database_and_confirmed_where_the_file_is_still_there() {
    let dir = tempfile::tempdir().unwrap();
    let earlier = dir.path().join("earlier");
    fs::create_dir(&earlier).unwrap();
    for name in ["shahed-136-cruise.wav", "siren.wav", "wind.wav"] {
        fs::copy(sample(name), earlier.join(name)).unwrap();
    }
    let archived = Command::new(assert_cmd::cargo::cargo_bin!("earwitness"))
        .args(["archive", "earlier", "-o", "results.sqlite", "-q"])
        .current_dir(dir.path())
        .output()
        .unwrap();
    assert!(archived.status.success(), "{archived:?}");
    let own = samples("shahed-136-cruise.wav");
    let cut = own[32_000..128_000].iter().map(|s| s / 3);
    fs::write(dir.path().join("new.wav"), wav::pcm(cut)).unwrap();
    let ask = || {
        let args = ["new.wav", "-o", "out", "--against", "results.sqlite"];
        let (out, err, code) = verify(dir.path(), &args);
        assert_eq!(code, 0, "{err}");
        (out, json(dir.path())["recordings"][0]["reuse"].clone())
    };

    let (out, reuse) = ask();
    assert!(out.contains("in 1 of 3 earlier recordings"), "{out}");
    let matches = reuse["matches"].as_array().unwrap();
    assert_eq!(matches.len(), 1, "{reuse}");
    assert!(matches[0]["id"]
        .as_str()
        .unwrap()
        .ends_with("shahed-136-cruise.wav"));

    fs::remove_file(earlier.join("shahed-136-cruise.wav")).unwrap();
    let (out, reuse) = ask();
    assert!(out.contains("perhaps in 1"), "{out}");
    assert!(reuse["matches"].as_array().unwrap().is_empty());
    let pointed = &reuse["by_fingerprint"][0];
    assert_eq!(pointed["why_unconfirmed"], "the file is no longer there");
    let there = pointed["other_start_s"].as_f64().unwrap();
    assert!((there - 2.0).abs() < 0.3, "{pointed}");

    // The very file, which is gone from where it was.
    fs::copy(sample("shahed-136-cruise.wav"), dir.path().join("new.wav")).unwrap();
    let (_, reuse) = ask();
    assert_eq!(reuse["same_file"].as_array().unwrap().len(), 1, "{reuse}");
    assert!(reuse["by_fingerprint"].as_array().unwrap().is_empty());
}

#[test]
fn a_database_of_another_kind_is_refused_before_any_work() {
    let dir = tempfile::tempdir().unwrap();
    let other = dir.path().join("other.sqlite");
    let mut bytes = b"SQLite format 3\0".to_vec();
    bytes.resize(4096, 0);
    fs::write(&other, bytes).unwrap();
    fs::copy(sample("siren.wav"), dir.path().join("new.wav")).unwrap();
    let args = ["new.wav", "-o", "out", "--against", "other.sqlite"];
    let (_, err, code) = verify(dir.path(), &args);
    assert_ne!(code, 0);
    assert!(err.contains("other.sqlite"), "{err}");
}
