//! `train --base`: new recordings into a base model, from its training memory.

use super::small_corpus::{folder, recipe, run, write};
use std::path::{Path, PathBuf};
use std::process::Output;

/// A base model with its memory, learnt from generated sounds.
pub fn base(dir: &Path) -> PathBuf {
    let recordings = folder(dir, "old", 1.0);
    let (model, memory) = (dir.join("base.earwitness"), dir.join("base.memory"));
    let recipe = recipe(dir);
    let output = run(&[
        "train",
        "--folders",
        recordings.to_str().unwrap(),
        "--recipe",
        recipe.to_str().unwrap(),
        "-o",
        model.to_str().unwrap(),
        "--memory",
        memory.to_str().unwrap(),
        "--quiet",
    ]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    model
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Numbered files might be pieces of one recording; lettered ones never are.
pub fn letter(i: u32) -> char {
    char::from(b'a' + i as u8)
}

/// Recordings of a label that the base doesn't know.
pub fn new_label(dir: &Path, name: &str, n: u32) -> PathBuf {
    let root = dir.join(name);
    for i in 0..n {
        let path = root.join(format!("multirotor/{}.wav", letter(i)));
        write(&path, 1100.0 * (1.0 + 0.05 * f64::from(i)));
    }
    root
}

pub fn retrain(base: &Path, add: &Path, output: &Path, more: &[&str]) -> Output {
    let mut arguments = vec!["train", "--base", base.to_str().unwrap()];
    arguments.extend([
        "--add",
        add.to_str().unwrap(),
        "-o",
        output.to_str().unwrap(),
    ]);
    arguments.extend(more);
    run(&arguments)
}

pub fn header(model: &Path) -> serde_json::Value {
    let shown = run(&["model", "show", "--format", "json", model.to_str().unwrap()]);
    serde_json::from_slice::<serde_json::Value>(&shown.stdout).unwrap()["header"].clone()
}

#[test]
fn a_new_label_is_learnt_and_the_proof_comes_with_the_model() {
    let dir = tempfile::tempdir().unwrap();
    let base = base(dir.path());
    let before = std::fs::read(&base).unwrap();
    let add = new_label(dir.path(), "new", 6);
    let mine = dir.path().join("mine.model");
    let output = retrain(&base, &add, &mine, &[]);
    let (said, printed) = (text(&output.stderr), text(&output.stdout));
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("6 recordings of multirotor (a new label)"),
        "{said}"
    );
    assert!(
        printed.contains("| multirotor | 6 | 6 | new: B |"),
        "{printed}"
    );
    assert!(printed.contains("Learning curve"), "{printed}");
    let header = header(&mine);
    let labels: Vec<&str> = header["labels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|l| l["label"].as_str().unwrap())
        .collect();
    assert_eq!(labels, ["engine", "multirotor", "shahed-136", "siren"]);
    assert_eq!(header["id"], "mine");
    let proof = &header["held_out"]["retrained"];
    assert_eq!(proof["comparison"]["recordings"], 24);
    assert!(
        proof["comparison"]["balanced_accuracy"]["difference"]
            .as_f64()
            .unwrap()
            > 0.1
    );
    assert_eq!(
        std::fs::read(&base).unwrap(),
        before,
        "the base model was touched"
    );

    // It knows its new label on a recording that it never heard, and what it was trained on, old and new.
    let fresh = dir.path().join("fresh.wav");
    write(&fresh, 1180.0);
    let classify = |path: &Path| {
        let output = run(&[
            "classify",
            "--format",
            "jsonl",
            "--model",
            mine.to_str().unwrap(),
            path.to_str().unwrap(),
        ]);
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    let answer = classify(&fresh);
    let of = |label: &str| answer["probabilities"][label].as_f64().unwrap();
    assert!(labels.iter().all(|l| of(l) <= of("multirotor")), "{answer}");
    for known in [
        add.join("multirotor/c.wav"),
        dir.path().join("old/siren/3.wav"),
    ] {
        assert!(classify(&known)["warnings"]
            .to_string()
            .contains("trained-on-this"));
    }
}

#[test]
fn the_same_bytes_come_out_on_one_and_on_two_threads() {
    let dir = tempfile::tempdir().unwrap();
    let base = base(dir.path());
    let add = new_label(dir.path(), "new", 4);
    let made = |name: &str, jobs: &str| {
        let model = dir.path().join(name).join("mine.model");
        std::fs::create_dir_all(model.parent().unwrap()).unwrap();
        let output = retrain(&base, &add, &model, &["--jobs", jobs, "--quiet"]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let memory = std::fs::read(model.with_extension("memory")).unwrap();
        (std::fs::read(&model).unwrap(), memory)
    };
    assert!(made("one", "1") == made("two", "2"));
}

#[test]
fn a_retrained_model_is_a_base_in_turn_and_learns_nothing_twice() {
    let dir = tempfile::tempdir().unwrap();
    let first = base(dir.path());
    let add = new_label(dir.path(), "new", 5);
    let second = dir.path().join("second.model");
    assert!(retrain(&first, &add, &second, &["--quiet", "--no-curve"])
        .status
        .success());
    // The same again, with one more.
    write(&add.join("multirotor/more.wav"), 1333.0);
    let third = dir.path().join("third.model");
    let output = retrain(&second, &add, &third, &["--no-curve"]);
    let said = text(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert_eq!(said.matches("holds the same file").count(), 5, "{said}");
    let labels = header(&third)["labels"].clone();
    assert_eq!(labels[1]["recordings"], 6);
    let nothing = retrain(&third, &add, &dir.path().join("fourth.model"), &["--quiet"]);
    assert!(
        text(&nothing.stderr).contains("none of the 6 new recordings can be used"),
        "{}",
        text(&nothing.stderr)
    );
    assert_eq!(nothing.status.code(), Some(1));
}

#[test]
fn what_is_learnt_from_is_not_written_over() {
    let dir = tempfile::tempdir().unwrap();
    let base = base(dir.path());
    let add = new_label(dir.path(), "new", 2);
    let heard = add.join("multirotor/a.wav");
    let mine = dir.path().join("mine.model");
    let memory = base.with_extension("memory");
    for (output, more) in [
        (&heard, ["--card", "c.html"]),
        (&base, ["--card", "c.html"]),
        (&mine, ["--memory", memory.to_str().unwrap()]),
        (&mine, ["--card", mine.to_str().unwrap()]),
    ] {
        let before = [&heard, &base, &memory].map(|path| std::fs::read(path).unwrap());
        let refused = retrain(&base, &add, output, &more);
        assert_eq!(refused.status.code(), Some(2), "{}", text(&refused.stderr));
        let after = [&heard, &base, &memory].map(|path| std::fs::read(path).unwrap());
        assert!(before == after && !mine.exists());
    }
    let model = base.to_str().unwrap();
    let refused = run(&["model", "show", model, "--card", model]);
    assert_eq!(refused.status.code(), Some(2), "{}", text(&refused.stderr));
}

#[test]
fn more_of_a_source_that_was_learnt_before_joins_it_by_corpus_and_name() {
    let dir = tempfile::tempdir().unwrap();
    let base = base(dir.path());
    let (first, second) = (
        dir.path().join("first.model"),
        dir.path().join("second.model"),
    );
    let add = new_label(dir.path(), "new", 6);
    assert!(retrain(&base, &add, &first, &["--no-curve"])
        .status
        .success());
    // Other sound: one file is called as an old one of the same corpus, one is not.
    let later = dir.path().join("later/new");
    write(&later.join("multirotor/a.wav"), 1700.0);
    write(&later.join("multirotor/other.wav"), 1900.0);
    let output = retrain(&first, &later, &second, &["--no-curve"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let header = header(&second);
    let labels = header["labels"].as_array().unwrap();
    let label = labels.iter().find(|l| l["label"] == "multirotor").unwrap();
    assert_eq!(
        (&label["recordings"], &label["groups"]),
        (&8.into(), &7.into())
    );
}

#[test]
fn tracks_negations_and_phases_are_learnt_from_where_people_make_them() {
    let dir = tempfile::tempdir().unwrap();
    let base = base(dir.path());
    let root = dir.path().join("new");
    for i in 0..4 {
        write(
            &root.join(format!("harop/dive/{i}.wav")),
            240.0 + 11.0 * f64::from(i),
        );
        write(
            &root.join(format!("harop/cruise/{i}.wav")),
            120.0 + 7.0 * f64::from(i),
        );
    }
    write(&root.join("-harop/a.wav"), 57.0);
    write(&root.join("tracked.wav"), 131.0);
    std::fs::write(root.join("tracked.txt"), "0.2\t2.2\tharop/cruise\n").unwrap();
    let mine = dir.path().join("mine.model");
    let output = retrain(&base, &root, &mine, &["--no-curve"]);
    let said = text(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("9 recordings of harop (a new label) from 9 source groups"),
        "{said}"
    );
    assert!(
        said.contains("a.wav is not harop; it is learnt as engine"),
        "{said}"
    );
    assert!(
        text(&output.stdout).contains("Of 1 recordings that are not harop, 0 -> 0"),
        "{}",
        text(&output.stdout)
    );
    let labels = header(&mine)["labels"].clone();
    let harop = labels
        .as_array()
        .unwrap()
        .iter()
        .find(|l| l["label"] == "harop")
        .unwrap();
    // The rest of the tracked recording is unlabelled: 8 of 2.5 s and 2 s.
    assert_eq!(harop["seconds"], 22.0);
    assert_eq!(harop["grade"], "B");
    // What is no Harop was learnt as an engine, but is no recording of one: neither here nor for the next round.
    let engine = labels
        .as_array()
        .unwrap()
        .iter()
        .find(|l| l["label"] == "engine");
    assert_eq!(engine.unwrap()["recordings"], 6);
    let next = dir.path().join("next.model");
    let said = text(&retrain(&mine, &root, &next, &["--no-curve"]).stderr);
    assert!(
        said.contains("a.wav is not harop; it is learnt as engine"),
        "{said}"
    );
    assert_eq!(said.matches("not learnt twice").count(), 9, "{said}");
}

#[test]
fn a_base_without_its_memory_says_where_to_get_it() {
    let dir = tempfile::tempdir().unwrap();
    let base = base(dir.path());
    let add = new_label(dir.path(), "new", 3);
    let mine = dir.path().join("mine.model");
    std::fs::rename(
        dir.path().join("base.memory"),
        dir.path().join("elsewhere.memory"),
    )
    .unwrap();
    let said = text(&retrain(&base, &add, &mine, &[]).stderr);
    assert!(
        said.contains("source repository") && said.contains("--base-memory"),
        "{said}"
    );
    let elsewhere = dir.path().join("elsewhere.memory");
    let elsewhere = elsewhere.to_str().unwrap();
    let output = retrain(
        &base,
        &add,
        &mine,
        &["--base-memory", elsewhere, "--no-curve", "-q"],
    );
    assert!(output.status.success(), "{}", text(&output.stderr));
    // The memory of one model is none of another's.
    let said = text(
        &retrain(
            &mine,
            &add,
            &dir.path().join("x"),
            &["--base-memory", elsewhere],
        )
        .stderr,
    );
    assert!(said.contains("not of mine"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_full_disk_never_touches_the_model_that_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let base = base(dir.path());
    let add = new_label(dir.path(), "new", 3);
    let mine = dir.path().join("mine.model");
    std::fs::copy(&base, &mine).unwrap();
    let before = std::fs::read(&mine).unwrap();
    // No file may grow beyond 4 kB: writing fails, or the system ends the program, whichever it likes.
    let program = assert_cmd::cargo::cargo_bin!("earwitness");
    let script = format!(
        "ulimit -f 8; exec '{}' train --base '{}' --add '{}' -o '{}' --no-curve -q",
        program.display(),
        base.display(),
        add.display(),
        mine.display()
    );
    let output = std::process::Command::new("sh")
        .arg("-c")
        .arg(script)
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(std::fs::read(&mine).unwrap() == before);
}

#[test]
fn a_new_airframe_brings_its_sheet_along_and_keeps_its_family() {
    let dir = tempfile::tempdir().unwrap();
    let base = base(dir.path());
    let add = dir.path().join("new");
    for i in 0..4 {
        let path = add.join(format!("lancet/{}.wav", letter(i)));
        write(&path, 2100.0 * (1.0 + 0.05 * f64::from(i)));
        let path = add.join(format!("zeppelin/{}.wav", letter(i)));
        write(&path, 310.0 * (1.0 + 0.05 * f64::from(i)));
    }
    let sheet = include_str!("../../models/signatures/shahed-136.toml");
    let sheet = sheet.replace("= \"shahed-136\"", "= \"lancet\"");
    std::fs::write(add.join("lancet.toml"), &sheet).unwrap();
    let mine = dir.path().join("mine.model");
    let output = retrain(&base, &add, &mine, &["--no-curve"]);
    let said = text(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("note: zeppelin is a label of your own"));
    assert!(!said.contains("note: lancet"), "{said}");
    let place = |model: &Path, label: &str| {
        let header = header(model);
        let labels = header["labels"].as_array().unwrap();
        let own = labels.iter().find(|l| l["label"] == label).unwrap();
        format!("{} {}", own["family"], own["class"])
    };
    assert_eq!(place(&mine, "lancet"), "\"piston-uav\" \"military-uav\"");
    assert_eq!(place(&mine, "zeppelin"), "\"zeppelin\" \"zeppelin\"");
    // The memory keeps it for the next round, in which nobody gives the sheet.
    let next = dir.path().join("next.model");
    let more = new_label(dir.path(), "more", 3);
    let output = retrain(&mine, &more, &next, &["--no-curve", "-q"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(place(&next, "lancet"), "\"piston-uav\" \"military-uav\"");
    std::fs::write(add.join("lancet.toml"), "id = 3").unwrap();
    let broken = retrain(&base, &add, &mine, &["--no-curve", "-q"]);
    assert_eq!(broken.status.code(), Some(1));
    assert!(text(&broken.stderr).contains("lancet.toml"));
}
