//! The spectrum of one long frame with its broad shape taken out: only lines remain.

use super::log::{floor_of, ln};
use super::sum::{in_lanes, sum};

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
    sums: [Vec<f32>; 2],
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
            sums: Default::default(),
        }
    }

    /// Writes the nepers of power by which each of the first [`LINE_BINS`] bins of
    /// `power` stands above its floor into `out`.
    pub fn whiten(&mut self, power: &[f32], out: &mut [f32]) {
        in_lanes!(self.inlined_whiten(power, out));
    }

    #[inline(always)]
    fn inlined_whiten(&mut self, power: &[f32], out: &mut [f32]) {
        let least = floor_of(sum(power));
        for (l, &p) in self.log_power.iter_mut().zip(power) {
            *l = ln(p.max(least));
        }
        moving_mean(&self.log_power, &mut self.sums, &mut self.floor);
        for ((o, &l), &f) in out.iter_mut().zip(&self.log_power).zip(&self.floor) {
            *o = l.min(f + FLOOR_CLIP);
        }
        moving_mean(out, &mut self.sums, &mut self.floor);
        for ((o, &l), &f) in out.iter_mut().zip(&self.log_power).zip(&self.floor) {
            *o = l - f;
        }
    }
}

/// Mean over ±[`HALF_WIDTH`] bins, over fewer at the ends.
///
/// Sums of 4 neighbours make sums of 16, and those the whole, which takes ten additions a bin,
/// whole vectors of them; a running sum takes two, each of which waits for the last.
#[inline(always)]
fn moving_mean(values: &[f32], sums: &mut [Vec<f32>; 2], out: &mut [f32]) {
    const WIDTH: usize = 2 * HALF_WIDTH + 1;
    const _: () = assert!(WIDTH == 65, "four times four times four, and one");
    let n = values.len();
    let [of_4, of_16] = sums;
    sum_of_four(values, 1, of_4);
    sum_of_four(of_4, 4, of_16);
    let inner = &mut out[HALF_WIDTH..n - HALF_WIDTH];
    let [a, b, c, d] = four_apart(of_16, 16);
    let last = &values[WIDTH - 1..];
    for (((((o, a), b), c), d), last) in inner.iter_mut().zip(a).zip(b).zip(c).zip(d).zip(last) {
        *o = ((a + b) + (c + d) + last) * (1.0 / WIDTH as f32);
    }
    let mut low = sum(&values[..HALF_WIDTH]);
    for k in 0..HALF_WIDTH {
        low += values[k + HALF_WIDTH];
        out[k] = low / (k + HALF_WIDTH + 1) as f32;
    }
    let mut high = sum(&values[n - HALF_WIDTH..]);
    for k in (n - HALF_WIDTH..n).rev() {
        high += values[k - HALF_WIDTH];
        out[k] = high / (n - k + HALF_WIDTH) as f32;
    }
}

/// Four views of `values`, each `step` later than the one before.
#[inline(always)]
fn four_apart(values: &[f32], step: usize) -> [&[f32]; 4] {
    std::array::from_fn(|i| &values[i * step..])
}

/// Writes the sum of each value and the three that follow it in steps of `step`; as many as there
/// are with all three.
#[inline(always)]
fn sum_of_four(values: &[f32], step: usize, out: &mut Vec<f32>) {
    let [a, b, c, d] = four_apart(values, step);
    out.clear();
    let fours = a.iter().zip(b).zip(c).zip(d);
    out.extend(fours.map(|(((a, b), c), d)| (a + b) + (c + d)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_moving_mean_agrees_with_the_plain_one_to_its_ends() {
        let values: Vec<f32> = (0..LINE_BINS)
            .map(|i| ((i * 53) % 97) as f32 - 40.0)
            .collect();
        let mut out = vec![0.0; LINE_BINS];
        moving_mean(&values, &mut Default::default(), &mut out);
        for (k, found) in out.iter().enumerate() {
            let near = &values[k.saturating_sub(HALF_WIDTH)..(k + HALF_WIDTH + 1).min(LINE_BINS)];
            let plain = near.iter().sum::<f32>() / near.len() as f32;
            assert!((found - plain).abs() < 1e-4, "bin {k}: {found} for {plain}");
        }
    }
}
