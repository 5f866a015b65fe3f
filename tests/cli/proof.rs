//! What shows how good a retrained model is: `compare` and the card.

use super::retrain::{base, letter, new_label, retrain, text};
use super::small_corpus::{self, run, write};

#[test]
fn models_are_compared_on_recordings_that_neither_has_heard() {
    let dir = tempfile::tempdir().unwrap();
    let base = base(dir.path());
    let add = new_label(dir.path(), "new", 6);
    let mine = dir.path().join("mine.model");
    assert!(retrain(&base, &add, &mine, &["--quiet", "--no-curve"])
        .status
        .success());
    let fresh = small_corpus::folder(dir.path(), "fresh", 1.03);
    for i in 0..4 {
        write(
            &fresh.join(format!("multirotor/{}.wav", letter(i))),
            1120.0 + 60.0 * f64::from(i),
        );
    }
    std::fs::copy(
        dir.path().join("old/siren/0.wav"),
        fresh.join("siren/known.wav"),
    )
    .unwrap();
    let arguments = [
        "compare",
        base.to_str().unwrap(),
        mine.to_str().unwrap(),
        "--on",
        fresh.to_str().unwrap(),
    ];
    let output = run(&[&arguments[..], &["--format", "json"]].concat());
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(text(&output.stderr).contains("known.wav is left out"));
    assert_eq!(found["schema"], "earwitness.comparison/1");
    assert_eq!(found["comparison"]["recordings"], 22);
    assert_eq!(found["models"][1]["id"], "mine");
    let label = found["comparison"]["labels"]
        .as_array()
        .unwrap()
        .iter()
        .find(|l| l["label"] == "multirotor")
        .unwrap();
    assert_eq!(label["right"][0], 0);
    assert!(label["right"][1].as_u64().unwrap() >= 3, "{label}");
    let table = text(&run(&arguments).stdout);
    assert!(table.contains("no loss beyond chance"), "{table}");
    // Where nothing is left to compare, that is a failure in every format.
    let old = dir.path().join("old");
    let nothing = [&arguments[..4], &[old.to_str().unwrap()]].concat();
    for format in ["table", "json"] {
        let output = run(&[&nothing[..], &["--format", format]].concat());
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{format}: {said}");
        assert!(said.contains("nothing could be compared"), "{said}");
    }
}

#[test]
fn a_card_comes_in_two_forms_and_names_failures_hashes_and_the_way_to_make_it_again() {
    let dir = tempfile::tempdir().unwrap();
    let base = base(dir.path());
    let add = new_label(dir.path(), "new", 4);
    // Two that no model can get right.
    for i in 0..2 {
        write(
            &add.join(format!("engine/odd{}.wav", letter(i))),
            615.0 + f64::from(i),
        );
    }
    let mine = dir.path().join("mine.model");
    let (page, card) = (dir.path().join("card.html"), dir.path().join("card.md"));
    let cards = [
        "--card",
        page.to_str().unwrap(),
        "--card",
        card.to_str().unwrap(),
    ];
    let output = retrain(
        &base,
        &add,
        &mine,
        &[&cards[..], &["--no-curve", "-q"]].concat(),
    );
    assert!(output.status.success(), "{}", text(&output.stderr));
    let card = std::fs::read_to_string(card).unwrap();
    let page = std::fs::read_to_string(page).unwrap();
    let sha256 = {
        let shown = run(&["model", "show", "--format", "json", mine.to_str().unwrap()]);
        let shown: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
        shown["sha256"].as_str().unwrap().to_owned()
    };
    for text in [&card, &page] {
        for wanted in [
            "Learnt from",
            "Augmentation",
            "Retrained",
            "Known failures",
            "odda.wav",
            "Hashes",
            sha256.as_str(),
            "The same again",
            "--base BASE --add",
        ] {
            assert!(text.contains(wanted), "{wanted} is missing");
        }
    }
    // Four pictures: in the page, and beside the text.
    assert_eq!(page.matches("<svg ").count(), 4);
    for name in ["reliability", "roc", "det", "confusion"] {
        assert!(card.contains(&format!("(card.{name}.svg)")), "{name}");
        assert!(dir.path().join(format!("card.{name}.svg")).is_file());
    }
}
