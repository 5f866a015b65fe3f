//! Whether an analysis that was run again comes to what a report says.

use serde_json::Value;

/// How far two numbers may lie apart and still agree: machines whose last bits differ stay far below it. Share of the larger,
/// and least absolute difference.
pub const TOLERANCE: (f64, f64) = (1e-3, 1e-3);
/// Lists longer than this are told as one line.
const SPELT_OUT: usize = 6;

/// One statement of a report against the same statement of another.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// Where it stands: `recordings[0].heard.label`, as in the page's `data-at` and in jq.
    pub place: String,
    /// What the first says.
    pub was: String,
    /// What the second says.
    pub is: String,
    /// Whether they agree.
    pub agrees: bool,
}

/// Every statement of two reports, as JSON, but for the run itself and where files lay that could not be read.
pub fn compare(was: &Value, is: &Value) -> Vec<Statement> {
    let mut found = Vec::new();
    walk("", was, is, &mut found);
    found
}

fn walk(place: &str, was: &Value, is: &Value, found: &mut Vec<Statement>) {
    if place == "run" {
        return;
    }
    match (was, is) {
        (Value::Object(a), Value::Object(b)) if !a.is_empty() => {
            let is_told = |key: &str| {
                let names_a_place = matches!(key, "name" | "message");
                !(place.starts_with("unreadable[") && names_a_place)
            };
            for (key, value) in a.iter().filter(|(key, _)| is_told(key)) {
                let inner = if place.is_empty() {
                    key.clone()
                } else {
                    format!("{place}.{key}")
                };
                walk(&inner, value, b.get(key).unwrap_or(&Value::Null), found);
            }
            for (key, value) in b.iter().filter(|(key, _)| !a.contains_key(*key)) {
                walk(&format!("{place}.{key}"), &Value::Null, value, found);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() && !a.is_empty() => {
            if a.len() > SPELT_OUT {
                found.push(in_one(place, a, b));
                return;
            }
            for (n, (a, b)) in a.iter().zip(b).enumerate() {
                walk(&format!("{place}[{n}]"), a, b, found);
            }
        }
        _ => found.push(Statement {
            place: place.to_owned(),
            was: short(was),
            is: short(is),
            agrees: agrees(was, is),
        }),
    }
}

/// A long list in one line.
fn in_one(place: &str, a: &[Value], b: &[Value]) -> Statement {
    let alike = a.iter().zip(b).filter(|(a, b)| agrees(a, b)).count();
    Statement {
        place: place.to_owned(),
        was: format!("{} entries", a.len()),
        is: format!("{alike} of them alike"),
        agrees: alike == a.len(),
    }
}

fn agrees(was: &Value, is: &Value) -> bool {
    match (was, is) {
        (Value::Number(a), Value::Number(b)) => {
            let (Some(a), Some(b)) = (a.as_f64(), b.as_f64()) else {
                return a == b;
            };
            (a - b).abs() <= (TOLERANCE.0 * a.abs().max(b.abs())).max(TOLERANCE.1)
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| agrees(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(k, v)| b.get(k).is_some_and(|other| agrees(v, other)))
        }
        _ => was == is,
    }
}

fn short(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(all) if !all.is_empty() => format!("{} entries", all.len()),
        Value::Array(_) => "none".to_owned(),
        Value::Object(_) => "an account".to_owned(),
        Value::Null => "nothing".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn statements_are_compared_one_by_one_and_the_run_is_left_out() {
        let was = json!({"schema": "a", "run": {"at": 1}, "recordings": [{"label": "harop", "p": 0.9, "segments": [1, 2, 3, 4, 5, 6, 7]}]});
        let mut is = was.clone();
        is["run"]["at"] = json!(2);
        is["recordings"][0]["p"] = json!(0.9004);
        assert!(compare(&was, &is).iter().all(|c| c.agrees));
        is["recordings"][0]["label"] = json!("engine");
        is["recordings"][0]["segments"][3] = json!(9);
        let differing: Vec<_> = compare(&was, &is)
            .into_iter()
            .filter(|c| !c.agrees)
            .collect();
        let places: Vec<_> = differing.iter().map(|c| c.place.as_str()).collect();
        assert_eq!(places, ["recordings[0].label", "recordings[0].segments"]);
        assert_eq!(differing[1].is, "6 of them alike");
    }

    #[test]
    fn what_only_one_says_does_not_agree() {
        let found = compare(&json!({"a": 1}), &json!({"b": 2}));
        assert!(
            found.len() == 2 && found.iter().all(|c| !c.agrees),
            "{found:?}"
        );
    }
}
