//! Peaks of a whitened frame.

use super::super::LINE_BINS;

/// A peak between the bins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Peak {
    /// Where it stands, in bins.
    pub(super) bin: f64,
    /// Height of its highest bin, in nepers of power.
    pub(super) height: f32,
}

impl Peak {
    /// The highest peak at most `reach` bins from `centre`; `None` if there is none, or if that is no place in the spectrum.
    ///
    /// Its place is that of the parabola through three bins of log power (Smith and Serra, PARSHL, 1987).
    pub(super) fn near(whitened: &[f32], centre: f64, reach: f64) -> Option<Self> {
        let (low, high) = (
            (centre - reach).ceil() as usize,
            (centre + reach).floor() as usize,
        );
        if low < 1 || low > high || high + 1 >= whitened.len().min(LINE_BINS) {
            return None;
        }
        let mut peak = low;
        for bin in low..=high {
            if whitened[bin] > whitened[peak] {
                peak = bin;
            }
        }
        let (left, middle, right) = (whitened[peak - 1], whitened[peak], whitened[peak + 1]);
        let curvature = left - 2.0 * middle + right;
        let is_peak = curvature < 0.0 && left <= middle && right <= middle;
        is_peak.then(|| Self {
            bin: peak as f64 + f64::from(0.5 * (left - right) / curvature),
            height: middle,
        })
    }
}
