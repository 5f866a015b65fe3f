//! Labelled recordings: manifests, source groups and the folds they are split into.

mod duplicates;
mod error;
mod folds;
mod manifest;
mod union_find;

pub use duplicates::{Evidence, Join, Sound, SourceGroups};
pub use error::DatasetError;
pub use folds::{assign_folds, is_valid_label};
pub use manifest::{Manifest, Recording};
