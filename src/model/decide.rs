//! On which level an answer can stand, and how it is said.

use super::answer::{Decision, Grade};
use super::header::{Header, LabelInfo};
use super::judge::Judgement;
use crate::audio::Reason;

/// Probability from which one label is named although others cannot be excluded.
const NAMED: f64 = 0.8;

/// The decision with everything that follows from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    /// The level.
    pub decision: Decision,
    /// Best label, or `unknown`.
    pub label: String,
    /// Its family.
    pub family: Option<String>,
    /// Its reference grade.
    pub grade: Option<Grade>,
    /// One plain sentence.
    pub statement: String,
}

/// Decides what can be said.
///
/// * no judgement: `unusable`, with the reasons;
/// * an empty prediction set: `unknown`, nothing learnt fits;
/// * one label left in the set, or one with a probability of 0.8 or more: `signature`;
/// * all labels left are of one family, or one class: `family`, `class`;
/// * else `unknown`: too much fits.
pub fn decide(header: &Header, judgement: Option<&Judgement>, reasons: &[Reason]) -> Decided {
    let Some(judgement) = judgement else {
        let why = reasons.first().map_or(
            "it holds no sound that can be measured".to_owned(),
            ToString::to_string,
        );
        return unknown(
            Decision::Unusable,
            format!("The recording cannot carry an answer: {why}."),
        );
    };
    let set: Vec<&LabelInfo> = judgement
        .prediction_set
        .iter()
        .map(|&l| &header.labels[l])
        .collect();
    if set.is_empty() {
        let text = "Nothing that the model has learnt fits this sound well enough: cannot tell.";
        return unknown(Decision::Unknown, text.into());
    }
    let best = &header.labels[judgement.best()];
    let probability = judgement.probabilities[judgement.best()];
    let alone = set.len() == 1 && set[0].label == best.label;
    if alone || probability >= NAMED {
        return named(
            Decision::Signature,
            best,
            signature_statement(best, probability, &set),
        );
    }
    let all = |same: fn(&LabelInfo) -> &str| set.iter().all(|l| same(l) == same(best));
    if all(|l| l.family.as_str()) {
        let text = format!(
            "The sound is like that of the family {}; which of {} cannot be told.",
            best.family,
            list(&set)
        );
        return named(Decision::Family, best, text);
    }
    if all(|l| l.class.as_str()) {
        let text = format!(
            "The sound is like that of the class {}; which of {} cannot be told.",
            best.class,
            list(&set)
        );
        return named(Decision::Class, best, text);
    }
    unknown(
        Decision::Unknown,
        format!("Cannot tell: the sound may be any of {}.", list(&set)),
    )
}

/// H1 and H2 in words.
pub fn hypotheses(label: &str, prior: &str) -> [String; 2] {
    [
        format!("the recording holds {label}"),
        format!("it holds one of the model's other labels, mixed as the {prior} prior weighs them"),
    ]
}

fn signature_statement(best: &LabelInfo, probability: f64, set: &[&LabelInfo]) -> String {
    let percent = (100.0 * probability).round().min(99.0);
    let verb = if best.grade == Grade::C {
        "is consistent with"
    } else {
        "is like that of"
    };
    let mut text = format!(
        "The sound {verb} {} (probability {percent} %, reference grade {:?})",
        best.label, best.grade
    );
    let others: Vec<&LabelInfo> = set
        .iter()
        .copied()
        .filter(|l| l.label != best.label)
        .collect();
    if !others.is_empty() {
        text += &format!("; {} cannot be excluded", list(&others));
    }
    text + "."
}

fn list(labels: &[&LabelInfo]) -> String {
    let names: Vec<&str> = labels.iter().map(|l| l.label.as_str()).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        Some((last, _)) => (*last).to_owned(),
        None => String::new(),
    }
}

fn named(decision: Decision, best: &LabelInfo, statement: String) -> Decided {
    Decided {
        decision,
        label: best.label.clone(),
        family: Some(best.family.clone()),
        grade: Some(best.grade),
        statement,
    }
}

fn unknown(decision: Decision, statement: String) -> Decided {
    Decided {
        decision,
        label: "unknown".into(),
        family: None,
        grade: None,
        statement,
    }
}
