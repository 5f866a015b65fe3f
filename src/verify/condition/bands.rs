//! Levels in twenty bands, frame by frame: what all that is said of the recording's own condition rests on.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

/// Samples of a frame: 32 ms at 16 kHz.
pub(super) const FRAME: usize = 512;
/// Samples from one frame to the next: 16 ms.
pub(super) const HOP: usize = 256;
/// Seconds from one frame to the next.
pub(super) const HOP_S: f64 = HOP as f64 / 16_000.0;
/// How many bands there are.
pub(super) const BANDS: usize = 20;
/// Bins (31.25 Hz each) at which the bands begin and end: 94 Hz to 7.66 kHz, about a quarter of an octave and more.
pub(super) const EDGES: [usize; BANDS + 1] = [
    3, 5, 7, 9, 12, 15, 19, 24, 30, 37, 45, 55, 67, 81, 97, 115, 136, 160, 186, 215, 245,
];
/// Power of nothing, relative to full scale: -100 dB.
const NOTHING: f64 = 1e-10;

/// One frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Levels {
    /// Level of each band, dB relative to a full-scale square wave, at least -100.
    pub(super) bands: [f32; BANDS],
    /// Level of all bands together.
    pub(super) total: f32,
    /// Mean of the samples, full scale 1.0.
    pub(super) mean: f32,
    /// The largest third difference of neighbouring samples over their root mean square: a click.
    pub(super) click: f32,
}

/// Where a band begins and ends, Hz.
pub(super) fn band_hz(band: usize) -> (f64, f64) {
    let hz = |bin: usize| bin as f64 * 16_000.0 / FRAME as f64;
    (hz(EDGES[band]), hz(EDGES[band + 1]))
}

/// Cuts samples into frames.
pub(super) struct BandMeter {
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    input: Vec<f32>,
    output: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    /// Samples that are still needed.
    queue: Vec<f32>,
}

impl BandMeter {
    pub(super) fn new() -> Self {
        let fft = RealFftPlanner::new().plan_fft_forward(FRAME);
        let step = std::f32::consts::TAU / FRAME as f32;
        // The powers of all bins add up to the mean power of the samples: the Hann window has a mean square of 3/8,
        // and each bin stands for two.
        let scale = (2.0 / (0.375 * (FRAME * FRAME) as f32)).sqrt();
        Self {
            window: (0..FRAME)
                .map(|i| scale * 0.5 * (1.0 - (i as f32 * step).cos()))
                .collect(),
            input: fft.make_input_vec(),
            output: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            queue: Vec::new(),
            fft,
        }
    }

    /// Takes samples, and hands on each frame that they complete.
    pub(super) fn push(&mut self, samples: &[f32], mut on_frame: impl FnMut(Levels)) {
        self.queue.extend_from_slice(samples);
        let mut start = 0;
        while let Some(frame) = self.queue.get(start..start + FRAME) {
            for ((out, &x), &w) in self.input.iter_mut().zip(frame).zip(&self.window) {
                *out = x * w;
            }
            let mean = frame.iter().sum::<f32>() / FRAME as f32;
            let click = click(&frame[..HOP + 3]);
            let (input, output) = (&mut self.input, &mut self.output);
            let done = self
                .fft
                .process_with_scratch(input, output, &mut self.scratch);
            if done.is_ok() {
                on_frame(levels(output, mean, click));
            }
            start += HOP;
        }
        self.queue.drain(..start);
    }
}

fn levels(spectrum: &[Complex<f32>], mean: f32, click: f32) -> Levels {
    let db = |power: f64| (10.0 * (power + NOTHING).log10()) as f32;
    let mut bands = [0.0; BANDS];
    let mut all = 0.0;
    for (band, edges) in bands.iter_mut().zip(EDGES.windows(2)) {
        let bins = &spectrum[edges[0]..edges[1]];
        let power: f64 = bins.iter().map(|b| f64::from(b.norm_sqr())).sum();
        all += power;
        *band = db(power);
    }
    Levels {
        bands,
        total: db(all),
        mean,
        click,
    }
}

/// The largest third difference over the root mean square of all.
fn click(samples: &[f32]) -> f32 {
    let (mut largest, mut sum) = (0f32, 0f32);
    for w in samples.windows(4) {
        let d = w[3] - 3.0 * w[2] + 3.0 * w[1] - w[0];
        largest = largest.max(d.abs());
        sum += d * d;
    }
    let rms = (sum / (samples.len().max(4) - 3) as f32).sqrt();
    if rms > 1e-6 {
        largest / rms
    } else {
        0.0
    }
}

/// The `share` quantile of values, which are put in order as far as needed; 0 of none.
pub(super) fn quantile(values: &mut [f32], share: f64) -> f32 {
    let Some(last) = values.len().checked_sub(1) else {
        return 0.0;
    };
    let place = (share * last as f64).round() as usize;
    *values.select_nth_unstable_by(place, f32::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(samples: &[f32]) -> Vec<Levels> {
        let mut meter = BandMeter::new();
        let mut found = Vec::new();
        for block in samples.chunks(1000) {
            meter.push(block, |levels| found.push(levels));
        }
        found
    }

    #[test]
    fn a_tone_has_its_level_in_its_band() {
        let step = std::f32::consts::TAU * 1000.0 / 16_000.0;
        let tone: Vec<f32> = (0..16_000).map(|i| 0.1 * (step * i as f32).sin()).collect();
        let found = frames(&tone);
        assert_eq!(found.len(), (16_000 - FRAME) / HOP + 1);
        let band = (0..BANDS).find(|&b| band_hz(b).1 > 1000.0).unwrap();
        let levels = &found[20];
        assert!((levels.bands[band] + 23.0).abs() < 0.5, "{levels:?}");
        assert!((levels.total + 23.0).abs() < 0.1, "{levels:?}");
        assert!(levels.mean.abs() < 1e-3 && levels.click < 2.0, "{levels:?}");
    }

    #[test]
    fn a_break_in_a_tone_is_a_click() {
        let step = std::f32::consts::TAU * 300.0 / 16_000.0;
        let mut tone: Vec<f32> = (0..8000).map(|i| 0.1 * (step * i as f32).sin()).collect();
        tone[4000..].iter_mut().for_each(|x| *x = -*x);
        let loudest = |f: &[Levels]| f.iter().map(|l| l.click).fold(0.0, f32::max);
        assert!(loudest(&frames(&tone[..3900])) < 2.0);
        assert!(loudest(&frames(&tone)) > 8.0);
    }

    #[test]
    fn quantiles_are_values_that_are_there() {
        let values = [3.0, 1.0, 2.0, 5.0, 4.0];
        assert_eq!(quantile(&mut values.clone(), 0.5), 3.0);
        assert_eq!(quantile(&mut values.clone(), 0.0), 1.0);
        assert_eq!(quantile(&mut [], 0.5), 0.0);
    }
}
