//! Learning: each learner stands behind linfa's traits (`Params` -> `check` -> `ValidParams`
//! -> `fit` -> a form of [`crate::model`]), takes sample weights from `DatasetBase::weights`,
//! and gives the same model for the same data and seed whatever the number of threads.

pub mod boosting;
pub mod calibration;
pub mod conformal;
pub mod corpus;
mod counting;
mod course;
pub mod elub;
pub mod error;
pub mod extend;
pub mod fit;
pub mod held_out;
pub mod isotonic;
pub mod kinds;
pub mod learner;
pub mod likelihood_ratio;
pub(crate) mod listening;
pub mod logistic;
pub mod memory;
pub mod outcomes;
pub mod perceptron;
pub mod phase;
pub mod phase_fits;
pub mod pipeline;
pub(crate) mod reading;
pub mod recipe;
mod refine;
pub mod rendered;
mod rendered_truth;
pub mod retrain;
pub mod sample;
pub mod sheets;
mod solve;
pub mod standardise;
pub mod suspect;
pub mod svm;
pub mod takes;
