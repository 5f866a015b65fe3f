//! Whether a dive is told from level flight, and from what only sounds like one.

use super::trial::Trial;
use crate::evaluate::error::MetricError;
use crate::evaluate::figures::share::Share;
use crate::evaluate::figures::CONFUSERS;
use crate::model::phase::{PhaseJudgement, CLASSES, CRUISE, DIVE, NEITHER};
use crate::train::corpus::Corpus;
use crate::train::phase::phase_of;
use crate::train::recipe::Recipe;
use serde::{Deserialize, Serialize};

/// How the phase fares; `None` of a part that the recordings do not hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Phases {
    /// Real recordings of a known phase, then rendered ones that were not learnt from, by label and phase.
    pub rows: Vec<PhaseRow>,
    /// Real recordings of a known phase whose likelier phase is the true one.
    pub recorded_right: Share,
    /// The same of rendered clips.
    pub rendered_right: Share,
    /// Recordings of confusers that are answered as a diving munition.
    pub false_dives: Share,
    /// Recordings of confusers whose sound is likelier a dive than anything else, whatever they are answered as.
    pub dive_like: Share,
    /// The same, label by label.
    pub dive_like_by_label: Vec<(String, Share)>,
}

/// One label in one phase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhaseRow {
    /// `recorded` or `rendered`.
    pub origin: String,
    /// The label.
    pub label: String,
    /// `cruise` or `dive`.
    pub phase: String,
    /// Recordings whose likelier phase is the true one.
    pub right: Share,
    /// Recordings whose phase is named, rightly or not.
    pub named: Share,
    /// Named recordings that are named rightly.
    pub named_right: Share,
}

/// Why [`phases`] finds nothing to count.
pub(super) fn why_none(corpus: &Corpus, recipe: &Recipe) -> String {
    if recipe.phase.is_none() {
        return "phases: the recipe does not learn them".into();
    }
    let known = |class: usize| {
        let mut each = corpus.recordings.iter();
        each.any(|heard| phase_of(corpus, heard) == Some(class))
    };
    match [known(CRUISE), known(DIVE), known(NEITHER)] {
        [true, true, true] => "phases: the recordings of a phase, or all others, are of one fold".into(),
        [true, true, false] => "phases: all recordings are of munitions and military drones".into(),
        [false, false, _] => "phases: no recording of a munition or military drone names its phase (harop/dive as folder or \
                              label, or the column phase)".into(),
        [cruise, _, _] => format!(
            "phases: no recording of a munition or military drone is known to be in {}",
            CLASSES[if cruise { DIVE } else { CRUISE }]
        ),
    }
}

/// Counts phases as the models of the cross-validation hear them; `None` where none are learnt.
///
/// # Errors
/// None in practice.
pub fn phases(trial: &Trial) -> Result<Option<Phases>, MetricError> {
    let corpus = trial.corpus();
    let heard: Vec<(usize, usize, PhaseJudgement)> = (0..corpus.recordings.len())
        .filter_map(|i| {
            let truth = phase_of(corpus, &corpus.recordings[i])?;
            Some((i, truth, trial.phase(i)?))
        })
        .collect();
    if heard.is_empty() {
        return Ok(None);
    }
    let flying = || heard.iter().filter(|(_, truth, _)| *truth != NEITHER);
    let right =
        |(_, truth, phase): &&(usize, usize, PhaseJudgement)| phase.likelier() == CLASSES[*truth];
    let sources = sources(corpus);
    let group = |(i, _, _): &&(usize, usize, PhaseJudgement)| sources[*i];
    let mut rows = Vec::new();
    for rendered in [false, true] {
        for (label, name) in corpus.labels.iter().enumerate() {
            for (truth, phase) in CLASSES[..NEITHER].iter().enumerate() {
                let own = || {
                    flying().filter(|(i, t, _)| {
                        let is_label = corpus.recordings[*i].label == label;
                        is_label && *t == truth && corpus.is_rendered(*i) == rendered
                    })
                };
                if own().next().is_none() {
                    continue;
                }
                let named = || own().filter(|(_, _, phase)| phase.named().is_some());
                rows.push(PhaseRow {
                    origin: ["recorded", "rendered"][usize::from(rendered)].into(),
                    label: name.clone(),
                    phase: (*phase).into(),
                    right: Share::of_groups(own(), group, right)?,
                    named: Share::of_groups(own(), group, |(_, _, phase)| phase.named().is_some())?,
                    named_right: Share::of_groups(named(), group, right)?,
                });
            }
        }
    }
    let confusers = |wanted: &str| {
        let own = heard.iter().filter(|(i, _, _)| !corpus.is_rendered(*i));
        let of: Vec<_> = own
            .filter(|(i, _, _)| {
                let label = corpus.labels[corpus.recordings[*i].label].as_str();
                CONFUSERS.contains(&label) && (wanted.is_empty() || label == wanted)
            })
            .collect();
        of
    };
    let side =
        |rendered: bool| flying().filter(move |(i, _, _)| corpus.is_rendered(*i) == rendered);
    let by_label = CONFUSERS.iter().map(|label| {
        let share = Share::of_groups(confusers(label), group, |(_, _, phase)| {
            phase.sounds_like_a_dive()
        })?;
        Ok(((*label).to_owned(), share))
    });
    Ok(Some(Phases {
        rows,
        recorded_right: Share::of_groups(side(false), group, right)?,
        rendered_right: Share::of_groups(side(true), group, right)?,
        false_dives: Share::of_groups(confusers(""), group, |(i, _, phase)| {
            trial.is_alarm(trial.judgement(*i)) && phase.named() == Some("dive")
        })?,
        dive_like: Share::of_groups(confusers(""), group, |(_, _, phase)| {
            phase.sounds_like_a_dive()
        })?,
        dive_like_by_label: by_label.collect::<Result<_, MetricError>>()?,
    }))
}

/// Of each recording the source group that it is told rightly or wrongly together with: its own, or that of the background that a
/// rendered clip was mixed over.
fn sources(corpus: &Corpus) -> Vec<usize> {
    let mut sources: Vec<usize> = corpus.recordings.iter().map(|r| r.group).collect();
    for row in corpus
        .rows
        .iter()
        .filter(|r| corpus.is_rendered(r.recording))
    {
        if let Some(beneath) = row.beneath {
            sources[row.recording] = corpus.recordings[beneath].group;
        }
    }
    sources
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::corpus::{Heard, Origin};
    use crate::train::takes::{Row, Take};

    #[test]
    fn rendered_clips_belong_with_what_lies_beneath_and_copies_of_recordings_do_not() {
        let rendered = Heard {
            origin: Origin::Rendered,
            ..Heard::plain(2, 1, 9, 0)
        };
        let recordings = vec![Heard::plain(0, 0, 4, 0), Heard::plain(1, 1, 5, 0), rendered];
        let row = |recording, take, beneath| Row {
            recording,
            take,
            beneath,
            start: 0,
        };
        let rows = vec![
            row(0, Take::AsItIs, None),
            row(1, Take::Copy(1), Some(0)),
            row(2, Take::AsItIs, Some(0)),
        ];
        let corpus = Corpus {
            labels: vec!["background".into(), "harop".into()],
            recordings,
            features: ndarray::Array2::zeros((rows.len(), 1)),
            rows,
            joins: Vec::new(),
            left_out: Vec::new(),
            places: Default::default(),
        };
        assert_eq!(sources(&corpus), [4, 5, 4]);
    }
}
