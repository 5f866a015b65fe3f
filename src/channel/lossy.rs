//! What a perceptual codec at a low bit rate does: it cuts the top off, spends few bits per band,
//! and lets weak bands vanish or turn into noise.
//!
//! Not a codec but its damage, after the shape of AAC (ISO/IEC 14496-3): MDCT frames of 24 ms,
//! bands as wide as hearing's, a power-law quantiser, holes, perceptual noise substitution. All
//! levels are relative, so that a quiet sound is damaged as much as a loud one.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::chain::EffectParams;
use super::interval::check_value;
use super::mdct::Mdct;
use super::{db_to_amplitude, db_to_power, ChannelError, Interval, SAMPLE_RATE};

/// How the codec's damage is drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LossyParams {
    /// How often the effect is used, 0-1.
    pub probability: f64,
    /// Nothing is coded above this, 2000-8000 Hz.
    pub cutoff_hz: Interval,
    /// Sound over quantising noise in a band, 0-40 dB.
    pub snr_db: Interval,
    /// A band this far below the frame's strongest is not coded, 20-90 dB.
    pub hole_db: Interval,
    /// Share of the uncoded bands that are filled with noise of their level, 0-1.
    pub fill: Interval,
}

impl Default for LossyParams {
    fn default() -> Self {
        Self {
            probability: 0.5,
            cutoff_hz: Interval::new(4500.0, 8000.0),
            snr_db: Interval::new(4.0, 20.0),
            hole_db: Interval::new(30.0, 70.0),
            fill: Interval::new(0.0, 0.7),
        }
    }
}

impl EffectParams for LossyParams {
    type Effect = Lossy;

    fn probability(&self) -> f64 {
        self.probability
    }

    fn check(&self) -> Result<(), ChannelError> {
        check_value(self.probability, "lossy", "probability", 0.0, 1.0)?;
        self.cutoff_hz.check("lossy", "cutoff_hz", 2000.0, 8000.0)?;
        self.snr_db.check("lossy", "snr_db", 0.0, 40.0)?;
        self.hole_db.check("lossy", "hole_db", 20.0, 90.0)?;
        self.fill.check("lossy", "fill", 0.0, 1.0)
    }

    fn draw(&self, rng: &mut impl Rng) -> Lossy {
        Lossy {
            cutoff_hz: self.cutoff_hz.draw_log(rng),
            snr_db: self.snr_db.draw(rng),
            hole_db: self.hole_db.draw(rng),
            fill: self.fill.draw(rng),
            seed: rng.gen(),
        }
    }
}

/// The damage of one pass through a codec.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lossy {
    /// Nothing is coded above this, Hz.
    pub cutoff_hz: f64,
    /// Sound over quantising noise in a band, dB.
    pub snr_db: f64,
    /// A band this far below the frame's strongest is not coded, dB.
    pub hole_db: f64,
    /// Share of the uncoded bands that are filled with noise.
    pub fill: f64,
    /// Seed of the filling.
    pub seed: u64,
}

/// Coefficients per frame: 24 ms, near AAC's 1024 at 44.1 kHz (23 ms).
const COEFFICIENTS: usize = 384;

impl Lossy {
    pub(super) fn apply(&self, samples: &mut [f32]) {
        let n = COEFFICIENTS;
        let frames = samples.len().div_ceil(n) + 1;
        // One frame of silence before and after, so that every sample lies in two frames.
        let mut padded = vec![0.0; (frames + 1) * n];
        padded[n..n + samples.len()].copy_from_slice(samples);
        let mut decoded = vec![0.0; padded.len()];
        let mut mdct = Mdct::new(n);
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        let mut spectrum = vec![0.0; n];
        let bands = bands(self.end());
        for start in (0..frames * n).step_by(n) {
            mdct.forward(&padded[start..start + 2 * n], &mut spectrum);
            self.quantise(&mut spectrum, &bands, &mut rng);
            mdct.inverse_add(&mut spectrum, &mut decoded[start..start + 2 * n]);
        }
        samples.copy_from_slice(&decoded[n..n + samples.len()]);
    }

    /// Coefficients below the cut-off.
    fn end(&self) -> usize {
        let end = (self.cutoff_hz / (SAMPLE_RATE / 2.0) * COEFFICIENTS as f64).round() as usize;
        end.min(COEFFICIENTS)
    }

    /// `spectrum`: one frame's coefficients; `bands`: those up to [`end`](Self::end).
    fn quantise(&self, spectrum: &mut [f32], bands: &[(usize, usize)], rng: &mut ChaCha8Rng) {
        spectrum[self.end()..].fill(0.0);
        let level = |band: &(usize, usize)| super::mean_square(&spectrum[band.0..band.1]).sqrt();
        let levels: Vec<f32> = bands.iter().map(|band| level(band) as f32).collect();
        let strongest = levels.iter().cloned().fold(0.0, f32::max);
        let weakest_coded = strongest * db_to_amplitude(-self.hole_db) as f32;
        // A step of 1 in |x / step|^(3/4) is 4/3 step^(3/4) |x|^(1/4) in x, and makes a twelfth of
        // its square of noise; E |x|^(1/2) is 0.822 for a normal x of level 1.
        let noise_per_step = (16.0 / 9.0) * 0.822 / 12.0;
        let step_per_level = (db_to_power(-self.snr_db) / noise_per_step).powf(2.0 / 3.0) as f32;
        for (&(start, stop), &level) in bands.iter().zip(&levels) {
            let band = &mut spectrum[start..stop];
            if level > weakest_coded {
                quantise_band(band, level * step_per_level);
            } else if level > 0.0 && rng.gen_bool(self.fill) {
                // Uniform noise in -1..1 has a mean square of 1/3.
                let height = level * 3f32.sqrt();
                band.iter_mut()
                    .for_each(|x| *x = height * rng.gen_range(-1.0..=1.0));
            } else {
                band.fill(0.0);
            }
        }
    }
}

/// AAC's quantiser: the magnitude to the power 3/4, rounded a little downwards.
fn quantise_band(band: &mut [f32], step: f32) {
    const ROUNDING: f32 = 0.4054;
    for x in band {
        let relative = x.abs() / step;
        let whole = ((relative * relative.sqrt()).sqrt() + ROUNDING).floor();
        *x = (step * whole * whole.cbrt()).copysign(*x);
    }
}

/// Bands four coefficients (83 Hz) wide at the bottom and about a sixth of their frequency at the
/// top, after the critical bands of hearing. The last one ends at `end`, the first coefficient above the cut-off: a
/// band beyond it would have too low a level, and be filled with noise above it.
fn bands(end: usize) -> Vec<(usize, usize)> {
    let mut bands = Vec::new();
    let mut start = 0;
    while start < end {
        let stop = (start + (start / 6).max(4)).min(end);
        bands.push((start, stop));
        start = stop;
    }
    bands
}

#[cfg(test)]
mod tests {
    use super::super::gauss::Gauss;
    use super::super::testing::{amplitude_at, power, tone};
    use super::*;

    fn codec(snr_db: f64) -> Lossy {
        Lossy {
            cutoff_hz: 5000.0,
            snr_db,
            hole_db: 50.0,
            fill: 0.5,
            seed: 1,
        }
    }

    #[test]
    fn nothing_is_left_above_the_cut_off() {
        for (hz, kept) in [(3000.0, true), (6000.0, false)] {
            let mut samples = tone(hz, 0.5, 16_000);
            codec(20.0).apply(&mut samples);
            assert_eq!(amplitude_at(&samples, hz) > 0.4, kept, "{hz}");
        }
    }

    #[test]
    fn a_band_cut_in_two_is_filled_to_its_level_and_no_further() {
        let cut = Lossy {
            fill: 1.0,
            ..codec(20.0)
        };
        let bands = bands(cut.end());
        let (start, end) = bands[bands.len() - 1];
        assert_eq!(end, cut.end());
        assert!(
            end - start < start / 6,
            "the cut-off is to lie within a band"
        );
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut filled = 0.0;
        for _ in 0..200 {
            let mut spectrum = vec![1e-4; COEFFICIENTS];
            spectrum[10] = 1.0;
            cut.quantise(&mut spectrum, &bands, &mut rng);
            assert!(spectrum[end..].iter().all(|x| *x == 0.0));
            filled += super::super::mean_square(&spectrum[start..end]) / 200.0;
        }
        assert!((filled.sqrt() / 1e-4 - 1.0).abs() < 0.05, "{filled}");
    }

    #[test]
    fn fewer_bits_make_more_noise_at_any_level() {
        let snr = |snr_db: f64, gain: f32| {
            let input: Vec<f32> = Gauss::new(4)
                .fill(32_000)
                .iter()
                .map(|x| x * gain)
                .collect();
            let mut band = input.clone();
            Lossy {
                cutoff_hz: 8000.0,
                snr_db,
                hole_db: 90.0,
                fill: 0.0,
                seed: 1,
            }
            .apply(&mut band);
            let error: Vec<f32> = input.iter().zip(&band).map(|(a, b)| a - b).collect();
            10.0 * (power(&input) / power(&error)).log10()
        };
        assert!((snr(20.0, 0.1) - 20.0).abs() < 1.0, "{}", snr(20.0, 0.1));
        assert!((snr(10.0, 0.1) - 10.0).abs() < 2.0, "{}", snr(10.0, 0.1));
        assert!(snr(6.0, 0.1) < snr(20.0, 0.1) - 8.0);
        assert!((snr(12.0, 0.1) - snr(12.0, 1e-4)).abs() < 0.1);
    }

    #[test]
    fn weak_bands_vanish_or_become_noise_of_their_level() {
        let weak = |fill: f64| {
            let mut samples = tone(300.0, 0.5, 16_000);
            for (sample, noise) in samples.iter_mut().zip(Gauss::new(5).fill(16_000)) {
                *sample += 1e-3 * noise;
            }
            Lossy {
                cutoff_hz: 8000.0,
                snr_db: 20.0,
                hole_db: 50.0,
                fill,
                seed: 1,
            }
            .apply(&mut samples);
            let mut top = samples[2000..14_000].to_vec();
            super::super::biquad::Butterworth::high_pass(2000.0, 4).run(&mut top);
            power(&top[1000..]).sqrt()
        };
        assert!(weak(0.0) < 1e-4);
        assert!((5e-4..1.5e-3).contains(&weak(1.0)), "{}", weak(1.0));
    }

    #[test]
    fn any_length_comes_back_as_long() {
        for len in [0, 1, 383, 384, 385, 1000] {
            let mut samples = vec![0.1; len];
            codec(10.0).apply(&mut samples);
            assert_eq!(samples.len(), len);
        }
    }
}
