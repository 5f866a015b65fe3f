//! What varies about the sources of scenes, and how far.

use serde::{Deserialize, Serialize};

use crate::signature::Span;

/// What varies about engines and propellers of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceRanges {
    /// Combustion engine over propeller in cruise, -60 to 60 dB.
    pub combustion_db: Span,
    /// Electric motor over propeller in cruise, -60 to 60 dB.
    pub electric_db: Span,
    /// Unevenness of chambers, 0-1.
    pub chamber_unevenness: Span,
    /// Unevenness of cycles, 0-1.
    pub cycle_jitter: Span,
    /// Jitter of firing times over the firing interval, 0-0.2.
    pub timing_jitter: Span,
    /// Rise of exhaust pulses, 0.05-5 ms, evenly in log.
    pub rise_ms: Span,
    /// Length of exhaust pipes, 0.05-3 m, evenly in log.
    pub pipe_m: Span,
    /// Exhaust flow noise over pulses, -60 to 20 dB.
    pub flow_noise_db: Span,
    /// Drag over thrust of the blades, 0.02-1.
    pub drag_ratio: Span,
    /// Unsteady over steady loading of a pusher, 0-2, evenly in log.
    pub pusher_unsteady: Span,
    /// The same of a tractor, evenly in log.
    pub tractor_unsteady: Span,
    /// How unsteady loading falls with its order, 0.5-5.
    pub decay: Span,
    /// Blade order where the chord cuts off, 1-200, evenly in log.
    pub cutoff: Span,
    /// Unevenness of blades, 0-0.5.
    pub blade_unevenness: Span,
    /// Unsteadiness of the orders, 0-1.
    pub unsteadiness: Span,
    /// Broadband noise over orders, -60 to 20 dB.
    pub noise_db: Span,
    /// Middle of the broadband noise, 100-8000 Hz, evenly in log.
    pub noise_hz: Span,
    /// Depth to which blades modulate it, 0-1.
    pub noise_modulation: Span,
    /// Slow wander of the shaft, share of its speed, 0-0.1, evenly in log.
    pub slow_wander: Span,
    /// Fast wander of the shaft, 0-0.05, evenly in log.
    pub fast_wander: Span,
    /// Windmilling over powered speed of a fixed propeller, 0.05-0.95.
    pub windmill: Span,
    /// Engine torque in a dive over that of the cruise, 0.05-4, evenly in log: from partly closed to full
    /// throttle after a cruise at a third of the power.
    pub dive_throttle: Span,
}

impl Default for SourceRanges {
    fn default() -> Self {
        Self {
            combustion_db: [-14.0, 14.0].into(),
            electric_db: [-35.0, -6.0].into(),
            chamber_unevenness: [0.05, 0.7].into(),
            cycle_jitter: [0.03, 0.25].into(),
            timing_jitter: [0.002, 0.02].into(),
            rise_ms: [0.15, 2.0].into(),
            pipe_m: [0.15, 1.2].into(),
            flow_noise_db: [-28.0, -3.0].into(),
            drag_ratio: [0.06, 0.35].into(),
            pusher_unsteady: [0.05, 0.8].into(),
            tractor_unsteady: [0.01, 0.2].into(),
            decay: [0.7, 2.5].into(),
            cutoff: [3.0, 60.0].into(),
            blade_unevenness: [0.01, 0.45].into(),
            unsteadiness: [0.05, 0.5].into(),
            noise_db: [-28.0, -2.0].into(),
            noise_hz: [300.0, 3000.0].into(),
            noise_modulation: [0.1, 0.9].into(),
            slow_wander: [5e-4, 1e-2].into(),
            fast_wander: [2e-4, 3e-3].into(),
            windmill: [0.45, 0.85].into(),
            dive_throttle: [0.4, 2.5].into(),
        }
    }
}

/// How a range is drawn from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Spread {
    /// By [`even`](super::even).
    Even,
    /// By [`log_even`](super::log_even).
    Log,
}

impl SourceRanges {
    /// Every range with its name, its limits and how it is drawn.
    pub(super) fn fields(&mut self) -> [(&'static str, &mut Span, f64, f64, Spread); 22] {
        use Spread::{Even, Log};
        [
            ("combustion_db", &mut self.combustion_db, -60.0, 60.0, Even),
            ("electric_db", &mut self.electric_db, -60.0, 60.0, Even),
            (
                "chamber_unevenness",
                &mut self.chamber_unevenness,
                0.0,
                1.0,
                Even,
            ),
            ("cycle_jitter", &mut self.cycle_jitter, 0.0, 1.0, Even),
            ("timing_jitter", &mut self.timing_jitter, 0.0, 0.2, Even),
            ("rise_ms", &mut self.rise_ms, 0.05, 5.0, Log),
            ("pipe_m", &mut self.pipe_m, 0.05, 3.0, Log),
            ("flow_noise_db", &mut self.flow_noise_db, -60.0, 20.0, Even),
            ("drag_ratio", &mut self.drag_ratio, 0.02, 1.0, Even),
            ("pusher_unsteady", &mut self.pusher_unsteady, 1e-3, 2.0, Log),
            (
                "tractor_unsteady",
                &mut self.tractor_unsteady,
                1e-3,
                2.0,
                Log,
            ),
            ("decay", &mut self.decay, 0.5, 5.0, Even),
            ("cutoff", &mut self.cutoff, 1.0, 200.0, Log),
            (
                "blade_unevenness",
                &mut self.blade_unevenness,
                0.0,
                0.5,
                Even,
            ),
            ("unsteadiness", &mut self.unsteadiness, 0.0, 1.0, Even),
            ("noise_db", &mut self.noise_db, -60.0, 20.0, Even),
            ("noise_hz", &mut self.noise_hz, 100.0, 8000.0, Log),
            (
                "noise_modulation",
                &mut self.noise_modulation,
                0.0,
                1.0,
                Even,
            ),
            ("slow_wander", &mut self.slow_wander, 1e-6, 0.1, Log),
            ("fast_wander", &mut self.fast_wander, 1e-6, 0.05, Log),
            ("windmill", &mut self.windmill, 0.05, 0.95, Even),
            ("dive_throttle", &mut self.dive_throttle, 0.05, 4.0, Log),
        ]
    }

    /// Widens every range by `share` of its width, half of it at either end, within its limits. The
    /// width of what is drawn evenly in the logarithm is that of the logarithm: taken off as it is, an
    /// eighth of the width would bring the lower end of a range of many octaves to its limit, and most draws
    /// would lie below the range that was to be widened.
    pub(super) fn widen(&mut self, share: f64) {
        for (_, span, min, max, spread) in self.fields() {
            let (low, high) = match spread {
                Spread::Even => {
                    let more = 0.5 * share * (span.high - span.low);
                    (span.low - more, span.high + more)
                }
                Spread::Log => {
                    let times = (span.high / span.low).powf(0.5 * share);
                    (span.low / times, span.high * times)
                }
            };
            (span.low, span.high) = (low.max(min), high.min(max));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::SceneRanges;

    #[test]
    fn most_draws_from_a_widened_range_lie_in_the_range_that_was_widened() {
        let mut narrow = SourceRanges::default();
        let mut wide = SceneRanges::widened(0.25).source;
        for ((name, a, .., spread), (_, b, ..)) in narrow.fields().into_iter().zip(wide.fields()) {
            let width = |span: &Span| match spread {
                Spread::Even => span.high - span.low,
                Spread::Log => (span.high / span.low).ln(),
            };
            let share = width(a) / width(b);
            assert!((0.799..1.0).contains(&share), "{name}: {share}");
        }
    }
}
