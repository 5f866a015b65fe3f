//! Labels learnt from a few recordings: a table and a picture.

use crate::evaluate::pictures::{Plot, Scale, Series};
use crate::evaluate::protocols::NewLabel;
use std::fmt::Write;

/// Lowest area under the curve that is drawn.
const LEAST_AUC: f64 = 0.8;

/// As Markdown.
pub(super) fn new_labels(found: &[NewLabel]) -> String {
    let mut text = String::new();
    // Writing to a string never fails.
    let _ = write(&mut text, found);
    text
}

fn write(out: &mut String, found: &[NewLabel]) -> std::fmt::Result {
    writeln!(
        out,
        "Each label is taken out of the training memory, rendered clips as well, and learnt again from a few recordings, one of \
         each source group as far as they reach; tested on its unheard source groups against the other labels in the fold left \
         out. Quick fits. Intervals are the 5 % to 95 % quantiles of the draws.\n"
    )?;
    writeln!(
        out,
        "| label | learnt from | source groups | draws | AUC | other label that lost the most |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|")?;
    for label in found {
        for point in &label.points {
            let worst = point.worst_other();
            let worst = worst.map_or_else(|| "-".into(), |(name, by)| format!("{name} ({by:+.4})"));
            writeln!(
                out,
                "| {} | {} | {:.1} | {} | {:.4} ({:.4}-{:.4}) | {worst} |",
                label.label,
                point.recordings,
                point.groups,
                point.draws,
                point.auc,
                point.interval[0],
                point.interval[1]
            )?;
        }
    }
    Ok(())
}

/// The learning curves as a picture (SVG).
pub fn new_label_svg(found: &[NewLabel]) -> String {
    let most = found
        .iter()
        .flat_map(|l| &l.points)
        .map(|p| p.recordings)
        .max();
    let series = found.iter().map(|label| Series {
        name: label.label.clone(),
        points: label
            .points
            .iter()
            .map(|p| [p.recordings as f64, p.auc])
            .collect(),
        intervals: label.points.iter().map(|p| p.interval).collect(),
        marked: true,
    });
    Plot {
        title: "A label never seen before, learnt from a few recordings".into(),
        x: (
            "recordings learnt from".into(),
            Scale::Linear(0.0, most.unwrap_or(20) as f64 + 2.0),
        ),
        y: (
            "AUC on unheard source groups".into(),
            Scale::Linear(LEAST_AUC, 1.0),
        ),
        series: series.collect(),
        diagonal: false,
    }
    .svg()
}
