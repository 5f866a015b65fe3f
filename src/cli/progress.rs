//! A progress bar on standard error, for people who wait.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How long nothing is shown.
const PATIENCE: Duration = Duration::from_secs(1);

/// Shows how many recordings are done, once that takes longer than a second and standard error
/// is a terminal.
pub struct Progress {
    bar: ProgressBar,
    started: Instant,
    /// A bar may still appear.
    waiting: bool,
}

impl Progress {
    /// Of `total` recordings; never shown if `quiet`.
    pub fn new(total: usize, quiet: bool) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::hidden());
        let style = "{spinner} {pos} of {len} recordings [{bar:24}] {elapsed} (about {eta} to go)";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style.progress_chars("=> "));
        }
        Self {
            bar,
            started: Instant::now(),
            waiting: !quiet && io::stderr().is_terminal(),
        }
    }

    /// Call it now and then with the number that is done.
    pub fn update(&mut self, done: usize) {
        if self.waiting && self.started.elapsed() >= PATIENCE {
            self.waiting = false;
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_position(done as u64);
        self.bar.tick();
    }

    /// Runs `print` with the bar out of its way.
    pub fn suspend<R>(&self, print: impl FnOnce() -> R) -> R {
        self.bar.suspend(print)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
