//! Tonality: how far spectral lines stand out, band by band, and how the strongest moves.

use super::frames::SegmentFrames;
use super::schema::{Describe, FeatureInfo};
use super::stats::{mean_sd, slope};
use super::Family;
use crate::spectrum::sum::{add_scaled, highest, in_lanes, mean};
use crate::spectrum::{LINE_BINS, LONG};

/// Edges of the bands in Hz, half an octave each.
const EDGES: [f32; 14] = [
    50.0, 75.0, 110.0, 160.0, 230.0, 330.0, 470.0, 670.0, 950.0, 1350.0, 1900.0, 2700.0, 3900.0,
    5600.0,
];
/// Range in which the strongest line is followed: above most engines, where sirens and whines lie.
const WHISTLE: (f32, f32) = (330.0, 4_000.0);
/// A line this far above its floor counts as one: 10 dB, in nepers of power.
const LINE: f32 = 2.3;

#[derive(Default)]
pub struct Tonality {
    mean: Vec<f32>,
    peaks: Vec<f32>,
    heights: Vec<f32>,
}

fn bin(hz: f32) -> usize {
    (hz / LONG.bin_hz()).round() as usize
}

impl Family for Tonality {
    fn describe(&self) -> Vec<FeatureInfo> {
        let mut d = Describe::new("tonal");
        for e in EDGES.windows(2) {
            d.add(
                format!("steady_{}hz", e[0]),
                "Np",
                (-1.0, 10.0),
                format!(
                    "highest line of the time-averaged whitened spectrum between {} and {} Hz",
                    e[0], e[1]
                ),
            );
            d.add(
                format!("moment_{}hz", e[0]),
                "Np",
                (-1.0, 12.0),
                format!(
                    "mean over frames of the highest line between {} and {} Hz",
                    e[0], e[1]
                ),
            );
        }
        d.add(
            "lines",
            "1",
            (0.0, 150.0),
            "mean number of lines 10 dB above their floor",
        );
        d.add(
            "steady_lines",
            "1",
            (0.0, 150.0),
            "number of lines of the time-averaged spectrum 6 dB above their floor",
        );
        d.add(
            "whistle_hz",
            "oct",
            (8.0, 12.1),
            "log2 of the mean frequency in Hz of the strongest line between 330 Hz and 4 kHz",
        );
        d.add(
            "whistle_height",
            "Np",
            (0.0, 12.0),
            "mean height of that line",
        );
        d.add(
            "whistle_spread",
            "oct",
            (0.0, 2.0),
            "standard deviation of its log frequency",
        );
        d.add(
            "whistle_jump",
            "oct",
            (0.0, 3.0),
            "mean step between frames of its log frequency",
        );
        d.add(
            "whistle_glide",
            "oct/s",
            (-6.0, 6.0),
            "slope of its log frequency",
        );
        d.add(
            "whistle_lead",
            "Np",
            (0.0, 10.0),
            "height of that line above the mean of the bands' highest lines",
        );
        d.done()
    }

    fn measure(&mut self, segment: &SegmentFrames, out: &mut Vec<f32>) {
        let frames = segment.whitened.len() / LINE_BINS;
        if frames == 0 {
            out.extend(std::iter::repeat_n(0.0, 2 * (EDGES.len() - 1) + 8));
            return;
        }
        let n = frames as f32;
        self.mean.clear();
        self.mean.resize(LINE_BINS, 0.0);
        for row in segment.whitened.chunks_exact(LINE_BINS) {
            add_scaled(&mut self.mean, 1.0 / n, row);
        }
        let mut moments = 0.0;
        for e in EDGES.windows(2) {
            let band = bin(e[0])..bin(e[1]);
            let rows = segment.whitened.chunks_exact(LINE_BINS);
            let moment = rows.map(|r| highest(&r[band.clone()])).sum::<f32>() / n;
            out.extend([highest(&self.mean[band.clone()]), moment]);
            moments += moment / (EDGES.len() - 1) as f32;
        }
        let rows = segment.whitened.chunks_exact(LINE_BINS);
        out.push(rows.map(|r| count_lines(r, LINE)).sum::<f32>() / n);
        out.push(count_lines(&self.mean, 1.4));
        self.whistle(segment, moments, out);
    }
}

/// Local maxima above `height`.
fn count_lines(row: &[f32], height: f32) -> f32 {
    let neighbours = row.iter().zip(row[1..].iter().zip(&row[2..]));
    // No short cuts: a branch for every bin takes longer than all three comparisons of four bins.
    let is_line = |(a, (b, c)): (&f32, (&f32, &f32))| (*b > height) & (b >= a) & (b > c);
    in_lanes!(neighbours.map(|near| u32::from(is_line(near))).sum::<u32>()) as f32
}

impl Tonality {
    fn whistle(&mut self, segment: &SegmentFrames, moments: f32, out: &mut Vec<f32>) {
        let (low, high) = (bin(WHISTLE.0), bin(WHISTLE.1));
        self.peaks.clear();
        self.heights.clear();
        for row in segment.whitened.chunks_exact(LINE_BINS) {
            let band = &row[low..high];
            let height = highest(band);
            let k = low + band.iter().rposition(|&v| v == height).unwrap_or(0);
            self.peaks.push((k as f32 * LONG.bin_hz()).log2());
            self.heights.push(height);
        }
        let (hz, spread) = mean_sd(&self.peaks);
        let height = mean(&self.heights);
        let steps = self.peaks.windows(2).map(|w| (w[1] - w[0]).abs());
        let jump = steps.sum::<f32>() / self.peaks.len().saturating_sub(1).max(1) as f32;
        let per_second = crate::SAMPLE_RATE as f32 / LONG.hop as f32;
        let glide = slope(&self.peaks) * per_second;
        out.extend([hz, height, spread, jump, glide, height - moments]);
    }
}
