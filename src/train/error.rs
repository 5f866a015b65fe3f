//! What can go wrong while learning.

use crate::model::scorer::ScorerError;
use thiserror::Error;

/// Why a learner, a calibrator or a bound could not be fitted.
#[derive(Debug, Error)]
pub enum TrainError {
    /// A recipe cannot be used.
    #[error("{name}: {fault}; compare it with models/default.toml")]
    Recipe {
        /// The recipe's file.
        name: String,
        /// What is wrong.
        fault: String,
    },
    /// The parts of a model contradict each other.
    #[error(transparent)]
    Model(#[from] crate::model::store::ModelError),
    /// The labelled recordings cannot be used as they are.
    #[error(transparent)]
    Dataset(#[from] crate::dataset::DatasetError),
    /// The catalogue of signatures cannot be used.
    #[error(transparent)]
    Signature(#[from] crate::signature::SignatureError),
    /// A scene cannot be rendered.
    #[error(transparent)]
    Render(#[from] crate::render::RenderError),
    /// The labels give no prior.
    #[error(transparent)]
    Prior(#[from] crate::model::prior::PriorError),
    /// A setting is outside its range.
    #[error("{learner}: `{setting}` is {found}, it must be {range}")]
    Setting {
        /// Which learner.
        learner: &'static str,
        /// Name of the setting.
        setting: &'static str,
        /// Value given.
        found: String,
        /// Values allowed.
        range: &'static str,
    },
    /// The training data cannot be learnt from as it is.
    #[error("training data: {fault}; {remedy}")]
    Data {
        /// What is wrong.
        fault: String,
        /// What to do about it.
        remedy: &'static str,
    },
    /// The solver stopped before it reached its optimum.
    #[error("{learner} did not converge: {measure} is {found:.3e} after {steps} steps, wanted {wanted:.3e}; allow more steps or regularise more")]
    NotConverged {
        /// Which learner.
        learner: &'static str,
        /// What was measured.
        measure: &'static str,
        /// Its value at the end.
        found: f64,
        /// The value wanted.
        wanted: f64,
        /// Steps allowed.
        steps: usize,
    },
    /// What was fitted does not pass the checks of its own form.
    #[error("what was learnt is unusable: {0}")]
    Unusable(#[from] ScorerError),
    /// A learner of linfa failed.
    #[error("linfa: {0}")]
    Linfa(#[from] linfa::Error),
    /// linfa's logistic regression failed.
    #[error("linfa's logistic regression: {0}")]
    LinfaLogistic(#[from] linfa_logistic::error::Error),
    /// linfa's support vector machine failed.
    #[error("linfa's SVM: {0}")]
    LinfaSvm(#[from] linfa_svm::SvmError),
}

/// Shorthand for [`TrainError::Setting`], for the `check_ref` of every learner.
pub(crate) fn require(
    ok: bool,
    learner: &'static str,
    setting: &'static str,
    found: impl ToString,
    range: &'static str,
) -> Result<(), TrainError> {
    if ok {
        return Ok(());
    }
    Err(TrainError::Setting {
        learner,
        setting,
        found: found.to_string(),
        range,
    })
}
