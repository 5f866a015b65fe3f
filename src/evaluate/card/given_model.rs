//! The figures of a model as it is.

use super::left_out::label_table;
use super::markdown;
use crate::evaluate::protocols::GivenModel;

/// What a given model made of given recordings, as Markdown.
pub fn given_model_markdown(found: &GivenModel) -> String {
    let mut text = format!("Model: {} ({})\n\n", found.model, found.sha256);
    let fate = if found.known_included {
        "counted all the same"
    } else {
        "left out"
    };
    for (n, what) in [
        (
            found.known.len(),
            format!("the model was trained on; {fate}"),
        ),
        (found.unusable.len(), "carry no answer; left out".to_owned()),
        (
            found.unreadable.len(),
            "cannot be read; left out".to_owned(),
        ),
    ] {
        if n > 0 {
            text += &format!("- {n} recordings that {what}\n");
        }
    }
    if !text.ends_with("\n\n") {
        text.push('\n');
    }
    match &found.figures {
        Some(figures) => text += &markdown(figures),
        None => text += "No recording of a label that the model knows is left to judge.\n",
    }
    if !found.strangers.is_empty() {
        text += "\nRecordings of labels that the model does not know:\n\n";
        text += &label_table(&found.strangers, "label");
    }
    text
}
