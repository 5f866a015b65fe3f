//! What is possible at all on renders with shifted settings: the same learner, trained on that very distribution.

use super::rendered::{rendered, Rendered, TestSet};
use super::trial::Trial;
use super::EvaluateError;
use crate::dataset::Manifest;
use crate::train::corpus::{Corpus, Progress};
use crate::train::recipe::Recipe;
use crate::train::rendered::{RenderedSettings, SHIFT};

/// The recipe with renders of shifted settings in place of its own, of the same number and weight.
fn shifted(recipe: &Recipe) -> Option<Recipe> {
    let settings = recipe.rendered.clone()?;
    Some(Recipe {
        rendered: Some(RenderedSettings {
            widened: SHIFT,
            ..settings
        }),
        ..recipe.clone()
    })
}

/// Cross-validates models that learn from shifted renders, and tests them on the shifted test clips, which none of them
/// heard either. `None` as for [`rendered`].
///
/// # Errors
/// [`EvaluateError`] if the recordings cannot be heard again, a model cannot be trained, or a clip cannot be made.
pub fn ceiling(
    manifest: &Manifest,
    recipe: &Recipe,
    progress: Progress,
) -> Result<Option<Rendered>, EvaluateError> {
    let Some(recipe) = shifted(recipe) else {
        return Ok(None);
    };
    let corpus = Corpus::listen(manifest, &recipe, progress)?;
    let trial = Trial::run(manifest, &corpus, &recipe, progress)?;
    rendered(&trial, &recipe, TestSet::ShiftedAndLearnt, progress)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_the_renders_differs() {
        let own = Recipe::default_model().unwrap();
        let mut other = shifted(&own).unwrap();
        let settings = other.rendered.as_mut().unwrap();
        assert_eq!(settings.widened, 0.25);
        settings.widened = 0.0;
        assert_eq!(other, own);
        let silent = Recipe {
            rendered: None,
            ..own
        };
        assert_eq!(shifted(&silent), None);
    }
}
