//! The earwitness program: parse, call, exit code; everything else is in [`cli`] and the library.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
