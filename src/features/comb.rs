//! The strongest harmonic comb: where it lies, how far it stands out, how it moves.

use super::frames::SegmentFrames;
use super::schema::{Describe, FeatureInfo};
use super::stats::{mean_sd, slope};
use super::Family;
use crate::spectrum::sum::{add_scaled, highest, mean};
use crate::spectrum::{CombTrack, LINE_BINS, LONG};

/// Ranges of the fundamental in Hz in which the best comb is measured on its own.
const RANGES: [(f32, f32); 8] = [
    (40.0, 60.0),
    (60.0, 85.0),
    (85.0, 120.0),
    (120.0, 170.0),
    (170.0, 240.0),
    (240.0, 340.0),
    (340.0, 480.0),
    (480.0, 700.0),
];
/// Harmonics whose own contrast is kept.
const ORDERS: usize = 10;

#[derive(Default)]
pub struct HarmonicComb {
    scratch: Vec<f32>,
    logs: Vec<f32>,
    mean: Vec<f32>,
}

impl Family for HarmonicComb {
    fn describe(&self) -> Vec<FeatureInfo> {
        let mut d = Describe::new("comb");
        d.add(
            "fundamental",
            "oct",
            (5.3, 9.5),
            "log2 of the median fundamental in Hz of the strongest comb",
        );
        d.add(
            "contrast_mean",
            "Np",
            (-1.0, 4.0),
            "mean over frames of the comb's lines above its gaps",
        );
        d.add(
            "contrast_sd",
            "Np",
            (0.0, 2.0),
            "standard deviation over frames of that contrast",
        );
        d.add(
            "contrast_min",
            "Np",
            (-1.0, 4.0),
            "contrast of the frame in which the comb is weakest",
        );
        d.add(
            "lead",
            "Np",
            (-1.0, 4.0),
            "mean contrast less that of the best comb of each frame by itself, in any place",
        );
        d.add(
            "wander",
            "oct",
            (0.0, 0.5),
            "standard deviation of the log fundamental about its slope",
        );
        d.add(
            "glide",
            "oct/s",
            (-0.6, 0.6),
            "slope of the log fundamental",
        );
        d.add(
            "bend",
            "oct",
            (-0.3, 0.3),
            "log fundamental of the middle half less that of the outer quarters",
        );
        for h in 1..=ORDERS {
            d.add(
                format!("order{h:02}"),
                "Np",
                (-3.0, 8.0),
                format!("mean contrast of harmonic {h}"),
            );
        }
        d.add(
            "strong_orders",
            "1",
            (0.0, 20.0),
            "harmonics (of 20) whose mean contrast exceeds 4 dB",
        );
        d.add(
            "odd_less_even",
            "Np",
            (-4.0, 4.0),
            "mean contrast of odd harmonics less that of even ones",
        );
        d.add(
            "half_order",
            "Np",
            (-3.0, 6.0),
            "mean contrast of orders 0.5, 1.5, 2.5 and 3.5: uneven blades or firings",
        );
        d.add(
            "third_order",
            "Np",
            (-3.0, 6.0),
            "mean contrast of orders 1/3, 2/3, 4/3 and 5/3",
        );
        for (low, high) in RANGES {
            d.add(
                format!("range{low}_contrast"),
                "Np",
                (-1.0, 4.0),
                format!(
                    "best contrast, averaged over frames, of a steady comb at {low} to {high} Hz"
                ),
            );
        }
        for (low, high) in RANGES {
            d.add(format!("range{low}_moment"), "Np", (-1.0, 4.0), format!("mean over frames of the best contrast at {low} to {high} Hz, wherever it is in each frame"));
        }
        d.done()
    }

    fn measure(&mut self, segment: &SegmentFrames, out: &mut Vec<f32>) {
        let width = segment.scorer.candidates();
        let frames = segment.whitened.len() / LINE_BINS;
        if frames == 0 {
            out.extend(std::iter::repeat_n(0.0, 8 + ORDERS + 4 + 2 * RANGES.len()));
            return;
        }
        let track = CombTrack::follow(segment.scorer, segment.comb_scores, &mut self.scratch);
        let rows = || segment.comb_scores.chunks_exact(width);
        let best = rows().map(highest).sum::<f32>() / frames as f32;
        self.motion(&track, best, out);
        self.orders(segment, &track, out);

        self.mean.clear();
        self.mean.resize(width, 0.0);
        for row in rows() {
            add_scaled(&mut self.mean, 1.0 / frames as f32, row);
        }
        let ranges =
            RANGES.map(|(low, high)| segment.scorer.nearest(low)..segment.scorer.nearest(high));
        out.extend(ranges.clone().map(|r| highest(&self.mean[r])));
        out.extend(
            ranges.map(|r| rows().map(|row| highest(&row[r.clone()])).sum::<f32>() / frames as f32),
        );
    }
}

impl HarmonicComb {
    /// How the comb stands out and moves; `best` is the mean contrast of the best comb of each
    /// frame by itself.
    fn motion(&mut self, track: &CombTrack, best: f32, out: &mut Vec<f32>) {
        let contrasts: Vec<f32> = track.combs.iter().map(|c| c.contrast).collect();
        let (contrast, sd) = mean_sd(&contrasts);
        self.logs.clear();
        self.logs
            .extend(track.combs.iter().map(|c| c.fundamental_hz.log2()));
        let n = self.logs.len();
        let step = slope(&self.logs);
        let centre = mean(&self.logs);
        let residual =
            |(i, l): (usize, &f32)| l - centre - step * (i as f32 - (n - 1) as f32 / 2.0);
        let residuals: Vec<f32> = self.logs.iter().enumerate().map(residual).collect();
        let (_, wander) = mean_sd(&residuals);
        let quarter = n / 4;
        let bend = if quarter == 0 {
            0.0
        } else {
            mean(&self.logs[quarter..n - quarter])
                - 0.5 * (mean(&self.logs[..quarter]) + mean(&self.logs[n - quarter..]))
        };
        let per_second = crate::SAMPLE_RATE as f32 / LONG.hop as f32;
        let median = super::stats::quantile(&mut self.logs, 0.5);
        out.extend([
            median,
            contrast,
            sd,
            contrasts.iter().copied().fold(f32::MAX, f32::min),
            contrast - best,
            wander,
            step * per_second,
            bend,
        ]);
    }

    fn orders(&self, segment: &SegmentFrames, track: &CombTrack, out: &mut Vec<f32>) {
        let mean = |order: f32| {
            let frames = segment.whitened.chunks_exact(LINE_BINS).zip(&track.combs);
            let heights = frames
                .filter_map(|(w, c)| segment.scorer.harmonic_contrast(w, c.fundamental_hz, order));
            let (mut sum, mut n) = (0.0, 0);
            for h in heights {
                sum += h;
                n += 1;
            }
            if n == 0 {
                0.0
            } else {
                sum / n as f32
            }
        };
        let orders: Vec<f32> = (1..=20).map(|h| mean(h as f32)).collect();
        out.extend(&orders[..ORDERS]);
        out.push(orders.iter().filter(|&&o| o > 0.92).count() as f32);
        let parity = |first: usize| {
            orders[..ORDERS].iter().skip(first).step_by(2).sum::<f32>() / (ORDERS / 2) as f32
        };
        out.push(parity(0) - parity(1));
        let average = |list: [f32; 4]| list.iter().map(|&o| mean(o)).sum::<f32>() / 4.0;
        out.push(average([0.5, 1.5, 2.5, 3.5]));
        out.push(average([1.0 / 3.0, 2.0 / 3.0, 4.0 / 3.0, 5.0 / 3.0]));
    }
}
