//! `model promote` and `model rollback`: which model is used where none is named.

use super::earwitness;
use super::retrain::{base, letter, text};
use super::small_corpus::{folder, write};
use std::path::Path;
use std::process::Output;

fn run(config: &Path, arguments: &[&str]) -> Output {
    let mut command = earwitness();
    command
        .env("EARWITNESS_CONFIG", config)
        .args(arguments)
        .output()
        .unwrap()
}

/// The id of the model that answers.
fn in_use(config: &Path, recording: &Path) -> String {
    let output = run(
        config,
        &["classify", "--format", "jsonl", recording.to_str().unwrap()],
    );
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    answer["model"]["id"].as_str().unwrap().to_owned()
}

/// The id of the model that an archive is classified with.
fn archived_by(config: &Path, recording: &Path) -> String {
    let dir = tempfile::tempdir().unwrap();
    let database = dir.path().join("r.sqlite");
    let database = database.to_str().unwrap();
    let recording = recording.to_str().unwrap();
    let made = run(config, &["archive", recording, "-o", database, "-q"]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let rows = run(config, &["export", database, "--format", "jsonl"]);
    let told = run(config, &["query", database, "--format", "json"]);
    let found: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    let model = found["model"].as_str().unwrap_or_default();
    assert!(
        !model.is_empty(),
        "{}{}",
        text(&told.stdout),
        text(&rows.stderr)
    );
    model.split(' ').next().unwrap().to_owned()
}

#[test]
fn a_model_without_proof_needs_force_and_can_be_taken_back() {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("config");
    let model = base(dir.path());
    let recording = dir.path().join("a.wav");
    write(&recording, 200.0);
    let built_in = in_use(&config, &recording);
    assert_eq!(archived_by(&config, &recording), built_in);
    let refused = run(&config, &["model", "promote", model.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        text(&refused.stderr).contains("nothing shows that it is better"),
        "{}",
        text(&refused.stderr)
    );
    assert_eq!(in_use(&config, &recording), built_in);
    let forced = run(
        &config,
        &["model", "promote", model.to_str().unwrap(), "--force"],
    );
    assert!(forced.status.success());
    assert!(text(&forced.stderr).contains("promoted although"));
    let name = in_use(&config, &recording);
    let table = text(&run(&config, &["classify", recording.to_str().unwrap()]).stdout);
    assert!(table.contains(&name), "{table}");
    let shown = text(&run(&config, &["model", "show"]).stdout);
    assert!(
        shown.contains("shahed-136") && !shown.contains("hermes-450"),
        "{shown}"
    );
    assert!(run(&config, &["model", "rollback"]).status.success());
    assert!(text(&run(&config, &["model", "show"]).stdout).contains("hermes-450"));
    let empty = run(&config, &["model", "rollback"]);
    assert!(text(&empty.stderr).contains("none to go back to"));
}

#[test]
fn what_was_retrained_from_the_model_in_use_brings_its_proof() {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("config");
    let model = base(dir.path());
    assert!(run(
        &config,
        &["model", "promote", model.to_str().unwrap(), "--force", "-q"]
    )
    .status
    .success());
    let add = dir.path().join("new");
    for i in 0..6 {
        write(
            &add.join(format!("multirotor/{}.wav", letter(i))),
            1100.0 * (1.0 + 0.05 * f64::from(i)),
        );
    }
    let mine = dir.path().join("mine.model");
    // The promoted model took its memory along: `default` means it.
    let output = run(
        &config,
        &[
            "train",
            "--base",
            "default",
            "--add",
            add.to_str().unwrap(),
            "-o",
            mine.to_str().unwrap(),
            "-q",
            "--no-curve",
        ],
    );
    assert!(output.status.success(), "{}", text(&output.stderr));
    let promoted = run(&config, &["model", "promote", mine.to_str().unwrap()]);
    assert!(promoted.status.success(), "{}", text(&promoted.stderr));
    assert!(text(&promoted.stdout).contains("in use: mine"));
    let recording = dir.path().join("a.wav");
    write(&recording, 1180.0);
    assert_eq!(in_use(&config, &recording), "mine");
}

#[test]
fn a_worse_model_is_refused_with_the_reason() {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("config");
    let good = base(dir.path());
    assert!(run(
        &config,
        &["model", "promote", good.to_str().unwrap(), "--force", "-q"]
    )
    .status
    .success());
    // One that learnt everything under the wrong label.
    let bad = dir.path().join("bad");
    std::fs::create_dir_all(&bad).unwrap();
    let recordings = folder(&bad, "old", 1.0);
    for (from, to) in [("engine", "x"), ("siren", "engine"), ("x", "siren")] {
        std::fs::rename(recordings.join(from), recordings.join(to)).unwrap();
    }
    let model = bad.join("bad.model");
    let recipe = super::small_corpus::recipe(dir.path());
    let output = run(
        &config,
        &[
            "train",
            "--folders",
            recordings.to_str().unwrap(),
            "--recipe",
            recipe.to_str().unwrap(),
            "-o",
            model.to_str().unwrap(),
            "-q",
        ],
    );
    assert!(output.status.success());
    let fresh = folder(dir.path(), "fresh", 1.04);
    let refused = run(
        &config,
        &[
            "model",
            "promote",
            model.to_str().unwrap(),
            "--on",
            fresh.to_str().unwrap(),
        ],
    );
    let said = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        said.contains("balanced accuracy falls") && said.contains("--force"),
        "{said}"
    );
}
