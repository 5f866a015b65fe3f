//! What of a track a pass is fitted to.

use crate::spectrum::Track;

/// Points of a track that become one, in s: about the length of a frame.
const BLOCK_S: f64 = 0.256;
/// Longest stretch that is fitted, s: over more no aircraft keeps its course and rpm.
const LONGEST_S: f64 = 60.0;

/// Medians over blocks: independent, and safe from single frames that went astray.
pub(super) fn blocks(track: &Track) -> (Vec<f64>, Vec<f64>) {
    let (mut times, mut hz) = (Vec::new(), Vec::new());
    let mut own: Vec<(f64, f64)> = Vec::new();
    let mut close = |own: &mut Vec<(f64, f64)>| {
        if own.len() >= 2 {
            let time = own.iter().map(|p| p.0).sum::<f64>() / own.len() as f64;
            let mut all: Vec<f64> = own.iter().map(|p| p.1).collect();
            all.sort_by(f64::total_cmp);
            times.push(time);
            hz.push(0.5 * (all[(all.len() - 1) / 2] + all[all.len() / 2]));
        }
        own.clear();
    };
    for point in &track.points {
        if own
            .first()
            .is_some_and(|p| point.time_s - p.0 >= BLOCK_S - 1e-6)
        {
            close(&mut own);
        }
        own.push((point.time_s, point.f0_hz));
    }
    close(&mut own);
    (times, hz)
}

/// The stretch of at most [`LONGEST_S`] in which the pitch falls the most.
pub(super) fn steepest(times: Vec<f64>, hz: Vec<f64>) -> (Vec<f64>, Vec<f64>) {
    let whole = times.last().zip(times.first()).map_or(0.0, |(l, f)| l - f);
    if whole <= LONGEST_S {
        return (times, hz);
    }
    let mut best = (0, 0, f64::NEG_INFINITY);
    let mut end = 0;
    for start in 0..times.len() {
        while end + 1 < times.len() && times[end + 1] - times[start] <= LONGEST_S {
            end += 1;
        }
        let quarter = ((end - start) / 4).max(1);
        let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len().max(1) as f64;
        let fall = (mean(&hz[start..start + quarter]) / mean(&hz[end + 1 - quarter..=end])).ln();
        if fall > best.2 {
            best = (start, end + 1, fall);
        }
        if end + 1 == times.len() {
            break;
        }
    }
    (times[best.0..best.1].to_vec(), hz[best.0..best.1].to_vec())
}
