//! On which level an answer can stand, and how it is said.

use super::answer::{Decision, Grade};
use super::header::{Header, LabelInfo};
use super::judge::Judgement;
use crate::audio::Reason;
use crate::taxonomy::MILITARY;

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
    /// Its class.
    pub class: Option<String>,
    /// Its reference grade.
    pub grade: Option<Grade>,
    /// One plain sentence.
    pub statement: String,
}

/// The level of an answer and the label that stands for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// One label.
    Signature(usize),
    /// The family of this label.
    Family(usize),
    /// The class of this label.
    Class(usize),
    /// Nothing that was learnt fits.
    NothingFits,
    /// Labels of several classes fit.
    TooMuchFits,
}

impl Level {
    /// The best label, if any is named.
    pub fn label(self) -> Option<usize> {
        match self {
            Self::Signature(label) | Self::Family(label) | Self::Class(label) => Some(label),
            Self::NothingFits | Self::TooMuchFits => None,
        }
    }

    /// Whether one label is named.
    pub fn is_signature(self) -> bool {
        matches!(self, Self::Signature(_))
    }

    /// The decision as programs read it.
    pub fn decision(self) -> Decision {
        match self {
            Self::Signature(_) => Decision::Signature,
            Self::Family(_) => Decision::Family,
            Self::Class(_) => Decision::Class,
            Self::NothingFits | Self::TooMuchFits => Decision::Unknown,
        }
    }

    /// Name of the decision.
    pub fn name(self) -> &'static str {
        match self {
            Self::Signature(_) => "signature",
            Self::Family(_) => "family",
            Self::Class(_) => "class",
            Self::NothingFits | Self::TooMuchFits => "unknown",
        }
    }
}

/// Decides on which level an answer can stand.
///
/// * an empty prediction set: nothing learnt fits;
/// * the likeliest label alone left in the set, or left in it with a probability of 0.8 or more: that label;
/// * all labels left and the likeliest are of one family, or one class: that family or class;
/// * else too much fits.
///
/// Each label has a threshold of its own, so the likeliest can be missing from the set. Then neither it nor what is left
/// is named by itself: the one says that the label is likely, the other that it is unlike what was learnt of it.
pub fn level(labels: &[LabelInfo], judgement: &Judgement) -> Level {
    let best = judgement.best();
    let set = &judgement.prediction_set;
    if set.is_empty() {
        return Level::NothingFits;
    }
    let is_likely = judgement.probabilities[best] >= NAMED;
    if set.as_slice() == [best] || is_likely && set.contains(&best) {
        return Level::Signature(best);
    }
    let all = |of: fn(&LabelInfo) -> &str| set.iter().all(|&l| of(&labels[l]) == of(&labels[best]));
    if all(|l| l.family.as_str()) {
        Level::Family(best)
    } else if all(|l| l.class.as_str()) {
        Level::Class(best)
    } else {
        Level::TooMuchFits
    }
}

/// Whether the answer is a munition or military drone, at any level: label, family or class.
pub fn is_alarm(infos: &[LabelInfo], judgement: &Judgement) -> bool {
    let named = level(infos, judgement).label();
    named.is_some_and(|label| is_military(infos, label))
}

/// Whether a label stands for a munition or military drone.
pub fn is_military(infos: &[LabelInfo], label: usize) -> bool {
    infos[label].class == MILITARY
}

/// Decides what can be said and says it; `reasons` are why a recording without a judgement has
/// none.
pub fn decide(header: &Header, judgement: Option<&Judgement>, reasons: &[Reason]) -> Decided {
    let Some(judgement) = judgement else {
        let why = reasons.first().map_or(
            "it holds no sound that can be measured".to_owned(),
            ToString::to_string,
        );
        let statement = format!("The recording cannot carry an answer: {why}.");
        return unknown(Decision::Unusable, statement);
    };
    let level = level(&header.labels, judgement);
    let mut open = judgement.prediction_set.clone();
    if !level.is_signature() && !open.contains(&judgement.best()) {
        // The likeliest label is outside of the set; what the sound may be includes it.
        open.insert(0, judgement.best());
    }
    let set: Vec<&LabelInfo> = open.iter().map(|&l| &header.labels[l]).collect();
    let statement = match level {
        Level::Signature(l) => {
            signature_statement(&header.labels[l], judgement.probabilities[l], &set)
        }
        Level::Family(l) => format!(
            "The sound is like that of the family {}; which of {} cannot be told.",
            header.labels[l].family,
            list(&set)
        ),
        Level::Class(l) => format!(
            "The sound is like that of the class {}; which of {} cannot be told.",
            header.labels[l].class,
            list(&set)
        ),
        Level::NothingFits => {
            "Cannot tell: nothing that the model has learnt fits this sound well enough.".into()
        }
        Level::TooMuchFits => format!("Cannot tell: the sound may be any of {}.", list(&set)),
    };
    match level.label() {
        Some(label) => named(level.decision(), &header.labels[label], statement),
        None => unknown(level.decision(), statement),
    }
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
        class: Some(best.class.clone()),
        grade: Some(best.grade),
        statement,
    }
}

fn unknown(decision: Decision, statement: String) -> Decided {
    Decided {
        decision,
        label: "unknown".into(),
        family: None,
        class: None,
        grade: None,
        statement,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::taxonomy::place;

    fn decided(probabilities: [f64; 3], set: &[usize]) -> Level {
        let info = |label: &str| {
            let (family, class) = place(label);
            LabelInfo {
                label: label.into(),
                family: family.into(),
                class: class.into(),
                grade: Grade::A,
                recordings: 10,
                groups: 10,
                rendered: 0,
                sources: Vec::new(),
                seconds: 20.0,
            }
        };
        let labels = ["harop", "hermes-450", "engine"].map(info);
        let judgement = Judgement {
            probabilities: probabilities.to_vec(),
            prediction_set: set.to_vec(),
            ..Judgement::of_scores(vec![0.0; 3])
        };
        level(&labels, &judgement)
    }

    #[test]
    fn a_label_is_named_alone_in_the_set_or_likely_in_it_and_never_outside() {
        assert_eq!(decided([0.6, 0.3, 0.1], &[0]), Level::Signature(0));
        assert_eq!(decided([0.85, 0.1, 0.05], &[0, 2]), Level::Signature(0));
        assert_eq!(decided([0.95, 0.03, 0.02], &[2]), Level::TooMuchFits);
        assert_eq!(decided([0.95, 0.03, 0.02], &[]), Level::NothingFits);
        assert_eq!(decided([0.6, 0.3, 0.1], &[0, 1]), Level::Family(0));
        assert_eq!(decided([0.6, 0.3, 0.1], &[0, 2]), Level::TooMuchFits);
    }
}
