//! What a rendered clip lets hear: where the aircraft is heard at all, and whether anything that makes a dive a dive is.

use crate::render::HeardInstant;
use crate::signature::Phase;

/// A comb climbs if it rises by this factor: about a semitone, five times what a propeller's speed wanders by itself.
const CLIMB: f64 = 1.05;
/// What is farther away than its closest by this factor is 12 dB fainter, and drowns in all but the best of backgrounds.
const FAR: f64 = 4.0;

/// Whether a clip lets its dive be heard: whether the comb climbs on the way, or stands above all that the airframe is
/// heard at in level flight.
///
/// `cruise_to_hz` is the highest blade-pass frequency of the airframe in level flight as heard straight ahead, Hz. A
/// dive straight at the listener at constant speed is a constant comb: from such a clip no ear can tell it from level
/// flight.
pub(super) fn dive_is_heard(track: &[HeardInstant], cruise_to_hz: Option<f64>) -> bool {
    let mut lowest = f64::INFINITY;
    for heard in track {
        let Some(hz) = heard.blade_pass_hz else {
            continue;
        };
        lowest = lowest.min(hz);
        let above = cruise_to_hz.is_some_and(|top| hz > top);
        if heard.phase == Some(Phase::Dive) && (above || hz >= CLIMB * lowest) {
            return true;
        }
    }
    false
}

/// The spans of a clip in which its aircraft is not heard, s, in order: after the impact, and where it is far.
pub(super) fn unheard_s(track: &[HeardInstant]) -> Vec<(f64, f64)> {
    let flying = track.iter().filter(|heard| heard.phase.is_some());
    let closest = flying.fold(f64::INFINITY, |m, heard| m.min(heard.slant_range_m));
    let is_heard =
        |heard: &HeardInstant| heard.phase.is_some() && heard.slant_range_m <= FAR * closest;
    let mut spans = Vec::new();
    for pair in track.windows(2) {
        if is_heard(&pair[0]) {
            continue;
        }
        let (start_s, end_s) = (pair[0].time_s, pair[1].time_s);
        match spans.last_mut() {
            Some((_, end)) if *end == start_s => *end = end_s,
            _ => spans.push((start_s, end_s)),
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(instants: &[(Option<Phase>, f64, f64)]) -> Vec<HeardInstant> {
        let instants = instants.iter().enumerate();
        instants
            .map(|(n, (phase, hz, slant_range_m))| HeardInstant {
                time_s: n as f64,
                phase: *phase,
                blade_pass_hz: phase.map(|_| *hz),
                slant_range_m: *slant_range_m,
            })
            .collect()
    }

    /// A dive of these blade-pass frequencies, and silence after the impact.
    fn dive(hz: &[f64]) -> Vec<HeardInstant> {
        let dive = hz.iter().map(|hz| (Some(Phase::Dive), *hz, 100.0));
        track(&dive.chain([(None, 0.0, 100.0)]).collect::<Vec<_>>())
    }

    #[test]
    fn a_climbing_comb_and_one_above_any_cruise_are_heard_to_dive() {
        assert!(dive_is_heard(&dive(&[250.0, 255.0, 270.0]), Some(400.0)));
        assert!(dive_is_heard(&dive(&[410.0, 410.0]), Some(400.0)));
        assert!(dive_is_heard(&dive(&[300.0, 280.0, 310.0]), None));
    }

    #[test]
    fn a_constant_or_falling_comb_within_the_cruise_is_not() {
        assert!(!dive_is_heard(&dive(&[300.0, 303.0, 300.0]), Some(400.0)));
        assert!(!dive_is_heard(&dive(&[390.0, 340.0, 300.0]), Some(400.0)));
        assert!(!dive_is_heard(&dive(&[]), None));
    }

    #[test]
    fn what_climbs_before_the_dive_is_not_the_dive() {
        let cruise = Some(Phase::Cruise);
        let climb = track(&[
            (cruise, 200.0, 90.0),
            (cruise, 230.0, 90.0),
            (None, 0.0, 90.0),
        ]);
        assert!(!dive_is_heard(&climb, None));
    }

    #[test]
    fn nothing_is_heard_of_it_after_the_impact_and_where_it_is_far() {
        let pass = [500.0, 401.0, 300.0, 100.0, 390.0, 450.0, 450.0];
        let pass: Vec<_> = pass.map(|range| (Some(Phase::Cruise), 200.0, range)).into();
        assert_eq!(unheard_s(&track(&pass)), [(0.0, 2.0), (5.0, 6.0)]);
        let mut dive = dive(&[300.0, 320.0]);
        dive.push(HeardInstant {
            time_s: 3.0,
            ..dive[2]
        });
        assert_eq!(unheard_s(&dive), [(2.0, 3.0)]);
    }
}
