//! What a comb's fundamental may be: the rate of the shaft, the propeller, the blades, the firings, the engine's cycle or a
//! motor's poles.

use crate::signature::{Cycle, Signature, Values};
use serde::{Deserialize, Serialize};

/// What the fundamental is taken for.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// Revolutions of the engine's shaft.
    Shaft,
    /// Revolutions of the propeller.
    Propeller,
    /// Passing blades.
    BladePass,
    /// Firings.
    Firing,
    /// Turns of the engine's whole cycle, after which its chambers repeat what sets them apart: a Wankel's rotor at a third of the
    /// shaft rate, a four-stroke's camshaft at half of it.
    Cycle,
    /// Electrical periods of the motor.
    Electrical,
}

/// What the fundamental may be, with periods per revolution of the engine's shaft.
pub(super) fn readings(signature: &Signature) -> Vec<(Reading, f64)> {
    let Some(propeller) = signature.propeller() else {
        return Vec::new();
    };
    let list = |values: Option<Values>, fallback: f64| -> Vec<f64> {
        match values {
            Some(Values::One(x)) => vec![x],
            Some(Values::Choices(all)) => all,
            Some(Values::Range(span)) if span.high - span.low < 30.0 => {
                let (low, high) = (span.low.ceil() as i64, span.high.floor() as i64);
                let whole: Vec<f64> = (low..=high).map(|n| n as f64).collect();
                if whole.is_empty() {
                    vec![span.low, span.high]
                } else {
                    whole
                }
            }
            Some(Values::Range(span)) => vec![span.low, span.high],
            None => vec![fallback],
        }
    };
    let gears = list(propeller.gear_ratio.values.clone(), 1.0);
    let blades = list(propeller.blades.values.clone(), 2.0);
    let engine = signature.engine();
    let mut all = vec![(Reading::Shaft, 1.0)];
    for gear in &gears {
        if (gear - 1.0).abs() > 1e-6 {
            all.push((Reading::Propeller, 1.0 / gear));
        }
        all.extend(blades.iter().map(|b| (Reading::BladePass, b / gear)));
    }
    if let Some(firings) = &engine.firings_per_revolution {
        let own = list(firings.values.clone(), 1.0);
        all.extend(own.into_iter().map(|f| (Reading::Firing, f)));
    }
    match engine.cycle.value {
        Cycle::Rotary => all.push((Reading::Cycle, 1.0 / 3.0)),
        Cycle::FourStroke => all.push((Reading::Cycle, 0.5)),
        // Once per revolution of the shaft, which is there already.
        Cycle::TwoStroke | Cycle::Electric | Cycle::None => {}
    }
    if let Some(poles) = &engine.pole_pairs {
        let own = list(poles.values.clone(), 7.0);
        all.extend(own.into_iter().map(|p| (Reading::Electrical, p)));
    }
    all
}
