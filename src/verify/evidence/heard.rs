//! What the classifier hears, and when.

use super::alternatives::Alternative;
use super::strength::verbal;
use crate::model::answer::{Classification, Decision, Dive, Grade, SegmentAnswer};
use crate::taxonomy::place;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the classifier hears.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    /// On which level the answer stands.
    pub decision: Decision,
    /// Best label, or `unknown`.
    pub label: String,
    /// Its family.
    pub family: Option<String>,
    /// `cruise` or `dive`, where one is clearly heard.
    pub phase: Option<String>,
    /// Probability of each phase, both being as likely beforehand.
    pub phase_probabilities: Option<BTreeMap<String, f64>>,
    /// The dive, where one is likelier than level flight.
    pub dive: Option<Dive>,
    /// Reference grade of the label.
    pub grade: Option<Grade>,
    /// One plain sentence.
    pub statement: String,
    /// Calibrated probability of each label by the prior.
    pub probabilities: BTreeMap<String, f64>,
    /// The prior.
    pub prior: String,
    /// The share of each label in it.
    #[serde(default)]
    pub prior_shares: BTreeMap<String, f64>,
    /// log10 LR of each label against the others; `None` where rendered sound alone, or too few source groups, support one.
    pub log10_lr: BTreeMap<String, Option<f64>>,
    /// Smallest and largest that is supported, over all labels.
    pub log10_lr_bounds: Option<[f64; 2]>,
    /// Smallest and largest that is supported of the best label.
    pub label_log10_lr_bounds: Option<[f64; 2]>,
    /// Both hypotheses of the best label in words.
    pub hypotheses: Option<[String; 2]>,
    /// The LR of the best label in words.
    pub strength: Option<String>,
    /// Labels that cannot be excluded.
    pub prediction_set: Vec<String>,
    /// Labels with too few source groups to say whether they can be.
    pub prediction_set_insufficient: Vec<String>,
    /// Share of recordings whose true label the set holds.
    pub coverage: f64,
    /// Seconds in which the best label is the best of its segment.
    pub heard_s: f64,
    /// The other labels, the likeliest first, each with the reason why it is less likely.
    pub alternatives: Vec<Alternative>,
    /// Neighbouring segments of one label.
    pub timeline: Vec<Stretch>,
    /// Segment by segment.
    pub segments: Vec<SegmentAnswer>,
}

/// A stretch of the recording in which one label is the best of each segment.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stretch {
    /// Start, s.
    pub start_s: f64,
    /// End, s.
    pub end_s: f64,
    /// The label.
    pub label: String,
    /// Highest probability of a segment.
    pub peak: f64,
    /// Mean probability of its segments.
    pub mean: f64,
}

impl Heard {
    pub(super) fn of(c: Classification, alternatives: Vec<Alternative>) -> Self {
        let lr = c.log10_lr.get(&c.label).copied().flatten();
        Self {
            timeline: timeline(&c.segments),
            strength: lr.map(verbal),
            decision: c.decision,
            label: c.label,
            family: c.family,
            phase: c.phase,
            phase_probabilities: c.phase_probabilities,
            dive: c.dive,
            grade: c.grade,
            statement: c.statement,
            probabilities: c.probabilities,
            prior: c.prior,
            prior_shares: c.prior_shares,
            log10_lr: c.log10_lr,
            log10_lr_bounds: c.log10_lr_bounds,
            label_log10_lr_bounds: c.label_log10_lr_bounds,
            hypotheses: c.hypotheses,
            prediction_set: c.prediction_set,
            prediction_set_insufficient: c.prediction_set_insufficient,
            coverage: c.coverage,
            heard_s: c.heard_s,
            alternatives,
            segments: c.segments,
        }
    }

    /// The same with all times later by so many seconds.
    pub(super) fn later(mut self, by_s: f64) -> Self {
        let segments = self.segments.iter_mut();
        let ends = segments.flat_map(|s| [&mut s.start_s, &mut s.end_s]);
        let timeline = self.timeline.iter_mut();
        let ends = ends.chain(timeline.flat_map(|s| [&mut s.start_s, &mut s.end_s]));
        ends.for_each(|time| *time += by_s);
        if let Some(dive) = &mut self.dive {
            dive.start_s += by_s;
            dive.end_s += by_s;
            dive.track.iter_mut().for_each(|[time, _]| *time += by_s);
        }
        self
    }

    /// The log10 LR of the best label, where there is one.
    pub fn own_lr(&self) -> Option<f64> {
        self.log10_lr.get(&self.label).copied().flatten()
    }

    /// Whether the recording carries no answer, or background is likeliest and nothing but impulses cannot be excluded
    /// beside it.
    pub fn is_nothing(&self) -> bool {
        let is_quiet = |label: &String| matches!(place(label).1, "background" | "impulse");
        let likeliest = self.ranked().first().map(|(label, _)| *label);
        self.decision == Decision::Unusable
            || (likeliest == Some("background") && self.prediction_set.iter().all(is_quiet))
    }

    /// Labels by probability, the highest first.
    pub fn ranked(&self) -> Vec<(&str, f64)> {
        let mut all: Vec<(&str, f64)> = self
            .probabilities
            .iter()
            .map(|(label, p)| (label.as_str(), *p))
            .collect();
        all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
        all
    }
}

/// Puts neighbouring segments of one label together. Segments overlap; a stretch ends where the next begins.
fn timeline(segments: &[SegmentAnswer]) -> Vec<Stretch> {
    let mut found: Vec<(Stretch, usize)> = Vec::new();
    for segment in segments {
        let goes_on = found
            .last_mut()
            .filter(|(last, _)| last.label == segment.label && segment.start_s <= last.end_s);
        match goes_on {
            Some((last, n)) => {
                last.end_s = segment.end_s;
                last.peak = last.peak.max(segment.probability);
                last.mean += segment.probability;
                *n += 1;
            }
            None => {
                if let Some((last, _)) = found.last_mut() {
                    // Half way through what both cover.
                    last.end_s = last
                        .end_s
                        .min(0.5 * (last.end_s + segment.start_s).max(0.0));
                }
                let start_s = found
                    .last()
                    .map_or(segment.start_s, |(last, _)| segment.start_s.max(last.end_s));
                found.push((
                    Stretch {
                        start_s,
                        end_s: segment.end_s,
                        label: segment.label.clone(),
                        peak: segment.probability,
                        mean: segment.probability,
                    },
                    1,
                ));
            }
        }
    }
    found
        .into_iter()
        .map(|(stretch, n)| Stretch {
            mean: stretch.mean / n as f64,
            ..stretch
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(start_s: f64, label: &str, probability: f64) -> SegmentAnswer {
        SegmentAnswer {
            start_s,
            end_s: start_s + 2.0,
            label: label.into(),
            probability,
        }
    }

    #[test]
    fn neighbours_of_one_label_are_one_stretch_and_stretches_do_not_overlap() {
        let all = [
            segment(0.0, "background", 0.5),
            segment(1.0, "harop", 0.6),
            segment(2.0, "harop", 0.8),
            segment(9.0, "harop", 0.9),
        ];
        let found = timeline(&all);
        let spans: Vec<_> = found.iter().map(|s| (s.start_s, s.end_s)).collect();
        assert_eq!(spans, [(0.0, 1.5), (1.5, 4.0), (9.0, 11.0)]);
        assert_eq!(found[1].peak, 0.8);
        assert!((found[1].mean - 0.7).abs() < 1e-12);
    }
}
