//! `earwitness archive` and what reads its database: the real binary, on archives made on the spot.
//!
//! The slow ones: `cargo test --release --test archive -- --ignored --nocapture`.

mod changes;
mod database;
mod exports;
mod faults;
mod interrupted;
mod large;
mod machines;
mod made;
mod merging;
mod names;
mod originals;
mod overview;
mod usage;

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// `earwitness archive FOLDER -o DATABASE`, and what else is given.
pub fn archive(folder: &Path, database: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("earwitness"));
    command.arg("archive").arg(folder).arg("-o").arg(database);
    command.args(more).stdin(Stdio::null());
    command
}

/// Any verb.
pub fn earwitness(arguments: &[&str]) -> Output {
    Command::new(assert_cmd::cargo::cargo_bin!("earwitness"))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Exit code, and what was said on standard error.
pub fn finish(mut command: Command) -> (i32, String) {
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    (output.status.code().unwrap_or(-1), said)
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
