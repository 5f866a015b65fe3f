//! Each airframe of the catalogue held against what was measured.
//!
//! Each [reading](Reading) of a comb's fundamental implies a shaft rate; a sheet is inconsistent with the comb only if
//! none of them lies in its range.

use super::check::{compare, gap, untold, Check, Parameter, Verdict};
use super::reading::{readings, Reading};
use super::{pass::PassFit, pass::PassKind, CombRatio, Range, RatioKind};
use crate::signature::{doppler_factors, Catalogue, Phase, Signature, Values, RATIO_TOLERANCE};
use serde::{Deserialize, Serialize};

/// Orders of the shaft that lines are compared with where two combs stand in no whole ratio.
const MOST_ORDER: u32 = 6;

/// One way to read the fundamental, and the shaft rate that follows.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Implied {
    /// What the fundamental would be.
    pub reading: Reading,
    /// Periods of the fundamental per revolution of the shaft.
    pub per_shaft: f64,
    /// Shaft rate that follows, rpm.
    pub shaft_rpm: Range,
    /// Against the sheet's range.
    pub verdict: Verdict,
}

/// An airframe in a phase against the recording.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Id of the sheet.
    pub airframe: String,
    /// What the classifier calls it: several sheets may share a label.
    pub label: String,
    /// Phase.
    pub phase: Phase,
    /// Every way to read the strongest comb.
    pub implied: Vec<Implied>,
    /// The consistency table.
    pub checks: Vec<Check>,
    /// Inconsistent if any row is; consistent if the shaft rate is and no row speaks against it.
    pub verdict: Verdict,
}

/// What was measured of the strongest comb.
pub(super) struct Measured<'a> {
    /// Lowest and highest fundamental heard, Hz.
    pub(super) heard_hz: Range,
    /// The median of it, Hz.
    pub(super) median_hz: f64,
    pub(super) pass: Option<&'a PassFit>,
    pub(super) ratios: &'a [CombRatio],
    /// Wind that stands between speed in the air and over ground, m/s.
    pub(super) wind_mps: f64,
}

/// Every airframe that has lines, in each of its phases.
pub(super) fn all(catalogue: &Catalogue, measured: &Measured) -> Vec<Candidate> {
    let each = catalogue.iter().flat_map(|signature| {
        let phases: Vec<Phase> = signature.phases().map(|(phase, _)| phase).collect();
        phases.into_iter().map(move |phase| (signature, phase))
    });
    each.map(|(signature, phase)| candidate(signature, phase, measured))
        .collect()
}

fn candidate(signature: &Signature, phase: Phase, measured: &Measured) -> Candidate {
    let speed = signature.speed(phase).map(|v| range_of(&v));
    let (implied, shaft) = shaft_rate(signature, phase, speed, measured);
    let checks = vec![
        shaft,
        speed_check(speed, measured),
        ratio_check(signature, measured),
    ];
    let any = |verdict| checks.iter().any(|c| c.verdict == verdict);
    let verdict = if any(Verdict::Inconsistent) {
        Verdict::Inconsistent
    } else if checks[0].verdict == Verdict::Consistent {
        Verdict::Consistent
    } else {
        Verdict::CannotTell
    };
    Candidate {
        airframe: signature.id().to_owned(),
        label: signature.label().to_owned(),
        phase,
        implied,
        checks,
        verdict,
    }
}

fn range_of(values: &Values) -> Range {
    let span = values.span();
    Range {
        low: span.low,
        high: span.high,
    }
}

/// Every reading of the strongest comb's fundamental, and the row of the best one.
fn shaft_rate(
    signature: &Signature,
    phase: Phase,
    speed: Option<Range>,
    measured: &Measured,
) -> (Vec<Implied>, Check) {
    let published = signature.shaft_rate(phase).map(|rate| Range {
        low: 60.0 * rate.low,
        high: 60.0 * rate.high,
    });
    let rest = rest_hz(speed, measured);
    let mut best: Option<(f64, Range, f64)> = None;
    let mut implied: Vec<Implied> = Vec::new();
    for (reading, per_shaft) in readings(signature) {
        let shaft_rpm = Range {
            low: 60.0 * rest.low / per_shaft,
            high: 60.0 * rest.high / per_shaft,
        };
        let off = published.map(|p| gap(&shaft_rpm, &p));
        let verdict = match off {
            None => Verdict::CannotTell,
            Some(0.0) => Verdict::Consistent,
            Some(_) => Verdict::Inconsistent,
        };
        if let Some(off) = off {
            if best.is_none_or(|(least, ..)| off.abs() < least.abs()) {
                best = Some((off, shaft_rpm, per_shaft));
            }
        }
        let same = |i: &Implied| i.reading == reading && i.per_shaft == per_shaft;
        if !implied.iter().any(same) {
            implied.push(Implied {
                reading,
                per_shaft,
                shaft_rpm,
                verdict,
            });
        }
    }
    let check = match (published, best) {
        (Some(published), Some((off, rpm, per_shaft))) => {
            let mut check = compare(Parameter::ShaftRate, published, rpm);
            check.off_hz = Some(off * per_shaft / 60.0);
            check
        }
        _ => untold(Parameter::ShaftRate, published),
    };
    (implied, check)
}

/// Fundamental at rest: as heard over every Doppler factor that the sheet's speed allows, and within what a pass gave. Where the
/// comb moved more than those factors do the rate itself changed: then what the median may have been.
fn rest_hz(speed: Option<Range>, measured: &Measured) -> Range {
    let doppler = doppler_factors(speed.map_or(0.0, |s| s.high));
    let Range { low, high } = measured.heard_hz;
    let is_one_rate = high / doppler.high <= low / doppler.low;
    let (low, high) = match is_one_rate {
        true => (low, high),
        false => (measured.median_hz, measured.median_hz),
    };
    // All that was heard lay at some factor between the ends: the highest at most the factor straight towards.
    let flown = Range {
        low: high / doppler.high,
        high: low / doppler.low,
    };
    let Some(pass) = measured.pass else {
        return flown;
    };
    let fitted = Range {
        low: pass.rest_hz.low,
        high: pass.rest_hz.high,
    };
    match fitted.meets(&flown) {
        true => Range {
            low: fitted.low.max(flown.low),
            high: fitted.high.min(flown.high),
        },
        false => fitted,
    }
}

fn speed_check(published: Option<Range>, measured: &Measured) -> Check {
    let through = measured.pass.filter(|p| p.kind == PassKind::Through);
    match (published, through) {
        (Some(published), Some(pass)) => {
            // Published speeds are against the air, Doppler is against the ground.
            let measured = Range {
                low: (pass.speed_mps.low - measured.wind_mps).max(0.0),
                high: pass.speed_mps.high + measured.wind_mps,
            };
            compare(Parameter::Speed, published, measured)
        }
        (published, _) => untold(Parameter::Speed, published),
    }
}

/// Two combs in a fixed ratio must be two lines of the drive; a changing ratio is another machine and says nothing.
fn ratio_check(signature: &Signature, measured: &Measured) -> Check {
    let fixed = measured
        .ratios
        .iter()
        .find(|r| r.tracks[0] == 0 && r.kind == RatioKind::Geared);
    let Some(found) = fixed else {
        return untold(Parameter::CombRatio, None);
    };
    let rates: Vec<f64> = readings(signature).into_iter().map(|(_, r)| r).collect();
    let mut nearest = f64::NAN;
    for a in &rates {
        for b in &rates {
            for order in 1..=MOST_ORDER {
                for under in 1..=MOST_ORDER {
                    let ratio = a / b * f64::from(order) / f64::from(under);
                    let off = (ratio / found.ratio - 1.0).abs();
                    if nearest.is_nan() || off < (nearest / found.ratio - 1.0).abs() {
                        nearest = ratio;
                    }
                }
            }
        }
    }
    let own = Range {
        low: found.ratio,
        high: found.ratio,
    };
    let slack = RATIO_TOLERANCE / 2.0 * nearest;
    let published = Range {
        low: nearest - slack,
        high: nearest + slack,
    };
    let mut check = compare(Parameter::CombRatio, published, own);
    // A second machine close by would do the same: that a ratio does not fit speaks, but does not exclude.
    if check.verdict == Verdict::Inconsistent {
        check.verdict = Verdict::CannotTell;
    }
    check
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(low: f64, high: f64) -> Measured<'static> {
        Measured {
            heard_hz: Range { low, high },
            median_hz: 0.5 * (low + high),
            pass: None,
            ratios: &[],
            wind_mps: 5.0,
        }
    }

    fn verdict(all: &[Candidate], airframe: &str, phase: Phase) -> Verdict {
        let own = all
            .iter()
            .find(|c| c.airframe == airframe && c.phase == phase);
        own.unwrap().verdict
    }

    #[test]
    fn two_hundred_hertz_may_be_a_shahed_and_is_said_to_be_how() {
        let catalogue = Catalogue::built_in().unwrap();
        let all = all(&catalogue, &measured(195.0, 205.0));
        assert_eq!(
            verdict(&all, "shahed-136", Phase::Cruise),
            Verdict::Consistent
        );
        let shahed = all.iter().find(|c| c.airframe == "shahed-136").unwrap();
        let blades = shahed
            .implied
            .iter()
            .find(|i| i.reading == Reading::BladePass)
            .unwrap();
        assert!(blades.shaft_rpm.holds(6000.0), "{blades:?}");
    }

    #[test]
    fn a_rate_that_changed_is_read_by_its_median() {
        let catalogue = Catalogue::built_in().unwrap();
        // From 40 to 205 Hz is more than any speed does to one rate.
        let wide = Measured {
            median_hz: 200.0,
            ..measured(40.0, 205.0)
        };
        let all = all(&catalogue, &wide);
        for candidate in all {
            for i in candidate.implied {
                let at_median = 60.0 * 200.0 / i.per_shaft;
                let Range { low, high } = i.shaft_rpm;
                assert!(
                    low < 1.0001 * at_median && high > 0.9999 * at_median,
                    "{} {i:?}",
                    candidate.airframe
                );
            }
        }
    }

    #[test]
    fn what_no_reading_explains_is_off_by_so_many_hertz() {
        let catalogue = Catalogue::built_in().unwrap();
        let all = all(&catalogue, &measured(1500.0, 1510.0));
        let shahed = all.iter().find(|c| c.airframe == "shahed-136").unwrap();
        assert_eq!(shahed.verdict, Verdict::Inconsistent);
        assert!(
            shahed.checks[0].off_hz.unwrap() > 100.0,
            "{:?}",
            shahed.checks[0]
        );
    }

    #[test]
    fn a_rotor_turns_at_a_third_of_its_shaft() {
        // The chambers of a Wankel differ, and repeat with its rotor: 46 Hz in a dive at 6,400 rpm, seen from ahead.
        let catalogue = Catalogue::built_in().unwrap();
        let all = all(&catalogue, &measured(45.0, 47.0));
        assert_eq!(verdict(&all, "harop", Phase::Dive), Verdict::Consistent);
        assert_eq!(
            verdict(&all, "shahed-136", Phase::Cruise),
            Verdict::Inconsistent
        );
    }
}
