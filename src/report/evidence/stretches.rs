//! What is heard as stretches for Audacity and Raven.

use super::super::selections::{write_header, write_label, write_selection, Place, Selection};
use crate::verify::evidence::Evidence;
use crate::verify::physics::PassKind;
use std::io;

/// Top of the band that is looked at, Hz.
const TOP_HZ: f64 = 8000.0;

/// A stretch of the recording.
#[derive(Debug, Clone, PartialEq)]
struct Stretch {
    start_s: f64,
    end_s: f64,
    low_hz: f64,
    high_hz: f64,
    label: String,
    score: Option<f64>,
}

impl Stretch {
    fn selection(&self) -> Selection<'_> {
        Selection {
            start_s: self.start_s,
            end_s: self.end_s,
            low_hz: self.low_hz,
            high_hz: self.high_hz,
            label: &self.label,
            score: self.score,
        }
    }
}

/// `labels.txt`: a label track of Audacity.
///
/// # Errors
/// If it cannot be written, which does not happen in memory.
pub fn labels(evidence: &Evidence) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    for stretch in stretches(evidence) {
        write_label(&mut out, &stretch.selection())?;
    }
    Ok(out)
}

/// `selections.txt`: a selection table of Raven.
///
/// # Errors
/// If it cannot be written, which does not happen in memory.
pub fn selections(evidence: &Evidence) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    write_header(&mut out)?;
    for (n, stretch) in stretches(evidence).iter().enumerate() {
        let place = Place {
            number: n + 1,
            path: &evidence.identity.name,
            begin_s: 0.0,
        };
        write_selection(&mut out, place, &stretch.selection())?;
    }
    Ok(out)
}

/// The timeline of the classifier, the dive, the combs and the closest point of a pass, in order of time.
fn stretches(evidence: &Evidence) -> Vec<Stretch> {
    let whole = |start_s: f64, end_s: f64, label: String, score: Option<f64>| Stretch {
        start_s,
        end_s,
        low_hz: 0.0,
        high_hz: TOP_HZ,
        label,
        score,
    };
    let heard = &evidence.heard;
    let timeline = heard.timeline.iter();
    let mut found: Vec<Stretch> = timeline
        .map(|s| whole(s.start_s, s.end_s, s.label.clone(), Some(s.mean)))
        .collect();
    if let Some(dive) = &heard.dive {
        let p = heard.phase_probabilities.as_ref();
        let p = p.and_then(|p| p.get("dive").copied());
        found.push(whole(dive.start_s, dive.end_s, "dive".into(), p));
    }
    for (n, comb) in evidence.physics.combs.iter().enumerate() {
        found.push(Stretch {
            low_hz: comb.range_hz.low,
            high_hz: comb.range_hz.high,
            label: format!("comb {} at {:.1} Hz", n + 1, comb.median_hz),
            ..whole(comb.span_s.low, comb.span_s.high, String::new(), None)
        });
        let through = comb.pass.as_ref().filter(|p| p.kind == PassKind::Through);
        if let Some(pass) = through {
            let at = pass.closest_heard_s;
            let label = format!("comb {} closest", n + 1);
            found.push(whole(at.low.max(0.0), at.high, label, None));
        }
    }
    found.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
    found
}
