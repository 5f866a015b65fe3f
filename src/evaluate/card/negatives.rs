//! False alarms where recordings are longer, of one length, or coded anew.

use super::figures::within;
use super::{rate, share};
use crate::evaluate::figures::share::{Intervals, Share};
use crate::evaluate::protocols::{CodecControl, EqualDuration, LongNegatives};

/// False alarms per hour.
pub(super) fn long(l: &LongNegatives, intervals: Intervals) -> String {
    let rates = match intervals {
        Intervals::Earlier => "Intervals of rates are Garwood's, 95 %.",
        Intervals::BySourceGroup => {
            "Intervals of rates are 95 %, and take alarms of one source\n\
             group for one that weighs as many (Fay and Feuer 1997; Garwood's where each came singly, and as if they did where none came);\n\
             the thresholds are taken as given."
        }
    };
    let mut text = format!(
        "Protocol: numbered clips without a munition or military drone are joined where the sound of one goes on in the next. Each joined\n\
         recording is heard as a whole and judged by the fold's model that never heard its source group. {} recordings from\n\
         {} clips; median {:.0} s, longest {:.0} s. {rates}\n\n\
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
            detection.map_or_else(
                || "-".into(),
                |d| format!("{:.4}{}", d.auc, within(d.auc_interval))
            ),
            detection.map_or_else(|| "-".into(), |d| share(&d.recall)),
            share(&r.answered),
            share(&r.others_answered)
        );
    }
    text
}

/// False alarms before and after a codec.
pub(super) fn codec_control(c: &CodecControl) -> String {
    // Earlier models don't hold the rises.
    let paired = c.answered_rise.is_some();
    let mut text = format!(
        "Protocol: every recording without a munition or military drone, coded anew ({}), is judged by the fold's model that never\n\
         heard its source group. As they are, 1 % stand above a threshold for 1 %, or nearly so, by construction.{}\n\n\
         | false alarm | as it is | coded anew |{}\n|---|---|---|{}\n",
        c.codec,
        match paired {
            true => " A rise, in points, holds\neach recording beside itself (bootstrap over source groups, the thresholds taken as given).",
            false => "",
        },
        if paired { " rise |" } else { "" },
        if paired { "---|" } else { "" },
    );
    let rise = |before: &Share, after: &Share, interval: Option<[f64; 2]>| {
        let points = 100.0 * (after.share - before.share);
        interval.map_or_else(String::new, |[low, high]| {
            format!(" {points:.2} ({:.2} to {:.2}) |", 100.0 * low, 100.0 * high)
        })
    };
    text += &format!(
        "| answered as a munition or military drone | {} | {} |{}\n",
        share(&c.answered_before),
        share(&c.answered_after),
        rise(&c.answered_before, &c.answered_after, c.answered_rise)
    );
    for t in &c.thresholds {
        text += &format!(
            "| above the threshold of {} for 1 % false alarms | {} of {} ({:.3}) | {} |{}\n",
            t.label,
            t.before.hits,
            t.before.n,
            t.before.share,
            share(&t.after),
            rise(&t.before, &t.after, t.rise)
        );
    }
    text += &format!("\n- largest rise: {:.2} points\n", 100.0 * c.rise());
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::figures::label::Detection;
    use crate::evaluate::figures::share::Rate;
    use crate::evaluate::protocols::CodecThreshold;

    fn control(rise: Option<[f64; 2]>) -> CodecControl {
        let share = |hits| Share::new(hits, 200).unwrap();
        CodecControl {
            codec: "none".into(),
            answered_before: share(4),
            answered_after: share(6),
            answered_rise: rise,
            thresholds: vec![CodecThreshold {
                label: "harop".into(),
                before: share(2),
                after: share(3),
                rise,
            }],
        }
    }

    #[test]
    fn what_is_so_by_construction_has_no_interval_and_rises_have_theirs() {
        let text = codec_control(&control(Some([-0.001, 0.02])));
        let row = "| above the threshold of harop for 1 % false alarms | 2 of 200 (0.010) | 3 of 200 (0.015, ";
        assert!(text.contains(row), "{text}");
        assert!(text.contains(") | 1.00 (-0.10 to 2.00) |\n"), "{text}");
        // Figures of an earlier model hold no rises, and claim none.
        let mut stored = serde_json::to_value(control(None)).unwrap();
        assert!(stored
            .as_object_mut()
            .unwrap()
            .get("answered_rise")
            .is_none());
        let text = codec_control(&serde_json::from_value(stored).unwrap());
        assert!(
            !text.contains("bootstrap")
                && text.contains("| false alarm | as it is | coded anew |\n")
        );
    }

    #[test]
    fn equal_durations_show_the_interval_of_the_auc() {
        let strengths: Vec<f64> = (0..30).map(|i| f64::from(i * 7 % 30)).collect();
        let is_label: Vec<bool> = (0..30).map(|i| i * 7 % 30 > 20 || i == 3).collect();
        let groups: Vec<usize> = (0..30).collect();
        let share = || Share::new(1, 4).unwrap();
        let row = EqualDuration {
            seconds: 2,
            label: "harop".into(),
            positives: 10,
            positives_left_out: 0,
            negatives: 20,
            negatives_left_out: 0,
            detection: Detection::new(&strengths, &is_label, &groups).unwrap(),
            answered: share(),
            others_answered: share(),
        };
        let d = row.detection.as_ref().unwrap();
        let [low, high] = d.auc_interval.unwrap();
        let wanted = format!("| {:.4} ({low:.3}-{high:.3}) |", d.auc);
        let text = equal_durations(&[row]);
        assert!(text.contains(&wanted), "{wanted}: {text}");
    }

    #[test]
    fn rates_say_what_their_intervals_are() {
        let rate = || Rate::of_groups([1, 1, 2], 3.0).unwrap();
        let long = LongNegatives {
            recordings: 4,
            clips: 9,
            median_s: 14.0,
            longest_s: 90.0,
            answered: Share::new(1, 4).unwrap(),
            answered_per_hour: rate(),
            clips_answered_per_hour: rate(),
            by_label: Vec::new(),
            thresholds: Vec::new(),
        };
        assert!(super::long(&long, Intervals::BySourceGroup).contains("Fay and Feuer"));
        let earlier = super::long(&long, Intervals::Earlier);
        assert!(earlier.contains("Garwood's, 95 %.\n\n") && !earlier.contains("Fay"));
    }
}
