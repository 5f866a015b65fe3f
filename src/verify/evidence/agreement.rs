//! Whether the classifier and the lines, which know nothing of each other, agree.

use super::heard::Heard;
use super::measured::Measured;
use crate::model::answer::Decision;
use crate::model::phase::{CLASSES, CRUISE, DIVE};
use crate::taxonomy::{place, MILITARY};
use crate::verify::physics::{Candidate, Implied, PassKind, Reading, Verdict};
use serde::{Deserialize, Serialize};

/// Least climb that is taken for a dive's if the comb ends at once at its top, share.
const CLIMB: f64 = 0.1;

/// How two accounts of one recording stand to each other.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Concord {
    /// Both can be true of the same aircraft.
    Agree,
    /// They cannot.
    Disagree,
    /// The lines say nothing of what the classifier says.
    CannotTell,
}

/// How classifier and lines stand to each other.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// The worst of what follows.
    pub concord: Concord,
    /// Why, sentence by sentence.
    pub because: Vec<String>,
}

pub(super) fn agreement(heard: &Heard, measured: &Measured) -> Agreement {
    let mut said = vec![of_label(heard, measured)];
    said.extend(of_phase(heard, measured));
    let any = |c| said.iter().any(|(concord, _)| *concord == c);
    let concord = [Concord::Disagree, Concord::Agree]
        .into_iter()
        .find(|c| any(*c))
        .unwrap_or(Concord::CannotTell);
    Agreement {
        concord,
        because: said.into_iter().map(|(_, text)| text).collect(),
    }
}

/// The airframes that the classifier's answer leaves open.
fn named(heard: &Heard) -> Vec<&str> {
    let set = heard.prediction_set.iter().map(String::as_str);
    let all: Vec<&str> = match heard.decision {
        Decision::Signature => vec![heard.label.as_str()],
        Decision::Family | Decision::Class => set.collect(),
        Decision::Unknown | Decision::Unusable => Vec::new(),
    };
    all.into_iter()
        .filter(|label| place(label).1 == MILITARY)
        .collect()
}

fn of_label(heard: &Heard, measured: &Measured) -> (Concord, String) {
    let named = named(heard);
    let Some(comb) = measured.combs.first() else {
        let text = match named.is_empty() {
            true => "No comb stands out, and the classifier names no airframe that would need one.",
            false => "The classifier names an aircraft with a propeller, but no comb stands out that could be measured: its answer cannot be checked by the lines.",
        };
        return (Concord::CannotTell, text.to_owned());
    };
    let hz = comb.median_hz;
    if comb.may_be_mains {
        let text = format!("The strongest comb stands still at {hz:.1} Hz, as mains hum does: it says nothing of an aircraft.");
        return (Concord::CannotTell, text);
    }
    if named.is_empty() {
        return (Concord::CannotTell, unnamed(hz, measured));
    }
    let own = sheets_of(&named, heard, measured);
    let fits = own.iter().find(|c| c.verdict == Verdict::Consistent);
    match fits {
        Some(candidate) => {
            let text = format!(
                "The strongest comb, at {hz:.1} Hz, lies where the published figures of {} allow it{}, which excludes little.",
                candidate.airframe,
                how(candidate)
            );
            (Concord::Agree, text)
        }
        None if own.iter().any(|c| c.verdict == Verdict::CannotTell) => {
            let text = format!("The strongest comb, at {hz:.1} Hz, can be held against no published figure of what the classifier names.");
            (Concord::CannotTell, text)
        }
        None => {
            let text = format!(
                "The strongest comb, at {hz:.1} Hz, lies where the published figures of {} do not allow it, however it is read.",
                named.join(" or ")
            );
            (Concord::Disagree, text)
        }
    }
}

/// What the sheets of these labels say, in the labels' order: of the phase that is named, where there is one and they have it.
fn sheets_of<'a>(labels: &[&str], heard: &Heard, measured: &'a Measured) -> Vec<&'a Candidate> {
    let each = labels.iter().flat_map(|label| {
        let own = || measured.candidates.iter().filter(|c| c.label == *label);
        let is_named = |c: &&Candidate| heard.phase.as_deref() == Some(c.phase.name());
        match own().any(|c| is_named(&c)) {
            true => own().filter(is_named).collect::<Vec<_>>(),
            false => own().collect(),
        }
    });
    each.collect()
}

/// A comb, and no airframe named.
fn unnamed(hz: f64, measured: &Measured) -> String {
    let mut fits: Vec<&str> = measured
        .candidates
        .iter()
        .filter(|c| c.verdict == Verdict::Consistent)
        .map(|c| c.airframe.as_str())
        .collect();
    fits.dedup();
    let fits = match fits.is_empty() {
        true => "that of no airframe of the catalogue".to_owned(),
        false => format!("by its frequency alone that of {}", fits.join(", ")),
    };
    format!("A comb stands at {hz:.1} Hz; it could be {fits}. The classifier, which hears more than the frequency, names none.")
}

/// ` (read as blade passes: 5700 to 6000 rpm)`.
fn how(candidate: &Candidate) -> String {
    let fits = |i: &&Implied| i.verdict == Verdict::Consistent;
    let Some(implied) = candidate.implied.iter().find(fits) else {
        return String::new();
    };
    let reading = match implied.reading {
        Reading::Shaft => "shaft turns",
        Reading::Propeller => "propeller turns",
        Reading::BladePass => "blade passes",
        Reading::Firing => "firings",
        Reading::Cycle => "cycles of the engine",
        Reading::Electrical => "electrical periods of the motor",
    };
    let rpm = implied.shaft_rpm;
    format!(
        " (read as {reading}: {:.0} to {:.0} rpm)",
        rpm.low, rpm.high
    )
}

fn of_phase(heard: &Heard, measured: &Measured) -> Option<(Concord, String)> {
    let phase = heard.phase.as_deref()?;
    let comb = measured.combs.first()?;
    let falls = comb.pass.as_ref().filter(|p| p.kind == PassKind::Through);
    let climb = comb.climb.as_ref();
    // Asked alike whichever phase it speaks for.
    let climb = climb.filter(|c| c.ends_at_its_top() && c.to_hz > (1.0 + CLIMB) * c.from_hz);
    if phase == CLASSES[DIVE] {
        if let Some(pass) = falls {
            let text = format!(
                "The classifier hears a dive, but the pitch falls as in a level pass (closest at {:.1} s).",
                pass.closest_heard_s.value
            );
            return Some((Concord::Disagree, text));
        }
        let climb = climb?;
        let text = format!(
            "The comb climbs from {:.0} to {:.0} Hz and ends at once at {:.1} s, as in a dive.",
            climb.from_hz, climb.to_hz, climb.end_s
        );
        return Some((Concord::Agree, text));
    }
    let climb = climb?;
    (phase == CLASSES[CRUISE]).then(|| {
        let text = format!(
            "The classifier hears level flight, but the comb climbs from {:.0} to {:.0} Hz and ends at once at {:.1} s, as in a dive.",
            climb.from_hz, climb.to_hz, climb.end_s
        );
        (Concord::Disagree, text)
    })
}
