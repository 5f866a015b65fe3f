//! Not heard is not absent.

use super::cell::{figure, shown_as, text, Cell, Table};
use super::Section;
use crate::verify::evidence::Evidence;

pub(super) fn audible(at: &str, evidence: &Evidence) -> Option<Section> {
    let found = evidence.audible.as_ref()?;
    let at = format!("{at}/audible");
    let mut section = Section::new("audible", "Not heard is not absent");
    section.said.push(format!(
        "Nothing was heard. Each signature was laid over {} pieces of this very recording at falling levels and put to the model, under the prior of this report ({}): from which level on it would have been heard, and how far away that is.",
        found.pieces, evidence.heard.prior
    ));
    if found.alarms_without > 0.0 {
        section.said.push("The model alarms on pieces of this recording with nothing laid over them, so that the table cannot be believed.".into());
    }
    let ambient: Vec<f64> = found
        .signatures
        .iter()
        .find_map(|s| {
            (!s.ranges.is_empty()).then(|| s.ranges.iter().map(|r| r.ambient_db_spl).collect())
        })
        .unwrap_or_default();
    let levels: Vec<String> = ambient.iter().map(|db| format!("{db:.0} dB")).collect();
    let mut table = Table::new(
        format!(
            "Slant ranges at ambient levels of {} (a quiet night, a suburb, a busy street)",
            levels.join(", ")
        ),
        &["signature", "heard from, dB SNR", "trials", "range, m"],
    );
    for (n, own) in found.signatures.iter().enumerate() {
        let at = format!("{at}/signatures/{n}");
        let from = match own.heard_from_snr_db {
            Some(db) => {
                let at = format!("{at}/heard_from_snr_db");
                let less = if own.at_the_lowest { " or less" } else { "" };
                shown_as(at, db, format!("{db:+.0}{less}"))
            }
            None => text("at none that was tried"),
        };
        let mut ranges = Vec::new();
        for (row, range) in own.ranges.iter().enumerate() {
            let at = format!("{at}/ranges/{row}/range_m");
            ranges.push(text(if row > 0 { "; " } else { "" }));
            ranges.push(figure(format!("{at}/0"), range.range_m[0], 0));
            ranges.push(text(" to "));
            ranges.push(figure(format!("{at}/1"), range.range_m[1], 0));
        }
        table.row([
            text(format!("{} in {}", own.label, own.phase)),
            from,
            text(own.trials.to_string()),
            Cell::Mixed(ranges),
        ]);
    }
    section.tables.push(table);
    section.notes.push(found.caveat.clone());
    Some(section)
}
