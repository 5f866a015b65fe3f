//! Timing and printing.

use std::error::Error;
use std::fs;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use super::sound::MINUTES;

/// Length of the sound that every stage works on, in seconds.
pub const SECONDS: f64 = MINUTES as f64 * 60.0;
/// Rounds: at least this many ...
const MIN_ROUNDS: usize = 5;
/// ... and more until every stage has had this much time, on average.
const PATIENCE: Duration = Duration::from_secs(2);
/// A stage is run again until a reading has lasted this long: Linux may count a thread's time in whole ticks of 4 ms, a
/// tenth of the floor.
const READING: Duration = Duration::from_millis(200);

type Run<'a> = Box<dyn FnMut() -> Result<(), Box<dyn Error>> + 'a>;

struct Stage<'a> {
    name: String,
    run: Run<'a>,
    seconds: Vec<f64>,
}

/// Stages that are timed against each other.
///
/// They take turns, round after round, so that whatever else the machine does meets all of them
/// alike; and the best of each one's times counts, since other work only ever makes it longer.
/// Time is what the thread was given where the system says so: on a busy machine a short stage may
/// run through while a long one must wait in between.
pub struct Bench<'a> {
    wanted: Option<String>,
    stages: Vec<Stage<'a>>,
    clock: fn() -> Duration,
}

impl<'a> Bench<'a> {
    /// Of stages that work in this thread; only those whose name holds `wanted`.
    pub fn of_this_thread(wanted: Option<String>) -> Self {
        let clock: fn() -> Duration = match thread_time() {
            Some(_) => || thread_time().unwrap_or_default(),
            None => wall_time,
        };
        Self::new(wanted, clock)
    }

    /// Of stages that work in other threads or processes, by the clock on the wall; only those
    /// whose name holds `wanted`.
    pub fn by_the_wall(wanted: Option<String>) -> Self {
        Self::new(wanted, wall_time)
    }

    fn new(wanted: Option<String>, clock: fn() -> Duration) -> Self {
        Self {
            wanted,
            stages: Vec::new(),
            clock,
        }
    }

    /// Adds a stage.
    pub fn add<E: Into<Box<dyn Error>>>(
        &mut self,
        name: &str,
        mut run: impl FnMut() -> Result<(), E> + 'a,
    ) {
        if self.wanted.as_ref().is_none_or(|w| name.contains(w)) {
            self.stages.push(Stage {
                name: name.to_owned(),
                run: Box::new(move || run().map_err(Into::into)),
                seconds: Vec::new(),
            });
        }
    }

    /// Runs all stages and prints a line for each, with its ratio to the stage `floor`.
    pub fn run(mut self, floor: &str) -> Result<Times, Box<dyn Error>> {
        for stage in &mut self.stages {
            (stage.run)()?; // Fills caches; its time doesn't count.
        }
        let started = Instant::now();
        let patience = PATIENCE * self.stages.len() as u32;
        let mut rounds = 0;
        while rounds < MIN_ROUNDS || started.elapsed() < patience {
            for stage in &mut self.stages {
                let (began, start) = (Instant::now(), (self.clock)());
                let mut runs = 0;
                while runs == 0 || began.elapsed() < READING {
                    (stage.run)()?;
                    runs += 1;
                }
                let taken = (self.clock)().saturating_sub(start);
                stage.seconds.push(taken.as_secs_f64() / f64::from(runs));
            }
            rounds += 1;
        }
        let times = Times(self.stages.into_iter().map(best).collect());
        let floor = times.of(floor);
        for (name, seconds) in &times.0 {
            print(name, *seconds, floor);
        }
        Ok(times)
    }
}

/// Time that this thread has run, user and system; Linux only.
fn thread_time() -> Option<Duration> {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = stat.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

fn wall_time() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

fn best(stage: Stage) -> (String, f64) {
    let seconds = stage.seconds.iter().copied().fold(f64::INFINITY, f64::min);
    (stage.name, seconds)
}

/// Prints one line: how long, how many times faster than real time, how many times the floor.
pub fn print(name: &str, seconds: f64, floor: Option<f64>) {
    let ratio = floor.map_or(String::new(), |f| format!("  {:.2} x floor", seconds / f));
    let speed = SECONDS / seconds;
    println!("{name:<40} {seconds:>8.4} s  {speed:>7.0} x real time{ratio}");
}

/// The best time of every stage that ran, in seconds.
pub struct Times(Vec<(String, f64)>);

impl Times {
    /// The time of the stage of this name; `None` if it did not run.
    pub fn of(&self, name: &str) -> Option<f64> {
        let found = self.0.iter().find(|(n, _)| n == name);
        found.map(|(_, seconds)| *seconds)
    }
}
