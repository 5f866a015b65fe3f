//! Figures as Markdown: the terminal and the model card print the same text.

mod about;
mod archives;
mod figures;
mod given_model;
mod html;
mod left_out;
mod negatives;
mod new_label;
mod pictures;
mod rendered;
mod retrained;
mod reuse;
mod suggested;
mod tracks;

pub use given_model::given_model_markdown;
pub use html::card_html;
pub use new_label::new_label_svg;
pub use pictures::{pictures, Picture};
pub use retrained::{comparison_markdown, retrained_markdown};

use super::figures::share::{Intervals, Rate, Share};
use super::figures::Figures;
use super::protocols::HeldOut;
use crate::model::header::Header;
use crate::model::store::Model;
use crate::taxonomy::TAXONOMY;
use crate::train::recipe::Recipe;
use std::fmt::Write;

/// Title of the section of the figures that pictures are drawn of.
pub const HELD_OUT: &str = "Source groups held out";

/// `12 of 24 (0.500, 0.291-0.709)`.
fn share(s: &Share) -> String {
    format!(
        "{} of {} ({:.3}, {:.3}-{:.3})",
        s.hits, s.n, s.share, s.low, s.high
    )
}

/// `2 in 1.3 h (1.5 per hour, 0.2-5.6)`.
fn rate(r: &Rate) -> String {
    format!(
        "{} in {:.2} h ({:.1} per hour, {:.1}-{:.1})",
        r.events, r.hours, r.per_hour, r.low, r.high
    )
}

fn optional(x: Option<f64>) -> String {
    x.map_or_else(|| "-".into(), |x| format!("{x:.3}"))
}

/// `multirotor 12, siren 3`; a dash for nothing.
fn counts(of: &[(String, usize)]) -> String {
    let each: Vec<String> = of.iter().map(|(name, n)| format!("{name} {n}")).collect();
    if each.is_empty() {
        return "-".into();
    }
    each.join(", ")
}

/// The figures over recordings of all labels, as Markdown.
pub fn markdown(figures: &Figures) -> String {
    let mut text = String::new();
    // Writing to a string never fails.
    let _ = self::figures::write_figures(&mut text, figures);
    text
}

/// The protocols that were run, each with its title, as Markdown.
pub fn sections(held_out: &HeldOut) -> Vec<(&'static str, String)> {
    let mut sections = Vec::new();
    if let Some(found) = &held_out.retrained {
        sections.push(("Retrained", retrained_markdown(found)));
    }
    if let Some(figures) = &held_out.grouped {
        sections.push((HELD_OUT, markdown(figures)));
    }
    if !held_out.failures.is_empty() {
        sections.push(("Known failures", about::failures(&held_out.failures)));
    }
    if let Some(long) = &held_out.long_negatives {
        let text = negatives::long(long, held_out.intervals);
        sections.push(("Long negatives", text));
    }
    if !held_out.equal_durations.is_empty() {
        let text = negatives::equal_durations(&held_out.equal_durations);
        sections.push(("Equal durations", text));
    }
    if let Some(control) = &held_out.codec_control {
        sections.push(("Codec control", negatives::codec_control(control)));
    }
    if !held_out.counts.is_empty() {
        sections.push((
            "How many an archive holds",
            archives::counts(&held_out.counts),
        ));
    }
    if !held_out.left_out.is_empty() {
        sections.push(("Corpora left out", left_out::corpora(&held_out.left_out)));
    }
    if !held_out.labels_left_out.is_empty() {
        let text = left_out::labels(&held_out.labels_left_out, held_out.grouped.as_ref());
        sections.push(("Labels left out", text));
    }
    if !held_out.new_labels.is_empty() {
        let text = new_label::new_labels(&held_out.new_labels);
        sections.push(("Labels learnt from a few recordings", text));
    }
    if let Some(found) = &held_out.suggested {
        sections.push(("Suggested recordings", suggested::suggested(found)));
    }
    if let Some(found) = &held_out.phases {
        sections.push(("Dives", rendered::phases(found)));
    }
    if !held_out.rendered.is_empty() {
        let text = rendered::rendered(&held_out.rendered, held_out.intervals);
        sections.push(("Rendered clips never trained on", text));
    }
    if !held_out.audibility.is_empty() {
        let text = rendered::audibility(&held_out.audibility);
        sections.push(("How far signatures are heard", text));
    }
    if !held_out.transfer.is_empty() {
        let text = rendered::transfer(&held_out.transfer);
        sections.push(("Learnt from rendered sound alone", text));
    }
    if let Some(found) = &held_out.tracks {
        sections.push(("Tracks and passes", tracks::tracks(found)));
    }
    if let Some(found) = &held_out.reuse {
        let text = reuse::reuse(found, held_out.intervals);
        sections.push(("Sound found again", text));
    }
    if !held_out.skipped.is_empty() {
        let lines: Vec<String> = held_out
            .skipped
            .iter()
            .map(|s| format!("- {s}\n"))
            .collect();
        sections.push(("Not measured", lines.concat()));
    }
    sections
}

/// The card of a model: what it was learnt from, the figures of each protocol, what it fails at, and how to make it again. `after`
/// gives what stands right below the heading of a section.
pub fn card(model: &Model, held_out: &HeldOut, after: impl Fn(&str) -> String) -> String {
    let mut text = String::new();
    // Writing to a string never fails.
    let _ = write_card(&mut text, model, held_out, after);
    text
}

fn write_card(
    out: &mut String,
    model: &Model,
    held_out: &HeldOut,
    after: impl Fn(&str) -> String,
) -> std::fmt::Result {
    let header = model.header();
    writeln!(out, "# Model card: {}\n", header.id)?;
    writeln!(
        out,
        "Written by `earwitness train --card` or `earwitness model show --card`; not edited by hand.\n"
    )?;
    writeln!(out, "- learner: {}", header.learner)?;
    writeln!(
        out,
        "- feature version {}, {} features",
        header.feature_version, header.n_features
    )?;
    writeln!(
        out,
        "- earwitness {}, file format {}, seed {}",
        header.tool_version, header.format, header.seed
    )?;
    writeln!(out, "{}", intervals(held_out.intervals))?;
    writeln!(out, "## Learnt from\n")?;
    writeln!(
        out,
        "| label | family | class | grade | recordings | source groups | seconds | rendered clips | corpora |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|---|---|")?;
    for l in &header.labels {
        writeln!(
            out,
            "| {} | {} | {} | {:?} | {} | {} | {:.0} | {} | {} |",
            l.label,
            l.family,
            l.class,
            l.grade,
            l.recordings,
            l.groups,
            // The sum of nothing is -0.
            l.seconds + 0.0,
            l.rendered,
            l.sources.join(", ")
        )?;
    }
    writeln!(
        out,
        "\nThe recordings' rights are unclear: none is distributed, only what was learnt from them."
    )?;
    let missing = not_learnt(header);
    if !missing.is_empty() {
        let missing = missing.join(", ");
        writeln!(out, "Not learnt, for want of recordings: {missing}.")?;
    }
    about::write_data(out, &held_out.learnt_from)?;
    let recipe = Recipe::from_toml(&header.id, &header.recipe);
    if let Ok(recipe) = &recipe {
        let text = about::augmentation(recipe);
        writeln!(out, "\n## Augmentation\n\n{}", text.trim_end())?;
    }
    for (title, text) in sections(held_out) {
        writeln!(out, "\n## {title}\n\n{}{}", after(title), text.trim_end())?;
    }
    about::write_again(out, model, held_out.retrained.as_deref())?;
    writeln!(out, "\n## Recipe\n\n```toml\n{}```", header.recipe)
}

/// What the intervals of a card are, a paragraph; none for earlier models, which don't say.
fn intervals(of: Intervals) -> &'static str {
    match of {
        Intervals::Earlier => "",
        Intervals::BySourceGroup => {
            "\nIntervals are 95 %. Where a section says nothing else, those of shares allow for recordings of one source group, and clips over\n\
             backgrounds of one, being told rightly or wrongly together (Korn and Graubard 1998); those of recall at 1 % false alarms also for\n\
             the threshold having been found on the same recordings; those of AUC are a bootstrap over source groups.\n"
        }
    }
}

/// The labels that the project knows and the model does not.
fn not_learnt(header: &Header) -> Vec<&'static str> {
    let learnt = |label: &str| header.labels.iter().any(|l| l.label == label);
    TAXONOMY
        .iter()
        .map(|(label, _, _)| *label)
        .filter(|label| *label != "unknown" && !learnt(label))
        .collect()
}
