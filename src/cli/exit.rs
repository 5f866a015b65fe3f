//! How the program ends.

use std::io;
use std::process::ExitCode;

/// How a verb ended that did not fail as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Everything was done: exit code 0.
    Done,
    /// Done, but some inputs failed: exit code 3.
    SomeFailed,
    /// Asked to stop before all was done: exit code 1.
    Stopped,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done => ExitCode::SUCCESS,
            Outcome::SomeFailed => ExitCode::from(3),
            Outcome::Stopped => ExitCode::FAILURE,
        }
    }
}

/// A wrong usage that clap cannot see: exit code 2, as clap's own.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(pub String);

/// `error` as a wrong usage if it `is` one, so that its exit code is 2.
pub fn usage_if<E: std::error::Error + Send + Sync + 'static>(is: bool, error: E) -> anyhow::Error {
    match is {
        true => UsageError(error.to_string()).into(),
        false => error.into(),
    }
}

/// Prints `error`, unless it only says that the reader of our output went away, and gives its
/// exit code: 2 for wrong usage, else 1.
pub fn fail(error: &anyhow::Error) -> ExitCode {
    if is_broken_pipe(error) {
        return ExitCode::SUCCESS;
    }
    eprintln!("error: {}", in_words(error));
    if error.is::<UsageError>() {
        eprintln!("\nFor more information, try '--help'.");
        return ExitCode::from(2);
    }
    ExitCode::FAILURE
}

/// An error and its causes, each said once: many errors name their cause themselves.
fn in_words(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text += &format!(": {cause}");
        }
    }
    text
}

/// `earwitness ... | head` closes the pipe early, and that is no fault.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn a_cause_is_said_once() {
        let inner = || io::Error::other("the disk is gone");
        let named: Result<(), _> = Err(inner());
        let named = named.context("a.wav: the disk is gone; try a copy");
        assert_eq!(
            in_words(&named.unwrap_err()),
            "a.wav: the disk is gone; try a copy"
        );
        let plain: Result<(), _> = Err(inner());
        let plain = plain.context("cannot write a.csv");
        assert_eq!(
            in_words(&plain.unwrap_err()),
            "cannot write a.csv: the disk is gone"
        );
    }

    #[test]
    fn a_closed_pipe_is_recognised_under_its_context() {
        let pipe: Result<(), _> = Err(io::Error::from(io::ErrorKind::BrokenPipe));
        assert!(is_broken_pipe(&pipe.context("cannot write").unwrap_err()));
        let disk: Result<(), _> = Err(io::Error::from(io::ErrorKind::StorageFull));
        assert!(!is_broken_pipe(&disk.context("cannot write").unwrap_err()));
    }
}
