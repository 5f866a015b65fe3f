//! Learning: each learner stands behind linfa's traits (`Params` -> `check` -> `ValidParams`
//! -> `fit` -> a form of [`crate::model`]), takes sample weights from `DatasetBase::weights`,
//! and gives the same model for the same data and seed whatever the number of threads.
pub mod boosting;
pub mod corpus;
pub mod calibration;
pub mod error;
pub mod isotonic;
pub mod fit;
pub mod held_out;
pub mod learner;
pub mod logistic;
pub mod outcomes;
pub mod perceptron;
pub mod recipe;
pub mod sample;
mod solve;
pub mod standardise;
