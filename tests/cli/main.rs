//! The real binary, run as a user runs it.

mod answers;
mod crash;
mod dataset;
mod evaluate;
mod files;
mod groups;
mod memory;
mod promote;
mod proof;
mod render;
mod retrain;
mod samples;
mod scale;
mod signatures;
mod small_corpus;
mod stretches;
mod train;
mod usage;
mod verify;
mod walk;
mod wav;

use assert_cmd::Command;

/// The program, in an environment that decides nothing.
pub fn earwitness() -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("earwitness"));
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    // Whoever runs the tests may have promoted a model of their own.
    command.env("EARWITNESS_CONFIG", "/nonexistent/earwitness");
    command
}

/// A rendered recording of the repository.
pub fn sample(name: &str) -> String {
    format!("{}/samples/{name}", env!("CARGO_MANIFEST_DIR"))
}
