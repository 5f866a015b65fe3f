//! The spectrum of one long frame with its broad shape taken out: only lines remain.

use super::log::{ln, POWER_FLOOR};

/// Bins of a long frame in which lines are looked for: up to 6 kHz.
pub const LINE_BINS: usize = 1536;
/// Half-width of the neighbourhood that a line must stand out of: 32 bins, 125 Hz.
const HALF_WIDTH: usize = 32;
/// How far above the local mean a bin may pull up its neighbourhood's floor, in nepers of power.
const FLOOR_CLIP: f32 = 1.0;

/// Whitens long frames: log power above the local floor, bin by bin.
///
/// The floor is a moving mean of the log power over ±125 Hz, taken twice: the second
/// time with the lines that the first one shows clipped, so that a dense comb
/// doesn't raise its own floor. Independent of level and of slow spectral slopes, and so
/// of the microphone.
pub struct LineSpectrum {
    log_power: Vec<f32>,
    floor: Vec<f32>,
    prefix: Vec<f64>,
}

impl Default for LineSpectrum {
    fn default() -> Self {
        Self::new()
    }
}

impl LineSpectrum {
    /// Scratch space for frames of [`LINE_BINS`] bins.
    pub fn new() -> Self {
        Self {
            log_power: vec![0.0; LINE_BINS],
            floor: vec![0.0; LINE_BINS],
            prefix: vec![0.0; LINE_BINS + 1],
        }
    }

    /// Writes the nepers of power by which each of the first [`LINE_BINS`] bins of
    /// `power` stands above its floor into `out`.
    pub fn whiten(&mut self, power: &[f32], out: &mut [f32]) {
        for (l, &p) in self.log_power.iter_mut().zip(power) {
            *l = ln(p.max(POWER_FLOOR));
        }
        moving_mean(&self.log_power, &mut self.prefix, &mut self.floor);
        for ((o, &l), &f) in out.iter_mut().zip(&self.log_power).zip(&self.floor) {
            *o = l.min(f + FLOOR_CLIP);
        }
        moving_mean(out, &mut self.prefix, &mut self.floor);
        for ((o, &l), &f) in out.iter_mut().zip(&self.log_power).zip(&self.floor) {
            *o = l - f;
        }
    }
}

/// Mean over ±[`HALF_WIDTH`] bins, over fewer at the ends.
fn moving_mean(values: &[f32], prefix: &mut [f64], out: &mut [f32]) {
    let mut sum = 0.0;
    for (p, &v) in prefix[1..].iter_mut().zip(values) {
        sum += f64::from(v);
        *p = sum;
    }
    let n = values.len();
    let mut mean = |k: usize, low: usize, high: usize| {
        out[k] = ((prefix[high] - prefix[low]) / (high - low) as f64) as f32;
    };
    for k in 0..HALF_WIDTH {
        mean(k, 0, k + HALF_WIDTH + 1);
    }
    for k in HALF_WIDTH..n - HALF_WIDTH {
        mean(k, k - HALF_WIDTH, k + HALF_WIDTH + 1);
    }
    for k in n - HALF_WIDTH..n {
        mean(k, k - HALF_WIDTH, n);
    }
}
