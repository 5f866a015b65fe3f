//! Spectral shape: where the power lies and how that moves.

use super::frames::{SegmentFrames, MEL_BANDS, SHAPE_WIDTH};
use super::schema::{Describe, FeatureInfo};
use super::stats::mean_sd;
use super::Family;
use crate::spectrum::ln;
use crate::spectrum::sum::sum_of_pairs;

#[derive(Default)]
pub struct SpectralShape {
    series: Vec<f32>,
}

impl Family for SpectralShape {
    fn describe(&self) -> Vec<FeatureInfo> {
        let mut d = Describe::new("shape");
        for (name, what) in [
            ("centroid", "spectral centroid"),
            ("spread", "spectral spread"),
            ("rolloff", "85 % roll-off"),
        ] {
            d.add(
                format!("{name}_mean"),
                "kHz",
                (0.0, 8.0),
                format!("mean {what}"),
            );
            d.add(
                format!("{name}_sd"),
                "kHz",
                (0.0, 4.0),
                format!("standard deviation of the {what}"),
            );
        }
        d.add(
            "flatness_mean",
            "Np",
            (-25.0, 0.0),
            "mean log of geometric over arithmetic mean power",
        );
        d.add(
            "flatness_sd",
            "Np",
            (0.0, 12.0),
            "standard deviation of the log flatness",
        );
        d.add(
            "flux_mean",
            "Np",
            (0.0, 10.0),
            "mean over frames and bands of the step of the log mel spectrum, level taken out",
        );
        d.add(
            "flux_sd",
            "Np",
            (0.0, 10.0),
            "standard deviation over frames of that step",
        );
        d.done()
    }

    fn measure(&mut self, segment: &SegmentFrames, out: &mut Vec<f32>) {
        let rows = segment.active_rows(segment.shape, SHAPE_WIDTH);
        for column in 1..4 {
            self.push_mean_sd(rows.clone().map(|r| r[column] / 1_000.0), out);
        }
        self.push_mean_sd(rows.map(|r| ln(r[4].max(1e-10))), out);
        let mel = segment.active_rows(segment.log_mel, MEL_BANDS);
        self.push_mean_sd(mel.clone().zip(mel.skip(1)).map(|(a, b)| flux(a, b)), out);
    }
}

impl SpectralShape {
    fn push_mean_sd(&mut self, values: impl Iterator<Item = f32>, out: &mut Vec<f32>) {
        self.series.clear();
        self.series.extend(values);
        let (mean, sd) = mean_sd(&self.series);
        out.extend([mean, sd]);
    }
}

fn flux(a: &[f32], b: &[f32]) -> f32 {
    let n = a.len() as f32;
    let shift = sum_of_pairs(a, b, |x, y| y - x) / n;
    sum_of_pairs(a, b, |x, y| (y - x - shift).abs()) / n
}
