//! `earwitness render`.

use super::earwitness;
use predicates::prelude::*;
use std::path::Path;

fn render(dir: &Path, name: &str, more: &[&str]) -> assert_cmd::assert::Assert {
    earwitness()
        .current_dir(dir)
        .args(["render", "shahed-136", "--duration", "2", "-o", name])
        .args(more)
        .assert()
}

fn truth(path: &Path) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn sound_and_truth_are_written_and_the_seed_decides() {
    let dir = tempfile::tempdir().unwrap();
    let read = |name: &str| std::fs::read(dir.path().join(name)).unwrap();
    render(dir.path(), "a.wav", &["--seed", "3"]).success();
    render(
        dir.path(),
        "b.wav",
        &["--seed", "3", "--truth", "told.json"],
    )
    .success();
    render(dir.path(), "c.wav", &["--seed", "4"]).success();
    let wav = read("a.wav");
    assert_eq!(hound::WavReader::new(&wav[..]).unwrap().len(), 32_000);
    let size = u32::from_le_bytes([wav[4], wav[5], wav[6], wav[7]]) as usize;
    assert_eq!(size + 8, wav.len());
    assert_eq!(read("a.wav"), read("b.wav"));
    assert_ne!(read("a.wav"), read("c.wav"));
    assert_eq!(read("a.json"), read("told.json"));
    assert!(!dir.path().join("b.json").exists());
    let truth = truth(&dir.path().join("a.json"));
    assert_eq!(truth["schema"], "earwitness.render/1");
    assert_eq!(truth["track"].as_array().unwrap().len(), 21);
    assert!(truth["channel"].is_array());
}

#[test]
fn rendered_sound_says_that_it_is_no_recording_and_is_not_learnt_as_one() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("new/shahed-136");
    std::fs::create_dir_all(&folder).unwrap();
    render(dir.path(), "new/shahed-136/a.wav", &["--seed", "3"]).success();
    let wav = folder.join("a.wav");
    let answer = earwitness()
        .args(["classify", "--format", "jsonl"])
        .arg(&wav)
        .output()
        .unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&answer.stdout).unwrap();
    let warnings = answer["warnings"].to_string();
    assert!(
        warnings.contains("it is synthetic, no recording"),
        "{warnings}"
    );
    earwitness()
        .args(["dataset", "check", "--no-doubts", "new"])
        .current_dir(dir.path())
        .assert()
        .stdout(predicate::str::contains("earwitness rendered its sound"));
    earwitness()
        .args(["train", "--folders", "new", "-o", "x.model"])
        .current_dir(dir.path())
        .assert()
        .failure()
        .stderr(predicate::str::contains("is no recording"));
    // The mark is all that tells: the same sound in another file is heard like any.
    let mut bytes = std::fs::read(&wav).unwrap();
    let list = bytes.windows(4).position(|id| id == b"LIST").unwrap();
    bytes[list..list + 4].copy_from_slice(b"junk");
    std::fs::write(&wav, bytes).unwrap();
    let plain = earwitness()
        .args(["classify", "--format", "jsonl"])
        .arg(&wav)
        .output()
        .unwrap();
    let plain: serde_json::Value = serde_json::from_slice(&plain.stdout).unwrap();
    assert_eq!(plain["warnings"].as_array().unwrap().len(), 0, "{plain}");
    assert_eq!(plain["probabilities"], answer["probabilities"]);
}

#[test]
fn what_is_set_by_hand_is_in_the_truth() {
    let dir = tempfile::tempdir().unwrap();
    let flags = [
        "--phase",
        "dive",
        "--speed",
        "360",
        "--altitude",
        "900",
        "--offset",
        "200",
        "--dive-angle",
        "50",
        "--rpm",
        "6000",
        "--dry",
    ];
    render(dir.path(), "d.wav", &flags).success();
    let truth = truth(&dir.path().join("d.json"));
    let flight = &truth["scene"]["flight"];
    assert_eq!(flight["path"]["kind"], "dive");
    assert_eq!(flight["path"]["terminal_mps"], 100.0);
    assert_eq!(flight["path"]["altitude_m"], 900.0);
    assert_eq!(flight["path"]["angle_deg"], 50.0);
    assert_eq!(flight["shaft"]["cruise_rps"], 100.0);
    assert!(truth["channel"].is_null());
    let far = truth["impact"]["distance_m"].as_f64().unwrap();
    assert!((far - 200.0).abs() < 0.1, "{far}");
}

#[test]
fn a_background_is_mixed_in() {
    let dir = tempfile::tempdir().unwrap();
    super::wav::write(&dir.path().join("street.wav"), 1000.0);
    render(
        dir.path(),
        "e.wav",
        &["--snr", "-3", "--background", "street.wav"],
    )
    .success();
    let effects = truth(&dir.path().join("e.json"))["channel"].to_string();
    assert!(effects.contains("\"snr_db\":-3.0"), "{effects}");
    render(dir.path(), "f.wav", &["--background", "street.wav"]).code(2);
    // Nobody named this file as the truth's place.
    std::fs::write(dir.path().join("note.json"), "{}").unwrap();
    render(dir.path(), "note.wav", &[])
        .code(2)
        .stderr(predicate::str::contains("--truth"));
    assert_eq!(std::fs::read(dir.path().join("note.json")).unwrap(), b"{}");
    render(dir.path(), "e.wav", &[]).success();
    render(
        dir.path(),
        "street.wav",
        &["--snr", "0", "--background", "street.wav"],
    )
    .code(2)
    .stderr(predicate::str::contains("overwrite"));
    render(
        dir.path(),
        "g.wav",
        &["--snr", "0", "--background", "none.wav"],
    )
    .code(1)
    .stderr(predicate::str::contains("none.wav"));
}

#[test]
fn a_silent_background_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, samples: &mut dyn Iterator<Item = i16>| {
        std::fs::write(dir.path().join(name), super::wav::pcm(samples)).unwrap();
    };
    write("silent.wav", &mut (0..48_000).map(|n| (n % 3) as i16 - 1));
    // Ten minutes of nothing before a bang: no seed finds it in two seconds.
    write(
        "late.wav",
        &mut (0..9_600_000).map(|n| if n < 9_599_900 { 0 } else { 9_000 }),
    );
    for (name, says) in [("silent.wav", "is silent;"), ("late.wav", "--seed")] {
        render(dir.path(), "x.wav", &["--snr", "3", "--background", name])
            .code(1)
            .stderr(predicate::str::contains(name).and(predicate::str::contains(says)));
        assert!(!dir.path().join("x.wav").exists() && !dir.path().join("x.json").exists());
    }
}

#[test]
fn what_cannot_be_rendered_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let fails = |args: &[&str], code: i32, says: &str| {
        earwitness()
            .current_dir(dir.path())
            .args(["render", "-o", "x.wav"])
            .args(args)
            .assert()
            .code(code)
            .stderr(predicate::str::contains(says));
        assert!(!dir.path().join("x.wav").exists());
    };
    fails(&["haropp"], 2, "shahed-136, jet");
    fails(&["lora"], 2, "no propeller");
    fails(&["hermes-450", "--phase", "dive"], 2, "cruise");
    fails(&["harop", "--phase", "climb"], 2, "cruise or dive");
    fails(&["harop", "--duration", "0"], 2, "--duration");
    let flag = |args: &[&str], says: &str| fails(args, 2, says);
    flag(
        &["harop", "--speed", "1200"],
        "--speed is 1200; give 18 to 1080 km/h",
    );
    flag(
        &["harop", "--altitude", "1e9"],
        "--altitude is 1000000000; give 30 to 6000 m",
    );
    flag(&["harop", "--offset", "20000"], "give 0 to 10000 m");
    flag(
        &["harop", "--rpm", "120000"],
        "--rpm is 120000; give 200 to 24000 revolutions per minute",
    );
    flag(&["jet", "--rpm", "150000"], "give 200 to 120000");
    flag(&["harop", "--snr", "70"], "--snr is 70; give -30 to 60 dB");
    flag(&["harop", "--dive-angle", "40"], "add --phase dive");
    flag(
        &["harop", "--phase", "dive", "--dive-angle", "90"],
        "--dive-angle is 90; give 5 to 89 degrees",
    );
    let flat = "--phase dive --speed 18 --altitude 6000 --dive-angle 5";
    let flat: Vec<&str> = ["harop"].into_iter().chain(flat.split(' ')).collect();
    fails(&flat, 2, "does not reach the ground within 1200 s");
    fails(&["jet", "--phase", "dive"], 2, "cruise only");
    fails(&["harop", "--snr", "3", "--dry"], 2, "--dry");
}

#[test]
fn a_dive_whose_shaft_no_draw_can_reach_is_refused_by_the_name_of_its_figure() {
    let dir = tempfile::tempdir().unwrap();
    let sheet = include_str!("../../models/signatures/shahed-136.toml");
    let sheet = sheet.replace(
        "shaft_rpm = { range = [6000, 10000]",
        "shaft_rpm = { range = [300, 320]",
    );
    assert!(sheet.contains("[300, 320]"));
    std::fs::write(dir.path().join("shahed-136.toml"), sheet).unwrap();
    let catalogue = dir.path().to_str().unwrap();
    let arguments = ["render", "shahed-136", "--catalogue", catalogue, "--phase"];
    let render = |phase: &str| {
        let mut command = earwitness();
        command.current_dir(dir.path()).args(arguments);
        command.args([phase, "-o", "x.wav"]).assert()
    };
    let says = predicate::str::contains("`shaft_rpm` of the phase `dive`");
    render("dive").code(1).stderr(says);
    assert!(!dir.path().join("x.wav").exists());
    render("cruise").success();
}

#[test]
fn a_truth_that_cannot_be_written_is_told_before_the_sound_is() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("folder")).unwrap();
    for (place, says) in [("none/x.json", "none"), ("folder", "is a folder")] {
        render(dir.path(), "x.wav", &["--truth", place])
            .code(1)
            .stderr(
                predicate::str::contains(says).and(predicate::str::contains(".earwitness-").not()),
            );
        assert!(!dir.path().join("x.wav").exists(), "{place}");
    }
}

#[test]
fn the_ends_of_the_ranges_are_rendered() {
    let dir = tempfile::tempdir().unwrap();
    for (name, flags) in [
        ("a.wav", &["--rpm", "24000", "--speed", "18"][..]),
        ("b.wav", &["--rpm", "200", "--speed", "1080"]),
        (
            "c.wav",
            &[
                "--phase",
                "dive",
                "--dive-angle",
                "89",
                "--altitude",
                "6000",
            ],
        ),
    ] {
        render(dir.path(), name, flags).success();
    }
}
