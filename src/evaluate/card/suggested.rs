//! Suggested recordings against recordings drawn by chance, as Markdown.

use crate::evaluate::protocols::{Suggested, SuggestedLabel};
use std::fmt::Write;

/// As Markdown.
pub(super) fn suggested(found: &Suggested) -> String {
    let mut text = String::new();
    // Writing to a string never fails.
    let _ = write(&mut text, found);
    text
}

fn write(out: &mut String, found: &Suggested) -> std::fmt::Result {
    let [known, archive, tested] = found.sizes;
    writeln!(
        out,
        "{} draws of source groups of the training memory: a quick fit knows {known:.0} recordings, {} of an archive of {archive:.0} are \
         labelled and learnt as well, and {tested:.0} of other groups are tested on (averages). Values are means with the 5 % to 95 % \
         quantiles of the draws; gains are those of the suggested recordings over that row, draw by draw, with the 95 % interval of \
         their mean.\n",
        found.draws, found.labelled
    )?;
    writeln!(
        out,
        "| labelled | labels met | balanced accuracy | gain | mean AUC | gain |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|")?;
    let value = |[mean, low, high]: [f64; 3]| format!("{mean:.3} ({low:.3}-{high:.3})");
    let gain = |gain: Option<[f64; 3]>| {
        gain.map_or_else(
            || "-".to_owned(),
            |[mean, low, high]| format!("{mean:+.3} ({low:+.3} to {high:+.3})"),
        )
    };
    for way in &found.ways {
        writeln!(
            out,
            "| {} | {:.1} | {} | {} | {} | {} |",
            way.name,
            way.labels_met,
            value(way.balanced_accuracy),
            gain(way.suggested_gains),
            value(way.auc),
            gain(way.suggested_gains_auc)
        )?;
    }
    writeln!(
        out,
        "\nAUC of each label, and what the suggested recordings gain over it:\n"
    )?;
    let names: Vec<&str> = found.ways.iter().map(|w| w.name.as_str()).collect();
    writeln!(out, "| label | {} |", names.join(" | "))?;
    writeln!(out, "|---{}|", "|---".repeat(names.len()))?;
    let Some(first) = found.ways.first() else {
        return Ok(());
    };
    for (n, label) in first.labels.iter().enumerate() {
        let cell = |of: &SuggestedLabel| match of.suggested_gains {
            None => value(of.auc),
            gains => format!("{}; {}", value(of.auc), gain(gains)),
        };
        let cells: Vec<String> = found.ways.iter().map(|way| cell(&way.labels[n])).collect();
        writeln!(out, "| {} | {} |", label.label, cells.join(" | "))?;
    }
    Ok(())
}
