//! Source groups are settled alike wherever recordings are tested: guessed where nobody has given any.

use super::retrain::{base, new_label, retrain, text};
use super::small_corpus::{run, write, LABELS};
use std::path::{Path, PathBuf};

/// Three labels, each of six pieces of one recording by their names.
fn pieces(dir: &Path) -> PathBuf {
    let root = dir.join("pieces");
    for (label, hz) in LABELS {
        for i in 0..6 {
            let path = root.join(format!("{label}/{label}-night_part{i}.wav"));
            write(&path, hz * (1.041 + 0.053 * f64::from(i)));
        }
    }
    root
}

#[test]
fn pieces_of_three_recordings_prove_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let base = base(dir.path());
    let mine = dir.path().join("mine.model");
    let add = new_label(dir.path(), "new", 6);
    let made = retrain(&base, &add, &mine, &["--no-curve"]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let others = pieces(dir.path());
    let [a, b, on] = [&base, &mine, &others].map(|path| path.to_str().unwrap());
    let guessed = "6 recordings are taken as one source";

    let output = run(&["compare", a, b, "--on", on, "--format", "json"]);
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["comparison"]["recordings"], 18);
    assert_eq!(found["comparison"]["groups"], 3);
    assert_eq!(found["guesses"].as_array().unwrap().len(), 3);
    let said = text(&output.stderr);
    assert_eq!(said.matches(guessed).count(), 3, "{said}");
    let said = text(&run(&["compare", a, b, "--on", on]).stdout);
    assert!(said.contains("too few source groups"), "{said}");

    let arguments = ["evaluate", "--model", a, "--folders", on];
    let output = run(&[&arguments[..], &["--format", "json"]].concat());
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["figures"]["recordings"], 18);
    assert_eq!(found["figures"]["groups"], 3);
    assert_eq!(text(&output.stderr).matches(guessed).count(), 3);

    // What stands in a group of its own by the list is left there.
    let list = dir.path().join("list.csv");
    let mut lines = "path,label,group\n".to_owned();
    for (label, _) in LABELS {
        for i in 0..6 {
            let path = format!("pieces/{label}/{label}-night_part{i}.wav");
            lines += &format!("{path},{label},{label}-{i}\n");
        }
    }
    std::fs::write(&list, lines).unwrap();
    let list = list.to_str().unwrap();
    let output = run(&["compare", a, b, "--on", list, "--format", "json"]);
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["comparison"]["groups"], 18);
    assert!(!text(&output.stderr).contains(guessed));
}
