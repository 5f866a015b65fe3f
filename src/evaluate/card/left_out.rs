//! What was answered about corpora and labels that were left out of training.

use super::{counts, share};
use crate::evaluate::figures::Figures;
use crate::evaluate::protocols::{LabelLeftOut, LeftOut};

/// The table of corpora left out.
pub(super) fn corpora(rows: &[LeftOut]) -> String {
    let mut text = String::from(
        "Protocol: trained without one corpus, tested on it; learner, calibration and prediction sets from the rest.\n\
         Copies and rendered clips of the rest that were mixed over a background of that corpus are not learnt from either; where it holds\n\
         many backgrounds, they are far fewer.\n\n\
         | corpus left out | label | right | most often taken for | answered as a munition or military drone |\n|---|---|---|---|---|\n",
    );
    for r in rows {
        let taken = r
            .taken_for
            .as_ref()
            .map_or_else(|| "-".into(), |(label, n)| format!("{label} ({n})"));
        text += &format!(
            "| {} | {} | {} | {taken} | {} |\n",
            r.source,
            r.label,
            share(&r.right),
            share(&r.military)
        );
    }
    text
}

/// The table of labels left out; `known` says how often known labels are called unknown.
pub(super) fn labels(rows: &[LabelLeftOut], known: Option<&Figures>) -> String {
    let mut text = String::from(
        "Protocol: trained without one label and all that shares its source groups, tested on its recordings; learner, calibration\n\
         and prediction sets from the rest. Each recording is judged by the fit that left out its fold. Rendered clips stay mixed over\n\
         backgrounds where these are the label left out.\n\n",
    );
    if let Some(known) = known {
        text += &format!(
            "For comparison, of recordings whose label was learnt, {} of {} are answered `unknown` (source groups held out).\n\n",
            known.unknown(),
            known.recordings
        );
    }
    text += &label_table(rows, "label left out");
    text
}

/// What was answered about labels that a model does not know.
pub(super) fn label_table(rows: &[LabelLeftOut], what: &str) -> String {
    let mut text = format!(
        "| {what} | answered `unknown` | answered as a munition or military drone | named instead |\n|---|---|---|---|\n"
    );
    for r in rows {
        text += &format!(
            "| {} | {} | {} | {} |\n",
            r.label,
            share(&r.unknown),
            share(&r.military),
            counts(&r.answers)
        );
    }
    text
}
