//! What a recording's lines say of what made them, independent of any classifier.

pub mod pass;
mod estimate;

pub use estimate::{Estimate, Range};
