//! What retraining brought, and two models side by side.

use crate::evaluate::paired::{Change, Comparison, Delta};
use crate::evaluate::retraining::{CurvePoint, Retrained};
use std::fmt::Write;

/// `0.801 -> 0.832 (+0.031, +0.010 to +0.052)`.
fn delta(d: &Delta) -> String {
    let interval = d.interval.map_or_else(String::new, |[low, high]| {
        format!(", {low:+.3} to {high:+.3}")
    });
    format!("{:.3} -> {:.3} ({:+.3}{interval})", d.a, d.b, d.difference)
}

/// A retraining as Markdown.
pub fn retrained_markdown(found: &Retrained) -> String {
    let mut text = String::new();
    // Writing to a string never fails.
    let _ = write_retrained(&mut text, found);
    text
}

/// A comparison as Markdown; `a` and `b` are what the two sides are called.
pub fn comparison_markdown(found: &Comparison, a: &str, b: &str) -> String {
    let mut text = String::new();
    let _ = write_comparison(&mut text, found, a, b);
    text
}

fn write_retrained(out: &mut String, found: &Retrained) -> std::fmt::Result {
    writeln!(
        out,
        "Base: {} (learnt {:.12}).\n",
        found.base, found.base_learnt_sha256
    )?;
    writeln!(
        out,
        "| new recordings of | recordings | source groups | grade | tested |"
    )?;
    writeln!(out, "|---|---|---|---|---|")?;
    for added in &found.added {
        let grade = match added.grades {
            (None, after) => format!("new: {after:?}"),
            (Some(before), after) if before != after => format!("{before:?} -> {after:?}"),
            (_, after) => format!("{after:?}"),
        };
        let tested = match added.folds {
            0 => "not at all: one fold holds all of its recordings".to_owned(),
            n => format!("in {n} folds"),
        };
        writeln!(
            out,
            "| {} | {} | {} | {grade} | {tested} |",
            added.label, added.recordings, added.groups
        )?;
    }
    writeln!(out, "\nProtocol: {}.\n", found.protocol)?;
    writeln!(
        out,
        "All recordings, old and new, {} -> retrained:\n",
        found.base
    )?;
    write_comparison(out, &found.comparison, &found.base, "retrained")?;
    if let Some(new) = &found.on_new {
        writeln!(out, "\nThe new recordings alone:\n")?;
        write_comparison(out, new, &found.base, "retrained")?;
    }
    for row in &found.negations {
        writeln!(
            out,
            "\nOf {} recordings that are not {}, {} -> {} are named so.",
            row.recordings, row.label, row.named[0], row.named[1]
        )?;
    }
    if !found.curve.is_empty() {
        write_curve(out, &found.curve)?;
    }
    if !found.suspects.is_empty() {
        writeln!(
            out,
            "\nLabels that models doubt which never heard the recording's source; listen to these:\n"
        )?;
        for s in &found.suspects {
            writeln!(
                out,
                "- {}: labelled {} ({:.2}), sounds like {} ({:.2})",
                s.path, s.label, s.probability[0], s.likelier, s.probability[1]
            )?;
        }
    }
    Ok(())
}

fn write_curve(out: &mut String, curve: &[CurvePoint]) -> std::fmt::Result {
    writeln!(
        out,
        "\nLearning curve (a small learner, not the model itself; new recordings held out by source group):\n"
    )?;
    let labels: Vec<&str> = curve[0]
        .auc
        .iter()
        .map(|(label, _)| label.as_str())
        .collect();
    writeln!(
        out,
        "| learnt from | right | {} |",
        labels
            .iter()
            .map(|l| format!("AUC {l}"))
            .collect::<Vec<_>>()
            .join(" | ")
    )?;
    writeln!(out, "|---|---|{}", "---|".repeat(labels.len()))?;
    for point in curve {
        let areas: Vec<String> = labels
            .iter()
            .map(|label| {
                let own = point.auc.iter().find(|(l, _)| l == label);
                own.map_or_else(|| "-".into(), |(_, auc)| format!("{auc:.3}"))
            })
            .collect();
        writeln!(
            out,
            "| {:.0} new recordings | {:.3} | {} |",
            point.recordings,
            point.balanced_accuracy,
            areas.join(" | ")
        )?;
    }
    if let [.., half, all] = curve {
        let gain = all.balanced_accuracy - half.balanced_accuracy;
        let verdict = match gain {
            g if g > 0.02 => "The curve still climbs: more recordings would help",
            g if g < -0.02 => "The curve falls: look at the labels of the new recordings",
            _ => "The curve is flat: more recordings like these would hardly help",
        };
        writeln!(out, "\n{verdict} ({:+.3} from the last doubling).", gain)?;
    }
    Ok(())
}

fn write_comparison(out: &mut String, c: &Comparison, a: &str, b: &str) -> std::fmt::Result {
    writeln!(
        out,
        "{} recordings from {} source groups; second minus first, with 95 % intervals by bootstrap over source groups.\n",
        c.recordings, c.groups
    )?;
    writeln!(out, "- balanced accuracy: {}", delta(&c.balanced_accuracy))?;
    if let Some(common) = &c.balanced_accuracy_common {
        writeln!(out, "  - over the labels that both know: {}", delta(common))?;
    }
    writeln!(out, "- log loss (lower is better): {}", delta(&c.log_loss))?;
    writeln!(
        out,
        "- calibration error: {:.3} -> {:.3}\n",
        c.calibration_error[0], c.calibration_error[1]
    )?;
    writeln!(
        out,
        "| label | recordings | groups | right, {a} | right, {b} | AUC | by AUC |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|")?;
    for (l, verdict) in c.labels.iter().zip(c.verdicts()) {
        let auc = match (&l.auc, l.auc_of_b) {
            (Some(d), _) => delta(d),
            (None, Some(b)) => format!("unknown -> {b:.3}"),
            _ => "-".into(),
        };
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {auc} | {} |",
            l.label,
            l.recordings,
            l.groups,
            l.right[0],
            l.right[1],
            verdict.words()
        )?;
    }
    writeln!(out, "\n{}.", c.level_in_words())?;
    for (what, side, n) in [
        ("better", &c.better, c.moved[0]),
        ("worse", &c.worse, c.moved[1]),
    ] {
        if n > 0 {
            writeln!(out, "\nThese got {what}, the most of {n}:\n")?;
        }
        side.iter()
            .take(8)
            .try_for_each(|change| write_change(out, change))?;
    }
    Ok(())
}

fn write_change(out: &mut String, c: &Change) -> std::fmt::Result {
    let new = if c.is_new { " (new)" } else { "" };
    let said = match c.said[0] == c.said[1] {
        true => c.said[1].clone(),
        false => format!("{} -> {}", c.said[0], c.said[1]),
    };
    writeln!(
        out,
        "- {}{new}, {}: {said}, {:.2} -> {:.2}",
        c.path, c.label, c.probability[0], c.probability[1]
    )
}
