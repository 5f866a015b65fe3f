//! What is said while an archive is worked through.

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

use earwitness::archive::store::Totals;
use earwitness::archive::work::Fault;
use earwitness::archive::{Observer, Plan};
use earwitness::report::span;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::run::describe;
use crate::cli::progress::NowAndThen;
use crate::cli::Verbosity;

/// Tells how it goes, on standard error: a bar on a terminal, else lines now and then.
pub struct Narrator {
    quiet: bool,
    bar: Option<ProgressBar>,
    started: Instant,
    log: NowAndThen,
    stop: Arc<AtomicBool>,
    said_stop: bool,
}

impl Narrator {
    pub fn new(verbosity: Verbosity, stop: Arc<AtomicBool>) -> Self {
        let on_terminal = !verbosity.quiet && io::stderr().is_terminal();
        Self {
            quiet: verbosity.quiet,
            bar: on_terminal.then(bar),
            started: Instant::now(),
            log: NowAndThen::default(),
            stop,
            said_stop: false,
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| eprintln!("{text}")),
            None if !self.quiet => eprintln!("{text}"),
            None => {}
        }
    }
}

impl Drop for Narrator {
    fn drop(&mut self) {
        self.finish();
    }
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{spinner} [{bar:24}] {msg}") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}

impl Observer for Narrator {
    fn planned(&mut self, plan: &Plan, changed: bool) {
        self.say(&describe(plan, changed));
        if let Some(bar) = &self.bar {
            bar.set_length(plan.todo_bytes);
        }
        self.started = Instant::now();
    }

    fn progress(&mut self, totals: &Totals) {
        let elapsed = self.started.elapsed();
        if self.stop.load(Ordering::Relaxed) && !self.said_stop {
            self.said_stop = true;
            self.say(
                "stopping: the files in work are finished first; press Ctrl-C again to end at once",
            );
        }
        if let Some(bar) = &self.bar {
            bar.set_position(totals.done_bytes);
            bar.set_message(progress_line(totals, elapsed));
            bar.tick();
        } else if self.log.is_due(elapsed) {
            self.say(&progress_line(totals, elapsed));
        }
    }

    fn failed(&mut self, fault: &Fault) {
        self.say(&format!("no answer: {}", fault.message));
    }

    fn grouping(&mut self, recordings: usize) {
        // A few are done before one could read it.
        if recordings > 2000 {
            self.say(&format!(
                "looking for sound that {recordings} recordings share"
            ));
        }
    }
}

/// `120 of 300 files, 4.5 h of sound, 2100 times real time, 3 without an answer, about 2 min left`. How fast it is is not
/// said of less than a second: databases note whole ones.
pub fn progress_line(totals: &Totals, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64();
    let mut text = format!(
        "{} of {} files, {} of sound",
        totals.done,
        totals.todo,
        span(totals.sound_s),
    );
    if seconds >= 1.0 {
        text += &format!(", {:.0} times real time", totals.sound_s / seconds);
    }
    text += &format!(", {} without an answer", totals.failed);
    if let Some(left) = left(totals, seconds) {
        text += &format!(", about {} left", span(left));
    }
    text
}

/// Seconds that the rest may take: as much per byte as what is done. Before a fiftieth is, nobody knows.
fn left(totals: &Totals, seconds: f64) -> Option<f64> {
    let (done, all) = (totals.done_bytes as f64, totals.todo_bytes as f64);
    (done > 0.02 * all && done < all).then(|| seconds * (all - done) / done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_how_far_how_fast_and_how_long_yet() {
        let mut totals = Totals {
            found: 300,
            todo: 300,
            todo_bytes: 3000,
            done: 120,
            done_bytes: 1000,
            failed: 3,
            sound_s: 7200.0,
        };
        let text = progress_line(&totals, Duration::from_secs(60));
        let wanted = "120 of 300 files, 2.0 h of sound, 120 times real time, 3 without an answer, about 2 min left";
        assert_eq!(text, wanted);
        let text = progress_line(&totals, Duration::from_millis(900));
        assert!(!text.contains("real time"), "{text}");
        totals.done_bytes = 3000;
        assert!(!progress_line(&totals, Duration::from_secs(60)).contains("left"));
        totals.done_bytes = 10;
        assert!(!progress_line(&totals, Duration::from_secs(60)).contains("left"));
    }
}
