//! From a file as it is written to a checked [`Signature`].

use super::demand::{Checker, Demand, COUNT, DIAMETER, FIRINGS, GEAR, MASS, RPM, SPEED};
use super::raw::{RawEngine, RawFigure, RawPhase, RawPropeller, RawSignature};
use super::{
    helical_tip_mach, Cycle, Engine, Figure, FlightPhase, Phase, Propeller, Signature,
    SignatureError, Span, Unit,
};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The only schema there is.
const SCHEMA: &str = "earwitness.signature/1";

/// Reads the text of one file; `path` is what messages call it, `stem` its name without ending.
pub(super) fn read(path: &str, stem: &str, text: &str) -> Result<Signature, SignatureError> {
    let raw: RawSignature = toml::from_str(text).map_err(|e| SignatureError::Syntax {
        path: path.to_owned(),
        fault: e.to_string(),
    })?;
    let mut signature = Checker { path }.signature(stem, raw)?;
    signature.sha256 = Sha256::digest(text).into();
    Ok(signature)
}

impl Checker<'_> {
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
        self.vocabulary(&raw)?;
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
            sha256: [0; 32],
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
        let optional = Demand {
            needed: false,
            ..RPM
        };
        let rated_rpm = match raw.rated_rpm {
            Some(raw) => self.figure("engine.rated_rpm", raw, &optional)?,
            None => Figure::unknown(Unit::Rpm),
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
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAHED: &str = include_str!("../../models/signatures/shahed-136.toml");
    const ORBITER: &str = include_str!("../../models/signatures/orbiter-2.toml");
    const LORA: &str = include_str!("../../models/signatures/lora.toml");

    /// The message about a good file in which `from` has become `to`.
    fn broken(good: &str, stem: &str, from: &str, to: &str) -> String {
        assert!(good.contains(from), "{from} is not in the file");
        let text = good.replacen(from, to, 1);
        let path = format!("mine/{stem}.toml");
        let message = match read(&path, stem, &text) {
            Ok(_) => panic!("{to} was accepted"),
            Err(e) => e.to_string(),
        };
        assert!(message.starts_with(&path), "{message}");
        message
    }

    fn names(message: &str, parts: &[&str]) {
        for part in parts {
            assert!(message.contains(part), "`{part}` is not in: {message}");
        }
    }

    #[test]
    fn a_file_that_is_none_or_has_other_keys_is_refused_with_the_line() {
        let text = broken(SHAHED, "shahed-136", "[engine]", "[engine");
        names(&text, &["not a signature file", "line"]);
        let text = broken(SHAHED, "shahed-136", "blades =", "blade_count =");
        names(&text, &["blade_count"]);
        let text = broken(SHAHED, "shahed-136", "unit = \"rpm\"", "unit = \"Hz\"");
        names(&text, &["Hz"]);
        let text = broken(SHAHED, "shahed-136", "signature/1", "signature/2");
        names(&text, &["schema", "signature/2", "signature/1"]);
    }

    #[test]
    fn the_id_is_the_name_of_the_file() {
        let text = broken(SHAHED, "geran-2", "[engine]", "[engine]");
        names(&text, &["id", "shahed-136.toml"]);
        let text = broken(SHAHED, "shahed-136", "\"piston-uav\"", "\"Piston UAV\"");
        names(&text, &["family", "Piston UAV", "hyphens"]);
    }

    #[test]
    fn figures_must_be_ordered_positive_physical_and_in_a_known_unit() {
        let rpm = "range = [5000, 7500]";
        let key = "phases.cruise.shaft_rpm";
        let swap = broken(SHAHED, "shahed-136", rpm, "range = [7500, 5000]");
        names(&swap, &[key, "ascending"]);
        let negative = broken(SHAHED, "shahed-136", rpm, "range = [-1, 7500]");
        names(&negative, &[key, "-1", "rpm"]);
        let nan = broken(SHAHED, "shahed-136", rpm, "range = [nan, 7500]");
        names(&nan, &[key]);
        let fast = broken(SHAHED, "shahed-136", "[185, 430]", "[185, 1300]");
        names(&fast, &["phases.dive.speed", "m/s"]);
        let unit = broken(SHAHED, "shahed-136", "unit = \"km/h\"", "unit = \"kg\"");
        names(&unit, &["speed", "kg", "km/h"]);
        let half = broken(ORBITER, "orbiter-2", "[4, 5,", "[4, 5.5,");
        names(&half, &["engine.pole_pairs", "whole"]);
        let both = broken(SHAHED, "shahed-136", rpm, "value = 6000, range = [1, 2]");
        names(&both, &[key, "exactly one"]);
    }

    #[test]
    fn a_figure_has_a_source_or_is_unknown_and_what_sound_needs_is_known() {
        let text = broken(SHAHED, "shahed-136", "value = 7500, unit", "unit");
        names(&text, &["engine.rated_rpm", "exactly one"]);
        let start = SHAHED
            .find("source = \"commonly quoted of the Limbach")
            .expect("a source");
        let end = start + SHAHED[start..].find("\" }").expect("its end") + 1;
        let text = broken(SHAHED, "shahed-136", &SHAHED[start..end], "source = \"\"");
        names(&text, &["engine.rated_rpm", "source", "unknown"]);
        let mass = "value = 1600, unit = \"kg\", confidence = \"quoted\"";
        let text = broken(LORA, "lora", mass, &mass.replace("quoted", "unknown"));
        names(&text, &["mass", "unknown and yet given"]);
        let gear = "value = 1, unit = \"ratio\", confidence = \"quoted\"";
        let text = broken(
            SHAHED,
            "shahed-136",
            gear,
            &gear.replace("quoted", "unknown"),
        );
        names(&text, &["propeller.gear_ratio", "presume"]);
        let text = broken(
            SHAHED,
            "shahed-136",
            gear,
            &gear.replace("quoted", "presumed"),
        );
        names(&text, &["propeller.gear_ratio", "range"]);
    }

    #[test]
    fn phases_have_known_names_and_a_propeller_cruises() {
        let text = broken(SHAHED, "shahed-136", "[phases.dive]", "[phases.climb]");
        names(&text, &["phases.climb", "cruise", "dive"]);
        let start = ORBITER.find("[phases.cruise]").expect("it cruises");
        let text = broken(ORBITER, "orbiter-2", &ORBITER[start..], "");
        names(&text, &["[phases.cruise]", "missing"]);
    }

    #[test]
    fn engines_fire_as_often_as_their_kind_can() {
        let text = broken(SHAHED, "shahed-136", "[2, 4]", "[2, 8]");
        names(
            &text,
            &["firings_per_revolution", "8", "two-stroke", "4 times"],
        );
        let text = broken(SHAHED, "shahed-136", "\"two-stroke\"", "\"four-stroke\"");
        names(&text, &["firings_per_revolution", "2 times"]);
        let text = broken(ORBITER, "orbiter-2", "\"electric\"", "\"rotary\"");
        names(&text, &["engine.rotors", "missing"]);
        let text = broken(ORBITER, "orbiter-2", "pole_pairs", "cylinders");
        names(&text, &["engine.cylinders", "electric"]);
        let text = broken(ORBITER, "orbiter-2", "\"electric\"", "\"none\"");
        names(&text, &["engine"]);
        let note = LORA
            .lines()
            .find(|l| l.starts_with("note"))
            .expect("a note");
        let text = broken(LORA, "lora", note, "");
        names(&text, &["note", "heard"]);
    }

    #[test]
    fn tips_beyond_the_speed_of_sound_need_a_reason() {
        let text = broken(ORBITER, "orbiter-2", "[0.33, 0.5]", "[0.33, 0.9]");
        names(
            &text,
            &[
                "propeller.diameter",
                "Mach 1.1",
                "cruise",
                "supersonic_tips",
            ],
        );
        let reason = "[0.33, 0.9]";
        let line = ORBITER.find("diameter").expect("a diameter");
        let text = ORBITER.replacen("[0.33, 0.5]", reason, 1);
        let text = format!(
            "{}supersonic_tips = \"a test\"\n{}",
            &text[..line],
            &text[line..]
        );
        assert!(read("orbiter-2.toml", "orbiter-2", &text).is_ok());
    }
}
