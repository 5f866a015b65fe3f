//! Help, exit codes and wrong usage: nothing here needs a model.

use super::{earwitness, sample, wav};
use predicates::prelude::*;

#[test]
fn an_unknown_verb_or_option_is_wrong_usage() {
    earwitness().arg("clasify").assert().code(2);
    earwitness().args(["classify", "--loud"]).assert().code(2);
    earwitness().assert().code(2);
}

#[test]
fn no_recording_is_wrong_usage() {
    let advice = predicate::str::contains("--files-from");
    earwitness().arg("classify").assert().code(2).stderr(advice);
}

#[test]
fn standard_input_cannot_be_recording_and_list_at_once() {
    let advice = predicate::str::contains("save one of them");
    earwitness()
        .args(["features", "-", "--files-from", "-"])
        .assert()
        .code(2)
        .stderr(advice);
}

#[test]
fn a_prior_that_is_none_gets_an_example() {
    earwitness()
        .args(["classify", "--prior", "mostly harop", "x.wav"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("shahed-136=0.5"));
    for (prior, says) in [
        ("siren=2,siren=3", "two weights"),
        ("siren=1e9", "from 0.000001 to 1000000"),
    ] {
        earwitness()
            .args(["classify", "--prior", prior, "x.wav"])
            .assert()
            .code(2)
            .stderr(predicate::str::contains(says));
    }
}

#[test]
fn every_verb_has_help_with_an_example() {
    let verbs = [
        "classify",
        "features",
        "model show",
        "render",
        "signatures",
        "signatures show",
        "train",
        "evaluate",
    ];
    for verb in verbs {
        earwitness()
            .args(verb.split(' '))
            .arg("--help")
            .assert()
            .success()
            .stdout(predicate::str::contains(format!("earwitness {verb}")));
    }
}

#[test]
fn help_without_a_terminal_has_no_colour() {
    let escape = predicate::str::contains("\u{1b}");
    earwitness().arg("--help").assert().stdout(escape.not());
}

#[test]
fn training_wants_recordings_and_a_place_for_the_model() {
    earwitness().args(["train", "-o", "m"]).assert().code(2);
    earwitness()
        .args(["train", "--folders", "x"])
        .assert()
        .code(2);
    let both = ["train", "--folders", "x", "--manifest", "y", "-o", "m"];
    earwitness().args(both).assert().code(2);
}

#[test]
fn a_model_that_is_not_there_is_a_failure_that_names_it() {
    earwitness()
        .args(["classify", "--model", "no/such.model", &sample("wind.wav")])
        .assert()
        .code(1)
        .stdout("")
        .stderr(predicate::str::contains("no/such.model"));
}

#[test]
fn a_file_that_is_no_model_is_refused() {
    let wind = sample("wind.wav");
    earwitness()
        .args(["model", "show", &wind])
        .assert()
        .code(1)
        .stderr(predicate::str::contains("wind.wav"));
}

#[test]
fn an_output_that_is_an_input_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.wav");
    wav::write(&path, 100.0);
    let list = dir.path().join("list.txt");
    std::fs::write(&list, path.as_os_str().as_encoded_bytes()).unwrap();
    let before = std::fs::read(&path).unwrap();
    let [path, list] = [path, list].map(|p| p.into_os_string().into_string().unwrap());
    for arguments in [
        ["classify", &path, "-o", &path].as_slice(),
        &["features", &path, "-o", &path],
        &["classify", "--files-from", &list, "-o", &list],
    ] {
        earwitness()
            .args(arguments)
            .assert()
            .code(2)
            .stderr(predicate::str::contains("overwrite"));
    }
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(std::fs::read(&list).unwrap(), path.as_bytes());
}

#[test]
fn completions_and_manual_pages_are_made() {
    let dir = tempfile::tempdir().unwrap();
    earwitness()
        .args(["completions", "bash"])
        .assert()
        .success()
        .stdout(predicate::str::contains("earwitness"));
    earwitness().arg("man").arg(dir.path()).assert().success();
    assert!(dir.path().join("earwitness-classify.1").is_file());
}

#[cfg(not(feature = "embedded-model"))]
#[test]
fn a_program_without_a_model_says_how_to_name_one() {
    earwitness()
        .args(["classify", &sample("wind.wav")])
        .assert()
        .code(1)
        .stderr(predicate::str::contains("--model"));
}
