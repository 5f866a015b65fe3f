//! The jet: roar behind, whine of the fan or compressor ahead.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use realfft::num_complex::Complex;
use serde::{Deserialize, Serialize};

use super::super::error::{check_value, RenderError};
use super::super::motion::{Motion, STEP_S};
use super::super::noise::{Wander, White};
use super::super::STEP;
use super::filter::Section;
use super::harmonics::add_harmonics;

/// A turbojet or turbofan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JetParams {
    /// Blades of the fan or first compressor stage, 5-60.
    pub blades: u32,
    /// Middle of the roar, 40-2000 Hz: about 0.2 U/D, U the jet's speed and D its diameter
    /// (C. K. W. Tam, M. Golebiowski, J. M. Seiner, "On the two components of turbulent mixing noise
    /// from supersonic jets", AIAA 96-1716).
    pub roar_hz: f64,
    /// How the roar falls above its middle, 3-12 dB per octave.
    pub roar_slope_db: f64,
    /// Whine over roar seen from ahead, mean square, -60 to 20 dB.
    pub whine_db: f64,
    /// Buzz (shaft orders of a fan with supersonic tips) over whine, mean square, -60 to 10 dB.
    pub buzz_db: f64,
    /// Crackle and unsteadiness of the roar: standard deviation of its level, share, 0-1.
    pub unsteadiness: f64,
}

impl JetParams {
    pub(super) fn check(&self) -> Result<(), RenderError> {
        let check = |value, field, min, max| check_value(value, "jet", field, min, max);
        check(f64::from(self.blades), "blades", 5.0, 60.0)?;
        check(self.roar_hz, "roar_hz", 40.0, 2000.0)?;
        check(self.roar_slope_db, "roar_slope_db", 3.0, 12.0)?;
        check(self.whine_db, "whine_db", -60.0, 20.0)?;
        check(self.buzz_db, "buzz_db", -60.0, 10.0)?;
        check(self.unsteadiness, "unsteadiness", 0.0, 1.0)
    }
}

pub(super) fn synthesise(
    params: &JetParams,
    motion: &Motion,
    cruise_rps: f64,
    ahead: &[f64],
    seed: u64,
) -> Vec<f32> {
    let mut out = vec![0.0; motion.samples()];
    roar(params, motion, ahead, seed, &mut out);
    whine(params, motion, cruise_rps, ahead, seed, &mut out);
    out
}

/// The roar is loudest 30-50 degrees off the exhaust; ahead it is about 10 dB down.
fn roar_gain(ahead: f64) -> f64 {
    10f64.powf(-0.25 * (1.0 + ahead.clamp(-0.7, 1.0)))
}

/// The whine is radiated from the inlet, forwards.
fn whine_gain(ahead: f64) -> f64 {
    10f64.powf(0.4 * (ahead.clamp(-1.0, 0.9) - 0.9))
}

fn roar(params: &JetParams, motion: &Motion, ahead: &[f64], seed: u64, out: &mut [f32]) {
    let mut white = White::new(seed, 40);
    // One shelf of 6 dB per octave at most each; two of them share the slope.
    let steep = Section::low_pass(params.roar_hz, 0.5);
    let shallow = Section::band_pass(params.roar_hz, 0.35);
    // Between 6 (band pass) and 12 dB (low pass) per octave by their mixture.
    let share = ((params.roar_slope_db - 3.0) / 9.0).clamp(0.0, 1.0);
    let mut rumble = Section::high_pass(0.35 * params.roar_hz, 0.6);
    let power = share * share * Section::noise_power(std::slice::from_ref(&steep))
        + (1.0 - share).powi(2) * Section::noise_power(std::slice::from_ref(&shallow));
    let unit = 1.0 / power.max(1e-12).sqrt();
    let (mut steep, mut shallow) = (steep, shallow);
    let mut sway = [0.03, 0.4].map(|t| Wander::new(params.unsteadiness, t, STEP_S, &mut white));
    let mut from = None;
    for (step, block) in out.chunks_mut(STEP).enumerate() {
        let swing: f32 = sway.iter_mut().map(|w| w.next(&mut white)).sum();
        let silent = motion.states[step + 1].phase.is_none();
        let to = if silent {
            0.0
        } else {
            unit * roar_gain(ahead[step + 1]) * f64::from(0.7 * swing).exp()
        };
        let start: f64 = from.unwrap_or(to);
        for (n, sample) in block.iter_mut().enumerate() {
            let x = f64::from(white.next());
            let mixed = share * steep.step(x) + (1.0 - share) * shallow.step(x);
            let level = start + (to - start) * n as f64 / STEP as f64;
            *sample += (level * rumble.step(mixed)) as f32;
        }
        from = Some(to);
    }
}

/// Lines at the blade rate and its double, with shaft orders about them.
fn whine(
    params: &JetParams,
    motion: &Motion,
    cruise_rps: f64,
    ahead: &[f64],
    seed: u64,
    out: &mut [f32],
) {
    /// The highest line kept, Hz at the source.
    const TOP_HZ: f64 = 10_000.0;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(41);
    let mut white = White::new(seed, 42);
    let orders = ((TOP_HZ / cruise_rps) as usize).clamp(1, 160);
    let level = 10f64.powf(params.whine_db / 20.0);
    let buzz = level * 10f64.powf(params.buzz_db / 20.0);
    let blades = params.blades as usize;
    let mut amplitudes: Vec<Complex<f64>> = (1..=orders)
        .map(|k| {
            let strength = match k {
                k if k == blades => level,
                k if k == 2 * blades => 0.4 * level,
                _ => buzz * rng.gen_range(0.0..1.0) / (blades as f64).sqrt(),
            };
            Complex::from_polar(strength, rng.gen_range(0.0..std::f64::consts::TAU))
        })
        .collect();
    if orders < blades {
        amplitudes.truncate(1);
    }
    let mut sway: Vec<Wander> = amplitudes
        .iter()
        .map(|_| Wander::new(0.3, 0.15, STEP_S, &mut white))
        .collect();
    let mut from: Vec<Complex<f32>> = vec![Complex::new(0.0, 0.0); amplitudes.len()];
    let mut to = from.clone();
    for (step, block) in out.chunks_mut(STEP).enumerate() {
        std::mem::swap(&mut from, &mut to);
        let gain = match motion.states[step + 1].phase {
            Some(_) => whine_gain(ahead[step + 1]),
            None => 0.0,
        };
        for ((slot, amplitude), sway) in to.iter_mut().zip(&amplitudes).zip(&mut sway) {
            let swing = f64::from(sway.next(&mut white)).exp();
            let value = amplitude * (gain * swing);
            *slot = Complex::new(value.re as f32, value.im as f32);
        }
        if step == 0 {
            from.copy_from_slice(&to);
        }
        add_harmonics(
            block,
            (motion.revs[step], motion.revs[step + 1]),
            &from,
            &to,
        );
    }
}
