//! The question that an editor or a court asks.

use super::VerifyError;
use crate::model::compare::{Compared, Hypotheses};
use crate::model::judge::Judgement;
use crate::model::prior::Prior;
use crate::model::store::Model;

/// The labels of `--h1` and `--h2`, checked before anything is read.
///
/// H2 may be left out: it then stands for all other labels.
pub(super) fn hypotheses(
    model: &Model,
    h1: &[String],
    h2: &[String],
) -> Result<Option<Hypotheses>, VerifyError> {
    match (h1.is_empty(), h2.is_empty()) {
        (true, true) => Ok(None),
        (false, true) => {
            let labels = model.header().labels.iter().map(|l| l.label.clone());
            let rest: Vec<String> = labels.filter(|l| !h1.contains(l)).collect();
            Ok(Some(model.hypotheses(h1, &rest)?))
        }
        _ => Ok(Some(model.hypotheses(h1, h2)?)),
    }
}

/// The answer; `None` where nothing was asked or the recording carries no answer.
pub(super) fn answer(
    model: &Model,
    hypotheses: Option<&Hypotheses>,
    judgement: Option<&Judgement>,
    prior: &Prior,
) -> Option<Compared> {
    Some(model.compare(judgement?, hypotheses?, prior))
}
