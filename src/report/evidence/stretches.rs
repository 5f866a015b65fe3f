//! What is heard as stretches for Audacity and Raven.

use super::super::annotations::Annotation;
use crate::verify::evidence::Evidence;
use crate::verify::physics::PassKind;

/// Top of the band that is looked at, Hz.
const TOP_HZ: f64 = 8000.0;

/// The timeline of the classifier, the dive, the combs and the closest point of a pass, in order of time.
pub fn stretches(evidence: &Evidence) -> Vec<Annotation> {
    let whole = |start_s: f64, end_s: f64, label: String, probability: Option<f64>| Annotation {
        start_s,
        end_s,
        low_hz: 0.0,
        high_hz: TOP_HZ,
        label,
        probability,
    };
    let heard = &evidence.heard;
    let timeline = heard.timeline.iter();
    let mut found: Vec<Annotation> = timeline
        .map(|s| whole(s.start_s, s.end_s, s.label.clone(), Some(s.mean)))
        .collect();
    if let Some(dive) = &heard.dive {
        let p = heard.phase_probabilities.as_ref();
        let p = p.and_then(|p| p.get("dive").copied());
        found.push(whole(dive.start_s, dive.end_s, "dive".into(), p));
    }
    for (n, comb) in evidence.physics.combs.iter().enumerate() {
        found.push(Annotation {
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
