use super::*;
use std::path::PathBuf;
use std::time::Duration;

/// Remembers what it was given: `name: kind`, or `name` alone for an answer.
struct Names(Vec<String>);

impl Writer for Names {
    fn begin(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
    fn entry(&mut self, entry: &Entry, _: &mut dyn Write) -> io::Result<()> {
        self.0.push(match entry {
            Entry::Answer(answer) => answer.path.clone(),
            Entry::Failure(failure) => format!("{}: {}", failure.path, failure.error.kind),
        });
        Ok(())
    }
    fn end(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

const QUIET: Verbosity = Verbosity {
    quiet: true,
    verbose: false,
};

fn run_with(
    names: &[&str],
    jobs: usize,
    classify: impl Fn(&Source) -> Result<Classification, AudioError> + Sync,
) -> (Vec<String>, Outcome) {
    let inputs: Vec<_> = names
        .iter()
        .map(|n| Input::File(PathBuf::from(n)))
        .collect();
    let dir = tempfile::tempdir().unwrap();
    let output = Output::open(Some(&dir.path().join("out")), []).unwrap();
    let mut writer = Names(Vec::new());
    let jobs = NonZeroUsize::new(jobs).unwrap();
    let outcome = run(&inputs, jobs, classify, &mut writer, output, QUIET).unwrap();
    (writer.0, outcome)
}

fn missing(source: &Source) -> Result<Classification, AudioError> {
    let name = source.name();
    Err(AudioError::NotFound { name })
}

#[test]
fn failures_keep_their_place_whatever_the_number_of_jobs() {
    let slow_first = |source: &Source| {
        let ms = if source.name() == "a" { 30 } else { 1 };
        std::thread::sleep(Duration::from_millis(ms));
        missing(source)
    };
    let wanted = ["a: not-found", "b: not-found", "c: not-found"];
    for jobs in [1, 3] {
        let (entries, outcome) = run_with(&["a", "b", "c"], jobs, slow_first);
        assert_eq!(entries, wanted);
        assert_eq!(outcome, Outcome::SomeFailed);
    }
}

#[test]
fn a_panic_is_the_failure_of_one_recording() {
    let classify = |source: &Source| match source.name().as_str() {
        "b" => panic!("index out of bounds"),
        _ => missing(source),
    };
    let (entries, _) = run_with(&["a", "b", "c"], 1, classify);
    assert_eq!(entries[1..], ["b: internal", "c: not-found"]);
}
