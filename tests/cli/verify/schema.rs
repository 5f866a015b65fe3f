//! Reports are what the committed JSON Schema says.

use super::{report, sample};

#[test]
fn reports_of_all_kinds_are_valid() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/report.schema.json");
    let schema = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let earlier = sample("siren.wav");
    let clips = [
        "shahed-136-cruise.wav",
        "harop-dive.wav",
        "bayraktar-tb2-cruise.wav",
        "wind.wav",
        "siren.wav",
    ];
    for name in clips {
        let clip = sample(name);
        let (_dir, json, _) = report(&[&clip, "--h1", "shahed-136", "--against", &earlier]);
        let faults: Vec<String> = validator
            .iter_errors(&json)
            .map(|e| format!("{}: {e}", e.instance_path()))
            .collect();
        assert!(faults.is_empty(), "{name}: {faults:?}");
    }
    // It would notice.
    let (_dir, mut json, _) = report(&[&sample("siren.wav")]);
    json["recordings"][0]["heard"]["new"] = 1.into();
    assert!(!validator.is_valid(&json));
    json["recordings"][0]["heard"]
        .as_object_mut()
        .unwrap()
        .remove("new");
    json["recordings"][0]["heard"]
        .as_object_mut()
        .unwrap()
        .remove("label");
    assert!(!validator.is_valid(&json));
}
