//! Inference: what a trained model answers. Nothing here learns, and nothing here trusts the
//! file it came from: every form has a `validate` that a loader must call first.

pub mod answer;
pub mod boosting;
pub mod calibration;
pub mod classifier;
pub mod compare;
pub mod course;
pub mod decide;
pub mod examine;
pub mod header;
pub mod judge;
pub mod kernel;
pub mod likelihood_ratio;
pub mod linear;
pub mod listen;
pub mod memory;
pub mod merged;
pub mod perceptron;
pub mod phase;
pub mod pooling;
pub mod prediction_set;
pub mod prevalence;
pub mod prior;
pub mod promoted;
pub mod refined;
pub mod scaler;
mod scored;
pub mod scorer;
pub mod segments;
pub mod store;
pub mod tap;
