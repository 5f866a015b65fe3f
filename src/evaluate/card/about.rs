//! What a card says beside the figures: data, augmentation, hashes, and how to make the same again.

use crate::evaluate::failures::Failure;
use crate::evaluate::learnt_from::LearntFrom;
use crate::evaluate::retraining::Retrained;
use crate::model::store::Model;
use crate::train::recipe::Recipe;
use std::fmt::Write;

/// The recordings by label and corpus.
pub(super) fn write_data(out: &mut String, rows: &[LearntFrom]) -> std::fmt::Result {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\nBy corpus (a source group is all that was cut from one original recording, or recorded in one session):\n"
    )?;
    writeln!(
        out,
        "| label | corpus | recordings | source groups | recordings of the largest | seconds |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|")?;
    for row in rows {
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {:.0} |",
            row.label, row.source, row.recordings, row.groups, row.largest_group, row.seconds
        )?;
    }
    Ok(())
}

/// How recordings are varied before they are learnt from.
pub(super) fn augmentation(recipe: &Recipe) -> String {
    let mut text = String::new();
    // Writing to a string never fails.
    let _ = write_augmentation(&mut text, recipe);
    text
}

fn write_augmentation(out: &mut String, recipe: &Recipe) -> std::fmt::Result {
    let own = &recipe.augmentation;
    writeln!(
        out,
        "Each recording is learnt as it is, and as up to {} copies, until its label has about {} segments; a copy weighs {} where \
         the original weighs 1. {:.0} % of the backgrounds are also heard as nothing but noise and wind. Copies of a fold are mixed with backgrounds of \
         that fold alone.",
        own.max_copies,
        own.segments_per_label,
        own.weight,
        100.0 * own.noise_share
    )?;
    write_rendered(out, recipe)?;
    let settings = toml::Value::try_from(&own.channel).ok();
    let Some(toml::Value::Table(effects)) = settings else {
        return Ok(());
    };
    if effects.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\nA copy goes through a channel that is drawn for it, the same for every label:\n\n| effect | how often | drawn from |\n|---|---|---|"
    )?;
    for (effect, settings) in &effects {
        let toml::Value::Table(settings) = settings else {
            continue;
        };
        let number = |value: &toml::Value| match value {
            toml::Value::Array(ends) => {
                let ends: Vec<String> = ends.iter().map(toml::Value::to_string).collect();
                ends.join(" to ")
            }
            other => other.to_string(),
        };
        let often = settings.get("probability").map_or_else(String::new, number);
        let others = settings.iter().filter(|(name, _)| *name != "probability");
        let others = others.map(|(name, value)| format!("{name} {}", number(value)));
        let others = others.collect::<Vec<_>>().join(", ");
        writeln!(out, "| {effect} | {often} | {others} |")?;
    }
    Ok(())
}

/// How many rendered clips are learnt from, and by what.
fn write_rendered(out: &mut String, recipe: &Recipe) -> std::fmt::Result {
    let Some(rendered) = &recipe.rendered else {
        return Ok(());
    };
    writeln!(
        out,
        "Beside them, {} clips are rendered of each signature in each phase that is published; beside real recordings of the \
         label they weigh {}, and all clips of a label without real recordings {} of a label with them.",
        rendered.clips, rendered.weight, rendered.label_weight
    )?;
    if let Some(most) = rendered.learners_hear {
        writeln!(
            out,
            "What tells all labels apart learns from the first {most} of them."
        )?;
    }
    let share = recipe.calibration.rendered_share;
    if share > 0.0 {
        writeln!(
            out,
            "Where a label has both, rendered clips have a share of {share} in its calibration."
        )?;
    }
    let Some(refine) = &recipe.refine else {
        return Ok(());
    };
    writeln!(
        out,
        "\nAt munitions and military drones the model looks again: which of them it is, another learner says that learns from nothing \
         but them, each label weighing alike."
    )?;
    if let Some(whether) = &refine.whether {
        writeln!(
            out,
            "Whether it is one of them at all, yet another says, for which a label without real recordings weighs {}; it and the \
             first look have half the say each.",
            whether.label_weight
        )?;
    }
    Ok(())
}

/// The recordings that were answered worst.
pub(super) fn failures(found: &[Failure]) -> String {
    let mut text = String::from(
        "The recordings that held-out models answered worst: up to three of each label, the least probability of the truth first, one \
         of each source group.\n\n| recording | corpus | what it is | probability | what was answered | probability |\n|---|---|---|---|---|---|\n",
    );
    for f in found {
        let note = match f.note.is_empty() {
            true => String::new(),
            false => format!(" ({})", f.note),
        };
        // Writing to a string never fails.
        let _ = writeln!(
            text,
            "| {}{} | {} | {} | {:.3} | {} | {:.3} |",
            plain(&f.path),
            plain(&note),
            plain(&f.source),
            f.label,
            f.probability,
            f.said,
            f.said_probability
        );
    }
    text
}

/// Text that breaks no table.
fn plain(text: &str) -> String {
    text.replace(['|', '\n', '\r', '`'], " ")
}

/// Hashes, and the commands that make the same model again.
pub(super) fn write_again(
    out: &mut String,
    model: &Model,
    retrained: Option<&Retrained>,
) -> std::fmt::Result {
    let header = model.header();
    writeln!(out, "\n## Hashes\n")?;
    writeln!(out, "- model file: SHA-256 {}", model.sha256())?;
    writeln!(
        out,
        "- what it learnt, whatever figures the file carries: SHA-256 {}",
        model.learnt_sha256()
    )?;
    let (n, digest) = model.recordings_digest();
    writeln!(
        out,
        "- recordings that were learnt from (those without sound are not): {n} files; SHA-256 {digest} over the first 32 digits of \
         their SHA-256s, sorted, a line each"
    )?;
    if let Some(found) = retrained {
        writeln!(
            out,
            "- base: {}, what it learnt: SHA-256 {}",
            found.base, found.base_learnt_sha256
        )?;
    }
    writeln!(
        out,
        "\n## The same again\n\nWith earwitness {} on the same kind of machine, the recordings, {}and the recipe below as recipe.toml:\n",
        header.tool_version,
        match retrained {
            Some(_) => "the base as BASE with its memory beside it, ",
            None => "",
        }
    )?;
    let model_file = format!("{}.model", header.id);
    let command = match retrained {
        // BASE is the file of the base above, its memory beside it.
        Some(_) => format!(
            "earwitness train --base BASE --add RECORDINGS --recipe recipe.toml --seed {} -o {model_file}",
            header.seed
        ),
        None => format!(
            "earwitness train --manifest MANIFEST --recipe recipe.toml -o {model_file}"
        ),
    };
    writeln!(
        out,
        "```sh\n# The recordings are the same if this prints the hash above:\n\
         sha256sum RECORDINGS... | cut -c-32 | sort -u | sha256sum\n{command}\n```\n\n\
         The seed and recordings decide every byte but for the name of the model, on one thread or many."
    )
}
