//! One flight past one listener: from parameters to samples.

use serde::{Deserialize, Serialize};

use super::air::Air;
use super::ambient::add_ambient;
use super::error::{check_value, RenderError};
use super::flight::{norm, Flight, FlightParams};
use super::ground::Ground;
use super::impact::Impact;
use super::motion::Motion;
use super::propagate::{propagate, Medium};
use super::retarded::{arrival, Ray};
use super::shaft_wander::ShaftWander;
use super::source::Source;
use super::truth::{self, HeardInstant, PhaseSpan, Truth};
use super::turbulence::Turbulence;
use super::{Phase, RATE};

/// All that decides what a scene sounds like. Unchecked; [`check`](Self::check) makes a [`Scene`] of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SceneParams {
    /// The airframe: a signature's id, or `jet`.
    pub signature: String,
    /// The phase it was drawn for.
    pub phase: Phase,
    /// Seed of everything random within the scene: jitter, wander, noise, fading.
    pub seed: u64,
    /// What sounds.
    pub source: Source,
    /// Sound pressure level in cruise at 1 m, 40-180 dB re 20 uPa. The samples are normalised; this only
    /// decides what the truth says about the level heard.
    pub source_db_spl: f64,
    /// Where it flies.
    pub flight: FlightParams,
    /// How steadily it turns.
    pub wander: ShaftWander,
    /// The air.
    pub air: Air,
    /// The ground.
    pub ground: Ground,
    /// Turbulence of the air.
    pub turbulence: Turbulence,
    /// Height of the listener's microphone over the ground, 0.05-100 m.
    pub listener_m: f64,
    /// What is heard of the impact, where a dive ends.
    pub impact: Impact,
    /// Ambient noise under the aircraft's loudest tenth of a second, mean square, -120 to 20 dB.
    pub ambient_db: f64,
}

impl SceneParams {
    /// Checks every part against its documented ranges.
    ///
    /// # Errors
    /// [`RenderError::OutOfRange`] names the first setting that is out of range, [`RenderError::NeverLands`] a dive that
    /// does not reach the ground.
    pub fn check(self) -> Result<Scene, RenderError> {
        self.source.check()?;
        check_value(self.source_db_spl, "scene", "source_db_spl", 40.0, 180.0)?;
        self.wander.check()?;
        self.air.check()?;
        self.ground.check()?;
        self.turbulence.check()?;
        check_value(self.listener_m, "scene", "listener_m", 0.05, 100.0)?;
        self.impact.check()?;
        check_value(self.ambient_db, "scene", "ambient_db", -120.0, 20.0)?;
        let flight = self.flight.clone().check()?;
        Ok(Scene {
            params: self,
            flight,
        })
    }
}

/// A checked scene.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    params: SceneParams,
    flight: Flight,
}

/// What a scene sounds like, and what is true of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Rendered {
    /// 16 kHz mono, full scale +-1: the loudest tenth of a second of the aircraft has a root mean square of 0.1, or
    /// less if a peak would pass 0.95. Tenths are counted from the start, and the last one ends with the aircraft's
    /// sound; where it is shorter than a tenth, all of it is levelled by.
    pub samples: Vec<f32>,
    /// What is true of them.
    pub truth: Truth,
}

impl Scene {
    /// Seconds that a clip may last: more than the longest is cut to it.
    pub const MOST_SECONDS: f64 = 600.0;
    /// Root mean square of the loudest tenth of a second.
    const LEVEL: f64 = 0.1;
    const MOST_PEAK: f64 = 0.95;

    /// The settings.
    pub fn params(&self) -> &SceneParams {
        &self.params
    }

    /// The flight.
    pub fn flight(&self) -> &Flight {
        &self.flight
    }

    /// Where the microphone is, m.
    pub fn listener(&self) -> [f64; 3] {
        [0.0, 0.0, self.params.listener_m]
    }

    /// Spans of the first `seconds` that are heard in one phase, in order and without gaps, without
    /// rendering anything: `phase` is `None` after an impact. `seconds` as in [`render`](Self::render).
    pub fn phases(&self, seconds: f64) -> Vec<PhaseSpan> {
        let seconds = within_a_clip(seconds);
        let heard = |time_s: f64| {
            let position = self.flight.state(time_s).position;
            arrival(
                position,
                self.listener(),
                self.params.air.sound_mps(),
                time_s,
            )
        };
        let bounds = match self.flight.dive_s() {
            Some((start, end)) => vec![
                (heard(start), Some(Phase::Cruise)),
                (heard(end), Some(Phase::Dive)),
                (f64::INFINITY, None),
            ],
            None => vec![(f64::INFINITY, Some(Phase::Cruise))],
        };
        let mut spans = Vec::new();
        let mut start_s = 0.0;
        for (until, phase) in bounds {
            let end_s = until.min(seconds);
            if end_s > start_s {
                spans.push(PhaseSpan {
                    start_s,
                    end_s,
                    phase,
                });
                start_s = end_s;
            }
        }
        spans
    }

    /// What is heard when over the first `seconds`, every 0.1 s, without rendering anything: what the truth of
    /// [`render`](Self::render) says, for `seconds` as there.
    pub fn track(&self, seconds: f64) -> Vec<HeardInstant> {
        let seconds = within_a_clip(seconds);
        let motion = self.motion(seconds);
        let direct = Ray::new(&motion, self.listener(), self.params.air.sound_mps());
        truth::track(self, &motion, &direct, seconds)
    }

    /// The flight that the first `seconds` are heard of. How the propeller's speed wanders depends on where it starts:
    /// all that speaks of one clip has to go by one motion. `seconds` has to be finite: a motion ends where it is heard to.
    fn motion(&self, seconds: f64) -> Motion {
        /// The filters look this far beyond the clip, s.
        const MARGIN_S: f64 = 0.1;
        Motion::new(
            &self.flight,
            &self.params.wander,
            self.params.seed,
            &[self.listener(), self.mirror()],
            self.params.air.sound_mps(),
            (-MARGIN_S, seconds + MARGIN_S),
        )
    }

    /// The microphone's mirror image in the ground, m.
    fn mirror(&self) -> [f64; 3] {
        let [x, y, z] = self.listener();
        [x, y, -z]
    }

    /// Renders the first `seconds`, rounded to samples: at most [`MOST_SECONDS`](Self::MOST_SECONDS), none for what is
    /// negative or NaN.
    pub fn render(&self, seconds: f64) -> Rendered {
        let seconds = within_a_clip(seconds);
        let len = (seconds * RATE).round() as usize;
        let sound_mps = self.params.air.sound_mps();
        let listener = self.listener();
        let motion = self.motion(seconds);
        let source = self.source(&motion, listener);
        let direct = Ray::new(&motion, listener, sound_mps);
        let mirrored = Ray::new(&motion, self.mirror(), sound_mps);
        let medium = Medium {
            air: &self.params.air,
            ground: &self.params.ground,
            turbulence: &self.params.turbulence,
            seed: self.params.seed,
        };
        let mut samples = propagate(&source, &direct, &mirrored, &medium, len);
        let gain = self.normalise(&mut samples, seconds);
        let truth = truth::tell(self, &motion, &direct, &samples, gain);
        Rendered { samples, truth }
    }

    /// The sound at the source.
    fn source(&self, motion: &Motion, listener: [f64; 3]) -> Vec<f32> {
        let ahead: Vec<f64> = motion
            .states
            .iter()
            .map(|state| {
                let way = [0, 1, 2].map(|axis| listener[axis] - state.position[axis]);
                let dot: f64 = (0..3).map(|axis| way[axis] * state.velocity[axis]).sum();
                dot / (norm(way) * state.speed()).max(1e-9)
            })
            .collect();
        let params = &self.params;
        let cruise_rps = params.flight.shaft.cruise_rps;
        let mut source = params
            .source
            .synthesise(motion, cruise_rps, &ahead, params.seed);
        if let Some((_, impact_s)) = self.flight.dive_s() {
            params
                .impact
                .add(&mut source, motion, impact_s, params.seed);
        }
        source
    }

    /// Brings the samples to their level, with ambient noise; gives the gain.
    fn normalise(&self, samples: &mut [f32], seconds: f64) -> f64 {
        let alive_s = self
            .phases(seconds)
            .iter()
            .filter(|span| span.phase.is_some())
            .fold(0.0, |end: f64, span| end.max(span.end_s));
        let alive = ((alive_s * RATE) as usize).min(samples.len());
        // What only holds the time after the impact is levelled by that.
        let measured = if alive > 0 {
            &samples[..alive]
        } else {
            &samples[..]
        };
        let loudest = loudest_power(measured);
        let ambient = loudest.max(1e-24) * 10f64.powf(self.params.ambient_db / 10.0);
        add_ambient(samples, ambient, self.params.seed);
        let peak = samples.iter().fold(0.0f32, |peak, x| peak.max(x.abs()));
        let gain = (Self::LEVEL / loudest.max(1e-24).sqrt())
            .min(Self::MOST_PEAK / f64::from(peak).max(1e-12));
        samples.iter_mut().for_each(|x| *x *= gain as f32);
        gain
    }
}

/// Seconds that can be rendered, from any number: a NaN, which no bound holds back, is none.
fn within_a_clip(seconds: f64) -> f64 {
    if seconds.is_nan() {
        0.0
    } else {
        seconds.clamp(0.0, Scene::MOST_SECONDS)
    }
}

/// Mean square of the loudest tenth of a second, of the whole where it is shorter; 0 for nothing. Only whole tenths
/// count: a few samples on a peak would pass for a loud one. The last tenth is one of them, because a dive is loudest there.
fn loudest_power(sound: &[f32]) -> f64 {
    const WINDOW: usize = (0.1 * RATE) as usize;
    let power =
        |x: &[f32]| x.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / x.len().max(1) as f64;
    let last = &sound[sound.len().saturating_sub(WINDOW)..];
    let whole = sound.chunks_exact(WINDOW).chain([last]);
    whole.map(power).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fragment_of_a_tenth_is_no_loud_tenth() {
        let mut sound = vec![0.1; 3200];
        sound.extend([1.0; 5]);
        let expected = (1595.0 * 0.01 + 5.0) / 1600.0;
        assert!((loudest_power(&sound) - expected).abs() < 1e-6);
        sound.rotate_right(5);
        assert!((loudest_power(&sound) - expected).abs() < 1e-6);
    }

    #[test]
    fn the_last_tenth_counts_and_what_is_shorter_counts_whole() {
        let mut sound = vec![0.1; 2400];
        sound.extend([0.5; 1599]);
        assert!(loudest_power(&sound) > 0.249);
        assert!((loudest_power(&[0.5, 0.1]) - 0.13).abs() < 1e-6);
        assert_eq!(loudest_power(&[]), 0.0);
    }
}
