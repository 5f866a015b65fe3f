//! Engine, propeller and speeds of a scene.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::super::error::RenderError;
use super::super::flight::ShaftParams;
use super::super::ranges::{even, log_even, SceneRanges, SourceRanges};
use super::super::shaft_wander::ShaftWander;
use super::super::source::{
    EngineKind, EngineParams, JetParams, Loading, PropellerParams, Resonance, Source,
};
use super::super::Phase;
use super::{draw_phase, draw_values, Machine, Speeds};
use crate::signature::{
    helical_tip_mach, Cycle, Engine, FlightPhase, Mounting, Propeller, Signature, Span,
};

/// Draws the machine of a signature.
pub(super) fn draw(
    signature: &Signature,
    phase: Phase,
    ranges: &SceneRanges,
    rng: &mut ChaCha8Rng,
) -> Result<Machine, RenderError> {
    let Some(sheet) = signature.propeller() else {
        return Err(RenderError::Silent {
            signature: signature.id().to_owned(),
        });
    };
    let no_phase = |asked: Phase| RenderError::NoPhase {
        signature: signature.id().to_owned(),
        phase: asked.to_string(),
        known: signature
            .phases()
            .map(|(known, _)| known.to_string())
            .collect::<Vec<_>>()
            .join(", "),
    };
    let asked = signature.phase(phase).ok_or_else(|| no_phase(phase))?;
    let cruise = signature.phase(Phase::Cruise).unwrap_or(asked);

    let blades = draw_values(sheet.blades.si().as_ref(), 2.0, rng).round() as u32;
    let Drawn {
        gear,
        diameter_m,
        cruise: (cruise_mps, cruise_shaft),
        dive_mps,
        windmill,
        throttle: dive_throttle,
    } = draw_figures(sheet, (phase, cruise, asked), ranges, rng).map_err(|reached| {
        RenderError::Unreachable {
            signature: signature.id().to_owned(),
            phase: phase.to_string(),
            low: reached.low,
            high: reached.high,
        }
    })?;
    let cruise_rps = cruise_shaft / gear;
    let speeds = Speeds {
        cruise_mps,
        dive_mps,
        shaft: ShaftParams {
            cruise_rps,
            windmill,
            limit: 3.0,
        },
        dive_throttle,
    };

    let source = &ranges.source;
    let fires = signature.engine().cycle.value.fires();
    let engine = draw_engine(signature.engine(), gear, source, rng);
    let tip_mach = std::f64::consts::PI * diameter_m * cruise_rps / 343.2;
    let pusher = sheet.mounting.value == Mounting::Pusher;
    let propeller = draw_propeller(blades, tip_mach, pusher, source, rng);
    let (combustion_db, electric_db) = (
        even(source.combustion_db, rng),
        even(source.electric_db, rng),
    );
    let loudness = rng.gen::<f64>();
    Ok(Machine {
        source: Source::Propeller {
            engine,
            propeller,
            engine_db: if fires { combustion_db } else { electric_db },
        },
        // At 1 m: small unsilenced engines with their propellers, and electric propellers.
        source_db_spl: if fires {
            108.0 + 17.0 * loudness
        } else {
            85.0 + 17.0 * loudness
        },
        speeds,
        wander: draw_wander(source, rng),
    })
}

/// Figures that must go together.
struct Drawn {
    gear: f64,
    diameter_m: f64,
    /// Airspeed, m/s, and engine shaft speed, 1/s.
    cruise: (f64, f64),
    dive_mps: f64,
    windmill: f64,
    throttle: f64,
}

/// Draws figures until they go together: blade tips stay below the speed of sound, as the sheets
/// ask for, and in a dive the aircraft is faster than before and its shaft, driven by airspeed and
/// throttle, turns as fast as the sheet says. Figures set by hand may leave nothing that does; then the
/// last draw stands. Figures of the sheet that leave nothing are given back: the shaft's speeds in a dive that were drawn, rpm.
fn draw_figures(
    sheet: &Propeller,
    (phase, cruise, asked): (Phase, &FlightPhase, &FlightPhase),
    ranges: &SceneRanges,
    rng: &mut ChaCha8Rng,
) -> Result<Drawn, Span> {
    /// Beyond this helical Mach number a propeller's tips lose their thrust.
    const FASTEST_TIP: f64 = 0.95;
    const MOST_DRAWS: usize = 300;
    let dives = phase == Phase::Dive;
    let is_set_by_hand = ranges.fixed.rpm.is_some() || ranges.fixed.speed_mps.is_some();
    let mut draws = 0;
    let mut never_answers = dives && !is_set_by_hand;
    let mut reached = Span::from([f64::INFINITY, 0.0]);
    loop {
        let mut drawn = Drawn {
            gear: draw_values(sheet.gear_ratio.si().as_ref(), 1.0, rng),
            diameter_m: draw_values(sheet.diameter.si().as_ref(), 1.0, rng),
            cruise: draw_phase(cruise, rng),
            dive_mps: draw_phase(asked, rng).0,
            windmill: even(ranges.source.windmill, rng),
            throttle: log_even(ranges.source.dive_throttle, rng),
        };
        if let Some(rpm) = ranges.fixed.rpm {
            drawn.cruise.1 = rpm / 60.0;
        }
        match ranges.fixed.speed_mps {
            Some(speed) if dives => drawn.dive_mps = speed,
            Some(speed) => drawn.cruise.0 = speed,
            None => {}
        }
        let shaft = ShaftParams {
            cruise_rps: drawn.cruise.1,
            windmill: drawn.windmill,
            limit: 3.0,
        };
        let dive_shaft = shaft.rps(drawn.dive_mps / drawn.cruise.0, drawn.throttle);
        let tip = |speed: f64, shaft: f64| {
            helical_tip_mach(shaft / drawn.gear, drawn.diameter_m, speed) < FASTEST_TIP
        };
        let known = asked.shaft_rpm.si();
        let answers = known.is_none_or(|rpm| rpm.span().contains(60.0 * dive_shaft));
        let dive =
            !dives || drawn.dive_mps > drawn.cruise.0 && answers && tip(drawn.dive_mps, dive_shaft);
        draws += 1;
        never_answers &= !answers;
        reached.low = reached.low.min(60.0 * dive_shaft);
        reached.high = reached.high.max(60.0 * dive_shaft);
        if dive && tip(drawn.cruise.0, drawn.cruise.1) {
            return Ok(drawn);
        }
        if draws >= MOST_DRAWS {
            return match never_answers {
                true => Err(reached),
                false => Ok(drawn),
            };
        }
    }
}

fn draw_engine(
    sheet: &Engine,
    gear: f64,
    source: &SourceRanges,
    rng: &mut ChaCha8Rng,
) -> EngineParams {
    let kind = draw_kind(sheet, rng);
    let rise_ms = log_even(source.rise_ms, rng);
    EngineParams {
        kind,
        gear,
        unevenness: even(source.chamber_unevenness, rng),
        cycle_jitter: even(source.cycle_jitter, rng),
        timing_jitter: even(source.timing_jitter, rng),
        rise_ms,
        resonances: draw_resonances(source, rng),
        noise_db: even(source.flow_noise_db, rng),
        noise_hz: log_even([300.0, 2500.0].into(), rng),
    }
}

fn draw_kind(sheet: &Engine, rng: &mut ChaCha8Rng) -> EngineKind {
    let mut count = |figure: &Option<crate::signature::Figure>, fallback: f64| {
        let values = figure.as_ref().and_then(|figure| figure.si());
        draw_values(values.as_ref(), fallback, rng)
    };
    let firings_per_rev = count(&sheet.firings_per_revolution, 1.0);
    let rotors = count(&sheet.rotors, 1.0);
    let pole_pairs = count(&sheet.pole_pairs, 7.0).round().clamp(1.0, 40.0) as u32;
    // What fires again after one turn (of a four-stroke: two; of a rotor: three) is the same chamber.
    let turns = match sheet.cycle.value {
        Cycle::Rotary => 3.0,
        Cycle::FourStroke => 2.0,
        _ => 1.0,
    };
    let chambers = match sheet.cycle.value {
        Cycle::Rotary => 3.0 * rotors,
        _ => firings_per_rev * turns,
    };
    if sheet.cycle.value.fires() {
        EngineKind::Combustion {
            firings_per_rev,
            chambers: chambers.round().clamp(1.0, 24.0) as u32,
        }
    } else {
        EngineKind::Electric {
            pole_pairs,
            switching_hz: log_even([7000.0, 32_000.0].into(), rng),
        }
    }
}

/// A pipe's quarter waves, and a box or two that have nothing to do with it.
fn draw_resonances(source: &SourceRanges, rng: &mut ChaCha8Rng) -> Vec<Resonance> {
    /// Sound in the exhaust gas, m/s.
    const HOT_MPS: f64 = 500.0;
    let pipe_m = log_even(source.pipe_m, rng);
    let gain = log_even([0.5, 6.0].into(), rng);
    let pipe = (0..rng.gen_range(1..4)).map(|n| Resonance {
        hz: (f64::from(2 * n + 1) * HOT_MPS / (4.0 * pipe_m)).clamp(30.0, 6000.0),
        q: 4.0,
        gain: gain / f64::from(n + 1),
    });
    let mut all: Vec<Resonance> = pipe.collect();
    for resonance in &mut all {
        resonance.q = log_even([1.5, 10.0].into(), rng);
    }
    for _ in 0..rng.gen_range(0..3) {
        all.push(Resonance {
            hz: log_even([200.0, 5000.0].into(), rng),
            q: log_even([0.7, 8.0].into(), rng),
            gain: log_even([0.3, 5.0].into(), rng),
        });
    }
    all
}

fn draw_propeller(
    blades: u32,
    tip_mach: f64,
    pusher: bool,
    source: &SourceRanges,
    rng: &mut ChaCha8Rng,
) -> PropellerParams {
    let unsteady = if pusher {
        source.pusher_unsteady
    } else {
        source.tractor_unsteady
    };
    PropellerParams {
        blades: blades.clamp(1, 8),
        tip_mach: tip_mach.clamp(0.05, 0.92),
        loading: Loading {
            drag_ratio: even(source.drag_ratio, rng),
            unsteady: log_even(unsteady, rng),
            decay: even(source.decay, rng),
            cutoff: log_even(source.cutoff, rng),
        },
        unevenness: even(source.blade_unevenness, rng),
        unsteadiness: even(source.unsteadiness, rng),
        unsteady_s: log_even([0.03, 1.0].into(), rng),
        noise_db: even(source.noise_db, rng),
        noise_hz: log_even(source.noise_hz, rng),
        noise_modulation: even(source.noise_modulation, rng),
    }
}

fn draw_wander(source: &SourceRanges, rng: &mut ChaCha8Rng) -> ShaftWander {
    ShaftWander {
        slow: log_even(source.slow_wander, rng),
        slow_s: log_even([1.0, 8.0].into(), rng),
        fast: log_even(source.fast_wander, rng),
        fast_s: log_even([0.05, 0.5].into(), rng),
    }
}

/// Draws a jet: fans of airliners and fighters turn at 2,500-15,000 rpm, the spools of small turbojets
/// at 30,000-100,000, where the whine is mostly beyond hearing.
pub(super) fn draw_jet(ranges: &SceneRanges, rng: &mut ChaCha8Rng) -> Machine {
    let small = rng.gen_bool(0.35);
    let rpm = match small {
        true => log_even([30_000.0, 100_000.0].into(), rng),
        false => log_even([2500.0, 15_000.0].into(), rng),
    };
    let rpm = ranges.fixed.rpm.unwrap_or(rpm);
    let blades = if small {
        rng.gen_range(8..20)
    } else {
        rng.gen_range(18..40)
    };
    let roar_hz = match small {
        true => log_even([300.0, 1500.0].into(), rng),
        false => log_even([60.0, 500.0].into(), rng),
    };
    let speed = rng.gen_range(70.0..230.0);
    // The renderer's shafts end at 400 revolutions per second; a faster spool's first line is
    // that of one blade in so many.
    let (rps, blades) = slow_down(rpm / 60.0, blades);
    Machine {
        source: Source::Jet(JetParams {
            blades,
            roar_hz,
            roar_slope_db: rng.gen_range(4.0..10.0),
            whine_db: rng.gen_range(-35.0..6.0),
            buzz_db: rng.gen_range(-40.0..-3.0),
            unsteadiness: rng.gen_range(0.05..0.4),
        }),
        source_db_spl: rng.gen_range(125.0..150.0),
        speeds: Speeds {
            cruise_mps: ranges.fixed.speed_mps.unwrap_or(speed),
            dive_mps: speed,
            shaft: ShaftParams {
                cruise_rps: rps,
                windmill: 0.0,
                limit: 1.5,
            },
            dive_throttle: 1.0,
        },
        wander: ShaftWander {
            slow: log_even([1e-4, 3e-3].into(), rng),
            slow_s: rng.gen_range(1.0..8.0),
            fast: log_even([1e-5, 3e-4].into(), rng),
            fast_s: rng.gen_range(0.05..0.5),
        },
    }
}

/// The same blade rate from a shaft within the renderer's range.
fn slow_down(rps: f64, blades: u32) -> (f64, u32) {
    const FASTEST: f64 = 390.0;
    if rps <= FASTEST {
        return (rps, blades);
    }
    let times = (rps / FASTEST).ceil();
    (
        rps / times,
        ((f64::from(blades) * times).round() as u32).clamp(5, 60),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::Catalogue;
    use rand::SeedableRng;

    #[test]
    fn dives_are_faster_than_cruise_and_their_shafts_turn_as_the_sheets_say() {
        let catalogue = Catalogue::built_in().unwrap();
        let ranges = SceneRanges::default();
        for id in ["harop", "shahed-136", "orbiter-1k"] {
            let signature = catalogue.get(id).unwrap();
            let span = signature.shaft_rate(Phase::Dive).unwrap();
            let mut turns = Vec::new();
            for seed in 0..200 {
                let mut rng = ChaCha8Rng::seed_from_u64(seed);
                let machine = draw(signature, Phase::Dive, &ranges, &mut rng).unwrap();
                let speeds = &machine.speeds;
                assert!(speeds.dive_mps > speeds.cruise_mps, "{id} {seed}");
                let Source::Propeller { engine, .. } = &machine.source else {
                    panic!("{id} has a propeller")
                };
                let faster = speeds.dive_mps / speeds.cruise_mps;
                let rps = speeds.shaft.rps(faster, speeds.dive_throttle);
                assert!(span.contains(rps * engine.gear), "{id} {seed}: {rps}");
                turns.push(rps / speeds.shaft.cruise_rps);
            }
            turns.sort_by(f64::total_cmp);
            assert!(turns[100] > 1.1, "{id}: {}", turns[100]);
        }
    }
}
