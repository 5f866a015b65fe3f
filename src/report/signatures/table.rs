//! The list of signatures for people: two lines each, 80 columns.

use super::words::{self, printable};
use super::Reference;
use crate::model::store::Model;
use crate::signature::{Catalogue, Signature};

/// The columns under the name of a signature.
fn row(cells: [&str; 6]) -> String {
    let [kind, family, label, phases, grade, groups] = cells;
    let row = format!("    {kind:<19}{family:<14}{label:<15}{phases:<14}{grade:<7}{groups:>6}");
    format!("{}\n", row.trim_end())
}

/// All signatures, with what each rests on.
pub fn list_table(catalogue: &Catalogue, model: Option<&Model>) -> String {
    let head = row(["kind", "family", "label", "phases", "grade", "groups"]);
    let rule = "-".repeat(words::WIDTH);
    let mut text = format!("signature: names\n{head}{rule}\n");
    for signature in catalogue.iter() {
        text += &entry(signature, model);
    }
    text += &format!("{rule}\n\n");
    let legend = [
        ("label", "what the classifier calls it"),
        (
            "grade",
            "A: learnt from real recordings of 10 source groups or more; B: of fewer; C: from rendered sound only; -: not known to the built-in model, or as another label only",
        ),
        ("groups", "source groups of real recordings in the built-in model"),
    ];
    for (word, meaning) in legend {
        text += &words::wrapped(&format!("{word:<8}"), meaning);
    }
    text
}

fn entry(signature: &Signature, model: Option<&Model>) -> String {
    let reference = Reference::of(signature, model);
    let names = printable(&signature.names().join(", "));
    let phases: Vec<_> = signature.phases().map(|(phase, _)| phase.name()).collect();
    let phases = match phases.is_empty() {
        true => "-".to_owned(),
        false => phases.join(", "),
    };
    let columns = row([
        signature.kind(),
        signature.family(),
        signature.label(),
        &phases,
        reference.grade.map_or("-", words::grade_letter),
        &reference.groups.to_string(),
    ]);
    words::wrapped(&format!("{}: ", signature.id()), &names) + &columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_fits_80_columns_and_names_all() {
        let catalogue = Catalogue::built_in().unwrap_or_else(|e| panic!("{e}"));
        let text = list_table(&catalogue, None);
        assert!(
            text.lines().all(|l| l.chars().count() <= words::WIDTH),
            "{text}"
        );
        for signature in catalogue.iter() {
            assert!(text.contains(&format!("\n{}: ", signature.id())), "{text}");
        }
    }
}
