//! What one file may cost.

use std::time::Duration;

/// Limits to the work on one file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Seconds that any file may take ...
    pub seconds: f64,
    /// ... and how many more for every megabyte. At 8 kbit/s, which is as low as recordings go, a megabyte is 1,000 s
    /// of sound; the default allows for a machine a tenth as fast as a slow one.
    pub seconds_per_mb: f64,
    /// Resident memory of a worker and of the ffmpeg it may have started, MB; watched on Linux.
    pub memory_mb: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            seconds: 120.0,
            seconds_per_mb: 10.0,
            memory_mb: 1024,
        }
    }
}

impl Limits {
    /// How long a file of `size` bytes may take.
    pub fn time_for(&self, size: u64) -> Duration {
        let seconds = self.seconds + self.seconds_per_mb * size as f64 / 1e6;
        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn larger_files_may_take_longer() {
        let limits = Limits::default();
        assert_eq!(limits.time_for(0), Duration::from_secs(120));
        assert_eq!(limits.time_for(1_000_000_000), Duration::from_secs(10_120));
    }
}
