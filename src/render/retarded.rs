//! Retarded time: what is heard at `t` left the aircraft at the time `tau` that solves
//! t = tau + R(tau)/c. All of the Doppler effect is in this map (P. M. Morse, K. U. Ingard,
//! "Theoretical Acoustics", ch. 11.2).

use super::flight::{norm, Flight, State};
use super::interpolate::Interpolator;
use super::motion::{Motion, STEP_S};
use super::SOURCE_RATE;

/// When sound that leaves `position` at `time_s` is heard, s.
pub(super) fn arrival(position: [f64; 3], listener: [f64; 3], sound_mps: f64, time_s: f64) -> f64 {
    time_s + distance(position, listener) / sound_mps
}

/// When the sound left that is heard at `heard_s`: the contraction tau <- t - R(tau)/c, which
/// converges below the speed of sound.
pub(super) fn departure(flight: &Flight, listener: [f64; 3], sound_mps: f64, heard_s: f64) -> f64 {
    let mut time_s = heard_s;
    for _ in 0..200 {
        let next = heard_s - distance(flight.state(time_s).position, listener) / sound_mps;
        let change = (next - time_s).abs();
        time_s = next;
        if change < 1e-9 {
            break;
        }
    }
    time_s
}

pub(super) fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    norm([a[0] - b[0], a[1] - b[1], a[2] - b[2]])
}

/// d tau / d t, by which every frequency is multiplied: 1 / (1 - v_r/c), v_r the speed towards the
/// listener; 1 for what has struck the ground.
fn doppler(state: &State, listener: [f64; 3], sound_mps: f64) -> f64 {
    if state.phase.is_none() {
        return 1.0;
    }
    let away = [0, 1, 2].map(|axis| state.position[axis] - listener[axis]);
    let range = norm(away).max(1e-3);
    let receding: f64 = (0..3)
        .map(|axis| away[axis] * state.velocity[axis])
        .sum::<f64>()
        / range;
    1.0 / (1.0 + receding / sound_mps).max(0.05)
}

/// One path of the sound, as a map from the time of hearing to the time of emission.
pub(super) struct Ray {
    nodes: Vec<Node>,
    start_s: f64,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    /// Heard at, s.
    heard_s: f64,
    /// d tau / d t.
    doppler: f64,
    /// Length of the way, m.
    range_m: f64,
    /// Sine of the angle of arrival above the horizon.
    rise: f64,
}

/// A ray at one time of hearing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heard {
    /// Emission time, s.
    pub(super) emitted_s: f64,
    /// d tau / d t.
    pub(super) doppler: f64,
    /// Length of the way, m.
    pub(super) range_m: f64,
    /// Sine of the angle between the ray and the ground.
    pub(super) rise: f64,
}

impl Ray {
    /// The ray to a listener; for the reflection that is the listener's mirror image.
    pub(super) fn new(motion: &Motion, listener: [f64; 3], sound_mps: f64) -> Self {
        let node = |(step, state): (usize, &State)| {
            let range_m = distance(state.position, listener).max(1.0);
            Node {
                heard_s: motion.time_s(step) + range_m / sound_mps,
                doppler: doppler(state, listener, sound_mps),
                range_m,
                rise: ((state.position[2] - listener[2]) / range_m).abs(),
            }
        };
        Self {
            nodes: motion.states.iter().enumerate().map(node).collect(),
            start_s: motion.start_s,
        }
    }

    /// The ray at `heard_s`; times outside the motion give its ends.
    pub(super) fn at(&self, heard_s: f64) -> Heard {
        let after = self.nodes.partition_point(|node| node.heard_s <= heard_s);
        self.within(after.clamp(1, self.nodes.len() - 1) - 1, heard_s)
    }

    /// Between the nodes `k` and `k` + 1 by the cubic that has the right Doppler factor at both:
    /// linear steps would change pitch in jumps.
    fn within(&self, k: usize, heard_s: f64) -> Heard {
        let (a, b) = (self.nodes[k], self.nodes[k + 1]);
        let span = (b.heard_s - a.heard_s).max(1e-9);
        let u = ((heard_s - a.heard_s) / span).clamp(0.0, 1.0);
        let (v, w) = (a.doppler * span, b.doppler * span);
        let cubic = u * (v + u * (3.0 * STEP_S - 2.0 * v - w + u * (-2.0 * STEP_S + v + w)));
        let line = |p: f64, q: f64| p + u * (q - p);
        Heard {
            emitted_s: self.start_s + k as f64 * STEP_S + cubic,
            doppler: line(a.doppler, b.doppler),
            range_m: line(a.range_m, b.range_m),
            rise: line(a.rise, b.rise),
        }
    }

    /// The source's sound as heard along this ray from `from_s` on: `len` samples at the source's
    /// rate, each at its retarded time, times D^2/R: spherical spreading and the convective
    /// amplification of a moving source (Morse and Ingard, eq. 11.2.13).
    pub(super) fn listen(
        &self,
        source: &[f32],
        interpolator: &Interpolator,
        from_s: f64,
        len: usize,
    ) -> Vec<f32> {
        let mut k = 0;
        (0..len)
            .map(|n| {
                let heard_s = from_s + n as f64 / SOURCE_RATE;
                while k + 2 < self.nodes.len() && self.nodes[k + 1].heard_s <= heard_s {
                    k += 1;
                }
                let heard = self.within(k, heard_s);
                let at = (heard.emitted_s - self.start_s) * SOURCE_RATE;
                let gain = heard.doppler * heard.doppler / heard.range_m;
                interpolator.at(source, at) * gain as f32
            })
            .collect()
    }
}
