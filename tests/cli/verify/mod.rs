//! `verify`: one recording becomes evidence. These need the model that is built in.
#![cfg(feature = "embedded-model")]

mod account;
mod browser;
mod check;
mod faults;
mod page;
mod reuse;
mod schema;

use super::{earwitness, sample, wav};
use serde_json::Value;
use std::path::Path;

/// Standard output, standard error and exit code of `verify` in `dir`.
fn verify(dir: &Path, arguments: &[&str]) -> (String, String, i32) {
    let output = earwitness()
        .current_dir(dir)
        .arg("verify")
        .args(arguments)
        .output()
        .unwrap();
    let code = output.status.code().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), code)
}

/// The account of recordings, in a folder of its own, which it returns with what the terminal showed.
fn report(arguments: &[&str]) -> (tempfile::TempDir, Value, String) {
    let dir = tempfile::tempdir().unwrap();
    let (out, err, code) = verify(dir.path(), &[arguments, &["-o", "out"]].concat());
    assert_eq!(code, 0, "{err}");
    let json = json(dir.path());
    (dir, json, out)
}

fn json(dir: &Path) -> Value {
    let text = std::fs::read_to_string(dir.join("out/report.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The samples of a rendered recording of the repository, 16-bit.
fn samples(name: &str) -> Vec<i16> {
    let bytes = std::fs::read(sample(name)).unwrap();
    bytes[44..]
        .chunks_exact(2)
        .map(|b| i16::from_le_bytes([b[0], b[1]]))
        .collect()
}
