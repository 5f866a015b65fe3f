//! The catalogue as JSON.

use super::{separator, Reference, SIGNATURES_SCHEMA};
use crate::model::store::Model;
use crate::report::words;
use crate::signature::{
    confusable, Catalogue, Confusion, Entry, EntryValue, Line, Lines, Phase, Signature, Span,
    Values,
};
use serde_json::{json, Map, Value};

/// All signatures, without their figures.
pub fn list_json(catalogue: &Catalogue, model: Option<&Model>) -> String {
    let all: Vec<Value> = catalogue
        .iter()
        .map(|s| Value::Object(head(s, model)))
        .collect();
    pretty(&json!({
        "schema": SIGNATURES_SCHEMA,
        "model": model.map(model_name),
        "signatures": all,
    }))
}

/// One signature with its figures, lines, and what it can't be told from.
pub fn show_json(signature: &Signature, catalogue: &Catalogue, model: Option<&Model>) -> String {
    let mut sheet = head(signature, model);
    sheet.insert("note".into(), json!(signature.note()));
    let figures: Vec<Value> = signature.entries().iter().map(figure).collect();
    sheet.insert("figures".into(), json!(figures));
    let mut lines_by_phase = Map::new();
    for (phase, _) in signature.phases() {
        if let Some(lines) = signature.lines(phase) {
            let value = in_phase(signature, phase, &lines, catalogue);
            lines_by_phase.insert(phase.name().into(), value);
        }
    }
    sheet.insert("lines".into(), Value::Object(lines_by_phase));
    pretty(&json!({
        "schema": SIGNATURES_SCHEMA,
        "model": model.map(model_name),
        "signature": sheet,
    }))
}

fn model_name(model: &Model) -> Value {
    json!({ "id": model.header().id, "sha256": model.sha256() })
}

fn head(s: &Signature, model: Option<&Model>) -> Map<String, Value> {
    let reference = Reference::of(s, model);
    let phases: Vec<_> = s.phases().map(|(phase, _)| phase.name()).collect();
    let fields = [
        ("id", json!(s.id())),
        ("names", json!(s.names())),
        ("maker", json!(s.maker())),
        ("kind", json!(s.kind())),
        ("family", json!(s.family())),
        ("label", json!(s.label())),
        ("phases", json!(phases)),
        ("grade", json!(reference.grade.map(words::grade_letter))),
        ("groups", json!(reference.groups)),
    ];
    fields
        .map(|(key, value)| (key.to_owned(), value))
        .into_iter()
        .collect()
}

fn figure(entry: &Entry) -> Value {
    let mut map = Map::new();
    map.insert("key".into(), json!(entry.key));
    match &entry.value {
        EntryValue::Word(word) => {
            map.insert("value".into(), json!(word));
            map.insert("unit".into(), Value::Null);
        }
        EntryValue::Number(values, unit) => {
            let (key, value) = match values {
                Some(Values::One(value)) => ("value", json!(value)),
                Some(Values::Range(span)) => ("range", json!([span.low, span.high])),
                Some(Values::Choices(all)) => ("choices", json!(all)),
                None => ("value", Value::Null),
            };
            map.insert(key.into(), value);
            map.insert("unit".into(), json!(unit.to_string()));
        }
    }
    map.insert("confidence".into(), json!(entry.confidence.to_string()));
    let source = Some(entry.source).filter(|s| !s.is_empty());
    map.insert("source".into(), json!(source));
    Value::Object(map)
}

fn in_phase(signature: &Signature, phase: Phase, lines: &Lines, catalogue: &Catalogue) -> Value {
    let others = confusable(signature, phase, catalogue.iter());
    json!({
        "doppler": span(lines.doppler),
        "shaft": line(&lines.shaft),
        "propeller": line(&lines.propeller),
        "blade_pass": line(&lines.blade_pass),
        "firing": lines.firing.as_ref().map(line),
        "electrical": lines.electrical.as_ref().map(line),
        "cannot_tell_from": others.iter().map(confusion).collect::<Vec<_>>(),
    })
}

fn line(line: &Line) -> Value {
    json!({ "at_rest_hz": span(line.at_rest), "heard_hz": span(line.heard) })
}

/// Rounded to four digits after the point, like all numbers in the output.
fn span(span: Span) -> Value {
    let round = |x: f64| (x * 1e4).round() / 1e4;
    json!([round(span.low), round(span.high)])
}

fn confusion(c: &Confusion) -> Value {
    let meetings: Vec<Value> = c
        .meetings
        .iter()
        .map(|m| json!({ "own": m.own.name(), "other": m.other.name(), "heard_hz": span(m.heard) }))
        .collect();
    json!({
        "signature": c.other.key(c.other_phase),
        "overlap": c.overlap.name(),
        "combs": meetings,
        "separated_by": c.separators.iter().map(separator).collect::<Vec<_>>(),
    })
}

/// JSON values of strings, numbers, lists and maps can always be written.
fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}
