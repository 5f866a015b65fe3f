//! Mel bands and the cosine transform that turns them into cepstral coefficients.

use super::sum::{add_product, in_lanes, inlined_dot};
use super::FrameSize;

/// Bands reach over a whole number of so many bins, the outer ones with weight 0: sums of whole
/// vectors need no remainder, and most bands are narrower than this.
const STEP: usize = 8;

/// A bank of triangular filters evenly spaced on the mel scale.
///
/// HTK's scale, `2595 log10(1 + f/700)`, and unnormalised triangles of height 1:
/// `librosa.filters.mel(htk=True, norm=None)`. Only the bins under each triangle are kept.
pub struct MelBank {
    bands: Vec<Band>,
    weights: Vec<f32>,
}

struct Band {
    first_bin: usize,
    first_weight: usize,
    bins: usize,
}

fn hz_to_mel(hz: f64) -> f64 {
    2595.0 * (1.0 + hz / 700.0).log10()
}

fn mel_to_hz(mel: f64) -> f64 {
    700.0 * (10f64.powf(mel / 2595.0) - 1.0)
}

impl MelBank {
    /// `count` bands between `low_hz` and `high_hz` over spectra of `size`.
    pub fn new(size: FrameSize, count: usize, low_hz: f64, high_hz: f64) -> Self {
        let (low, high) = (hz_to_mel(low_hz), hz_to_mel(high_hz));
        let edges: Vec<f64> = (0..count + 2)
            .map(|i| mel_to_hz(low + (high - low) * i as f64 / (count + 1) as f64))
            .collect();
        let bin_hz = f64::from(crate::SAMPLE_RATE) / size.length as f64;
        let mut bank = Self {
            bands: Vec::with_capacity(count),
            weights: Vec::new(),
        };
        for edge in edges.windows(3) {
            let weight = |bin: usize| {
                let f = bin as f64 * bin_hz;
                let rise = (f - edge[0]) / (edge[1] - edge[0]);
                let fall = (edge[2] - f) / (edge[2] - edge[1]);
                rise.min(fall).max(0.0) as f32
            };
            let under = |bin: &usize| weight(*bin) > 0.0;
            let first_under = (0..size.bins()).find(under).unwrap_or(0);
            let count = (first_under..size.bins()).take_while(under).count();
            let bins = count.next_multiple_of(STEP).min(size.bins());
            let first_bin = first_under.min(size.bins() - bins);
            let first_weight = bank.weights.len();
            bank.weights
                .extend((first_bin..first_bin + bins).map(weight));
            bank.bands.push(Band {
                first_bin,
                first_weight,
                bins,
            });
        }
        bank
    }

    /// Number of bands.
    pub fn len(&self) -> usize {
        self.bands.len()
    }

    /// Whether the bank has no bands.
    pub fn is_empty(&self) -> bool {
        self.bands.is_empty()
    }

    /// Sums `power` (all bins of one frame) under each triangle into `out` (one value a band).
    pub fn apply(&self, power: &[f32], out: &mut [f32]) {
        in_lanes!(for (o, band) in out.iter_mut().zip(&self.bands) {
            let weights = &self.weights[band.first_weight..band.first_weight + band.bins];
            let powers = &power[band.first_bin..band.first_bin + band.bins];
            *o = inlined_dot(weights, powers);
        });
    }
}

/// The orthonormal DCT-II, its first coefficients only (`scipy.fft.dct(type=2, norm="ortho")`).
pub struct Dct {
    inputs: usize,
    /// Row-major `[inputs][outputs]`, so that the inner loop runs over outputs.
    basis: Vec<f32>,
    outputs: usize,
}

impl Dct {
    /// A transform of `inputs` values to their first `outputs` coefficients.
    pub fn new(inputs: usize, outputs: usize) -> Self {
        let mut basis = Vec::with_capacity(inputs * outputs);
        for n in 0..inputs {
            for k in 0..outputs {
                let scale = if k == 0 { 1.0 } else { 2.0 } / inputs as f64;
                let phase =
                    std::f64::consts::PI * k as f64 * (2 * n + 1) as f64 / (2 * inputs) as f64;
                basis.push((scale.sqrt() * phase.cos()) as f32);
            }
        }
        Self {
            inputs,
            basis,
            outputs,
        }
    }

    /// Transforms `values` (length `inputs`) into `out` (length `outputs`).
    pub fn apply(&self, values: &[f32], out: &mut [f32]) {
        debug_assert_eq!(values.len(), self.inputs);
        out.fill(0.0);
        add_product(&mut out[..self.outputs], values, &self.basis);
    }
}
