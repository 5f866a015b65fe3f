//! Labelled recordings: manifests, source groups and the folds they are split into.

mod error;
mod folds;
mod manifest;

pub use error::DatasetError;
pub use folds::{assign_folds, is_valid_label};
pub use manifest::{Manifest, Recording};
