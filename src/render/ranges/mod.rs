//! What varies from scene to scene, and how far.

mod source;

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::error::{check_value, RenderError};
use super::flight::ShaftParams;
use crate::signature::{Signature, Span};

pub use source::SourceRanges;

/// What scenes are drawn from, besides the figures of the signature. Unchecked;
/// [`check`](Self::check) makes them usable.
///
/// All of it is presumed: nobody has measured these aircraft. The ranges are wide on purpose, and
/// fixed from what is published on like machines (see `docs/rendering.md`), not from scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SceneRanges {
    /// Presumed figures of the signature are widened by this share of their width, 0-1.
    pub widen: f64,
    /// Length of the clip that the flight is laid around, 0.5-600 s.
    pub clip_s: f64,
    /// Slant range of passes at their closest point, and distance of impacts, 10-10,000 m; evenly
    /// in log, so that near and audible ones are frequent.
    pub distance_m: Span,
    /// The farthest that anything in the clip is to be, 100-20,000 m.
    pub farthest_m: f64,
    /// Height over ground of loitering, 30-6,000 m, evenly in log.
    pub altitude_m: Span,
    /// Height of the level flight before a dive, 30-6,000 m, evenly in log.
    pub dive_altitude_m: Span,
    /// Angle of dives below the horizon, 5-89 degrees.
    pub dive_deg: Span,
    /// Air temperature, -30 to 50 degrees Celsius.
    pub temperature_c: Span,
    /// Relative humidity, 5-100 %.
    pub humidity_percent: Span,
    /// Air pressure, 50-110 kPa.
    pub pressure_kpa: Span,
    /// Flow resistivity of the ground, 1e3-1e9 Pa s/m2, evenly in log.
    pub flow_resistivity: Span,
    /// Share of the ground's reflection that roughness leaves, 0-1.
    pub evenness: Span,
    /// Structure parameter of turbulence, 1e-10 to 1e-4 m^(-2/3), evenly in log.
    pub structure: Span,
    /// Duration of fades, 0.02-10 s, evenly in log.
    pub fade_s: Span,
    /// Height of the microphone, 0.05-100 m, evenly in log.
    pub listener_m: Span,
    /// Ambient noise under the aircraft's loudest, -120 to 20 dB.
    pub ambient_db: Span,
    /// How often an impact makes a bang, 0-1.
    pub blast_share: f64,
    /// The sources.
    pub source: SourceRanges,
    /// What is set, not drawn.
    pub fixed: Fixed,
}

/// What is set by hand; the rest is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixed {
    /// Airspeed in cruise (for a dive drawn: its terminal speed), 5-300 m/s.
    pub speed_mps: Option<f64>,
    /// Height over ground, at the closest point or before the dive, m.
    pub altitude_m: Option<f64>,
    /// Distance over ground at which the listener is passed, or of the impact, m.
    pub offset_m: Option<f64>,
    /// Angle of the dive below the horizon, degrees.
    pub dive_angle_deg: Option<f64>,
    /// Shaft speed of the engine in cruise (for a jet: of the fan), rpm.
    pub rpm: Option<f64>,
}

impl Default for SceneRanges {
    fn default() -> Self {
        Self {
            widen: 0.0,
            clip_s: 10.0,
            distance_m: [50.0, 1500.0].into(),
            farthest_m: 3000.0,
            altitude_m: [100.0, 1200.0].into(),
            dive_altitude_m: [250.0, 3000.0].into(),
            dive_deg: [25.0, 80.0].into(),
            temperature_c: [0.0, 30.0].into(),
            humidity_percent: [30.0, 90.0].into(),
            pressure_kpa: [95.0, 103.0].into(),
            flow_resistivity: [5e4, 3e7].into(),
            evenness: [0.3, 1.0].into(),
            structure: [1e-8, 2e-6].into(),
            fade_s: [0.1, 2.0].into(),
            listener_m: [1.0, 2.2].into(),
            ambient_db: [-65.0, -35.0].into(),
            blast_share: 0.6,
            source: SourceRanges::default(),
            fixed: Fixed::default(),
        }
    }
}

impl SceneRanges {
    /// The shifted settings of a second test set: every presumed range, of the signature and here,
    /// widened by `share` of its width, and other constants of propagation than the default.
    pub fn widened(share: f64) -> Self {
        let mut ranges = Self {
            widen: share,
            temperature_c: [-15.0, 40.0].into(),
            humidity_percent: [10.0, 100.0].into(),
            pressure_kpa: [80.0, 105.0].into(),
            flow_resistivity: [1e4, 3e8].into(),
            evenness: [0.0, 1.0].into(),
            structure: [1e-9, 1e-5].into(),
            fade_s: [0.05, 4.0].into(),
            listener_m: [0.3, 20.0].into(),
            ..Self::default()
        };
        ranges.source.widen(share);
        ranges
    }

    /// Checks every range against its documented limits.
    ///
    /// # Errors
    /// [`RenderError`] names the first range that is out of its limits or the wrong way round.
    pub fn check(self) -> Result<ValidSceneRanges, RenderError> {
        check_value(self.widen, "ranges", "widen", 0.0, 1.0)?;
        check_value(self.clip_s, "ranges", "clip_s", 0.5, 600.0)?;
        check_value(self.farthest_m, "ranges", "farthest_m", 100.0, 2e4)?;
        check_value(self.blast_share, "ranges", "blast_share", 0.0, 1.0)?;
        for (field, span, min, max) in [
            ("distance_m", self.distance_m, 10.0, 1e4),
            ("altitude_m", self.altitude_m, 30.0, 6000.0),
            ("dive_altitude_m", self.dive_altitude_m, 30.0, 6000.0),
            ("dive_deg", self.dive_deg, 5.0, 89.0),
            ("temperature_c", self.temperature_c, -30.0, 50.0),
            ("humidity_percent", self.humidity_percent, 5.0, 100.0),
            ("pressure_kpa", self.pressure_kpa, 50.0, 110.0),
            ("flow_resistivity", self.flow_resistivity, 1e3, 1e9),
            ("evenness", self.evenness, 0.0, 1.0),
            ("structure", self.structure, 1e-10, 1e-4),
            ("fade_s", self.fade_s, 0.02, 10.0),
            ("listener_m", self.listener_m, 0.05, 100.0),
            ("ambient_db", self.ambient_db, -120.0, 20.0),
        ] {
            check_span(field, span, min, max)?;
        }
        let mut source = self.source.clone();
        for (field, span, min, max, _) in source.fields() {
            check_span(field, *span, min, max)?;
        }
        self.fixed.check()?;
        Ok(ValidSceneRanges(self))
    }
}

impl Fixed {
    /// Airspeed that can be rendered, m/s.
    pub const SPEED_MPS: Span = Span {
        low: 5.0,
        high: 300.0,
    };
    /// Height over ground, m.
    pub const ALTITUDE_M: Span = Span {
        low: 30.0,
        high: 6000.0,
    };
    /// Distance over ground, m.
    pub const OFFSET_M: Span = Span {
        low: 0.0,
        high: 1e4,
    };
    /// Angle of dives, degrees.
    pub const DIVE_DEG: Span = Span {
        low: 5.0,
        high: 89.0,
    };
    /// Shaft speed, rpm: of jets all of it, of a propeller's engine what [`rpm_of`](Self::rpm_of) says.
    pub const RPM: Span = Span {
        low: 200.0,
        high: 120_000.0,
    };

    /// Shaft speed of the signature's engine with which its propeller turns within what can be rendered, whatever gear is drawn,
    /// rpm.
    pub fn rpm_of(signature: &Signature) -> Span {
        let gear = signature.propeller().and_then(|p| p.gear_ratio.si());
        let gear = gear.map_or(Span::of(1.0), |ratio| ratio.span());
        let [slowest, fastest] = ShaftParams::CRUISE_RPS;
        // As it is checked after the draw, so that the ends are within.
        let turns = |rpm: f64, gear: f64| rpm / 60.0 / gear;
        let mut low = (60.0 * slowest * gear.high).ceil();
        low += f64::from(u8::from(turns(low, gear.high) < slowest));
        let mut high = (60.0 * fastest * gear.low).floor();
        high -= f64::from(u8::from(turns(high, gear.low) > fastest));
        Span {
            low: low.max(Self::RPM.low),
            high: high.min(Self::RPM.high),
        }
    }

    fn check(&self) -> Result<(), RenderError> {
        let check = |value: Option<f64>, field, within: Span| {
            value.map_or(Ok(()), |value| {
                check_value(value, "fixed", field, within.low, within.high)
            })
        };
        check(self.speed_mps, "speed_mps", Self::SPEED_MPS)?;
        check(self.altitude_m, "altitude_m", Self::ALTITUDE_M)?;
        check(self.offset_m, "offset_m", Self::OFFSET_M)?;
        check(self.dive_angle_deg, "dive_angle_deg", Self::DIVE_DEG)?;
        check(self.rpm, "rpm", Self::RPM)
    }
}

fn check_span(field: &'static str, span: Span, min: f64, max: f64) -> Result<(), RenderError> {
    check_value(span.low, "ranges", field, min, max)?;
    check_value(span.high, "ranges", field, min, max)?;
    if span.low > span.high {
        return Err(RenderError::Reversed {
            field,
            low: span.low,
            high: span.high,
        });
    }
    Ok(())
}

/// Checked ranges.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct ValidSceneRanges(SceneRanges);

impl ValidSceneRanges {
    /// The ranges.
    pub fn ranges(&self) -> &SceneRanges {
        &self.0
    }
}

/// Draws evenly.
pub(super) fn even(span: Span, rng: &mut impl Rng) -> f64 {
    span.low + (span.high - span.low) * rng.gen::<f64>()
}

/// Draws evenly in the logarithm; both ends must be positive.
pub(super) fn log_even(span: Span, rng: &mut impl Rng) -> f64 {
    span.low * (span.high / span.low).powf(rng.gen::<f64>())
}

#[cfg(test)]
mod tests {
    use super::super::{Phase, Scene};
    use super::*;
    use crate::signature::Catalogue;

    #[test]
    fn default_and_widened_ranges_are_valid_and_widened_ones_hold_the_others() {
        assert!(SceneRanges::default().check().is_ok());
        let mut narrow = SourceRanges::default();
        let wide = SceneRanges::widened(0.25);
        let mut wider = wide.source.clone();
        for ((name, a, ..), (_, b, ..)) in narrow.fields().into_iter().zip(wider.fields()) {
            assert!(b.low <= a.low && b.high >= a.high, "{name}");
            assert!(b.high - b.low > a.high - a.low, "{name}");
        }
        assert!(wide.check().is_ok());
    }

    #[test]
    fn every_shaft_speed_within_the_range_of_a_signature_can_be_drawn() {
        let catalogue = Catalogue::built_in().unwrap();
        for id in ["harop", "bayraktar-tb2", "orbiter-2"] {
            let signature = catalogue.get(id).unwrap();
            let Span { low, high } = Fixed::rpm_of(signature);
            assert!(low >= 200.0 && high >= 24_000.0, "{id}: {low} to {high}");
            for rpm in [low, high] {
                for seed in 0..20 {
                    let mut ranges = SceneRanges::default();
                    ranges.fixed.rpm = Some(rpm);
                    let ranges = ranges.check().unwrap();
                    let drawn = Scene::draw(signature, Phase::Cruise, &ranges, seed);
                    assert!(drawn.is_ok(), "{id} {rpm}: {drawn:?}");
                }
            }
        }
    }

    #[test]
    fn faults_are_named() {
        let reversed = SceneRanges {
            distance_m: [500.0, 100.0].into(),
            ..SceneRanges::default()
        };
        let message = reversed.check().unwrap_err().to_string();
        assert!(message.contains("distance_m"), "{message}");
        let mut absurd = SceneRanges::default();
        absurd.fixed.rpm = Some(f64::NAN);
        assert!(absurd.check().unwrap_err().to_string().contains("rpm"));
    }
}
