//! How answers are put into words, alike in every format for people.

pub use crate::audio::shown::printable;
use crate::model::answer::{Classification, Decision, Grade};
use crate::verify::condition::Question;
use std::collections::BTreeMap;

/// Columns of text.
pub const WIDTH: usize = 80;

/// The answer in a few words: `shahed-136`, `consistent with harop`, `cannot tell`.
///
/// A grade C label is never said to *be* heard: no recording of it was ever learnt from.
pub fn answer(c: &Classification) -> String {
    match (c.decision, c.grade) {
        (Decision::Signature, Some(Grade::C)) => format!("consistent with {}", c.label),
        (Decision::Signature, _) => c.label.clone(),
        (Decision::Family, _) => some(c.family.as_deref()),
        (Decision::Class, _) => some(c.class.as_deref()),
        (Decision::Unknown, _) => some(None),
        (Decision::Unusable, _) => "unusable".to_owned(),
    }
}

fn some(place: Option<&str>) -> String {
    place.map_or("cannot tell".to_owned(), |place| format!("some {place}"))
}

/// A probability to two digits. What would round to certainty, either way, is shown as `>0.99` or `<0.01`: no recording is
/// certain.
pub fn probability(p: f64) -> String {
    match p {
        p if p >= 0.995 => ">0.99".to_owned(),
        p if p < 0.005 => "<0.01".to_owned(),
        p => format!("{p:.2}"),
    }
}

/// The weights in the name of a prior, each with its label: `shahed-136=0.5` of `hierarchical with shahed-136=0.5`.
pub fn weights(prior: &str) -> Vec<(&str, &str)> {
    let weights = prior.strip_prefix("hierarchical with ").unwrap_or_default();
    let each = weights.split(", ");
    each.filter_map(|weight| Some((weight, weight.split_once('=')?.0)))
        .collect()
}

/// The prior with the share that each weight gives: `hierarchical with shahed-136=0.5 (0.34 of all)`.
pub fn prior(name: &str, shares: &BTreeMap<String, f64>) -> String {
    let each: Vec<String> = weights(name)
        .into_iter()
        .map(|(weight, label)| match shares.get(label) {
            Some(share) => format!("{weight} ({} of all)", probability(*share)),
            None => weight.to_owned(),
        })
        .collect();
    match each.is_empty() {
        true => name.to_owned(),
        false => format!("hierarchical with {}", each.join(", ")),
    }
}

/// What the best label's knowledge rests on.
pub fn grade(grade: Grade) -> &'static str {
    match grade {
        Grade::A => "A: learnt from real recordings of 10 source groups or more",
        Grade::B => "B: learnt from real recordings of fewer than 10 source groups",
        Grade::C => "C: rendered from published figures, no real recording",
    }
}

pub fn grade_letter(grade: Grade) -> &'static str {
    match grade {
        Grade::A => "A",
        Grade::B => "B",
        Grade::C => "C",
    }
}

pub fn decision(decision: Decision) -> &'static str {
    match decision {
        Decision::Signature => "signature",
        Decision::Family => "family",
        Decision::Class => "class",
        Decision::Unknown => "unknown",
        Decision::Unusable => "unusable",
    }
}

/// What a question asks for: `fit for detecting`.
pub fn question(question: Question) -> &'static str {
    match question {
        Question::Detect => "for detecting",
        Question::NameAirframe => "for naming an airframe",
        Question::MeasureSpeed => "for measuring speed",
    }
}

/// A log10 likelihood ratio or a bound of one, with its sign: it is the sign that says which
/// hypothesis the sound supports.
pub fn log10_lr(value: f64) -> String {
    format!("{value:+.2}")
}

/// The prediction set, if it says more than the answer does.
pub fn other_than_answer(c: &Classification) -> Option<String> {
    let is_answer = c.decision == Decision::Signature && c.prediction_set == [c.label.clone()];
    if is_answer || c.decision == Decision::Unusable {
        return None;
    }
    Some(match c.prediction_set.is_empty() {
        true => "none of the labels".to_owned(),
        false => c.prediction_set.join(", "),
    })
}

/// Labels that nothing can exclude, besides those of the prediction set; `None` if there are no others.
pub fn undecided(insufficient: &[String], set: &[String]) -> Option<String> {
    let others: Vec<&str> = insufficient
        .iter()
        .filter(|label| !set.contains(label))
        .map(String::as_str)
        .collect();
    let others = (!others.is_empty()).then(|| others.join(", "))?;
    Some(format!("{others} (too few source groups to exclude them)"))
}

/// Breaks `text` at spaces into lines of at most [`WIDTH`] columns, the first behind `first`, the
/// others indented as far. Longer words, such as paths, stay whole.
pub fn wrapped(first: &str, text: &str) -> String {
    wrapped_to(WIDTH, first, text)
}

/// The same in lines of at most `width` columns.
pub fn wrapped_to(width: usize, first: &str, text: &str) -> String {
    let indent = first.chars().count();
    let mut out = first.to_owned();
    let mut column = indent;
    for (n, word) in text.split(' ').enumerate() {
        let len = word.chars().count();
        if n > 0 && column + 1 + len > width {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
            column = indent;
        } else if n > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += len;
    }
    out.push('\n');
    out
}

/// A span of time as people say it: `80 s`, `12 min`, `1.5 h`.
pub fn span(seconds: f64) -> String {
    match seconds {
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 5400.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_probability_is_shown_as_certainty() {
        assert_eq!(
            [0.994, 0.995, 1.0].map(probability),
            ["0.99", ">0.99", ">0.99"]
        );
        assert_eq!(
            [0.0, 0.004, 0.006].map(probability),
            ["<0.01", "<0.01", "0.01"]
        );
    }

    #[test]
    fn the_share_that_a_weight_gives_stands_beside_it() {
        let shares = [("harop", 0.3427), ("engine", 0.001), ("siren", 0.6563)];
        let shares = shares
            .map(|(label, share)| (label.to_owned(), share))
            .into();
        let said = |weights: &[(String, f64)]| prior(&crate::model::prior::name(weights), &shares);
        assert_eq!(said(&[]), "hierarchical");
        assert_eq!(
            said(&[("harop".into(), 0.5), ("engine".into(), 0.002)]),
            "hierarchical with harop=0.5 (0.34 of all), engine=0.002 (<0.01 of all)"
        );
    }

    #[test]
    fn lines_end_at_the_width_and_hang_under_their_start() {
        let text = wrapped("  ! ", &"word ".repeat(40));
        assert!(text.lines().all(|l| l.chars().count() <= WIDTH));
        assert!(text.lines().skip(1).all(|l| l.starts_with("    w")));
    }

    #[test]
    fn a_span_is_said_in_the_unit_that_is_read_easiest() {
        let said = [80.4, 720.0, 5400.0].map(span);
        assert_eq!(said, ["80 s", "12 min", "1.5 h"]);
    }
}
