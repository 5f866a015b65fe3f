//! `report.json`: the account for programs, and for whoever checks it.

use crate::verify::{Report, REPORT_SCHEMA};
use serde_json::{Number, Value};
use std::io;

/// Significant digits of every number: more than any of them is known to, few enough that machines whose last bits differ
/// agree.
pub const DIGITS: usize = 6;

/// The report as JSON.
///
/// # Errors
/// If it cannot be written as JSON, which no report of this library does.
pub fn text(report: &Report) -> io::Result<String> {
    let mut value = serde_json::to_value(report)?;
    round(&mut value);
    Ok(serde_json::to_string_pretty(&value)? + "\n")
}

/// Reads a report again.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn parse(text: &str) -> Result<Report, String> {
    let value: Value = serde_json::from_str(text)
        .map_err(|e| format!("it is no JSON ({e}); give a report.json"))?;
    match value.get("schema").and_then(Value::as_str) {
        Some(REPORT_SCHEMA) => {}
        Some(other) => {
            return Err(format!(
                "its schema is `{other}`, and this version reads `{REPORT_SCHEMA}`; use the version that made it"
            ))
        }
        None => return Err("it holds no `schema`; give a report.json of `earwitness verify`".into()),
    }
    serde_json::from_value(value)
        .map_err(|e| format!("it is no whole report ({e}); was it edited or cut short?"))
}

fn round(value: &mut Value) {
    match value {
        Value::Number(number) => {
            if let Some(rounded) = rounded(number) {
                *number = rounded;
            }
        }
        Value::Array(all) => all.iter_mut().for_each(round),
        Value::Object(all) => all.values_mut().for_each(round),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

fn rounded(number: &Number) -> Option<Number> {
    if !number.is_f64() {
        return None;
    }
    let exact = format!("{:.*e}", DIGITS - 1, number.as_f64()?);
    // No negative zero: it would print as -0.0.
    Number::from_f64(exact.parse::<f64>().ok()? + 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_six_digits_and_whole_ones_stay_whole() {
        let mut value = serde_json::json!([203.123_456_789, 1, "x", -0.0, {"a": 1.0e-9}]);
        round(&mut value);
        assert_eq!(value.to_string(), r#"[203.123,1,"x",0.0,{"a":1e-9}]"#);
    }

    #[test]
    fn what_is_no_report_is_refused_with_the_reason() {
        assert!(parse("{").unwrap_err().contains("JSON"));
        assert!(parse("{}").unwrap_err().contains("schema"));
        let later = r#"{"schema":"earwitness.report/9"}"#;
        assert!(parse(later).unwrap_err().contains("report/9"));
        let cut = format!(r#"{{"schema":"{REPORT_SCHEMA}"}}"#);
        assert!(parse(&cut).unwrap_err().contains("whole"));
    }
}
