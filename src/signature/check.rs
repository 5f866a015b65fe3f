//! From a file as it is written to a checked [`Signature`].

use super::figure::Values;
use super::words::{Cycle, Mounting, Phase};
use super::{
    helical_tip_mach, Confidence, Engine, Fact, Figure, FlightPhase, Propeller, Signature,
    SignatureError, Span, Unit, SPEED_OF_SOUND,
};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The only schema there is.
const SCHEMA: &str = "earwitness.signature/1";

/// A file as it is written: unchecked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSignature {
    schema: String,
    id: String,
    names: Vec<String>,
    maker: String,
    kind: String,
    family: String,
    label: String,
    note: Option<String>,
    mass: RawFigure,
    engine: RawEngine,
    propeller: Option<RawPropeller>,
    #[serde(default)]
    phases: BTreeMap<String, RawPhase>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEngine {
    cycle: Fact<Cycle>,
    designation: Option<Fact<String>>,
    rotors: Option<RawFigure>,
    cylinders: Option<RawFigure>,
    firings_per_revolution: Option<RawFigure>,
    pole_pairs: Option<RawFigure>,
    rated_rpm: Option<RawFigure>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPropeller {
    mounting: Fact<Mounting>,
    blades: RawFigure,
    gear_ratio: RawFigure,
    diameter: RawFigure,
    supersonic_tips: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPhase {
    shaft_rpm: RawFigure,
    speed: RawFigure,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFigure {
    value: Option<f64>,
    range: Option<[f64; 2]>,
    choices: Option<Vec<f64>>,
    unit: Unit,
    confidence: Confidence,
    source: Option<String>,
}

/// What a figure must be like.
struct Demand {
    units: &'static [Unit],
    /// In SI units; rpm stay rpm.
    within: [f64; 2],
    whole: bool,
    /// Rendering can't do without it.
    needed: bool,
}

const SPEED_UNITS: &[Unit] = &[Unit::MetresPerSecond, Unit::KilometresPerHour, Unit::Knots];
const COUNT: Demand = Demand {
    units: &[Unit::Count],
    within: [1.0, 50.0],
    whole: true,
    needed: true,
};
const FIRINGS: Demand = Demand {
    units: &[Unit::PerRevolution],
    within: [0.5, 50.0],
    whole: false,
    needed: true,
};
const RPM: Demand = Demand {
    units: &[Unit::Rpm],
    within: [60.0, 60_000.0],
    whole: false,
    needed: true,
};
const GEAR: Demand = Demand {
    units: &[Unit::Ratio],
    within: [0.1, 20.0],
    whole: false,
    needed: true,
};
const DIAMETER: Demand = Demand {
    units: &[Unit::Metres],
    within: [0.05, 6.0],
    whole: false,
    needed: true,
};
const SPEED: Demand = Demand {
    units: SPEED_UNITS,
    within: [1.0, 0.9 * SPEED_OF_SOUND],
    whole: false,
    needed: true,
};
const MASS: Demand = Demand {
    units: &[Unit::Kilograms],
    within: [0.01, 100_000.0],
    whole: false,
    needed: false,
};

/// Reads the text of one file; `path` is what messages call it, `stem` its name without ending.
pub(super) fn read(path: &str, stem: &str, text: &str) -> Result<Signature, SignatureError> {
    let raw: RawSignature = toml::from_str(text).map_err(|e| SignatureError::Syntax {
        path: path.to_owned(),
        fault: e.to_string(),
    })?;
    Checker { path }.signature(stem, raw)
}

/// Checks one file; knows its name for messages.
struct Checker<'a> {
    path: &'a str,
}

impl Checker<'_> {
    fn invalid<T>(
        &self,
        key: impl Into<String>,
        fault: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Result<T, SignatureError> {
        Err(SignatureError::Invalid {
            path: self.path.to_owned(),
            key: key.into(),
            fault: fault.into(),
            remedy: remedy.into(),
        })
    }

    fn signature(&self, stem: &str, raw: RawSignature) -> Result<Signature, SignatureError> {
        if raw.schema != SCHEMA {
            let fault = format!("is `{}`", raw.schema);
            return self.invalid("schema", fault, format!("this version reads `{SCHEMA}`"));
        }
        if raw.id != stem {
            let fault = format!("is `{}`", raw.id);
            return self.invalid("id", fault, format!("name the file {}.toml", raw.id));
        }
        for (key, word) in [
            ("id", &raw.id),
            ("kind", &raw.kind),
            ("family", &raw.family),
            ("label", &raw.label),
        ] {
            self.slug(key, word)?;
        }
        if raw.names.is_empty() || raw.names.iter().any(|name| name.trim().is_empty()) {
            return self.invalid("names", "has no name", "write at least one: [\"Harop\"]");
        }
        if raw.maker.trim().is_empty() {
            return self.invalid("maker", "is empty", "write who makes it, or \"unknown\"");
        }
        let engine = self.engine(raw.engine)?;
        let cycle = engine.cycle.value;
        let propeller = raw.propeller.map(|p| self.propeller(p)).transpose()?;
        if propeller.is_none() && cycle != Cycle::None {
            let remedy = "add it, or write `none` as engine.cycle";
            return self.invalid("[propeller]", "is missing", remedy);
        }
        if propeller.is_some() && cycle == Cycle::None {
            let remedy = "leave [propeller] out, or name the engine's cycle";
            return self.invalid(
                "engine.cycle",
                "is `none`, and there is a propeller",
                remedy,
            );
        }
        let note = raw.note.filter(|note| !note.trim().is_empty());
        if propeller.is_none() && note.is_none() {
            let remedy = "say what is heard of it instead";
            return self.invalid("note", "is missing for what has no propeller", remedy);
        }
        let phases = self.phases(raw.phases)?;
        match &propeller {
            Some(_) if !phases.contains_key(&Phase::Cruise) => {
                let remedy = "every airframe with a propeller cruises; add it";
                return self.invalid("[phases.cruise]", "is missing", remedy);
            }
            Some(propeller) => self.tips(propeller, &phases)?,
            None if !phases.is_empty() => {
                let remedy = "leave [phases] out: they say what the propeller does";
                return self.invalid("[phases]", "stands without a propeller", remedy);
            }
            None => {}
        }
        Ok(Signature {
            mass: self.figure("mass", raw.mass, &MASS)?,
            id: raw.id,
            names: raw.names,
            maker: raw.maker,
            kind: raw.kind,
            family: raw.family,
            label: raw.label,
            note,
            engine,
            propeller,
            phases,
        })
    }

    fn slug(&self, key: &str, word: &str) -> Result<(), SignatureError> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !word.is_empty() && word.chars().all(plain) {
            return Ok(());
        }
        let remedy = "use small letters, digits and hyphens: `hermes-450`";
        self.invalid(key, format!("is `{word}`"), remedy)
    }

    fn engine(&self, raw: RawEngine) -> Result<Engine, SignatureError> {
        let cycle = raw.cycle.value;
        let piston = matches!(cycle, Cycle::TwoStroke | Cycle::FourStroke);
        self.fact("engine.cycle", &raw.cycle)?;
        if let Some(designation) = &raw.designation {
            self.fact("engine.designation", designation)?;
        }
        let rotors = (raw.rotors, cycle == Cycle::Rotary);
        let rotors = self.if_fits("engine.rotors", rotors, cycle, &COUNT)?;
        let cylinders = (raw.cylinders, piston);
        let cylinders = self.if_fits("engine.cylinders", cylinders, cycle, &COUNT)?;
        let firings = (raw.firings_per_revolution, cycle.fires());
        let firings = self.if_fits("engine.firings_per_revolution", firings, cycle, &FIRINGS)?;
        let pole_pairs = (raw.pole_pairs, cycle == Cycle::Electric);
        let pole_pairs = self.if_fits("engine.pole_pairs", pole_pairs, cycle, &COUNT)?;
        let chambers = rotors.as_ref().or(cylinders.as_ref());
        let most = chambers
            .and_then(|f| f.values.as_ref())
            .and_then(|v| cycle.most_firings(v.span().high));
        let high = firings.as_ref().and_then(|f| f.values.as_ref());
        if let (Some(most), Some(high)) = (most, high.map(|v| v.span().high)) {
            if high > most {
                return self.invalid(
                    "engine.firings_per_revolution",
                    format!("reaches {high}, and a {cycle} engine of that size fires {most} times at most"),
                    "correct it, or the rotors or cylinders",
                );
            }
        }
        let optional_rpm = Demand {
            needed: false,
            ..RPM
        };
        let rated_rpm = match raw.rated_rpm {
            Some(raw) => self.figure("engine.rated_rpm", raw, &optional_rpm)?,
            None => unknown(Unit::Rpm),
        };
        Ok(Engine {
            cycle: raw.cycle,
            designation: raw.designation,
            rotors,
            cylinders,
            firings_per_revolution: firings,
            pole_pairs,
            rated_rpm,
        })
    }

    /// A figure that must be there if the engine is of a kind, and must not if it isn't.
    fn if_fits(
        &self,
        key: &str,
        (raw, fits): (Option<RawFigure>, bool),
        cycle: Cycle,
        demand: &Demand,
    ) -> Result<Option<Figure>, SignatureError> {
        match (raw, fits) {
            (Some(raw), true) => self.figure(key, raw, demand).map(Some),
            (None, false) => Ok(None),
            (None, true) => {
                let fault = format!("is missing for a {cycle} engine");
                self.invalid(key, fault, "add it; presume a range if nobody says")
            }
            (Some(_), false) => {
                let fault = format!("makes no sense for the cycle `{cycle}`");
                self.invalid(key, fault, "leave it out, or correct engine.cycle")
            }
        }
    }

    fn propeller(&self, raw: RawPropeller) -> Result<Propeller, SignatureError> {
        self.fact("propeller.mounting", &raw.mounting)?;
        Ok(Propeller {
            mounting: raw.mounting,
            blades: self.figure("propeller.blades", raw.blades, &COUNT)?,
            gear_ratio: self.figure("propeller.gear_ratio", raw.gear_ratio, &GEAR)?,
            diameter: self.figure("propeller.diameter", raw.diameter, &DIAMETER)?,
            supersonic_tips: raw.supersonic_tips,
        })
    }

    fn phases(
        &self,
        raw: BTreeMap<String, RawPhase>,
    ) -> Result<BTreeMap<Phase, FlightPhase>, SignatureError> {
        let mut phases = BTreeMap::new();
        for (name, raw) in raw {
            let Some(phase) = Phase::from_name(&name) else {
                let key = format!("[phases.{name}]");
                return self.invalid(key, "is no phase", "phases are `cruise` and `dive`");
            };
            let key = |field: &str| format!("phases.{name}.{field}");
            let flight = FlightPhase {
                shaft_rpm: self.figure(&key("shaft_rpm"), raw.shaft_rpm, &RPM)?,
                speed: self.figure(&key("speed"), raw.speed, &SPEED)?,
            };
            phases.insert(phase, flight);
        }
        Ok(phases)
    }

    /// The tips stay below the speed of sound at the ends of all ranges, or the file says why not.
    fn tips(
        &self,
        propeller: &Propeller,
        phases: &BTreeMap<Phase, FlightPhase>,
    ) -> Result<(), SignatureError> {
        let span = |f: &Figure| f.si().map_or(Span::of(1.0), |v| v.span());
        for (phase, flight) in phases {
            let rate = span(&flight.shaft_rpm).high / span(&propeller.gear_ratio).low / 60.0;
            let diameter = span(&propeller.diameter).high;
            let mach = helical_tip_mach(rate, diameter, span(&flight.speed).high);
            if mach >= 1.0 && propeller.supersonic_tips.is_none() {
                return self.invalid(
                    "propeller.diameter",
                    format!("of {diameter} m takes the tips to Mach {mach:.2} in the {phase}, at the largest shaft rate and speed"),
                    "correct diameter, gear_ratio or shaft_rpm, or say under propeller.supersonic_tips why that may be",
                );
            }
        }
        Ok(())
    }

    fn fact<T>(&self, key: &str, fact: &Fact<T>) -> Result<(), SignatureError> {
        if fact.source.trim().is_empty() || fact.confidence == Confidence::Unknown {
            let remedy = "name one; for what is presumed, write the reasoning";
            return self.invalid(key, "has no source", remedy);
        }
        Ok(())
    }

    fn figure(&self, key: &str, raw: RawFigure, demand: &Demand) -> Result<Figure, SignatureError> {
        if !demand.units.contains(&raw.unit) {
            let units: Vec<_> = demand.units.iter().map(Unit::to_string).collect();
            let fault = format!("is in `{}`", raw.unit);
            return self.invalid(key, fault, format!("use {}", units.join(" or ")));
        }
        let given = [
            raw.value.map(Values::One),
            raw.range.map(|r| Values::Range(r.into())),
            raw.choices.map(Values::Choices),
        ];
        let mut given: Vec<Values> = given.into_iter().flatten().collect();
        let source = raw.source.unwrap_or_default().trim().to_owned();
        if raw.confidence == Confidence::Unknown {
            if demand.needed {
                let remedy = "no sound can be predicted without it: presume a range, with the reasoning as source";
                return self.invalid(key, "is unknown", remedy);
            }
            if !given.is_empty() {
                let remedy = "leave the figure out, or say who says so and set another confidence";
                return self.invalid(key, "is unknown and yet given", remedy);
            }
            return Ok(Figure {
                source,
                ..unknown(raw.unit)
            });
        }
        if source.is_empty() {
            let remedy = "name it; for what is presumed, write the reasoning; without, its confidence is `unknown`";
            return self.invalid(key, "has no source", remedy);
        }
        let (Some(values), true) = (given.pop(), given.is_empty()) else {
            let remedy = "write exactly one of value, range and choices";
            return self.invalid(key, "has no single figure", remedy);
        };
        if raw.confidence == Confidence::Presumed && matches!(values, Values::One(_)) {
            let remedy = "write a range or choices wide enough for what it may be";
            return self.invalid(key, "is presumed to be one value", remedy);
        }
        let figure = Figure {
            values: Some(values),
            unit: raw.unit,
            confidence: raw.confidence,
            source,
        };
        self.values(key, &figure, demand)?;
        Ok(figure)
    }

    /// Ordered, within what is physical, whole where things are counted.
    fn values(&self, key: &str, figure: &Figure, demand: &Demand) -> Result<(), SignatureError> {
        let all = match figure.si() {
            Some(Values::One(value)) => vec![value],
            Some(Values::Range(span)) => vec![span.low, span.high],
            Some(Values::Choices(all)) => all,
            None => return Ok(()),
        };
        let [low, high] = demand.within;
        let unit = match figure.unit {
            Unit::KilometresPerHour | Unit::Knots => Unit::MetresPerSecond,
            unit => unit,
        };
        if all.is_empty() {
            return self.invalid(key, "has no choices", "write at least one");
        }
        // A NaN is in no range.
        if let Some(bad) = all.iter().find(|v| !(low..=high).contains(*v)) {
            let fault = format!("is {bad:.4} {unit}");
            return self.invalid(key, fault, format!("it must be {low} to {high:.0} {unit}"));
        }
        if demand.whole && all.iter().any(|v| v.fract() != 0.0) {
            return self.invalid(key, "is not a whole number", "things are counted here");
        }
        let range = matches!(figure.values, Some(Values::Range(_)));
        if demand.whole && range {
            let remedy = "list the numbers: choices = [2, 3]";
            return self.invalid(key, "is a range of a count", remedy);
        }
        if all.windows(2).any(|w| w[0] >= w[1]) {
            let remedy = "write the smaller value first, and none twice";
            return self.invalid(key, "is not in ascending order", remedy);
        }
        Ok(())
    }
}

fn unknown(unit: Unit) -> Figure {
    Figure {
        values: None,
        unit,
        confidence: Confidence::Unknown,
        source: String::new(),
    }
}
