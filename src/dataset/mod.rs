//! Labelled recordings: manifests, label folders, source groups and the folds they are split into.

mod annotations;
pub mod check;
mod continuity;
mod duplicates;
mod error;
mod folders;
mod folds;
pub mod guess;
mod labels;
mod manifest;
mod neighbours;
mod session;
mod settle;
mod sources;
pub mod suggest;
mod texts;
mod tracks;
pub(crate) mod union_find;
mod unused;

pub use annotations::{Annotations, Span};
pub use continuity::Continuity;
pub(crate) use duplicates::overlap;
pub use duplicates::{Evidence, Join, Sound, SourceGroups};
pub use error::DatasetError;
pub use folds::{assign_folds, is_valid_label};
pub(crate) use labels::RESERVED_REMEDY;
pub use labels::{NotALabel, Said, PHASES};
pub use manifest::{Manifest, Recording};
pub use neighbours::{join_neighbours, regroup, split_at_breaks, NEIGHBOURS_NOTE};
pub use session::{made, Made};
pub use settle::{needs_sound, settle_groups};
pub use sources::{leave_sources_out, SourceSplit};
pub use tracks::{marks_beside, Mark};
pub use unused::Unused;
