//! Dynamics: how level rises and falls over the segment, overall and by band.

use super::frames::{SegmentFrames, OCTETS};
use super::schema::{Describe, FeatureInfo};
use super::stats::{autocorrelation, mean_sd, slope, spread_quantiles};
use super::Family;
use crate::spectrum::sum::mean;

/// Frames per tenth of a second.
const TENTH: usize = 6;

#[derive(Default)]
pub struct Dynamics {
    series: Vec<f32>,
    sorted: Vec<f32>,
}

impl Family for Dynamics {
    fn describe(&self) -> Vec<FeatureInfo> {
        let mut d = Describe::new("dynamics");
        for b in 0..OCTETS {
            d.add(
                format!("band{b}_sd"),
                "Np",
                (0.0, 8.0),
                format!("standard deviation of the log power of mel octet {b}"),
            );
            d.add(
                format!("band{b}_rise"),
                "Np",
                (0.0, 15.0),
                format!("95 % minus 50 % quantile of the log power of mel octet {b}"),
            );
            d.add(
                format!("band{b}_fall"),
                "Np",
                (0.0, 15.0),
                format!("50 % minus 5 % quantile of the log power of mel octet {b}"),
            );
            d.add(
                format!("band{b}_steady"),
                "1",
                (-1.0, 1.0),
                format!("autocorrelation after 96 ms of the log power of mel octet {b}"),
            );
        }
        d.add(
            "level_rise",
            "Np",
            (0.0, 15.0),
            "95 % minus 50 % quantile of the log power of 4 ms points",
        );
        d.add(
            "level_fall",
            "Np",
            (0.0, 15.0),
            "50 % minus 5 % quantile of the log power of 4 ms points",
        );
        d.add(
            "peak",
            "Np",
            (0.0, 15.0),
            "greatest log power of a 4 ms point above the mean power",
        );
        d.add(
            "attack",
            "Np",
            (0.0, 20.0),
            "greatest rise of the log power within 12 ms",
        );
        d.add(
            "decay",
            "Np/s",
            (-60.0, 20.0),
            "slope of the log power in the 200 ms after its greatest point",
        );
        d.add(
            "onsets",
            "1/s",
            (0.0, 30.0),
            "rises of more than 1.5 Np within 12 ms, per second",
        );
        d.add(
            "trend",
            "Np/s",
            (-8.0, 8.0),
            "slope of the log power over the segment",
        );
        d.add(
            "trend_bend",
            "Np",
            (-6.0, 6.0),
            "log power of the middle half less that of the outer quarters",
        );
        d.add(
            "active",
            "1",
            (0.0, 1.0),
            "share of frames that are not digital silence",
        );
        d.done()
    }

    fn measure(&mut self, segment: &SegmentFrames, out: &mut Vec<f32>) {
        for b in 0..OCTETS {
            self.series.clear();
            let rows = segment.active_rows(segment.octets, OCTETS);
            self.series.extend(rows.map(|r| r[b]));
            let (_, sd) = mean_sd(&self.series);
            let (rise, fall) = self.rise_and_fall();
            out.extend([sd, rise, fall, autocorrelation(&self.series, TENTH)]);
        }
        self.level(segment, out);
        let frames = segment.shape.len() / super::frames::SHAPE_WIDTH;
        out.push(segment.active.len() as f32 / frames.max(1) as f32);
    }
}

impl Dynamics {
    fn rise_and_fall(&mut self) -> (f32, f32) {
        self.sorted.clone_from(&self.series);
        let [low, median, high] = spread_quantiles(&mut self.sorted);
        (high - median, median - low)
    }

    /// Features of the envelope in points of 4 ms.
    ///
    /// `onsets` counts rises over 12 ms of more than 1.5 Np, each once: the next counts after a point where the rise is below
    /// 0.5 Np.
    fn level(&mut self, segment: &SegmentFrames, out: &mut Vec<f32>) {
        /// Points per second of the envelope.
        const RATE: f32 = 250.0;
        /// Power of a point that says something: -90 dBFS.
        const HEARD: f32 = 1e-9;
        let heard = || {
            let points = segment.envelope.iter().zip(segment.log_envelope);
            points.filter(|(&power, _)| power > HEARD)
        };
        self.series.clear();
        self.series.extend(heard().map(|(_, log)| log));
        let points = self.series.len();
        if points < 16 {
            out.extend([0.0; 8]);
            return;
        }
        let (rise, fall) = self.rise_and_fall();
        let mean_power = heard().map(|(power, _)| power).sum::<f32>() / points as f32;
        let top = (0..points)
            .max_by(|&a, &b| self.series[a].total_cmp(&self.series[b]))
            .unwrap_or(0);
        let steps = || {
            self.series
                .iter()
                .zip(&self.series[3..])
                .map(|(a, b)| b - a)
        };
        let attack = steps().fold(0.0, f32::max);
        let mut onsets = 0;
        let mut armed = true;
        for step in steps() {
            onsets += usize::from(armed && step > 1.5);
            armed = step < 0.5 || armed && step <= 1.5;
        }
        let after = &self.series[top..(top + 50).min(points)];
        let decay = slope(after) * RATE;
        let trend = slope(&self.series) * RATE;
        let quarter = points / 4;
        let middle = mean(&self.series[quarter..points - quarter]);
        let outer = 0.5 * (mean(&self.series[..quarter]) + mean(&self.series[points - quarter..]));
        out.extend([
            rise,
            fall,
            self.series[top] - mean_power.ln(),
            attack,
            decay,
            onsets as f32 * RATE / points as f32,
            trend,
            middle - outer,
        ]);
    }
}
