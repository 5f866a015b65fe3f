//! What rendered sound is worth, how renders fare, and dives.

use super::figures::within;
use super::{counts, share};
use crate::evaluate::figures::label::Detection;
use crate::evaluate::figures::share::Intervals;
use crate::evaluate::protocols::{Audibility, Phases, Rendered, SnrBin, Transfer, TransferFigures};

/// The table of airframes learnt from rendered sound alone.
pub(super) fn transfer(rows: &[Transfer]) -> String {
    let mut text = String::from(
        "Protocol: munitions and military drones are learnt from rendered sound alone, everything else as always; nested\n\
         cross-validation by source group. Real recordings of the airframe are told from all real recordings of other labels. Sealed:\n\
         source groups by which the renderer was not tuned, without joined clips. This is what a grade C answer is worth.\n\n\
         | airframe | recordings | by the LR of | AUC | recall at 1 % false alarms | answered as a munition or military drone |\n\
         |---|---|---|---|---|---|\n",
    );
    for row in rows {
        for (which, figures) in [("sealed", &row.sealed), ("all", &row.all)] {
            text += &lines(&row.label, which, figures);
        }
    }
    for row in rows {
        text += &format!(
            "\n- real recordings of other labels answered as a munition or military drone: {}\n- sealed recordings of {} are named: {}\n",
            share(&row.false_alarms),
            row.label,
            counts(&row.answers)
        );
    }
    text
}

fn lines(label: &str, which: &str, figures: &TransferFigures) -> String {
    let line = |by: &str, found: &Detection, answered: &str| {
        format!(
            "| {label} | {which} | {by} | {:.4}{} | {} | {answered} |\n",
            found.auc,
            within(found.auc_interval),
            share(&found.recall)
        )
    };
    line(
        "all munitions and drones",
        &figures.military,
        &share(&figures.answered),
    ) + &line(label, &figures.label, "")
}

/// Dives and level flight.
pub(super) fn phases(p: &Phases) -> String {
    let mut text = String::from(
        "Protocol: as for the held-out source groups; recordings and rendered clips of a known phase (a recording dives if 1.5 s of it\n\
         do). Right: the likelier phase is the true one. Named: its probability is at least 0.8, else the phase is null.\n\n\
         | sound | label | phase | right | named | named rightly |\n|---|---|---|---|---|---|\n",
    );
    for row in &p.rows {
        text += &format!(
            "| {} | {} | {} | {} | {} | {} |\n",
            row.origin,
            row.label,
            row.phase,
            share(&row.right),
            share(&row.named),
            share(&row.named_right)
        );
    }
    text += &format!(
        "\n- phase right: recorded {}, rendered {}\n\
         - engine, helicopter, aeroplane and siren answered as a diving munition: {}\n\
         - their sound is likelier a dive than anything else, whatever they are answered as: {}\n",
        share(&p.recorded_right),
        share(&p.rendered_right),
        share(&p.false_dives),
        share(&p.dive_like)
    );
    for (label, like) in &p.dive_like_by_label {
        text += &format!("  - {label}: {}\n", share(like));
    }
    text
}

/// Rendered clips, a table per set.
pub(super) fn rendered(sets: &[Rendered], intervals: Intervals) -> String {
    let mut text = String::from(
        "Protocol: clips of seeds that training never draws, over background recordings at an SNR of 0 to 18 dB, then through a codec; each\n\
         judged by a fold's model that never heard that background. The Orbiters count as one airframe, and so do Harop and Hermes 450 in\n\
         level flight. A phase can be heard in level flight, and in a dive whose comb climbs by a twentieth or stands above all level\n\
         flight of the airframe: a dive straight at the microphone at constant speed sounds like level flight. Shifted settings: each presumed range a quarter wider, other air, ground and microphone heights.\n\
         What is possible at all on shifted settings is estimated by the same learner, trained on renders of shifted settings (other seeds).\n",
    );
    if intervals.are_earlier() {
        text += "Intervals are 95 %, as if clips were independent.\n";
    }
    text += &side_by_side(sets);
    for set in sets {
        text += &format!(
            "\n{} ({}):\n\n\
             - family right: {}\n\
             - airframe right, balanced: {:.3}\n\
             - diving Harops taken for diving Harops: {}\n\
             - phase right where it can be heard: {}\n\
             - no phase named where a dive cannot be heard to be one: {}\n\
             - prediction sets hold the truth: {}; {:.2} labels on average\n\
             - no signature named: {}\n\n\
             | airframe | phase | family right | airframe right | set holds it | answered as a munition or military drone | best labels |\n\
             |---|---|---|---|---|---|---|\n",
            set.set,
            set.codecs.join("; "),
            share(&set.family_right),
            set.airframe_balanced,
            share(&set.harop_dives),
            share(&set.phase_right),
            set.silent_dives_unnamed
                .as_ref()
                .map_or_else(|| "no such clip".into(), share),
            share(&set.coverage),
            set.mean_set_size,
            share(&set.undecided)
        );
        for row in &set.rows {
            text += &format!(
                "| {} | {} | {} | {} | {} | {} | {} |\n",
                row.label,
                row.phase,
                share(&row.family),
                share(&row.airframe),
                share(&row.covered),
                share(&row.detected),
                counts(&row.answers)
            );
        }
        text += &by_snr(&set.by_snr);
    }
    text
}

/// The figures of each set in a column of its own.
fn side_by_side(sets: &[Rendered]) -> String {
    if sets.len() < 2 {
        return String::new();
    }
    let line = |name: &str, of: &dyn Fn(&Rendered) -> f64| {
        let cells: String = sets
            .iter()
            .map(|set| format!(" {:.3} |", of(set)))
            .collect();
        format!("| {name} |{cells}\n")
    };
    let names: String = sets.iter().map(|set| format!(" {} |", set.set)).collect();
    format!(
        "\n| clips |{names}\n|---|{}\n{}{}{}{}{}{}",
        "---|".repeat(sets.len()),
        line("family right", &|s| s.family_right.share),
        line("airframe right, balanced", &|s| s.airframe_balanced),
        line("diving Harops taken for diving Harops", &|s| s
            .harop_dives
            .share),
        line("phase right where it can be heard", &|s| s
            .phase_right
            .share),
        line("prediction sets hold the truth", &|s| s.coverage.share),
        line("labels in a set", &|s| s.mean_set_size)
    )
}

/// What is right at which SNR.
fn by_snr(bins: &[SnrBin]) -> String {
    if bins.is_empty() {
        return String::new();
    }
    let mut text = String::from(
        "\n| SNR, dB | family right | airframe right | phase right where it can be heard | set holds it |\n|---|---|---|---|---|\n",
    );
    for bin in bins {
        text += &format!(
            "| {:.0} to {:.0} | {} | {} | {} | {} |\n",
            bin.from_db,
            bin.to_db,
            share(&bin.family),
            share(&bin.airframe),
            share(&bin.phase),
            share(&bin.covered)
        );
    }
    text
}

/// Detection against SNR, and the distances that follow.
pub(super) fn audibility(rows: &[Audibility]) -> String {
    let snrs = rows.first().map_or(&[][..], |row| &row.detected);
    let columns: String = snrs
        .iter()
        .map(|(snr, _)| format!(" {snr:.0} dB |"))
        .collect();
    let rule = "---|".repeat(snrs.len());
    let mut text = format!(
        "Protocol: rendered clips that were never trained on, over held-out backgrounds at a fixed SNR (whole band to 8 kHz), without codec;\n\
         share answered as a munition or military drone at any level. Distances: where the aircraft stands the SNR of half of them\n\
         above the ambient level, for the 10 % and 90 % loudest of the presumed source levels, by spreading and absorption (ISO 9613-1, 15 C,\n\
         70 %, 500 Hz). Source levels are presumed: take the distances for an order of magnitude. Not heard is not absent.\n\n\
         | airframe | phase |{columns} half at | ambient 35 dB | 50 dB | 65 dB |\n|---|---|{rule}---|---|---|---|\n"
    );
    for row in rows {
        let shares: String = row
            .detected
            .iter()
            .map(|(_, s)| format!(" {:.2} |", s.share))
            .collect();
        let half = row
            .half_at_snr_db
            .map_or_else(|| "-".into(), |snr| format!("{snr:.0} dB"));
        let ranges: String = match row.half_at_m.is_empty() {
            true => " - | - | - |".into(),
            false => row
                .half_at_m
                .iter()
                .map(|(_, [near, far])| format!(" {near:.0}-{far:.0} m |"))
                .collect(),
        };
        text += &format!(
            "| {} | {} |{shares} {half} |{ranges}\n",
            row.label, row.phase
        );
    }
    text
}
