//! Figures as Markdown: the terminal and the model card print the same text.

use super::figures::{Figures, LabelFigures, Share};
use super::protocols::LeftOut;
use crate::model::header::Header;
use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// `12 of 24 (0.500, 0.291-0.709)`.
fn share(s: &Share) -> String {
    format!(
        "{} of {} ({:.3}, {:.3}-{:.3})",
        s.hits, s.n, s.share, s.low, s.high
    )
}

fn optional(x: Option<f64>) -> String {
    x.map_or_else(|| "-".into(), |x| format!("{x:.3}"))
}

/// The figures of all protocols, as they are stored in a model.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct HeldOut {
    /// Nested cross-validation by source group.
    pub grouped: Option<Figures>,
    /// Corpora left out.
    pub left_out: Vec<LeftOut>,
}

/// The figures of one protocol as Markdown.
pub fn markdown(figures: &Figures) -> String {
    let mut text = String::new();
    // Writing to a string never fails.
    let _ = write_figures(&mut text, figures);
    text
}

fn write_figures(out: &mut String, f: &Figures) -> std::fmt::Result {
    writeln!(out, "Protocol: {}\n", f.protocol)?;
    writeln!(
        out,
        "{} recordings from {} source groups. Intervals are 95 %: Clopper-Pearson for counts,",
        f.recordings, f.groups
    )?;
    writeln!(out, "bootstrap over source groups where said so.\n")?;
    writeln!(
        out,
        "| label | groups | right | AUC | recall at 1 % false alarms | Cllr | least Cllr |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|")?;
    for label in &f.labels {
        write_label(out, &label.label, label)?;
        if let Some(single) = &label.without_joined {
            write_label(
                out,
                &format!("{} without joined clips", label.label),
                single,
            )?;
        }
    }
    writeln!(out)?;
    let interval = f
        .balanced_accuracy_interval
        .map_or_else(String::new, |[low, high]| {
            format!(" ({low:.3}-{high:.3} over groups)")
        });
    writeln!(
        out,
        "- balanced accuracy over {} labels: {:.3}{interval}",
        f.labels.len(),
        f.balanced_accuracy
    )?;
    let interval = f
        .coverage_group_interval
        .map_or_else(String::new, |[low, high]| {
            format!("; {low:.3}-{high:.3} over groups")
        });
    writeln!(
        out,
        "- prediction sets hold the truth: {}{interval}; {:.2} labels on average",
        share(&f.coverage),
        f.mean_set_size
    )?;
    writeln!(
        out,
        "- engine, helicopter, aeroplane and siren answered as a munition or military drone: {}",
        share(&f.confusers)
    )?;
    for (label, alarms) in &f.confusers_by_label {
        writeln!(out, "  - {label}: {}", share(alarms))?;
    }
    writeln!(
        out,
        "- all other labels answered as a munition or military drone: {}",
        share(&f.military_alarms)
    )?;
    let levels: Vec<String> = f
        .decisions
        .iter()
        .map(|(name, n)| format!("{name} {n}"))
        .collect();
    writeln!(out, "- decisions: {}", levels.join(", "))?;
    writeln!(
        out,
        "- decisions for one signature that name the true label: {}\n",
        share(&f.signatures_right)
    )?;
    writeln!(
        out,
        "Best label (columns) of the recordings of each label (rows):\n"
    )?;
    let names: Vec<&str> = f.labels.iter().map(|l| l.label.as_str()).collect();
    writeln!(out, "| | {} |", names.join(" | "))?;
    writeln!(out, "|---{}|", "|---".repeat(names.len()))?;
    for (name, row) in names.iter().zip(&f.confusion) {
        let cells: Vec<String> = row.iter().map(usize::to_string).collect();
        writeln!(out, "| **{name}** | {} |", cells.join(" | "))?;
    }
    Ok(())
}

fn write_label(out: &mut String, name: &str, l: &LabelFigures) -> std::fmt::Result {
    writeln!(
        out,
        "| {name} | {} | {} | {:.4} | {} | {} | {} |",
        l.groups,
        share(&l.right),
        l.auc,
        share(&l.recall),
        optional(l.cllr),
        optional(l.cllr_min)
    )
}

/// The table of corpora left out, as Markdown.
pub fn left_out_markdown(rows: &[LeftOut]) -> String {
    let mut text = String::from(
        "Protocol: trained without one corpus, tested on it; learner, calibration and prediction sets from the rest.\n\n\
         | corpus left out | label | right | most often taken for | answered as a munition or military drone |\n|---|---|---|---|---|\n",
    );
    for r in rows {
        let taken = r
            .taken_for
            .as_ref()
            .map_or_else(|| "-".into(), |(label, n)| format!("{label} ({n})"));
        // Writing to a string never fails.
        let _ = writeln!(
            text,
            "| {} | {} | {} | {taken} | {} |",
            r.source,
            r.label,
            share(&r.right),
            share(&r.military)
        );
    }
    text
}

/// The card of a model: what it was learnt from, and the figures of each protocol.
pub fn card(header: &Header, held_out: &HeldOut) -> String {
    let mut text = String::new();
    // Writing to a string never fails.
    let _ = write_card(&mut text, header, held_out);
    text
}

fn write_card(out: &mut String, header: &Header, held_out: &HeldOut) -> std::fmt::Result {
    writeln!(out, "# Model card: {}\n", header.id)?;
    writeln!(out, "Written by `earwitness train --card` or `earwitness evaluate --card`; not edited by hand.\n")?;
    writeln!(out, "- learner: {}", header.learner)?;
    writeln!(
        out,
        "- feature version {}, {} features",
        header.feature_version, header.n_features
    )?;
    writeln!(
        out,
        "- earwitness {}, file format {}, seed {}\n",
        header.tool_version, header.format, header.seed
    )?;
    writeln!(out, "## Learnt from\n")?;
    writeln!(
        out,
        "| label | family | class | grade | recordings | source groups | seconds | corpora |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|---|")?;
    for l in &header.labels {
        writeln!(
            out,
            "| {} | {} | {} | {:?} | {} | {} | {:.0} | {} |",
            l.label,
            l.family,
            l.class,
            l.grade,
            l.recordings,
            l.groups,
            l.seconds,
            l.sources.join(", ")
        )?;
    }
    writeln!(out, "\nThe recordings' rights are unclear: none is distributed, only what was learnt from them.")?;
    writeln!(out, "No recording of a Harop, Hermes 450, Orbiter, TB2 or jet was available: this model does not know them.")?;
    if let Some(figures) = &held_out.grouped {
        writeln!(out, "\n## Source groups held out\n")?;
        write_figures(out, figures)?;
    }
    if !held_out.left_out.is_empty() {
        writeln!(out, "\n## Corpora left out\n")?;
        out.push_str(&left_out_markdown(&held_out.left_out));
    }
    writeln!(out, "\n## Recipe\n\n```toml\n{}```", header.recipe)
}
