//! `train` on a small folder of generated sounds.

use super::small_corpus::{folder, recipe, run};
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
