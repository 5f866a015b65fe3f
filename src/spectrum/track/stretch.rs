//! A minute or so of frames: finds the combs in it, one after the other.

use super::super::{CombScorer, LINE_BINS, LONG};
use super::gear;
use super::orders::{self, Levels};
use super::refine::refine;
use super::{path, OrderLevel, Track, TrackPoint, HOP, SHORTEST};
use crate::SAMPLE_RATE;

/// Pieces of a path shorter than this are no part of a track, in frames.
const SHORTEST_RUN: usize = 5;
/// Ratios by which a piece of a path may have taken another multiple for the fundamental.
const SLIPS: [f64; 6] = [0.5, 2.0, 1.0 / 3.0, 3.0, 2.0 / 3.0, 1.5];
/// How near to such a ratio a piece must be, and how far apart pieces may lie, s.
const SLIP: (f64, f64) = (0.04, 4.0);
/// Steps of 0.4 % by which the ratio of two combs is searched around what it seems to be, and how strong the one that is
/// looked for must be beside the one that was followed. Chosen on rendered scenes other than those of `evaluate --protocol tracks`.
const SEARCHED: std::ops::RangeInclusive<i8> = -5..=5;
const ALSO_HEARD: f64 = 0.3;
/// Half of a 90 % interval in standard errors.
const HALF_90: f64 = 1.645;
/// By what the scatter of the lines is too small an error (lines of one frame share its noise and its fades), and the share of
/// the fundamental that moves within a frame or lies off for reasons that no line shows: fitted on rendered sound,
/// `evaluate --protocol tracks` prints the coverage on other scenes.
const HIDDEN: (f64, f64) = (1.0, 0.0006);
/// Orders lower than this, in dB, are not taken out with a comb.
const LEFT_DB: f64 = 4.0;
/// Nepers of power to dB.
const DB: f64 = 4.342_944_819;

/// Frames that stand in memory, and their scores.
pub(super) struct Stretch {
    first: usize,
    width: usize,
    whitened: Vec<f32>,
    scores: Vec<f32>,
}

/// A piece of a path: from which frame on, and the fundamental in each, Hz.
struct Run {
    from: usize,
    hz: Vec<f64>,
}

impl Stretch {
    pub(super) fn new(first: usize, width: usize) -> Self {
        Self {
            first,
            width,
            whitened: Vec::new(),
            scores: Vec::new(),
        }
    }

    pub(super) fn frames(&self) -> usize {
        self.whitened.len() / LINE_BINS
    }

    /// Room for one more whitened frame.
    pub(super) fn next_frame(&mut self) -> &mut [f32] {
        let old = self.whitened.len();
        self.whitened.resize(old + LINE_BINS, 0.0);
        &mut self.whitened[old..]
    }

    /// Scores the newest frame.
    pub(super) fn score(&mut self, scorer: &mut CombScorer) {
        let old = self.scores.len();
        self.scores.resize(old + self.width, 0.0);
        let from = self.whitened.len() - LINE_BINS;
        scorer.score(&self.whitened[from..], &mut self.scores[old..]);
    }

    /// Drops the first frames.
    pub(super) fn forget(&mut self, frames: usize) {
        self.first += frames;
        self.whitened.drain(..frames * LINE_BINS);
        self.scores.drain(..frames * self.width);
    }

    fn frame(&self, t: usize) -> &[f32] {
        &self.whitened[t * LINE_BINS..][..LINE_BINS]
    }

    fn time_s(&self, t: usize) -> f64 {
        ((self.first + t) * HOP + LONG.length / 2) as f64 / f64::from(SAMPLE_RATE)
    }

    /// The combs of the first `frames`, the one found first in front. The frames are spent: what belongs to a comb
    /// is no longer in them.
    pub(super) fn tracks(
        &mut self,
        scorer: &mut CombScorer,
        frames: usize,
        most: usize,
    ) -> Vec<Track> {
        let mut found: Vec<Track> = Vec::new();
        for place in 0..most {
            if place > 0 {
                for t in 0..frames {
                    let scores = &mut self.scores[t * self.width..][..self.width];
                    scorer.score(&self.whitened[t * LINE_BINS..][..LINE_BINS], scores);
                }
            }
            let path = path::best(&self.scores[..frames * self.width], self.width);
            let mut runs = runs(&path, scorer);
            if runs.iter().map(|r| r.hz.len()).sum::<usize>() < SHORTEST {
                break;
            }
            settle_slips(&mut runs, |run| self.strength(run, scorer));
            let track = self.describe(&runs, scorer);
            self.take_out(&track);
            // It is taken out all the same, so that it is not found once more.
            if !found.iter().any(|known| track.is_left_of(known)) {
                found.push(track);
            }
        }
        found
    }

    /// Contrast times frames of a piece.
    fn strength(&self, run: &Run, scorer: &CombScorer) -> f64 {
        let own = run.hz.iter().enumerate();
        own.map(|(n, hz)| self.contrast(run.from + n, *hz, scorer))
            .sum()
    }

    fn contrast(&self, t: usize, hz: f64, scorer: &CombScorer) -> f64 {
        f64::from(self.scores[t * self.width + scorer.nearest(hz as f32)])
    }

    /// Settles the octave, refines the fundamental.
    fn describe(&self, runs: &[Run], scorer: &CombScorer) -> Track {
        let all = || {
            runs.iter()
                .flat_map(|run| run.hz.iter().enumerate().map(|(n, hz)| (run.from + n, *hz)))
        };
        // Before the lines are measured the fundamental must be nearer than a candidate.
        let refined: Vec<(usize, f64, f64)> = all()
            .map(|(t, hz)| {
                let found = refine(self.frame(t), hz).map(|r| r.hz);
                // Farther from the candidate than the path can be: chance peaks.
                let near = found.filter(|f| (f / hz - 1.0).abs() < 0.012);
                (t, near.unwrap_or(hz), hz)
            })
            .collect();
        let mut levels = orders::measure(refined.iter().map(|(t, hz, _)| (self.frame(*t), *hz)));
        let mut multiple = levels.fundamental();
        let mut points: Vec<TrackPoint> = refined
            .iter()
            .map(|&(t, hz, followed)| {
                let root = hz / levels.divisor as f64;
                let again = refine(self.frame(t), root);
                let (root_hz, error) = again.map_or((root, 0.004 * root), |r| (r.hz, r.error_hz));
                // A root that fits worse than what was followed may have slipped.
                let root_hz = if (root_hz / root - 1.0).abs() < 0.015 {
                    root_hz
                } else {
                    root
                };
                let f0 = root_hz * multiple as f64;
                let error = (HIDDEN.0 * error * multiple as f64).hypot(HIDDEN.1 * f0);
                TrackPoint {
                    time_s: self.time_s(t),
                    f0_hz: f0,
                    low_hz: f0 - HALF_90 * error,
                    high_hz: f0 + HALF_90 * error,
                    contrast: self.contrast(t, followed, scorer),
                }
            })
            .collect();
        let heard = |points: &[TrackPoint]| -> Vec<(&[f32], f64)> {
            let each = refined.iter().zip(points);
            each.map(|((t, ..), point)| (self.frame(*t), point.f0_hz))
                .collect()
        };
        if let Some(by) = gear::of_low_lines(&heard(&points), multiple) {
            points.iter_mut().for_each(|point| point.scale(by));
            // What was measured at the multiples of the other comb says nothing of this one.
            levels = orders::measure(heard(&points).into_iter());
            multiple = levels.divisor;
        }
        Track {
            points,
            divisor: multiple,
            orders: heard_orders(&levels, multiple),
        }
    }

    /// Levels the lines of a track to their surroundings.
    fn take_out(&mut self, track: &Track) {
        let bin_hz = f64::from(LONG.bin_hz());
        let (first, divisor) = (self.first, track.divisor as f64);
        for point in &track.points {
            let start = point.time_s * f64::from(SAMPLE_RATE) - (LONG.length / 2) as f64;
            let t = (start / HOP as f64).round() as usize - first;
            let frame = &mut self.whitened[t * LINE_BINS..][..LINE_BINS];
            let root = point.f0_hz / divisor;
            for k in 1usize.. {
                let centre = k as f64 * root / bin_hz;
                let is_own = k % track.divisor == 0;
                let wide = match is_own {
                    true => 2.5 + 0.012 * centre,
                    false => 1.5 + 0.004 * centre,
                };
                let reach = wide.min(0.35 * root / bin_hz);
                let (low, high) = ((centre - reach).ceil() as usize, (centre + reach) as usize);
                if high >= LINE_BINS {
                    break;
                }
                // Lines between that are not heard are left: what stands there may be another comb's.
                let heard = match track.orders.get(k - 1) {
                    Some(level) => level.height_db > LEFT_DB,
                    None => is_own,
                };
                if heard {
                    frame[low..=high].iter_mut().for_each(|w| *w = w.min(0.0));
                }
            }
        }
    }
}

fn heard_orders(levels: &Levels, multiple: usize) -> Vec<OrderLevel> {
    let each = levels.nepers.iter().enumerate();
    each.map(|(k, nepers)| OrderLevel {
        order: (k + 1) as f64 / multiple as f64,
        height_db: DB * nepers,
    })
    .collect()
}

/// The pieces of a path that are long enough.
fn runs(path: &[Option<usize>], scorer: &CombScorer) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut before: Option<usize> = None;
    for (t, state) in path.iter().enumerate() {
        if let Some(c) = state {
            let hz = f64::from(scorer.candidate_hz(*c));
            // A jump within the path is the start of another piece.
            let goes_on = before.is_some_and(|b| b.abs_diff(*c) < 30);
            match runs.last_mut() {
                Some(run) if goes_on => run.hz.push(hz),
                _ => runs.push(Run {
                    from: t,
                    hz: vec![hz],
                }),
            }
        }
        before = *state;
    }
    runs.retain(|run| run.hz.len() >= SHORTEST_RUN);
    runs
}

/// Brings pieces that followed another multiple of the fundamental, or another comb of the same aircraft, in line with the strongest
/// piece, going from it both ways.
fn settle_slips(runs: &mut [Run], strength: impl Fn(&Run) -> f64) {
    let strengths: Vec<f64> = runs.iter().map(&strength).collect();
    let Some(anchor) = (0..runs.len()).max_by(|&a, &b| strengths[a].total_cmp(&strengths[b]))
    else {
        return;
    };
    let frames = SLIP.1 * f64::from(SAMPLE_RATE) / HOP as f64;
    let settle = |run: &mut Run, ratio: f64| {
        if let Some(by) = slipped_by(run, ratio, &strength) {
            *run = run.divided(by);
        }
    };
    for r in anchor + 1..runs.len() {
        let end = runs[r - 1].from + runs[r - 1].hz.len();
        let before = runs[r - 1].hz.last().copied().unwrap_or(1.0);
        if ((runs[r].from - end) as f64) < frames {
            let ratio = runs[r].hz[0] / before;
            settle(&mut runs[r], ratio);
        }
    }
    for r in (0..anchor).rev() {
        let end = runs[r].from + runs[r].hz.len();
        let last = runs[r].hz.last().copied().unwrap_or(1.0);
        if ((runs[r + 1].from - end) as f64) < frames {
            let ratio = last / runs[r + 1].hz[0];
            settle(&mut runs[r], ratio);
        }
    }
}

/// By what a piece must be divided that stands in this ratio to its neighbour; `None` if it goes on as it is.
///
/// Two combs of one aircraft keep their ratio, so that the one tells where the other must lie: there it is looked for.
fn slipped_by(run: &Run, ratio: f64, strength: &impl Fn(&Run) -> f64) -> Option<f64> {
    let multiple = SLIPS.into_iter().find(|s| (ratio / s - 1.0).abs() < SLIP.0);
    if multiple.is_some() || (ratio - 1.0).abs() <= SLIP.0 {
        return multiple;
    }
    let tried = SEARCHED
        .clone()
        .map(|off| ratio * (1.0 + 0.004 * f64::from(off)));
    let tried = tried.map(|by| (by, strength(&run.divided(by))));
    let best = tried.max_by(|a, b| a.1.total_cmp(&b.1));
    best.filter(|(_, found)| *found > ALSO_HEARD * strength(run))
        .map(|(by, _)| by)
}

impl Run {
    /// The same piece with another fundamental.
    fn divided(&self, by: f64) -> Self {
        Self {
            from: self.from,
            hz: self.hz.iter().map(|hz| hz / by).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(from: usize, hz: f64, frames: usize) -> Run {
        Run {
            from,
            hz: vec![hz; frames],
        }
    }

    /// Fundamentals after settling, where `also` is heard a third as strongly as what each piece followed.
    fn settled(mut runs: Vec<Run>, also: f64) -> Vec<f64> {
        let followed: Vec<(usize, f64)> = runs.iter().map(|run| (run.from, run.hz[0])).collect();
        settle_slips(&mut runs, |run| {
            let is = |hz: f64| (run.hz[0] / hz - 1.0).abs() < 0.003;
            let is_followed = followed
                .iter()
                .any(|(from, hz)| *from == run.from && is(*hz));
            let height = match is_followed {
                true => 3.0,
                false if is(also) => 1.0,
                false => 0.0,
            };
            height * run.hz.len() as f64
        });
        runs.iter().map(|run| run.hz[0]).collect()
    }

    #[test]
    fn a_piece_of_another_comb_is_brought_to_the_first_where_that_is_heard_too() {
        // Blades at 60 Hz, firings at 136.5: between the two lies a gearbox.
        let runs = || vec![run(0, 60.0, 50), run(51, 136.5, 30), run(82, 60.4, 20)];
        for (found, wanted) in settled(runs(), 60.4).into_iter().zip([60.0, 60.4, 60.4]) {
            assert!((found / wanted - 1.0).abs() < 0.004, "{found}");
        }
        assert_eq!(settled(runs(), 97.0), [60.0, 136.5, 60.4]);
    }

    #[test]
    fn octaves_are_brought_in_line_and_what_is_far_is_left() {
        let runs = vec![run(0, 121.0, 10), run(12, 60.0, 50), run(400, 181.0, 30)];
        assert_eq!(settled(runs, 1.0), [60.5, 60.0, 181.0]);
    }
}
