//! A sheet as a list of its figures, for whoever prints it.

use super::{Confidence, Fact, Figure, Signature, Unit, Values};

/// One figure or word of a sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry<'a> {
    /// Its key in the file, with its section: `propeller.blades`.
    pub key: String,
    /// What it is.
    pub value: EntryValue<'a>,
    /// How far it can be trusted.
    pub confidence: Confidence,
    /// Who says so, or the reasoning; empty if unknown.
    pub source: &'a str,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq)]
pub enum EntryValue<'a> {
    /// A word.
    Word(String),
    /// A figure in its unit as written; `None` if unknown.
    Number(Option<&'a Values>, Unit),
}

impl Signature {
    /// All figures and words of the sheet that have a source, in the order of the file.
    pub fn entries(&self) -> Vec<Entry<'_>> {
        let engine = &self.engine;
        let mut all = vec![
            number("mass", &self.mass),
            word("engine.cycle", &engine.cycle),
        ];
        all.extend(
            engine
                .designation
                .as_ref()
                .map(|d| word("engine.designation", d)),
        );
        let optional = [
            ("engine.rotors", &engine.rotors),
            ("engine.cylinders", &engine.cylinders),
            (
                "engine.firings_per_revolution",
                &engine.firings_per_revolution,
            ),
            ("engine.pole_pairs", &engine.pole_pairs),
        ];
        for (key, figure) in optional {
            all.extend(figure.as_ref().map(|f| number(key, f)));
        }
        if let Some(propeller) = &self.propeller {
            all.push(number("engine.rated_rpm", &engine.rated_rpm));
            all.push(word("propeller.mounting", &propeller.mounting));
            all.push(number("propeller.blades", &propeller.blades));
            all.push(number("propeller.gear_ratio", &propeller.gear_ratio));
            all.push(number("propeller.diameter", &propeller.diameter));
        }
        for (phase, flight) in self.phases() {
            all.push(number(
                &format!("phases.{phase}.shaft_rpm"),
                &flight.shaft_rpm,
            ));
            all.push(number(&format!("phases.{phase}.speed"), &flight.speed));
        }
        all
    }
}

fn number<'a>(key: &str, figure: &'a Figure) -> Entry<'a> {
    Entry {
        key: key.to_owned(),
        value: EntryValue::Number(figure.values.as_ref(), figure.unit),
        confidence: figure.confidence,
        source: &figure.source,
    }
}

fn word<'a, T: ToString>(key: &str, fact: &'a Fact<T>) -> Entry<'a> {
    Entry {
        key: key.to_owned(),
        value: EntryValue::Word(fact.value.to_string()),
        confidence: fact.confidence,
        source: &fact.source,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Catalogue;
    use super::*;

    #[test]
    fn every_entry_has_a_source_or_is_unknown() {
        let catalogue = Catalogue::built_in().unwrap_or_else(|e| panic!("{e}"));
        for signature in catalogue.iter() {
            for entry in signature.entries() {
                let unknown = entry.confidence == Confidence::Unknown;
                assert_eq!(unknown, entry.source.is_empty(), "{}", entry.key);
                let nothing = matches!(entry.value, EntryValue::Number(None, _));
                assert_eq!(unknown, nothing, "{}", entry.key);
            }
        }
        let lora = catalogue.get("lora").map(Signature::entries);
        assert_eq!(lora.map(|e| e.len()).ok(), Some(2));
    }
}
