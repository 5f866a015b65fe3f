//! One recording becomes evidence.

pub mod audible;
pub mod condition;
pub mod evidence;
mod nearest;
pub mod physics;
mod recheck;
mod report;
#[cfg(test)]
mod schema;
mod shared;

pub use nearest::{nearest, Nearest, REFERENCE_S};
pub use recheck::{compare, Statement, TOLERANCE};
pub use report::{verify, MadeBy, Report, Run, Settings, Unreadable, Verified, REPORT_SCHEMA};
pub use shared::Shared;
