//! `signatures`: the catalogue as people and programs see it.

use super::earwitness;
use predicates::prelude::*;
use serde_json::Value;
use std::fs;

/// What the program prints with these arguments, as JSON.
fn json(args: &[&str]) -> Value {
    let run = earwitness().args(args).assert().success();
    let value = serde_json::from_slice(&run.get_output().stdout).expect("it is JSON");
    value
}

/// A built-in signature file.
fn file(id: &str) -> String {
    let folder = env!("CARGO_MANIFEST_DIR");
    fs::read_to_string(format!("{folder}/models/signatures/{id}.toml")).expect("it is there")
}

#[test]
fn the_list_has_every_airframe_and_its_phases() {
    let list = json(&["signatures", "--format", "json"]);
    assert_eq!(list["schema"], "earwitness.signatures/1");
    let all = list["signatures"].as_array().expect("a list");
    let ids: Vec<_> = all.iter().filter_map(|s| s["id"].as_str()).collect();
    assert_eq!(
        ids,
        [
            "bayraktar-tb2",
            "harop",
            "hermes-450",
            "lora",
            "orbiter-1k",
            "orbiter-2",
            "orbiter-3",
            "shahed-136"
        ]
    );
    assert_eq!(all[1]["phases"], serde_json::json!(["cruise", "dive"]));
    assert_eq!(all[3]["label"], "impulse");
    let table = earwitness().arg("signatures").assert().success();
    let text = String::from_utf8_lossy(&table.get_output().stdout).into_owned();
    assert!(text.lines().all(|line| line.chars().count() <= 80));
    assert!(text.contains("harop: Harop"));
}

#[cfg(feature = "embedded-model")]
#[test]
fn grades_and_groups_are_those_of_the_built_in_model() {
    let list = json(&["signatures", "--format", "json"]);
    let model = json(&["model", "show", "--format", "json"]);
    assert_eq!(list["model"]["sha256"], model["sha256"]);
    let labels = model["header"]["labels"].as_array().expect("labels");
    for signature in list["signatures"].as_array().expect("a list") {
        let id = &signature["id"];
        let info = labels.iter().find(|l| &l["label"] == id);
        match info {
            Some(info) => {
                assert_eq!(signature["grade"], info["grade"]);
                assert_eq!(signature["groups"], info["groups"]);
            }
            None => assert!(signature["grade"].is_null(), "{id}"),
        }
    }
}

#[test]
fn one_is_shown_with_sources_lines_and_what_it_cannot_be_told_from() {
    let shown = json(&["signatures", "show", "harop", "--format", "json"]);
    assert_eq!(shown["schema"], "earwitness.signatures/1");
    let sheet = &shown["signature"];
    for figure in sheet["figures"].as_array().expect("figures") {
        let known = figure["confidence"] != "unknown";
        assert_eq!(figure["source"].is_string(), known, "{figure}");
    }
    let cruise = &sheet["lines"]["cruise"];
    assert_eq!(cruise["firing"], cruise["shaft"]);
    assert!(cruise["electrical"].is_null());
    let others = cruise["cannot_tell_from"].as_array().expect("a list");
    let hermes = others
        .iter()
        .find(|o| o["signature"] == "hermes-450/cruise");
    assert_eq!(hermes.expect("a twin")["overlap"], "all-combs");
    earwitness()
        .args(["signatures", "show", "Geran-2"])
        .assert()
        .success()
        .stdout(predicate::str::contains("lines in dive"));
}

#[test]
fn an_unknown_name_gets_the_known_ones() {
    earwitness()
        .args(["signatures", "show", "harpoon"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("harpoon").and(predicate::str::contains("harop, hermes")));
}

#[test]
fn a_file_of_ones_own_adds_an_airframe_and_a_broken_one_is_named() {
    let dir = tempfile::tempdir().expect("a folder");
    let mine = file("shahed-136").replace("\"shahed-136\"", "\"shahed-131\"");
    let path = dir.path().join("shahed-131.toml");
    fs::write(&path, &mine).expect("written");
    let folder = dir.path().to_str().expect("a plain name");
    let list = json(&["signatures", "--format", "json", "--catalogue", folder]);
    assert_eq!(list["signatures"].as_array().map(Vec::len), Some(9));
    // The model holds no such label, so there is nothing to grade.
    let own = &list["signatures"][7];
    assert_eq!(own["id"], "shahed-131");
    assert!(own["grade"].is_null());
    earwitness()
        .args(["signatures", "show", "shahed-131", "--catalogue", folder])
        .assert()
        .success()
        .stdout(predicate::str::is_match(r"grade +- \((not known to the model|no model)").unwrap());
    // New words are noted, and slips refused.
    fs::write(&path, mine.replace("\"piston-uav\"", "\"delta-wing-uav\"")).expect("written");
    earwitness()
        .args(["signatures", "--catalogue", folder])
        .assert()
        .success()
        .stderr(predicate::str::contains(
            "note: shahed-131: the family `delta-wing-uav` is new",
        ));
    fs::write(&path, mine.replace("\"piston-uav\"", "\"piston-uva\"")).expect("written");
    earwitness()
        .args(["signatures", "--catalogue", folder])
        .assert()
        .code(1)
        .stderr(predicate::str::contains("write `piston-uav`"));
    fs::write(&path, mine.replace("[5000, 7500]", "[7500, 5000]")).expect("written");
    earwitness()
        .args(["signatures", "--catalogue", folder])
        .assert()
        .code(1)
        .stderr(
            predicate::str::contains("shahed-131.toml")
                .and(predicate::str::contains("phases.cruise.shaft_rpm"))
                .and(predicate::str::contains("smaller value first")),
        );
}
