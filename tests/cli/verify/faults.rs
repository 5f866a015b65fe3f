//! Input faults, as a journalist meets them.

use super::{sample, verify, wav};
use std::fs;

#[test]
fn each_fault_names_the_file_and_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let whole = fs::read(sample("siren.wav")).unwrap();
    fs::write(dir.path().join("empty.wav"), b"").unwrap();
    fs::write(
        dir.path().join("page.mp4"),
        b"<!DOCTYPE html><html>sign in</html>",
    )
    .unwrap();
    fs::write(dir.path().join("header.wav"), &whole[..44]).unwrap();
    fs::create_dir(dir.path().join("folder")).unwrap();
    for name in [
        "empty.wav",
        "page.mp4",
        "header.wav",
        "folder",
        "missing.mp4",
    ] {
        let (out, err, code) = verify(dir.path(), &[name, "-o", "out"]);
        assert_eq!((out.as_str(), code), ("", 1), "{name}: {err}");
        assert!(
            err.contains(name) && err.len() > name.len() + 30,
            "{name}: {err}"
        );
    }
}

#[test]
fn silence_a_click_and_a_cut_file_still_give_a_report() {
    let dir = tempfile::tempdir().unwrap();
    let whole = fs::read(sample("siren.wav")).unwrap();
    fs::write(dir.path().join("cut.wav"), &whole[..100_001]).unwrap();
    fs::write(
        dir.path().join("silence.wav"),
        wav::pcm((0..48_000).map(|_| 0)),
    )
    .unwrap();
    fs::write(
        dir.path().join("click.wav"),
        wav::pcm((0..100).map(|n| n * 100)),
    )
    .unwrap();
    for name in ["cut.wav", "silence.wav", "click.wav"] {
        let own = format!("out-{name}");
        let (out, err, code) = verify(dir.path(), &[name, "-o", &own]);
        assert_eq!(code, 0, "{name}: {err}");
        assert!(out.contains(&format!("{own}/report.html")), "{out}");
        let page = fs::read_to_string(dir.path().join(own).join("report.html")).unwrap();
        assert!(page.contains(name) && page.contains("</html>"));
    }
}

#[test]
fn one_broken_upload_stops_no_other() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("broken.wav"), b"no sound").unwrap();
    let clip = sample("siren.wav");
    let (out, err, code) = verify(dir.path(), &["broken.wav", &clip, "-o", "out"]);
    assert_eq!(code, 3, "{err}");
    assert!(
        out.contains("not read: broken.wav") && out.contains("siren"),
        "{out}"
    );
    let json = super::json(dir.path());
    assert_eq!(json["recordings"].as_array().unwrap().len(), 1);
    assert_eq!(json["unreadable"][0]["name"], "broken.wav");
}

#[test]
fn wrong_usage_is_told_before_any_work() {
    let dir = tempfile::tempdir().unwrap();
    let clip = sample("siren.wav");
    assert_eq!(verify(dir.path(), &[&clip]).2, 2);
    for (flags, says) in [
        (&["--h1", "zeppelin"][..], ["zeppelin", "harop"]),
        (&["--h1", "harop", "--h2", "harop"], ["`harop`", "both"]),
        (&["--temperature", "50,-20"], ["--temperature", "degrees"]),
        (&["--wind", "400"], ["--wind", "0 to 40"]),
        (&["--wind", "nan"], ["--wind", "0 to 40"]),
        (&["--prior", "zeppelin=1"], ["zeppelin", "harop"]),
    ] {
        let (_, err, code) = verify(dir.path(), &[&[clip.as_str(), "-o", "out"], flags].concat());
        assert!(code == 2 && says.iter().all(|s| err.contains(s)), "{err}");
    }
    assert!(!dir.path().join("out").exists());
    fs::write(dir.path().join("file"), "x").unwrap();
    let (_, err, code) = verify(dir.path(), &[&clip, "-o", "file"]);
    assert!(
        code == 1 && err.contains("file") && err.contains("-o"),
        "{err}"
    );
}

#[test]
fn a_report_on_other_recordings_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let (siren, wind) = (sample("siren.wav"), sample("wind.wav"));
    assert_eq!(verify(dir.path(), &[&siren, &wind, "-o", "out"]).2, 0);
    let before = super::json(dir.path());
    let (_, err, code) = verify(dir.path(), &[&siren, "-o", "out"]);
    assert!(code == 1 && err.contains("other recordings"), "{err}");
    assert_eq!(super::json(dir.path()), before);
    assert_eq!(verify(dir.path(), &[&siren, &wind, "-o", "out"]).2, 0);
}

#[test]
fn an_empty_folder_holds_no_earlier_recordings() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("earlier")).unwrap();
    let siren = sample("siren.wav");
    let (_, err, code) = verify(dir.path(), &[&siren, "-o", "out", "--against", "earlier"]);
    assert!(code == 1 && err.contains("earlier: no recording"), "{err}");
}

#[test]
fn a_frost_is_allowed_for() {
    let dir = tempfile::tempdir().unwrap();
    let siren = sample("siren.wav");
    let (_, err, code) = verify(
        dir.path(),
        &[&siren, "-o", "out", "--temperature", "-15,-5"],
    );
    assert_eq!(code, 0, "{err}");
    let air = &super::json(dir.path())["settings"]["physics"]["air"];
    assert_eq!(air["temperature_c"]["low"], -15.0);
}

#[test]
fn a_name_from_outside_becomes_no_markup() {
    let dir = tempfile::tempdir().unwrap();
    let name = "<img src=x onerror=alert(1)>.wav";
    fs::copy(sample("siren.wav"), dir.path().join(name)).unwrap();
    assert_eq!(verify(dir.path(), &[name, "-o", "out"]).2, 0);
    let page = fs::read_to_string(dir.path().join("out/report.html")).unwrap();
    assert!(
        !page.contains("<img src=x") && page.contains("&lt;img src=x")
            || page.contains("&#60;img src=x")
    );
}
