//! A fundamental between the candidates, and how sure it is.

use super::super::LONG;
use super::peak::Peak;

/// Lines used, counted from the fundamental.
const MOST_LINES: usize = 24;
/// A line counts at most this much, in nepers of power.
const CEILING: f32 = 5.0;
/// What weighs is the square of the height above this, in nepers of power: chance peaks of noise reach hardly more.
const FLOOR: f32 = 1.0;
/// A line that stands out by less is left out, in nepers of power.
const LEAST: f32 = 1.2;
/// Scatter of the lines about whole multiples that is expected beforehand, in bins, and how many lines that
/// expectation is worth.
const SCATTER: (f64, f64) = (0.25, 3.0);

/// A fundamental and its standard error, in Hz.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Refined {
    pub(super) hz: f64,
    pub(super) error_hz: f64,
}

/// The fundamental near `hz` that fits the peaks of the whitened frame best, by least squares weighted with the
/// peaks' heights; peaks far off the others are left out. `None` if fewer than two lines stand out.
pub(super) fn refine(whitened: &[f32], hz: f64) -> Option<Refined> {
    let bin_hz = f64::from(LONG.bin_hz());
    let mut peaks: Vec<(f64, f64, f64)> = Vec::with_capacity(MOST_LINES);
    let mut near = hz;
    for h in 1..=MOST_LINES {
        let order = h as f64;
        let centre = order * near / bin_hz;
        // What the candidate leaves open, until lower lines have closed it: high up, chance peaks are many and would
        // weigh the most.
        let open = if peaks.len() < 2 { 0.006 * centre } else { 0.0 };
        let reach = (1.2 + open).min(0.3 * near / bin_hz);
        let Some(peak) = Peak::near(whitened, centre, reach).filter(|p| p.height >= LEAST) else {
            continue;
        };
        let weight = f64::from(peak.height.min(CEILING) - FLOOR).powi(2);
        peaks.push((order, peak.bin * bin_hz, weight));
        near = fit(&peaks).map_or(near, |fitted| fitted.0);
    }
    let mut own = peaks;
    let mut fitted = fit(&own)?;
    // Twice: without what lies more than three scatters (and half a bin) off.
    for _ in 0..2 {
        let limit = (3.0 * fitted.1).max(0.5 * bin_hz);
        own.retain(|(order, position, _)| (position - order * fitted.0).abs() <= limit);
        fitted = fit(&own)?;
    }
    let (f0, _, information) = fitted;
    let scatter = posterior_scatter(&own, f0);
    Some(Refined {
        hz: f0,
        error_hz: scatter / information.sqrt(),
    })
}

/// Fundamental, weighted scatter of the lines in Hz, and the sum of squared orders (weighted).
fn fit(peaks: &[(f64, f64, f64)]) -> Option<(f64, f64, f64)> {
    if peaks.len() < 2 {
        return None;
    }
    let mean: f64 = peaks.iter().map(|p| p.2).sum::<f64>() / peaks.len() as f64;
    let information: f64 = peaks.iter().map(|p| p.2 / mean * p.0 * p.0).sum();
    let f0 = peaks.iter().map(|p| p.2 / mean * p.0 * p.1).sum::<f64>() / information;
    let squares: f64 = peaks
        .iter()
        .map(|p| p.2 / mean * (p.1 - p.0 * f0).powi(2))
        .sum();
    Some((f0, (squares / peaks.len() as f64).sqrt(), information))
}

/// Scatter of the lines in Hz, drawn towards what is expected where there are few.
fn posterior_scatter(peaks: &[(f64, f64, f64)], f0: f64) -> f64 {
    let mean: f64 = peaks.iter().map(|p| p.2).sum::<f64>() / peaks.len() as f64;
    let squares: f64 = peaks
        .iter()
        .map(|p| p.2 / mean * (p.1 - p.0 * f0).powi(2))
        .sum();
    let expected = SCATTER.0 * f64::from(LONG.bin_hz());
    ((squares + SCATTER.1 * expected * expected) / (peaks.len() as f64 - 1.0 + SCATTER.1)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::super::super::{LineSpectrum, Stft, LINE_BINS};
    use super::*;

    #[test]
    fn five_harmonics_give_the_fundamental_to_a_tenth_of_a_hertz() {
        for f0 in [83.37, 171.9, 310.25] {
            let samples: Vec<f32> = (0..LONG.length)
                .map(|n| {
                    let t = n as f64 / 16_000.0;
                    let line = |h: f64| (std::f64::consts::TAU * f0 * h * t + h).sin() / h;
                    let hash = (n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                    let mixed = (hash ^ (hash >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                    let noise = (mixed >> 40) as f64 / (1u64 << 24) as f64 - 0.5;
                    ((1..=5).map(|h| line(f64::from(h))).sum::<f64>() + 0.1 * noise) as f32
                })
                .collect();
            let mut power = vec![0.0; LINE_BINS];
            Stft::new(LONG).power_into(&samples, &mut power);
            let mut whitened = vec![0.0; LINE_BINS];
            LineSpectrum::new().whiten(&power, &mut whitened);
            let found = refine(&whitened, f0 * 1.003).unwrap();
            assert!((found.hz - f0).abs() < 0.1, "{f0}: {found:?}");
            assert!(found.error_hz < 0.5, "{f0}: {found:?}");
        }
    }

    #[test]
    fn a_bare_floor_has_no_fundamental() {
        assert_eq!(refine(&vec![0.0; LINE_BINS], 200.0), None);
    }
}
