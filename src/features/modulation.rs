//! Envelope modulation: the beat of rotor blades, engines, sirens and steps.

use super::frames::{SegmentFrames, MEL_BANDS};
use super::schema::{Describe, FeatureInfo};
use super::stats::mean_sd;
use super::Family;
use crate::spectrum::{hann, ln};
use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// Mel groups whose envelopes are analysed, as first and last band.
const GROUPS: [(usize, usize); 6] = [(0, 6), (6, 14), (14, 24), (24, 36), (36, 50), (50, 64)];
/// Edges of the modulation bands of the mel envelopes (62.5 points a second), in Hz.
const SLOW_EDGES: [f32; 7] = [0.7, 2.0, 4.0, 8.0, 12.0, 18.0, 31.0];
/// Edges of the modulation bands of the 4 ms envelopes (250 points a second), in Hz.
const FAST_EDGES: [f32; 7] = [0.7, 4.0, 8.0, 16.0, 32.0, 64.0, 125.0];
/// Share of the modulation power below which a band counts as empty.
const SHARE_FLOOR: f32 = 1e-4;

/// One modulation spectrum of a fixed number of points.
struct Modulation {
    rate: f32,
    window: Vec<f32>,
    transform: Arc<dyn RealToComplex<f32>>,
    input: Vec<f32>,
    output: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    power: Vec<f32>,
}

impl Modulation {
    fn new(length: usize, rate: f32) -> Self {
        let transform = RealFftPlanner::<f32>::new().plan_fft_forward(length);
        Self {
            rate,
            window: Vec::new(),
            input: transform.make_input_vec(),
            output: transform.make_output_vec(),
            scratch: transform.make_scratch_vec(),
            power: vec![0.0; length / 2 + 1],
            transform,
        }
    }

    /// Power spectrum of a series about its mean, zero-padded.
    fn analyse(&mut self, series: &[f32]) {
        let n = series.len().min(self.input.len());
        if self.window.len() != n {
            self.window = hann(n);
        }
        let (mean, _) = mean_sd(series.iter().copied());
        self.input.fill(0.0);
        for ((i, s), w) in self.input.iter_mut().zip(&series[..n]).zip(&self.window) {
            *i = (s - mean) * w;
        }
        let done = self.transform.process_with_scratch(
            &mut self.input,
            &mut self.output,
            &mut self.scratch,
        );
        debug_assert!(done.is_ok());
        for (p, z) in self.power.iter_mut().zip(&self.output) {
            *p = z.re * z.re + z.im * z.im;
        }
    }

    fn bin(&self, hz: f32) -> f32 {
        hz / self.rate * self.input.len() as f32
    }

    /// Log share of the modulation power in each band between neighbouring `edges`.
    fn shares(&self, edges: &[f32], out: &mut Vec<f32>) {
        let sum = |low: f32, high: f32| -> f32 {
            let to = (self.bin(high).round() as usize).min(self.power.len());
            self.power[(self.bin(low).round() as usize).min(to)..to]
                .iter()
                .sum()
        };
        let total = sum(edges[0], edges[edges.len() - 1]);
        for e in edges.windows(2) {
            let share = if total > 1e-12 {
                sum(e[0], e[1]) / total
            } else {
                0.0
            };
            out.push(share.max(SHARE_FLOOR).ln());
        }
    }

    /// Rate in Hz between `low` and `high` whose first `orders` multiples stand highest above
    /// the gaps between them, and by how much (nepers of modulation power).
    fn beat(&self, low: f32, high: f32, orders: usize) -> (f32, f32) {
        let at =
            |bin: f32| ln(self.power[(bin.round() as usize).min(self.power.len() - 1)].max(1e-9));
        let mut best = (low, 0.0);
        let step = 0.5;
        let mut bin = self.bin(low);
        while bin <= self.bin(high) {
            let mut contrast = 0.0;
            let mut n = 0;
            for h in 1..=orders {
                let order = h as f32;
                if (order + 0.5) * bin >= self.power.len() as f32 {
                    break;
                }
                contrast +=
                    at(order * bin) - 0.5 * (at((order - 0.5) * bin) + at((order + 0.5) * bin));
                n += 1;
            }
            let contrast = contrast / n.max(1) as f32;
            if contrast > best.1 {
                best = (bin * self.rate / self.input.len() as f32, contrast);
            }
            bin += step;
        }
        best
    }
}

pub struct EnvelopeModulation {
    slow: Modulation,
    fast: Modulation,
    series: Vec<f32>,
}

impl Default for EnvelopeModulation {
    fn default() -> Self {
        Self {
            slow: Modulation::new(128, 62.5),
            fast: Modulation::new(512, 250.0),
            series: Vec::new(),
        }
    }
}

impl Family for EnvelopeModulation {
    fn describe(&self) -> Vec<FeatureInfo> {
        let mut d = Describe::new("modulation");
        let share = (SHARE_FLOOR.ln(), 0.0);
        for (g, (from, to)) in GROUPS.iter().enumerate() {
            for e in SLOW_EDGES.windows(2) {
                d.add(
                    format!("band{g}_{}to{}hz", e[0], e[1]),
                    "Np",
                    share,
                    format!(
                        "log share of the modulation of mel bands {} to {to} at {} to {} Hz",
                        from + 1,
                        e[0],
                        e[1]
                    ),
                );
            }
        }
        for name in ["full", "high"] {
            let what = if name == "full" {
                "the signal"
            } else {
                "the signal's first difference"
            };
            d.add(
                format!("{name}_depth"),
                "Np",
                (0.0, 8.0),
                format!("standard deviation of the log envelope of {what}"),
            );
            for e in FAST_EDGES.windows(2) {
                d.add(
                    format!("{name}_{}to{}hz", e[0], e[1]),
                    "Np",
                    share,
                    format!(
                        "log share of the modulation of {what} at {} to {} Hz",
                        e[0], e[1]
                    ),
                );
            }
            for (range, low, high) in [("rotor", 6.0, 40.0), ("engine", 40.0, 120.0)] {
                d.add(
                    format!("{name}_{range}_rate"),
                    "oct",
                    (2.5, 7.0),
                    format!("log2 of the beat rate in Hz of {what} between {low} and {high} Hz"),
                );
                d.add(format!("{name}_{range}_contrast"), "Np", (0.0, 8.0), format!("contrast of that beat and its multiples against the gaps between, for {what}"));
            }
        }
        d.done()
    }

    fn measure(&mut self, segment: &SegmentFrames, out: &mut Vec<f32>) {
        for (from, to) in GROUPS {
            self.series.clear();
            let rows = segment.active_rows(segment.log_mel, MEL_BANDS);
            self.series
                .extend(rows.map(|r| r[from..to].iter().sum::<f32>() / (to - from) as f32));
            self.slow.analyse(&self.series);
            self.slow.shares(&SLOW_EDGES, out);
        }
        for column in 0..2 {
            self.series.clear();
            self.series.extend(
                segment
                    .envelope
                    .chunks_exact(2)
                    .map(|p| p[column])
                    .filter(|&p| p > 1e-10)
                    .map(ln),
            );
            let (_, depth) = mean_sd(self.series.iter().copied());
            self.fast.analyse(&self.series);
            out.push(depth);
            self.fast.shares(&FAST_EDGES, out);
            let (rate, contrast) = self.fast.beat(6.0, 40.0, 4);
            out.extend([rate.log2(), contrast]);
            let (rate, contrast) = self.fast.beat(40.0, 120.0, 1);
            out.extend([rate.log2(), contrast]);
        }
    }
}
