//! What is true of a rendered clip.

use serde::{Deserialize, Serialize};

use super::flight::State;
use super::motion::{Motion, STEP_S};
use super::retarded::{arrival, distance, Ray};
use super::scene::{Scene, SceneParams};
use super::{Phase, RATE};

/// The version of [`Truth`].
pub const TRUTH_SCHEMA: &str = "earwitness.render/1";

/// What is true of a rendered clip. Times are in seconds from its start, as heard, unless they say otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    /// [`TRUTH_SCHEMA`].
    pub schema: String,
    /// The airframe: a signature's id, or `jet`.
    pub signature: String,
    /// The phase that was asked for.
    pub phase: Phase,
    /// The scene's seed.
    pub seed: u64,
    /// Length, s.
    pub duration_s: f64,
    /// Samples per second.
    pub sample_rate_hz: u32,
    /// Speed of sound, m/s.
    pub sound_mps: f64,
    /// Pressure of a sample of 1, Pa, if the source is as loud as `scene.source_db_spl` says.
    pub pascal_per_unit: f64,
    /// Closest point of approach; none if it lies more than a minute outside the clip, or if the
    /// aircraft comes nearer until it hits the ground.
    pub closest: Option<Closest>,
    /// The impact, where there is one, also if it is heard only after the clip.
    pub impact: Option<Closest>,
    /// What is heard in which phase.
    pub phases: Vec<PhaseSpan>,
    /// What is heard, every 0.1 s.
    pub track: Vec<Instant>,
    /// Every parameter of the scene.
    pub scene: SceneParams,
}

/// A point of the flight.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Closest {
    /// When the aircraft is there, s.
    pub emitted_s: f64,
    /// When it is heard there, s.
    pub heard_s: f64,
    /// Distance to the listener, m.
    pub distance_m: f64,
}

/// A span heard in one phase.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PhaseSpan {
    /// Start, s.
    pub start_s: f64,
    /// End, s.
    pub end_s: f64,
    /// Phase; none after the impact.
    pub phase: Option<Phase>,
}

/// What is heard at one instant, on the direct way.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Instant {
    /// Heard at, s.
    pub time_s: f64,
    /// Left the aircraft at, s.
    pub emitted_s: f64,
    /// Phase; none after the impact.
    pub phase: Option<Phase>,
    /// Blade-pass frequency as heard, Hz; none after the impact.
    pub blade_pass_hz: Option<f64>,
    /// Firing rate as heard, Hz; none after the impact and for what has no firing.
    pub firing_hz: Option<f64>,
    /// Frequency heard over frequency sent; 1 after the impact.
    pub doppler: f64,
    /// Airspeed when the sound left, m/s; 0 after the impact.
    pub speed_mps: f64,
    /// Propeller (fan) speed when the sound left, rpm; 0 after the impact.
    pub propeller_rpm: f64,
    /// Distance when the sound left, m.
    pub slant_range_m: f64,
    /// Level over the 0.1 s around, dB re 20 uPa.
    pub level_db_spl: f64,
}

/// Seconds between instants.
const INSTANT_S: f64 = 0.1;

pub(super) fn tell(
    scene: &Scene,
    motion: &Motion,
    direct: &Ray,
    samples: &[f32],
    gain: f64,
) -> Truth {
    /// 20 uPa.
    const REFERENCE_PA: f64 = 2e-5;
    let params = scene.params();
    let duration_s = samples.len() as f64 / RATE;
    // The source has mean square 1 at 1 m where its level is `source_db_spl`.
    let pascal_per_unit = REFERENCE_PA * 10f64.powf(params.source_db_spl / 20.0) / gain;
    let (_, firings) = params.source.orders();
    let instant = |time_s: f64| {
        let heard = direct.at(time_s);
        let state = state_at(motion, heard.emitted_s);
        let HeardInstant {
            phase,
            blade_pass_hz,
            slant_range_m,
            ..
        } = HeardInstant::at(scene, motion, direct, time_s);
        let from = (((time_s - 0.5 * INSTANT_S).max(0.0)) * RATE) as usize;
        let to = (((time_s + 0.5 * INSTANT_S) * RATE) as usize).min(samples.len());
        let around = &samples[from.min(to)..to];
        let power: f64 = around.iter().map(|x| f64::from(*x).powi(2)).sum();
        let rms = (power / around.len().max(1) as f64).sqrt() * pascal_per_unit;
        Instant {
            time_s,
            emitted_s: heard.emitted_s,
            phase,
            blade_pass_hz,
            firing_hz: firings.and_then(|f| phase.map(|_| f * state.rps * heard.doppler)),
            doppler: heard.doppler,
            speed_mps: phase.map_or(0.0, |_| state.speed()),
            propeller_rpm: phase.map_or(0.0, |_| 60.0 * state.rps),
            slant_range_m,
            level_db_spl: 20.0 * (rms / REFERENCE_PA).max(1e-9).log10(),
        }
    };
    Truth {
        schema: TRUTH_SCHEMA.to_owned(),
        signature: params.signature.clone(),
        phase: params.phase,
        seed: params.seed,
        duration_s,
        sample_rate_hz: RATE as u32,
        sound_mps: params.air.sound_mps(),
        pascal_per_unit,
        closest: closest(scene, duration_s),
        impact: scene.flight().dive_s().map(|(_, end)| point(scene, end)),
        phases: scene.phases(duration_s),
        track: instants_s(duration_s).map(instant).collect(),
        scene: params.clone(),
    }
}

/// What is heard at one instant, as far as it is known without rendering.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeardInstant {
    /// Heard at, s.
    pub time_s: f64,
    /// Phase; none after the impact.
    pub phase: Option<Phase>,
    /// Blade-pass frequency as heard, Hz; none after the impact.
    pub blade_pass_hz: Option<f64>,
    /// Distance when the sound left, m.
    pub slant_range_m: f64,
}

impl HeardInstant {
    fn at(scene: &Scene, motion: &Motion, direct: &Ray, time_s: f64) -> Self {
        let heard = direct.at(time_s);
        let phase = scene.flight().state(heard.emitted_s).phase;
        let (blades, _) = scene.params().source.orders();
        let rps = state_at(motion, heard.emitted_s).rps;
        Self {
            time_s,
            phase,
            blade_pass_hz: phase.map(|_| blades * rps * heard.doppler),
            slant_range_m: heard.range_m,
        }
    }
}

/// Times of the instants of a clip, s.
fn instants_s(duration_s: f64) -> impl Iterator<Item = f64> {
    let last = (duration_s / INSTANT_S).floor() as usize;
    (0..=last).map(|n| n as f64 * INSTANT_S)
}

pub(super) fn track(
    scene: &Scene,
    motion: &Motion,
    direct: &Ray,
    duration_s: f64,
) -> Vec<HeardInstant> {
    instants_s(duration_s)
        .map(|time_s| HeardInstant::at(scene, motion, direct, time_s))
        .collect()
}

/// The motion between its steps, wander included.
fn state_at(motion: &Motion, emitted_s: f64) -> State {
    let at = ((emitted_s - motion.start_s) / STEP_S).max(0.0);
    let k = (at as usize).min(motion.states.len() - 2);
    let part = (at - k as f64).min(1.0);
    let (a, b) = (motion.states[k], motion.states[k + 1]);
    State {
        rps: a.rps + (b.rps - a.rps) * part,
        velocity: [0, 1, 2].map(|n| a.velocity[n] + (b.velocity[n] - a.velocity[n]) * part),
        ..a
    }
}

fn point(scene: &Scene, emitted_s: f64) -> Closest {
    let position = scene.flight().state(emitted_s).position;
    let sound_mps = scene.params().air.sound_mps();
    Closest {
        emitted_s,
        heard_s: arrival(position, scene.listener(), sound_mps, emitted_s),
        distance_m: distance(position, scene.listener()),
    }
}

/// The nearest point from a minute before the clip to a minute after, if it is not at an end.
fn closest(scene: &Scene, duration_s: f64) -> Option<Closest> {
    const AROUND_S: f64 = 60.0;
    const STEP_S: f64 = 0.25;
    let range = |time_s: f64| distance(scene.flight().state(time_s).position, scene.listener());
    let end_s = match scene.flight().dive_s() {
        Some((_, end)) => end.min(duration_s + AROUND_S),
        None => duration_s + AROUND_S,
    };
    let steps = ((end_s + AROUND_S) / STEP_S).max(0.0) as usize;
    let time = |k: usize| -AROUND_S + k as f64 * STEP_S;
    let nearest = (0..=steps).min_by(|a, b| range(time(*a)).total_cmp(&range(time(*b))))?;
    if nearest == 0 || nearest >= steps {
        return None;
    }
    // Golden-section search between the neighbours.
    let ratio = 0.5 * (5f64.sqrt() - 1.0);
    let (mut low, mut high) = (time(nearest - 1), time(nearest + 1));
    while high - low > 1e-7 {
        let (a, b) = (high - ratio * (high - low), low + ratio * (high - low));
        if range(a) < range(b) {
            high = b;
        } else {
            low = a;
        }
    }
    Some(point(scene, 0.5 * (low + high)))
}
