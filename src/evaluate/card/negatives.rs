//! False alarms where recordings are longer, of one length, or coded anew.

use super::{rate, share};
use crate::evaluate::protocols::{CodecControl, EqualDuration, LongNegatives};

/// False alarms per hour.
pub(super) fn long(l: &LongNegatives) -> String {
    let mut text = format!(
        "Protocol: numbered clips without a munition or military drone are joined where the sound of one goes on in the next. Each joined\n\
         recording is heard as a whole and judged by the fold's model that never heard its source group. {} recordings from\n\
         {} clips; median {:.0} s, longest {:.0} s. Intervals of rates are Garwood's, 95 %.\n\n\
         | alarm | long recordings | the same clips one by one |\n|---|---|---|\n\
         | answered as a munition or military drone | {} | {} |\n",
        l.recordings,
        l.clips,
        l.median_s,
        l.longest_s,
        rate(&l.answered_per_hour),
        rate(&l.clips_answered_per_hour)
    );
    for t in &l.thresholds {
        text += &format!(
            "| above the threshold of {} for 1 % false alarms (log10 LR {:.2}) | {} | {} |\n",
            t.label,
            t.log10_lr,
            rate(&t.per_hour),
            rate(&t.clips_per_hour)
        );
    }
    text += &format!(
        "\n- long recordings answered as a munition or military drone: {}\n",
        share(&l.answered)
    );
    for (label, answered) in &l.by_label {
        text += &format!("  - {label}: {}\n", share(answered));
    }
    text
}

/// Detection at equal lengths.
pub(super) fn equal_durations(rows: &[EqualDuration]) -> String {
    let mut text = String::from(
        "Protocol: the middle of every recording, cut to one length, is judged by the fold's model that never heard its source\n\
         group; what is shorter is left out. The threshold for 1 % false alarms is found at that length.\n\n\
         | length | label | recordings (left out) | others (left out) | AUC | recall at 1 % false alarms | answered as a munition or military drone | others so answered |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    for r in rows {
        let detection = r.detection.as_ref();
        text += &format!(
            "| {} s | {} | {} ({}) | {} ({}) | {} | {} | {} | {} |\n",
            r.seconds,
            r.label,
            r.positives,
            r.positives_left_out,
            r.negatives,
            r.negatives_left_out,
            detection.map_or_else(|| "-".into(), |d| format!("{:.4}", d.auc)),
            detection.map_or_else(|| "-".into(), |d| share(&d.recall)),
            share(&r.answered),
            share(&r.others_answered)
        );
    }
    text
}

/// False alarms before and after a codec.
pub(super) fn codec_control(c: &CodecControl) -> String {
    let mut text = format!(
        "Protocol: every recording without a munition or military drone, coded anew ({}), is judged by the fold's model that never\n\
         heard its source group.\n\n\
         | false alarm | as it is | coded anew |\n|---|---|---|\n\
         | answered as a munition or military drone | {} | {} |\n",
        c.codec,
        share(&c.answered_before),
        share(&c.answered_after)
    );
    for t in &c.thresholds {
        text += &format!(
            "| above the threshold of {} for 1 % false alarms | {} | {} |\n",
            t.label,
            share(&t.before),
            share(&t.after)
        );
    }
    text += &format!("\n- largest rise: {:.2} points\n", 100.0 * c.rise());
    text
}
