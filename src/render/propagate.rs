//! From the source's sound to the sound at the listener: two rays, each with its delay, spreading,
//! absorption and fading, one of them off the ground.

use std::f64::consts::{LN_10, PI};

use realfft::num_complex::Complex;
use realfft::RealFftPlanner;

use super::air::Air;
use super::ground::{wavenumber, Ground, Reflection};
use super::interpolate::Interpolator;
use super::retarded::{Heard, Ray};
use super::turbulence::{Fading, Turbulence};
use super::{RATE, SOURCE_RATE};

/// The air and the ground between.
pub(super) struct Medium<'a> {
    pub(super) air: &'a Air,
    pub(super) ground: &'a Ground,
    pub(super) turbulence: &'a Turbulence,
    pub(super) seed: u64,
}

/// Block length of the filters at the source's rate: 32 ms, half overlapped, twice padded.
const BLOCK: usize = 1024;
const HOP: usize = BLOCK / 2;
const SIZE: usize = 2 * BLOCK;
/// Bins up to the listener's Nyquist rate.
const BINS: usize = SIZE / 4 + 1;

/// What the listener hears from 0 s on: `len` samples at 16 kHz.
///
/// Each ray is read at retarded time, then cut into windowed blocks that add up to the whole; each
/// block is filtered by the absorption, the fading and the ground at its own time. Only the bins below 8 kHz are
/// transformed back: that halves the rate without aliases.
pub(super) fn propagate(
    source: &[f32],
    direct: &Ray,
    mirrored: &Ray,
    medium: &Medium,
    len: usize,
) -> Vec<f32> {
    let ratio = (SOURCE_RATE / RATE) as usize;
    // One block more at either side, so that every sample has its full overlap.
    let from_s = -(BLOCK as f64) / SOURCE_RATE;
    let blocks = (len * ratio).div_ceil(HOP) + 3;
    let read = (blocks + 1) * HOP;
    let interpolator = Interpolator::new();
    let first = direct.listen(source, &interpolator, from_s, read);
    let second = mirrored.listen(source, &interpolator, from_s, read);

    let sound_mps = medium.air.sound_mps();
    let mut filter = Filter::new(medium, sound_mps);
    let mut planner = RealFftPlanner::<f32>::new();
    let forward = planner.plan_fft_forward(SIZE);
    let inverse = planner.plan_fft_inverse(SIZE / ratio);
    let mut time = forward.make_input_vec();
    let mut spectra = [forward.make_output_vec(), forward.make_output_vec()];
    let mut sum = inverse.make_input_vec();
    let mut back = inverse.make_output_vec();
    let window: Vec<f32> = (0..BLOCK)
        .map(|n| (PI * (n as f64 + 0.5) / BLOCK as f64).sin().powi(2) as f32)
        .collect();

    // Padding in front takes what a filter without delay spreads backwards.
    let pad = (SIZE - BLOCK) / 2;
    let mut output = vec![0.0f32; (read + SIZE) / ratio];
    for block in 0..blocks {
        let start = block * HOP;
        let middle_s = from_s + (start + HOP) as f64 / SOURCE_RATE;
        for (sound, spectrum) in [&first, &second].into_iter().zip(&mut spectra) {
            time.fill(0.0);
            let samples = &sound[start..start + BLOCK];
            for ((slot, sample), weight) in time[pad..].iter_mut().zip(samples).zip(&window) {
                *slot = sample * weight;
            }
            transform(forward.process(&mut time, spectrum));
        }
        filter.update(block, direct.at(middle_s), mirrored.at(middle_s));
        let [a, b] = &spectra;
        for (j, bin) in sum.iter_mut().enumerate() {
            *bin = a[j] * filter.direct[j] + b[j] * filter.reflected[j];
        }
        // A real sound has no imaginary part at the ends of its spectrum.
        sum[0].im = 0.0;
        sum[BINS - 1].im = 0.0;
        transform(inverse.process(&mut sum, &mut back));
        for (slot, sample) in output[start / ratio..].iter_mut().zip(&back) {
            *slot += sample;
        }
    }
    let skip = (pad + BLOCK) / ratio;
    output[skip..skip + len].to_vec()
}

/// The buffers come from the plan itself, so a transform has no way to fail.
fn transform(result: Result<(), realfft::FftError>) {
    debug_assert!(result.is_ok());
}

/// The responses of both rays, bin by bin.
struct Filter {
    sound_mps: f64,
    /// Absorption, nepers per metre.
    absorption: Vec<f32>,
    /// Low-pass below the listener's Nyquist rate, and the transform's scale.
    taper: Vec<f32>,
    /// Ground impedance.
    impedance: Vec<Complex<f64>>,
    evenness: f32,
    reflection: Reflection,
    /// Bins at which the reflection is computed; in between it is interpolated.
    knots: Vec<usize>,
    ground: Vec<Complex<f32>>,
    /// Where each bin lies between the fading's bands.
    bands: Vec<(usize, f32)>,
    fading: [Fading; 2],
    direct: Vec<Complex<f32>>,
    reflected: Vec<Complex<f32>>,
}

impl Filter {
    /// The ground's response is worked out anew every so many blocks.
    const GROUND_BLOCKS: usize = 2;

    fn new(medium: &Medium, sound_mps: f64) -> Self {
        let hz = |bin: usize| bin as f64 * SOURCE_RATE / SIZE as f64;
        let block_s = HOP as f64 / SOURCE_RATE;
        let mut knots: Vec<usize> = (0..64).chain((64..BINS).step_by(8)).collect();
        knots.push(BINS - 1);
        knots.dedup();
        let nothing = Complex::new(0.0, 0.0);
        Self {
            sound_mps,
            absorption: (0..BINS)
                .map(|bin| (medium.air.absorption_db_per_m(hz(bin)) * LN_10 / 20.0) as f32)
                .collect(),
            taper: (0..BINS).map(|bin| taper(hz(bin))).collect(),
            impedance: (0..BINS)
                .map(|bin| medium.ground.impedance(hz(bin)))
                .collect(),
            evenness: medium.ground.evenness as f32,
            reflection: Reflection::new(),
            knots,
            ground: vec![nothing; BINS],
            bands: (0..BINS).map(|bin| band_of(hz(bin))).collect(),
            fading: [1, 2].map(|n| Fading::new(medium.turbulence, block_s, medium.seed, n)),
            direct: vec![nothing; BINS],
            reflected: vec![nothing; BINS],
        }
    }

    fn update(&mut self, block: usize, direct: Heard, mirrored: Heard) {
        if block.is_multiple_of(Self::GROUND_BLOCKS) {
            self.reflect(mirrored);
        }
        let near = self.fading[0].next(direct.range_m, self.sound_mps);
        let far = self.fading[1].next(mirrored.range_m, self.sound_mps);
        for bin in 0..BINS {
            let (band, part) = self.bands[bin];
            let fade =
                |gains: &[Complex<f32>]| gains[band] + (gains[band + 1] - gains[band]) * part;
            let left = |range_m: f64| (-self.absorption[bin] * range_m as f32).exp();
            let taper = self.taper[bin];
            self.direct[bin] = fade(&near) * (taper * left(direct.range_m));
            self.reflected[bin] =
                self.ground[bin] * fade(&far) * (taper * self.evenness * left(mirrored.range_m));
        }
    }

    fn reflect(&mut self, mirrored: Heard) {
        let at = |bin: usize| {
            let hz = bin as f64 * SOURCE_RATE / SIZE as f64;
            let kr = wavenumber(hz, self.sound_mps) * mirrored.range_m;
            let q = self
                .reflection
                .coefficient(self.impedance[bin], mirrored.rise, kr);
            // The transform counts time with exp(+i w t).
            Complex::new(q.re as f32, -q.im as f32)
        };
        let mut before = at(0);
        for pair in self.knots.windows(2) {
            let after = at(pair[1]);
            let span = (pair[1] - pair[0]) as f32;
            for bin in pair[0]..=pair[1] {
                let part = (bin - pair[0]) as f32 / span;
                self.ground[bin] = before + (after - before) * part;
            }
            before = after;
        }
    }
}

/// Flat to 7.4 kHz, nothing from 7.95 kHz on.
fn taper(hz: f64) -> f32 {
    const FLAT_HZ: f64 = 7400.0;
    const END_HZ: f64 = 7950.0;
    let u = ((hz - FLAT_HZ) / (END_HZ - FLAT_HZ)).clamp(0.0, 1.0);
    ((0.5 + 0.5 * (PI * u).cos()) / SIZE as f64) as f32
}

/// The band below `hz` and how far it is to the next, in log frequency.
fn band_of(hz: f64) -> (usize, f32) {
    let bands = Fading::BANDS_HZ;
    let below = bands
        .partition_point(|band| *band <= hz)
        .clamp(1, bands.len() - 1)
        - 1;
    let (low, high) = (bands[below], bands[below + 1]);
    let part = ((hz.max(1.0) / low).ln() / (high / low).ln()).clamp(0.0, 1.0);
    (below, part as f32)
}
