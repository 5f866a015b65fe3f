//! One signature for people: figures, lines, and what it can't be told from.

use super::words::{self, printable, wrapped};
use super::{hertz, separator, values, Reference};
use crate::model::store::Model;
use crate::signature::{
    confusable, Catalogue, Confusion, Entry, EntryValue, Lines, Overlap, Phase, Signature, Unit,
};

/// Everything that is known and predicted of one signature.
pub fn show_table(signature: &Signature, catalogue: &Catalogue, model: Option<&Model>) -> String {
    let mut text = head(signature, model);
    text += "\nfigures, each with its confidence and source\n";
    for entry in signature.entries() {
        text += &figure(&entry);
    }
    for (phase, _) in signature.phases() {
        if let Some(lines) = signature.lines(phase) {
            text += &frequencies(phase, &lines);
            text += &confusions(phase, &confusable(signature, phase, catalogue.iter()));
        }
    }
    text
}

fn head(signature: &Signature, model: Option<&Model>) -> String {
    let reference = Reference::of(signature, model);
    let grade = match reference.grade {
        Some(grade) => words::grade(grade).to_owned(),
        None if model.is_none() => "- (no model is built in)".to_owned(),
        None if !reference.known => "- (not known to the model)".to_owned(),
        None => format!("- (not known by itself; heard as {})", signature.label()),
    };
    let facts = [
        ("names", signature.names().join(", ")),
        ("maker", signature.maker().to_owned()),
        ("kind", signature.kind().to_owned()),
        ("family", signature.family().to_owned()),
        ("label", signature.label().to_owned()),
        ("grade", grade),
        ("groups", format!("{} of real recordings", reference.groups)),
        ("note", signature.note().unwrap_or("-").to_owned()),
    ];
    let mut text = format!("{}\n", signature.id());
    for (name, value) in facts {
        text += &wrapped(&format!("  {name:<8}"), &printable(&value));
    }
    text
}

fn figure(entry: &Entry) -> String {
    let value = match &entry.value {
        EntryValue::Word(word) => printable(word),
        EntryValue::Number(Some(v), unit) => format!("{}{}", values(v), unit_after(*unit)),
        EntryValue::Number(None, _) => "-".to_owned(),
    };
    let line = format!("{value} ({})", entry.confidence);
    let mut text = wrapped(&format!("  {:<31}", entry.key), &line);
    if !entry.source.is_empty() {
        text += &wrapped("      ", &printable(entry.source));
    }
    text
}

/// The unit behind a figure, where there is something to say.
fn unit_after(unit: Unit) -> String {
    match unit {
        Unit::Count | Unit::Ratio => String::new(),
        Unit::PerRevolution => " per revolution".to_owned(),
        unit => format!(" {unit}"),
    }
}

fn frequencies(phase: Phase, lines: &Lines) -> String {
    let doppler = lines.doppler;
    let heading = format!("lines in {phase}, in Hz");
    let factors = format!("heard (x {:.2} to {:.2})", doppler.low, doppler.high);
    let mut text = format!("\n{heading:<33}{:<20}{factors}\n", "at rest");
    let all = [
        ("shaft", Some(lines.shaft)),
        ("propeller", Some(lines.propeller)),
        ("blade pass", Some(lines.blade_pass)),
        ("firing", lines.firing),
        ("electrical", lines.electrical),
    ];
    for (name, line) in all {
        if let Some(line) = line {
            let (at_rest, heard) = (hertz(line.at_rest), hertz(line.heard));
            text += &format!("  {name:<31}{at_rest:<20}{heard}\n");
        }
    }
    text
}

fn confusions(phase: Phase, found: &[Confusion]) -> String {
    let parts = [
        (
            Overlap::AllCombs,
            " cannot be told by where its lines lie from",
        ),
        (
            Overlap::OneComb,
            ", if only one comb is heard, also not from",
        ),
    ];
    let mut text = String::new();
    for (overlap, heading) in parts {
        let mut of_these = found.iter().filter(|c| c.overlap == overlap).peekable();
        if of_these.peek().is_none() {
            continue;
        }
        text += &format!("\nin {phase} it{heading}\n");
        for c in of_these {
            let apart = match c.separators.is_empty() {
                true => "nothing that is known here tells them apart".to_owned(),
                false => {
                    let all: Vec<_> = c.separators.iter().map(separator).collect();
                    format!("what can: {}", all.join("; "))
                }
            };
            text += &wrapped(&format!("  {:<22}", c.other.key(c.other_phase)), &apart);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sheet_fits_80_columns_and_says_what_it_rests_on() {
        let catalogue = Catalogue::built_in().unwrap_or_else(|e| panic!("{e}"));
        for signature in catalogue.iter() {
            let text = show_table(signature, &catalogue, None);
            let wide = text.lines().find(|l| l.chars().count() > words::WIDTH);
            assert_eq!(wide, None);
            for entry in signature.entries() {
                assert!(text.contains(&entry.key) && text.contains(&entry.confidence.to_string()));
            }
        }
    }

    #[test]
    fn twins_and_the_lack_of_a_propeller_are_said_plainly() {
        let catalogue = Catalogue::built_in().unwrap_or_else(|e| panic!("{e}"));
        let show = |id: &str| {
            let signature = catalogue.get(id).unwrap_or_else(|e| panic!("{e}"));
            show_table(signature, &catalogue, None)
        };
        let harop = show("harop");
        assert!(
            harop.contains("hermes-450/cruise     nothing that is known"),
            "{harop}"
        );
        let lora = show("lora");
        assert!(
            lora.contains("impulse") && !lora.contains("lines in"),
            "{lora}"
        );
    }
}
