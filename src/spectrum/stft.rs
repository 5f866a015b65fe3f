//! The short-time Fourier transform, one frame at a time.

use super::RealPower;

/// Length and spacing of the frames of one analysis, in samples at 16 kHz.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameSize {
    /// Samples per frame, which is also the length of the transform.
    pub length: usize,
    /// Samples from the start of one frame to the start of the next.
    pub hop: usize,
}

impl FrameSize {
    /// Number of bins of the one-sided spectrum, `length / 2 + 1`.
    pub const fn bins(self) -> usize {
        self.length / 2 + 1
    }

    /// Spacing of the bins in Hz at 16 kHz.
    pub fn bin_hz(self) -> f32 {
        crate::SAMPLE_RATE as f32 / self.length as f32
    }
}

/// Frames for timbre: 64 ms long, one every 16 ms.
pub const SHORT: FrameSize = FrameSize {
    length: 1024,
    hop: 256,
};

/// Frames for spectral lines: 256 ms long, one every 128 ms; bins 3.9 Hz apart.
pub const LONG: FrameSize = FrameSize {
    length: 4096,
    hop: 2048,
};

/// The periodic Hann window of `length` samples, as `scipy.signal.get_window("hann")` gives it.
pub fn hann(length: usize) -> Vec<f32> {
    (0..length)
        .map(|n| {
            let phase = 2.0 * std::f64::consts::PI * n as f64 / length as f64;
            (0.5 - 0.5 * phase.cos()) as f32
        })
        .collect()
}

/// A planned, windowed real transform that turns one frame into its power spectrum.
///
/// Agrees with `abs(librosa.stft(..., center=False, window="hann")) ** 2`.
pub struct Stft {
    size: FrameSize,
    window: Vec<f32>,
    transform: RealPower,
}

impl Stft {
    /// Plans the transform for frames of `size`.
    pub fn new(size: FrameSize) -> Self {
        Self {
            size,
            window: hann(size.length),
            transform: RealPower::new(size.length),
        }
    }

    /// The frame size this transform was planned for.
    pub fn size(&self) -> FrameSize {
        self.size
    }

    /// Writes the power `|X|^2` of bins `0..power.len()` of one frame into `power`.
    ///
    /// # Panics
    /// If `frame` is not [`FrameSize::length`] long or `power` asks for more than
    /// [`FrameSize::bins`] bins: both are fixed by the caller's code, never by a recording.
    pub fn power_into(&mut self, frame: &[f32], power: &mut [f32]) {
        assert_eq!(frame.len(), self.size.length);
        assert!(power.len() <= self.size.bins());
        let all = self.transform.of(frame, 0.0, &self.window);
        power.copy_from_slice(&all[..power.len()]);
    }
}
