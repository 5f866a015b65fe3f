//! A spectrogram's levels become shades.

use super::colour::SHADES;
use crate::spectrum::Band;
use std::ops::Range;

/// Share of the cells that is lighter than the lightest shade, and darker than the darkest.
const LIGHTEST: f64 = 0.001;
const DARKEST: f64 = 0.3;
/// Narrowest and widest span of the shades, dB.
const NARROWEST_DB: f64 = 30.0;
const WIDEST_DB: f64 = 60.0;
/// Levels up to this are digital silence, dB; they have no say in the span.
const SILENCE_DB: f64 = -119.0;

/// Which levels the darkest and the lightest shade stand for, whole dB.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Levels {
    pub(super) low_db: f64,
    pub(super) high_db: f64,
}

/// Shades in rows, the highest frequency first.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shades {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) shades: Vec<u8>,
}

/// Levels in dB in rows, the highest frequency first.
pub(super) struct Grid {
    width: usize,
    height: usize,
    db: Vec<f64>,
}

impl Grid {
    /// Columns and bins of a band, averaged (power) or interpolated (dB) to `width` by `height` cells.
    pub(super) fn of(
        band: &Band,
        columns: Range<usize>,
        bins: Range<usize>,
        (width, height): (usize, usize),
    ) -> Self {
        let place = Resampler::new(bins.len(), height);
        let upright: Vec<Vec<f64>> = columns
            .map(|n| {
                let column = band.column(n).get(bins.clone()).unwrap_or_default();
                let own: Vec<f64> = column.iter().map(|db| f64::from(*db)).collect();
                place.resample(&own)
            })
            .collect();
        let across = Resampler::new(upright.len(), width);
        let mut db = Vec::with_capacity(width * height);
        let mut row = vec![0.0; upright.len()];
        for k in (0..height).rev() {
            for (cell, column) in row.iter_mut().zip(&upright) {
                *cell = column.get(k).copied().unwrap_or(f64::NEG_INFINITY);
            }
            db.extend(across.resample(&row));
        }
        Self { width, height, db }
    }

    /// Levels between which nearly all of it lies, whatever single cells do.
    pub(super) fn levels(&self) -> Levels {
        // Counts of half decibels from -120 dB on.
        let mut counts = [0usize; 400];
        let heard = self.db.iter().filter(|db| **db > SILENCE_DB);
        for db in heard {
            counts[((db + 120.0) * 2.0).clamp(0.0, 399.0) as usize] += 1;
        }
        let all: usize = counts.iter().sum();
        let below = |share: f64| {
            let wanted = (share * all as f64) as usize;
            let mut sum = 0;
            let at = counts.iter().position(|count| {
                sum += count;
                sum > wanted
            });
            at.map_or(-120.0, |k| 0.5 * k as f64 - 120.0)
        };
        let high_db = (below(1.0 - LIGHTEST) + 0.5)
            .ceil()
            .max(NARROWEST_DB - 120.0);
        let low_db = below(DARKEST).floor();
        Levels {
            low_db: low_db.clamp(high_db - WIDEST_DB, high_db - NARROWEST_DB),
            high_db,
        }
    }

    pub(super) fn shades(&self, levels: Levels) -> Shades {
        let top = (SHADES - 1) as f64;
        let span = levels.high_db - levels.low_db;
        let shade = |db: &f64| (top * (db - levels.low_db) / span).round().clamp(0.0, top) as u8;
        Shades {
            width: self.width,
            height: self.height,
            shades: self.db.iter().map(shade).collect(),
        }
    }
}

/// All shades, one above the other.
pub(super) fn ladder() -> Shades {
    Shades {
        width: 1,
        height: SHADES,
        shades: (0..SHADES as u8).rev().collect(),
    }
}

/// Brings a row of levels to another length.
struct Resampler {
    from: usize,
    to: usize,
}

impl Resampler {
    fn new(from: usize, to: usize) -> Self {
        Self { from, to }
    }

    fn resample(&self, db: &[f64]) -> Vec<f64> {
        if self.from == self.to || db.is_empty() {
            let mut same = db.to_vec();
            same.resize(self.to, f64::NEG_INFINITY);
            return same;
        }
        let step = self.from as f64 / self.to as f64;
        if step > 1.0 {
            let power: Vec<f64> = db.iter().map(|db| 10f64.powf(0.1 * db)).collect();
            let mean = |n: usize| mean(&power, n as f64 * step, (n + 1) as f64 * step);
            return (0..self.to).map(|n| 10.0 * mean(n).log10()).collect();
        }
        let last = db.len() - 1;
        (0..self.to)
            .map(|n| {
                let place = ((n as f64 + 0.5) * step - 0.5).clamp(0.0, last as f64);
                let below = place as usize;
                let (a, b) = (db[below], db[(below + 1).min(last)]);
                a + (place - below as f64) * (b - a)
            })
            .collect()
    }
}

/// Mean of cells between two places, parts of cells counted as parts.
fn mean(cells: &[f64], from: f64, to: f64) -> f64 {
    let mut sum = 0.0;
    for (k, cell) in cells.iter().enumerate().skip(from as usize) {
        let inside = (to.min((k + 1) as f64) - from.max(k as f64)).max(0.0);
        if inside == 0.0 {
            break;
        }
        sum += inside * cell;
    }
    sum / (to - from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spectrum::Overview;

    fn tone(level: f32) -> Vec<f32> {
        let sine = |n: usize| (std::f32::consts::TAU * n as f32 / 16.0).sin();
        (0..64_000).map(|n| level * sine(n)).collect()
    }

    #[test]
    fn a_tone_is_light_at_its_height_in_any_size() {
        let overview = Overview::of(&tone(0.1));
        for size in [(63, 513), (20, 100), (300, 700)] {
            let grid = Grid::of(&overview.low, 0..overview.columns(), 0..513, size);
            let shades = grid.shades(grid.levels());
            assert_eq!(shades.shades.len(), size.0 * size.1);
            let middle: Vec<u8> = shades
                .shades
                .iter()
                .skip(size.0 / 2)
                .step_by(size.0)
                .copied()
                .collect();
            let lightest = (0..size.1).max_by_key(|k| middle[*k]).unwrap();
            // 1000 Hz stands half-way up.
            assert!(lightest.abs_diff(size.1 / 2) <= 2, "{size:?} {lightest}");
        }
    }

    #[test]
    fn levels_follow_the_recording_and_span_what_can_be_seen() {
        let levels = |samples: &[f32]| {
            let overview = Overview::of(samples);
            Grid::of(&overview.low, 0..overview.columns(), 0..513, (63, 513)).levels()
        };
        let (loud, quiet) = (levels(&tone(0.5)), levels(&tone(0.005)));
        assert!(
            (loud.high_db - quiet.high_db - 40.0).abs() <= 1.0,
            "{loud:?} {quiet:?}"
        );
        for found in [loud, quiet, levels(&[0.0; 64_000]), levels(&[])] {
            let span = found.high_db - found.low_db;
            assert!((NARROWEST_DB..=WIDEST_DB).contains(&span), "{found:?}");
        }
    }

    #[test]
    fn averaging_keeps_power() {
        let squeezed = Resampler::new(4, 2).resample(&[0.0, 0.0, 10.0, f64::NEG_INFINITY]);
        assert!(squeezed[0].abs() < 1e-9);
        assert!((squeezed[1] - 10.0 * 5f64.log10()).abs() < 1e-9);
    }
}
