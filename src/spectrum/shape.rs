//! The shape of one short spectrum in a handful of numbers.

use super::{ln, FrameSize};

/// Shape of one power spectrum. All are independent of level.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Shape {
    /// Power-weighted mean frequency in Hz (Peeters 2004, 6.1.1), 0 to 8,000.
    pub centroid_hz: f32,
    /// Power-weighted standard deviation about the centroid in Hz, 0 to 4,000.
    pub spread_hz: f32,
    /// Frequency below which 85 % of the power lies, in Hz, 0 to 8,000.
    pub rolloff_hz: f32,
    /// Geometric over arithmetic mean of the power, 0 (a line) to 1 (white noise).
    pub flatness: f32,
}

/// Measures [`Shape`]s of spectra of one frame size.
pub struct ShapeMeter {
    bin_hz: f32,
    /// Powers are floored here for the geometric mean, as librosa's `amin` does.
    floor: f32,
}

impl ShapeMeter {
    /// A meter for spectra of `size`.
    pub fn new(size: FrameSize) -> Self {
        Self {
            bin_hz: size.bin_hz(),
            floor: 1e-10,
        }
    }

    /// The shape of `power` (all bins of one frame); all zero for digital silence.
    pub fn measure(&self, power: &[f32]) -> Shape {
        let (mut sum, mut first, mut second, mut logs) =
            ([0f32; 8], [0f32; 8], [0f32; 8], [0f32; 8]);
        let chunks = power.chunks_exact(8);
        let rest = chunks.remainder();
        let mut accumulate = |lane: usize, bin: usize, p: f32| {
            let k = bin as f32;
            sum[lane] += p;
            first[lane] += k * p;
            second[lane] += k * k * p;
            logs[lane] += ln(p.max(self.floor));
        };
        for (c, chunk) in chunks.enumerate() {
            for (lane, &p) in chunk.iter().enumerate() {
                accumulate(lane, c * 8 + lane, p);
            }
        }
        let done = power.len() - rest.len();
        for (i, &p) in rest.iter().enumerate() {
            accumulate(i, done + i, p);
        }
        let total: f32 = sum.iter().sum();
        if total <= f32::MIN_POSITIVE {
            return Shape::default();
        }
        let mean_bin = first.iter().sum::<f32>() / total;
        let variance = (second.iter().sum::<f32>() / total - mean_bin * mean_bin).max(0.0);
        let n = power.len() as f32;
        let geometric = (logs.iter().sum::<f32>() / n).exp();
        Shape {
            centroid_hz: mean_bin * self.bin_hz,
            spread_hz: variance.sqrt() * self.bin_hz,
            rolloff_hz: self.rolloff(power, 0.85 * total),
            flatness: (geometric / (total / n).max(self.floor)).min(1.0),
        }
    }

    fn rolloff(&self, power: &[f32], target: f32) -> f32 {
        let mut below = 0.0;
        for (bin, p) in power.iter().enumerate() {
            below += p;
            if below >= target {
                return bin as f32 * self.bin_hz;
            }
        }
        (power.len() - 1) as f32 * self.bin_hz
    }
}
