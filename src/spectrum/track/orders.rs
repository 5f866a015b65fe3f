//! Which multiples of a fundamental are heard, over a whole track: there, not frame by frame, octaves are settled.

use super::super::{COMB_MAX_HZ, LINE_BINS, LONG};

/// Highest order measured, in multiples of the fundamental that was followed.
const MOST_ORDER: usize = 16;
/// Lines between those that were followed count as heard from this median height on: nepers of power, and share of the
/// median height of those that were followed.
const HEARD: (f64, f64) = (0.3, 0.12);
/// A line lower than this is not heard, and one higher than that is plain, in nepers of power: 6.5 and 13 dB.
const UNHEARD: f64 = 1.5;
const PLAIN: f64 = 3.0;
/// Lines nearer than this are not told apart, in bins: 31 Hz.
const APART: f64 = 8.0;
/// By what the followed fundamental is divided, one after the other.
const DIVISORS: [usize; 4] = [2, 3, 5, 7];
/// Divisions that may follow each other.
const ROUNDS: usize = 2;
/// By what the root is multiplied, and the share of the lines' amplitude that multiples of the product must
/// carry. Lines of equal height would give a half and a third.
const MULTIPLES: [(usize, f64); 2] = [(3, 0.6), (2, 0.7)];
/// Lines between multiples whose median height is less than this share of the multiples' are none of the comb's, however high one
/// or two of them stand: these are another sound's. Chosen on rendered scenes other than those of `evaluate --protocol tracks`.
const FAINT: f64 = 0.2;
/// Multiples that are looked at for that, up to the last that stands out by this much, in nepers of power: 4 dB.
const LOOKED_AT: usize = 12;
const STANDS_OUT: f64 = 1.0;

/// Mean height of lines over their gaps, in nepers of power.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Levels {
    /// The followed fundamental over the root.
    pub(super) divisor: usize,
    /// The root, Hz: median.
    pub(super) root_hz: f32,
    /// Height at 1, 2, 3 ... times the root.
    pub(super) nepers: Vec<f64>,
}

/// Measures the lines of a track over `frames` (whitened frame and followed fundamental in Hz).
pub(super) fn measure<'a>(frames: impl Iterator<Item = (&'a [f32], f64)> + Clone) -> Levels {
    let mut divisor = 1;
    let followed = median(frames.clone().map(|(_, f0)| f0));
    let is_apart = |finer: usize| followed / finer as f64 >= APART * f64::from(LONG.bin_hz());
    for _ in 0..ROUNDS {
        let between = |by: usize| {
            let finer = divisor * by;
            let heights = heights(frames.clone(), finer, (3 * finer).max(12));
            let of = |own: bool| {
                let all = heights.iter().enumerate();
                median(
                    all.filter(|(k, _)| ((k + 1) % by == 0) == own)
                        .map(|(_, l)| *l),
                )
            };
            of(false) - HEARD.0.max(HEARD.1 * of(true))
        };
        let best = DIVISORS
            .into_iter()
            .filter(|by| is_apart(divisor * by))
            .map(|by| (by, between(by)))
            .max_by(|a, b| a.1.total_cmp(&b.1));
        match best {
            Some((by, height)) if height > 0.0 => divisor *= by,
            _ => break,
        }
    }
    Levels {
        divisor,
        root_hz: (followed / divisor as f64) as f32,
        nepers: heights(frames, divisor, MOST_ORDER * divisor),
    }
}

/// Mean height at each multiple of `f0 / divisor` up to `most`, over the gaps half-way between them.
fn heights<'a>(
    frames: impl Iterator<Item = (&'a [f32], f64)>,
    divisor: usize,
    most: usize,
) -> Vec<f64> {
    let bin_hz = f64::from(LONG.bin_hz());
    let mut sums = vec![0.0; most];
    let mut counts = vec![0usize; most];
    for (whitened, f0) in frames {
        let root = f0 / divisor as f64;
        if root < 4.0 * bin_hz {
            continue;
        }
        for k in 1..=most {
            let (Some(line), Some(below), Some(above)) = (
                around(whitened, k as f64 * root),
                around(whitened, (k as f64 - 0.5) * root),
                around(whitened, (k as f64 + 0.5) * root),
            ) else {
                break;
            };
            sums[k - 1] += f64::from(line - 0.5 * (below + above));
            counts[k - 1] += 1;
        }
    }
    let means = sums.iter().zip(&counts);
    means
        .map(|(s, n)| if *n > 0 { s / *n as f64 } else { 0.0 })
        .collect()
}

/// The upper median; 0 of nothing.
pub(super) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut all: Vec<f64> = values.collect();
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(0.0)
}

/// The highest of three bins around a frequency; `None` beyond the spectrum.
fn around(whitened: &[f32], hz: f64) -> Option<f32> {
    let bin = (hz / f64::from(LONG.bin_hz())).round() as usize;
    if bin < 1 || bin + 1 >= whitened.len().min(LINE_BINS) {
        return None;
    }
    Some(whitened[bin - 1].max(whitened[bin]).max(whitened[bin + 1]))
}

impl Levels {
    /// Which multiple of the root is the fundamental: the largest whose own multiples carry most of what
    /// stands out. Lines between them may be heard (a shaft's between its blades'), but weaker.
    pub(super) fn fundamental(&self) -> usize {
        let mut multiple = 1;
        let most = (COMB_MAX_HZ / self.root_hz.max(1.0)) as usize;
        while let Some((by, _)) = MULTIPLES.into_iter().find(|&(by, least)| {
            multiple * by <= most
                && (self.share(multiple, by) > least || self.between(multiple, by) < FAINT)
        }) {
            multiple *= by;
        }
        // A fundamental that is not heard itself, while its octave is.
        let height = |k: usize| self.nepers.get(k - 1).copied().unwrap_or(0.0);
        let unheard = height(multiple) < UNHEARD && height(2 * multiple) > PLAIN;
        if unheard && 2 * multiple <= most && self.share(multiple, 2) > 0.5 {
            multiple *= 2;
        }
        multiple
    }

    /// Median height of the lines between the multiples of `multiple * by`, over the median height of those.
    fn between(&self, multiple: usize, by: usize) -> f64 {
        let step = multiple * by;
        let most = self.nepers.len() / step;
        if most < 2 {
            return f64::INFINITY;
        }
        let own = |n: usize| self.nepers[n * step - 1];
        let mut looked_at = (1..=most.min(LOOKED_AT)).rev();
        let last = looked_at.find(|n| own(*n) > STANDS_OUT).unwrap_or(0);
        let last = last.max(3).min(most);
        let between = (1..last * by).filter(|k| k % by != 0);
        let between = median(between.map(|k| self.nepers[k * multiple - 1]));
        between.max(0.0) / median((1..=last).map(own)).max(1e-9)
    }

    /// Share of the amplitude of multiples of `multiple` that multiples of `multiple * by` carry.
    fn share(&self, multiple: usize, by: usize) -> f64 {
        // Height over the floor as an amplitude; the higher a line, the more it may be something else's.
        let amplitude =
            |k: usize| ((0.5 * self.nepers[k - 1]).exp() - 1.0).max(0.0) / (k as f64).sqrt();
        let of = |step: usize| -> f64 {
            let orders = 1..=self.nepers.len() / step;
            orders.map(|h| amplitude(h * step)).sum()
        };
        if self.nepers.len() < 2 * multiple * by {
            return 0.0;
        }
        of(multiple * by) / of(multiple).max(1e-9)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A comb with a root of 60 Hz.
    fn levels(height: impl Fn(usize) -> f64) -> Levels {
        Levels {
            divisor: 1,
            root_hz: 60.0,
            nepers: (1..=MOST_ORDER).map(height).collect(),
        }
    }

    #[test]
    fn one_high_line_of_another_sound_makes_no_half_of_a_fundamental() {
        // Lines at even orders, and a hum at the first.
        let with_hum = levels(|k| match k {
            1 => 6.5,
            k if k % 2 == 0 => 3.5,
            _ => 0.4,
        });
        assert!(with_hum.share(1, 2) < 0.7);
        assert_eq!(with_hum.fundamental(), 2);
    }

    #[test]
    fn lines_between_that_are_heard_are_the_combs() {
        let shaft = levels(|k| if k % 2 == 0 { 3.5 } else { 2.5 });
        assert_eq!(shaft.fundamental(), 1);
        assert_eq!(levels(|_| 2.0).fundamental(), 1);
    }
}
