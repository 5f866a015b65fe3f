//! What else it could be, in order, each with the reason why it is less likely.

use crate::model::answer::{Classification, Grade};
use crate::model::header::Header;
use crate::verify::physics::{Candidate, Parameter, Verdict};
use serde::{Deserialize, Serialize};

/// Labels below this probability are summed up and not listed one by one, unless they cannot be excluded.
const LISTED: f64 = 0.005;

/// A label other than the best.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alternative {
    /// The label.
    pub label: String,
    /// Its probability by the prior.
    pub probability: f64,
    /// Its log10 LR, where its source groups support one.
    pub log10_lr: Option<f64>,
    /// Its reference grade.
    pub grade: Grade,
    /// Whether it cannot be excluded.
    pub is_possible: bool,
    /// Why it is less likely than the best.
    pub reasons: Vec<String>,
}

/// The labels other than the answer's, the likeliest first.
pub(super) fn alternatives(
    c: &Classification,
    header: &Header,
    candidates: &[Candidate],
) -> Vec<Alternative> {
    let best = c.probabilities.values().copied().fold(0.0, f64::max);
    let mut all: Vec<Alternative> = header
        .labels
        .iter()
        .filter(|info| info.label != c.label)
        .filter_map(|info| {
            let probability = *c.probabilities.get(&info.label)?;
            let is_possible = c.prediction_set.contains(&info.label);
            if probability < LISTED && !is_possible {
                return None;
            }
            let heard = c.segments.iter().filter(|s| s.label == info.label).count();
            let mut reasons = Vec::new();
            if probability < best {
                reasons.push(less_probable(best, probability));
            }
            reasons.push(match heard {
                0 => "no segment sounds most like it".to_owned(),
                n => format!("{n} of {} segments sound most like it", c.segments.len()),
            });
            reasons.extend(against_the_lines(&info.label, candidates));
            if !is_possible && !c.prediction_set_insufficient.contains(&info.label) {
                let percent = 100.0 * c.coverage;
                reasons.push(format!("excluded at a coverage of {percent:.0} %"));
            }
            Some(Alternative {
                label: info.label.clone(),
                probability,
                log10_lr: c.log10_lr.get(&info.label).copied().flatten(),
                grade: info.grade,
                is_possible,
                reasons,
            })
        })
        .collect();
    all.sort_by(|a, b| {
        let by_probability = b.probability.total_cmp(&a.probability);
        by_probability.then_with(|| a.label.cmp(&b.label))
    });
    all
}

fn less_probable(best: f64, own: f64) -> String {
    match best / own.max(1e-4) {
        times if times >= 1.95 => format!("{times:.0} times less probable than the likeliest"),
        _ => "nearly as probable as the likeliest".to_owned(),
    }
}

/// What the measured lines say against every phase of an airframe: nothing, unless all of them are inconsistent.
fn against_the_lines(label: &str, candidates: &[Candidate]) -> Option<String> {
    let own: Vec<&Candidate> = candidates.iter().filter(|c| c.label == label).collect();
    let all = !own.is_empty() && own.iter().all(|c| c.verdict == Verdict::Inconsistent);
    if !all {
        return None;
    }
    let off = own
        .iter()
        .flat_map(|c| &c.checks)
        .filter(|check| check.verdict == Verdict::Inconsistent)
        .min_by(|a, b| {
            let size = |c: &crate::verify::physics::Check| c.off_percent.unwrap_or(0.0).abs();
            size(a).total_cmp(&size(b))
        })?;
    let what = match off.parameter {
        Parameter::ShaftRate => "the shaft rate that its lines would need",
        Parameter::Speed => "the speed measured",
        Parameter::CombRatio => "the ratio of the combs",
    };
    let percent = off.off_percent.unwrap_or(0.0);
    let side = if percent < 0.0 { "below" } else { "above" };
    Some(format!(
        "{what} lies {:.0} % {side} its published range",
        percent.abs()
    ))
}
