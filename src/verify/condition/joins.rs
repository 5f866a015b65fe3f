//! Abrupt joins: places where the background itself changes from one frame to the next, and stays changed.
//!
//! A sound that starts or stops adds to the background or takes itself away: bands rise, or they fall. Where one
//! recording ends and another begins, the background is exchanged: within 16 ms some bands rise for good while
//! others fall. The background on either side is the median and the lower quintile of each band over 1.5 s; a band
//! counts with the part of its step that all of these share with the step within the frame, less what the
//! background changes by within either side (a change-point test on background statistics, as detectors of spliced
//! and edited speech make it: Cooper 2010, "Detecting butt-spliced edits in forensic digital audio recordings"; Pan, Zhang
//! and Lyu 2012, "Detecting splicing in digital audios using local noise level estimation").
//!
//! It is a sign and not a proof: a door, a noise gate or a change of microphone does the same. A cut within one
//! scene, where the background is the same on both sides, leaves no such sign at all, and neither does a cut in
//! the first and last 1.5 s.
//!
//! Measured by `tests/joins_recordings.rs` on the real recordings: 5 signs in 90.4 minutes of recordings that nobody
//! joined on purpose (0.6 in ten minutes; only 43.7 of these minutes have 1.5 s on either side, as most are clips of 5 s, which makes
//! 1.1 in ten minutes that are judged). One of the five is a plain cut in a published collage of traffic, strength 2.3; in the 3 minutes of
//! eyewitness recordings there is none. Of 75 pairs of 2.5 s from different source groups, joined at their own levels, 29 are found
//! within 0.15 s, and 28 of 75 joined at equal levels of background; after AAC at 64 kbit/s 29 and 27, after Opus at 24 kbit/s 31 and 25:
//! four cuts in ten between unlike scenes. The thresholds were set on these same uncut recordings, and the joins drawn anew.
//! Clips of one second put in a row are cut too often for 1.5 s of background, and show 6 signs in 625 s.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::bands::{quantile, Levels, BANDS, HOP_S};

/// Frames of background on either side: 1.5 s.
const SIDE: usize = 94;
/// Frames of half a side.
const HALF: usize = SIDE / 2;
/// Frames next to the join that must show the step: 64 ms and 16 ms of overlap.
const NEAR: usize = 4;
/// Frames between joins: of several closer together, the strongest is told.
const APART: u64 = 31;
/// Levels below this count as this, dB: what a codec leaves in an empty band is no background.
const FLOOR_DB: f32 = -85.0;
/// Background below this level on a side is too close to silence to be compared, dB.
const QUIET_DB: f32 = -62.0;
/// A band counts at most this much, dB: many bands make a background, not one.
const MOST_DB: f32 = 12.0;
/// Mean over the bands of what rises, and of what falls, twice the smaller one, dB, from which backgrounds count as exchanged.
const EXCHANGED_DB: f32 = 0.95;
/// Mean over the bands of the step over 2 dB and the change within the sides, from which the level counts as stepped.
const STEPPED: f32 = 1.95;
/// A step of the mean of the samples in multiples of its own scatter, and the smallest that counts, full scale 1.0.
const MEAN_SCATTERS: f32 = 8.0;
const MEAN_LEAST: f32 = 2e-3;
/// A third difference this many times the usual one is a click.
const CLICK: f32 = 3.0;

/// What changes at a join.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum JoinKind {
    /// The background's spectrum: some bands rise while others fall.
    Spectrum,
    /// The background's level in all bands, one way.
    Level,
    /// The mean of the samples (direct current), which is the recorder's own.
    Dc,
}

/// A place where two recordings may be joined: a sign, not a proof.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Join {
    /// Where, seconds, to 16 ms.
    pub time_s: f64,
    /// What changes there.
    pub kind: JoinKind,
    /// How strongly, in multiples of what counts at all: 1 and more.
    pub strength: f64,
    /// Whether the waveform itself breaks there: a click of one sample.
    pub click: bool,
}

/// The background up to a frame.
#[derive(Debug, Clone, Copy)]
struct Background {
    median: [f32; BANDS],
    lower: [f32; BANDS],
    /// Of the last half side.
    half: [f32; BANDS],
    /// Mean of the last frames.
    near: [f32; BANDS],
    quiet: f32,
    /// Median of the means of frames, and how far they scatter.
    mean: f32,
    scatter: f32,
    click: f32,
}

/// Looks for joins in frames as they come.
pub(super) struct JoinFinder {
    frames: u64,
    levels: VecDeque<Levels>,
    backgrounds: VecDeque<Background>,
    /// The strongest of late, and its frame.
    waiting: Option<(u64, Join)>,
    found: Vec<Join>,
    scratch: Vec<f32>,
}

/// Frames that are held: a side, the frame of a join and two before it.
const HELD: usize = SIDE + 3;
/// Backgrounds that are held: they end with the frames from half a side before a join's to a side after it.
const BACKGROUNDS: usize = HALF + SIDE + 2;

/// Joins that are told; a recording with more is not cut but crackles.
const MOST: usize = 1000;

impl JoinFinder {
    pub(super) fn new() -> Self {
        Self {
            frames: 0,
            levels: VecDeque::new(),
            backgrounds: VecDeque::new(),
            waiting: None,
            found: Vec::new(),
            scratch: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, levels: &Levels) {
        let mut levels = *levels;
        levels.bands.iter_mut().for_each(|x| *x = x.max(FLOOR_DB));
        self.levels.push_back(levels);
        self.frames += 1;
        if self.levels.len() > HELD {
            self.levels.pop_front();
        }
        if self.levels.len() < HALF {
            return;
        }
        let background = self.background();
        self.backgrounds.push_back(background);
        if self.backgrounds.len() < BACKGROUNDS {
            return;
        }
        let frame = self.frames - 1 - SIDE as u64;
        let seen = self.look(frame);
        self.backgrounds.pop_front();
        self.settle(frame, seen);
    }

    /// The joins, in their order.
    pub(super) fn finish(mut self) -> Vec<Join> {
        self.found.extend(self.waiting.take().map(|(_, join)| join));
        self.found
    }

    fn settle(&mut self, frame: u64, seen: Option<Join>) {
        if let Some((at, _)) = self.waiting {
            if frame - at > APART {
                let due = self.waiting.take().filter(|_| self.found.len() < MOST);
                self.found.extend(due.map(|(_, join)| join));
            }
        }
        if let Some(join) = seen {
            let weaker = |(_, old): &(u64, Join)| old.strength < join.strength;
            if self.waiting.as_ref().is_none_or(weaker) {
                self.waiting = Some((frame, join));
            }
        }
    }

    fn background(&mut self) -> Background {
        let mut found = Background {
            median: [0.0; BANDS],
            lower: [0.0; BANDS],
            half: [0.0; BANDS],
            near: [0.0; BANDS],
            quiet: 0.0,
            mean: 0.0,
            scatter: 0.0,
            click: 0.0,
        };
        let (levels, scratch) = (&self.levels, &mut self.scratch);
        let len = levels.len();
        let all = len.saturating_sub(SIDE);
        // Frames overlap by half: every other one says as much as all.
        let mut of = |from: usize, value: &dyn Fn(&Levels) -> f32, share: f64| {
            scratch.clear();
            scratch.extend(levels.range(from..).step_by(2).map(value));
            quantile(scratch, share)
        };
        for band in 0..BANDS {
            found.median[band] = of(all, &|l| l.bands[band], 0.5);
            found.lower[band] = of(all, &|l| l.bands[band], 0.2);
            found.half[band] = of(len - HALF, &|l| l.bands[band], 0.35);
            let last = levels.range(len - NEAR..);
            found.near[band] = last.map(|l| l.bands[band]).sum::<f32>() / NEAR as f32;
        }
        found.quiet = of(all, &|l| l.total, 0.3);
        found.mean = of(all, &|l| l.mean, 0.5);
        let mean = found.mean;
        found.scatter = of(all, &|l| (l.mean - mean).abs(), 0.9);
        found.click = of(all, &|l| l.click, 0.5);
        found
    }

    /// Compares both sides of a frame.
    fn look(&self, frame: u64) -> Option<Join> {
        // The background that ends `after` frames after this one.
        let at = |after: usize| &self.backgrounds[HALF + 1 + after];
        let (early, before, after) = (&self.backgrounds[0], &self.backgrounds[HALF], at(SIDE));
        if before.quiet.min(after.quiet) < QUIET_DB {
            return None;
        }
        let step = after.mean - before.mean;
        let scatter = before
            .scatter
            .max(after.scatter)
            .max(MEAN_LEAST / MEAN_SCATTERS);
        let dc = step.abs() / scatter / MEAN_SCATTERS;
        let (mut rise, mut fall, mut stepped) = (0.0f32, 0.0f32, 0.0f32);
        for band in 0..BANDS {
            let median = after.median[band] - before.median[band];
            let lower = after.lower[band] - before.lower[band];
            let near = at(NEAR).near[band] - before.near[band];
            if median.signum() != lower.signum() || median.signum() != near.signum() {
                continue;
            }
            let shared = median.abs().min(lower.abs()).min(near.abs()).min(MOST_DB);
            let left = (before.half[band] - early.half[band]).abs();
            let right = (at(HALF).half[band] - at(SIDE).half[band]).abs();
            let within = left.max(right);
            let beyond = (shared - within).max(0.0);
            if median > 0.0 {
                rise += beyond;
            } else {
                fall += beyond;
            }
            stepped += shared / (2.0 + within);
        }
        let n = BANDS as f32;
        let exchanged = 2.0 * rise.min(fall) / n;
        let kinds = [
            (exchanged / EXCHANGED_DB, JoinKind::Spectrum),
            (stepped / n / STEPPED, JoinKind::Level),
            (dc, JoinKind::Dc),
        ];
        let (strength, kind) = kinds
            .into_iter()
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .filter(|(strength, _)| *strength >= 1.0)?;
        // Frames begin 16 ms apart, and the join is in the middle of this one.
        let clicks = self.levels.iter().skip(1).take(3).map(|l| l.click);
        let click = clicks.fold(0.0, f32::max) > CLICK * before.click.max(2.0);
        Some(Join {
            time_s: (frame + 1) as f64 * HOP_S,
            kind,
            strength: f64::from(strength),
            click,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::bands::BandMeter;
    use super::super::testing::{coloured, noise};
    use super::*;

    fn joins(samples: &[f32]) -> Vec<Join> {
        let (mut bands, mut finder) = (BandMeter::new(), JoinFinder::new());
        for block in samples.chunks(8192) {
            bands.push(block, |levels| finder.push(&levels));
        }
        finder.finish()
    }

    #[test]
    fn a_change_of_background_is_found_where_it_is() {
        for seed in 0..5 {
            let cut = 4.0 + 0.377 * seed as f64;
            let mut sound = coloured(cut, 0.02, 0.9, seed);
            sound.extend(coloured(5.0, 0.02, 0.0, seed + 100));
            let found = joins(&sound);
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!(found[0].kind, JoinKind::Spectrum);
            assert!((found[0].time_s - cut).abs() < 0.05, "{cut} {found:?}");
        }
    }

    #[test]
    fn a_step_of_the_level_is_found_and_a_fade_is_not() {
        let steady = noise(10.0, 0.02, 7);
        let gain = |seconds: f64| {
            let faded = steady.iter().enumerate().map(|(i, x)| {
                let way = ((i as f64 / 16_000.0 - 5.0) / seconds).clamp(0.0, 1.0);
                x * 10f32.powf(way as f32)
            });
            joins(&faded.collect::<Vec<f32>>())
        };
        let step = gain(0.001);
        assert_eq!(step.len(), 1, "{step:?}");
        assert_eq!(step[0].kind, JoinKind::Level);
        assert_eq!(gain(2.0), []);
    }

    #[test]
    fn a_sound_that_comes_and_goes_is_no_join() {
        let mut sound = coloured(12.0, 0.02, 0.8, 9);
        // A burst of 0.3 s, and a tone that starts and stays.
        sound[48_000..52_800].iter_mut().for_each(|x| *x *= 10.0);
        let step = std::f32::consts::TAU * 900.0 / 16_000.0;
        for (i, x) in sound.iter_mut().enumerate().skip(100_000) {
            *x += 0.05 * (step * i as f32).sin();
        }
        assert_eq!(joins(&sound), []);
    }

    #[test]
    fn a_step_of_direct_current_is_a_join() {
        let mut sound = noise(10.0, 0.01, 11);
        sound[80_000..].iter_mut().for_each(|x| *x += 0.02);
        let found = joins(&sound);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].kind, JoinKind::Dc);
        assert!((found[0].time_s - 5.0).abs() < 0.1);
    }

    #[test]
    fn minutes_of_steady_noise_hold_none() {
        for (seed, pole) in [(1, 0.0), (2, 0.5), (3, 0.95)] {
            assert_eq!(joins(&coloured(120.0, 0.02, pole, seed)), []);
        }
    }
}
