//! `train` on a small folder of generated sounds.

use super::small_corpus::{folder, recipe, rendering_recipe, run};
use std::path::{Path, PathBuf};

/// Trains on `recordings` with one thread more each time, so that threads cannot matter.
fn train(dir: &Path, recordings: &Path, name: &str, more: &[&str]) -> PathBuf {
    let model = dir.join(name);
    let recipe = recipe(dir);
    let mut arguments = vec!["train", "--folders", recordings.to_str().unwrap()];
    arguments.extend(["--recipe", recipe.to_str().unwrap()]);
    arguments.extend(["-o", model.to_str().unwrap(), "--quiet"]);
    arguments.extend(more);
    let output = run(&arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    model
}

#[test]
fn the_same_recordings_and_seed_give_the_same_bytes_whatever_the_threads() {
    let dir = tempfile::tempdir().unwrap();
    let recordings = folder(dir.path(), "a", 1.0);
    let bytes = |name: &str, more: &[&str]| {
        std::fs::read(train(dir.path(), &recordings, name, more)).unwrap()
    };
    let once = bytes("once", &["--jobs", "1"]);
    assert!(once == bytes("again", &["--jobs", "2"]));
    assert!(once != bytes("other", &["--jobs", "1", "--seed", "7"]));
}

#[test]
fn a_model_says_when_it_meets_what_it_was_trained_on() {
    let dir = tempfile::tempdir().unwrap();
    let recordings = folder(dir.path(), "a", 1.0);
    let model = train(dir.path(), &recordings, "model", &[]);
    let fresh = folder(dir.path(), "b", 1.03);
    let warned = |folder: &Path| {
        let path = folder.join("siren/0.wav");
        let (path, model) = (path.to_str().unwrap(), model.to_str().unwrap());
        let output = run(&["classify", "--format", "jsonl", "--model", model, path]);
        String::from_utf8_lossy(&output.stdout).contains("trained-on-this")
    };
    assert!(warned(&recordings));
    assert!(!warned(&fresh));
}

#[cfg(unix)]
#[test]
fn a_model_can_be_read_by_whom_other_new_files_can_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let recordings = folder(dir.path(), "a", 1.0);
    let model = train(dir.path(), &recordings, "model", &[]);
    let plain = dir.path().join("plain");
    std::fs::write(&plain, "").unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&model), mode(&plain));
}

#[test]
fn what_is_only_rendered_is_grade_c_and_has_no_likelihood_ratio() {
    let dir = tempfile::tempdir().unwrap();
    let recordings = folder(dir.path(), "a", 1.0);
    let (model, recipe) = (dir.path().join("model"), rendering_recipe(dir.path()));
    let (model, recipe) = (model.to_str().unwrap(), recipe.to_str().unwrap());
    let output = run(&[
        "train",
        "--folders",
        recordings.to_str().unwrap(),
        "--recipe",
        recipe,
        "-o",
        model,
        "--quiet",
    ]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let shown = run(&["model", "show", "--format", "json", model]);
    let shown: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
    let label = |name: &str| {
        let labels = shown["header"]["labels"].as_array().unwrap().iter();
        labels
            .clone()
            .find(|l| l["label"] == name)
            .cloned()
            .unwrap()
    };
    assert_eq!(label("harop")["grade"], "C");
    assert_eq!(
        (&label("harop")["recordings"], &label("harop")["rendered"]),
        (&0.into(), &8.into())
    );
    assert_eq!(label("shahed-136")["rendered"], 8);
    assert_ne!(label("shahed-136")["grade"], "C");

    let path = recordings.join("engine/0.wav");
    let output = run(&[
        "classify",
        "--format",
        "jsonl",
        "--model",
        model,
        path.to_str().unwrap(),
    ]);
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["log10_lr"]["harop"], serde_json::Value::Null);
    assert!(answer["probabilities"]["harop"].is_number());
    // Phases are judged of munitions and military drones alone.
    if answer["label"] == "engine" {
        assert_eq!(answer["phase_probabilities"], serde_json::Value::Null);
    }
}

#[test]
fn a_sheet_that_is_read_is_not_written_over() {
    let dir = tempfile::tempdir().unwrap();
    let recordings = folder(dir.path(), "a", 1.0);
    std::fs::rename(recordings.join("siren"), recordings.join("lancet")).unwrap();
    let sheet = include_str!("../../models/signatures/shahed-136.toml");
    let sheet = sheet.replace("= \"shahed-136\"", "= \"lancet\"");
    let sheets = dir.path().join("sheets");
    std::fs::create_dir(&sheets).unwrap();
    let (beside, listed) = (recordings.join("lancet.toml"), sheets.join("lancet.toml"));
    let (recipe, model) = (recipe(dir.path()), dir.path().join("m.model"));
    for path in [&beside, &listed] {
        std::fs::write(path, &sheet).unwrap();
    }
    for path in [&beside, &listed] {
        let [folders, recipe, sheets, model, card] =
            [&recordings, &recipe, &sheets, &model, path].map(|p| p.to_str().unwrap());
        let arguments = [
            "train",
            "--folders",
            folders,
            "--recipe",
            recipe,
            "--catalogue",
            sheets,
            "-o",
            model,
            "--card",
            card,
        ];
        let refused = run(&arguments);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(2), "{said}");
        assert_eq!(std::fs::read_to_string(path).unwrap(), sheet);
    }
    assert!(!model.exists());
}
