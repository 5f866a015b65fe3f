//! One figure or word of a sheet, with its source.

use super::Span;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How far a figure can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// The maker, a type certificate or an official report says so.
    Published,
    /// Others say so: press, reference works, wreckage reports.
    Quoted,
    /// Reasoned from what is published about this or like airframes; the source is the reasoning.
    Presumed,
    /// Nobody says.
    Unknown,
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Published => "published",
            Self::Quoted => "quoted",
            Self::Presumed => "presumed",
            Self::Unknown => "unknown",
        })
    }
}

/// The unit that a figure is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unit {
    /// Metres per second.
    #[serde(rename = "m/s")]
    MetresPerSecond,
    /// Kilometres per hour.
    #[serde(rename = "km/h")]
    KilometresPerHour,
    /// Knots: 1852 m per hour.
    #[serde(rename = "kn")]
    Knots,
    /// Revolutions per minute.
    #[serde(rename = "rpm")]
    Rpm,
    /// Metres.
    #[serde(rename = "m")]
    Metres,
    /// Kilograms.
    #[serde(rename = "kg")]
    Kilograms,
    /// A number of things.
    #[serde(rename = "count")]
    Count,
    /// Per revolution of the engine's shaft.
    #[serde(rename = "per-revolution")]
    PerRevolution,
    /// A ratio of like things.
    #[serde(rename = "ratio")]
    Ratio,
}

impl Unit {
    /// How many of the SI unit one of these is; 1 where there is no other unit in use.
    fn in_si(self) -> f64 {
        match self {
            Self::KilometresPerHour => 1.0 / 3.6,
            Self::Knots => 1852.0 / 3600.0,
            _ => 1.0,
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MetresPerSecond => "m/s",
            Self::KilometresPerHour => "km/h",
            Self::Knots => "kn",
            Self::Rpm => "rpm",
            Self::Metres => "m",
            Self::Kilograms => "kg",
            Self::Count => "count",
            Self::PerRevolution => "per-revolution",
            Self::Ratio => "ratio",
        })
    }
}

/// What a figure may be.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Exactly this.
    One(f64),
    /// Anywhere between.
    Range(Span),
    /// One of these, ascending, nothing between.
    Choices(Vec<f64>),
}

impl Values {
    /// The smallest interval that holds all.
    pub fn span(&self) -> Span {
        match self {
            Self::One(value) => Span::of(*value),
            Self::Range(span) => *span,
            Self::Choices(all) => Span {
                low: all.iter().copied().fold(f64::INFINITY, f64::min),
                high: all.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            },
        }
    }

    /// As intervals that each can be anything within: one for a value or a range, one per choice.
    pub fn intervals(&self) -> Vec<Span> {
        match self {
            Self::One(value) => vec![Span::of(*value)],
            Self::Range(span) => vec![*span],
            Self::Choices(all) => all.iter().copied().map(Span::of).collect(),
        }
    }

    /// The value at `u` of the way, 0 to 1: of a range evenly, of choices each alike. Drawing `u`
    /// evenly draws a value evenly; values of `u` outside 0 to 1 count as the nearer end.
    pub fn at(&self, u: f64) -> f64 {
        let u = u.clamp(0.0, 1.0);
        match self {
            Self::One(value) => *value,
            Self::Range(span) => span.low + u * (span.high - span.low),
            Self::Choices(all) => {
                let nth = (u * all.len() as f64) as usize;
                all[nth.min(all.len() - 1)]
            }
        }
    }

    fn map(&self, f: impl Fn(f64) -> f64) -> Self {
        match self {
            Self::One(value) => Self::One(f(*value)),
            Self::Range(span) => Self::Range(Span {
                low: f(span.low),
                high: f(span.high),
            }),
            Self::Choices(all) => Self::Choices(all.iter().copied().map(f).collect()),
        }
    }
}

/// A figure: what it may be, in which unit, who says so and how sure that is.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// What it may be, in [`unit`](Self::unit); `None` if unknown, and then only.
    pub values: Option<Values>,
    /// The unit as written.
    pub unit: Unit,
    /// How far it can be trusted.
    pub confidence: Confidence,
    /// Who says so, or the reasoning; empty if unknown.
    pub source: String,
}

impl Figure {
    /// The smallest interval that holds what it may be, in the unit as written; `None` if unknown.
    pub fn span(&self) -> Option<Span> {
        self.values.as_ref().map(Values::span)
    }

    /// A figure that nobody knows.
    pub(super) fn unknown(unit: Unit) -> Self {
        Self {
            values: None,
            unit,
            confidence: Confidence::Unknown,
            source: String::new(),
        }
    }

    /// What it may be in SI units (m/s, m, kg); revolutions stay per minute.
    pub fn si(&self) -> Option<Values> {
        let factor = self.unit.in_si();
        self.values.as_ref().map(|v| v.map(|x| x * factor))
    }

    /// The figure with its range wider by `share` of its width, if it is presumed; a published or
    /// quoted figure, and one that is a choice, stays as it is. For trials that ask what it would
    /// mean to have presumed too narrowly.
    pub fn widened(&self, share: f64) -> Self {
        let mut figure = self.clone();
        if let (Confidence::Presumed, Some(Values::Range(span))) = (self.confidence, &self.values) {
            figure.values = Some(Values::Range(span.widened(share)));
        }
        figure
    }
}

/// A word with its source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact<T> {
    /// The word.
    pub value: T,
    /// How far it can be trusted.
    pub confidence: Confidence,
    /// Who says so, or the reasoning.
    pub source: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(values: Values, unit: Unit, confidence: Confidence) -> Figure {
        Figure {
            values: Some(values),
            unit,
            confidence,
            source: "a test".into(),
        }
    }

    #[test]
    fn knots_and_kilometres_become_metres_per_second() {
        let dive = figure(Values::One(225.0), Unit::Knots, Confidence::Published);
        let Some(Values::One(speed)) = dive.si() else {
            panic!("one value stays one value")
        };
        assert!((speed * 3.6 - 416.7).abs() < 0.01);
        let cruise = figure(
            Values::Range([180.0, 216.0].into()),
            Unit::KilometresPerHour,
            Confidence::Quoted,
        );
        let span = cruise.si().map(|v| v.span());
        assert!(span.is_some_and(|s| (s.low - 50.0).abs() < 1e-9 && (s.high - 60.0).abs() < 1e-9));
    }

    #[test]
    fn drawing_evenly_reaches_every_choice_alike() {
        let choices = Values::Choices(vec![2.0, 3.0]);
        let drawn: Vec<f64> = [0.0, 0.49, 0.51, 1.0].map(|u| choices.at(u)).into();
        assert_eq!(drawn, [2.0, 2.0, 3.0, 3.0]);
        assert_eq!(Values::Range([10.0, 20.0].into()).at(0.25), 12.5);
        assert_eq!(Values::One(5.0).at(0.7), 5.0);
    }

    #[test]
    fn only_presumed_ranges_widen() {
        let range = Values::Range([10.0, 20.0].into());
        let presumed = figure(range.clone(), Unit::Rpm, Confidence::Presumed);
        let wider = presumed.widened(0.25).values.map(|v| v.span());
        assert_eq!(wider, Some([8.75, 21.25].into()));
        let quoted = figure(range, Unit::Rpm, Confidence::Quoted);
        assert_eq!(quoted.widened(0.25), quoted);
    }
}
