//! The JSON Schema of a report follows from its types and their docs, and is committed.

use super::{Report, REPORT_SCHEMA};
use schemars::generate::SchemaSettings;
use serde_json::{json, Value};

const PATH: &str = "docs/report.schema.json";

/// Objects hold what is listed and nothing else.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(all) => {
            if all.contains_key("properties") {
                all.insert("additionalProperties".into(), json!(false));
            }
            all.values_mut().for_each(close);
        }
        Value::Array(all) => all.iter_mut().for_each(close),
        _ => {}
    }
}

fn schema() -> String {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<Report>();
    schema.insert("title".into(), json!(REPORT_SCHEMA));
    let mut schema = schema.to_value();
    close(&mut schema);
    serde_json::to_string_pretty(&schema).unwrap() + "\n"
}

/// `EARWITNESS_UPDATE=1 cargo test --lib schema` writes it.
#[test]
fn the_committed_schema_is_that_of_the_types() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(PATH);
    if std::env::var_os("EARWITNESS_UPDATE").is_some() {
        std::fs::write(&path, schema()).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == schema(),
        "{PATH} is not that of the types; EARWITNESS_UPDATE=1 cargo test --lib schema writes it, and a change of meaning wants a new version"
    );
}
