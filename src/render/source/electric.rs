//! The electric motor: whine from its poles, and lines about the controller's switching frequency.

use std::f64::consts::TAU;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::super::motion::Motion;
use super::super::STEP;

/// The highest line kept, Hz at the source.
const TOP_HZ: f64 = 10_000.0;

/// A line: `orders` multiples of the propeller's revolutions plus a fixed frequency.
struct Line {
    orders: f64,
    fixed_hz: f64,
    amplitude: f64,
    phase: f64,
}

/// The motor's sound, mean square 1 in cruise.
///
/// Radial forces pulse at twice the electrical frequency and its multiples, and the torque of a six-step
/// drive at six times it; pulse-width modulation adds lines at the switching frequency and, by two
/// electrical frequencies, to its sides: J. F. Gieras, C. Wang, J. C. Lai, "Noise of Polyphase
/// Electric Motors" (2006), ch. 2 and 3. How strong each is depends on the motor: they are drawn.
pub(super) fn synthesise(
    poles: f64,
    switching_hz: f64,
    motion: &Motion,
    cruise_rps: f64,
    seed: u64,
) -> Vec<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(30);
    let mut lines = lines(poles, switching_hz, cruise_rps, &mut rng);
    let power: f64 = lines.iter().map(|l| 0.5 * l.amplitude * l.amplitude).sum();
    let scale = 1.0 / power.max(1e-12).sqrt();
    let mut out = vec![0.0f32; motion.samples()];
    for (step, block) in out.chunks_mut(STEP).enumerate() {
        let (a, b) = (&motion.states[step], &motion.states[step + 1]);
        if a.phase.is_none() {
            break;
        }
        let level = scale * a.throttle.max(0.1) * (a.rps / cruise_rps);
        let turn = motion.revs[step + 1] - motion.revs[step];
        for line in &mut lines {
            let hz = line.orders * b.rps + line.fixed_hz;
            let per_sample =
                (line.orders * turn + line.fixed_hz * super::super::motion::STEP_S) / STEP as f64;
            if hz < TOP_HZ {
                let (mut sin, mut cos) = (TAU * line.phase).sin_cos();
                let (step_sin, step_cos) = (TAU * per_sample).sin_cos();
                let height = level * line.amplitude;
                for sample in block.iter_mut() {
                    *sample += (height * cos) as f32;
                    (sin, cos) = (
                        sin * step_cos + cos * step_sin,
                        cos * step_cos - sin * step_sin,
                    );
                }
            }
            line.phase = (line.phase + per_sample * STEP as f64).fract();
        }
    }
    out
}

fn lines(poles: f64, switching_hz: f64, cruise_rps: f64, rng: &mut ChaCha8Rng) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut add = |orders: f64, fixed_hz: f64, level: f64, rng: &mut ChaCha8Rng| {
        if orders * cruise_rps + fixed_hz < TOP_HZ {
            lines.push(Line {
                orders,
                fixed_hz,
                amplitude: level * rng.gen_range(0.2..1.0),
                phase: rng.gen(),
            });
        }
    };
    for multiple in [1.0, 2.0, 4.0, 6.0, 12.0, 18.0] {
        add(multiple * poles, 0.0, 1.0 / multiple.sqrt(), rng);
    }
    for side in [-4.0, -2.0, 2.0, 4.0] {
        add(side * poles, switching_hz, 0.3, rng);
    }
    add(0.0, switching_hz, 0.3, rng);
    lines
}
