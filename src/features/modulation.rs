//! Envelope modulation: the beat of rotor blades, engines, sirens and steps.

use super::frames::{SegmentFrames, GROUPS};
use super::schema::{Describe, FeatureInfo};
use super::stats::mean_sd;
use super::Family;
use crate::spectrum::sum::{add_scaled, highest, in_lanes, mean, sum};
use crate::spectrum::{hann, RealPower};

/// Edges of the modulation bands of the mel envelopes (62.5 points a second), in Hz.
const SLOW_EDGES: [f32; 7] = [0.7, 2.0, 4.0, 8.0, 12.0, 18.0, 31.0];
/// Edges of the modulation bands of the 4 ms envelopes (250 points a second), in Hz.
const FAST_EDGES: [f32; 7] = [0.7, 4.0, 8.0, 16.0, 32.0, 64.0, 125.0];
/// Half the width of the surroundings that a beat must stand out of, in Hz.
const SURROUNDINGS_HZ: f32 = 5.0;
/// Ranges of the rate of a beat that all bands share, in Hz: main rotors, then idling engines.
const ROTOR_RANGES: [(f32, f32); 5] = [
    (5.0, 8.0),
    (8.0, 11.5),
    (11.5, 16.0),
    (16.0, 22.0),
    (22.0, 30.0),
];
/// The same for the 4 ms envelopes.
const ENGINE_RANGES: [(f32, f32); 7] = [
    (8.0, 12.0),
    (12.0, 18.0),
    (18.0, 27.0),
    (27.0, 40.0),
    (40.0, 60.0),
    (60.0, 85.0),
    (85.0, 120.0),
];
/// Share of the modulation power below which a band counts as empty.
const SHARE_FLOOR: f32 = 1e-4;
/// Log power below which a point of an envelope says nothing: -100 dBFS.
const FAINT: f32 = -10.0 * std::f32::consts::LN_10;

/// One modulation spectrum of a fixed number of points.
struct Modulation {
    rate: f32,
    window: Vec<f32>,
    transform: RealPower,
    power: Vec<f32>,
    prefix: Vec<f64>,
}

impl Modulation {
    fn new(length: usize, rate: f32) -> Self {
        Self {
            rate,
            window: Vec::new(),
            transform: RealPower::new(length),
            power: vec![0.0; length / 2 + 1],
            prefix: Vec::new(),
        }
    }

    /// Power spectrum of a series about its mean, zero-padded.
    fn analyse(&mut self, series: &[f32]) {
        let n = series.len().min(self.transform.length());
        if self.window.len() != n {
            self.window = hann(n);
        }
        let power = self.transform.of(series, mean(series), &self.window);
        self.power.copy_from_slice(power);
    }

    fn bin(&self, hz: f32) -> f32 {
        hz / self.rate * self.transform.length() as f32
    }

    /// Log share of the modulation power in each band between neighbouring `edges`.
    fn shares(&self, edges: &[f32], out: &mut Vec<f32>) {
        let between = |low: f32, high: f32| {
            let to = (self.bin(high).round() as usize).min(self.power.len());
            sum(&self.power[(self.bin(low).round() as usize).min(to)..to])
        };
        let total = between(edges[0], edges[edges.len() - 1]);
        for e in edges.windows(2) {
            let share = if total > 1e-12 {
                between(e[0], e[1]) / total
            } else {
                0.0
            };
            out.push(share.max(SHARE_FLOOR).ln());
        }
    }

    /// Adds the modulation power of each rate over the mean of its surroundings (±5 Hz) to `sums`.
    ///
    /// Noise gives 1 on average whatever its colour; a steady beat gives up to the number of bins
    /// in the surroundings.
    fn add_whitened(&mut self, sums: &mut Vec<f32>) {
        let half = self.bin(SURROUNDINGS_HZ).round() as usize;
        let n = self.power.len();
        sums.resize(n, 0.0);
        self.prefix.clear();
        self.prefix.push(0.0);
        let mut total = 0.0;
        for &p in &self.power {
            total += f64::from(p);
            self.prefix.push(total);
        }
        let (power, prefix) = (&self.power, &self.prefix);
        let mut at_an_end = |k: usize| {
            let (low, high) = (k.saturating_sub(half).max(1), (k + half + 1).min(n));
            let around = (prefix[high] - prefix[low]) as f32;
            sums[k] += above(power[k], around, (high - low) as f32);
        };
        // Between the ends all surroundings are equally wide; both spectra are far wider.
        let inner = half + 1..n - half;
        (1..inner.start).for_each(&mut at_an_end);
        (inner.end..n).for_each(&mut at_an_end);
        let width = 2 * half + 1;
        let inner_sums = &mut sums[inner.clone()];
        let sums_before = &prefix[inner.start - half..];
        let all = inner_sums.iter_mut().zip(&power[inner]);
        let all = all.zip(sums_before.iter().zip(&sums_before[width..]));
        in_lanes!(for ((sum, &p), (low, high)) in all {
            *sum += above(p, (high - low) as f32, width as f32);
        });
    }

    /// Largest value of a whitened spectrum between `low` and `high` Hz.
    fn highest(&self, whitened: &[f32], low: f32, high: f32) -> f32 {
        let to = (self.bin(high).round() as usize).min(whitened.len());
        let from = (self.bin(low).round() as usize).min(to);
        highest(&whitened[from..to]).max(0.0)
    }

    /// Rate in Hz between `low` and `high` that beats most, its double counted half.
    fn beat(&self, whitened: &[f32], low: f32, high: f32) -> f32 {
        let score = |k: usize| whitened[k] + 0.5 * whitened.get(2 * k).copied().unwrap_or(0.0);
        let to = (self.bin(high).round() as usize).min(whitened.len());
        let from = (self.bin(low).round() as usize).min(to);
        let best = (from..to)
            .max_by(|&a, &b| score(a).total_cmp(&score(b)))
            .unwrap_or(from);
        best as f32 * self.rate / self.transform.length() as f32
    }
}

/// `power` over the mean of the `bins` around it, whose sum is `around`; 0 where there is nothing.
#[inline(always)]
fn above(power: f32, around: f32, bins: f32) -> f32 {
    match around > 1e-9 * bins {
        true => power * bins / around,
        false => 0.0,
    }
}

pub struct EnvelopeModulation {
    slow: Modulation,
    fast: Modulation,
    series: Vec<f32>,
    whitened: Vec<f32>,
}

impl Default for EnvelopeModulation {
    fn default() -> Self {
        Self {
            slow: Modulation::new(512, 62.5),
            fast: Modulation::new(2048, 250.0),
            series: Vec::new(),
            whitened: Vec::new(),
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
        }
        d.add(
            "rotor_rate",
            "oct",
            (2.3, 5.0),
            "log2 of the rate in Hz at which all mel groups beat most, 5 to 30 Hz",
        );
        d.add(
            "rotor_bands",
            "1",
            (0.0, 1.0),
            "share of the mel groups that beat at that rate, four times above their surroundings",
        );
        d.add("rotor_strength", "Np", (0.0, 5.0), "how far that beat stands above its surroundings, mean of the mel groups, as ln(1 + ratio)");
        d.add(
            "rotor_double",
            "Np",
            (0.0, 5.0),
            "the same at twice that rate",
        );
        for (low, high) in ROTOR_RANGES {
            d.add(format!("rotor_{low}hz"), "Np", (0.0, 5.0), format!("ln(1 + ratio) of the strongest beat at {low} to {high} Hz to its surroundings, mean of the mel groups"));
        }
        d.add(
            "engine_rate",
            "oct",
            (3.0, 7.0),
            "log2 of the rate in Hz at which both 4 ms envelopes beat most, 8 to 120 Hz",
        );
        for (low, high) in ENGINE_RANGES {
            d.add(format!("engine_{low}hz"), "Np", (0.0, 5.0), format!("ln(1 + ratio) of the strongest beat at {low} to {high} Hz to its surroundings, mean of both 4 ms envelopes"));
        }
        d.done()
    }

    fn measure(&mut self, segment: &SegmentFrames, out: &mut Vec<f32>) {
        let mut groups: [Vec<f32>; GROUPS.len()] = Default::default();
        for (group, whitened) in groups.iter_mut().enumerate() {
            self.series.clear();
            self.series.extend(segment.context_group(group));
            self.slow.analyse(&self.series);
            self.slow.shares(&SLOW_EDGES, out);
            self.slow.add_whitened(whitened);
        }
        let mut envelopes = Vec::new();
        for envelope in segment.context_log_envelope {
            self.series.clear();
            self.series.extend(envelope.iter().filter(|&&l| l > FAINT));
            let (_, depth) = mean_sd(&self.series);
            self.fast.analyse(&self.series);
            out.push(depth);
            self.fast.shares(&FAST_EDGES, out);
            self.fast.add_whitened(&mut envelopes);
        }
        self.shared_beat(&groups, out);
        envelopes.iter_mut().for_each(|w| *w /= 2.0);
        out.push(self.fast.beat(&envelopes, 8.0, 120.0).log2());
        out.extend(
            ENGINE_RANGES
                .iter()
                .map(|&(low, high)| self.fast.highest(&envelopes, low, high).ln_1p()),
        );
    }
}

impl EnvelopeModulation {
    /// The beat that the mel groups have in common: a rotor beats in all of them at once, where
    /// chance peaks of noise differ from group to group.
    ///
    /// The groups have a value every 16 ms and hold nothing above 31 Hz: at twice a rate above about 15.6 Hz there
    /// is nothing to measure, and `rotor_double` is 0.
    fn shared_beat(&mut self, groups: &[Vec<f32>], out: &mut Vec<f32>) {
        self.whitened.clear();
        self.whitened.resize(groups[0].len(), 0.0);
        for group in groups {
            add_scaled(&mut self.whitened, 1.0 / groups.len() as f32, group);
        }
        let rate = self.slow.beat(&self.whitened, 5.0, 30.0);
        let k = self.slow.bin(rate).round() as usize;
        let beating = groups
            .iter()
            .filter(|g| g[k.saturating_sub(1)..k + 2].iter().any(|&w| w > 4.0))
            .count();
        let strength = |k: usize| {
            let near = self.whitened.get(k.saturating_sub(1)..k + 2).unwrap_or(&[]);
            near.iter().copied().fold(0.0, f32::max).ln_1p()
        };
        out.extend([
            rate.log2(),
            beating as f32 / groups.len() as f32,
            strength(k),
            strength(2 * k),
        ]);
        out.extend(
            ROTOR_RANGES
                .iter()
                .map(|&(low, high)| self.slow.highest(&self.whitened, low, high).ln_1p()),
        );
    }
}
