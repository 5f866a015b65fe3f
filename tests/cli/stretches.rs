//! Stretches of one file are one source; the phases that a list names are learnt, and may not contradict each other.

use super::retrain::{base, header, retrain, text};
use super::small_corpus::{comb_in_noise, folder, phase_recipe, recipe, run, write, LABELS};
use super::wav;
use std::path::{Path, PathBuf};

/// Two sounds of 2.5 s with half a second of a third between them: nothing in one half is heard in the other.
fn two_sounds(path: &Path, hz: [f64; 2]) {
    let mut samples = comb_in_noise(hz[0], 40_000);
    samples.extend(comb_in_noise(hz[0] + hz[1], 8_000));
    samples.extend(comb_in_noise(hz[1], 40_000));
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, wav::pcm(samples.into_iter())).unwrap();
}

/// A manifest in `dir` of these lines.
fn manifest(dir: &Path, name: &str, lines: &str) -> PathBuf {
    let path = dir.join(name);
    let text = format!("path,label,phase,start_s,end_s,group\n{lines}");
    std::fs::write(&path, text).unwrap();
    path
}

fn groups_of(model: &Path, label: &str) -> (u64, u64) {
    let labels = header(model)["labels"].clone();
    let labels = labels.as_array().unwrap();
    let own = labels.iter().find(|l| l["label"] == label).unwrap();
    let number = |key: &str| own[key].as_u64().unwrap();
    (number("recordings"), number("groups"))
}

#[test]
fn stretches_of_one_file_are_one_source_whatever_groups_a_list_gives_them() {
    let dir = tempfile::tempdir().unwrap();
    folder(dir.path(), "old", 1.0);
    two_sounds(&dir.path().join("long.wav"), [650.0, 930.0]);
    let mut lines = String::new();
    for (label, _) in LABELS {
        for i in 0..6 {
            lines += &format!("old/{label}/{i}.wav,{label},,,,{label}-{i}\n");
        }
    }
    lines += "long.wav,siren,,0,2.5,first\nlong.wav,siren,,3,5.5,second\n";
    let list = manifest(dir.path(), "list.csv", &lines);
    let (model, recipe) = (dir.path().join("m.model"), recipe(dir.path()));
    let [list, recipe, out] = [&list, &recipe, &model].map(|p| p.to_str().unwrap());
    let output = run(&["train", "--manifest", list, "--recipe", recipe, "-o", out]);
    let said = text(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("stretches of one file"), "{said}");
    assert_eq!(groups_of(&model, "siren"), (8, 7));
}

#[test]
fn another_stretch_of_a_file_that_was_learnt_joins_its_source() {
    let dir = tempfile::tempdir().unwrap();
    let base = base(dir.path());
    two_sounds(&dir.path().join("long.wav"), [1300.0, 1900.0]);
    let mut lines = "long.wav,multirotor,,0,2.5,first\n".to_owned();
    for i in 0..5 {
        write(
            &dir.path().join(format!("m{i}.wav")),
            1100.0 + 31.0 * f64::from(i),
        );
        lines += &format!("m{i}.wav,multirotor,,,,other-{i}\n");
    }
    let first = manifest(dir.path(), "first.csv", &lines);
    let (once, twice) = (dir.path().join("1.model"), dir.path().join("2.model"));
    let output = retrain(&base, &first, &once, &["--no-curve"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(groups_of(&once, "multirotor"), (6, 6));
    std::fs::copy(dir.path().join("long.wav"), dir.path().join("renamed.wav")).unwrap();
    let second = manifest(
        dir.path(),
        "second.csv",
        "renamed.wav,multirotor,,3,5.5,second\n",
    );
    let output = retrain(&once, &second, &twice, &["--no-curve"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(groups_of(&twice, "multirotor"), (7, 6));
}

#[test]
fn phases_of_folders_are_learnt_without_a_base() {
    let dir = tempfile::tempdir().unwrap();
    let recordings = folder(dir.path(), "all", 1.0);
    let recipe = phase_recipe(dir.path());
    let [folders, recipe] = [&recordings, &recipe].map(|p| p.to_str().unwrap());
    let arguments = [
        "evaluate",
        "--folders",
        folders,
        "--recipe",
        recipe,
        "--protocol",
        "phases",
        "--format",
        "json",
    ];
    let unnamed = text(&run(&arguments).stderr);
    assert!(
        unnamed.contains("phases: no recording of a munition or military drone names its phase"),
        "{unnamed}"
    );
    for i in 0..6 {
        let step = 1.0 + 0.03 * f64::from(i);
        write(
            &recordings.join(format!("shahed-136/dive/d{i}.wav")),
            390.0 * step,
        );
        write(
            &recordings.join(format!("shahed-136/cruise/c{i}.wav")),
            127.0 * step,
        );
    }
    let output = run(&arguments);
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let said = text(&output.stderr);
    assert_eq!(found["phases"]["recorded_right"]["n"], 12, "{said}");
}
