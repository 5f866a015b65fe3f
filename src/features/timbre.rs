//! Timbre: the cepstrum of the mel spectrum and how it moves.

use super::frames::{SegmentFrames, CEPSTRA, MEL_BANDS};
use super::schema::{Describe, FeatureInfo};
use super::Family;
use crate::spectrum::sum::{add_scaled, mean};

/// Groups of mel bands whose level relative to the whole is kept.
const GROUPS: usize = 16;

#[derive(Default)]
pub struct Timbre {
    mean: Vec<f32>,
    square: Vec<f32>,
    delta: Vec<f32>,
    bands: Vec<f32>,
}

impl Family for Timbre {
    fn describe(&self) -> Vec<FeatureInfo> {
        let mut d = Describe::new("timbre");
        for k in 1..CEPSTRA {
            d.add(format!("mfcc{k:02}_mean"), "Np", (-60.0, 60.0), format!("mean over frames of cepstral coefficient {k}; the 0th is the level and is left out"));
        }
        for k in 0..CEPSTRA {
            d.add(
                format!("mfcc{k:02}_sd"),
                "Np",
                (0.0, 40.0),
                format!("standard deviation over frames of cepstral coefficient {k}"),
            );
        }
        for k in 0..CEPSTRA {
            d.add(
                format!("mfcc{k:02}_delta"),
                "Np",
                (0.0, 40.0),
                format!("root mean square step between frames of cepstral coefficient {k}"),
            );
        }
        for g in 0..GROUPS {
            d.add(
                format!("band{g:02}_level"),
                "Np",
                (-12.0, 12.0),
                format!(
                    "mean log power of mel bands {} to {} against the mean of all bands",
                    4 * g + 1,
                    4 * g + 4
                ),
            );
        }
        d.done()
    }

    fn measure(&mut self, segment: &SegmentFrames, out: &mut Vec<f32>) {
        for sums in [&mut self.mean, &mut self.square, &mut self.delta] {
            sums.clear();
            sums.resize(CEPSTRA, 0.0);
        }
        let share = 1.0 / segment.active.len().max(1) as f32;
        for row in segment.active_rows(segment.cepstra, CEPSTRA) {
            add_scaled(&mut self.mean, share, row);
        }
        let mut last: Option<&[f32]> = None;
        for row in segment.active_rows(segment.cepstra, CEPSTRA) {
            let previous = last.unwrap_or(row);
            add_squared_steps(&mut self.square, share, row, &self.mean);
            add_squared_steps(&mut self.delta, share, row, previous);
            last = Some(row);
        }
        out.extend_from_slice(&self.mean[1..]);
        out.extend(self.square.iter().map(|s| s.sqrt()));
        out.extend(self.delta.iter().map(|s| s.sqrt()));

        self.bands.clear();
        self.bands.resize(MEL_BANDS, 0.0);
        for row in segment.active_rows(segment.log_mel, MEL_BANDS) {
            add_scaled(&mut self.bands, share, row);
        }
        let level = mean(&self.bands);
        let width = MEL_BANDS / GROUPS;
        out.extend(self.bands.chunks_exact(width).map(|g| mean(g) - level));
    }
}

/// Adds `factor` times the squared distance of each `x` from its `origin` to `sums`.
fn add_squared_steps(sums: &mut [f32], factor: f32, xs: &[f32], origins: &[f32]) {
    for ((sum, x), origin) in sums.iter_mut().zip(xs).zip(origins) {
        *sum += factor * (x - origin) * (x - origin);
    }
}
