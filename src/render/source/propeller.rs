//! The propeller: orders of the shaft, and broadband noise that comes and goes with the blades.

use std::f64::consts::TAU;

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
use super::loading::Loading;

/// A propeller.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PropellerParams {
    /// Blades, 1-8.
    pub blades: u32,
    /// Tip Mach number in cruise, from rotation alone, 0.05-0.95.
    pub tip_mach: f64,
    /// The forces on the blades.
    pub loading: Loading,
    /// How far blades differ: standard deviation of load (share) and, a tenth of it, of angle
    /// (radians), 0-0.5. It makes orders of the shaft between those of the blades.
    pub unevenness: f64,
    /// How far orders come and go: standard deviation of their amplitudes, share, 0-1.
    pub unsteadiness: f64,
    /// How long that takes, 0.02-5 s.
    pub unsteady_s: f64,
    /// Broadband noise over the orders in cruise, mean square, -60 to 20 dB.
    pub noise_db: f64,
    /// Middle of the broadband noise in cruise, 100-8000 Hz.
    pub noise_hz: f64,
    /// How deep the blades modulate the noise, 0-1.
    pub noise_modulation: f64,
}

impl PropellerParams {
    pub(super) fn check(&self) -> Result<(), RenderError> {
        let check = |value, field, min, max| check_value(value, "propeller", field, min, max);
        check(f64::from(self.blades), "blades", 1.0, 8.0)?;
        check(self.tip_mach, "tip_mach", 0.05, 0.95)?;
        self.loading.check()?;
        check(self.unevenness, "unevenness", 0.0, 0.5)?;
        check(self.unsteadiness, "unsteadiness", 0.0, 1.0)?;
        check(self.unsteady_s, "unsteady_s", 0.02, 5.0)?;
        check(self.noise_db, "noise_db", -60.0, 20.0)?;
        check(self.noise_hz, "noise_hz", 100.0, 8000.0)?;
        check(self.noise_modulation, "noise_modulation", 0.0, 1.0)
    }
}

/// Most orders of the shaft that are rendered.
const MOST_ORDERS: usize = 192;
/// No line is rendered above this at the source, Hz.
const TOP_HZ: f64 = 10_000.0;
/// The levels are worked out anew every so many steps (64 ms): they follow the angle of view.
const LEVEL_STEPS: usize = 16;

pub(super) fn synthesise(
    params: &PropellerParams,
    motion: &Motion,
    cruise_rps: f64,
    ahead: &[f64],
    seed: u64,
) -> Vec<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(10);
    let mut out = vec![0.0; motion.samples()];
    let fastest = motion
        .states
        .iter()
        .fold(1.0, |most: f64, s| most.max(s.rps));
    let orders = ((TOP_HZ / fastest) as usize).clamp(params.blades as usize, MOST_ORDERS);
    let mut levels = Levels::new(params, cruise_rps, orders, &mut rng);
    levels.play(params, motion, ahead, seed, &mut out);
    add_noise(params, motion, cruise_rps, seed, &mut out);
    out
}

/// The complex amplitudes of the orders.
struct Levels {
    /// Interference of unequal blades, times a phase of its own for each order.
    pattern: Vec<Complex<f64>>,
    cruise_rps: f64,
    scale: f64,
    now: Vec<f64>,
    next: Vec<f64>,
}

impl Levels {
    fn new(params: &PropellerParams, cruise_rps: f64, orders: usize, rng: &mut ChaCha8Rng) -> Self {
        let mut normal = || (0..4).map(|_| rng.gen_range(-0.866..0.866)).sum::<f64>();
        let blades: Vec<(f64, f64)> = (0..params.blades)
            .map(|_| {
                let load = (1.0 + params.unevenness * normal()).max(0.0);
                (load, 0.1 * params.unevenness * normal())
            })
            .collect();
        let pattern: Vec<Complex<f64>> = (0..=orders)
            .map(|k| {
                let sum: Complex<f64> = blades
                    .iter()
                    .enumerate()
                    .map(|(b, (load, slip))| {
                        let at = TAU * b as f64 / blades.len() as f64 + slip;
                        Complex::from_polar(*load, -(k as f64) * at)
                    })
                    .sum();
                sum / blades.len() as f64
            })
            .collect();
        let phases: Vec<f64> = (0..=orders).map(|_| rng.gen_range(0.0..TAU)).collect();
        let mut levels = Self {
            pattern: pattern
                .iter()
                .zip(&phases)
                .map(|(p, phase)| p * Complex::from_polar(1.0, *phase))
                .collect(),
            cruise_rps,
            scale: 1.0,
            now: vec![0.0; orders + 1],
            next: vec![0.0; orders + 1],
        };
        levels.scale = levels.normalise(params);
        levels
    }

    /// Brings the mean square in cruise, averaged over a few angles of view, to 1.
    fn normalise(&mut self, params: &PropellerParams) -> f64 {
        const VIEWS: [f64; 5] = [-0.8, -0.4, 0.0, 0.4, 0.8];
        let mut power = 0.0;
        for ahead in VIEWS {
            params
                .loading
                .amplitudes(params.tip_mach, ahead, params.blades, &mut self.next);
            let orders = self.next.iter().zip(&self.pattern);
            power += 0.5 * orders.map(|(a, p)| a * a * p.norm_sqr()).sum::<f64>();
        }
        1.0 / (power / VIEWS.len() as f64).max(1e-60).sqrt()
    }

    /// Levels at one step: blade forces grow with the square of the speed.
    fn at(&mut self, params: &PropellerParams, rps: f64, ahead: f64) {
        let speed = rps / self.cruise_rps;
        std::mem::swap(&mut self.now, &mut self.next);
        params.loading.amplitudes(
            params.tip_mach * speed,
            ahead,
            params.blades,
            &mut self.next,
        );
        let force = self.scale * speed * speed;
        self.next.iter_mut().for_each(|level| *level *= force);
    }

    fn play(
        &mut self,
        params: &PropellerParams,
        motion: &Motion,
        ahead: &[f64],
        seed: u64,
        out: &mut [f32],
    ) {
        let mut white = White::new(seed, 11);
        let orders = self.pattern.len() - 1;
        let sigma = params.unsteadiness;
        let mut wanders: Vec<[Wander; 2]> = (1..=orders)
            .map(|k| {
                // What varies in time varies faster at high orders: the turbulence is cut oftener.
                let time_s = params.unsteady_s / (k as f64).sqrt();
                [0, 1].map(|_| Wander::new(0.7 * sigma, time_s, STEP_S, &mut white))
            })
            .collect();
        let mut from = vec![Complex::new(0.0f32, 0.0); orders];
        let mut to = from.clone();
        let steps = motion.states.len();
        self.at(params, motion.states[0].rps, ahead[0]);
        for (step, block) in out.chunks_mut(STEP).enumerate() {
            if step % LEVEL_STEPS == 0 {
                let then = (step + LEVEL_STEPS).min(steps - 1);
                self.at(params, motion.states[then].rps, ahead[then]);
            }
            let part = (step % LEVEL_STEPS + 1) as f64 / LEVEL_STEPS as f64;
            std::mem::swap(&mut from, &mut to);
            let silent = motion.states[step + 1].phase.is_none();
            for (k, (slot, wander)) in to.iter_mut().zip(&mut wanders).enumerate() {
                let k = k + 1;
                let level = self.now[k] + (self.next[k] - self.now[k]) * part;
                let pattern = self.pattern[k] * if silent { 0.0 } else { level };
                let [a, b] = wander;
                let sway = Complex::new(1.0 + a.next(&mut white), b.next(&mut white));
                *slot = Complex::new(pattern.re as f32, pattern.im as f32) * sway;
            }
            if step == 0 {
                from.copy_from_slice(&to);
            }
            let revs = (motion.revs[step], motion.revs[step + 1]);
            add_harmonics(block, revs, &from, &to);
        }
    }
}

/// Trailing-edge and inflow noise, modulated at the blade rate as each blade comes near and its
/// lobe turns over the listener. Its power grows as the fifth power of the speed: J. E. Ffowcs
/// Williams, L. H. Hall, J. Fluid Mech. 40 (1970).
fn add_noise(
    params: &PropellerParams,
    motion: &Motion,
    cruise_rps: f64,
    seed: u64,
    out: &mut [f32],
) {
    let mut white = White::new(seed, 12);
    let mut sections = [
        Section::band_pass(params.noise_hz, 0.4),
        Section::low_pass(2.0 * params.noise_hz, 0.6),
    ];
    let modulation = params.noise_modulation;
    let mean = 1.0 + 0.5 * modulation * modulation;
    let power = Section::noise_power(&sections) * mean;
    let gain = 10f64.powf(params.noise_db / 20.0) / power.sqrt();
    let blades = f64::from(params.blades);
    for (step, block) in out.chunks_mut(STEP).enumerate() {
        let (a, b) = (&motion.states[step], &motion.states[step + 1]);
        let level = |rps: f64, silent: bool| {
            if silent {
                0.0
            } else {
                gain * (rps / cruise_rps).powf(2.5)
            }
        };
        let (from, to) = (
            level(a.rps, a.phase.is_none()),
            level(b.rps, b.phase.is_none()),
        );
        let (start, turn) = (motion.revs[step], motion.revs[step + 1] - motion.revs[step]);
        let rate = blades * turn / STEP as f64;
        // The blade's phase as a turning pointer: a sine per sample would cost more than the noise.
        let (sin, cos) = (TAU * (blades * start).fract()).sin_cos();
        let (step_sin, step_cos) = (TAU * rate).sin_cos();
        let (mut sin, mut cos) = (sin, cos);
        for (n, sample) in block.iter_mut().enumerate() {
            let mut value = f64::from(white.next());
            for section in &mut sections {
                value = section.step(value);
            }
            let level = from + (to - from) * n as f64 / STEP as f64;
            *sample += (level * (1.0 + modulation * cos) * value) as f32;
            (sin, cos) = (
                sin * step_cos + cos * step_sin,
                cos * step_cos - sin * step_sin,
            );
        }
    }
}
