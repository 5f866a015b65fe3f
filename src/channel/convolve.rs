//! Convolution with a short response, block by block through the Fourier transform.

use std::cell::RefCell;

use realfft::RealFftPlanner;

thread_local! {
    /// Planning costs more than transforming a clip: each thread plans once.
    static PLANNER: RefCell<RealFftPlanner<f32>> = RefCell::new(RealFftPlanner::new());
}

/// Replaces `samples` by their convolution with `response`, cut to the same length (overlap-add:
/// A. V. Oppenheim, R. W. Schafer, "Discrete-Time Signal Processing", ch. 8).
pub(super) fn convolve(samples: &mut [f32], response: &[f32]) {
    if samples.is_empty() || response.is_empty() {
        return;
    }
    // Blocks at least as long as the response keep the share of padding below a half.
    let size = (2 * response.len()).next_power_of_two().max(2048);
    let block = size - response.len() + 1;
    let (forward, inverse) = PLANNER.with(|planner| {
        let mut planner = planner.borrow_mut();
        (
            planner.plan_fft_forward(size),
            planner.plan_fft_inverse(size),
        )
    });
    let mut scratch = forward.make_scratch_vec();
    let mut inverse_scratch = inverse.make_scratch_vec();
    let mut time = forward.make_input_vec();
    let mut filter = forward.make_output_vec();
    let mut spectrum = forward.make_output_vec();

    time[..response.len()].copy_from_slice(response);
    transform(forward.process_with_scratch(&mut time, &mut filter, &mut scratch));
    let scale = 1.0 / size as f32;
    let mut overlap = vec![0.0; size - block];
    for chunk in samples.chunks_mut(block) {
        time[..chunk.len()].copy_from_slice(chunk);
        time[chunk.len()..].fill(0.0);
        transform(forward.process_with_scratch(&mut time, &mut spectrum, &mut scratch));
        for (x, h) in spectrum.iter_mut().zip(&filter) {
            *x *= h * scale;
        }
        // Rounding leaves a trace of imaginary part where a real sound has none.
        spectrum[0].im = 0.0;
        spectrum[size / 2].im = 0.0;
        transform(inverse.process_with_scratch(&mut spectrum, &mut time, &mut inverse_scratch));
        for (sum, carried) in time.iter_mut().zip(&overlap) {
            *sum += carried;
        }
        chunk.copy_from_slice(&time[..chunk.len()]);
        overlap.copy_from_slice(&time[block..]);
    }
}

/// The buffers come from the plan itself, so a transform has no way to fail.
fn transform(result: Result<(), realfft::FftError>) {
    debug_assert!(result.is_ok());
}

#[cfg(test)]
mod tests {
    use super::super::gauss::Gauss;
    use super::*;

    #[test]
    fn agrees_with_the_direct_sum_over_block_borders() {
        let mut noise = Gauss::new(3);
        for (len, taps) in [(5000, 700), (10, 40), (1349, 700), (1, 1)] {
            let input = noise.fill(len);
            let response = noise.fill(taps);
            let mut output = input.clone();
            convolve(&mut output, &response);
            assert_eq!(output.len(), len);
            for n in (0..len).step_by(97) {
                let sum: f32 = (0..=n.min(taps - 1))
                    .map(|k| response[k] * input[n - k])
                    .sum();
                assert!((output[n] - sum).abs() < 1e-3, "{len} {taps} {n}");
            }
        }
    }
}
