//! One recording becomes evidence.

pub mod evidence;
pub mod physics;
mod report;
mod shared;

pub use report::{verify, MadeBy, Report, Run, Settings, Verified, REPORT_SCHEMA};
pub use shared::Shared;
