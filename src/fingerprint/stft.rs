//! The frames a fingerprint is made of, for callers that have none yet.

use std::f64::consts::TAU;

use realfft::RealFftPlanner;

use super::{BINS, HOP, WINDOW};

/// Calls `take` with the 513 power values of every whole frame: periodic Hann window, no padding.
pub(super) fn for_each_power(samples: &[f32], mut take: impl FnMut(&[f32])) {
    let fft = RealFftPlanner::<f32>::new().plan_fft_forward(WINDOW);
    let window: Vec<f32> = (0..WINDOW)
        .map(|n| (0.5 - 0.5 * (TAU * n as f64 / WINDOW as f64).cos()) as f32)
        .collect();
    let mut frame = fft.make_input_vec();
    let mut spectrum = fft.make_output_vec();
    let mut scratch = fft.make_scratch_vec();
    let mut power = [0.0; BINS];
    for samples in samples.windows(WINDOW).step_by(HOP) {
        for ((slot, sample), weight) in frame.iter_mut().zip(samples).zip(&window) {
            *slot = sample * weight;
        }
        // The buffers are the plan's own, so their lengths can't be wrong.
        let done = fft.process_with_scratch(&mut frame, &mut spectrum, &mut scratch);
        debug_assert!(done.is_ok());
        for (slot, value) in power.iter_mut().zip(&spectrum) {
            *slot = value.norm_sqr();
        }
        take(&power);
    }
}
