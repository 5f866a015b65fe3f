//! Progress on standard error, for people who wait: bars on a terminal, lines now and then in a log.

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use earwitness::report::span;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How long nothing is shown.
const PATIENCE: Duration = Duration::from_secs(1);

/// A bar that says nothing until [`PATIENCE`] has passed, and never unless standard error is a
/// terminal.
struct LateBar {
    bar: ProgressBar,
    started: Instant,
    may_appear: AtomicBool,
}

impl LateBar {
    fn new(template: &str, quiet: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        Self {
            bar,
            started: Instant::now(),
            may_appear: AtomicBool::new(!quiet && io::stderr().is_terminal()),
        }
    }

    fn update(&self, done: usize, total: usize) {
        let is_due = self.started.elapsed() >= PATIENCE;
        if is_due && self.may_appear.swap(false, Ordering::Relaxed) {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_length(total as u64);
        self.bar.set_position(done as u64);
        self.bar.tick();
    }
}

impl Drop for LateBar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// How many recordings are done.
pub struct Progress {
    bar: LateBar,
    total: usize,
}

impl Progress {
    /// Of `total` recordings; never shown if `quiet`.
    pub fn new(total: usize, quiet: bool) -> Self {
        let template = "{spinner} {pos} of {len} recordings [{bar:24}] {elapsed}";
        Self {
            bar: LateBar::new(template, quiet),
            total,
        }
    }

    /// Call it now and then with the number that is done.
    pub fn update(&self, done: usize) {
        self.bar.update(done, self.total);
    }

    /// Runs `print` with the bar out of its way.
    pub fn suspend<R>(&self, print: impl FnOnce() -> R) -> R {
        self.bar.bar.suspend(print)
    }
}

/// Which step of a long task is under way, and how far.
pub struct Steps {
    bar: LateBar,
    /// Where nobody looks on.
    log: Option<Mutex<NowAndThen>>,
}

impl Steps {
    /// Never shown if `quiet`.
    pub fn new(quiet: bool) -> Self {
        let template = "{spinner} {msg} [{bar:24}] {pos} of {len}, {elapsed}";
        let is_logged = !quiet && !io::stderr().is_terminal();
        Self {
            bar: LateBar::new(template, quiet),
            log: is_logged.then(Mutex::default),
        }
    }

    /// Call it now and then, from any thread.
    pub fn update(&self, step: &str, done: usize, total: usize) {
        if self.bar.bar.message() != step {
            self.bar.bar.set_message(step.to_owned());
        }
        self.bar.update(done, total);
        let Some(log) = &self.log else { return };
        let elapsed = self.bar.started.elapsed();
        // A thread that finds another one writing has nothing to add.
        if log.try_lock().is_ok_and(|mut log| log.is_due(elapsed)) {
            eprintln!(
                "{step}: {done} of {total}, after {}",
                span(elapsed.as_secs_f64())
            );
        }
    }
}

/// How often a line is written where nobody looks on.
#[derive(Debug)]
pub struct NowAndThen {
    next: Duration,
}

impl NowAndThen {
    /// What is over before says nothing.
    const FIRST: Duration = Duration::from_secs(10);
    /// Most time between two lines.
    const MOST_BETWEEN: Duration = Duration::from_secs(600);

    /// Whether a line is due so long after the start; the next is when as much time has passed again.
    pub fn is_due(&mut self, elapsed: Duration) -> bool {
        let is_due = elapsed >= self.next;
        if is_due {
            self.next = elapsed + elapsed.clamp(Self::FIRST, Self::MOST_BETWEEN);
        }
        is_due
    }
}

impl Default for NowAndThen {
    fn default() -> Self {
        Self { next: Self::FIRST }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_ever_more_seldom_but_at_least_every_ten_minutes() {
        let mut log = NowAndThen::default();
        let hours = 2 * 3600;
        let due: Vec<u64> = (0..hours)
            .filter(|s| log.is_due(Duration::from_secs(*s)))
            .collect();
        assert_eq!(due[..7], [10, 20, 40, 80, 160, 320, 640]);
        assert!(due[6..].windows(2).all(|pair| pair[1] - pair[0] == 600));
        assert!(due.last().is_some_and(|last| hours - last <= 600));
    }
}
