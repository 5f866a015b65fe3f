//! Two hypotheses that a reader states, each a set of labels, held against each other.

use super::answer::Grade;
use super::calibration::log_sum_exp;
use super::judge::Judgement;
use super::prior::Prior;
use super::store::Model;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why two hypotheses cannot be compared.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum HypothesisError {
    /// A label that the model does not know.
    #[error("hypotheses: the model has no label `{label}`; it has {known}")]
    UnknownLabel {
        /// The label given.
        label: String,
        /// The labels of the model.
        known: String,
    },
    /// A hypothesis without labels.
    #[error("hypotheses: {which} names no label; give labels such as `harop,shahed-136`")]
    Empty {
        /// `H1` or `H2`.
        which: &'static str,
    },
    /// A label on both sides.
    #[error("hypotheses: `{label}` stands in both; a label can speak for one side only")]
    Both {
        /// The label.
        label: String,
    },
}

/// Two hypotheses as places of labels, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hypotheses {
    h1: Vec<usize>,
    h2: Vec<usize>,
}

/// How strongly a recording speaks for one hypothesis against another.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// Labels of the first hypothesis.
    pub h1: Vec<String>,
    /// Labels of the second.
    pub h2: Vec<String>,
    /// Both in words.
    pub words: [String; 2],
    /// log10 likelihood ratio of H1 against H2, within the bounds; `None` where a label is known from rendered sound only, or
    /// from too few source groups.
    pub log10_lr: Option<f64>,
    /// Smallest and largest log10 LR that the source groups of both sides support.
    pub bounds: Option<[f64; 2]>,
    /// The same before calibration and bounds: a score, not a likelihood ratio.
    pub score: f64,
    /// Why there is no likelihood ratio.
    pub why_none: Option<String>,
}

impl Model {
    /// Checks two hypotheses, each given by its labels.
    ///
    /// # Errors
    /// [`HypothesisError`] for labels that the model does not know, none at all, or one on both sides.
    pub fn hypotheses(&self, h1: &[String], h2: &[String]) -> Result<Hypotheses, HypothesisError> {
        let places = |names: &[String], which| {
            if names.is_empty() {
                return Err(HypothesisError::Empty { which });
            }
            let mut found = names
                .iter()
                .map(|name| self.place_of(name))
                .collect::<Result<Vec<_>, _>>()?;
            found.sort_unstable();
            found.dedup();
            Ok(found)
        };
        let (h1, h2) = (places(h1, "H1")?, places(h2, "H2")?);
        if let Some(both) = h1.iter().find(|l| h2.contains(l)) {
            let label = self.header().labels[*both].label.clone();
            return Err(HypothesisError::Both { label });
        }
        Ok(Hypotheses { h1, h2 })
    }

    /// Holds a judged recording against two hypotheses; within each, the labels are mixed as `prior` weighs them.
    ///
    /// One label against all others has the LR that answers give it. Else the LR is calibrated as those of the labels are (by the least scale of all that take part, as none was fitted for
    /// this pair), and bounded by what the source groups of either side support. Against one label no LR can be larger than its
    /// groups and one more support, nor than what its own lower bound allows; against several, these bounds are mixed as the likelihoods
    /// are: labels of few groups that have a share in a hypothesis limit what can be said against it.
    pub fn compare(
        &self,
        judgement: &Judgement,
        hypotheses: &Hypotheses,
        prior: &Prior,
    ) -> Compared {
        let Hypotheses { h1, h2 } = hypotheses;
        let mixed = |labels: &[usize]| {
            let weights = labels.iter().map(|&l| prior.probabilities()[l]);
            let total: f64 = weights.clone().sum();
            let terms: Vec<f64> = labels
                .iter()
                .zip(weights)
                .map(|(&l, p)| judgement.log_likelihoods[l] + p.ln())
                .collect();
            log_sum_exp(&terms) - total.ln()
        };
        let score = (mixed(h1) - mixed(h2)) / std::f64::consts::LN_10;
        let names = |labels: &[usize]| -> Vec<String> {
            let infos = labels.iter().map(|&l| &self.header().labels[l]);
            infos.map(|l| l.label.clone()).collect()
        };
        let support = self.support(h1, h2, prior);
        let why_none = support.as_ref().err().cloned();
        let support = support.ok();
        let words =
            |labels: &[usize]| format!("the recording holds {}", names(labels).join(" or "));
        let is_all = h1.len() + h2.len() == self.header().labels.len() && h2.len() > 1;
        let words_h2 = match is_all {
            true => "the recording holds one of the model's other labels".to_owned(),
            false => words(h2),
        };
        Compared {
            log10_lr: support
                .as_ref()
                .map(|s| (s.scale * score + s.shift).clamp(s.bounds[0], s.bounds[1])),
            bounds: support.map(|s| s.bounds),
            words: [words(h1), words_h2],
            h1: names(h1),
            h2: names(h2),
            score,
            why_none,
        }
    }

    fn place_of(&self, name: &str) -> Result<usize, HypothesisError> {
        let labels = &self.header().labels;
        let place = labels.iter().position(|l| l.label == name.trim());
        place.ok_or_else(|| {
            let known: Vec<&str> = labels.iter().map(|l| l.label.as_str()).collect();
            HypothesisError::UnknownLabel {
                label: name.to_owned(),
                known: known.join(", "),
            }
        })
    }

    /// What the recordings behind both hypotheses support, or why they support nothing.
    fn support(&self, h1: &[usize], h2: &[usize], prior: &Prior) -> Result<Support, String> {
        let infos = &self.header().labels;
        let ratios = self.parts.judge.ratios();
        if let ([label], true) = (h1, h1.len() + h2.len() == infos.len()) {
            // The question that the LR of every answer is about, so its answer is the same one.
            let own = ratios.label(*label).zip(ratios.bounds(*label, prior));
            if let Some((own, bounds)) = own.filter(|_| infos[*label].grade != Grade::C) {
                return Ok(Support {
                    scale: own.scale,
                    shift: own.shift,
                    bounds,
                });
            }
        }
        let rendered = h1.iter().chain(h2).find(|&&l| infos[l].grade == Grade::C);
        if let Some(&label) = rendered {
            return Err(format!(
                "{} is known from rendered sound only, which supports no likelihood ratio; the score holds if the renderer is right",
                infos[label].label
            ));
        }
        let mut scale = 1.0f64;
        // Of each side: how far it can be spoken against, and how far for it.
        let (mut against, mut favour) = ([0.0; 2], [0.0; 2]);
        for (side, labels) in [h1, h2].into_iter().enumerate() {
            let total: f64 = labels.iter().map(|&l| prior.probabilities()[l]).sum();
            let (mut least, mut most) = (0.0f64, 0.0f64);
            for &label in labels {
                let own = ratios.label(label).ok_or_else(|| {
                    let name = &infos[label].label;
                    format!("{name} is known from too few source groups for a likelihood ratio")
                })?;
                scale = scale.min(own.scale);
                let share = prior.probabilities()[label] / total;
                let groups = (infos[label].groups + 1) as f64;
                least += share * 10f64.powf(own.lower).max(1.0 / groups);
                most += share * 10f64.powf(own.upper);
            }
            (against[side], favour[side]) = (-least.log10(), most.log10());
        }
        let [lower, upper] = [-against[0].min(favour[1]), against[1].min(favour[0])];
        Ok(Support {
            scale,
            // Fitted for one label against all others, not for this pair.
            shift: 0.0,
            bounds: [lower, upper],
        })
    }
}

struct Support {
    scale: f64,
    shift: f64,
    bounds: [f64; 2],
}

#[cfg(all(test, feature = "embedded-model"))]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        text.split(',').map(str::to_owned).collect()
    }

    fn judged(model: &Model, best: &str) -> Judgement {
        let place = model.place_of(best).unwrap();
        let n = model.header().labels.len();
        let mut log_likelihoods = vec![0.0; n];
        log_likelihoods[place] = 50.0;
        Judgement {
            log_likelihoods,
            probabilities: vec![1.0 / n as f64; n],
            log10_lr: vec![None; n],
            prediction_set: Vec::new(),
        }
    }

    #[test]
    fn the_ratio_favours_what_was_heard_within_what_the_groups_support() {
        let model = Model::embedded().unwrap();
        let prior = model.header().hierarchical_prior().unwrap();
        let hypotheses = model
            .hypotheses(&names("shahed-136"), &names("engine,siren"))
            .unwrap();
        let heard = model.compare(&judged(&model, "shahed-136"), &hypotheses, &prior);
        let [low, high] = heard.bounds.unwrap();
        assert_eq!(heard.log10_lr, Some(high));
        let info = |label: &str| &model.header().labels[model.place_of(label).unwrap()];
        let groups = info("engine").groups + info("siren").groups;
        assert!(
            high <= ((groups + 1) as f64).log10()
                && low >= -((info("shahed-136").groups + 1) as f64).log10()
        );
        let not = model.compare(&judged(&model, "siren"), &hypotheses, &prior);
        assert_eq!(not.log10_lr, Some(low));
        assert!(not.score < 0.0 && low < 0.0);
    }

    #[test]
    fn one_label_against_all_others_has_the_ratio_of_the_answer() {
        let model = Model::embedded().unwrap();
        let prior = model.header().hierarchical_prior().unwrap();
        let labels = model.header().labels.iter().map(|l| l.label.clone());
        let rest: Vec<String> = labels.filter(|l| l != "shahed-136").collect();
        let hypotheses = model.hypotheses(&names("shahed-136"), &rest).unwrap();
        let place = model.place_of("shahed-136").unwrap();
        for height in [50.0, 2.0, -1.0, -50.0] {
            let mut judgement = judged(&model, "engine");
            judgement.log_likelihoods[place] = height + judgement.log_likelihoods[0];
            let answered = model
                .parts
                .judge
                .ratios()
                .log10(&judgement.log_likelihoods, &prior)[place];
            let asked = model.compare(&judgement, &hypotheses, &prior);
            let (asked, answered) = (asked.log10_lr.unwrap(), answered.unwrap());
            assert!((asked - answered).abs() < 1e-9, "{asked} {answered}");
        }
    }

    #[test]
    fn rendered_sound_gives_a_score_and_no_ratio() {
        let model = Model::embedded().unwrap();
        let prior = model.header().hierarchical_prior().unwrap();
        let hypotheses = model.hypotheses(&names("harop"), &names("engine")).unwrap();
        let found = model.compare(&judged(&model, "harop"), &hypotheses, &prior);
        assert_eq!((found.log10_lr, found.bounds), (None, None));
        assert!(found.score > 0.0 && found.why_none.unwrap().contains("harop"));
    }

    #[test]
    fn hypotheses_that_make_no_sense_are_refused() {
        let model = Model::embedded().unwrap();
        let error =
            |h1: &[String], h2: &[String]| model.hypotheses(h1, h2).unwrap_err().to_string();
        assert!(error(&names("zeppelin"), &names("engine")).contains("harop"));
        assert!(error(&[], &names("engine")).contains("H1"));
        assert!(error(&names("engine"), &names("siren,engine")).contains("engine"));
    }
}
