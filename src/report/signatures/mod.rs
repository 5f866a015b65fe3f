//! The catalogue becomes text: tables for people, JSON for programs.

mod json;
mod sheet_table;
mod table;

use super::words;
use crate::model::answer::Grade;
use crate::model::store::Model;
use crate::signature::{Separator, Signature, Span, Values};

pub use json::{list_json, show_json};
pub use sheet_table::show_table;
pub use table::list_table;

/// Schema of the JSON.
pub const SIGNATURES_SCHEMA: &str = "earwitness.signatures/1";

/// On what a model's knowledge of a signature rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// The grade; `None` without a model, for a label that the model does not know, and for what is answered as another label,
    /// whose recordings are not of this airframe.
    pub grade: Option<Grade>,
    /// Source groups of real recordings of it.
    pub groups: usize,
    /// Whether the model knows its label.
    pub known: bool,
}

impl Reference {
    /// What `model` says about `signature`.
    pub fn of(signature: &Signature, model: Option<&Model>) -> Self {
        let mut labels = model.iter().flat_map(|model| &model.header().labels);
        let info = labels.find(|l| l.label == signature.label());
        let own = info.filter(|_| signature.label() == signature.id());
        Self {
            grade: own.map(|info| info.grade),
            groups: own.map_or(0, |info| info.groups),
            known: info.is_some(),
        }
    }
}

/// A number with as many digits as it needs, four after the point at most.
fn plain(value: f64) -> String {
    let text = format!("{value:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    text.to_owned()
}

/// `7`, `4500 to 7800`, `2 or 3`.
fn values(values: &Values) -> String {
    match values {
        Values::One(value) => plain(*value),
        Values::Range(span) => format!("{} to {}", plain(span.low), plain(span.high)),
        Values::Choices(all) => alternatives(all.iter().copied().map(plain)),
    }
}

/// Joined by commas and `or`.
fn alternatives(all: impl Iterator<Item = String>) -> String {
    let all: Vec<String> = all.collect();
    match all.as_slice() {
        [most @ .., last] if !most.is_empty() => format!("{} or {last}", most.join(", ")),
        _ => all.concat(),
    }
}

/// Frequencies in Hz, whole from 100 on.
fn hertz(span: Span) -> String {
    let one = |f: f64| match f < 99.95 {
        true => format!("{f:.1}"),
        false => format!("{f:.0}"),
    };
    match one(span.low) == one(span.high) {
        true => one(span.low),
        false => format!("{} to {}", one(span.low), one(span.high)),
    }
}

/// What could still tell two signatures apart, in words.
fn separator(separator: &Separator) -> String {
    let ratios = |all: &[Span]| {
        alternatives(all.iter().map(|r| match r.low == r.high {
            true => format!("{:.2}", r.low),
            false => format!("{:.2} to {:.2}", r.low, r.high),
        }))
    };
    match separator {
        Separator::Ratio { own, other } => format!(
            "engine to blade frequency, where both combs are heard: {} here, {} there",
            ratios(own),
            ratios(other)
        ),
        Separator::Strength { own, other } => format!(
            "which lines are strong: engine to blade frequency is {} here, {} there",
            ratios(own),
            ratios(other)
        ),
        Separator::BothCombs => "both combs, where they are heard at once".to_owned(),
        Separator::Firing { own: true } => "firings that show beside the blades: here".to_owned(),
        Separator::Firing { own: false } => "firings that show beside the blades: there".to_owned(),
        Separator::RestFrequency => "blade pass at rest, where a pass is heard whole".to_owned(),
        Separator::Course => "the course: a dive climbs or stands, and ends at once".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::Catalogue;
    use crate::taxonomy::{place, TAXONOMY};

    #[test]
    fn sheets_and_classifier_use_the_same_labels_and_families() {
        let catalogue = Catalogue::built_in().unwrap_or_else(|e| panic!("{e}"));
        for signature in catalogue.iter() {
            let known = TAXONOMY.iter().any(|(l, _, _)| *l == signature.label());
            assert!(known, "{}", signature.label());
            assert_eq!(place(signature.label()).0, signature.family());
        }
    }

    #[test]
    fn figures_are_as_short_as_they_can_be() {
        assert_eq!(plain(135.0), "135");
        assert_eq!(plain(2.4286), "2.4286");
        assert_eq!(values(&Values::Range([0.5, 0.68].into())), "0.5 to 0.68");
        assert_eq!(values(&Values::Choices(vec![2.0, 3.0, 4.0])), "2, 3 or 4");
        assert_eq!(values(&Values::Choices(vec![1.0])), "1");
        assert_eq!(hertz([66.666, 200.4].into()), "66.7 to 200");
    }

    #[test]
    fn what_is_answered_as_another_label_has_no_grade() {
        let catalogue = Catalogue::built_in().unwrap_or_else(|e| panic!("{e}"));
        let model = Model::embedded().ok();
        for signature in catalogue.iter() {
            let reference = Reference::of(signature, model.as_ref());
            let graded = signature.id() != "lora" && model.is_some();
            assert_eq!(reference.grade.is_some(), graded, "{}", signature.id());
            assert_eq!(reference.known, model.is_some(), "{}", signature.id());
            let real = matches!(reference.grade, Some(Grade::A | Grade::B));
            assert_eq!(real, reference.groups > 0, "{}", signature.id());
        }
    }
}
