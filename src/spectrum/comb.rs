//! Harmonic combs: how far the lines of a fundamental stand out of the gaps between them.
//!
//! A propeller driven by an engine sounds at whole multiples of a fundamental. What carries
//! over between microphones is not how loud those lines are but that they stand above the
//! gaps half-way between them. Taking lines minus gaps also settles octaves: twice the
//! fundamental finds lines in its gaps, half of it finds every other line missing.
//!
//! On a logarithmic frequency axis the h-th harmonic of every candidate lies one constant
//! shift away, so all candidates are scored by adding shifted copies of one array.

use super::sum::in_lanes;
use super::{LINE_BINS, LONG};

/// Lowest fundamental searched, in Hz.
pub const COMB_MIN_HZ: f32 = 40.0;
/// Highest fundamental searched, in Hz.
pub const COMB_MAX_HZ: f32 = 700.0;
/// Highest harmonic used.
pub const MAX_HARMONIC: usize = 12;
/// Steps of the logarithmic axis per octave: 0.5 % each.
const STEPS_PER_OCTAVE: f32 = 139.0;
/// The axis starts at half the lowest fundamental: the first gap.
const AXIS_START_HZ: f32 = COMB_MIN_HZ / 2.0;
/// Highest frequency on the axis, in Hz.
const AXIS_END_HZ: f32 = 4_000.0;
/// A line counts at most this much, in nepers of power (13 dB): one loud tone is no comb.
const LINE_CEILING: f32 = 3.0;
/// A notch counts at most this much.
const LINE_BASEMENT: f32 = -1.5;

/// One comb in one frame.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Comb {
    /// Fundamental in Hz, [`COMB_MIN_HZ`] to [`COMB_MAX_HZ`].
    pub fundamental_hz: f32,
    /// Mean height of its lines above its gaps in nepers of power, weighted by the square
    /// root of the number of lines; about -0.5 to 5, near 0.4 for the best comb of noise.
    pub contrast: f32,
}

/// Scores every candidate fundamental of a whitened long frame.
pub struct CombScorer {
    cells: Vec<Cell>,
    axis: Vec<f32>,
    line_shift: Vec<usize>,
    gap_shift: Vec<usize>,
    /// One over the square root of the number of harmonics of each candidate that lie on the
    /// axis and of their largest number.
    weights: Vec<f32>,
    /// Candidates for which harmonic `h + 1` lies on the axis.
    reach: Vec<usize>,
}

/// Where a point of the axis reads the whitened spectrum.
struct Cell {
    bin: usize,
    fraction: f32,
}

impl Default for CombScorer {
    fn default() -> Self {
        Self::new()
    }
}

impl CombScorer {
    /// Plans the search.
    pub fn new() -> Self {
        let steps = |ratio: f32| (ratio.log2() * STEPS_PER_OCTAVE).round() as usize;
        let points = steps(AXIS_END_HZ / AXIS_START_HZ) + 1;
        let cells = (0..points)
            .map(|i| {
                let position = Self::axis_hz(i) / LONG.bin_hz();
                let bin = (position as usize).min(LINE_BINS - 2);
                Cell {
                    bin,
                    fraction: position - bin as f32,
                }
            })
            .collect();
        let candidates = steps(COMB_MAX_HZ / COMB_MIN_HZ) + 1;
        // Shifts are from a candidate's gap below its first line (f/2) to each line and gap.
        let line_shift: Vec<usize> = (1..=MAX_HARMONIC).map(|h| steps(2.0 * h as f32)).collect();
        let gap_shift: Vec<usize> = (0..=MAX_HARMONIC)
            .map(|h| steps(2.0 * h as f32 + 1.0))
            .collect();
        let reach: Vec<usize> = (0..MAX_HARMONIC)
            .map(|h| points.saturating_sub(gap_shift[h + 1]).min(candidates))
            .collect();
        let weights = (0..candidates)
            .map(|c| reach.iter().filter(|&&r| c < r).count())
            .map(|harmonics| 1.0 / ((harmonics * MAX_HARMONIC) as f32).sqrt())
            .collect();
        Self {
            cells,
            axis: vec![0.0; points],
            line_shift,
            gap_shift,
            weights,
            reach,
        }
    }

    fn axis_hz(point: usize) -> f32 {
        AXIS_START_HZ * (point as f32 / STEPS_PER_OCTAVE).exp2()
    }

    /// Number of candidate fundamentals.
    pub fn candidates(&self) -> usize {
        self.weights.len()
    }

    /// Fundamental of a candidate in Hz.
    pub fn candidate_hz(&self, candidate: usize) -> f32 {
        2.0 * Self::axis_hz(candidate)
    }

    /// Nearest candidate to a fundamental in Hz.
    pub fn nearest(&self, hz: f32) -> usize {
        let step = ((hz / COMB_MIN_HZ).log2() * STEPS_PER_OCTAVE)
            .round()
            .max(0.0) as usize;
        step.min(self.candidates() - 1)
    }

    /// Writes the contrast of each candidate into `scores` (one per candidate), given the
    /// whitened frame ([`super::LineSpectrum::whiten`]).
    pub fn score(&mut self, whitened: &[f32], scores: &mut [f32]) {
        in_lanes!(self.inlined_score(whitened, scores));
    }

    #[inline(always)]
    fn inlined_score(&mut self, whitened: &[f32], scores: &mut [f32]) {
        for (a, cell) in self.axis.iter_mut().zip(&self.cells) {
            let pair = &whitened[cell.bin..cell.bin + 2];
            *a = pair[0] + cell.fraction * (pair[1] - pair[0]);
        }
        for a in &mut self.axis {
            *a = a.clamp(LINE_BASEMENT, LINE_CEILING);
        }
        scores.fill(0.0);
        for h in 0..MAX_HARMONIC {
            let n = self.reach[h];
            let lines = &self.axis[self.line_shift[h]..][..n];
            let below = &self.axis[self.gap_shift[h]..][..n];
            let above = &self.axis[self.gap_shift[h + 1]..][..n];
            for (((s, l), b), a) in scores[..n].iter_mut().zip(lines).zip(below).zip(above) {
                *s += l - 0.5 * (b + a);
            }
        }
        for (s, weight) in scores.iter_mut().zip(&self.weights) {
            *s *= weight;
        }
    }

    /// Places a fundamental between candidates by least squares over the peaks of its lines
    /// in the whitened frame, each found within half a gap and weighted by its height.
    pub fn refine(&self, whitened: &[f32], hz: f32) -> f32 {
        let bin_hz = LONG.bin_hz();
        let (mut top, mut bottom) = (0.0f32, 0.0f32);
        for h in 1..=MAX_HARMONIC {
            let order = h as f32;
            // A line drifts by h times the step of the axis; no farther than a quarter gap.
            let drift = (1.5 + order * hz * 0.005 / bin_hz).min(0.25 * hz / bin_hz);
            let centre = order * hz / bin_hz;
            let (low, high) = (
                (centre - drift).ceil() as usize,
                (centre + drift).floor() as usize,
            );
            if low < 1 || high + 1 >= whitened.len().min(LINE_BINS) {
                break;
            }
            let Some(peak) = (low..=high).max_by(|&a, &b| whitened[a].total_cmp(&whitened[b]))
            else {
                continue;
            };
            let (left, middle, right) = (whitened[peak - 1], whitened[peak], whitened[peak + 1]);
            let curvature = left - 2.0 * middle + right;
            if middle < 1.0 || curvature >= 0.0 || left > middle || right > middle {
                continue;
            }
            let position = (peak as f32 + 0.5 * (left - right) / curvature) * bin_hz;
            let weight = middle.min(LINE_CEILING);
            top += weight * order * position;
            bottom += weight * order * order;
        }
        if bottom > 0.0 {
            top / bottom
        } else {
            hz
        }
    }

    /// Contrast of each harmonic of `hz` (line minus the mean of its two gaps), in nepers;
    /// `None` past the end of the spectrum. A line is the best of three bins.
    pub fn harmonic_contrast(&self, whitened: &[f32], hz: f32, order: f32) -> Option<f32> {
        let at = |f: f32| {
            let bin = (f / LONG.bin_hz()).round() as usize;
            (bin >= 1 && bin + 1 < LINE_BINS)
                .then(|| whitened[bin - 1].max(whitened[bin]).max(whitened[bin + 1]))
        };
        let gap = |f: f32| {
            let bin = (f / LONG.bin_hz()).round() as usize;
            (bin >= 1 && bin + 1 < LINE_BINS)
                .then(|| (whitened[bin - 1] + whitened[bin] + whitened[bin + 1]) / 3.0)
        };
        let (below, above) = (gap((order - 0.5) * hz)?, gap((order + 0.5) * hz)?);
        Some(at(order * hz)? - 0.5 * (below + above))
    }
}

/// The strongest comb of a run of frames, followed from frame to frame.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CombTrack {
    /// One comb per frame.
    pub combs: Vec<Comb>,
    /// Candidate index of each frame.
    pub candidates: Vec<usize>,
}

impl CombTrack {
    /// How many steps (0.5 % each) a fundamental may move between frames 128 ms apart:
    /// 2.5 %, 0.28 octaves per second, more than any dive heard in the open.
    const MAX_STEP: usize = 5;

    /// Follows the comb that is strongest over all frames.
    ///
    /// `scores` holds `frames` rows of `candidates` contrasts. The seed is the candidate with the largest sum
    /// over frames of its best neighbour; from the frame where it is strongest the
    /// track goes both ways, each step to the best candidate within reach.
    pub fn follow(scorer: &CombScorer, scores: &[f32], best_near: &mut Vec<f32>) -> Self {
        let width = scorer.candidates();
        let rows: Vec<&[f32]> = scores.chunks_exact(width).collect();
        if rows.is_empty() {
            return Self::default();
        }
        best_near.clear();
        best_near.resize(width, 0.0);
        for row in &rows {
            add_neighbourhood_max(row, best_near);
        }
        let seed = argmax(best_near, 0, width);
        let near = |row: &[f32], centre: usize| {
            let (low, high) = (
                centre.saturating_sub(Self::MAX_STEP),
                (centre + Self::MAX_STEP + 1).min(width),
            );
            argmax(row, low, high)
        };
        let start = (0..rows.len())
            .max_by(|&a, &b| rows[a][near(rows[a], seed)].total_cmp(&rows[b][near(rows[b], seed)]))
            .unwrap_or(0);
        let mut candidates = vec![0; rows.len()];
        candidates[start] = near(rows[start], seed);
        for t in start + 1..rows.len() {
            candidates[t] = near(rows[t], candidates[t - 1]);
        }
        for t in (0..start).rev() {
            candidates[t] = near(rows[t], candidates[t + 1]);
        }
        let combs = candidates
            .iter()
            .zip(&rows)
            .map(|(&c, row)| Comb {
                fundamental_hz: scorer.candidate_hz(c),
                contrast: row[c],
            })
            .collect();
        Self { combs, candidates }
    }
}

/// Adds the maximum over ±2 neighbours of `row` to `sums`.
fn add_neighbourhood_max(row: &[f32], sums: &mut [f32]) {
    if row.len() < 5 {
        return;
    }
    let larger = |a: f32, b: f32| if b > a { b } else { a };
    let outer = row.iter().zip(&row[1..]).zip(&row[3..]).zip(&row[4..]);
    let all = sums[2..].iter_mut().zip(&row[2..]).zip(outer);
    in_lanes!(for ((sum, &middle), (((a, b), c), d)) in all {
        *sum += larger(larger(larger(*a, *b), larger(*c, *d)), middle);
    });
}

fn argmax(values: &[f32], low: usize, high: usize) -> usize {
    (low..high)
        .max_by(|&a, &b| values[a].total_cmp(&values[b]))
        .unwrap_or(low)
}
