//! The dive: level flight, push-over, a fall in which drag balances gravity more and more, the ground.

use serde::{Deserialize, Serialize};

use super::super::error::{check_value, RenderError};
use super::super::Phase;

/// Level flight, then a dive to the ground, which it has to reach within 1,200 s of the push-over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DiveParams {
    /// Height of the level flight before, 30-6,000 m.
    pub altitude_m: f64,
    /// Angle of the dive below the horizon, 5-89 degrees.
    pub angle_deg: f64,
    /// Speed towards which the dive tends, 5-300 m/s.
    pub terminal_mps: f64,
    /// How long the push-over takes, 0.2-20 s.
    pub push_over_s: f64,
    /// Engine torque in the dive over that of the cruise, 0-4.
    pub throttle: f64,
    /// Emission time at which the push-over begins, -3,600 to 3,600 s.
    pub start_s: f64,
    /// Where the ground is hit, from the listener along the heading, -20,000 to 20,000 m: what
    /// is beyond the listener (positive) was passed before.
    pub impact_along_m: f64,
    /// The same across the heading, to the left.
    pub impact_across_m: f64,
}

impl DiveParams {
    pub(super) fn check(&self) -> Result<(), RenderError> {
        check_value(self.altitude_m, "dive", "altitude_m", 30.0, 6000.0)?;
        check_value(self.angle_deg, "dive", "angle_deg", 5.0, 89.0)?;
        check_value(self.terminal_mps, "dive", "terminal_mps", 5.0, 300.0)?;
        check_value(self.push_over_s, "dive", "push_over_s", 0.2, 20.0)?;
        check_value(self.throttle, "dive", "throttle", 0.0, 4.0)?;
        check_value(self.start_s, "dive", "start_s", -3600.0, 3600.0)?;
        check_value(self.impact_along_m, "dive", "impact_along_m", -2e4, 2e4)?;
        check_value(self.impact_across_m, "dive", "impact_across_m", -2e4, 2e4)
    }
}

/// The dive worked out, in steps of [`STEP_S`](Self::STEP_S) from the push-over to the ground.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Profile {
    points: Vec<Point>,
    tilted_s: f64,
    duration_s: f64,
    speed_mps: f64,
}

/// One step: way along the heading and height, and their rates.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Point {
    along: f64,
    height: f64,
    along_rate: f64,
    climb: f64,
}

impl Profile {
    const STEP_S: f64 = 0.02;
    /// Steps after which a dive that gets nowhere is given up.
    const MOST: usize = 60_000;

    /// Speed along the path by dV/dt = g sin(angle) (1 - V^2/V_t^2): drag and thrust balance
    /// gravity at the terminal speed V_t (R. von Mises, "Theory of Flight", ch. XIV). The angle
    /// grows smoothly during the push-over.
    ///
    /// # Errors
    /// [`RenderError::NeverLands`] for what is still in the air after [`MOST`](Self::MOST) steps: an impact there would be
    /// one in mid-air.
    pub(super) fn new(dive: &DiveParams, cruise_mps: f64) -> Result<Self, RenderError> {
        const GRAVITY: f64 = 9.81;
        let full = dive.angle_deg.to_radians();
        let angle = |t: f64| {
            let u = (t / dive.push_over_s).clamp(0.0, 1.0);
            full * u * u * (3.0 - 2.0 * u)
        };
        let rate = |t: f64, v: f64| {
            let drag = (v / dive.terminal_mps).powi(2);
            // What is faster than its terminal speed slows down gently, not like a stone in water.
            GRAVITY * angle(t).sin() * (1.0 - drag).max(-1.0)
        };
        let point = |t: f64, v: f64, along: f64, height: f64| {
            let (sin, cos) = angle(t).sin_cos();
            Point {
                along,
                height,
                along_rate: v * cos,
                climb: -v * sin,
            }
        };
        let mut speed = cruise_mps;
        let mut points = vec![point(0.0, speed, 0.0, dive.altitude_m)];
        let duration_s = loop {
            if points.len() > Self::MOST {
                return Err(RenderError::NeverLands {
                    altitude_m: dive.altitude_m,
                    angle_deg: dive.angle_deg,
                    terminal_mps: dive.terminal_mps,
                    most_s: Self::MOST as f64 * Self::STEP_S,
                });
            }
            let last = points[points.len() - 1];
            let t = (points.len() - 1) as f64 * Self::STEP_S;
            let middle = speed + 0.5 * Self::STEP_S * rate(t, speed);
            speed += Self::STEP_S * rate(t + 0.5 * Self::STEP_S, middle);
            let mut next = point(t + Self::STEP_S, speed, 0.0, 0.0);
            next.along = last.along + 0.5 * Self::STEP_S * (last.along_rate + next.along_rate);
            next.height = last.height + 0.5 * Self::STEP_S * (last.climb + next.climb);
            points.push(next);
            if next.height <= 0.0 {
                let part = last.height / (last.height - next.height).max(1e-9);
                break t + part * Self::STEP_S;
            }
        };
        Ok(Self {
            points,
            // The smooth step is at half its height half-way through.
            tilted_s: (0.5 * dive.push_over_s).min(duration_s),
            duration_s,
            speed_mps: cruise_mps,
        })
    }

    pub(super) fn tilted_s(&self) -> f64 {
        self.tilted_s
    }

    pub(super) fn duration_s(&self) -> f64 {
        self.duration_s
    }

    /// Position, velocity, throttle and phase at an emission time.
    pub(super) fn at(
        &self,
        dive: &DiveParams,
        time_s: f64,
    ) -> ([f64; 3], [f64; 3], f64, Option<Phase>) {
        let t = time_s - dive.start_s;
        let end = self.point(self.duration_s);
        let place = |point: Point| {
            (
                [
                    dive.impact_along_m + point.along - end.along,
                    dive.impact_across_m,
                    point.height.max(0.0),
                ],
                [point.along_rate, 0.0, point.climb],
            )
        };
        if t <= 0.0 {
            let start = self.points[0];
            let level = Point {
                along: start.along + self.speed_mps * t,
                ..start
            };
            let (position, velocity) = place(level);
            return (position, velocity, 1.0, Some(Phase::Cruise));
        }
        let (position, velocity) = place(self.point(t.min(self.duration_s)));
        let phase = if t >= self.duration_s {
            None
        } else if t < self.tilted_s {
            Some(Phase::Cruise)
        } else {
            Some(Phase::Dive)
        };
        // The throttle moves with the push-over.
        let u = (t / dive.push_over_s).clamp(0.0, 1.0);
        let moved = u * u * (3.0 - 2.0 * u);
        (
            position,
            velocity,
            1.0 + (dive.throttle - 1.0) * moved,
            phase,
        )
    }

    /// Between two steps by cubic Hermite interpolation, so that velocity fits position.
    fn point(&self, t: f64) -> Point {
        let at = (t / Self::STEP_S).max(0.0);
        let k = (at as usize).min(self.points.len().saturating_sub(2));
        let u = at - k as f64;
        let (a, b) = (
            self.points[k],
            self.points[(k + 1).min(self.points.len() - 1)],
        );
        let cubic = |p: f64, v: f64, q: f64, w: f64| {
            let (v, w) = (v * Self::STEP_S, w * Self::STEP_S);
            p + u * (v + u * (3.0 * (q - p) - 2.0 * v - w + u * (2.0 * (p - q) + v + w)))
        };
        Point {
            along: cubic(a.along, a.along_rate, b.along, b.along_rate),
            height: cubic(a.height, a.climb, b.height, b.climb),
            along_rate: a.along_rate + u * (b.along_rate - a.along_rate),
            climb: a.climb + u * (b.climb - a.climb),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dive() -> DiveParams {
        DiveParams {
            altitude_m: 900.0,
            angle_deg: 50.0,
            terminal_mps: 110.0,
            push_over_s: 3.0,
            throttle: 1.2,
            start_s: 2.0,
            impact_along_m: 100.0,
            impact_across_m: -30.0,
        }
    }

    #[test]
    fn it_ends_on_the_ground_where_it_should_and_below_terminal_speed() {
        let profile = Profile::new(&dive(), 50.0).unwrap();
        let (position, velocity, throttle, phase) = profile.at(&dive(), 2.0 + profile.duration_s());
        assert!((position[0] - 100.0).abs() < 1e-6 && position[1] == -30.0);
        assert!(position[2] < 0.1, "{}", position[2]);
        let speed = super::super::norm(velocity);
        assert!((90.0..110.0).contains(&speed), "{speed}");
        assert_eq!(throttle, 1.2);
        assert_eq!(phase, None);
    }

    #[test]
    fn speed_follows_the_closed_form_of_a_fall_with_drag() {
        // At constant angle V = V_t tanh(artanh(V_0/V_t) + g sin(angle) t / V_t).
        let steep = DiveParams {
            push_over_s: 0.2,
            altitude_m: 3000.0,
            ..dive()
        };
        let profile = Profile::new(&steep, 50.0).unwrap();
        let speed = |t: f64| super::super::norm(profile.at(&steep, 2.0 + t).1);
        let pull = 9.81 * 50f64.to_radians().sin() / 110.0;
        let (early, late) = (speed(2.0), speed(10.0));
        let expected = 110.0 * ((early / 110.0).atanh() + pull * 8.0).tanh();
        assert!((late - expected).abs() < 0.05, "{late} {expected}");
    }

    #[test]
    fn velocity_is_the_rate_of_position() {
        let profile = Profile::new(&dive(), 50.0).unwrap();
        for t in [-3.0, 1.0, 2.5, 4.0, 5.7, 9.0] {
            let at = |t: f64| profile.at(&dive(), t);
            let (before, after) = (at(t - 1e-3).0, at(t + 1e-3).0);
            for axis in [0, 2] {
                let rate = (after[axis] - before[axis]) / 2e-3;
                assert!((rate - at(t).1[axis]).abs() < 0.02, "{t} {axis}");
            }
        }
    }
}
