//! What is demanded of a figure, and the checks of one figure.

use super::raw::RawFigure;
use super::{Confidence, Fact, Figure, SignatureError, Unit, Values, SPEED_OF_SOUND};

/// What a figure must be like.
pub struct Demand {
    pub units: &'static [Unit],
    /// In SI units; rpm stay rpm.
    pub within: [f64; 2],
    pub whole: bool,
    /// Rendering can't do without it.
    pub needed: bool,
}

const SPEED_UNITS: &[Unit] = &[Unit::MetresPerSecond, Unit::KilometresPerHour, Unit::Knots];
pub const COUNT: Demand = Demand {
    units: &[Unit::Count],
    within: [1.0, 50.0],
    whole: true,
    needed: true,
};
pub const FIRINGS: Demand = Demand {
    units: &[Unit::PerRevolution],
    within: [0.5, 50.0],
    whole: false,
    needed: true,
};
pub const RPM: Demand = Demand {
    units: &[Unit::Rpm],
    within: [60.0, 60_000.0],
    whole: false,
    needed: true,
};
pub const GEAR: Demand = Demand {
    units: &[Unit::Ratio],
    within: [0.1, 20.0],
    whole: false,
    needed: true,
};
pub const DIAMETER: Demand = Demand {
    units: &[Unit::Metres],
    within: [0.05, 6.0],
    whole: false,
    needed: true,
};
pub const SPEED: Demand = Demand {
    units: SPEED_UNITS,
    within: [1.0, 0.9 * SPEED_OF_SOUND],
    whole: false,
    needed: true,
};
pub const MASS: Demand = Demand {
    units: &[Unit::Kilograms],
    within: [0.01, 100_000.0],
    whole: false,
    needed: false,
};

/// Checks the figures of one file; knows its name for messages.
pub struct Checker<'a> {
    /// What messages call the file.
    pub path: &'a str,
}

impl Checker<'_> {
    /// The fault that `key` has.
    pub fn invalid<T>(
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

    /// A word has a source.
    pub fn fact<T>(&self, key: &str, fact: &Fact<T>) -> Result<(), SignatureError> {
        if fact.source.trim().is_empty() || fact.confidence == Confidence::Unknown {
            let remedy = "name one; for what is presumed, write the reasoning";
            return self.invalid(key, "has no source", remedy);
        }
        Ok(())
    }

    /// A figure has one value, range or choice, a source, and is what `demand` says.
    pub fn figure(
        &self,
        key: &str,
        raw: RawFigure,
        demand: &Demand,
    ) -> Result<Figure, SignatureError> {
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
                ..Figure::unknown(raw.unit)
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
