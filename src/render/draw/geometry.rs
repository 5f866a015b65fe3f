//! Where the aircraft flies, laid around the clip so that there is something to hear.

use std::f64::consts::TAU;

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::super::flight::{DiveParams, FlightParams, OrbitParams, PassParams, Path};
use super::super::ranges::{even, log_even, SceneRanges};
use super::super::retarded::arrival;
use super::super::Phase;
use super::Speeds;

/// Draws the way through the air. `sound_mps` tells when what is flown is heard.
pub(super) fn draw(
    phase: Phase,
    speeds: &Speeds,
    ranges: &SceneRanges,
    sound_mps: f64,
    rng: &mut ChaCha8Rng,
) -> Path {
    if phase == Phase::Dive {
        return Path::Dive(dive(speeds, ranges, sound_mps, rng));
    }
    /// How often it orbits and how often it climbs; else it passes level.
    const ORBITS: f64 = 0.2;
    const CLIMBS: f64 = 0.15;
    let kind = rng.gen::<f64>();
    // What is set by hand sets a pass.
    let by_hand = ranges.fixed.altitude_m.is_some() || ranges.fixed.offset_m.is_some();
    if kind < ORBITS && !by_hand {
        Path::Orbit(orbit(ranges, rng))
    } else {
        let climbs = kind < ORBITS + CLIMBS && !by_hand;
        Path::Pass(pass(climbs, speeds.cruise_mps, ranges, sound_mps, rng))
    }
}

fn pass(
    climbs: bool,
    speed: f64,
    ranges: &SceneRanges,
    sound_mps: f64,
    rng: &mut ChaCha8Rng,
) -> PassParams {
    let range = log_even(ranges.distance_m, rng);
    let rise: f64 = rng.gen_range(0.08..0.98);
    let altitude = (range * rise).max(30.0);
    let across = range * (1.0 - rise * rise).sqrt();
    let side = if rng.gen_bool(0.5) { 1.0 } else { -1.0 };
    let altitude_m = ranges.fixed.altitude_m.unwrap_or(altitude);
    let offset_m = side * ranges.fixed.offset_m.unwrap_or(across);
    let nearest = altitude_m.hypot(offset_m);
    // Half of the clips hold the closest point; the others come from what is audible before and after.
    let reach_s = ((ranges.farthest_m.powi(2) - nearest * nearest)
        .max(0.0)
        .sqrt()
        / speed)
        .min(30.0);
    let clip = ranges.clip_s;
    let within = rng.gen_bool(0.5);
    let (u, before) = (rng.gen::<f64>(), rng.gen_bool(0.5));
    let heard_s = match (within, before) {
        (true, _) => u * clip,
        (false, true) => clip + u * (reach_s - clip).max(0.0),
        (false, false) => -u * (reach_s - clip).max(0.0),
    };
    let passed_s = heard_s - nearest / sound_mps;
    let climb_deg: f64 = rng.gen_range(2.0..12.0);
    let throttle = rng.gen_range(1.05..1.5);
    // A climb must not begin in the ground within the clip.
    let sunk =
        speed * climb_deg.to_radians().sin() * (passed_s + ranges.farthest_m / 300.0).max(0.0);
    let climbs = climbs && altitude_m > sunk + 25.0;
    PassParams {
        offset_m,
        altitude_m,
        climb_deg: if climbs { climb_deg } else { 0.0 },
        passed_s,
        throttle: if climbs { throttle } else { 1.0 },
    }
}

fn orbit(ranges: &SceneRanges, rng: &mut ChaCha8Rng) -> OrbitParams {
    OrbitParams {
        centre_m: log_even(ranges.distance_m, rng),
        radius_m: log_even([120.0, 1200.0].into(), rng),
        altitude_m: log_even(ranges.altitude_m, rng),
        bearing_deg: rng.gen_range(-180.0..180.0),
    }
}

fn dive(speeds: &Speeds, ranges: &SceneRanges, sound_mps: f64, rng: &mut ChaCha8Rng) -> DiveParams {
    /// Nobody films on from nearer.
    const NEAREST_M: f64 = 60.0;
    let altitude = log_even(ranges.dive_altitude_m, rng);
    let angle = even(ranges.dive_deg, rng);
    let impact = log_even(ranges.distance_m, rng).max(NEAREST_M);
    let bearing = rng.gen_range(0.0..TAU);
    let impact = ranges.fixed.offset_m.unwrap_or(impact);
    let mut dive = DiveParams {
        altitude_m: ranges.fixed.altitude_m.unwrap_or(altitude),
        angle_deg: ranges.fixed.dive_angle_deg.unwrap_or(angle),
        terminal_mps: speeds.dive_mps,
        push_over_s: log_even([1.0, 6.0].into(), rng),
        throttle: speeds.dive_throttle,
        start_s: 0.0,
        impact_along_m: impact * bearing.cos(),
        impact_across_m: impact * bearing.sin(),
    };
    let (begins, ends) = heard(&dive, speeds, sound_mps);
    dive.start_s = start(begins, ends, ranges.clip_s, rng);
    dive
}

/// When a dive that begins at emission time 0 is heard to begin and to end.
fn heard(dive: &DiveParams, speeds: &Speeds, sound_mps: f64) -> (f64, f64) {
    let flight = FlightParams {
        path: Path::Dive(dive.clone()),
        speed_mps: speeds.cruise_mps,
        shaft: speeds.shaft.clone(),
    };
    let Ok(flight) = flight.check() else {
        // The scene's own check will say what is wrong.
        return (0.0, 10.0);
    };
    let (begins, ends) = flight.dive_s().unwrap_or((0.0, 10.0));
    let at = |time_s: f64| arrival(flight.state(time_s).position, [0.0; 3], sound_mps, time_s);
    (at(begins), at(ends))
}

/// Shifts the dive against the clip: its end within it (half of the clips), its beginning (a
/// third), or the middle of a dive longer than the clip.
fn start(begins: f64, ends: f64, clip_s: f64, rng: &mut ChaCha8Rng) -> f64 {
    let (kind, u) = (rng.gen::<f64>(), rng.gen::<f64>());
    if kind < 0.5 {
        (0.45 + 0.5 * u) * clip_s - ends
    } else if kind < 0.85 || ends - begins < 1.2 * clip_s {
        (0.05 + 0.5 * u) * clip_s - begins
    } else {
        -begins - u * (ends - begins - 1.2 * clip_s)
    }
}
