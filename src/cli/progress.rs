//! Progress bars on standard error, for people who wait.

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

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
pub struct Steps(LateBar);

impl Steps {
    /// Never shown if `quiet`.
    pub fn new(quiet: bool) -> Self {
        Self(LateBar::new(
            "{spinner} {msg} [{bar:24}] {pos} of {len}, {elapsed}",
            quiet,
        ))
    }

    /// Call it now and then, from any thread.
    pub fn update(&self, step: &str, done: usize, total: usize) {
        if self.0.bar.message() != step {
            self.0.bar.set_message(step.to_owned());
        }
        self.0.update(done, total);
    }
}
