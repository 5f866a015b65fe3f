//! For how long the channels of a recording cancel each other in their average.

use super::decoder::Frames;

/// Windows in which the channels are compared, per second.
const WINDOWS_PER_S: u32 = 4;

/// The channels cancel when their average has less than this share of the power that the average of unrelated channels would
/// have: 6 dB less. Microphones side by side hear unrelated wind and like sound, which stand at 1 and above.
const CANCELLED: f64 = 0.25;

/// Mean power of a channel below which nothing can be said: -80 dBFS.
const QUIET: f64 = 1e-8;

/// Compares the channels with their average, window by window.
#[derive(Debug, Default)]
pub(super) struct Cancellation {
    /// Of the window under way: frames, sum of the channels' mean power, sum of the average's power.
    frames: usize,
    channels: f64,
    average: f64,
    /// Seconds of the windows in which the channels cancel.
    cancelled_s: f64,
}

impl Cancellation {
    /// Takes frames of several channels, and their `average`, of the same length.
    pub(super) fn add(&mut self, frames: &Frames, from: usize, average: &[f32]) {
        let planes = frames.planes();
        let window = (frames.rate() / WINDOWS_PER_S).max(1) as usize;
        let mut at = 0;
        while at < average.len() {
            let len = window.saturating_sub(self.frames).max(1);
            let to = (at + len).min(average.len());
            let energies = planes
                .iter()
                .map(|plane| energy(&plane[from + at..from + to]));
            self.channels += energies.sum::<f64>() / planes.len() as f64;
            self.average += energy(&average[at..to]);
            self.frames += to - at;
            at = to;
            if self.frames >= window {
                self.end_window(planes.len(), frames.rate());
            }
        }
    }

    fn end_window(&mut self, channels: usize, rate: u32) {
        let is_loud = self.channels > QUIET * self.frames as f64;
        // The average of N unrelated channels has 1/N of their mean power.
        if is_loud && self.average * (channels as f64) < CANCELLED * self.channels {
            self.cancelled_s += self.frames as f64 / f64::from(rate.max(1));
        }
        (self.frames, self.channels, self.average) = (0, 0.0, 0.0);
    }

    /// Seconds in which the channels cancel; what is left of less than a quarter of a second at the end is not counted.
    pub(super) fn seconds(&self) -> f64 {
        self.cancelled_s
    }
}

fn energy(samples: &[f32]) -> f64 {
    const LANES: usize = 16;
    let mut sums = [0f32; LANES];
    let (chunks, rest) = samples.as_chunks::<LANES>();
    for chunk in chunks {
        for (sum, sample) in sums.iter_mut().zip(chunk) {
            *sum += sample * sample;
        }
    }
    let rest: f32 = rest.iter().map(|s| s * s).sum();
    f64::from(rest) + sums.iter().map(|&s| f64::from(s)).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds in which a tone cancels that is turned over in the second channel from `from` to `to`, at a level beside noise of
    /// which each channel has its own; blocks of many lengths.
    fn cancelled(from: f64, to: f64, level: f32) -> f64 {
        let mut seed = 7u32;
        let mut noise = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            0.01 * (seed as f32 / u32::MAX as f32 - 0.5)
        };
        let mut cancellation = Cancellation::default();
        let mut at = 0;
        for len in [700, 1_024, 4_096, 9_000, 3].iter().cycle().take(50) {
            let mut frames = Frames::default();
            frames.reset(16_000, 2);
            for i in at..at + len {
                let tone = level * (i as f32 * 0.1).sin();
                let is_turned = (from..to).contains(&(i as f64 / 16_000.0));
                frames.planes_mut()[0].push(tone + noise());
                frames.planes_mut()[1].push(if is_turned { -tone } else { tone } + noise());
            }
            let [left, right] = frames.planes() else {
                panic!("two channels");
            };
            let average: Vec<f32> = left.iter().zip(right).map(|(l, r)| 0.5 * (l + r)).collect();
            cancellation.add(&frames, 0, &average);
            at += len;
        }
        cancellation.seconds()
    }

    #[test]
    fn the_time_is_counted_in_which_channels_cancel() {
        assert_eq!(cancelled(0.0, 0.0, 0.1), 0.0);
        assert_eq!(cancelled(2.0, 5.0, 0.1), 3.0);
        assert!(cancelled(0.0, 60.0, 0.1) > 8.9);
    }

    #[test]
    fn noise_that_drowns_the_sound_and_silence_do_not_cancel() {
        assert_eq!(cancelled(0.0, 60.0, 0.001), 0.0);
        let mut silent = Frames::default();
        silent.reset(16_000, 2);
        silent
            .planes_mut()
            .iter_mut()
            .for_each(|p| p.resize(16_000, 0.0));
        let mut cancellation = Cancellation::default();
        cancellation.add(&silent, 0, &[0.0; 16_000]);
        assert_eq!(cancellation.seconds(), 0.0);
    }
}
