//! Many recordings: each is classified by itself, and one that fails stops no other.

use std::any::Any;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::panic::{self, AssertUnwindSafe};
use std::time::Instant;

use anyhow::Context;
use earwitness::audio::{AudioError, Source};
use earwitness::model::answer::Classification;
use earwitness::report::{Entry, Failure, Writer};

use super::exit::Outcome;
use super::inputs::Input;
use super::output::Output;
use super::parallel::{for_each_in_order, Sink, Stopped};
use super::progress::Progress;
use super::Verbosity;

/// Classifies `inputs` with `classify` on `jobs` threads and writes the answers in their order.
///
/// # Errors
/// If the output cannot be written. A recording that fails is an entry of the output, a line on
/// standard error unless that shows the output anyway, and [`Outcome::SomeFailed`].
pub fn run(
    inputs: &[Input],
    jobs: NonZeroUsize,
    classify: impl Fn(&Source) -> Result<Classification, AudioError> + Sync,
    writer: &mut dyn Writer,
    mut output: Output,
    verbosity: Verbosity,
) -> anyhow::Result<Outcome> {
    let cannot_write = "cannot write the output";
    writer.begin(&mut output).context(cannot_write)?;
    let mut sink = EntrySink {
        progress: Progress::new(inputs.len(), verbosity.quiet),
        says_failures: !verbosity.quiet && !output.is_terminal(),
        output: &mut output,
        writer,
        says_answers: verbosity.verbose,
        done: 0,
        failed: 0,
    };
    let work = |input: &Input| {
        let started = Instant::now();
        let entry = entry(input, &classify);
        (entry, started.elapsed().as_secs_f64())
    };
    let result = for_each_in_order(inputs, jobs, work, &mut sink);
    let failed = sink.failed;
    drop(sink);
    match result {
        Ok(()) => {}
        Err(Stopped::Sink(error)) => return Err(error).context(cannot_write),
        Err(Stopped::Threads(error)) => {
            return Err(error).context("cannot start the threads; try fewer with --jobs")
        }
    }
    writer.end(&mut output).context(cannot_write)?;
    output.finish()?;
    if failed == 0 {
        return Ok(Outcome::Done);
    }
    if !verbosity.quiet {
        eprintln!("{failed} of {} recordings could not be read", inputs.len());
    }
    Ok(Outcome::SomeFailed)
}

/// Writes entries as they come, with their seconds of work.
struct EntrySink<'a> {
    output: &'a mut Output,
    writer: &'a mut dyn Writer,
    progress: Progress,
    says_failures: bool,
    says_answers: bool,
    done: usize,
    failed: usize,
}

impl Sink<(Entry, f64)> for EntrySink<'_> {
    type Error = io::Error;

    fn take(&mut self, (entry, seconds): (Entry, f64)) -> io::Result<()> {
        self.done += 1;
        self.failed += usize::from(matches!(entry, Entry::Failure(_)));
        self.progress.suspend(|| {
            self.writer.entry(&entry, self.output)?;
            self.output.flush()
        })?;
        let remark = match &entry {
            Entry::Failure(failure) if self.says_failures => failure.error.message.clone(),
            Entry::Answer(answer) if self.says_answers => how_read(answer, seconds),
            _ => return Ok(()),
        };
        self.progress.suspend(|| eprintln!("{remark}"));
        Ok(())
    }

    fn idle(&mut self) {
        self.progress.update(self.done);
    }
}

/// What is to be said about one input.
fn entry(
    input: &Input,
    classify: &impl Fn(&Source) -> Result<Classification, AudioError>,
) -> Entry {
    let name = input.name();
    let source = match input.source() {
        Ok(source) => source,
        Err(failure) => return Entry::Failure(failure),
    };
    let result = panic::catch_unwind(AssertUnwindSafe(|| classify(&source)));
    match result {
        Ok(Ok(mut answer)) => {
            // As it was named, byte for byte where that is possible: programs look it up by this.
            answer.path = name;
            Entry::Answer(Box::new(answer))
        }
        Ok(Err(error)) => Entry::Failure(Failure::from_audio(name, &error)),
        Err(panic) => Entry::Failure(panicked(name, source.name(), panic.as_ref())),
    }
}

fn panicked(path: String, name: String, panic: &(dyn Any + Send)) -> Failure {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or(panic.downcast_ref::<&str>().copied());
    let text = text.unwrap_or("no reason given");
    let message = format!(
        "{name}: earwitness itself failed on it ({text}); please report this, with the file"
    );
    Failure::new(path, "internal", message)
}

/// `clip.mp4: 12.1 s of AAC-LC in mp4, 44100 Hz, 2 channels, read by symphonia, in 0.05 s`.
fn how_read(answer: &Classification, seconds: f64) -> String {
    let Classification {
        path, duration_s, ..
    } = answer;
    let stream = answer.stream.as_ref().map_or(String::new(), |s| {
        format!(
            " of {} in {}, {} Hz, {} channels, read by {}",
            s.codec, s.container, s.sample_rate, s.channels, s.decoder
        )
    });
    let path = path.escape_debug();
    format!("{path}: {duration_s:.1} s{stream}, in {seconds:.2} s")
}

#[cfg(test)]
#[path = "batch_tests.rs"]
mod tests;
