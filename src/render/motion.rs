//! The flight in steps of emission time, with the wander of the propeller's speed.

use super::flight::{Flight, State};
use super::noise::{Wander, White};
use super::retarded::{arrival, departure};
use super::shaft_wander::ShaftWander;
use super::{SOURCE_RATE, STEP};

/// Seconds per step.
pub(super) const STEP_S: f64 = STEP as f64 / SOURCE_RATE;

/// The flight over the span of emission times that a clip hears.
pub(super) struct Motion {
    /// Emission time of the first step, s.
    pub(super) start_s: f64,
    /// The aircraft at each step.
    pub(super) states: Vec<State>,
    /// Propeller revolutions since the start, at each step.
    pub(super) revs: Vec<f64>,
}

impl Motion {
    /// Covers all that is heard, over any of the `listeners` (the real one and its mirror image
    /// in the ground), from `from_s` to `to_s`.
    pub(super) fn new(
        flight: &Flight,
        wander: &ShaftWander,
        seed: u64,
        listeners: &[[f64; 3]],
        sound_mps: f64,
        (from_s, to_s): (f64, f64),
    ) -> Self {
        let start_s = listeners
            .iter()
            .map(|listener| departure(flight, *listener, sound_mps, from_s))
            .fold(from_s, f64::min)
            - 2.0 * STEP_S;
        let mut white = White::new(seed, 0);
        let mut wanders = wander.start(STEP_S, &mut white);
        let mut states = Vec::new();
        let mut revs = Vec::new();
        let mut turned = 0.0;
        loop {
            let time_s = start_s + states.len() as f64 * STEP_S;
            let mut state = flight.state(time_s);
            let drift: f64 = wanders
                .iter_mut()
                .map(|part: &mut Wander| f64::from(part.next(&mut white)))
                .sum();
            state.rps *= (1.0 + drift).clamp(0.5, 1.5);
            if let Some(before) = states.last().map(|before: &State| before.rps) {
                turned += 0.5 * (before + state.rps) * STEP_S;
            }
            states.push(state);
            revs.push(turned);
            let heard = |listener: &[f64; 3]| {
                arrival(state.position, *listener, sound_mps, time_s) > to_s + 2.0 * STEP_S
            };
            if listeners.iter().all(heard) {
                break;
            }
        }
        Self {
            start_s,
            states,
            revs,
        }
    }

    /// Samples of source sound that the steps span.
    pub(super) fn samples(&self) -> usize {
        self.states.len().saturating_sub(1) * STEP
    }

    /// Emission time of a step, s.
    pub(super) fn time_s(&self, step: usize) -> f64 {
        self.start_s + step as f64 * STEP_S
    }
}
