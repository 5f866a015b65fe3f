//! The recordings in `samples/` and what the default model must answer about them.

use super::{earwitness, sample};
use serde_json::Value;

/// What `samples/expected.json` says of one recording.
struct Expected {
    file: String,
    /// A label that the prediction set must hold.
    holds: String,
    /// Answers that are right: labels, families or classes.
    answers: Vec<String>,
    /// Phases that may be named; null is always allowed.
    phases: Vec<String>,
}

fn expected() -> Vec<Expected> {
    let text = std::fs::read_to_string(sample("expected.json")).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    let words = |value: &Value| -> Vec<String> {
        let words = value.as_array().unwrap().iter();
        words.map(|w| w.as_str().unwrap().to_owned()).collect()
    };
    let samples = all["samples"].as_array().unwrap().iter();
    samples
        .map(|one| Expected {
            file: one["file"].as_str().unwrap().into(),
            holds: one["holds"].as_str().unwrap().into(),
            answers: words(&one["answers"]),
            phases: words(&one["phases"]),
        })
        .collect()
}

/// What an answer names: a label, family or class, or that it cannot tell.
fn named(answer: &Value) -> String {
    match answer["decision"].as_str().unwrap() {
        "signature" => answer["label"].as_str().unwrap().into(),
        "family" => answer["family"].as_str().unwrap().into(),
        decision => decision.into(),
    }
}

#[test]
fn every_sample_is_answered_as_expected() {
    let expected = expected();
    let output = earwitness()
        .args(["classify", "--format", "jsonl"])
        .args(expected.iter().map(|one| sample(&one.file)))
        .output()
        .unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), expected.len());
    for (one, answer) in expected.iter().zip(&answers) {
        let set = answer["prediction_set"].as_array().unwrap();
        assert!(set.iter().any(|l| *l == one.holds), "{}: {set:?}", one.file);
        let named = named(answer);
        assert!(one.answers.contains(&named), "{}: {named}", one.file);
        if let Some(phase) = answer["phase"].as_str() {
            let right = one.phases.iter().any(|p| p == phase);
            assert!(right, "{}: {phase}", one.file);
        }
        // What `render` made says so; the rest has nothing to say.
        let by_render = !["multirotor.wav", "siren.wav", "wind.wav"].contains(&one.file.as_str());
        let warnings = answer["warnings"].as_array().unwrap();
        assert_eq!(warnings.len(), usize::from(by_render), "{answer}");
        assert!(warnings
            .iter()
            .all(|w| w.as_str().unwrap().contains("synthetic")));
    }
}

#[test]
fn every_sample_has_its_truth_and_every_signature_a_sample() {
    let signatures = earwitness()
        .args(["signatures", "--format", "json"])
        .output()
        .unwrap();
    let catalogue: Value = serde_json::from_slice(&signatures.stdout).unwrap();
    let expected = expected();
    for one in &expected {
        let truth = sample(&one.file.replace(".wav", ".json"));
        let truth: Value = serde_json::from_str(&std::fs::read_to_string(truth).unwrap()).unwrap();
        let label = truth.get("signature").or(truth.get("label")).unwrap();
        assert_eq!(*label, one.holds, "{}", one.file);
        assert_eq!(truth["duration_s"], 10.0);
    }
    for signature in catalogue["signatures"].as_array().unwrap() {
        let id = signature["id"].as_str().unwrap();
        let own = expected.iter().filter(|one| one.holds == id).count();
        let phases = signature["phases"].as_array().unwrap().len();
        assert_eq!(own, phases, "{id}");
    }
}
