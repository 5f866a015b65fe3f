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

/// A rendered Shahed in opposite phase in both channels, after three seconds of noise of their own.
fn cancelling() -> Vec<u8> {
    let mut seed = 3u32;
    let mut noise = move || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 24) as i16 - 128
    };
    let drone = super::samples("shahed-136-cruise.wav");
    let all = vec![0; 48_000].into_iter().chain(drone);
    let frames: Vec<[i16; 2]> = all
        .map(|s: i16| [s.saturating_add(noise()), (-s).saturating_add(noise())])
        .collect();
    let data: Vec<u8> = frames
        .iter()
        .flatten()
        .flat_map(|s| s.to_le_bytes())
        .collect();
    let mut bytes =
        b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x02\0\x80\x3E\0\0\0\xFA\0\0\x04\0\x10\0data"
            .to_vec();
    let size = data.len() as u32;
    bytes[4..8].copy_from_slice(&(size + 36).to_le_bytes());
    bytes.extend(size.to_le_bytes());
    bytes.extend(data);
    bytes
}

#[test]
fn channels_that_cancel_give_no_answer_and_one_alone_is_checked_as_one_alone() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("clip.wav"), cancelling()).unwrap();
    let (out, err, code) = verify(dir.path(), &["clip.wav", "-o", "both"]);
    assert_eq!(code, 0, "{err}");
    assert!(!out.contains("no aircraft heard"), "{out}");
    assert!(out.contains("--channel 1"), "{out}");
    let one = ["clip.wav", "-o", "out", "--channel", "2", "--track", "1"];
    assert_eq!(verify(dir.path(), &one).2, 0);
    let report = super::json(dir.path());
    assert_eq!(report["settings"]["channel"], 2);
    assert_eq!(report["settings"]["track"], 1);
    assert_eq!(report["recordings"][0]["heard"]["label"], "shahed-136");
    let (out, err, code) = verify(dir.path(), &["--check", "out/report.json"]);
    assert_eq!(code, 0, "{out}{err}");
    let (_, err, code) = verify(dir.path(), &["clip.wav", "-o", "no", "--track", "2"]);
    assert_eq!(code, 1, "{err}");
    assert!(
        err.contains("no audio track number 2 (--track): there are 1"),
        "{err}"
    );
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
