//! The account in a few sentences.

use super::{Agreement, Concord, FitFor, Heard};
use crate::audio::{Fitness, SYNTHETIC};
use crate::fingerprint::search::Against;
use crate::model::answer::{Decision, Grade, TRAINED_ON_THIS};
use crate::model::compare::Compared;

/// What no sound can show; stands in every report.
pub const LIMITS: &str = "The sound cannot show who flew an aircraft, whose it was, or where and when the recording was made; \
and it cannot show that nothing was added to it. It is one piece of evidence among others.";

/// The most important first.
pub(super) fn summary(
    heard: &Heard,
    fitness: &FitFor,
    agreement: &Agreement,
    asked: Option<&Compared>,
    reuse: Option<&Against>,
) -> Vec<String> {
    let mut said = Vec::new();
    if agreement.concord == Concord::Disagree {
        said.push(format!(
            "Classifier and physics disagree. {}",
            agreement.because.join(" ")
        ));
    }
    if let Some(reuse) = reuse {
        said.extend(reused(reuse));
    }
    // What makes the answer worthless stands before it.
    said.extend(fitness.warnings.iter().filter_map(|w| mind(w)));
    said.push(heard.statement.clone());
    if fitness.quality.is_cancelled() {
        said.push(cancelled(fitness.quality.cancelled_s));
    }
    if let (Some(lr), Some(strength)) = (heard.own_lr(), &heard.strength) {
        said.push(support(lr, strength, heard.hypotheses.as_ref()));
    }
    if heard.grade == Some(Grade::C) {
        said.push("No real recording of it was learnt from: this holds if the renderer is right, and carries no likelihood ratio.".into());
    }
    if let Some(asked) = asked {
        said.push(answer_to(asked));
    }
    if heard.decision != Decision::Unusable && fitness.overall != Fitness::Fit {
        said.push("The recording is fit for a limited answer only; see its fitness.".into());
    }
    said
}

/// An LR in words. An answer may name a family or a class, and the LR is of one label: the
/// hypotheses say of which.
fn support(lr: f64, strength: &str, hypotheses: Option<&[String; 2]>) -> String {
    let named = hypotheses.map_or(String::new(), |[h1, h2]| format!(" H1: {h1}. H2: {h2}."));
    format!("log10 LR {lr:+.2}: {strength}.{named}")
}

/// What channels that cancel take from the answer.
fn cancelled(seconds: f64) -> String {
    format!("The channels cancel in {seconds:.1} s of the recording: what is not heard may be there all the same. Verify one channel alone, with --channel 1 and then --channel 2.")
}

/// What a warning takes from the answer, where that is all of it.
fn mind(warning: &str) -> Option<String> {
    let worthless = match warning {
        SYNTHETIC => warning,
        _ => warning.strip_prefix(TRAINED_ON_THIS)?,
    };
    Some(format!("Mind: {worthless}."))
}

fn answer_to(asked: &Compared) -> String {
    let [h1, h2] = &asked.words;
    match (asked.log10_lr, asked.bounds) {
        (Some(lr), Some([low, high])) => format!(
            "Asked whether {h1} (H1) or {h2} (H2): log10 LR {lr:+.2} (supported: {low:+.2} to {high:+.2}), {}.",
            super::verbal(lr)
        ),
        _ => format!(
            "Asked whether {h1} (H1) or {h2} (H2): no likelihood ratio, as {}. The score is {:.1} in favour of {}.",
            asked.why_none.as_deref().unwrap_or("none is supported"),
            asked.score.abs(),
            if asked.score >= 0.0 { "H1" } else { "H2" }
        ),
    }
}

fn reused(reuse: &Against) -> Vec<String> {
    let mut said = Vec::new();
    if !reuse.same_file.is_empty() {
        said.push(format!(
            "The very same file is among the earlier recordings: {}.",
            reuse.same_file.join(", ")
        ));
    }
    if let Some(first) = reuse.matches.first() {
        said.push(format!(
            "The same sound is in {} earlier recording{}: {:.1} to {:.1} s of this one are {:.1} to {:.1} s of {}.",
            reuse.matches.len(),
            if reuse.matches.len() == 1 { "" } else { "s" },
            first.start_s,
            first.end_s,
            first.other_start_s,
            first.other_end_s,
            first.id
        ));
    }
    if let Some(first) = reuse.by_fingerprint.first() {
        said.push(format!(
            "By their fingerprints {} earlier recording{} may hold the same sound ({}: {}).",
            reuse.by_fingerprint.len(),
            if reuse.by_fingerprint.len() == 1 {
                ""
            } else {
                "s"
            },
            first.id,
            first.why_unconfirmed
        ));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_proves_nothing_is_said_to_and_others_are_not() {
        let warning = format!("{TRAINED_ON_THIS}the model knows it, so its answer proves nothing");
        let said = mind(&warning);
        assert_eq!(
            said.as_deref(),
            Some("Mind: the model knows it, so its answer proves nothing.")
        );
        assert!(mind(SYNTHETIC).is_some_and(|said| said.contains("no recording")));
        assert_eq!(mind("clipped: 3 % of the samples"), None);
    }

    #[test]
    fn the_support_names_what_it_is_for_and_against() {
        let named = ["it is a shahed-136", "it is something else"].map(str::to_owned);
        assert_eq!(
            support(1.5, "moderate support for H1 over H2", Some(&named)),
            "log10 LR +1.50: moderate support for H1 over H2. H1: it is a shahed-136. H2: it is something else."
        );
        assert_eq!(
            support(0.1, "no support for either hypothesis over the other", None),
            "log10 LR +0.10: no support for either hypothesis over the other."
        );
    }
}
