//! Where speed and rest frequency lie together.

use super::super::{estimate::quantile, Range};
use super::posterior::Sample;
use serde::{Deserialize, Serialize};

/// One row of the joint region.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct JointRow {
    /// Speeds, m/s.
    pub speed_mps: Range,
    /// Rest frequencies that go with them, Hz.
    pub rest_hz: Range,
    /// Share of what the track allows.
    pub share: f64,
}

/// The fullest cells of speed and rest frequency until they hold 90 %, a row per speed.
pub(super) fn joint(
    samples: &[Sample],
    mean: f64,
    sound_of: &dyn Fn(usize) -> f64,
) -> Vec<JointRow> {
    const ROWS: usize = 16;
    const COLUMNS: usize = 24;
    let all: Vec<(f64, f64)> = samples
        .iter()
        .enumerate()
        .map(|(n, s)| (s.mach * sound_of(n), mean * s.rest))
        .collect();
    let span = |of: &dyn Fn(&(f64, f64)) -> f64| {
        let mut values: Vec<f64> = all.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        let at = |share| quantile(&values, share).unwrap_or(0.0);
        (at(0.005), at(0.995))
    };
    let (speeds, rests) = (span(&|p| p.0), span(&|p| p.1));
    let step = |(low, high): (f64, f64), n: usize| ((high - low) / n as f64).max(1e-9);
    let (dv, df) = (step(speeds, ROWS), step(rests, COLUMNS));
    let mut counts = vec![0usize; ROWS * COLUMNS];
    for (v, f) in &all {
        let (row, column) = ((v - speeds.0) / dv, (f - rests.0) / df);
        if (0.0..ROWS as f64).contains(&row) && (0.0..COLUMNS as f64).contains(&column) {
            counts[row as usize * COLUMNS + column as usize] += 1;
        }
    }
    let mut order: Vec<usize> = (0..counts.len()).collect();
    order.sort_by_key(|i| (std::cmp::Reverse(counts[*i]), *i));
    let (mut held, mut taken) = (0, vec![false; counts.len()]);
    for i in order {
        if held as f64 >= 0.9 * all.len() as f64 || counts[i] == 0 {
            break;
        }
        held += counts[i];
        taken[i] = true;
    }
    let row = |r: usize| {
        let own = (0..COLUMNS).filter(|c| taken[r * COLUMNS + c]);
        let (low, high) = (own.clone().min()?, own.max()?);
        let share: usize = (0..COLUMNS)
            .filter(|c| taken[r * COLUMNS + c])
            .map(|c| counts[r * COLUMNS + c])
            .sum();
        Some(JointRow {
            speed_mps: Range {
                low: speeds.0 + r as f64 * dv,
                high: speeds.0 + (r + 1) as f64 * dv,
            },
            rest_hz: Range {
                low: rests.0 + low as f64 * df,
                high: rests.0 + (high + 1) as f64 * df,
            },
            share: share as f64 / all.len() as f64,
        })
    };
    (0..ROWS).filter_map(row).collect()
}
