//! Sound found again.

use super::share;
use crate::evaluate::figures::share::Intervals;
use crate::evaluate::protocols::{Reuse, SharedPair};
use crate::fingerprint::chance;

pub(super) fn reuse(r: &Reuse, intervals: Intervals) -> String {
    let intervals = match intervals {
        Intervals::Earlier => "are Clopper-Pearson, 95 %",
        Intervals::BySourceGroup => {
            "are 95 %, and\nallow for recordings of one group of the manifest being found together (Korn and Graubard)"
        }
    };
    let speech = r.speech.as_deref().unwrap_or("none here");
    let mut text = format!(
        "Protocol: copies are made of every recording ({} of them, {:.2} h; recordings shorter than a cut stay whole) and compared with\n\
         it; then all pairs of the recordings as they are. Codecs by ffmpeg at 48 kHz, speech by {speech}. A match is what has a\n\
         chance of at most 10^{} per pair compared. Intervals {intervals}.\n\n\
         | copy | original found | in its place, within 0.1 s | not found | of those with a second of sound |\n|---|---|---|---|---|\n",
        r.recordings, r.hours, chance::MOST_LOG10
    );
    for row in &r.copies {
        let heard = row.missed.iter().filter(|(_, heard_s)| *heard_s >= 1.0);
        text += &format!(
            "| {} | {} | {} | {} | {} |\n",
            row.done,
            share(&row.found),
            share(&row.placed),
            row.missed.len(),
            heard.count()
        );
    }
    let p = &r.pairs;
    text += &format!(
        "\n- pairs compared: {}; that share sound: {} ({} of them in one group of the manifest)\n\
         - confirmed in the bands that the search does not hear: {} of {}\n\
         - of two labels: {}\n",
        p.compared,
        p.shared,
        p.in_one_group,
        p.confirmed,
        p.shared,
        p.of_two_labels.len()
    );
    text += &list("share sound under two labels", &p.of_two_labels);
    text += &list("share sound and were not confirmed", &p.not_confirmed);
    text += &list(
        "groups of the manifest that share sound (strongest pair each)",
        &p.between_groups,
    );
    if let Some(other) = &p.strongest_other {
        text += &format!("- closest to a match without being one: {}\n", line(other));
    }
    text += &format!(
        "- accidents among matches, extrapolated: {} per comparison (tail of {} pairs of different labels; mean excess {}, {} stated)\n\n\
         | strength above | pairs of different labels | by the stated chance |\n|---|---|---|\n",
        p.accident_rate().map_or_else(|| "-".into(), |rate| format!("{rate:.1e}")),
        p.tail.pairs,
        super::optional(p.tail.scale),
        chance::SCALE
    );
    for (level, pairs, expected) in &p.tail.levels {
        text += &format!("| {level:.0} | {pairs} | {expected:.2} |\n");
    }
    text
}

fn list(what: &str, pairs: &[SharedPair]) -> String {
    if pairs.is_empty() {
        return String::new();
    }
    let lines = pairs.iter().map(|pair| format!("  - {}\n", line(pair)));
    format!("- {what}:\n{}", lines.collect::<String>())
}

fn line(pair: &SharedPair) -> String {
    let m = &pair.shared;
    format!(
        "{} {:.2}-{:.2} s and {} {:.2}-{:.2} s: score {:.2}, strength {:.1}, chance 10^{:.1}, other bands {:.0}",
        pair.first, m.start_s, m.end_s, m.id, m.other_start_s, m.other_end_s, m.score, m.strength,
        m.log10_chance, pair.elsewhere
    )
}
