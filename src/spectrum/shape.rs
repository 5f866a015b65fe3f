//! The shape of one short spectrum in a handful of numbers.

use super::log::{floor_of, ln_sum};
use super::sum::{dot, sum, sum_of_pairs};
use super::FrameSize;

/// Shape of one power spectrum. All are independent of level.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Shape {
    /// Power-weighted mean frequency in Hz (Peeters 2004, 6.1.1), 0 to 8,000.
    pub centroid_hz: f32,
    /// Power-weighted standard deviation about the centroid in Hz, 0 to 4,000.
    pub spread_hz: f32,
    /// Frequency below which 85 % of the power lies, in Hz, 0 to 8,000.
    pub rolloff_hz: f32,
    /// Geometric over arithmetic mean of the power, each bin no less than [`floor_of`] the frame; 0 (a line) to 1 (white noise).
    pub flatness: f32,
}

/// Measures [`Shape`]s of spectra of one frame size.
pub struct ShapeMeter {
    bin_hz: f32,
    /// 0, 1, 2 ... as floats: one for every bin.
    bins: Vec<f32>,
}

/// Bins that the search for the roll-off passes over at once.
const STRIDE: usize = 16;

impl ShapeMeter {
    /// A meter for spectra of `size`.
    pub fn new(size: FrameSize) -> Self {
        Self {
            bin_hz: size.bin_hz(),
            bins: (0..size.bins()).map(|k| k as f32).collect(),
        }
    }

    /// The shape of `power` (all bins of one frame); all zero for digital silence.
    pub fn measure(&self, power: &[f32]) -> Shape {
        let total = sum(power);
        if total <= f32::MIN_POSITIVE {
            return Shape::default();
        }
        let mean_bin = dot(power, &self.bins) / total;
        let second_moment = sum_of_pairs(power, &self.bins, |p, k| p * k * k) / total;
        let variance = (second_moment - mean_bin * mean_bin).max(0.0);
        let n = power.len() as f32;
        let geometric = (ln_sum(power, floor_of(total)) / n).exp();
        Shape {
            centroid_hz: mean_bin * self.bin_hz,
            spread_hz: variance.sqrt() * self.bin_hz,
            rolloff_hz: self.rolloff(power, 0.85 * total),
            flatness: (geometric / (total / n)).min(1.0),
        }
    }

    fn rolloff(&self, power: &[f32], target: f32) -> f32 {
        let (mut below, mut passed) = (0.0, 0);
        for chunk in power.chunks_exact(STRIDE) {
            let up_to_here = below + sum(chunk);
            if up_to_here >= target {
                break;
            }
            below = up_to_here;
            passed += STRIDE;
        }
        for (bin, p) in power.iter().enumerate().skip(passed) {
            below += p;
            if below >= target {
                return bin as f32 * self.bin_hz;
            }
        }
        (power.len() - 1) as f32 * self.bin_hz
    }
}
