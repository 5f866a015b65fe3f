//! Signs of what the recorder did to the sound: each a sign with a strength, never a proof.

use serde::{Deserialize, Serialize};

use super::bands::{quantile, Levels, BANDS, HOP_S};

/// Frames that are put together: 64 ms.
const TOGETHER: usize = 4;
/// Units of 64 ms that are kept: 12 hours.
const MOST: usize = 12 * 3600 * 1000 / 64;
/// Bands that carry little of a propeller's sound and much of a microphone's noise: 1.7 kHz and up.
const UPPER: usize = 13;
/// Units in two seconds.
const TWO_S: usize = 32;
/// A loud sound stands this much above the second before it, dB.
const LOUD_DB: f32 = 12.0;
/// The floor after a loud sound must lie this much below that before it, dB, to count as pumped.
const DIP_DB: f32 = 3.0;
/// Loud sounds that must have been heard before anything is said.
const FEWEST: usize = 2;
/// How far below the usual level of its band a hole lies, dB. In stationary noise, the power in a band of two bins falls
/// so low once in ten thousand frames (chi-square with 4 degrees of freedom).
const HOLE_DB: f32 = 20.0;
/// Share of holes that is a sign: a hundred times that.
const HOLES: f64 = 0.01;
/// A level that no microphone outdoors gives, dB.
const GATED_DB: f32 = -75.0;
/// Share of gated frames that is a sign.
const GATED: f64 = 0.02;
/// Below this frequency a voice codec passes nothing on, Hz.
const VOICE_LOW_HZ: f64 = 200.0;

/// What may have been done to the sound.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Treatment {
    /// Automatic gain control: the background goes down after loud sounds and comes back.
    AutomaticGain,
    /// Noise suppression or very lossy coding: holes in single bands while others go on.
    SpectralHoles,
    /// A noise gate: the sound vanishes between louder ones.
    Gate,
    /// A codec or filter for the voice: nothing above 4 kHz, or nothing in the lowest bands.
    VoiceBand,
}

/// A sign that something was done to the sound.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sign {
    /// What.
    pub treatment: Treatment,
    /// How strongly it shows, 0 to 1: 0.5 at the threshold from which it is told at all.
    pub strength: f64,
    /// Where it shows most, seconds; `None` if everywhere.
    pub at_s: Option<f64>,
    /// What was measured, in words.
    pub measured: String,
}

/// Watches levels.
pub(super) struct SignMeter {
    held: Vec<Levels>,
    /// Level of everything, and of the upper bands at their lowest, in each 64 ms: 0.5 MB for an hour.
    units: Vec<(f32, f32)>,
    /// Levels of each band in steps of 1 dB from -100 on.
    histogram: [[u32; 101]; BANDS],
    /// Frames whose level is usual for most bands and far too low for one.
    holes: u64,
    frames: u64,
    gated: u64,
    /// Frames of silence before the first sound, which tell of nothing: sound may start later than the video.
    before: u64,
    /// Levels of the last seconds, for what is usual.
    recent: Vec<[f32; BANDS]>,
    usual: Option<[f32; BANDS]>,
    worst_hole: (u64, u64),
    holes_of_late: u64,
}

impl SignMeter {
    pub(super) fn new() -> Self {
        Self {
            held: Vec::new(),
            units: Vec::new(),
            histogram: [[0; 101]; BANDS],
            holes: 0,
            frames: 0,
            gated: 0,
            before: 0,
            recent: Vec::new(),
            usual: None,
            worst_hole: (0, 0),
            holes_of_late: 0,
        }
    }

    pub(super) fn push(&mut self, levels: &Levels) {
        if self.frames == 0 && levels.total < GATED_DB {
            self.before += 1;
            return;
        }
        self.frames += 1;
        self.gated += u64::from(levels.total < GATED_DB);
        for (counts, &db) in self.histogram.iter_mut().zip(&levels.bands) {
            counts[(db + 100.0).clamp(0.0, 100.0) as usize] += 1;
        }
        self.hole(levels);
        self.held.push(*levels);
        if self.held.len() == TOGETHER {
            let mean = |l: &Levels| l.bands[UPPER..].iter().sum::<f32>() / (BANDS - UPPER) as f32;
            let loudest = self.held.iter().map(|l| l.total).fold(f32::MIN, f32::max);
            let lowest = self.held.iter().map(mean).fold(f32::MAX, f32::min);
            if self.units.len() < MOST {
                self.units.push((loudest, lowest));
            }
            self.held.clear();
        }
    }

    /// Counts bands that are missing from a frame in which most others are at their usual level.
    fn hole(&mut self, levels: &Levels) {
        if let Some(usual) = &self.usual {
            let below = |band: usize| usual[band] - levels.bands[band];
            let sounding = (0..BANDS).filter(|&b| usual[b] > GATED_DB).count();
            let present = (0..BANDS)
                .filter(|&b| usual[b] > GATED_DB && below(b) < 6.0)
                .count();
            if 2 * present > sounding {
                let holes = (0..BANDS).filter(|&b| usual[b] > GATED_DB && below(b) > HOLE_DB);
                let holes = holes.count() as u64;
                self.holes += holes;
                self.holes_of_late += holes;
            }
        }
        self.recent.push(levels.bands);
        // Every two seconds it is found out anew what is usual.
        if self.recent.len() == TWO_S * TOGETHER {
            let mut usual = [0.0; BANDS];
            for (band, level) in usual.iter_mut().enumerate() {
                let mut all: Vec<f32> = self.recent.iter().map(|l| l[band]).collect();
                *level = quantile(&mut all, 0.5);
            }
            self.usual = Some(usual);
            self.recent.clear();
            if self.holes_of_late > self.worst_hole.0 {
                self.worst_hole = (self.holes_of_late, self.frames);
            }
            self.holes_of_late = 0;
        }
    }

    /// The signs in a recording whose sound ends at `bandwidth_hz`.
    pub(super) fn finish(self, bandwidth_hz: f64) -> Vec<Sign> {
        let before_s = self.before as f64 * HOP_S;
        let signs = [
            self.automatic_gain(),
            self.spectral_holes(),
            self.gate(),
            self.voice_band(bandwidth_hz),
        ];
        let later = |mut sign: Sign| {
            sign.at_s = sign.at_s.map(|at_s| at_s + before_s);
            sign
        };
        signs.into_iter().flatten().map(later).collect()
    }

    fn automatic_gain(&self) -> Option<Sign> {
        let mut dips: Vec<(f32, usize, f64)> = Vec::new();
        let mut loud_sounds = 0;
        let mut at = TWO_S;
        while at + TWO_S < self.units.len() {
            let before = &self.units[at - TWO_S / 2..at];
            let quiet = lowest(before, |u| u.0);
            if self.units[at].0 < quiet + LOUD_DB {
                at += 1;
                continue;
            }
            // The sound lasts until the level is back; what rings on for half a second more is no floor.
            let end = (at..self.units.len()).find(|&u| self.units[u].0 < quiet + 0.5 * LOUD_DB);
            let Some(end) = end.filter(|end| end - at <= 2 * TWO_S) else {
                at += TWO_S;
                continue;
            };
            loud_sounds += 1;
            let floor_before = lowest(before, |u| u.1);
            let after = &self.units[end..(end + 4 * TWO_S).min(self.units.len())];
            let dip = floor_before - lowest(&after[..after.len().min(TWO_S / 4)], |u| u.1);
            // Back to within 1 dB of what it was, and not before 0.2 s: a floor that stays low is another background.
            let back = after.iter().position(|u| u.1 > floor_before - 1.0);
            if let Some(back) = back.filter(|&b| dip >= DIP_DB && b >= 3) {
                dips.push((dip, end, back as f64 * TOGETHER as f64 * HOP_S));
            }
            at = end + TWO_S;
        }
        let share = dips.len() as f64 / f64::from(loud_sounds.max(1));
        if dips.len() < FEWEST || share < 0.5 {
            return None;
        }
        let deepest = dips.iter().max_by(|a, b| a.0.total_cmp(&b.0))?;
        let mut recoveries: Vec<f32> = dips.iter().map(|d| d.2 as f32).collect();
        let recovery = quantile(&mut recoveries, 0.5);
        Some(Sign {
            treatment: Treatment::AutomaticGain,
            strength: share,
            at_s: Some(deepest.1 as f64 * TOGETHER as f64 * HOP_S),
            measured: format!(
                "after {} of {loud_sounds} loud sounds the background above 1.7 kHz lies lower than before, by up to {:.0} dB, and is back after {recovery:.1} s",
                dips.len(),
                deepest.0
            ),
        })
    }

    fn spectral_holes(&self) -> Option<Sign> {
        let cells = (self.frames * BANDS as u64).max(1);
        let share = self.holes as f64 / cells as f64;
        (share >= HOLES).then(|| Sign {
            treatment: Treatment::SpectralHoles,
            strength: graded(share, HOLES),
            at_s: Some((self.worst_hole.1 as f64 * HOP_S - 1.0).max(0.0)),
            measured: format!(
                "{:.1} % of the bands of single frames lie more than 20 dB below their usual level while most others don't: noise suppression, or coding at a low bit rate",
                100.0 * share
            ),
        })
    }

    fn gate(&self) -> Option<Sign> {
        let share = self.gated as f64 / self.frames.max(1) as f64;
        let loud = self.units.iter().any(|u| u.0 > GATED_DB + 25.0);
        (loud && share >= GATED).then(|| Sign {
            treatment: Treatment::Gate,
            strength: graded(share, GATED),
            at_s: self
                .units
                .iter()
                .position(|u| u.1 < GATED_DB - 15.0)
                .map(|u| u as f64 * TOGETHER as f64 * HOP_S),
            measured: format!(
                "{:.0} % of the time lies below -75 dBFS, between sounds that are far louder",
                100.0 * share
            ),
        })
    }

    fn voice_band(&self, bandwidth_hz: f64) -> Option<Sign> {
        let median = |band: usize| -> f32 {
            let half = self.frames / 2;
            let mut seen = 0;
            let counts = self.histogram[band].iter();
            let place = counts.take_while(|&&n| {
                seen += u64::from(n);
                seen <= half
            });
            place.count() as f32 - 100.0
        };
        let low = (0..BANDS).filter(|&b| super::bands::band_hz(b).1 <= VOICE_LOW_HZ + 20.0);
        let low = low.map(median).fold(f32::MIN, f32::max);
        let middle = (4..10).map(median).fold(f32::MIN, f32::max);
        let no_lows = middle - low > 30.0 && middle > GATED_DB;
        let narrow = bandwidth_hz > 0.0 && bandwidth_hz <= 4_000.0;
        (narrow || no_lows).then(|| Sign {
            treatment: Treatment::VoiceBand,
            strength: if narrow && no_lows { 0.9 } else { 0.6 },
            at_s: None,
            measured: match (narrow, no_lows) {
                (true, true) => format!("the sound ends at {bandwidth_hz:.0} Hz, and below 200 Hz there is next to nothing, as over a telephone"),
                (true, false) => format!("the sound ends at {bandwidth_hz:.0} Hz"),
                _ => format!("below 200 Hz the sound is {:.0} dB weaker than above", middle - low),
            },
        })
    }
}

fn lowest(units: &[(f32, f32)], value: impl Fn(&(f32, f32)) -> f32) -> f32 {
    units.iter().map(value).fold(f32::MAX, f32::min)
}

/// 0.5 at the threshold, 0.75 at three times as much, and towards 1.
fn graded(share: f64, threshold: f64) -> f64 {
    share / (share + threshold)
}

#[cfg(test)]
mod tests {
    use super::super::bands::BandMeter;
    use super::super::testing::{coloured, noise};
    use super::*;

    fn signs(samples: &[f32], bandwidth_hz: f64) -> Vec<Sign> {
        let (mut bands, mut meter) = (BandMeter::new(), SignMeter::new());
        bands.push(samples, |levels| meter.push(&levels));
        meter.finish(bandwidth_hz)
    }

    fn treatments(samples: &[f32]) -> Vec<Treatment> {
        let found = signs(samples, 8_000.0);
        found.into_iter().map(|s| s.treatment).collect()
    }

    /// Background with three bursts of low noise, 30 dB louder, of 0.4 s each.
    fn with_bursts(gain_after: impl Fn(f32) -> f32) -> Vec<f32> {
        let mut sound = noise(30.0, 0.005, 1);
        let burst = coloured(0.4, 0.5, 0.98, 2);
        for start in [8.0f32, 15.0, 22.0] {
            for (i, x) in sound.iter_mut().enumerate() {
                let since = i as f32 / 16_000.0 - start;
                if (0.0..0.4).contains(&since) {
                    *x += burst[((since * 16_000.0) as usize).min(burst.len() - 1)];
                } else if since >= 0.4 {
                    *x *= gain_after(since - 0.4);
                }
            }
        }
        sound
    }

    #[test]
    fn a_background_that_dips_after_loud_sounds_is_a_sign_of_automatic_gain() {
        // 12 dB down, back with a time constant of 0.5 s.
        let pumped = with_bursts(|s| 10f32.powf(-0.6 * (-s / 0.5).exp()));
        let found = signs(&pumped, 8_000.0);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].treatment, Treatment::AutomaticGain);
        assert!(found[0].measured.contains("3 of 3"), "{found:?}");
        assert_eq!(treatments(&with_bursts(|_| 1.0)), []);
    }

    #[test]
    fn silence_before_the_first_sound_is_no_gate() {
        let late = [vec![0.0; 80_000], noise(20.0, 0.02, 3)].concat();
        assert_eq!(treatments(&late), []);
        let mut gated = late;
        gated[160_000..240_000].fill(0.0);
        let found = signs(&gated, 8_000.0);
        assert_eq!(found[0].treatment, Treatment::Gate);
        assert!((found[0].at_s.unwrap() - 10.0).abs() < 0.2, "{found:?}");
    }

    #[test]
    fn holes_in_single_bands_are_a_sign_of_suppression() {
        let mut frames = Vec::new();
        BandMeter::new().push(&noise(20.0, 0.02, 3), |levels| frames.push(levels));
        let find = |every: usize| {
            let mut meter = SignMeter::new();
            for (place, levels) in frames.iter().enumerate() {
                let mut levels = *levels;
                if place % every == 0 {
                    levels.bands[place / every % BANDS] -= 40.0;
                }
                meter.push(&levels);
            }
            meter.finish(8_000.0)
        };
        let found = find(2);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].treatment, Treatment::SpectralHoles);
        assert_eq!(find(1000), []);
    }

    #[test]
    fn sound_that_vanishes_between_bursts_is_gated() {
        let mut sound = noise(20.0, 0.05, 4);
        for (i, x) in sound.iter_mut().enumerate() {
            if i / 16_000 % 3 == 0 {
                *x = 0.0;
            }
        }
        assert_eq!(treatments(&sound), [Treatment::Gate]);
    }

    #[test]
    fn a_band_for_the_voice_is_a_sign() {
        let found = signs(&noise(10.0, 0.05, 5), 3_400.0);
        assert_eq!(found.len(), 1);
        assert!(found[0].measured.contains("3400 Hz"), "{found:?}");
        assert_eq!(treatments(&noise(10.0, 0.05, 5)), []);
        assert_eq!(treatments(&coloured(60.0, 0.05, 0.95, 6)), []);
    }
}
