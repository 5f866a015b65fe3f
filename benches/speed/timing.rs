//! Timing and printing.

use std::error::Error;
use std::time::{Duration, Instant};

use super::sound::MINUTES;

/// Length of the sound that every stage works on, in seconds.
pub const SECONDS: f64 = MINUTES as f64 * 60.0;
/// Runs of one stage: at least this many ...
const MIN_RUNS: usize = 5;
/// ... and more until this much time has passed.
const PATIENCE: Duration = Duration::from_secs(2);

/// Runs stages and prints a line for each.
pub struct Bench {
    wanted: Option<String>,
}

impl Bench {
    /// Only of stages whose name holds `wanted`.
    pub fn new(wanted: Option<String>) -> Self {
        Self { wanted }
    }

    /// Median seconds of `stage`; `None` if it is not wanted.
    pub fn time<E: Into<Box<dyn Error>>>(
        &mut self,
        name: &str,
        stage: impl FnMut() -> Result<(), E>,
    ) -> Result<Option<f64>, Box<dyn Error>> {
        self.time_against(name, None, stage)
    }

    /// As [`Bench::time`], and prints the ratio to `floor`.
    pub fn time_against<E: Into<Box<dyn Error>>>(
        &mut self,
        name: &str,
        floor: Option<f64>,
        mut stage: impl FnMut() -> Result<(), E>,
    ) -> Result<Option<f64>, Box<dyn Error>> {
        if self
            .wanted
            .as_ref()
            .is_some_and(|wanted| !name.contains(wanted))
        {
            return Ok(None);
        }
        stage().map_err(Into::into)?;
        let (mut runs, started) = (Vec::new(), Instant::now());
        while runs.len() < MIN_RUNS || started.elapsed() < PATIENCE {
            let start = Instant::now();
            stage().map_err(Into::into)?;
            runs.push(start.elapsed().as_secs_f64());
        }
        runs.sort_by(f64::total_cmp);
        let (median, best) = (runs[runs.len() / 2], runs[0]);
        let ratio = floor.map_or(String::new(), |floor| {
            format!("  {:.2} x floor", median / floor)
        });
        let speed = SECONDS / median;
        println!("{name:<40} {median:>8.4} s (best {best:.4})  {speed:>7.0} x real time{ratio}");
        Ok(Some(median))
    }
}
