//! The engine: a train of exhaust pulses in firing order, no two chambers and no two cycles alike.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::super::error::{check_value, RenderError};
use super::super::flight::State;
use super::super::motion::{Motion, STEP_S};
use super::super::noise::White;
use super::super::SOURCE_RATE;
use super::electric;
use super::exhaust::{ring, Resonance};
use super::filter::Section;

/// How the engine works.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "engine")]
pub enum EngineKind {
    /// Combustion: `firings_per_rev` evenly spaced firings per shaft revolution, by chambers that
    /// take turns. One per rotor in a rotary (each eccentric-shaft revolution fires one of the
    /// rotor's three chambers), one per cylinder in a two-stroke (fewer where cylinders fire
    /// together), half as many in a four-stroke.
    Combustion {
        /// Firings per shaft revolution, 0.25-12.
        firings_per_rev: f64,
        /// Chambers that take turns, 1-24: rotors x 3, or cylinders that fire one after the other.
        chambers: u32,
    },
    /// A brushless motor.
    Electric {
        /// Pole pairs, 1-40.
        pole_pairs: u32,
        /// Switching frequency of the controller, 2000-50,000 Hz.
        switching_hz: f64,
    },
}

/// An engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EngineParams {
    /// How it works.
    pub kind: EngineKind,
    /// Engine revolutions per propeller revolution, 0.5-10.
    pub gear: f64,
    /// How far chambers differ: standard deviation of the pulse, share, 0-1.
    pub unevenness: f64,
    /// How far cycles differ: standard deviation of the pulse, share, 0-1.
    pub cycle_jitter: f64,
    /// Standard deviation of the firing time, share of the firing interval, 0-0.2.
    pub timing_jitter: f64,
    /// Time to the peak of the exhaust flow, 0.05-5 ms.
    pub rise_ms: f64,
    /// What the exhaust adds.
    pub resonances: Vec<Resonance>,
    /// Flow noise within the pulses over the pulses, mean square, -60 to 20 dB.
    pub noise_db: f64,
    /// The flow noise begins here, 100-6000 Hz.
    pub noise_hz: f64,
}

impl EngineParams {
    pub(super) fn check(&self) -> Result<(), RenderError> {
        let check = |value, field, min, max| check_value(value, "engine", field, min, max);
        match self.kind {
            EngineKind::Combustion {
                firings_per_rev,
                chambers,
            } => {
                check(firings_per_rev, "firings_per_rev", 0.25, 12.0)?;
                check(f64::from(chambers), "chambers", 1.0, 24.0)?;
            }
            EngineKind::Electric {
                pole_pairs,
                switching_hz,
            } => {
                check(f64::from(pole_pairs), "pole_pairs", 1.0, 40.0)?;
                check(switching_hz, "switching_hz", 2000.0, 50_000.0)?;
            }
        }
        check(self.gear, "gear", 0.5, 10.0)?;
        check(self.unevenness, "unevenness", 0.0, 1.0)?;
        check(self.cycle_jitter, "cycle_jitter", 0.0, 1.0)?;
        check(self.timing_jitter, "timing_jitter", 0.0, 0.2)?;
        check(self.rise_ms, "rise_ms", 0.05, 5.0)?;
        check(self.resonances.len() as f64, "resonances", 0.0, 12.0)?;
        for resonance in &self.resonances {
            resonance.check()?;
        }
        check(self.noise_db, "noise_db", -60.0, 20.0)?;
        check(self.noise_hz, "noise_hz", 100.0, 6000.0)
    }

    /// Firings per propeller revolution; none for an electric motor.
    pub(super) fn firings_per_propeller_rev(&self) -> Option<f64> {
        match self.kind {
            EngineKind::Combustion {
                firings_per_rev, ..
            } => Some(firings_per_rev * self.gear),
            EngineKind::Electric { .. } => None,
        }
    }
}

/// The engine's sound, mean square 1 in cruise.
pub(super) fn synthesise(
    params: &EngineParams,
    motion: &Motion,
    cruise_rps: f64,
    seed: u64,
) -> Vec<f32> {
    match params.kind {
        EngineKind::Combustion {
            firings_per_rev,
            chambers,
        } => {
            let per_rev = firings_per_rev * params.gear;
            let train = Train::new(params, per_rev, chambers, seed);
            let scale = train.scale(cruise_rps);
            let mut sound = train.play(motion, cruise_rps, seed);
            sound.iter_mut().for_each(|sample| *sample *= scale);
            sound
        }
        EngineKind::Electric {
            pole_pairs,
            switching_hz,
        } => {
            let poles = f64::from(pole_pairs) * params.gear;
            electric::synthesise(poles, switching_hz, motion, cruise_rps, seed)
        }
    }
}

/// The pulse train.
struct Train<'a> {
    params: &'a EngineParams,
    per_rev: f64,
    /// Strength and lateness (share of the firing interval) of each chamber.
    chambers: Vec<(f64, f64)>,
}

impl<'a> Train<'a> {
    /// A chamber's firing is late by up to this share of the interval, per unevenness of 1.
    const LATENESS: f64 = 0.05;
    /// Pulses end after this many rise times.
    const LENGTH: f64 = 18.0;

    fn new(params: &'a EngineParams, per_rev: f64, chambers: u32, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(20);
        let mut normal = || (0..4).map(|_| rng.gen_range(-0.866..0.866)).sum::<f64>();
        Self {
            params,
            per_rev,
            chambers: (0..chambers)
                .map(|_| {
                    let strength = (1.0 + params.unevenness * normal()).max(0.1);
                    (strength, Self::LATENESS * params.unevenness * normal())
                })
                .collect(),
        }
    }

    fn play(&self, motion: &Motion, cruise_rps: f64, seed: u64) -> Vec<f32> {
        let params = self.params;
        let mut pressure = vec![0.0f32; motion.samples()];
        let mut flow = vec![0.0f32; pressure.len()];
        let mut white = White::new(seed, 21);
        let mut firing = 0usize;
        for step in 0..motion.states.len() - 1 {
            let (from, to) = (motion.revs[step], motion.revs[step + 1]);
            let state = &motion.states[step];
            loop {
                let (strength, late) = self.chambers[firing % self.chambers.len()];
                let at = (firing as f64 + 0.5) / self.per_rev;
                if at >= to {
                    break;
                }
                firing += 1;
                if state.phase.is_none() {
                    continue;
                }
                let interval_s = 1.0 / (state.rps * self.per_rev).max(0.1);
                let jitter = late + params.timing_jitter * f64::from(white.next());
                let part = (at - from) / (to - from).max(1e-12);
                let time = (step as f64 + part) * STEP_S + jitter * interval_s;
                let cycle = (1.0 + params.cycle_jitter * f64::from(white.next())).max(0.05);
                let load = strength * cycle * load(state, cruise_rps);
                let rise = params.rise_ms
                    * 1e-3
                    * (1.0 + 0.3 * params.cycle_jitter * f64::from(white.next())).max(0.3);
                add_pulse(
                    &mut pressure,
                    &mut flow,
                    time * SOURCE_RATE,
                    rise * SOURCE_RATE,
                    load,
                );
            }
        }
        ring(&mut pressure, &params.resonances);
        self.add_noise(&mut pressure, &flow, &mut white);
        pressure
    }

    /// The gas that streams out hisses: white noise in proportion to the flow.
    fn add_noise(&self, pressure: &mut [f32], flow: &[f32], white: &mut White) {
        let mut sections = [
            Section::high_pass(self.params.noise_hz, 0.6),
            Section::low_pass((3.0 * self.params.noise_hz).min(9000.0), 0.6),
        ];
        let unit = Section::noise_power(&sections).sqrt();
        let gain = (10f64.powf(self.params.noise_db / 20.0) / unit) as f32;
        for (sample, flow) in pressure.iter_mut().zip(flow) {
            let mut value = f64::from(gain * flow * white.next());
            for section in &mut sections {
                value = section.step(value);
            }
            *sample += value as f32;
        }
    }

    /// What brings the sound in cruise to mean square 1: a short even train is measured, long enough to fire a few times.
    fn scale(&self, cruise_rps: f64) -> f32 {
        const STEPS: usize = 64;
        const FIRINGS: f64 = 12.0;
        let steps = (FIRINGS / (self.per_rev * cruise_rps) / STEP_S).ceil() as usize;
        let steps = steps.max(STEPS);
        let state = State {
            position: [0.0; 3],
            velocity: [0.0; 3],
            rps: cruise_rps,
            throttle: 1.0,
            phase: Some(super::super::Phase::Cruise),
        };
        let steady = Motion {
            start_s: 0.0,
            states: vec![state; steps],
            revs: (0..steps).map(|k| k as f64 * STEP_S * cruise_rps).collect(),
        };
        let even = Self {
            params: self.params,
            per_rev: self.per_rev,
            chambers: vec![(1.0, 0.0)],
        };
        let sound = even.play(&steady, cruise_rps, 0);
        let settled = &sound[sound.len() / 3..];
        let power: f64 = settled.iter().map(|x| f64::from(*x).powi(2)).sum();
        (1.0 / (power / settled.len() as f64).max(1e-20).sqrt()) as f32
    }
}

/// Strength of a pulse: the exhaust's flow goes with the charge per firing, thus with the torque.
fn load(state: &State, cruise_rps: f64) -> f64 {
    let speed = (state.rps / cruise_rps).max(0.1);
    // Without throttle an engine still pumps air.
    state.throttle.max(0.15) * speed.sqrt()
}

/// Adds one pulse that begins at sample `start`: the flow q = (t/a)^2 exp(2 - t/a) / 4 with its peak at 2a,
/// and the pressure a monopole makes of it, dq/dt, at the listener's side (Morse and Ingard, ch. 7.1).
fn add_pulse(pressure: &mut [f32], flow: &mut [f32], start: f64, rise: f64, load: f64) {
    let a = 0.5 * rise.max(1.0);
    let first = start.max(0.0).ceil() as usize;
    let last = ((start + Train::LENGTH * a).max(0.0) as usize).min(pressure.len());
    if first >= last {
        return;
    }
    // The exponential falls by the same factor from sample to sample.
    let mut fall = load * (2.0 - (first as f64 - start) / a).exp() / 4.0;
    let factor = (-1.0 / a).exp();
    let both = pressure[first..last].iter_mut().zip(&mut flow[first..last]);
    for (n, (pressure, flow)) in both.enumerate() {
        let u = ((first + n) as f64 - start) / a;
        *flow += (u * u * fall) as f32;
        *pressure += (u * (2.0 - u) * fall) as f32;
        fall *= factor;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_has_its_level_however_slowly_it_fires() {
        for rps in [2.0, 8.0, 100.0] {
            let params = EngineParams {
                kind: EngineKind::Combustion {
                    firings_per_rev: 0.5,
                    chambers: 1,
                },
                gear: 1.0,
                unevenness: 0.0,
                cycle_jitter: 0.0,
                timing_jitter: 0.0,
                rise_ms: 1.0,
                resonances: vec![],
                noise_db: -60.0,
                noise_hz: 1000.0,
            };
            let state = State {
                position: [0.0; 3],
                velocity: [0.0; 3],
                rps,
                throttle: 1.0,
                phase: Some(super::super::super::Phase::Cruise),
            };
            let motion = Motion {
                start_s: 0.0,
                states: vec![state; 2501],
                revs: (0..2501).map(|k| f64::from(k) * STEP_S * rps).collect(),
            };
            let sound = synthesise(&params, &motion, rps, 1);
            let power: f64 = sound.iter().map(|x| f64::from(*x).powi(2)).sum();
            let power = power / sound.len() as f64;
            assert!((0.8..1.25).contains(&power), "{rps}: {power}");
        }
    }
}
